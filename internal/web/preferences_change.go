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

// preferencesPage is Services > Sentry > Preferences.
type preferencesPage struct {
	page
	P              admin.Preferences
	MaxVerdictAge  string
	ReconcileEvery string
}

// preferencesShow answers GET /sentry/preferences.
func (s *Server) preferencesShow(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newPage(w, r, "Preferences", "preferences")
	if err != nil {
		return err
	}
	prefs, err := s.admin.Preferences(r.Context(), p.Actor)
	if err != nil {
		return err
	}
	p.Width = "narrow"
	return s.showPage(w, r, "preferences", &preferencesPage{page: p, P: prefs,
		MaxVerdictAge: duration(prefs.MaxVerdictAge), ReconcileEvery: duration(prefs.ReconcileEvery)})
}

// previewPage is the dry run before saving (Y-07).
type previewPage struct {
	page
	Checked  string
	Changes  []settingChange
	Headline string
	NoRows   string
	Rows     []previewRow
	More     string
	Warning  string
	// NotEnforced leads to the same preview with enforcement turned on; empty: nothing needs saying.
	NotEnforced string
	Danger      bool
	Carry       []named
	Version     int64
	Key         string
}

type settingChange struct{ Name, Before, After string }

type previewRow struct {
	User, Device  string
	Before, After verdictWords
}

type verdictWords struct {
	Blocked, Shadow bool
	Text            string
}

// preferencesPreview answers GET /sentry/preferences/preview. What the address does not name stays as it
// is, so that "turn enforcement on" is a link.
func (s *Server) preferencesPreview(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newPage(w, r, "Preview of preferences", "preferences")
	if err != nil {
		return err
	}
	now, err := s.admin.Preferences(r.Context(), p.Actor)
	if err != nil {
		return err
	}
	then, err := readPreferences(r.URL.Query(), now.Preferences)
	if err != nil {
		return s.refused(w, r, "/sentry/preferences", err)
	}
	found, err := s.admin.PreviewPreferences(r.Context(), p.Actor, then)
	if err != nil {
		return s.refused(w, r, "/sentry/preferences", err)
	}
	pp := &previewPage{page: p, Version: now.Version, Key: s.newKey(), Changes: settingChanges(now.Preferences, then), Carry: carryPreferences(then)}
	pp.fill(&found, now.Preferences, then)
	return s.showPage(w, r, "preview", pp)
}

func (pp *previewPage) fill(found *admin.Preview, now, then access.Preferences) {
	pp.Checked = count(found.Records)
	for _, c := range found.Changes {
		pp.Rows = append(pp.Rows, previewRow{c.Pair.Account, c.Pair.Device, wordsOf(c.Before), wordsOf(c.After)})
	}
	total := found.ToBlocked + found.ToAllowed + found.Reworded
	if rest := total - len(pp.Rows); rest > 0 {
		pp.More = count(rest)
	}
	pp.Headline = plural(total, "record") + " would change: " + count(found.ToBlocked) + " newly refused, " + count(found.ToAllowed) + " newly let through"
	if found.Reworded > 0 {
		pp.Headline += ", " + count(found.Reworded) + " for another reason"
	}
	pp.NoRows = "No record that is known now would change. New ones are judged by the new settings."
	for _, n := range found.Notes {
		pp.Warning += n + " "
	}
	if then.Shadow && (found.ToBlocked > 0 || refusesMore(now, then)) {
		pp.NotEnforced = enforcingHref(then)
	}
	pp.Danger = !then.Shadow && found.ToBlocked > 0
}

func wordsOf(w access.Why) verdictWords {
	return verdictWords{Blocked: w.Verdict != access.VerdictPass.String(), Shadow: !w.Enforced, Text: w.Text}
}

// preferencesChange answers POST /sentry/preferences.
func (s *Server) preferencesChange(w http.ResponseWriter, r *http.Request) error {
	now, err := s.admin.Preferences(r.Context(), login.Actor(r))
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return access.Invalid("preferences", "The form could not be read.")
	}
	then, err := readPreferences(r.PostForm, now.Preferences)
	if err != nil {
		return s.refused(w, r, "/sentry/preferences", err)
	}
	act := admin.Act{Key: r.PostFormValue("key"), Version: atoi(r.PostFormValue("version")), Reason: clip(r.PostFormValue("reason"), 500)}
	result, err := s.admin.ChangePreferences(r.Context(), login.Actor(r), then, act)
	if err != nil {
		return s.refused(w, r, "/sentry/preferences", err)
	}
	m := message{Text: result.Text, Number: result.Number}
	if then.Shadow && refusesMore(now.Preferences, then) {
		m.Kind, m.Shadow = "warn", true
		m.Text += " Shadow mode is on: this is not enforced."
	}
	return s.back(w, r, "/sentry/preferences", m)
}

