// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

type ruleAddInput struct {
	Once
	Body RuleForm
}

// ruleAdd answers POST /rules.
func (s *Server) ruleAdd(ctx context.Context, who access.Actor, in *ruleAddInput) (*madeOutput, error) {
	f, err := in.Body.form()
	if err != nil {
		return nil, err
	}
	r, err := s.admin.CreateRule(ctx, who, f, admin.Act{Key: in.Key, Reason: in.Body.Reason})
	return madeAt("/rules", r, err)
}

type ruleChangeInput struct {
	Conditions
	ID   access.BlockingID `path:"id" maxLength:"100"`
	Body RuleForm
}

// ruleChange answers PUT /rules/{id}.
func (s *Server) ruleChange(ctx context.Context, who access.Actor, in *ruleChangeInput) (*resultOutput, error) {
	act, expected, err := in.required()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Body.Reason
	f, err := in.Body.form()
	if err != nil {
		return nil, err
	}
	r, err := s.admin.ChangeRule(ctx, who, in.ID, f, act)
	return resultOf(r, expected.refine(err))
}

type ruleDeleteInput struct {
	Conditions
	ID     access.BlockingID `path:"id" maxLength:"100"`
	Reason string            `query:"reason" doc:"Kept in the audit log"`
}

// ruleDelete answers DELETE /rules/{id}.
func (s *Server) ruleDelete(ctx context.Context, who access.Actor, in *ruleDeleteInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Reason
	r, err := s.admin.DeleteRule(ctx, who, in.ID, act)
	return resultOf(r, expected.refine(err))
}

type ruleVerbInput struct {
	Conditions
	ID   access.BlockingID `path:"id" maxLength:"100"`
	Body *reasonBody       `nameHint:"Reason"`
}

// ruleVerb answers POST /rules/{id}/enable and disable.
func (s *Server) ruleVerb(verb func(context.Context, access.Actor, access.BlockingID, admin.Act) (admin.Result, error)) func(
	context.Context, access.Actor, *ruleVerbInput) (*resultOutput, error) {
	return func(ctx context.Context, who access.Actor, in *ruleVerbInput) (*resultOutput, error) {
		act, expected, err := in.begin()
		if err != nil {
			return nil, err
		}
		in.Body.into(&act)
		r, err := verb(ctx, who, in.ID, act)
		return resultOf(r, expected.refine(err))
	}
}

type ruleConfirmInput struct {
	Conditions
	ID   access.BlockingID `path:"id" maxLength:"100"`
	Body struct {
		Number int64  `json:"number" minimum:"1" doc:"The number of its preview. When it speaks of another number by now, the answer is 409"`
		Reason string `json:"reason,omitempty" doc:"Kept in the audit log"`
	} `nameHint:"RuleConfirm"`
}

// ruleConfirm answers POST /rules/{id}/confirm.
func (s *Server) ruleConfirm(ctx context.Context, who access.Actor, in *ruleConfirmInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Body.Reason
	r, err := s.admin.ConfirmRule(ctx, who, in.ID, in.Body.Number, act)
	return resultOf(r, expected.refine(err))
}

// RulePreview says what a change of a rule would do now, by what is known of every record.
type RulePreview struct {
	Preview
	Sentence  string `json:"sentence" doc:"What the rule would do, in words for a person"`
	Speaks    int64  `json:"speaks" doc:"Records that it would speak of, those released among them"`
	WouldHold int64  `json:"would_hold"`
	WouldWait int64  `json:"would_wait" doc:"Those more than it may hold: somebody has to confirm them"`
	Confirm   int64  `json:"confirm" doc:"For confirm: would_hold and would_wait together; with by_request, how many records' last requests it would have met"`
	ByRequest bool   `json:"by_request" doc:"Gateways ask it of each request of everybody: it holds no record"`
}

type rulePreviewOutput struct{ Body RulePreview }

