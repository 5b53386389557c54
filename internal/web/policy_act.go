// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/http"
	"net/url"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// policyActs are what can be done about the ActiveSync policy of records: Assign Policy, Revert Policy
// and asking the phone again. They are for the device id, so every record of it has the policy.
func (s *Server) policyActs() []act[admin.Row] {
	assigned := func(a *admin.Row) bool { return a.Policy.From == admin.PolicyAssigned }
	ours := func(a *admin.Row) bool { return a.Policy.ID != "" && !a.Wipe.State.Wiped() }
	return []act[admin.Row]{
		{Verb: access.VerbAssignPolicy, Icon: "file-check", Key: "p", Choose: s.choosePolicy(), Marks: (*Server).advised},
		{Verb: access.VerbRevertPolicy, Icon: "arrow-back-up", Key: "v", Fits: assigned, Foresee: s.foreseeRevert, Tells: policyBulkNotes, Marks: (*Server).advised,
			Do: func(ctx context.Context, who access.Actor, id string, a admin.Act) (admin.Result, error) {
				return s.admin.RevertPolicy(ctx, who, associationIDs([]string{id}), a)
			}},
		{Verb: access.VerbAskPolicyAnew, Icon: "rotate", Single: true, Fits: ours,
			Do: func(ctx context.Context, who access.Actor, id string, a admin.Act) (admin.Result, error) {
				return s.admin.AskPolicyAnew(ctx, who, access.AssociationID(id), a)
			}},
	}
}

// advised says of a phone that it is better led otherwise.
func (s *Server) advised(a *admin.Row) string {
	if !admin.Advised(a) {
		return ""
	}
	return s.say("policy.advised", a.OS)
}

// choosePolicy asks which policy is to be assigned, and says what it reaches.
func (s *Server) choosePolicy() *choosing {
	return &choosing{
		Choices: func(r *http.Request, who access.Actor) ([]choice, error) {
			list, err := s.admin.ListPolicies(r.Context(), who)
			if err != nil {
				return nil, err
			}
			if len(list) == 0 {
				return nil, access.Conflict(string(access.VerbAssignPolicy), s.say("policies.none-yet"))
			}
			choices := make([]choice, len(list))
			for i := range list {
				choices[i] = choice{Value: string(list[i].ID), Label: clip(visible(list[i].Name), 100)}
				if list[i].Default {
					choices[i].Label = s.say("policies.the-default", choices[i].Label)
				}
			}
			return choices, nil
		},
		Do: func(ctx context.Context, who access.Actor, id, chosen string, a admin.Act) (admin.Result, error) {
			return s.admin.AssignPolicy(ctx, who, associationIDs([]string{id}), access.PolicyID(chosen), a)
		},
		Bulk: func(ctx context.Context, who access.Actor, chosen string, ids []string, q *query, a admin.Act) (admin.JobID, error) {
			return s.admin.StartBulk(ctx, who, assignBulk(chosen, ids, q), a)
		},
		Foresee: func(ctx context.Context, who access.Actor, chosen string, ids []string, q *query) ([]note, refusedRows, error) {
			if q != nil || len(ids) > 1 {
				p, err := s.admin.PreviewBulk(ctx, who, assignBulk(chosen, ids, q), admin.Act{})
				return policyBulkNotes(s, &p), s.refusedRows(&p.Refusing), err
			}
			p, err := s.admin.PreviewAssign(ctx, who, associationIDs(ids), access.PolicyID(chosen))
			return s.assignNotes(&p), refusedRows{}, err
		},
	}
}

func assignBulk(chosen string, ids []string, q *query) admin.Bulk {
	b := associationBulk(string(access.VerbAssignPolicy), ids, q)
	b.Policy = access.PolicyID(chosen)
	return b
}

// policyBulkNotes says how many records get another policy, and what speaks against it.
func policyBulkNotes(s *Server, p *admin.Preview) []note {
	list := []note{{"info", s.say("policy.reach-bulk", p.Records)}}
	if p.Truncated {
		list[0].Text += " " + s.say("effect.first")
	}
	for _, n := range p.Notes {
		list = append(list, note{"", n})
	}
	return list
}

func (s *Server) foreseeRevert(r *http.Request, who access.Actor, a *admin.Row) ([]note, error) {
	p, err := s.admin.PreviewAssign(r.Context(), who, []access.AssociationID{a.ID}, "")
	return s.assignNotes(&p), err
}

