// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
)

func errUnbuilt(op string) error {
	return access.Unavailable("admin: "+op, "This is not built yet.", nil)
}

func (a *Admin) ListPolicies(ctx context.Context, who access.Actor) ([]PolicyRow, error) {
	return nil, errUnbuilt("policies")
}

func (a *Admin) FindPolicy(ctx context.Context, who access.Actor, id access.PolicyID) (PolicyDetails, error) {
	return PolicyDetails{}, errUnbuilt("policy")
}

func (a *Admin) PreviewPolicy(ctx context.Context, who access.Actor, id access.PolicyID, f PolicyForm) (PolicyPreview, error) {
	return PolicyPreview{}, errUnbuilt("policy")
}

func (a *Admin) PreviewDefaultPolicy(ctx context.Context, who access.Actor, id access.PolicyID) (PolicyPreview, error) {
	return PolicyPreview{}, errUnbuilt("policy")
}

func (a *Admin) PreviewAssign(ctx context.Context, who access.Actor, ids []access.AssociationID, policy access.PolicyID) (AssignPreview, error) {
	return AssignPreview{}, errUnbuilt("policy")
}
