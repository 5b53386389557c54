// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

// associationChoice chooses records.
type associationChoice struct {
	Show   string `enum:"all,linked,unlinked,suggested,unknown-user,allowed,blocked,policy-assigned,action-in-year" default:"all" help:"all, linked, unlinked, suggested, unknown-user, allowed, blocked, policy-assigned or action-in-year."`
	Year   int    `help:"With --show action-in-year: the calendar year; without it the present one." placeholder:"YEAR"`
	Search string `help:"User, device id, model or number."`
	Sort   string `help:"Column to sort by, such as user or last_sync." placeholder:"COLUMN"`
	Desc   bool   `help:"The other way round."`
}

func (c *associationChoice) values() url.Values {
	q := choice(c.Show, c.Search, c.Sort, c.Desc)
	if c.Year != 0 {
		q.Set("year", strconv.Itoa(c.Year))
	}
	return q
}

func choice(show, search, sort string, desc bool) url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"show": show, "search": search, "sort": sort} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if desc {
		q.Set("order", "desc")
	}
	return q
}

type associationListCommand struct {
	listFlags
	associationChoice
}

func (c *associationListCommand) Run(s *session) error {
	return list(s, &c.listFlags, "/associations", c.values(), []column[api.Association]{
		{"id", func(a *api.Association) string { return string(a.ID) }},
		{"user", func(a *api.Association) string { return a.User }},
		{"device", func(a *api.Association) string { return a.DeviceID }},
		{"phone", func(a *api.Association) string { return strings.TrimSpace(a.Model + " " + a.OS) }},
		{"linked", func(a *api.Association) string { return yesNo(a.Linked) }},
		{"sync", func(a *api.Association) string { return string(a.SyncStatus) }},
		{"last sync", func(a *api.Association) string { return moment(a.LastSync) }},
		{"why", func(a *api.Association) string { return a.Why.Text }},
	})
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

type associationExportCommand struct {
	clientFlags
	associationChoice
}

func (c *associationExportCommand) Run(s *session) error {
	return export(s, &c.clientFlags, "/associations/export", c.values(), []column[api.Association]{
		{"id", func(a *api.Association) string { return string(a.ID) }},
		{"realm", func(a *api.Association) string { return a.Realm }},
		{"account", func(a *api.Association) string { return a.Account }},
		{"user", func(a *api.Association) string { return a.User }},
		{"device_id", func(a *api.Association) string { return a.DeviceID }},
		{"device", func(a *api.Association) string { return string(a.Device) }},
		{"model", func(a *api.Association) string { return a.Model }},
		{"os", func(a *api.Association) string { return a.OS }},
		{"os_version", func(a *api.Association) string { return a.OSVersion }},
		{"number", func(a *api.Association) string { return a.Number }},
		{"imei", func(a *api.Association) string { return a.IMEI }},
		{"mailbox", func(a *api.Association) string { return a.Mailbox }},
		{"sync_status", func(a *api.Association) string { return string(a.SyncStatus) }},
		{"rule", func(a *api.Association) string { return a.Why.Rule }},
		{"why", func(a *api.Association) string { return a.Why.Text }},
		{"comment", func(a *api.Association) string { return a.Comment }},
		{"first_sync", func(a *api.Association) string { return stamp(a.FirstSync) }},
		{"last_sync", func(a *api.Association) string { return stamp(a.LastSync) }},
		{"version", func(a *api.Association) string { return strconv.FormatInt(a.Version, 10) }},
	})
}

// stamp is how times are exported: for programs.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

type associationShowCommand struct {
	clientFlags
	ID string `arg:"" help:"Id of the record."`
}

func (c *associationShowCommand) Run(s *session) error {
	return show(s, &c.clientFlags, "/associations/"+named(c.ID), func(a *api.AssociationDetails) []field {
		lines := []field{{"Id", string(a.ID)}, {"User", a.User}, {"Realm", a.Realm}, {"Account", a.Account}, {"Device id", a.DeviceID},
			{"Sync status", string(a.SyncStatus)}, {"Why", a.Why.Text}, {"", a.Why.Detail}, {"Device", string(a.Device)},
			{"Model", a.Model}, {"OS", strings.TrimSpace(a.OS + " " + a.OSVersion)}, {"Client", a.Client}, {"Number", a.Number}, {"IMEI", a.IMEI},
			{"Mailbox", a.Mailbox}, {"Mail server", a.Backend}, {"Gateway", string(a.Gateway)}, {"First sync", moment(a.FirstSync)},
			{"Last sync", moment(a.LastSync)}, {"Last success", moment(a.LastSuccess)}, {"Comment", a.Comment},
			{"Version", strconv.FormatInt(a.Version, 10)}}
		if a.Policy.Name != "" {
			lines = append(lines, field{"Policy", a.Policy.Name + ", revision " + strconv.FormatInt(a.Policy.Revision, 10) + ", " + a.Policy.From})
		}
		if k := a.Ack; k != nil {
			lines = append(lines, field{"Policy answer", string(k.Answer) + ", revision " + strconv.FormatInt(k.Revision, 10) + ", " + moment(k.At)})
		}
		if w := a.Wipe; w != nil {
			lines = append(lines, field{"Wipe", string(w.Kind) + ", " + string(w.State) + " (" + string(w.ID) + ")"})
		}
		lines = append(lines, ruledLines(a)...)
		if g := a.Suggestion; g != nil {
			lines = append(lines, field{"May belong to", string(g.Device) + ": " + strings.Join(g.Reasons, ", ")})
		}
		for _, o := range a.SameDevice {
			lines = append(lines, field{"Same phone", o.User + " (" + string(o.ID) + ")"})
		}
		return append(lines, history(a.Timeline)...)
	})
}

func history(list []api.AuditEntry) (lines []field) {
	for _, e := range list[:min(len(list), 10)] {
		lines = append(lines, field{moment(e.At), strings.TrimSuffix(e.Event+" by "+e.Actor+": "+e.Detail, ": ")})
	}
	return lines
}

// overrideFlags are what allow and block take.
type overrideFlags struct {
	verbFlags
	ID    string `arg:"" help:"Id of the record."`
	Until string `help:"When it ends by itself: a time (2027-01-31T18:00:00Z) or a duration (24h)." placeholder:"TIME"`
	Only  bool   `help:"For this record alone, not for the same account and device through the other kind of Sentry."`
}

func (f *overrideFlags) run(s *session, verb access.Verb) error {
	until, err := ending(f.Until, time.Now())
	if err != nil {
		return err
	}
	body := map[string]any{"reason": f.Reason}
	if !until.IsZero() {
		body["until"] = until
	}
	if f.Only {
		body["only"] = true
	}
	return f.act(s, http.MethodPost, "/associations/"+named(f.ID)+"/"+string(verb), body)
}

// ending reads the end of something.
func ending(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		return now.Add(d).UTC().Truncate(time.Second), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, &clientError{exitUsage, "--until is neither a time such as 2027-01-31T18:00:00Z nor a duration such as 24h"}
	}
	return t, nil
}

