// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// rulePage is the page of one rule.
type rulePage struct {
	page
	R        *admin.RuleDetails
	Here     string // its address, with the view of the records
	Sentence string
	Action   template.HTML
	State    template.HTML
	Acts     []actButton
	Waits    *ruleWaits // it waits for a person; nil: it does not
	Says     []pair
	Figures  []tile
	Records  *listPart // nil: it names none in records
	Asked    string    // why it names none
	Moments  []momentRow
}

// ruleWaits is what a person has to confirm.
type ruleWaits struct {
	Text string
	Do   *actButton // nil: whoever looks may not
}

// ruleShow answers GET /rules/{id}.
func (s *Server) ruleShow(w http.ResponseWriter, r *http.Request) error {
	id := access.BlockingID(r.PathValue("id"))
	records := s.ruled(id)
	if records.choosesColumns(w, r) {
		return nil
	}
	p, err := s.newPage(w, r, "", "rules")
	if err != nil {
		return err
	}
	found, err := s.admin.FindRule(r.Context(), p.Actor, id)
	if err != nil {
		return err
	}
	if found.Action != access.ActionQuarantine {
		heldAlone(records)
	}
	row := &found.RuleRow
	p.Title = clip(visible(found.Name), 100)
	rp := &rulePage{page: p, R: &found, Here: r.URL.RequestURI(), Sentence: s.hear(found.Sentence), Action: s.ruleActionChip(found.Action), State: s.ruleStateCell(row),
		Acts: s.lists.rules.buttons(p.Actor, row, ruleHref(id)), Says: s.rulePairs(row), Figures: s.ruleFigures(row)}
	if found.Enabled && found.Waiting > 0 && !found.Room() {
		rp.Waits = &ruleWaits{Text: s.say("rule.waits", found.Waiting)}
		if len(rp.Acts) > 0 && strings.HasPrefix(rp.Acts[0].Href, "/rules/confirm/") {
			rp.Waits.Do, rp.Acts = &rp.Acts[0], rp.Acts[1:]
		}
	}
	if found.Kind.ByRequest() && found.ForEverybody() {
		rp.Asked = s.say("rule.by-request." + string(found.Kind))
	} else if rp.Records, err = records.part(w, r, ""); err != nil {
		return err
	}
	rp.Moments = s.ruleMoments(found.Timeline)
	return s.showPage(w, r, "rule", rp)
}

// ruleFigures count the records of a rule; each leads to them.
func (s *Server) ruleFigures(r *admin.RuleRow) []tile {
	if r.Kind.ByRequest() && r.ForEverybody() {
		return nil
	}
	list := []tile{{Name: s.say("rule.held." + string(r.Action)), Figure: s.words.Count(r.Held), Href: ruleHref(r.ID) + "?state=held"},
		{Name: s.say("rules.col.waiting"), Figure: s.words.Count(r.Waiting), Href: ruleHref(r.ID) + "?state=waiting"}}
	if r.Action == access.ActionQuarantine {
		list = append(list, tile{Name: s.say("rules.col.released"), Figure: s.words.Count(r.Released), Href: ruleHref(r.ID) + "?state=released"})
	}
	return list
}

// rulePairs say what a rule looks at, for whom it is, and what limits it.
func (s *Server) rulePairs(r *admin.RuleRow) []pair {
	var list []pair
	say := func(key, words string) {
		if words != "" {
			list = append(list, pair{s.say(key), text(words, 1000)})
		}
	}
	say("rules.col.kind", s.ruleKind(r.Kind))
	switch r.Kind {
	case access.BlockingOS:
		say("rule.os", r.OS)
		say("rule.version", r.Blocking.Blocking.Version)
	case access.BlockingProtocol:
		say("rule.protocol", r.Blocking.Blocking.Version)
	case access.BlockingClient, access.BlockingModel:
		say("rule.names."+string(r.Kind), strings.Join(r.Names, ", "))
	case access.BlockingUnseen:
		say("rule.days", strconv.Itoa(r.Days))
	case access.BlockingNetwork:
		say("rule.outside", s.say("rule.outside."+yesNo(r.Outside)))
		say("rule.networks", networkWords(r.Networks, ", "))
	case access.BlockingCommand:
		say("rule.commands", s.commandWords(r.Commands))
	}
	say("rules.col.whom", s.ruleWhom(r))
	say("rules.col.place", s.say("rule.place-is", r.Order))
	if !r.Kind.ByRequest() || !r.ForEverybody() { // what is asked of each request holds no records
		say("rule.most", s.mostWords(r))
	}
	say("rule.note", r.Note)
	made := s.ago(r.Changed)
	if r.By != "" {
		made = s.html("rule.changed-by", made, text(r.By, 80))
	}
	return append(list, pair{s.say("rules.col.changed"), made})
}

