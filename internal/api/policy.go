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

// Policy is an ActiveSync policy.
type Policy struct {
	ID                    access.PolicyID   `json:"id"`
	Name                  string            `json:"name"`
	Description           string            `json:"description,omitempty"`
	Revision              int64             `json:"revision" doc:"Grows when the settings change, which phones are then asked to accept"`
	Settings              map[string]string `json:"settings" doc:"Values by the names of the elements in [MS-ASPROV] 2.2.2.28; what is absent is left open"`
	AllowNonProvisionable bool              `json:"allow_non_provisionable" doc:"Phones that cannot apply it, or not in full, are let through"`
	RefreshEvery          int64             `json:"refresh_every_seconds" doc:"Phones ask anew after this time; 0: only when it changes"`
	Default               bool              `json:"default" doc:"That of every phone that none is assigned to"`
	Assigned              int64             `json:"assigned" doc:"To how many ActiveSync device ids"`
	Usage                 []PolicyCount     `json:"usage" doc:"What records have answered last"`
	Created               time.Time         `json:"created"`
	Changed               time.Time         `json:"changed"`
	By                    string            `json:"by" doc:"Who changed it last"`
	Version               int64             `json:"version" doc:"The ETag"`
}

// PolicyCount is how many records have given an answer to a revision.
type PolicyCount struct {
	Revision int64               `json:"revision"`
	Answer   access.PolicyAnswer `json:"answer" enum:"applied,partial,refused,external,ignored"`
	Records  int64               `json:"records"`
}

// PolicyRevision is what a policy said at one revision.
type PolicyRevision struct {
	Revision int64             `json:"revision"`
	Settings map[string]string `json:"settings"`
	Diff     []PolicyDiff      `json:"diff" doc:"What it has changed"`
	Note     string            `json:"note,omitempty"`
	By       string            `json:"by"`
	At       time.Time         `json:"at"`
}

// PolicyDiff is one setting that differs; a value that is absent is left open.
type PolicyDiff struct {
	Element string `json:"element"`
	Before  string `json:"before,omitempty"`
	After   string `json:"after,omitempty"`
}

// PolicyForm is what a request says of a policy: all of it.
type PolicyForm struct {
	Name                  string            `json:"name" minLength:"1" maxLength:"200"`
	Description           string            `json:"description,omitempty" maxLength:"2000"`
	Settings              map[string]string `json:"settings" doc:"Values by the names of the elements"`
	AllowNonProvisionable bool              `json:"allow_non_provisionable,omitempty"`
	RefreshEvery          int64             `json:"refresh_every_seconds,omitempty" minimum:"0"`
	Note                  string            `json:"note,omitempty" maxLength:"500" doc:"Why; kept with the revision"`
}

func (f *PolicyForm) form() admin.PolicyForm {
	return admin.PolicyForm{Name: f.Name, Description: f.Description, Settings: f.Settings, AllowNonProvisionable: f.AllowNonProvisionable,
		RefreshEvery: seconds(f.RefreshEvery), Note: f.Note}
}

func settingsMap(list []access.PolicySetting) map[string]string {
	m := make(map[string]string, len(list))
	for _, s := range list {
		m[s.Element] = s.Value
	}
	return m
}

func policyOf(r *admin.PolicyRow) Policy {
	return Policy{ID: r.ID, Name: r.Name, Description: r.Description, Revision: r.Revision, Settings: settingsMap(r.Settings),
		AllowNonProvisionable: r.AllowNonProvisionable, RefreshEvery: int64(r.RefreshEvery / time.Second), Default: r.Default, Assigned: r.Assigned,
		Usage: mapped(r.Usage, func(c *admin.PolicyCount) PolicyCount { return PolicyCount(*c) }), Created: r.Created.UTC(),
		Changed: r.Changed.UTC(), By: r.By, Version: r.Version}
}

func diffOf(d *admin.PolicyDiff) PolicyDiff { return PolicyDiff(*d) }

type policyListOutput struct {
	Body struct {
		Items []Policy `json:"items" doc:"By name"`
	} `nameHint:"PolicyList"`
}

// policyList answers GET /policies.
func (s *Server) policyList(ctx context.Context, who access.Actor, _ *struct{}) (*policyListOutput, error) {
	list, err := s.admin.ListPolicies(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &policyListOutput{}
	out.Body.Items = mapped(list, policyOf)
	return out, nil
}

type policyInput struct {
	ID access.PolicyID `path:"id" maxLength:"100"`
}

type policyOutput struct {
	ETag string `header:"ETag"`
	Body Policy
}

// policyFind answers GET /policies/{id}.
func (s *Server) policyFind(ctx context.Context, who access.Actor, in *policyInput) (*policyOutput, error) {
	d, err := s.admin.FindPolicy(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &policyOutput{ETag: etag(d.Version), Body: policyOf(&d.PolicyRow)}, nil
}

type revisionListOutput struct {
	Body struct {
		Items []PolicyRevision `json:"items" doc:"The latest first"`
	} `nameHint:"PolicyRevisionList"`
}

// revisionList answers GET /policies/{id}/revisions.
func (s *Server) revisionList(ctx context.Context, who access.Actor, in *policyInput) (*revisionListOutput, error) {
	d, err := s.admin.FindPolicy(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	out := &revisionListOutput{}
	out.Body.Items = mapped(d.Revisions, func(r *admin.PolicyRevision) PolicyRevision {
		return PolicyRevision{Revision: r.Revision, Settings: settingsMap(r.Settings), Diff: mapped(r.Diff, diffOf), Note: r.Note, By: r.By, At: r.At.UTC()}
	})
	return out, nil
}

func (s *Server) mountPolicies() {
	tags := []string{"Policies"}
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-policies", Method: http.MethodGet, Path: "/policies", Tags: tags, Summary: "All ActiveSync policies",
	}, s.policyList)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "find-policy", Method: http.MethodGet, Path: "/policies/{id}", Tags: tags, Summary: "One policy", Errors: []int{http.StatusNotFound},
	}, s.policyFind)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-policy-revisions", Method: http.MethodGet, Path: "/policies/{id}/revisions", Tags: tags,
		Summary: "What a policy has said before, and who has changed it", Errors: []int{http.StatusNotFound},
	}, s.revisionList)
	s.mountPolicyActs(tags)
}
