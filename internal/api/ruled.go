// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// RecordRule is a rule that speaks of a record.
type RecordRule struct {
	Rule       access.BlockingID     `json:"rule"`
	Name       string                `json:"name"`
	Action     access.BlockingAction `json:"action" enum:"block,quarantine,warn"`
	Sentence   string                `json:"sentence" doc:"What the rule does, in words for a person"`
	State      string                `json:"state" enum:"held,waiting,released" doc:"waiting: nothing is done yet, because the rule holds as many as it may"`
	Since      time.Time             `json:"since"`
	ReleasedBy string                `json:"released_by,omitempty"`
	ReleasedAt time.Time             `json:"released_at,omitzero"`
	Can        []access.Verb         `json:"can" doc:"What the caller may do about it now"`
}

func recordRuleOf(r *admin.RecordRule) RecordRule {
	return RecordRule{Rule: r.ID, Name: r.Name, Action: r.Action, Sentence: r.Sentence, State: string(r.State), Since: r.Since.UTC(),
		ReleasedBy: r.ReleasedBy, ReleasedAt: r.ReleasedAt.UTC(), Can: append([]access.Verb{}, r.Can...)}
}

// RuledRecord is a record with the rule that speaks of it.
type RuledRecord struct {
	Association Association `json:"association"`
	Rule        RecordRule  `json:"rule"`
}

// RuledTurn is which records of rules are listed, and how the list is turned over.
type RuledTurn struct {
	State  string `query:"state" enum:"held,waiting,released" default:"held"`
	Cursor string `query:"cursor" maxLength:"2000" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type ruledOutput struct {
	Body struct {
		Items   []RuledRecord `json:"items" doc:"The latest first"`
		Next    string        `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
		Partial bool          `json:"partial,omitempty" doc:"The page is short because looking further would have cost too much; next goes on"`
	} `nameHint:"RuledPage"`
}

type ruleRecordsInput struct {
	ID access.BlockingID `path:"id" maxLength:"100"`
	RuledTurn
}

// ruleRecords answers GET /rules/{id}/records.
func (s *Server) ruleRecords(ctx context.Context, who access.Actor, in *ruleRecordsInput) (*ruledOutput, error) {
	return s.ruled(ctx, who, in.ID, &in.RuledTurn)
}

// quarantineList answers GET /quarantine.
func (s *Server) quarantineList(ctx context.Context, who access.Actor, in *RuledTurn) (*ruledOutput, error) {
	return s.ruled(ctx, who, "", in)
}

func (s *Server) ruled(ctx context.Context, who access.Actor, rule access.BlockingID, in *RuledTurn) (*ruledOutput, error) {
	q := admin.RuledQuery{Rule: rule, Cursor: in.Cursor, Limit: in.Limit}
	name(&q.State, in.State)
	p, err := s.admin.ListRuled(ctx, who, q)
	if err != nil {
		return nil, err
	}
	out := &ruledOutput{}
	out.Body.Items = mapped(p.Rows, func(r *admin.RuledRow) RuledRecord {
		return RuledRecord{Association: associationOf(&r.Row), Rule: recordRuleOf(&r.Rule)}
	})
	out.Body.Next, out.Body.Partial = p.Next, p.Partial
	return out, nil
}

// name sets a word of a room whose door is closed to this one.
func name[T ~string](into *T, word string) { *into = T(word) }

type quarantineCountOutput struct {
	Body struct {
		Held int64 `json:"held" doc:"Records that are in quarantine now, of those the caller may see"`
	} `nameHint:"QuarantineCount"`
}

// quarantineCount answers GET /quarantine/count.
func (s *Server) quarantineCount(ctx context.Context, who access.Actor, _ *struct{}) (*quarantineCountOutput, error) {
	n, err := s.admin.CountQuarantine(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &quarantineCountOutput{}
	out.Body.Held = n
	return out, nil
}

type releaseInput struct {
	Conditions
	ID   access.AssociationID `path:"id" maxLength:"100"`
	Body *struct {
		Rule   access.BlockingID `json:"rule,omitempty" maxLength:"100" doc:"Of this rule alone; absent: of every rule that quarantines it"`
		Reason string            `json:"reason,omitempty" doc:"Kept in the audit log"`
	} `nameHint:"ReleaseRequest"`
}

// release answers POST /associations/{id}/release and hold-again.
func (s *Server) release(verb func(context.Context, access.Actor, access.AssociationID, access.BlockingID, admin.Act) (admin.Result, error)) func(
	context.Context, access.Actor, *releaseInput) (*resultOutput, error) {
	return func(ctx context.Context, who access.Actor, in *releaseInput) (*resultOutput, error) {
		act, expected, err := in.begin()
		if err != nil {
			return nil, err
		}
		var rule access.BlockingID
		if in.Body != nil {
			rule, act.Reason = in.Body.Rule, in.Body.Reason
		}
		r, err := verb(ctx, who, in.ID, rule, act)
		return resultOf(r, expected.refine(err))
	}
}

func (s *Server) mountRuled(tags []string) {
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-rule-records", Method: http.MethodGet, Path: "/rules/{id}/records", Tags: tags, Summary: "The records that a rule speaks of",
		Errors: []int{http.StatusNotFound},
	}, s.ruleRecords)
	quarantine := []string{"Quarantine"}
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-quarantine", Method: http.MethodGet, Path: "/quarantine", Tags: quarantine, Summary: "The records in quarantine, with the rule that holds each",
	}, s.quarantineList)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "count-quarantine", Method: http.MethodGet, Path: "/quarantine/count", Tags: quarantine, Summary: "How many records are in quarantine",
	}, s.quarantineCount)
	op := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: path, Tags: quarantine, Summary: summary,
			Errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed}}
	}
	handle(s, access.VerbReleaseRecord, op("release-association", "/associations/{id}/release", "Let a record out of quarantine"), s.release(s.admin.ReleaseRecord))
	handle(s, access.VerbHoldAgain, op("hold-association-again", "/associations/{id}/hold-again", "Take a release from quarantine back"), s.release(s.admin.HoldAgain))
}
