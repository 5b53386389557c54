// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"cmp"
	"context"
	"html/template"
	"net/url"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// mostJobs is how many jobs are listed.
const mostJobs = 100

// jobs declares Logs > Bulk actions, so that nobody who left the page of one has lost it.
func (s *Server) jobs() *list[admin.Job] {
	type job = admin.Job
	l := &list[job]{
		Path: "/jobs", Section: "jobs", Words: "jobs", File: "jobs", Class: "roomy", Icon: "stack-2",
		Columns: []column[job]{
			{Key: "title", Heads: true, Link: true, Class: "narrow-first", Value: s.jobTitle, Order: func(a, b *job) int {
				return cmp.Or(cmp.Compare(a.Verb, b.Verb), cmp.Compare(a.Total, b.Total))
			}},
			{Key: "state", Value: func(j *job) string { return s.jobState(j) + " " + strconv.Itoa(j.Failed) }, Cell: (*Server).jobStateCell},
			{Key: "by", Class: "narrow-second", Value: func(j *job) string { return j.By }},
			moment(column[job]{Key: "created", Newest: true, Class: "nowrap"}, func(j *job) time.Time { return j.Created }),
			{Key: "reason", Class: "break", Value: func(j *job) string { return j.Reason }},
			moment(column[job]{Key: "finished", Newest: true, Extra: true, Class: "nowrap"}, func(j *job) time.Time { return j.Finished }),
			number(column[job]{Key: "failed", Newest: true, Extra: true}, func(j *job) int64 { return int64(j.Failed) }),
		},
		Filters:  stateFilter("state", "open", "done", "failed"),
		Match:    func(j *job, _, state string) bool { return state == "all" || state == stateOfJob(j) },
		Searches: true,
		Sort:     "created", Desc: true, Newest: "created", When: func(j *job) time.Time { return j.Created },
		ID:   func(j *job) string { return string(j.ID) },
		Name: func(j *job) (string, string) { return s.jobTitle(j), "" },
		Href: func(j *job) string { return "/jobs/" + url.PathEscape(string(j.ID)) },
	}
	return few(l, func(ctx context.Context, who access.Actor) ([]job, error) {
		return s.admin.ListJobs(ctx, who, mostJobs)
	})
}

// stateOfJob is what the filter of jobs tells apart.
func stateOfJob(j *admin.Job) string {
	switch {
	case !j.Over():
		return "open"
	case j.State == admin.JobDone && j.Failed == 0:
		return "done"
	}
	return "failed"
}

func (s *Server) jobStateCell(j *admin.Job) template.HTML {
	h := template.HTML(template.HTMLEscapeString(s.jobState(j)))
	if j.Failed > 0 {
		h += " " + s.chip("bad", "alert-circle", s.say("jobs.failed", j.Failed), "")
	}
	return h
}
