// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
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
	DefaultPolicy  string // its name; empty: the mail server's own
}

// preferencesShow answers GET /sentry/preferences.
func (s *Server) preferencesShow(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newPage(w, r, s.say("preferences.title"), "preferences")
	if err != nil {
		return err
	}
	prefs, err := s.admin.Preferences(r.Context(), p.Actor)
	if err != nil {
		return err
	}
	p.Width = "narrow"
	pp := &preferencesPage{page: p, P: prefs, MaxVerdictAge: duration(prefs.MaxVerdictAge), ReconcileEvery: duration(prefs.ReconcileEvery)}
	if prefs.DefaultPolicy != "" {
		policy, err := s.admin.FindPolicy(r.Context(), p.Actor, prefs.DefaultPolicy)
		if err != nil {
			return err
		}
		pp.DefaultPolicy = policy.Name
	}
	return s.showPage(w, r, "preferences", pp)
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
	p, err := s.newPage(w, r, s.say("preview.title"), "preferences")
	if err != nil {
		return err
	}
	now, err := s.admin.Preferences(r.Context(), p.Actor)
	if err != nil {
		return err
	}
	then, err := s.readPreferences(r.URL.Query(), now.Preferences)
	if err != nil {
		return s.refused(w, r, "/sentry/preferences", err)
	}
	found, err := s.admin.PreviewPreferences(r.Context(), p.Actor, then)
	if err != nil {
		return s.refused(w, r, "/sentry/preferences", err)
	}
	pp := &previewPage{page: p, Version: now.Version, Key: s.newKey(), Changes: s.settingChanges(now.Preferences, then), Carry: carryPreferences(then)}
	s.fill(pp, &found, now.Preferences, then)
	return s.showPage(w, r, "preview", pp)
}

func (s *Server) fill(pp *previewPage, found *admin.Preview, now, then access.Preferences) {
	pp.Checked = count(s, found.Records)
	for _, c := range found.Changes {
		pp.Rows = append(pp.Rows, previewRow{c.Pair.Account, c.Pair.Device, wordsOf(c.Before), wordsOf(c.After)})
	}
	total := found.ToBlocked + found.ToAllowed + found.Reworded
	slices.SortFunc(pp.Rows, func(a, b previewRow) int {
		return cmp.Or(strings.Compare(a.User, b.User), strings.Compare(a.Device, b.Device))
	})
	if rest := total - len(pp.Rows); rest > 0 {
		pp.More = s.say("list.and-more", rest)
	}
	pp.Headline = s.say("preview.headline", total, found.ToBlocked, found.ToAllowed)
	if found.Reworded > 0 {
		pp.Headline = s.say("preview.headline-reworded", total, found.ToBlocked, found.ToAllowed, found.Reworded)
	}
	pp.NoRows = s.say("preview.no-rows")
	for _, n := range found.Notes {
		pp.Warning += s.hear(n) + " "
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
		return access.Invalid("preferences", s.say("error.form"))
	}
	then, err := s.readPreferences(r.PostForm, now.Preferences)
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
		m.Text += " " + s.say("preferences.not-enforced")
	}
	return s.back(w, r, "/sentry/preferences", m)
}

