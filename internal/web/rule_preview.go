// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// rulePreviewPage says what saving a rule would come to, before it is saved (Y-07).
type rulePreviewPage struct {
	page
	New       bool
	Sentence  string
	Problem   string
	Lines     []diffLine
	Headline  string
	Rows      []previewRow
	NoRows    string
	More      string
	Notes     []string
	Confirm   string // what is confirmed; empty: nothing has to be
	Otherwise string // what becomes of those beyond the number
	Number    int64
	Carry     []named
	Key       string
	Danger    bool
	Refuses   bool // it would refuse somebody, so shadow mode matters
	Same      bool // nothing is another than before
	Button    string
}

// rulePreview answers POST /rules/preview: what was typed, and what it would come to.
func (s *Server) rulePreview(w http.ResponseWriter, r *http.Request) error {
	in, err := s.readRule(r)
	if r.PostFormValue("again") != "" {
		return s.showRuleForm(w, r, in, nil, http.StatusOK, "")
	}
	if err == nil {
		err = s.showRulePreview(w, r, in, http.StatusOK, "")
	}
	return s.ruleRefused(w, r, in, err)
}

// ruleRefused shows the form again for what cannot be accepted.
func (s *Server) ruleRefused(w http.ResponseWriter, r *http.Request, in *ruleInput, err error) error {
	status := refusedStatus(err)
	if status == 0 {
		return err
	}
	stands, missing := s.standing(r.Context(), r, in)
	if missing != nil {
		return missing
	}
	return s.showRuleForm(w, r, in, stands, status, s.textOf(err))
}

func (s *Server) showRulePreview(w http.ResponseWriter, r *http.Request, in *ruleInput, status int, problem string) error {
	who := login.Actor(r)
	f := in.RuleForm
	f.Confirm = 0
	seen, err := s.admin.PreviewRule(r.Context(), who, in.ID, f)
	if err != nil {
		return err
	}
	p, err := s.newPage(w, r, s.say("policy.preview-title"), "rules")
	if err != nil {
		return err
	}
	pp := &rulePreviewPage{page: p, New: in.ID == "", Sentence: s.hear(seen.Sentence), Problem: problem, Carry: in.carry(), Key: s.newKey(), Number: seen.Number, Notes: seen.Notes,
		Danger: seen.ToBlocked > 0, Refuses: in.Enabled && in.Action != access.ActionWarn, Button: s.say("rule.save")}
	if pp.New {
		pp.Button = s.say("rule.create")
	} else if pp.Lines, err = s.ruleDiff(r, in); err != nil {
		return err
	}
	pp.Same = !pp.New && len(pp.Lines) == 0
	s.fillRulePreview(pp, &seen, in)
	return s.show(w, status, "rule_preview", "layout", pp)
}

// ruleDiff is what the form makes of the rule as it stands.
func (s *Server) ruleDiff(r *http.Request, in *ruleInput) ([]diffLine, error) {
	found, err := s.admin.FindRule(r.Context(), login.Actor(r), in.ID)
	if err != nil {
		return nil, err
	}
	stands, err := s.inputOf(r, &found.RuleRow)
	if err != nil {
		return nil, err
	}
	var list []diffLine
	for _, d := range differing(s.ruleFields(in), s.ruleFields(stands)) {
		list = append(list, diffLine{d.Label, d.Theirs, d.Mine})
	}
	return list, nil
}

func (s *Server) fillRulePreview(pp *rulePreviewPage, seen *admin.RulePreview, in *ruleInput) {
	pp.Headline = s.ruleEffect(seen, in.Action, in.Enabled)
	for _, c := range seen.Changes {
		pp.Rows = append(pp.Rows, previewRow{c.Pair.Account, c.Pair.Device, wordsOf(c.Before), wordsOf(c.After)})
	}
	if rest := seen.ToBlocked + seen.ToAllowed + seen.Reworded - len(pp.Rows); rest > 0 {
		pp.More = s.say("list.and-more", rest)
	}
	pp.NoRows = s.say("preview.no-rows")
	if in.Enabled && in.Most > 0 && seen.Number > int64(in.Most) {
		pp.Confirm, pp.Otherwise = s.say("rule.confirm-at-once", seen.Number), s.say("rule.confirm-otherwise", in.Most)
		if seen.ByRequest {
			pp.Confirm, pp.Otherwise = s.say("rule.confirm-requests", seen.Number), s.say("rule.confirm-or-not", in.Most)
		}
	}
}

// ruleSave answers POST /rules/save: a new rule, or what has become of one.
func (s *Server) ruleSave(w http.ResponseWriter, r *http.Request) error {
	in, err := s.readRule(r)
	if err != nil {
		return s.ruleRefused(w, r, in, err)
	}
	who, act := login.Actor(r), admin.Act{Key: r.PostFormValue("key"), Version: in.Of}
	var result admin.Result
	if in.ID == "" {
		act.Version = 0
		result, err = s.admin.CreateRule(r.Context(), who, in.RuleForm, act)
	} else {
		result, err = s.admin.ChangeRule(r.Context(), who, in.ID, in.RuleForm, act)
	}
	if access.KindOf(err) == access.KindConflict && err != nil && in.Confirm > 0 {
		// What was confirmed is another number by now: it is shown anew, unless the rule itself has changed.
		if stands, missing := s.standing(r.Context(), r, in); missing == nil && stands == nil {
			return s.showRulePreview(w, r, in, http.StatusConflict, s.textOf(err))
		}
	}
	if err != nil {
		return s.ruleRefused(w, r, in, err)
	}
	if in.ID == "" {
		return s.added(w, r, ruleHref(access.BlockingID(result.ID)), "/rules", result)
	}
	return s.done(w, r, ruleHref(in.ID), result)
}