// refusesMore reports whether a change of the preferences would refuse somebody who passes now.
func refusesMore(now, then access.Preferences) bool {
	return then.AutoBlock && !now.AutoBlock ||
		then.RefuseOtherUser && !now.RefuseOtherUser ||
		now.AllowOverridesCompliance && !then.AllowOverridesCompliance ||
		then.UnknownWhenAway == access.AnswerRefuse && now.UnknownWhenAway != access.AnswerRefuse ||
		then.MaxVerdictAge > 0 && (now.MaxVerdictAge == 0 || then.MaxVerdictAge < now.MaxVerdictAge)
}

// enforcingHref is the preview of the same settings with enforcement turned on.
func enforcingHref(p access.Preferences) string {
	p.Shadow = false
	q := url.Values{}
	for _, n := range carryPreferences(p) {
		q.Set(n.Name, n.Value)
	}
	return "/sentry/preferences/preview?" + q.Encode()
}

// readPreferences reads what a form names and keeps the rest.
func readPreferences(q url.Values, p access.Preferences) (access.Preferences, error) {
	yes := func(name string, into *bool) {
		if q.Has(name) {
			*into = q.Get(name) == "yes"
		}
	}
	yes("shadow", &p.Shadow)
	yes("auto_block", &p.AutoBlock)
	yes("refuse_other_user", &p.RefuseOtherUser)
	yes("allow_overrides_compliance", &p.AllowOverridesCompliance)
	if q.Has("unknown_when_away") {
		p.UnknownWhenAway = access.Answer(q.Get("unknown_when_away"))
	}
	for _, f := range []struct {
		name, label string
		into        *time.Duration
	}{{"max_verdict_age", "The maximum age of the last verdict", &p.MaxVerdictAge}, {"reconcile_every", "The reconciliation interval", &p.ReconcileEvery}} {
		if !q.Has(f.name) {
			continue
		}
		d, ok := parseDuration(q.Get(f.name))
		if !ok {
			return p, access.Invalid("preferences", f.label+" could not be read: write it like 30 min, 12 h or 7 d.")
		}
		*f.into = d
	}
	return p, p.Validate()
}

func carryPreferences(p access.Preferences) []named {
	return []named{{"shadow", yesNo(p.Shadow)}, {"auto_block", yesNo(p.AutoBlock)}, {"unknown_when_away", string(p.UnknownWhenAway)},
		{"max_verdict_age", p.MaxVerdictAge.String()}, {"reconcile_every", p.ReconcileEvery.String()},
		{"refuse_other_user", yesNo(p.RefuseOtherUser)}, {"allow_overrides_compliance", yesNo(p.AllowOverridesCompliance)}}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func settingChanges(a, b access.Preferences) []settingChange {
	var list []settingChange
	say := func(name, before, after string) {
		if before != after {
			list = append(list, settingChange{name, before, after})
		}
	}
	pick := func(on bool, yes, no string) string {
		if on {
			return yes
		}
		return no
	}
	age := func(d time.Duration) string {
		if d == 0 {
			return "without limit"
		}
		return duration(d)
	}
	say("Mode", pick(a.Shadow, "Observe (shadow mode)", "Enforce"), pick(b.Shadow, "Observe (shadow mode)", "Enforce"))
	say("Auto Block Unregistered(unlinked) Devices", pick(a.AutoBlock, "Yes", "No"), pick(b.AutoBlock, "Yes", "No"))
	away := func(x access.Answer) string { return pick(x == access.AnswerPass, "Let through", "Refuse") }
	say("Unknown pairs while the console is away", away(a.UnknownWhenAway), away(b.UnknownWhenAway))
	say("Maximum age of the last verdict", age(a.MaxVerdictAge), age(b.MaxVerdictAge))
	say("Reconciliation interval", duration(a.ReconcileEvery), duration(b.ReconcileEvery))
	say("A request that names another user", pick(a.RefuseOtherUser, "Refuse it", "Note it"), pick(b.RefuseOtherUser, "Refuse it", "Note it"))
	say("Manual Allow overrides compliance", pick(a.AllowOverridesCompliance, "Yes", "No"), pick(b.AllowOverridesCompliance, "Yes", "No"))
	return list
}
