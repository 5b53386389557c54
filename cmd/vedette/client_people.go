// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/api"
)

type jobPeopleCommand struct {
	clientFlags
	asking
	Verb       string   `arg:"" enum:"activate,lose,find,retire,set-compliance,delete-device,disable-user,enable-user,delete-user" help:"Of devices: activate, lose, find, retire, set-compliance or delete-device. Of users: disable-user, enable-user or delete-user."`
	IDs        []string `arg:"" optional:"" name:"id" help:"Ids of devices, or of users; or choose with --show."`
	Show       string   `help:"All that match: what the list of devices, or of users, takes." placeholder:"SHOW"`
	Search     string   `help:"With --show: what their list looks for."`
	Compliance string   `enum:",unknown,compliant,noncompliant" default:"" help:"For set-compliance: unknown, compliant or noncompliant."`
	Reasons    []string `name:"because" sep:"none" help:"For set-compliance: why not. May be given several times."`
	Source     string   `help:"For set-compliance: who says so."`
	Reason     string   `help:"Kept with each and in the audit log."`
	Wait       bool     `help:"Wait for the end; exit code 1 when one failed."`
}

func (c *jobPeopleCommand) request() (*api.PeopleBulkRequest, error) {
	if (len(c.IDs) > 0) == (c.Show != "") || c.Search != "" && c.Show == "" {
		return nil, &clientError{exitUsage, "choose devices or users: name their ids, or use --show, with --search if you like. --show all means every one."}
	}
	r := &api.PeopleBulkRequest{Verb: access.Verb(c.Verb), IDs: c.IDs, Compliance: access.Compliance(c.Compliance), Reasons: c.Reasons, Source: c.Source, Reason: c.Reason}
	if c.Show != "" {
		r.Query = &api.PeopleQuery{Show: admin.Show(c.Show), Search: c.Search}
	}
	return r, nil
}

// Run says what would happen to their records, asks, and starts the job.
func (c *jobPeopleCommand) Run(s *session) error {
	request, err := c.request()
	if err != nil {
		return err
	}
	cl, err := c.open()
	if err != nil {
		return err
	}
	text, err := cl.act(s.ctx, http.MethodPost, "/bulk/people/preview", request, 0)
	if err != nil {
		return err
	}
	out := s.stderr // what a job would do is not its result
	if c.DryRun {
		out = s.stdout
	}
	switch {
	case c.JSON && c.DryRun:
		_, err = fmt.Fprintf(out, "%s\n", text)
	case !c.JSON:
		var p api.Preview
		if err := json.Unmarshal(text, &p); err != nil {
			return &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
		}
		err = printPreview(out, &p)
	}
	if err != nil {
		return err
	}
	if on, err := c.goOn(s); !on {
		return err
	}
	return begin(s, cl, &c.clientFlags, "/bulk/people", request, c.Wait)
}

type jobUndoCommand struct {
	clientFlags
	ID     string `arg:"" help:"Id of the job."`
	Reason string `help:"Kept with each and in the audit log."`
	Wait   bool   `help:"Wait for the end; exit code 1 when one failed."`
}

// Run starts the job that takes another one back.
func (c *jobUndoCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	return begin(s, cl, &c.clientFlags, "/jobs/"+named(c.ID)+"/undo", map[string]any{"reason": c.Reason}, c.Wait)
}
