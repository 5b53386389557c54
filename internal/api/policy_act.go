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

type policyAddInput struct {
	Once
	Body PolicyForm
}

// policyAdd answers POST /policies.
func (s *Server) policyAdd(ctx context.Context, who access.Actor, in *policyAddInput) (*madeOutput, error) {
	r, err := s.admin.CreatePolicy(ctx, who, in.Body.form(), admin.Act{Key: in.Key})
	return madeAt("/policies", r, err)
}

type policyChangeInput struct {
	Conditions
	ID   access.PolicyID `path:"id" maxLength:"100"`
	Body PolicyForm
}

// policyChange answers PUT /policies/{id}.
func (s *Server) policyChange(ctx context.Context, who access.Actor, in *policyChangeInput) (*resultOutput, error) {
	act, expected, err := in.required()
	if err != nil {
		return nil, err
	}
	r, err := s.admin.ChangePolicy(ctx, who, in.ID, in.Body.form(), act)
	return resultOf(r, expected.refine(err))
}

type policyCopyInput struct {
	Once
	ID   access.PolicyID `path:"id" maxLength:"100"`
	Body struct {
		Name   string `json:"name" minLength:"1" maxLength:"200" doc:"Of the copy"`
		Reason string `json:"reason,omitempty" doc:"Kept in the audit log"`
	} `nameHint:"PolicyCopy"`
}

// policyCopy answers POST /policies/{id}/copy.
func (s *Server) policyCopy(ctx context.Context, who access.Actor, in *policyCopyInput) (*madeOutput, error) {
	r, err := s.admin.CopyPolicy(ctx, who, in.ID, in.Body.Name, admin.Act{Key: in.Key, Reason: in.Body.Reason})
	return madeAt("/policies", r, err)
}

type policyDeleteInput struct {
	Conditions
	ID     access.PolicyID `path:"id" maxLength:"100"`
	Reason string          `query:"reason" doc:"Kept in the audit log"`
}

// policyDelete answers DELETE /policies/{id}.
func (s *Server) policyDelete(ctx context.Context, who access.Actor, in *policyDeleteInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Reason
	r, err := s.admin.DeletePolicy(ctx, who, in.ID, act)
	return resultOf(r, expected.refine(err))
}

// PolicyPreview says what a change would do now.
type PolicyPreview struct {
	Diff  []PolicyDiff `json:"diff"`
	Asked int64        `json:"asked" doc:"How many phones would be asked to accept it"`
	Notes []string     `json:"notes"`
}

type policyPreviewOutput struct{ Body PolicyPreview }

func policyPreviewOf(p admin.PolicyPreview, err error) (*policyPreviewOutput, error) {
	if err != nil {
		return nil, err
	}
	return &policyPreviewOutput{Body: PolicyPreview{Diff: mapped(p.Diff, diffOf), Asked: p.Asked, Notes: append([]string{}, p.Notes...)}}, nil
}

type policyPreviewInput struct {
	ID   access.PolicyID `path:"id" maxLength:"100"`
	Body PolicyForm
}

// policyPreview answers POST /policies/{id}/preview.
func (s *Server) policyPreview(ctx context.Context, who access.Actor, in *policyPreviewInput) (*policyPreviewOutput, error) {
	return policyPreviewOf(s.admin.PreviewPolicy(ctx, who, in.ID, in.Body.form()))
}

type defaultPolicyInput struct {
	Conditions
	Body struct {
		Policy access.PolicyID `json:"policy" maxLength:"100" doc:"Empty: none, so that the mail server keeps its own"`
		Reason string          `json:"reason,omitempty" doc:"Kept in the audit log"`
	} `nameHint:"DefaultPolicy"`
}

// policyDefault answers PUT /policies/default. The version that If-Match names is that of the preferences.
func (s *Server) policyDefault(ctx context.Context, who access.Actor, in *defaultPolicyInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Body.Reason
	r, err := s.admin.MakeDefaultPolicy(ctx, who, in.Body.Policy, act)
	return resultOf(r, expected.refine(err))
}

type defaultPreviewInput struct {
	Body struct {
		Policy access.PolicyID `json:"policy" maxLength:"100"`
	} `nameHint:"DefaultPolicyPreview"`
}

// policyDefaultPreview answers POST /policies/default/preview.
func (s *Server) policyDefaultPreview(ctx context.Context, who access.Actor, in *defaultPreviewInput) (*policyPreviewOutput, error) {
	return policyPreviewOf(s.admin.PreviewDefaultPolicy(ctx, who, in.Body.Policy))
}

func (s *Server) mountPolicyActs(tags []string) {
	op := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: tags, Summary: summary,
			Errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed}}
	}
	add := op("create-policy", http.MethodPost, "/policies", "Make a policy that no phone has yet")
	add.DefaultStatus = http.StatusCreated
	handle(s, access.VerbChangePolicy, add, s.policyAdd)
	change := op("change-policy", http.MethodPut, "/policies/{id}", "Replace what a policy says; phones that have it are asked to accept other settings")
	change.Errors = append(change.Errors, http.StatusPreconditionRequired)
	handle(s, access.VerbChangePolicy, change, s.policyChange)
	clone := op("copy-policy", http.MethodPost, "/policies/{id}/copy", "Make a policy that says the same")
	clone.DefaultStatus = http.StatusCreated
	handle(s, access.VerbChangePolicy, clone, s.policyCopy)
	handle(s, access.VerbChangePolicy, op("delete-policy", http.MethodDelete, "/policies/{id}", "Forget a policy that no phone has"), s.policyDelete)
	handle(s, access.VerbChangePolicy, op("preview-policy", http.MethodPost, "/policies/{id}/preview", "What a change of a policy would do now"), s.policyPreview)
	handle(s, access.VerbChangePolicy, op("make-default-policy", http.MethodPut, "/policies/default",
		"Choose the policy of every phone that none is assigned to"), s.policyDefault)
	handle(s, access.VerbChangePolicy, op("preview-default-policy", http.MethodPost, "/policies/default/preview",
		"What another default policy would do now"), s.policyDefaultPreview)
}
