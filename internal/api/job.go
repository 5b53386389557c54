// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// Job is an action on many records and how far it is.
type Job struct {
	ID       admin.JobID    `json:"id"`
	Verb     access.Verb    `json:"verb" enum:"allow,block,comment,remove,link,unlink,match-again,assign-policy,revert-policy,wipe,release,hold-again,activate,lose,find,retire,set-compliance,delete-device,disable-user,enable-user,delete-user"`
	Of       string         `json:"of" enum:"record,device,user" doc:"What its rows are"`
	Ends     bool           `json:"ends,omitempty" doc:"It takes overrides off"`
	By       string         `json:"by"`
	Reason   string         `json:"reason,omitempty"`
	State    admin.JobState `json:"state" enum:"selecting,running,done,cancelled,failed"`
	Over     bool           `json:"over" doc:"Nothing more will happen"`
	Total    int            `json:"total" doc:"How many records; grows while selecting"`
	Done     int            `json:"done" doc:"How many of them are behind it, failed ones included"`
	Failed   int            `json:"failed"`
	Problem  string         `json:"problem,omitempty" doc:"Why the job as a whole failed"`
	Created  time.Time      `json:"created"`
	Finished time.Time      `json:"finished,omitzero"`
	Number   int64          `json:"number" doc:"Change number of the last record done. Gateways whose position has reached it obey"`
	Undoable bool           `json:"undoable,omitempty" doc:"Who asks can take it back: POST /jobs/{id}/undo"`
	Undoes   admin.JobID    `json:"undoes,omitempty" doc:"It takes this job back"`
	Undone   admin.JobID    `json:"undone,omitempty" doc:"This job has taken it back"`
}

// JobRow is what came of one record of a job.
type JobRow struct {
	N      int                  `json:"n"`
	ID     access.AssociationID `json:"id" doc:"Of the record; where the job is of devices or users, of that"`
	Label  string               `json:"label" doc:"Account and device, or the name, as they were"`
	State  string               `json:"state" enum:"waiting,done,failed"`
	Result string               `json:"result,omitempty" doc:"What happened, in words for a person"`
}

func jobOf(j *admin.Job) Job {
	return Job{ID: j.ID, Verb: j.Verb, Of: j.Of, Ends: j.Ends, Undoable: j.Undoable, Undoes: j.Undoes, Undone: j.Undone, By: j.By, Reason: j.Reason, State: j.State, Over: j.Over(), Total: j.Total, Done: j.Done,
		Failed: j.Failed, Problem: j.Problem, Created: j.Created.UTC(), Finished: j.Finished.UTC(), Number: j.Number}
}

// BulkRequest names its records by id or by a query, which has to say what it shows: an empty object does
// not mean everybody.
type BulkRequest struct {
	Verb    access.Verb            `json:"verb" enum:"allow,block,comment,remove,link,unlink,match-again,assign-policy,revert-policy,wipe,release,hold-again" doc:"link: those whose suggestion is clear"`
	IDs     []access.AssociationID `json:"ids,omitempty" maxItems:"1000" doc:"The records by id; or a query"`
	Query   *BulkQuery             `json:"query,omitempty" doc:"All that match when the job begins"`
	Comment string                 `json:"comment,omitempty" doc:"For comment"`
	Policy  access.PolicyID        `json:"policy,omitempty" maxLength:"100" doc:"For assign-policy"`
	Wipe    access.WipeKind        `json:"kind,omitempty" enum:"full,account" doc:"For wipe, which names its records by id"`
	Rule    access.BlockingID      `json:"rule,omitempty" maxLength:"100" doc:"For release and hold-again: of this rule alone; absent: of every rule that quarantines"`
	Reason  string                 `json:"reason,omitempty" doc:"Kept with every record and in the audit log"`
	Until   time.Time              `json:"until,omitzero" doc:"For allow and block: when it ends by itself"`
	End     bool                   `json:"end,omitempty" doc:"With allow: take overrides off instead, of the records named or of those that overrides chooses"`
	Kind    access.OverrideKind    `json:"overrides,omitempty" enum:"allow,block" doc:"With end, in place of ids: all overrides in force of this kind"`
}

// BulkQuery chooses records as the list does.
type BulkQuery struct {
	Show   admin.Show `json:"show" enum:"all,linked,unlinked,suggested,unknown-user,allowed,blocked,policy-assigned,action-in-year"`
	Year   int        `json:"year,omitempty" minimum:"1970" maximum:"9999" doc:"With action-in-year; absent: the present one"`
	Search string     `json:"search,omitempty" maxLength:"200"`
}

func (r *BulkRequest) bulk() (admin.Bulk, admin.Act) {
	b := admin.Bulk{Verb: r.Verb, IDs: r.IDs, Comment: r.Comment, End: r.End, Policy: r.Policy, Wipe: r.Wipe, Rule: r.Rule}
	if r.Kind != "" {
		b.Overrides = &admin.OverrideQuery{Kind: r.Kind}
	}
	if r.Query != nil {
		b.Query = &admin.Query{Show: r.Query.Show, Search: r.Query.Search, Year: r.Query.Year}
	}
	return b, admin.Act{Reason: r.Reason, Until: r.Until.UTC()}
}

