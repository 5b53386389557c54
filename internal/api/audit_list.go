// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// AuditEntry is one line of the audit log.
type AuditEntry struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	Addr    string    `json:"addr,omitempty"`
	Event   string    `json:"event" doc:"A verb, or a sign-in event"`
	Subject string    `json:"subject,omitempty" doc:"What it was done to, in words"`
	Object  string    `json:"object,omitempty" doc:"Id of the thing"`
	Detail  string    `json:"detail,omitempty"`
	Number  int64     `json:"number,omitempty" doc:"Change number; absent when gateways are not concerned"`
	Refused bool      `json:"refused" doc:"The attempt was refused"`
}

func auditEntriesOf(list []access.AuditEntry) []AuditEntry {
	out := make([]AuditEntry, len(list))
	for i, e := range list {
		out[i] = AuditEntry{ID: e.ID, At: e.At.UTC(), Actor: e.Actor, Addr: e.Addr, Event: e.Event, Subject: e.Subject,
			Object: e.Object, Detail: e.Detail, Number: e.Number, Refused: e.Failed}
	}
	return out
}

type auditListInput struct {
	Actor  string    `query:"actor" maxLength:"320"`
	Event  string    `query:"event" maxLength:"128"`
	Object string    `query:"object" maxLength:"320"`
	Since  time.Time `query:"since" doc:"Not before"`
	Until  time.Time `query:"until" doc:"Before"`
	Cursor string    `query:"cursor" maxLength:"100" doc:"next of the page before"`
	Limit  int       `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type auditListOutput struct {
	Body struct {
		Items []AuditEntry `json:"items" doc:"Newest first"`
		Next  string       `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
	} `nameHint:"AuditPage"`
}

// auditList answers GET /audit.
func (s *Server) auditList(ctx context.Context, who access.Actor, in *auditListInput) (*auditListOutput, error) {
	q := admin.AuditQuery{Actor: in.Actor, Event: in.Event, Object: in.Object, Since: in.Since, Until: in.Until, Limit: in.Limit}
	if in.Cursor != "" {
		n, err := strconv.ParseInt(in.Cursor, 10, 64)
		if err != nil || n <= 0 {
			return nil, access.Invalid("api: audit", "This cursor cannot be read. Begin at the first page.")
		}
		q.Before = n
	}
	p, err := s.admin.ListAudit(ctx, who, q)
	if err != nil {
		return nil, err
	}
	out := &auditListOutput{}
	out.Body.Items = auditEntriesOf(p.Entries)
	if p.Older > 0 {
		out.Body.Next = strconv.FormatInt(p.Older, 10)
	}
	return out, nil
}