func rulePreviewOf(p admin.RulePreview, err error) (*rulePreviewOutput, error) {
	pre, err := previewOf(p.Preview, err)
	if err != nil {
		return nil, err
	}
	return &rulePreviewOutput{Body: RulePreview{Preview: pre.Body, Sentence: p.Sentence, Speaks: p.Speaks, WouldHold: p.WouldHold,
		WouldWait: p.WouldWait, Confirm: p.Number, ByRequest: p.ByRequest}}, nil
}

type ruleNewPreviewInput struct {
	Body RuleForm
}

// ruleNewPreview answers POST /rules/preview. It changes nothing.
func (s *Server) ruleNewPreview(ctx context.Context, who access.Actor, in *ruleNewPreviewInput) (*rulePreviewOutput, error) {
	return s.rulePreviewed(ctx, who, "", &in.Body)
}

type rulePreviewInput struct {
	ID   access.BlockingID `path:"id" maxLength:"100"`
	Body RuleForm
}

// rulePreview answers POST /rules/{id}/preview. It changes nothing.
func (s *Server) rulePreview(ctx context.Context, who access.Actor, in *rulePreviewInput) (*rulePreviewOutput, error) {
	return s.rulePreviewed(ctx, who, in.ID, &in.Body)
}

func (s *Server) rulePreviewed(ctx context.Context, who access.Actor, id access.BlockingID, body *RuleForm) (*rulePreviewOutput, error) {
	f, err := body.form()
	if err != nil {
		return nil, err
	}
	return rulePreviewOf(s.admin.PreviewRule(ctx, who, id, f))
}

// ruleVerbPreview answers POST /rules/{id}/preview-confirm and preview-delete. It changes nothing.
func (s *Server) ruleVerbPreview(preview func(context.Context, access.Actor, access.BlockingID) (admin.RulePreview, error)) func(
	context.Context, access.Actor, *ruleInput) (*rulePreviewOutput, error) {
	return func(ctx context.Context, who access.Actor, in *ruleInput) (*rulePreviewOutput, error) {
		return rulePreviewOf(preview(ctx, who, in.ID))
	}
}

func (s *Server) mountRuleActs(tags []string) {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: tags, Summary: summary,
			Errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed}}
	}
	add := op("create-rule", http.MethodPost, "/rules", "Make a rule")
	add.DefaultStatus = http.StatusCreated
	handle(s, access.VerbChangeRule, add, s.ruleAdd)
	change := op("change-rule", http.MethodPut, "/rules/{id}", "Replace what a rule says; all records are looked at anew")
	change.Errors = append(change.Errors, http.StatusPreconditionRequired)
	handle(s, access.VerbChangeRule, change, s.ruleChange)
	handle(s, access.VerbChangeRule, op("delete-rule", http.MethodDelete, "/rules/{id}", "Forget a rule: it lets its records go"), s.ruleDelete)
	handle(s, access.VerbChangeRule, op("enable-rule", http.MethodPost, "/rules/{id}/enable", "Put a rule in force"), s.ruleVerb(s.admin.EnableRule))
	handle(s, access.VerbChangeRule, op("disable-rule", http.MethodPost, "/rules/{id}/disable", "Take a rule out of force: it lets its records go"), s.ruleVerb(s.admin.DisableRule))
	handle(s, access.VerbConfirmRule, op("confirm-rule", http.MethodPost, "/rules/{id}/confirm", "Let a rule hold as many records as it speaks of"), s.ruleConfirm)
	handle(s, access.VerbChangeRule, op("preview-new-rule", http.MethodPost, "/rules/preview", "What a new rule would do now, record by record"), s.ruleNewPreview)
	handle(s, access.VerbChangeRule, op("preview-rule", http.MethodPost, "/rules/{id}/preview", "What a change of a rule would do now, record by record"), s.rulePreview)
	handle(s, access.VerbConfirmRule, op("preview-confirm-rule", http.MethodPost, "/rules/{id}/preview-confirm", "What a rule would hold once it is confirmed"),
		s.ruleVerbPreview(s.admin.PreviewConfirmRule))
	handle(s, access.VerbChangeRule, op("preview-delete-rule", http.MethodPost, "/rules/{id}/preview-delete", "What would change without a rule"),
		s.ruleVerbPreview(s.admin.PreviewDeleteRule))
}
