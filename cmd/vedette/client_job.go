// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/api"
)

type jobStartCommand struct {
	clientFlags
	asking
	Verb    string   `arg:"" enum:"allow,block,comment,remove,link,unlink,match-again,assign-policy,revert-policy,wipe,release,hold-again" help:"allow, block, comment, remove, link (those whose suggestion is clear), unlink, match-again, assign-policy, revert-policy, wipe, release (from quarantine) or hold-again."`
	IDs     []string `arg:"" optional:"" name:"id" help:"Ids of records; or choose with --show."`
	Show    string   `enum:",all,linked,unlinked,suggested,unknown-user,allowed,blocked,policy-assigned,action-in-year" default:"" help:"All records that match: all, linked, unlinked, suggested, unknown-user, allowed, blocked, policy-assigned or action-in-year."`
	Year    int      `help:"With --show action-in-year: the calendar year; without it the present one." placeholder:"YEAR"`
	Search  string   `help:"With --show: user, device id, model or number."`
	Comment string   `help:"For comment."`
	Policy  string   `help:"For assign-policy: id of the policy." placeholder:"ID"`
	Kind    string   `enum:",full,account" default:"" help:"For wipe, which takes ids alone: full (what each client makes of it, up to a reset of the whole phone) or account."`
	Reason  string   `help:"Kept with every record and in the audit log."`
	Rule    string   `help:"For release and hold-again: of this rule alone." placeholder:"ID"`
	Until   string   `help:"For allow and block: when it ends by itself, a time (2027-01-31T18:00:00Z) or a duration (24h)." placeholder:"TIME"`
	Wait    bool     `help:"Wait for the end; exit code 1 when a record failed."`
}

// request is what the API is asked for.
func (c *jobStartCommand) request() (*api.BulkRequest, error) {
	if (len(c.IDs) > 0) == (c.Show != "") || c.Search != "" && c.Show == "" {
		return nil, &clientError{exitUsage, "choose records: name their ids, or use --show, with --search if you like. --show all means every one."}
	}
	verb := access.Verb(c.Verb)
	switch {
	case (c.Policy != "") != (verb == access.VerbAssignPolicy):
		return nil, &clientError{exitUsage, "assign-policy needs --policy, and nothing else does"}
	case (c.Kind != "") != (verb == access.VerbWipe):
		return nil, &clientError{exitUsage, "wipe needs --kind, full or account, and nothing else does"}
	}
	until, err := ending(c.Until, time.Now())
	if err != nil {
		return nil, err
	}
	r := &api.BulkRequest{Verb: verb, Comment: c.Comment, Policy: access.PolicyID(c.Policy), Wipe: access.WipeKind(c.Kind), Rule: access.BlockingID(c.Rule), Reason: c.Reason, Until: until}
	for _, id := range c.IDs {
		r.IDs = append(r.IDs, access.AssociationID(id))
	}
	if c.Show != "" {
		r.Query = &api.BulkQuery{Show: admin.Show(c.Show), Search: c.Search, Year: c.Year}
	}
	return r, nil
}

// Run says what would happen, asks, and starts the job.
func (c *jobStartCommand) Run(s *session) error {
	request, err := c.request()
	if err != nil {
		return err
	}
	cl, err := c.open()
	if err != nil {
		return err
	}
	out := s.stderr // what a job would do is not its result
	if c.DryRun {
		out = s.stdout
	}
	if err := c.preview(s, cl, request, out); err != nil {
		return err
	}
	if on, err := c.goOn(s); !on {
		return err
	}
	return begin(s, cl, &c.clientFlags, "/bulk", request, c.Wait)
}

// begin starts a job and prints it, on demand when it is over.
func begin(s *session, cl *client, flags *clientFlags, path string, request any, wait bool) error {
	text, err := cl.act(s.ctx, http.MethodPost, path, request, 0)
	if err != nil {
		return err
	}
	var j api.Job
	if err := json.Unmarshal(text, &j); err != nil {
		return &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
	}
	if wait {
		if text, err = awaitJob(s, cl, &j); err != nil {
			return err
		}
	}
	p := newPrinter(s.stdout, flags.JSON, false, jobColumns())
	if err := p.line(text); err != nil {
		return err
	}
	if err := p.end(); err != nil {
		return err
	}
	if wait && (j.Failed > 0 || j.State != "done") {
		return &clientError{exitFailed, "not everything was done: vedette job show " + oneLine(string(j.ID)) + " --state=failed"}
	}
	return nil
}

func (c *jobStartCommand) preview(s *session, cl *client, request *api.BulkRequest, out io.Writer) error {
	path, body := "/bulk/preview", any(request)
	if request.Verb == access.VerbLink {
		path, body = "/bulk/preview-links", map[string]any{"ids": request.IDs, "query": request.Query}
	}
	text, err := cl.act(s.ctx, http.MethodPost, path, body, 0)
	if err != nil {
		return err
	}
	if c.JSON {
		if c.DryRun {
			_, err = fmt.Fprintf(out, "%s\n", text)
		}
		return err
	}
	if request.Verb == access.VerbLink {
		var p api.LinkPreview
		if err := json.Unmarshal(text, &p); err != nil {
			return &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
		}
		fmt.Fprintf(out, "%s would be linked, %d would be left alone.\n", counted(p.Clear, "record"), p.Unclear)
		for _, l := range p.Links[:min(len(p.Links), mostChanges)] {
			fmt.Fprintf(out, "  %s on %s → %s\n", oneLine(l.Association.Account), oneLine(l.Association.DeviceID), oneLine(l.Device.Name))
		}
		return printRefused(out, &p.Refusing)
	}
	var p api.Preview
	if err := json.Unmarshal(text, &p); err != nil {
		return &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
	}
	if request.Verb == access.VerbAssignPolicy || request.Verb == access.VerbRevertPolicy { // no verdict hangs on that
		fmt.Fprintf(out, "%s would get another policy.\n", counted(p.Records, "record"))
		return printChanges(out, &p)
	}
	return printPreview(out, &p)
}

// awaitJob waits until a job is over.
func awaitJob(s *session, cl *client, j *api.Job) (text json.RawMessage, err error) {
	err = every(s, func() (bool, error) {
		var page struct {
			Job json.RawMessage `json:"job"`
		}
		if err := cl.get(s.ctx, "/jobs/"+named(string(j.ID))+"?limit=1", &page); err != nil {
			return false, err
		}
		text = page.Job
		err := json.Unmarshal(page.Job, j)
		return j.Over, err
	})
	return text, err
}
