// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"net/http"
	"time"

	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// policyPage is the page of one policy.
type policyPage struct {
	page
	P         *admin.PolicyDetails
	Acts      []actButton
	InUse     string // why it cannot be deleted
	Phones    string
	Bar       template.HTML
	Answers   []answerLine
	Groups    []settingGroup
	Open      string // how many settings ask for nothing
	Ways      []pair
	Revisions []revisionLine
	Heads     []string // of the answers
}

// answerLine is a revision with how many records have answered it in which way.
type answerLine struct {
	Revision int64
	Now      bool
	Counts   []int64
}

// revisionLine is what a revision has changed, and whose work it was.
type revisionLine struct {
	Revision int64
	By       string
	At       time.Time
	Note     string
	Diff     []diffLine
}

// diffLine is one setting before and after.
type diffLine struct{ Label, Before, After string }

func (s *Server) diffLines(list []admin.PolicyDiff) []diffLine {
	var out []diffLine
	for _, d := range list {
		out = append(out, diffLine{s.settingLabel(d.Element), s.elementWord(d.Element, d.Before), s.elementWord(d.Element, d.After)})
	}
	return out
}

// answerHeads are the heads of the table of answers.
func (s *Server) answerHeads() []string {
	var list []string
	for _, a := range policyAnswers() {
		list = append(list, s.answerWord(a))
	}
	return list
}

// policyShow answers GET /policies/{id}.
func (s *Server) policyShow(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newPage(w, r, "", "policies")
	if err != nil {
		return err
	}
	found, err := s.admin.FindPolicy(r.Context(), p.Actor, access.PolicyID(r.PathValue("id")))
	if err != nil {
		return err
	}
	row := &found.PolicyRow
	p.Title = clip(visible(found.Name), 100)
	pp := &policyPage{page: p, P: &found, Acts: s.lists.policies.buttons(p.Actor, row, policyHref(found.ID)), Groups: s.settingGroups(valuesOf(&found.Policy.Policy), nil, true)}
	if p.Actor.May(access.VerbChangePolicy) == nil && (found.Default || found.Assigned > 0) {
		pp.InUse = s.say("policy.in-use")
	}
	switch {
	case found.Default:
		pp.Phones = s.say("policy.phones-default", found.Assigned)
	default:
		pp.Phones = s.say("policy.phones", found.Assigned)
	}
	pp.Heads = s.answerHeads()
	s.fillAnswers(pp, row)
	set := 0
	for _, g := range pp.Groups {
		set += len(g.Settings)
	}
	if open := len(provision.Settings()) - set; open > 0 {
		pp.Open = s.say("policy.left-open", open)
	}
	lenient := s.say("policy.lenient-no")
	if found.AllowNonProvisionable {
		lenient = s.say("policy.lenient-yes")
	}
	pp.Ways = []pair{{s.say("policy.lenient"), text(lenient, 300)}, {s.say("policy.refresh"), text(s.refreshWord(found.RefreshEvery), 200)}}
	for _, rev := range found.Revisions {
		pp.Revisions = append(pp.Revisions, revisionLine{Revision: rev.Revision, By: rev.By, At: rev.At, Note: rev.Note, Diff: s.diffLines(rev.Diff)})
	}
	return s.showPage(w, r, "policy", pp)
}

func (s *Server) fillAnswers(pp *policyPage, row *admin.PolicyRow) {
	t := tallyOf(row)
	if t.All > 0 {
		pp.Bar = s.sharesBar(t)
	}
	at := map[int64]int{}
	for _, c := range row.Usage {
		i, seen := at[c.Revision]
		if !seen {
			i = len(pp.Answers)
			at[c.Revision] = i
			pp.Answers = append(pp.Answers, answerLine{Revision: c.Revision, Now: c.Revision == row.Revision, Counts: make([]int64, len(policyAnswers()))})
		}
		for k, a := range policyAnswers() {
			if a == c.Answer {
				pp.Answers[i].Counts[k] += c.Records
			}
		}
	}
}
