// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// compliancePage asks whether a device keeps its security policy, and says what the answer reaches.
type compliancePage struct {
	page
	Action   string
	Whole    bool // a page of its own, not a dialog
	Question string
	Device   admin.DeviceRow
	Named    string
	Notes    []note
	Choices  []choice
	Reasons  string
	Since    string
	Source   string // who says so; empty: by hand
	Back     string
	Key      string
	Problem  string
}

// complianceShow answers GET /devices/compliance/{id}.
func (s *Server) complianceShow(w http.ResponseWriter, r *http.Request) error {
	id := access.DeviceID(r.PathValue("id"))
	d, err := s.admin.FindDevice(r.Context(), login.Actor(r), id)
	if err != nil {
		return err
	}
	form := admin.ComplianceForm{Compliance: d.Compliance, Reasons: strings.Split(d.Noncompliant, "; ")}
	return s.showCompliance(w, r, &d, form, "", http.StatusOK, "")
}

func (s *Server) showCompliance(w http.ResponseWriter, r *http.Request, d *admin.DeviceDetails, f admin.ComplianceForm, since string, status int, problem string) error {
	p, err := s.newPage(w, r, s.say("act.set-compliance"), "devices")
	if err != nil {
		return err
	}
	p.Width = "narrow"
	c := &compliancePage{page: p, Action: "/devices/compliance/" + url.PathEscape(string(d.ID)), Whole: !isFragment(r), Device: d.DeviceRow,
		Named: deviceName(&d.RegisteredDevice), Question: s.say("device.compliance-question"), Notes: []note{{"info", s.reachWords(d)}},
		Reasons: strings.Join(f.Reasons, "\n"), Since: since, Source: f.Source, Key: s.newKey(), Problem: problem,
		Back: localPath(cmp.Or(r.PostFormValue("back"), r.URL.Query().Get("back")), deviceHref(d.ID))}
	for _, v := range []access.Compliance{access.Compliant, access.NotCompliant, access.ComplianceUnknown} {
		c.Choices = append(c.Choices, choice{string(v), s.complianceWord(v), v == cmp.Or(f.Compliance, access.ComplianceUnknown)})
	}
	if err := s.foreseeCompliance(r, c, d); err != nil {
		return err
	}
	part := "layout"
	if isFragment(r) {
		part = "fragment"
	}
	return s.show(w, status, "compliance", part, c)
}

// foreseeCompliance says what each answer that would change something comes to.
func (s *Server) foreseeCompliance(r *http.Request, c *compliancePage, d *admin.DeviceDetails) error {
	for _, f := range []admin.ComplianceForm{{Compliance: access.NotCompliant, Reasons: []string{s.say("device.noncompliant")}}, {Compliance: access.Compliant}} {
		if d.Compliance == f.Compliance || d.Compliance != access.NotCompliant && f.Compliance == access.Compliant {
			continue
		}
		p, err := s.admin.PreviewDevice(r.Context(), c.Actor, d.ID, access.VerbSetCompliance, f)
		if access.KindOf(err) == access.KindConflict && err != nil {
			c.Notes = append(c.Notes, note{"warn", s.textOf(err)})
			return nil
		}
		if err != nil {
			return err
		}
		c.Notes = append(c.Notes, note{"info", s.say("device.compliance-effect", s.complianceWord(f.Compliance), s.effectWords(&p))})
	}
	return nil
}

// complianceChange answers POST /devices/compliance/{id}.
func (s *Server) complianceChange(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid(string(access.VerbSetCompliance), s.say("error.form"))
	}
	id, who := access.DeviceID(r.PathValue("id")), login.Actor(r)
	f := admin.ComplianceForm{Compliance: access.Compliance(r.PostFormValue("compliance")), Source: strings.TrimSpace(r.PostFormValue("source"))}
	if f.Compliance == access.NotCompliant {
		for line := range strings.Lines(r.PostFormValue("reasons")) {
			if line = strings.TrimSpace(line); line != "" {
				f.Reasons = append(f.Reasons, line)
			}
		}
	}
	since := strings.TrimSpace(r.PostFormValue("since"))
	var err error
	if since != "" {
		if f.Since, err = time.Parse("2006-01-02T15:04", since); err != nil {
			err = access.Invalid(string(access.VerbSetCompliance), s.say("form.date", s.say("details.since")))
		}
	}
	var result admin.Result
	if err == nil {
		result, err = s.admin.SetCompliance(r.Context(), who, id, f, admin.Act{Key: r.PostFormValue("key"), Version: atoi(r.PostFormValue("version"))})
	}
	if kind := access.KindOf(err); err != nil && (kind == access.KindInvalid || kind == access.KindConflict) {
		d, found := s.admin.FindDevice(r.Context(), who, id)
		if found != nil {
			return found
		}
		status := http.StatusBadRequest
		if kind == access.KindConflict {
			status = http.StatusConflict
		}
		return s.showCompliance(w, r, &d, f, since, status, s.textOf(err))
	}
	if err != nil {
		return err
	}
	return s.done(w, r, localPath(r.PostFormValue("back"), deviceHref(id)), result)
}
