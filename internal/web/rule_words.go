// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

func ruleHref(id access.BlockingID) string { return "/rules/" + url.PathEscape(string(id)) }

// ruleKind is what a rule looks at, in words.
func (s *Server) ruleKind(k access.BlockingKind) string {
	if key := "rule.kind." + string(k); s.words.Has(key) {
		return s.say(key)
	}
	return string(k)
}

// ruleAction is what a rule does, in a word.
func (s *Server) ruleAction(a access.BlockingAction) string {
	if key := "rule.action." + string(a); s.words.Has(key) {
		return s.say(key)
	}
	return string(a)
}

func (s *Server) ruleActionChip(a access.BlockingAction) template.HTML {
	switch words := s.ruleAction(a); a {
	case access.ActionBlock:
		return s.chip("bad bare", "ban", words, "")
	case access.ActionQuarantine:
		return s.chip("warn bare", "hand-stop", words, "")
	default:
		return s.chip("plain bare", "eye", words, "")
	}
}

// ruleWhom says for whom a rule is.
func (s *Server) ruleWhom(r *admin.RuleRow) string {
	if r.ForEverybody() {
		return s.say("rule.everybody")
	}
	return strings.Join(append(slices.Clone(r.Groups), s.ruleUsers(r)...), ", ")
}

// ruleUsers names the users that a rule is for; who is gone, or is not shown, goes by the number of them.
func (s *Server) ruleUsers(r *admin.RuleRow) (names []string) {
	hidden := 0
	for _, id := range r.Users {
		if name := r.UserNames[id]; name != "" {
			names = append(names, name)
		} else {
			hidden++
		}
	}
	slices.Sort(names)
	if hidden > 0 {
		names = append(names, s.say("rule.more-users", hidden))
	}
	return names
}

// ruleState says whether a rule is in force.
func (s *Server) ruleState(r *admin.RuleRow) string {
	if r.Enabled {
		return s.say("rule.on")
	}
	return s.say("rule.off")
}

func (s *Server) ruleStateCell(r *admin.RuleRow) template.HTML {
	chip := s.chip("plain bare", "player-pause", s.ruleState(r), "")
	if r.Enabled {
		chip = s.chip("good bare", "circle-check", s.ruleState(r), "")
	}
	if r.Walk.On {
		chip += " " + s.chip("plain under", "hourglass", s.say("rule.walk-chip", r.Walk.Percent), s.say("rule.walk-why"))
	}
	return chip
}

// heldCell counts the records of a rule. One that is asked of each request for everybody has none.
func (s *Server) heldCell(r *admin.RuleRow) template.HTML {
	if r.Held == 0 && r.Kind.ByRequest() && r.ForEverybody() {
		return template.HTML(`<span class="soft" title="` + template.HTMLEscapeString(s.say("rule.by-request."+string(r.Kind))) + `">` + template.HTMLEscapeString(s.say("rule.each-request")) + `</span>`)
	}
	return template.HTML(template.HTMLEscapeString(s.words.Count(r.Held)))
}

// waitingCell counts what a person has to confirm.
func (s *Server) waitingCell(r *admin.RuleRow) template.HTML {
	if r.Waiting == 0 {
		return template.HTML(template.HTMLEscapeString(s.words.Count(0)))
	}
	return s.chip("warn", "user-question", s.words.Count(r.Waiting), s.say("rule.waiting-why"))
}

// How a rule and a record stand to each other, as the store names it.
const (
	ruledHeld     = "held"
	ruledWaiting  = "waiting"
	ruledReleased = "released"
)

// ruledWord says how a rule and a record stand to each other.
func (s *Server) ruledWord(state string, a access.BlockingAction) string {
	key := "ruled.state." + state
	if state == ruledHeld {
		key = "ruled.held." + string(a)
	}
	if s.words.Has(key) {
		return s.say(key)
	}
	return state
}

func (s *Server) ruledChip(state string, a access.BlockingAction) template.HTML {
	switch words := s.ruledWord(state, a); {
	case state == ruledReleased:
		return s.chip("good", "lock-open", words, "")
	case state == ruledWaiting:
		return s.chip("warn", "user-question", words, s.say("rule.waiting-why"))
	case a == access.ActionBlock:
		return s.chip("bad", "ban", words, "")
	case a == access.ActionQuarantine:
		return s.chip("warn", "hand-stop", words, "")
	default:
		return s.chip("plain", "eye", words, "")
	}
}

// ruleFields are what a rule says, field by field: to be compared with what it said before, or with what
// somebody else has made of it meanwhile.
func (s *Server) ruleFields(f *ruleInput) []formField {
	list := []formField{{Name: "name", Label: s.say("rules.col.name"), Value: f.Name}, {Name: "action", Label: s.say("rules.col.action"), Value: s.ruleAction(f.Action)}}
	add := func(name, label, value string) {
		list = append(list, formField{Name: name, Label: s.say(label), Value: value})
	}
	switch f.Kind {
	case access.BlockingOS:
		add("os", "rule.os", f.OS)
		add("version", "rule.version", f.Version)
	case access.BlockingProtocol:
		add("version", "rule.protocol", f.Version)
	case access.BlockingClient, access.BlockingModel:
		add("names", "rule.names."+string(f.Kind), strings.Join(f.Names, ", "))
	case access.BlockingUnseen:
		add("days", "rule.days", f.T.Days)
	case access.BlockingNetwork:
		add("outside", "rule.outside", s.say("rule.outside."+yesNo(f.Outside)))
		add("networks", "rule.networks", strings.Join(lines(f.T.Networks), ", "))
	case access.BlockingCommand:
		add("commands", "rule.commands", s.commandWords(f.Commands))
	}
	add("groups", "rule.groups", strings.Join(lines(f.T.Groups), ", "))
	add("users", "rule.users", strings.Join(lines(f.T.Users), ", "))
	add("enabled", "rules.col.enabled", s.say("preferences."+yesNo(f.Enabled)))
	add("most", "rule.most", f.T.Most)
	if f.T.Place != "" {
		add("place", "rule.place", f.T.Place)
	}
	add("note", "rule.note", f.Note)
	return list
}

// commands are what a rule may refuse one by one, each with words for who does not know the protocol: the
// rest of a phone's work goes on. Those that phones begin with are left out, Provision and Options cannot be
// refused at all. [MS-ASHTTP] 2.2.1.1.1.2.2
func commands() []string {
	return []string{"SendMail", "SmartForward", "SmartReply", "GetAttachment", "ItemOperations", access.FeatureLibrary, "Search", "Find", "ResolveRecipients",
		"MeetingResponse", "MoveItems", "FolderCreate", "FolderUpdate", "FolderDelete", "ValidateCert", "GetItemEstimate", "Settings", "Sync", "FolderSync", "Ping"}
}

// commandWord is what a command is for.
func (s *Server) commandWord(name string) string {
	if key := "command." + strings.ToLower(name); s.words.Has(key) {
		return s.say(key)
	}
	return ""
}

func (s *Server) commandWords(names []string) string {
	words := make([]string, len(names))
	for i, n := range names {
		words[i] = n
		if n == access.FeatureLibrary {
			words[i] = s.commandWord(n)
		}
	}
	return strings.Join(words, ", ")
}
