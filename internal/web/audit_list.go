// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// auditPage is Logs > Audit.
type auditPage struct {
	page
	Filter     auditFilter
	Filtered   bool
	Paged      bool
	Events     []choice
	Entries    []auditRow
	ExportHref string
	FirstHref  string
	NextHref   string
}

// auditFilter is what the address says, as the form shows it again.
type auditFilter struct{ Actor, Event, Object, From, To string }

type auditRow struct {
	access.AuditEntry
	Href string
}

// auditEvents are the words to choose from: the verbs, and what happens around signing in.
func auditEvents() []string {
	list := []string{}
	for _, v := range access.Verbs() {
		switch v {
		case access.VerbView, access.VerbViewAudit, access.VerbManageAccess:
		default:
			list = append(list, string(v))
		}
	}
	return append(list, "undo", "cancel-job", login.EventSignIn, login.EventSignInFailed, login.EventSignOut, login.EventSetUp,
		login.EventCreateAdministrator, login.EventDisable, login.EventEnable, login.EventChangePassword, login.EventResetPassword,
		login.EventEnableCode, login.EventDisableCode, login.EventRevokeSession, login.EventCreateToken, login.EventRevokeToken)
}

func readAuditQuery(q url.Values) (admin.AuditQuery, auditFilter) {
	f := auditFilter{clipBytes(q.Get("actor"), 200), clipBytes(q.Get("event"), 60), clipBytes(q.Get("object"), 100), q.Get("from"), q.Get("to")}
	aq := admin.AuditQuery{Actor: f.Actor, Event: f.Event, Object: f.Object, Limit: 100, Before: atoi(q.Get("before"))}
	var err error
	if aq.Since, err = time.Parse(time.DateOnly, f.From); err != nil {
		f.From = ""
	}
	if aq.Until, err = time.Parse(time.DateOnly, f.To); err != nil {
		f.To = ""
	} else {
		aq.Until = aq.Until.AddDate(0, 0, 1) // to the end of that day
	}
	return aq, f
}

func (f auditFilter) values() url.Values {
	q := url.Values{}
	for _, n := range []named{{"actor", f.Actor}, {"event", f.Event}, {"object", f.Object}, {"from", f.From}, {"to", f.To}} {
		if n.Value != "" {
			q.Set(n.Name, n.Value)
		}
	}
	return q
}

// auditList answers GET /audit.
func (s *Server) auditList(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newPage(w, r, "Audit", "audit")
	if err != nil {
		return err
	}
	aq, f := readAuditQuery(r.URL.Query())
	found, err := s.admin.ListAudit(r.Context(), p.Actor, aq)
	if err != nil {
		return err
	}
	q := f.values()
	ap := &auditPage{page: p, Filter: f, Filtered: len(q) > 0, Paged: aq.Before != 0, ExportHref: "/audit.csv?" + q.Encode(), FirstHref: "/audit?" + q.Encode()}
	if found.Older != 0 {
		q.Set("before", itoa(found.Older))
		ap.NextHref = "/audit?" + q.Encode()
	}
	for _, event := range auditEvents() {
		ap.Events = append(ap.Events, choice{event, event, event == f.Event})
	}
	for _, e := range found.Entries {
		row := auditRow{AuditEntry: e}
		switch access.Verb(e.Event) {
		case access.VerbAllow, access.VerbBlock, access.VerbComment, access.VerbClearRedirect, "undo":
			if e.Object != "" && !e.Failed {
				row.Href = "/activesync/" + url.PathEscape(e.Object)
			}
		}
		ap.Entries = append(ap.Entries, row)
	}
	return s.showPage(w, r, "audit_list", ap)
}

// auditExport answers GET /audit.csv.
func (s *Server) auditExport(w http.ResponseWriter, r *http.Request) error {
	who := login.Actor(r)
	if err := who.May(access.VerbViewAudit); err != nil {
		return err
	}
	aq, _ := readAuditQuery(r.URL.Query())
	aq.Before = 0
	download(w, "audit-"+s.now().UTC().Format("2006-01-02")+".csv")
	return cutOff(r, s.admin.ExportAuditCSV(r.Context(), who, aq, w))
}
