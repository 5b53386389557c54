// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/api"
)

type overrideListCommand struct {
	listFlags
	Kind   string `enum:",allow,block" default:"" help:"allow or block; otherwise both."`
	Search string `help:"User, device id, model or number."`
	Sort   string `enum:"until,at" default:"until" help:"until (soonest end first) or at (when it was said)."`
	Desc   bool   `help:"The other way round."`
}

func (c *overrideListCommand) Run(s *session) error {
	q := choice("", c.Search, c.Sort, c.Desc)
	if c.Kind != "" {
		q.Set("kind", c.Kind)
	}
	over := func(f func(*api.Association) string) func(*api.LiveOverride) string {
		return func(o *api.LiveOverride) string { return f(&o.Association) }
	}
	return list(s, &c.listFlags, "/overrides", q, []column[api.LiveOverride]{
		{"id", over(func(a *api.Association) string { return string(a.ID) })},
		{"user", over(func(a *api.Association) string { return a.User })},
		{"device", over(func(a *api.Association) string { return a.DeviceID })},
		{"override", over(func(a *api.Association) string { return string(a.Override.Kind) })},
		{"by", over(func(a *api.Association) string { return a.Override.By })},
		{"until", over(func(a *api.Association) string { return moment(a.Override.Until) })},
		{"reason", over(func(a *api.Association) string { return a.Override.Reason })},
		{"masks", func(o *api.LiveOverride) string { return o.Masks.Text }},
	})
}

type approvalListCommand struct{ listFlags }

func (c *approvalListCommand) Run(s *session) error {
	return list(s, &c.listFlags, "/approvals", url.Values{}, []column[api.Approval]{
		{"id", func(a *api.Approval) string { return a.ID }},
		{"realm", func(a *api.Approval) string { return a.Realm }},
		{"account", func(a *api.Approval) string { return a.Account }},
		{"device", func(a *api.Approval) string { return a.DeviceID }},
		{"by", func(a *api.Approval) string { return a.By }},
		{"until", func(a *api.Approval) string { return moment(a.Until) }},
		{"reason", func(a *api.Approval) string { return a.Reason }},
	})
}

type approvalAddCommand struct {
	clientFlags
	Realm   string `arg:"" help:"Realm of the mail server."`
	Account string `arg:"" help:"Account."`
	Device  string `arg:"" help:"ActiveSync device id."`
	Reason  string `help:"Kept with the approval and in the audit log."`
	Until   string `help:"When it ends by itself: a time (2027-01-31T18:00:00Z) or a duration (24h)." placeholder:"TIME"`
}

func (c *approvalAddCommand) Run(s *session) error {
	until, err := ending(c.Until, time.Now())
	if err != nil {
		return err
	}
	cl, err := c.open()
	if err != nil {
		return err
	}
	body := map[string]any{"realm": c.Realm, "account": c.Account, "device_id": c.Device, "reason": c.Reason}
	if !until.IsZero() {
		body["until"] = until
	}
	return say(s, &c.clientFlags, cl, http.MethodPost, "/approvals", body, 0)
}

type approvalWithdrawCommand struct {
	clientFlags
	ID     string `arg:"" help:"Id of the approval."`
	Reason string `help:"Kept in the audit log."`
}

func (c *approvalWithdrawCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	return say(s, &c.clientFlags, cl, http.MethodDelete, "/approvals/"+named(c.ID)+"?"+url.Values{"reason": {c.Reason}}.Encode(), nil, 0)
}

type jobListCommand struct {
	clientFlags
	CSV   bool `name:"csv" help:"CSV, with a line of names."`
	Limit int  `default:"20" help:"How many lines at most, up to 100."`
}

func jobColumns() []column[api.Job] {
	return []column[api.Job]{
		{"id", func(j *api.Job) string { return string(j.ID) }},
		{"verb", func(j *api.Job) string { return string(j.Verb) }},
		{"by", func(j *api.Job) string { return j.By }},
		{"state", func(j *api.Job) string { return string(j.State) }},
		{"done", func(j *api.Job) string { return strconv.Itoa(j.Done) + "/" + strconv.Itoa(j.Total) }},
		{"failed", func(j *api.Job) string { return strconv.Itoa(j.Failed) }},
		{"created", func(j *api.Job) string { return moment(j.Created) }},
		{"reason", func(j *api.Job) string { return j.Reason }},
	}
}

func (c *jobListCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	var p pageOf
	if err := cl.get(s.ctx, "/jobs?limit="+strconv.Itoa(c.Limit), &p); err != nil {
		return err
	}
	out := newPrinter(s.stdout, c.JSON, c.CSV, jobColumns())
	for _, item := range p.Items {
		if err := out.line(item); err != nil {
			return err
		}
	}
	return out.end()
}

type jobShowCommand struct {
	listFlags
	ID    string `arg:"" help:"Id of the job."`
	State string `enum:",waiting,done,failed" default:"" help:"Only records in this state: waiting, done or failed."`
}

// Run prints what came of each record. The job itself is in the list of jobs.
func (c *jobShowCommand) Run(s *session) error {
	q := url.Values{}
	if c.State != "" {
		q.Set("state", c.State)
	}
	return list(s, &c.listFlags, "/jobs/"+named(c.ID), q, []column[api.JobRow]{
		{"record", func(r *api.JobRow) string { return string(r.ID) }},
		{"what", func(r *api.JobRow) string { return r.Label }},
		{"state", func(r *api.JobRow) string { return r.State }},
		{"result", func(r *api.JobRow) string { return r.Result }},
	})
}

type jobCancelCommand struct {
	clientFlags
	ID string `arg:"" help:"Id of the job."`
}

func (c *jobCancelCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	text, err := cl.act(s.ctx, http.MethodPost, "/jobs/"+named(c.ID)+"/cancel", nil, 0)
	if err != nil {
		return err
	}
	out := newPrinter(s.stdout, c.JSON, false, jobColumns())
	if err := out.line(text); err != nil {
		return err
	}
	return out.end()
}

type searchCommand struct {
	clientFlags
	Text string `arg:"" help:"A name, address, number, device id, …"`
}

func (c *searchCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	var p pageOf
	if err := cl.get(s.ctx, "/search?"+url.Values{"q": {c.Text}}.Encode(), &p); err != nil {
		return err
	}
	for _, item := range p.Items {
		if c.JSON {
			fmt.Fprintf(s.stdout, "%s\n", item)
			continue
		}
		var a api.Answer
		if err := json.Unmarshal(item, &a); err != nil {
			return &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
		}
		fmt.Fprintf(s.stdout, "%s %s: %s\n  %s\n", a.Kind, oneLine(a.ID), oneLine(a.Title), oneLine(a.Sentence))
		switch {
		case a.Verb != "":
			fmt.Fprintf(s.stdout, "  This solves it: %s %s %s\n", a.Verb, a.OnKind, oneLine(a.On))
		case a.Advice != "":
			fmt.Fprintf(s.stdout, "  %s\n", oneLine(a.Advice))
		}
	}
	if len(p.Items) == 0 && !c.JSON {
		fmt.Fprintln(s.stdout, "Nothing is found.")
	}
	return nil
}

type undoCommand struct {
	clientFlags
	Undo   string `arg:"" help:"What a command has printed behind: Take it back."`
	Reason string `help:"Kept in the audit log."`
}

func (c *undoCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	return say(s, &c.clientFlags, cl, http.MethodPost, "/undo", map[string]any{"undo": c.Undo, "reason": c.Reason}, 0)
}