// refusesMore reports whether a change of the preferences would refuse somebody who passes now.
func refusesMore(now, then access.Preferences) bool {
	return then.AutoBlock && !now.AutoBlock ||
		then.RefuseOtherUser && !now.RefuseOtherUser ||
		then.UnknownUsersUnregistered && !now.UnknownUsersUnregistered && then.AutoBlock ||
		now.AllowOverridesCompliance && !then.AllowOverridesCompliance ||
		then.OneServerType && !now.OneServerType ||
		then.DeviceLimit > 0 && (now.DeviceLimit == 0 || then.DeviceLimit < now.DeviceLimit) ||
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
func (s *Server) readPreferences(q url.Values, p access.Preferences) (access.Preferences, error) {
	yes := func(name string, into *bool) {
		if q.Has(name) {
			*into = q.Get(name) == "yes"
		}
	}
	yes("shadow", &p.Shadow)
	yes("auto_block", &p.AutoBlock)
	yes("refuse_other_user", &p.RefuseOtherUser)
	yes("allow_overrides_compliance", &p.AllowOverridesCompliance)
	yes("one_server_type", &p.OneServerType)
	if q.Has("device_limit") {
		n, ok := wholeNumber(q.Get("device_limit"))
		if !ok {
			return p, access.Invalid("preferences", s.say("form.number", s.say("preferences.device-limit")))
		}
		p.DeviceLimit = n
	}
	if q.Has("unknown_users") {
		p.UnknownUsersUnregistered = q.Get("unknown_users") == "unregistered"
	}
	if q.Has("unknown_when_away") {
		p.UnknownWhenAway = access.Answer(q.Get("unknown_when_away"))
	}
	for _, f := range []struct {
		name, label string
		into        *time.Duration
	}{{"max_verdict_age", "preferences.age", &p.MaxVerdictAge}, {"reconcile_every", "preferences.reconcile", &p.ReconcileEvery}} {
		if !q.Has(f.name) {
			continue
		}
		d, ok := parseDuration(q.Get(f.name))
		if !ok {
			return p, access.Invalid("preferences", s.say("preferences.unreadable", s.say(f.label)))
		}
		*f.into = d
	}
	return p, p.Validate()
}

func carryPreferences(p access.Preferences) []named {
	return []named{{"shadow", yesNo(p.Shadow)}, {"auto_block", yesNo(p.AutoBlock)}, {"unknown_when_away", string(p.UnknownWhenAway)},
		{"max_verdict_age", p.MaxVerdictAge.String()}, {"reconcile_every", p.ReconcileEvery.String()},
		{"refuse_other_user", yesNo(p.RefuseOtherUser)}, {"allow_overrides_compliance", yesNo(p.AllowOverridesCompliance)},
		{"unknown_users", unknownUsers(p)}, {"one_server_type", yesNo(p.OneServerType)}, {"device_limit", strconv.Itoa(p.DeviceLimit)}}
}

// wholeNumber reads a number that a person has typed; nothing is 0.
func wholeNumber(text string) (n int, ok bool) {
	if text = strings.TrimSpace(text); text == "" {
		return 0, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0
}

// unknownUsers is what is done with accounts of unknown users, as forms have it.
func unknownUsers(p access.Preferences) string {
	if p.UnknownUsersUnregistered {
		return "unregistered"
	}
	return "flag"
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (s *Server) settingChanges(a, b access.Preferences) []settingChange {
	var list []settingChange
	say := func(name, before, after string) {
		if before != after {
			list = append(list, settingChange{s.say(name), before, after})
		}
	}
	pick := func(on bool, yes, no string) string {
		if on {
			return s.say(yes)
		}
		return s.say(no)
	}
	age := func(d time.Duration) string {
		if d == 0 {
			return s.say("preferences.no-limit")
		}
		return duration(d)
	}
	say("preferences.mode", pick(a.Shadow, "preferences.observe", "preferences.enforce"), pick(b.Shadow, "preferences.observe", "preferences.enforce"))
	say("preferences.auto-block", pick(a.AutoBlock, "preferences.yes", "preferences.no"), pick(b.AutoBlock, "preferences.yes", "preferences.no"))
	users := func(p access.Preferences) string { return s.say("preferences.users." + unknownUsers(p)) }
	say("preferences.users", users(a), users(b))
	away := func(x access.Answer) string {
		return pick(x == access.AnswerPass, "preferences.pass", "preferences.refuse")
	}
	say("preferences.away", away(a.UnknownWhenAway), away(b.UnknownWhenAway))
	say("preferences.age", age(a.MaxVerdictAge), age(b.MaxVerdictAge))
	say("preferences.reconcile", duration(a.ReconcileEvery), duration(b.ReconcileEvery))
	say("preferences.other-user", pick(a.RefuseOtherUser, "preferences.refuse-it", "preferences.note-it"), pick(b.RefuseOtherUser, "preferences.refuse-it", "preferences.note-it"))
	say("preferences.compliance", pick(a.AllowOverridesCompliance, "preferences.yes", "preferences.no"), pick(b.AllowOverridesCompliance, "preferences.yes", "preferences.no"))
	say("preferences.one-server", pick(a.OneServerType, "preferences.yes", "preferences.no"), pick(b.OneServerType, "preferences.yes", "preferences.no"))
	say("preferences.device-limit", s.anyNumber(a.DeviceLimit), s.anyNumber(b.DeviceLimit))
	return list
}

// anyNumber is a limit in words; 0 is none.
func (s *Server) anyNumber(n int) string {
	if n == 0 {
		return s.say("preferences.any-number")
	}
	return s.words.Count(int64(n))
}
