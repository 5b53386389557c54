// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// ListAudit gives one page of the audit log.
func (a *Admin) ListAudit(ctx context.Context, who access.Actor, q AuditQuery) (AuditPage, error) {
	if err := who.May(access.VerbViewAudit); err != nil {
		return AuditPage{}, err
	}
	list, older, err := a.store.ListAudit(ctx, store.AuditFilter{Actor: q.Actor, Event: q.Event, Object: q.Object,
		Since: q.Since, Until: q.Until, Before: q.Before, Limit: q.Limit})
	objects := make([]string, 0, len(list))
	for i := range list {
		objects = append(objects, list[i].Object)
	}
	return veiledTexts(ctx, a, who, objects, AuditPage{Entries: list, Older: older}, err)
}
