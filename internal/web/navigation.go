// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// navGroup is a heading of the navigation with what stands under it.
type navGroup struct {
	Label   string
	Entries []navEntry
}

// navEntry leads to a page. Who may not read the page is not shown the entry.
type navEntry struct {
	Section, Path, Label, Icon string
	Sub                        bool // it belongs to the entry before it
	Verb                       access.Verb
	Here                       bool
	Count                      string // how much waits there; empty: nothing, or nobody counts
	Counts                     string // the same in words, for who hears it
}

// navigation is the whole of it, in the order and the words of R-9. Only what exists has an entry.
func navigation() []navGroup {
	return []navGroup{
		{"", []navEntry{{Section: "dashboard", Path: "/", Label: "nav.dashboard", Icon: "layout-dashboard", Verb: access.VerbView}}},
		{"nav.devices-users", []navEntry{
			{Section: "devices", Path: "/devices", Label: "nav.devices", Icon: "devices", Verb: access.VerbView},
			{Section: "users", Path: "/users", Label: "nav.users", Icon: "users", Verb: access.VerbView},
			{Section: "activesync", Path: "/activesync", Label: "nav.activesync", Icon: "device-mobile", Verb: access.VerbView},
			{Section: "overrides", Path: "/overrides", Label: "nav.overrides", Icon: "gavel", Verb: access.VerbView},
			{Section: "quarantine", Path: "/quarantine", Label: "nav.quarantine", Icon: "hand-stop", Verb: access.VerbView},
			{Section: "wipes", Path: "/wipes", Label: "nav.wipes", Icon: "eraser", Verb: access.VerbView},
			{Section: "expected", Path: "/expected", Label: "nav.expected", Icon: "clock", Verb: access.VerbViewAudit},
			{Section: "import", Path: "/import", Label: "nav.import", Icon: "arrow-up", Verb: access.VerbViewAudit},
		}},
		{"nav.policies-configs", []navEntry{
			{Section: "policies", Path: "/policies", Label: "nav.policies", Icon: "checklist", Verb: access.VerbView},
			{Section: "rules", Path: "/rules", Label: "nav.rules", Icon: "filter", Verb: access.VerbView},
		}},
		{"nav.services", []navEntry{
			{Section: "sentry", Path: "/sentry", Label: "nav.sentry", Icon: "shield-check", Verb: access.VerbView},
			{Section: "preferences", Path: "/sentry/preferences", Label: "nav.preferences", Sub: true, Verb: access.VerbView},
		}},
		{"nav.logs", []navEntry{
			{Section: "audit", Path: "/audit", Label: "nav.audit", Icon: "list-details", Verb: access.VerbViewAudit},
			{Section: "jobs", Path: "/jobs", Label: "nav.jobs", Icon: "stack-2", Verb: access.VerbView},
		}},
		{"nav.administration", []navEntry{
			{Section: "administrators", Path: "/administrators", Label: "nav.administrators", Icon: "user-shield", Verb: access.VerbViewAccess},
			{Section: "sessions", Path: "/sessions", Label: "nav.sessions", Sub: true, Verb: access.VerbViewAccess},
			{Section: "tokens", Path: "/tokens", Label: "nav.tokens", Sub: true, Verb: access.VerbViewAccess},
			{Section: "signing-in", Path: "/administrators/sign-in", Label: "nav.signing-in", Sub: true, Verb: access.VerbViewAccess},
		}},
		{"nav.settings", []navEntry{
			{Section: "settings-general", Path: "/settings", Label: "settings.general.title", Icon: "settings", Verb: access.VerbViewAudit},
			{Section: "settings-mail", Path: "/settings/mail", Label: "settings.mail.title", Sub: true, Verb: access.VerbViewAudit},
			{Section: "settings-retention", Path: "/settings/retention", Label: "settings.retention.title", Sub: true, Verb: access.VerbViewAudit},
			{Section: "settings-personal", Path: "/settings/personal-data", Label: "settings.personal.title", Sub: true, Verb: access.VerbViewAudit},
			{Section: "settings-masking", Path: "/settings/masking", Label: "settings.masking.title", Sub: true, Verb: access.VerbViewAudit},
			{Section: "settings-wipe", Path: "/settings/wipe-safety", Label: "settings.wipe.title", Sub: true, Verb: access.VerbViewAudit},
			{Section: "settings-stream", Path: "/settings/audit-stream", Label: "settings.stream.title", Sub: true, Verb: access.VerbViewAudit},
			{Section: "settings-backup", Path: "/settings/backup", Label: "settings.backup.title", Sub: true, Verb: access.VerbViewAudit},
		}},
	}
}

// nav gives what who may read, in words, and the group that holds the section.
func (s *Server) nav(who access.Actor, section string) (groups []navGroup, crumb string) {
	for _, g := range navigation() {
		shown := navGroup{}
		if g.Label != "" {
			shown.Label = s.say(g.Label)
		}
		for _, e := range g.Entries {
			if who.May(e.Verb) != nil || s.settings == nil && g.Label == "nav.settings" {
				continue
			}
			e.Label, e.Here = s.say(e.Label), e.Section == section
			if e.Here {
				crumb = shown.Label
			}
			shown.Entries = append(shown.Entries, e)
		}
		if len(shown.Entries) > 0 {
			groups = append(groups, shown)
		}
	}
	return groups, crumb
}

// countNav says beside an entry how much waits there for somebody.
func (s *Server) countNav(r *http.Request, who access.Actor, groups []navGroup) {
	for i := range groups {
		for k := range groups[i].Entries {
			e := &groups[i].Entries[k]
			if e.Section != "quarantine" {
				continue
			}
			n, err := s.admin.CountQuarantine(r.Context(), who)
			if err != nil {
				httpd.NoteError(r.Context(), err)
			}
			if n > 0 {
				e.Count, e.Counts = s.words.Count(n), s.say("quarantine.count", n)
			}
		}
	}
}