type bulkInput struct {
	Once
	Body BulkRequest
}

type bulkOutput struct {
	Location string `header:"Location"`
	Body     Job
}

// bulkStart answers POST /bulk.
func (s *Server) bulkStart(ctx context.Context, who access.Actor, in *bulkInput) (*bulkOutput, error) {
	b, act := in.Body.bulk()
	act.Key = in.Key
	id, err := s.admin.StartBulk(ctx, who, b, act)
	return s.begun(ctx, who, id, err)
}

// begun tells of a job that has been started.
func (s *Server) begun(ctx context.Context, who access.Actor, id admin.JobID, err error) (*bulkOutput, error) {
	if err != nil {
		return nil, err
	}
	j, err := s.admin.FindJob(ctx, who, id)
	if err != nil {
		return nil, err
	}
	return &bulkOutput{Location: Prefix + "/jobs/" + url.PathEscape(string(id)), Body: jobOf(&j)}, nil
}

type jobFindInput struct {
	ID     admin.JobID `path:"id" maxLength:"100"`
	State  string      `query:"state" enum:"waiting,done,failed" doc:"Only records in this state"`
	Cursor string      `query:"cursor" maxLength:"20" doc:"next of the page before"`
	Limit  int         `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type jobFindOutput struct {
	Body struct {
		Job   Job      `json:"job"`
		Items []JobRow `json:"items" doc:"One page of its records"`
		Next  string   `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
	} `nameHint:"JobPage"`
}

// jobFind answers GET /jobs/{id}.
func (s *Server) jobFind(ctx context.Context, who access.Actor, in *jobFindInput) (*jobFindOutput, error) {
	after := 0
	if in.Cursor != "" {
		var err error
		if after, err = strconv.Atoi(in.Cursor); err != nil || after < 0 {
			return nil, access.Invalid("api: job", "This cursor cannot be read. Begin at the first page.")
		}
	}
	j, err := s.admin.FindJob(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	rows, err := s.admin.ListJobRows(ctx, who, in.ID, admin.JobRowFilter{State: in.State, After: after, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &jobFindOutput{}
	out.Body.Job, out.Body.Items = jobOf(&j), make([]JobRow, len(rows))
	for i, r := range rows {
		out.Body.Items[i] = JobRow(r)
	}
	if len(rows) == in.Limit {
		out.Body.Next = strconv.Itoa(rows[len(rows)-1].N)
	}
	return out, nil
}

type jobListInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type jobListOutput struct {
	Body struct {
		Items []Job `json:"items" doc:"Newest first"`
	} `nameHint:"JobList"`
}

// jobList answers GET /jobs.
func (s *Server) jobList(ctx context.Context, who access.Actor, in *jobListInput) (*jobListOutput, error) {
	list, err := s.admin.ListJobs(ctx, who, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &jobListOutput{}
	out.Body.Items = mapped(list, jobOf)
	return out, nil
}

type jobCancelInput struct {
	ID admin.JobID `path:"id" maxLength:"100"`
}

type jobOutput struct{ Body Job }

// jobCancel answers POST /jobs/{id}/cancel.
func (s *Server) jobCancel(ctx context.Context, who access.Actor, in *jobCancelInput) (*jobOutput, error) {
	if err := s.admin.CancelJob(ctx, who, in.ID); err != nil {
		return nil, err
	}
	j, err := s.admin.FindJob(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &jobOutput{Body: jobOf(&j)}, nil
}

func (s *Server) mountJobs() {
	s.mountManyPeople()
	handleAny(s, admin.BulkVerbs(), huma.Operation{
		OperationID: "start-bulk", Method: http.MethodPost, Path: "/bulk", Tags: []string{"Jobs"}, DefaultStatus: http.StatusAccepted,
		Summary: "Do one verb to many records", Errors: []int{http.StatusConflict},
	}, s.bulkStart)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-jobs", Method: http.MethodGet, Path: "/jobs", Tags: []string{"Jobs"}, Summary: "The newest jobs",
	}, s.jobList)
	handleAny(s, admin.BulkVerbs(), huma.Operation{
		OperationID: "cancel-job", Method: http.MethodPost, Path: "/jobs/{id}/cancel", Tags: []string{"Jobs"}, DefaultStatus: http.StatusOK,
		Summary: "Stop a job before its next records; what it has done stays done", Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, s.jobCancel)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "find-job", Method: http.MethodGet, Path: "/jobs/{id}", Tags: []string{"Jobs"},
		Summary: "How far a job is, and what came of each record", Errors: []int{http.StatusNotFound},
	}, s.jobFind)
}
