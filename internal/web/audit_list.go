// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/url"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// audit declares Logs > Audit. Lines never change, and come newest first.
func (s *Server) audit() *list[access.AuditEntry] {
	type entry = access.AuditEntry
	return &list[entry]{
		Path: "/audit", Section: "audit", Words: "audit", File: "audit", Class: "roomy", Icon: "list-details", Verb: access.VerbViewAudit,
		Columns: []column[entry]{
			moment(column[entry]{Key: "at", Class: "nowrap"}, func(e *entry) time.Time { return e.At }),
			{Key: "actor", Class: "narrow-second", Value: func(e *entry) string { return e.Actor }, Cell: func(s *Server, e *entry) template.HTML { return text(s.whoWord(e.Actor), 80) }},
			{Key: "event", Class: "nowrap", Value: func(e *entry) string { return e.Event }, Cell: (*Server).eventCell},
			{Key: "subject", Class: "break narrow-first", Link: true, Value: func(e *entry) string { return e.Subject }},
			{Key: "detail", Class: "break", Value: func(e *entry) string { return e.Detail }, Cell: func(s *Server, e *entry) template.HTML { return text(s.hear(e.Detail), 400) }},
			{Key: "addr", Class: "nowrap", Value: func(e *entry) string { return e.Addr }, Cell: func(s *Server, e *entry) template.HTML { return text(s.hear(e.Addr), 80) }},
			{Key: "number", Class: "num", Help: true, Value: changeOf},
			{Key: "refused", Extra: true, Value: refusedWord},
			{Key: "object", Extra: true, Value: func(e *entry) string { return e.Object }},
		},
		Filters: []filter{
			{Name: "event", Kind: "select", Raw: true, Word: (*Server).momentWord, Options: auditEvents()},
			{Name: "actor", Kind: "text"},
			{Name: "from", Kind: "date", Most: 10},
			{Name: "to", Kind: "date", Most: 10},
			{Name: "object", Kind: "hidden", Most: 100},
		},
		When:  func(e *entry) time.Time { return e.At },
		Links: []headLink{{"/jobs", "nav.jobs", "stack-2", access.VerbView}},
		ID:    func(e *entry) string { return itoa(e.ID) },
		Name:  func(e *entry) (string, string) { return e.Event, e.Subject },
		Href:  auditHref,
		Find:  s.findAudit,
	}
}

func (s *Server) eventCell(e *access.AuditEntry) template.HTML {
	if e.Failed {
		return s.chip("bad", "ban", s.momentWord(e.Event), s.say("audit.was-refused"))
	}
	return template.HTML(`<span title="` + template.HTMLEscapeString(visible(clip(e.Event, 60))) + `">` + template.HTMLEscapeString(s.momentWord(e.Event)) + `</span>`)
}

func changeOf(e *access.AuditEntry) string {
	if e.Number == 0 {
		return ""
	}
	return strconv.FormatInt(e.Number, 10)
}

func refusedWord(e *access.AuditEntry) string {
	if e.Failed {
		return "refused"
	}
	return ""
}

// auditHref leads from a line to the record, device or user it is about, or to the job. What is
// undone may be any of them.
func auditHref(e *access.AuditEntry) string {
	if e.Object == "" || e.Failed {
		return ""
	}
	id := url.PathEscape(e.Object)
	if admin.AboutJob(e) {
		return "/jobs/" + id
	}
	switch access.Verb(e.Event) {
	case access.VerbAllow, access.VerbBlock, access.VerbComment, access.VerbClearRedirect, access.VerbLink, access.VerbUnlink,
		access.VerbMatchAgain, "successor", "facts", "end-override", access.VerbReleaseRecord, access.VerbHoldAgain:
		return "/activesync/" + id
	case access.VerbAddDevice, access.VerbChangeDevice, access.VerbActivate, access.VerbLose, access.VerbFind, access.VerbRetire,
		access.VerbSetCompliance:
		return "/devices/" + id
	case access.VerbAddUser, access.VerbChangeUser, access.VerbDisableUser, access.VerbEnableUser:
		return "/users/" + id
	case access.VerbConfirmRule:
		return "/rules/" + id
	}
	return ""
}

// auditEvents are the words to choose from, the empty one for all: the verbs, and what happens around
// signing in.
func auditEvents() []string {
	list := []string{""}
	for _, v := range access.Verbs() {
		switch v {
		case access.VerbView, access.VerbViewAudit, access.VerbViewAccess, access.VerbManageAccess:
		default:
			list = append(list, string(v))
		}
	}
	return append(list, "successor", "facts", "end-override", "undo", "cancel-job", "purge", "back-up", "test-mail", login.EventSignIn, login.EventSignInFailed, login.EventSignOut, login.EventSetUp,
		login.EventCreateAdministrator, login.EventDisable, login.EventEnable, login.EventChangePassword, login.EventResetPassword,
		login.EventEnableCode, login.EventDisableCode, login.EventRevokeSession, login.EventCreateToken, login.EventRevokeToken)
}

func (s *Server) findAudit(ctx context.Context, who access.Actor, q query) (found[access.AuditEntry], error) {
	f := q.Filter
	aq := admin.AuditQuery{Actor: f["actor"], Event: f["event"], Object: f["object"], Limit: q.Limit, Before: atoi(q.Cursor)}
	if t, err := time.Parse(time.DateOnly, f["from"]); err == nil {
		aq.Since = t
	}
	if t, err := time.Parse(time.DateOnly, f["to"]); err == nil {
		aq.Until = t.AddDate(0, 0, 1) // to the end of that day
	}
	p, err := s.admin.ListAudit(ctx, who, aq)
	out := found[access.AuditEntry]{Rows: p.Entries, Total: -1, Order: "list.newest-first"}
	if p.Older != 0 {
		out.Next = itoa(p.Older)
	}
	return out, err
}
