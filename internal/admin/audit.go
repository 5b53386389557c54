// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// AuditQuery chooses lines of the audit log. Zero fields do not filter.
type AuditQuery struct {
	Actor  string
	Event  string
	Object string
	Since  time.Time
	Until  time.Time
	Before int64 // AuditPage.Older of the page before
	Limit  int   // 0: 50
}

// AuditPage is one page of the audit log, newest line first.
type AuditPage struct {
	Entries []access.AuditEntry
	Older   int64 // Before of the next page; 0: there is none
}