// mostWords is how many records a rule may hold.
func (s *Server) mostWords(r *admin.RuleRow) string {
	switch {
	case r.Most == 0:
		return s.say("preferences.any-number")
	case r.Confirmed > r.Most:
		return s.say("rule.most-is", r.Most) + " " + s.say("rule.confirmed", r.Confirmed)
	}
	return s.say("rule.most-is", r.Most)
}

// ruleMoments is what has happened to a rule, from the audit log.
func (s *Server) ruleMoments(list []access.AuditEntry) []momentRow {
	out := make([]momentRow, len(list))
	for i := range list {
		e := &list[i]
		out[i] = momentRow{At: s.ago(e.At), What: s.momentWord(e.Event), Who: s.whoWord(e.Actor), Text: s.hear(e.Detail)}
	}
	return out
}

// ruleConfirmAsk answers GET /rules/confirm/{id}: how many records the rule would hold, which is what is
// confirmed. By another number it has become something that nobody has seen.
func (s *Server) ruleConfirmAsk(w http.ResponseWriter, r *http.Request) error {
	id := access.BlockingID(r.PathValue("id"))
	p, err := s.newPage(w, r, s.say("act.confirm-rule"), "rules")
	if err != nil {
		return err
	}
	p.Width = "narrow"
	found, err := s.admin.FindRule(r.Context(), p.Actor, id)
	if err != nil {
		return err
	}
	seen, err := s.admin.PreviewConfirmRule(r.Context(), p.Actor, id)
	if err != nil {
		return err
	}
	ask := &askPage{page: p, Action: "/rules/confirm/" + url.PathEscape(string(id)), Whole: !isFragment(r), Key: s.newKey(), Danger: found.Action != access.ActionWarn,
		Back:     localPath(cmp.Or(r.PostFormValue("back"), r.URL.Query().Get("back")), ruleHref(id)),
		Question: s.say("rule.confirm-ask", clip(visible(found.Name), 80)), What: s.say("rule.confirm-what", found.Waiting, found.Held),
		Carry:  []named{{"number", itoa(seen.Number)}, {"version", itoa(found.Version)}},
		Button: s.say("rule.confirm-button", seen.Number), Hint: s.say("rules.note-hint"), Notes: s.ruleNotes(&seen, found.Action, true), Refuses: found.Action != access.ActionWarn}
	const named = 20
	for i := range seen.Changes[:min(len(seen.Changes), named)] {
		ask.Whom = append(ask.Whom, whom{One: seen.Changes[i].Pair.Account, Two: seen.Changes[i].Pair.Device})
	}
	if rest := seen.ToBlocked + seen.ToAllowed + seen.Reworded - len(ask.Whom); rest > 0 && len(ask.Whom) > 0 {
		ask.More = s.say("list.and-more", rest)
	}
	return s.showPage(w, r, "ask", ask)
}

// ruleConfirm answers POST /rules/confirm/{id}.
func (s *Server) ruleConfirm(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid(string(access.VerbConfirmRule), s.say("error.form"))
	}
	id := access.BlockingID(r.PathValue("id"))
	back := localPath(r.PostFormValue("back"), ruleHref(id))
	act := admin.Act{Key: r.PostFormValue("key"), Version: atoi(r.PostFormValue("version")), Reason: strings.TrimSpace(r.PostFormValue("reason"))}
	result, err := s.admin.ConfirmRule(r.Context(), login.Actor(r), id, atoi(r.PostFormValue("number")), act)
	if err != nil {
		return s.refused(w, r, back, err)
	}
	return s.done(w, r, back, result)
}

// waitingRule is a rule that waits for a person, for the banner of every page.
type waitingRule struct {
	Text template.HTML
	Href string
}

// rulesWaiting says to administrators which rules speak of more records than they may hold.
func (s *Server) rulesWaiting(r *http.Request, who access.Actor) []waitingRule {
	if who.May(access.VerbConfirmRule) != nil {
		return nil
	}
	list, err := s.admin.RulesWaiting(r.Context(), who)
	if err != nil {
		httpd.NoteError(r.Context(), err)
		return nil
	}
	const most = 2
	var out []waitingRule
	for i := range list[:min(len(list), most)] {
		out = append(out, waitingRule{s.html("rule.banner", text(list[i].Name, 60), list[i].Waiting), ruleHref(list[i].ID)})
	}
	if rest := len(list) - most; rest > 0 {
		out = append(out, waitingRule{s.html("rule.banner-more", rest), "/rules?show=waiting"})
	}
	return out
}
