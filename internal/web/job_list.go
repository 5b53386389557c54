// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"time"

	"github.com/vedette-mail/vedette/internal/admin"
)

// jobListPage lists actions on many records, so that nobody who left the page of one has lost it.
type jobListPage struct {
	page
	Jobs []jobRow
}

type jobRow struct {
	ID                       admin.JobID
	Title, State, By, Reason string
	Failed                   int
	Created                  time.Time
}

// jobList answers GET /jobs.
func (s *Server) jobList(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newPage(w, r, "Bulk actions", "audit")
	if err != nil {
		return err
	}
	list, err := s.admin.ListJobs(r.Context(), p.Actor, 100)
	if err != nil {
		return err
	}
	jp := &jobListPage{page: p}
	for i := range list {
		j := &list[i]
		jp.Jobs = append(jp.Jobs, jobRow{ID: j.ID, Title: jobTitle(j), State: jobState(j), By: j.By, Reason: j.Reason, Failed: j.Failed, Created: j.Created})
	}
	return s.showPage(w, r, "job_list", jp)
}