// assignNotes says which records get another policy, those too that nobody has chosen, and what speaks
// against it: A-16, M-10, M-11.
func (s *Server) assignNotes(p *admin.AssignPreview) []note {
	var list []note
	records, others, same := 0, 0, 0
	said := map[string]bool{}
	warn := func(text string) {
		if text != "" && !said[text] {
			said[text] = true
			list = append(list, note{"warn", text})
		}
	}
	after := admin.PolicyState{}
	for i := range p.Devices {
		d := &p.Devices[i]
		after = d.After
		if d.Before.ID == d.After.ID {
			same += len(d.Records)
		}
		for _, r := range d.Records {
			records++
			if !r.Chosen {
				others++
			}
		}
		warn(d.Advisory)
		warn(d.Differs)
	}
	words := s.say("policy.reach", records, s.policyName(&after))
	if others > 0 {
		words += " " + s.say("policy.reach-others", others)
	}
	if same > 0 {
		words += " " + s.say("policy.reach-same", same)
	}
	list = append([]note{{"info", words}}, list...)
	for _, n := range p.Notes {
		list = append(list, note{"", n})
	}
	return list
}

// policyName is the policy in force in words.
func (s *Server) policyName(p *admin.PolicyState) string {
	if p.ID == "" {
		return s.say("policies.servers-own")
	}
	return clip(visible(p.Name), 100)
}

// policyPairs says which policy is in force for a record and what its phone has said of it (D-06).
func (s *Server) policyPairs(c *category, a *admin.Row) {
	p := &a.Policy
	if p.ID == "" {
		c.say("details.policy", s.say("policies.servers-own"))
	} else {
		way := s.say("policy.by-default", p.Revision)
		if p.From == admin.PolicyAssigned {
			way = s.say("policy.by-assignment", p.Revision)
		}
		c.html("details.policy", template.HTML(`<a href="/policies/`+template.HTMLEscapeString(url.PathEscape(string(p.ID)))+`">`)+text(p.Name, 100)+
			template.HTML(`</a> <span class="soft small">`+template.HTMLEscapeString(way)+`</span>`))
	}
	if said := s.ackCell(a); said != "" {
		if k := a.Ack; k != nil {
			said += " " + s.html("policy.answered-at", s.ago(k.At), k.Protocol)
		}
		c.html("details.policy-answer", said)
	}
}

// ackChip is what the phone has said last: a claim of the phone.
func (s *Server) ackChip(a *admin.Row) template.HTML {
	k := a.Ack
	kind, icon := answerKind(k.Answer), "circle-check"
	switch {
	case k.Policy != a.Policy.ID, k.Revision != a.Policy.Revision:
		return s.chip("plain", "history", s.ackWord(a), "")
	case kind == "bad":
		icon = "alert-circle"
	case kind == "warn":
		icon = "alert-triangle"
	}
	return s.chip(kind, icon, s.ackWord(a), s.say("policy.claim"))
}

// policyWord names the policy in force, and says whether somebody has assigned it.
func (s *Server) policyWord(a *admin.Row) string {
	if a.Policy.From == admin.PolicyAssigned {
		return s.say("policy.assigned-word", a.Policy.Name)
	}
	if a.Policy.ID == "" {
		return s.say("policies.servers-own")
	}
	return s.say("policies.the-default", a.Policy.Name)
}

func revisionOf(a *admin.Row) string {
	if a.Policy.ID == "" {
		return ""
	}
	return itoa(a.Policy.Revision)
}

// answeredRevision is the revision that the phone has answered last, whichever policy that was of.
func answeredRevision(a *admin.Row) string {
	if a.Ack == nil {
		return ""
	}
	return itoa(a.Ack.Revision)
}

// ackWord is what the phone has said last, and of what, in words.
func (s *Server) ackWord(a *admin.Row) string {
	switch k := a.Ack; {
	case k == nil && a.Policy.ID == "":
		return ""
	case k == nil:
		return s.say("policy.answer.none")
	case k.Policy != a.Policy.ID:
		return s.say("policy.answer-other", s.answerWord(k.Answer))
	case k.Revision != a.Policy.Revision:
		return s.say("policy.answer-older", s.answerWord(k.Answer), k.Revision)
	default:
		return s.say("policy.answer-now", s.answerWord(k.Answer), k.Revision)
	}
}

func (s *Server) ackCell(a *admin.Row) template.HTML {
	switch {
	case a.Ack != nil:
		return s.ackChip(a)
	case a.Policy.ID == "":
		return ""
	}
	return s.chip("plain", "clock", s.say("policy.answer.none"), "")
}
