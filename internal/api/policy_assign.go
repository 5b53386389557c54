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

// PolicyState is the policy that is in force for a record.
type PolicyState struct {
	ID       access.PolicyID `json:"id,omitempty" doc:"Absent: the mail server's own"`
	Name     string          `json:"name,omitempty"`
	Revision int64           `json:"revision,omitempty"`
	From     string          `json:"from" enum:"assigned,default,server" doc:"How it came to it"`
}

type assignInput struct {
	Conditions
	ID   access.AssociationID `path:"id" maxLength:"100"`
	Body struct {
		Policy access.PolicyID `json:"policy" minLength:"1" maxLength:"100"`
		Reason string          `json:"reason,omitempty" doc:"Kept in the audit log"`
	} `nameHint:"AssignPolicyRequest"`
}

// policyAssign answers POST /associations/{id}/assign-policy.
func (s *Server) policyAssign(ctx context.Context, who access.Actor, in *assignInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Body.Reason
	r, err := s.admin.AssignPolicy(ctx, who, []access.AssociationID{in.ID}, in.Body.Policy, act)
	return resultOf(r, expected.refine(err))
}

// policyRevert answers POST /associations/{id}/revert-policy.
func (s *Server) policyRevert(ctx context.Context, who access.Actor, in *recordVerbInput) (*resultOutput, error) {
	return in.act(ctx, who, func(ctx context.Context, who access.Actor, id access.AssociationID, act admin.Act) (admin.Result, error) {
		return s.admin.RevertPolicy(ctx, who, []access.AssociationID{id}, act)
	})
}

// policyAskAnew answers POST /associations/{id}/ask-policy-anew.
func (s *Server) policyAskAnew(ctx context.Context, who access.Actor, in *recordVerbInput) (*resultOutput, error) {
	return in.act(ctx, who, s.admin.AskPolicyAnew)
}

// AssignPreview says what assigning a policy, or taking it back, would do.
type AssignPreview struct {
	Before   PolicyState    `json:"before"`
	After    PolicyState    `json:"after"`
	Records  []AssignRecord `json:"records" doc:"Every record of the phone: all are reached"`
	Advisory string         `json:"advisory,omitempty" doc:"Such a phone is better left to the management of devices"`
	Differs  string         `json:"differs,omitempty" doc:"Another mail app of the same device would have another policy"`
	Notes    []string       `json:"notes"`
}

// AssignRecord is a record that would be reached.
type AssignRecord struct {
	ID       access.AssociationID `json:"id"`
	Realm    string               `json:"realm"`
	Account  string               `json:"account"`
	DeviceID string               `json:"device_id"`
}

type assignPreviewInput struct {
	ID   access.AssociationID `path:"id" maxLength:"100"`
	Body struct {
		Policy access.PolicyID `json:"policy" maxLength:"100" doc:"Empty: what taking it back would do"`
	} `nameHint:"AssignPreviewRequest"`
}

type assignPreviewOutput struct{ Body AssignPreview }

// assignPreview answers POST /associations/{id}/preview-policy.
func (s *Server) assignPreview(ctx context.Context, who access.Actor, in *assignPreviewInput) (*assignPreviewOutput, error) {
	p, err := s.admin.PreviewAssign(ctx, who, []access.AssociationID{in.ID}, in.Body.Policy)
	if err != nil {
		return nil, err
	}
	d := p.Devices[0]
	return &assignPreviewOutput{Body: AssignPreview{Before: PolicyState(d.Before), After: PolicyState(d.After), Advisory: d.Advisory, Differs: d.Differs,
		Notes: append([]string{}, p.Notes...), Records: mapped(d.Records, func(r *admin.AssignRecord) AssignRecord {
			return AssignRecord{ID: r.ID, Realm: r.Pair.Realm, Account: r.Pair.Account, DeviceID: r.Pair.Device}
		})}}, nil
}

func (s *Server) mountAssign() {
	op := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: "/associations/{id}/" + path, Tags: []string{"Associations"}, Summary: summary,
			Errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed}}
	}
	handle(s, access.VerbAssignPolicy, op("assign-policy", "assign-policy", "Assign a policy to the phone of a record, with all its records"), s.policyAssign)
	handle(s, access.VerbRevertPolicy, op("revert-policy", "revert-policy", "Take an assigned policy back"), s.policyRevert)
	handle(s, access.VerbAskPolicyAnew, op("ask-policy-anew", "ask-policy-anew", "Have the phone ask for its policy although that has not changed"), s.policyAskAnew)
	handleAny(s, []access.Verb{access.VerbAssignPolicy, access.VerbRevertPolicy},
		op("preview-assign-policy", "preview-policy", "What assigning a policy would do now"), s.assignPreview)
}
