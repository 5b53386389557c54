// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// jobPage shows how far an action on many records is.
type jobPage struct {
	page
	ID          admin.JobID
	State       string
	Total       int
	Count       int
	Failed      int
	Reason      string
	Done        bool
	Key         string
	Back        string
	Results     []jobResult
	MoreResults string
	OnlyFailed  bool
	Applied     *applied
	Refuses     bool // it would refuse somebody, so shadow mode matters
	Of          string
	Undoes      string // address of the job that this one takes back
	Undone      string // address of the job that takes this one back
	MayUndo     bool
	WhatUndo    string
}

type jobResult struct {
	Label, Text     string
	Href            string
	Failed, Waiting bool
}

// jobShow answers GET /jobs/{id}. While the job runs the page asks for itself again.
func (s *Server) jobShow(w http.ResponseWriter, r *http.Request) error {
	id := admin.JobID(r.PathValue("id"))
	j, err := s.admin.FindJob(r.Context(), login.Actor(r), id)
	if err != nil {
		return err
	}
	const most = 200
	filter := admin.JobRowFilter{Limit: most}
	if r.URL.Query().Get("show") == "failed" {
		filter.State = "failed"
	}
	rows, err := s.admin.ListJobRows(r.Context(), login.Actor(r), id, filter)
	if err != nil {
		return err
	}
	title := s.jobTitle(&j)
	if verb := s.jobVerb(&j); verb != "" && j.Total == 0 && !j.Over() {
		title = verb // how many there are is being found out
	}
	p, err := s.newPage(w, r, title, "jobs")
	if err != nil {
		return err
	}
	jp := &jobPage{page: p, ID: id, State: s.jobState(&j), Total: j.Total, Count: j.Done, Failed: j.Failed, Reason: j.Reason, Done: j.Over(),
		Key: s.newKey(), Back: localPath(r.URL.Query().Get("back"), jobPlace(&j)), Applied: s.applied(j.Number),
		Refuses: j.Undoes == "" && refusesSomebody(j.Verb), Of: j.Of, Undoes: jobHref(j.Undoes), Undone: jobHref(j.Undone), MayUndo: j.Undoable,
		WhatUndo: s.say("job.undo-what", j.Done-j.Failed)}
	for _, row := range rows {
		jp.Results = append(jp.Results, jobResult{Label: row.Label, Text: s.hear(row.Result), Href: rowHref(&j, &row), Failed: row.State == "failed", Waiting: row.State == "waiting"})
	}
	jp.OnlyFailed = filter.State != ""
	total := j.Total
	if jp.OnlyFailed {
		total = j.Failed
	}
	if rest := total - len(rows); rest > 0 {
		jp.MoreResults = s.say("list.and-more", rest)
	}
	return s.showPage(w, r, "job_show", jp)
}

func (s *Server) jobTitle(j *admin.Job) string {
	if j.Verb == access.VerbImport { // its rows are no records
		return s.say("import.job")
	}
	verb := s.jobVerb(j)
	if verb == "" {
		return s.say("job.title")
	}
	name := s.say("job.name", j.Total, verb)
	switch {
	case j.Of == admin.AnswerDevice:
		name = s.say("job.name-devices", j.Total, verb)
	case j.Of == admin.AnswerUser:
		name = s.say("job.name-users", j.Total, verb)
	case j.Ends:
		name = s.say("job.name-overrides", j.Total)
	}
	if j.Undoes != "" {
		return s.say("job.undo-name", name)
	}
	return name
}

// jobHref is where a job is shown; "": there is none.
func jobHref(id admin.JobID) string {
	if id == "" {
		return ""
	}
	return "/jobs/" + url.PathEscape(string(id))
}

// jobPlace is the page of what a job is about.
func jobPlace(j *admin.Job) string {
	switch {
	case j.Of == admin.AnswerDevice:
		return "/devices"
	case j.Of == admin.AnswerUser:
		return "/users"
	case j.Ends:
		return "/overrides"
	}
	return "/activesync"
}

// rowHref leads to what a row of a job is about, where that can still be there.
func rowHref(j *admin.Job, r *admin.JobRow) string {
	place := jobPlace(j)
	switch {
	case r.Label == "" || j.Verb == access.VerbImport || j.Undoes == "" && goneAfterwards(j.Verb):
		return ""
	case j.Ends:
		place = "/activesync"
	}
	return place + "/" + url.PathEscape(string(r.ID))
}

func goneAfterwards(v access.Verb) bool {
	return v == access.VerbRemove || v == access.VerbDeleteDevice || v == access.VerbDeleteUser
}

// refusesSomebody says that a verb makes gateways refuse phones.
func refusesSomebody(v access.Verb) bool {
	return v == access.VerbBlock || v == access.VerbLose || v == access.VerbRetire || v == access.VerbDisableUser || v == access.VerbHoldAgain
}

func (s *Server) jobVerb(j *admin.Job) string {
	switch j.Says {
	case access.Compliant:
		return s.say("act." + markCompliant)
	case access.NotCompliant:
		return s.say("act." + markNoncompliant)
	}
	if key := "act." + string(j.Verb); s.words.Has(key) {
		return s.say(key)
	}
	return string(j.Verb)
}

func (s *Server) jobState(j *admin.Job) string {
	switch j.State {
	case admin.JobSelecting:
		return s.say("job.selecting")
	case admin.JobRunning:
		return s.say("job.running")
	case admin.JobDone:
		if j.Failed > 0 {
			return s.say("job.done-partly")
		}
		return s.say("job.is-done")
	case admin.JobCancelled:
		return s.say("job.cancelled")
	}
	if j.Problem != "" {
		return s.say("job.failed-because", clip(visible(s.hear(j.Problem)), 300))
	}
	return s.say("job.has-failed")
}

// jobCancel answers POST /jobs/{id}/cancel.
func (s *Server) jobCancel(w http.ResponseWriter, r *http.Request) error {
	id := admin.JobID(r.PathValue("id"))
	path := "/jobs/" + url.PathEscape(string(id))
	if err := s.admin.CancelJob(r.Context(), login.Actor(r), id); err != nil {
		if access.KindOf(err) == access.KindConflict {
			return s.back(w, r, path, message{Kind: "bad", Text: s.textOf(err)})
		}
		return err
	}
	return s.back(w, r, path, message{Kind: "warn", Text: s.say("job.cancelled")})
}

// jobUndo answers POST /jobs/{id}/undo: what the job has done is taken back by another one.
func (s *Server) jobUndo(w http.ResponseWriter, r *http.Request) error {
	id := admin.JobID(r.PathValue("id"))
	undo, err := s.admin.UndoJob(r.Context(), login.Actor(r), id, admin.Act{Key: r.PostFormValue("key")})
	if err != nil {
		return s.refused(w, r, jobHref(id), err)
	}
	http.Redirect(w, r, jobHref(undo), http.StatusSeeOther)
	return nil
}
