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

// PeopleBulkRequest names devices, or users, by id or by a query.
type PeopleBulkRequest struct {
	Verb       access.Verb       `json:"verb" enum:"activate,lose,find,retire,set-compliance,delete-device,disable-user,enable-user,delete-user" doc:"The first six are for devices"`
	IDs        []string          `json:"ids,omitempty" maxItems:"1000" doc:"By id; or a query"`
	Query      *PeopleQuery      `json:"query,omitempty" doc:"All that match when the job begins"`
	Compliance access.Compliance `json:"compliance,omitempty" enum:"unknown,compliant,noncompliant" doc:"For set-compliance"`
	Reasons    []string          `json:"reasons,omitempty" maxItems:"50" doc:"For set-compliance: why not, in words"`
	Source     string            `json:"source,omitempty" maxLength:"100" doc:"For set-compliance: who says so"`
	Reason     string            `json:"reason,omitempty" doc:"Kept with each and in the audit log"`
}

// PeopleQuery chooses devices or users as their lists do.
type PeopleQuery struct {
	Show   admin.Show `json:"show" minLength:"1" maxLength:"40" doc:"What the list of devices, or of users, takes as show"`
	Search string     `json:"search,omitempty" maxLength:"200"`
}

func (r *PeopleBulkRequest) bulk() admin.PeopleBulk {
	b := admin.PeopleBulk{Verb: r.Verb, IDs: r.IDs, Compliance: admin.ComplianceForm{Compliance: r.Compliance, Reasons: r.Reasons, Source: r.Source}}
	if r.Query != nil {
		b.Query = &admin.Query{Show: r.Query.Show, Search: r.Query.Search}
	}
	return b
}

type peopleBulkInput struct {
	Once
	Body PeopleBulkRequest
}

// peopleBulkStart answers POST /bulk/people.
func (s *Server) peopleBulkStart(ctx context.Context, who access.Actor, in *peopleBulkInput) (*bulkOutput, error) {
	id, err := s.admin.StartPeopleBulk(ctx, who, in.Body.bulk(), admin.Act{Key: in.Key, Reason: in.Body.Reason})
	return s.begun(ctx, who, id, err)
}

type peoplePreviewInput struct{ Body PeopleBulkRequest }

// peopleBulkPreview answers POST /bulk/people/preview. It changes nothing.
func (s *Server) peopleBulkPreview(ctx context.Context, who access.Actor, in *peoplePreviewInput) (*previewOutput, error) {
	return previewOf(s.admin.PreviewPeopleBulk(ctx, who, in.Body.bulk()))
}

type jobUndoInput struct {
	Once
	ID   admin.JobID `path:"id" maxLength:"100"`
	Body *reasonBody `nameHint:"Reason"`
}

// jobUndo answers POST /jobs/{id}/undo with the job that does it.
func (s *Server) jobUndo(ctx context.Context, who access.Actor, in *jobUndoInput) (*bulkOutput, error) {
	act := admin.Act{Key: in.Key}
	in.Body.into(&act)
	id, err := s.admin.UndoJob(ctx, who, in.ID, act)
	return s.begun(ctx, who, id, err)
}

// mountManyPeople registers what is done to many devices or users, and how a job is taken back.
func (s *Server) mountManyPeople() {
	tags := []string{"Jobs"}
	handleAny(s, admin.PeopleBulkVerbs(), huma.Operation{
		OperationID: "start-people-bulk", Method: http.MethodPost, Path: "/bulk/people", Tags: tags, DefaultStatus: http.StatusAccepted,
		Summary: "Do one verb to many devices or users", Errors: []int{http.StatusConflict},
	}, s.peopleBulkStart)
	handleAny(s, admin.PeopleBulkVerbs(), huma.Operation{
		OperationID: "preview-people-bulk", Method: http.MethodPost, Path: "/bulk/people/preview", Tags: tags,
		Summary: "What a verb on many devices or users would do to their records now",
	}, s.peopleBulkPreview)
	handleAny(s, append(admin.BulkVerbs(), admin.PeopleBulkVerbs()...), huma.Operation{
		OperationID: "undo-job", Method: http.MethodPost, Path: "/jobs/{id}/undo", Tags: tags, DefaultStatus: http.StatusAccepted,
		Summary: "Take back what a job of the token's owner has done, with a job of its own",
		Errors:  []int{http.StatusNotFound, http.StatusConflict},
	}, s.jobUndo)
}