type associationAllowCommand struct{ overrideFlags }

func (c *associationAllowCommand) Run(s *session) error { return c.run(s, access.VerbAllow) }

type associationBlockCommand struct{ overrideFlags }

func (c *associationBlockCommand) Run(s *session) error { return c.run(s, access.VerbBlock) }

// recordFlags are what verbs on one record take.
type recordFlags struct {
	verbFlags
	ID string `arg:"" help:"Id of the record."`
}

func (f *recordFlags) run(s *session, path string) error {
	return f.act(s, http.MethodPost, "/associations/"+named(f.ID)+path, map[string]any{"reason": f.Reason})
}

type associationEndCommand struct {
	recordFlags
	Only bool `help:"For this record alone, not for the same account and device through the other kind of Sentry."`
}

func (c *associationEndCommand) Run(s *session) error {
	return c.act(s, http.MethodPost, "/associations/"+named(c.ID)+"/end-override", map[string]any{"reason": c.Reason, "only": c.Only})
}

type associationUnlinkCommand struct{ recordFlags }

func (c *associationUnlinkCommand) Run(s *session) error { return c.run(s, "/unlink") }

type associationMakeUserCommand struct{ recordFlags }

func (c *associationMakeUserCommand) Run(s *session) error { return c.run(s, "/make-user") }

type associationGiveCommand struct {
	recordFlags
	User string `arg:"" help:"Name of the user who gets the account."`
}

func (c *associationGiveCommand) Run(s *session) error {
	return c.act(s, http.MethodPost, "/associations/"+named(c.ID)+"/give", map[string]any{"user": c.User, "reason": c.Reason})
}

type associationMatchCommand struct{ recordFlags }

func (c *associationMatchCommand) Run(s *session) error { return c.run(s, "/match-again") }

type associationRemoveCommand struct{ recordFlags }

func (c *associationRemoveCommand) Run(s *session) error {
	return c.act(s, http.MethodDelete, "/associations/"+named(c.ID)+"?"+url.Values{"reason": {c.Reason}}.Encode(), nil)
}

type associationLinkCommand struct {
	verbFlags
	ID     string `arg:"" help:"Id of the record."`
	Device string `arg:"" help:"Id of the device."`
}

func (c *associationLinkCommand) Run(s *session) error {
	return c.act(s, http.MethodPost, "/associations/"+named(c.ID)+"/link", map[string]any{"device": c.Device, "reason": c.Reason})
}

type associationCommentCommand struct {
	clientFlags
	IfVersion int64  `name:"if-version" help:"Only when the record still has this version." placeholder:"N"`
	ID        string `arg:"" help:"Id of the record."`
	Comment   string `arg:"" help:"The comment; empty: none."`
}

func (c *associationCommentCommand) Run(s *session) error {
	f := verbFlags{clientFlags: c.clientFlags, IfVersion: c.IfVersion}
	return f.act(s, http.MethodPost, "/associations/"+named(c.ID)+"/comment", map[string]any{"comment": c.Comment})
}

type candidateListCommand struct {
	listFlags
	ID     string `arg:"" help:"Id of the record."`
	Search string `help:"Look among all devices; otherwise what the matcher thinks of."`
}

func (c *candidateListCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	q := url.Values{}
	if c.Search != "" {
		q.Set("search", c.Search)
	}
	var p pageOf
	if err := cl.get(s.ctx, "/associations/"+named(c.ID)+"/candidates?"+q.Encode(), &p); err != nil {
		return err
	}
	out := newPrinter(s.stdout, c.JSON, c.CSV, []column[api.Candidate]{
		{"device", func(k *api.Candidate) string { return string(k.Device.ID) }},
		{"name", func(k *api.Candidate) string { return k.Device.Name }},
		{"model", func(k *api.Candidate) string { return k.Device.Model }},
		{"owner", func(k *api.Candidate) string { return k.Device.OwnerName }},
		{"score", func(k *api.Candidate) string { return strconv.Itoa(k.Score) }},
		{"for", func(k *api.Candidate) string { return strings.Join(k.Reasons, "; ") }},
		{"against", func(k *api.Candidate) string { return strings.Join(k.Against, "; ") }},
	})
	for _, item := range p.Items {
		if err := out.line(item); err != nil {
			return err
		}
	}
	return out.end()
}
