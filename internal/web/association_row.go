// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

func userOf(a *admin.Row) string {
	if a.User != "" {
		return a.User
	}
	return a.Pair.Account
}

func deviceOf(a *admin.Row) string {
	if a.RawDevice != "" {
		return a.RawDevice
	}
	return a.Pair.Device
}

func osOf(a *admin.Row) string {
	if a.OSVersion == "" {
		return a.OS
	}
	return a.OS + " " + a.OSVersion
}

// numberOf is the phone's number: what it says itself, else what its registration says.
func numberOf(a *admin.Row) string { return firstWord(a.Number, a.DeviceNumber) }

func userUnknown(a *admin.Row) bool { return a.Person == "" }

// knownWord says in exports whether the account belongs to a user.
func knownWord(a *admin.Row) string {
	if userUnknown(a) {
		return "User unknown"
	}
	return ""
}

// numberCell tells the one from the other on hover.
func (s *Server) numberCell(a *admin.Row) template.HTML {
	if a.Number != "" || a.DeviceNumber == "" {
		return text(a.Number, 80)
	}
	return template.HTML(`<span title="`+template.HTMLEscapeString(s.say("activesync.device-number"))+`">`) + text(a.DeviceNumber, 80) + `</span>`
}

// word is the verdict in one word, as exports have it whatever the language of the pages. Wiped says more than
// that it is blocked (C-07).
func word(a *admin.Row) string {
	if a.Wipe.State.Wiped() {
		return "Wiped"
	}
	if a.Decision.Blocked() {
		return "Blocked"
	}
	return "Allowed"
}

// mailboxCell is the Mailbox ID column: derived ones are marked.
func (s *Server) mailboxCell(a *admin.Row) template.HTML {
	if a.MailboxDerived && a.Mailbox != "" {
		return template.HTML(`<span class="derived" title="`+template.HTMLEscapeString(s.say("activesync.derived"))+`">`) + text(a.Mailbox, 80) + `</span>`
	}
	return text(a.Mailbox, 80)
}

// statusChip is the Status column: words and a sign, not a colour alone. An account that
// belongs to nobody is marked (M-14, R-20).
func (s *Server) statusChip(a *admin.Row) template.HTML {
	chip := s.chip("warn bare", "unlink", s.hear(a.StatusLabel()), "")
	if a.Linked() {
		chip = s.chip("plain bare", "link", s.hear(a.StatusLabel()), "")
	}
	if userUnknown(a) {
		chip += " " + s.chip("plain under", "user-off", s.say("unknown-user.chip"), s.say("unknown-user.chip-why"))
	}
	return chip
}

// syncChip is the Sync Status column (C-07): the verdict, its reason on hover, and whether it is enforced.
func (s *Server) syncChip(a *admin.Row) template.HTML {
	chip, why := s.verdictChip(a), s.verdictWhy(a)
	switch {
	case a.Decision.Rule == access.RuleWarned:
		chip += " " + s.chip("warn bare under", "alert-triangle", s.say("verdict.warned"), why)
	case a.Decision.Rule == access.RuleQuarantine:
		chip += " " + s.chip("plain under", "hand-stop", s.say("verdict.quarantine"), why)
	}
	if a.Decision.Blocked() && !a.Wipe.State.Wiped() && a.Decision.Shadow {
		chip += " " + s.chip("plain under", "eye", s.say("verdict.not-enforced"), s.say("verdict.not-enforced-why"))
	}
	return chip
}

// verdictChip is the verdict alone.
func (s *Server) verdictChip(a *admin.Row) template.HTML {
	why := s.verdictWhy(a)
	switch {
	case !a.Decision.Blocked():
		return s.chip("good bare", "circle-check", s.say("verdict.allowed"), why)
	case a.Wipe.State.Wiped():
		return s.chip("bad", "eraser", s.say("verdict.wiped"), why)
	}
	return s.chip("bad", "ban", s.say("verdict.blocked"), why)
}

func (s *Server) verdictWhy(a *admin.Row) string {
	return clip(visible(s.hear(a.Why.Text)+" "+s.hear(a.Why.Detail)), 300)
}

// chip is a few words with a sign before them.
func (s *Server) chip(class, icon, words, title string) template.HTML {
	open := `<span class="chip ` + class + `"`
	if title != "" {
		open += ` title="` + template.HTMLEscapeString(title) + `"`
	}
	return template.HTML(open+">") + s.icon(icon) + template.HTML(template.HTMLEscapeString(words)+"</span>")
}
