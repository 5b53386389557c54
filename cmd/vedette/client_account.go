// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/vedette-mail/vedette/internal/api"
)

type aliasListCommand struct{ listFlags }

func (c *aliasListCommand) Run(s *session) error {
	return list(s, &c.listFlags, "/accounts/aliases", url.Values{}, []column[api.Alias]{
		{"realm", func(a *api.Alias) string { return a.Realm }},
		{"name", func(a *api.Alias) string { return a.From }},
		{"account", func(a *api.Alias) string { return a.To }},
		{"by", func(a *api.Alias) string { return a.By }},
		{"since", func(a *api.Alias) string { return moment(a.At) }},
	})
}

type accountMergeCommand struct {
	clientFlags
	asking
	Realm  string `arg:"" help:"Realm of the mail server."`
	From   string `arg:"" help:"The name that becomes another name."`
	To     string `arg:"" help:"The account that it becomes another name of."`
	Reason string `help:"Kept in the audit log."`
}

// Run says what would become of each record, asks, and merges.
func (c *accountMergeCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	m := api.Merge{Realm: c.Realm, From: c.From, To: c.To}
	text, err := cl.act(s.ctx, http.MethodPost, "/accounts/merge/preview", m, 0)
	if err != nil {
		return err
	}
	out := s.stderr
	if c.DryRun {
		out = s.stdout
	}
	if !c.JSON {
		var p struct {
			Steps []api.MergeStep `json:"steps"`
			Notes []string        `json:"notes"`
		}
		if err := json.Unmarshal(text, &p); err != nil {
			return &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
		}
		fmt.Fprintf(out, "%s of %s would belong to %s.\n", counted(len(p.Steps), "record"), oneLine(c.From), oneLine(c.To))
		for _, step := range p.Steps {
			line := "moves"
			if step.To != nil {
				line = "becomes one with " + string(step.To.ID)
			}
			if step.Changes {
				line += ", and then: " + step.After.Text
			}
			fmt.Fprintf(out, "  %s on %s: %s\n", oneLine(string(step.From.ID)), oneLine(step.From.DeviceID), oneLine(line))
		}
		for _, n := range p.Notes {
			fmt.Fprintln(out, oneLine(n))
		}
	} else if c.DryRun {
		fmt.Fprintf(out, "%s\n", text)
	}
	if on, err := c.goOn(s); !on {
		return err
	}
	return say(s, &c.clientFlags, cl, http.MethodPost, "/accounts/merge",
		map[string]any{"realm": c.Realm, "from": c.From, "to": c.To, "reason": c.Reason}, 0)
}

type accountSplitCommand struct {
	clientFlags
	Realm  string `arg:"" help:"Realm of the mail server."`
	From   string `arg:"" help:"The name that becomes an account of its own again."`
	Reason string `help:"Kept in the audit log."`
}

func (c *accountSplitCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	return say(s, &c.clientFlags, cl, http.MethodPost, "/accounts/split", map[string]any{"realm": c.Realm, "from": c.From, "reason": c.Reason}, 0)
}

type auditListCommand struct {
	listFlags
	Actor  string `help:"Only what this administrator has done."`
	Event  string `help:"Only these, such as block."`
	Object string `help:"Only what was done to the thing with this id." placeholder:"ID"`
	Since  string `help:"Not before this time, such as 2027-01-31T18:00:00Z." placeholder:"TIME"`
}

func (c *auditListCommand) Run(s *session) error {
	q := url.Values{}
	for name, value := range map[string]string{"actor": c.Actor, "event": c.Event, "object": c.Object, "since": c.Since} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if c.Since != "" {
		if _, err := time.Parse(time.RFC3339, c.Since); err != nil {
			return &clientError{exitUsage, "--since is no time such as 2027-01-31T18:00:00Z"}
		}
	}
	return list(s, &c.listFlags, "/audit", q, []column[api.AuditEntry]{
		{"at", func(e *api.AuditEntry) string { return moment(e.At) }},
		{"actor", func(e *api.AuditEntry) string { return e.Actor }},
		{"event", func(e *api.AuditEntry) string { return e.Event }},
		{"subject", func(e *api.AuditEntry) string { return e.Subject }},
		{"refused", func(e *api.AuditEntry) string { return yesNo(e.Refused) }},
		{"detail", func(e *api.AuditEntry) string { return e.Detail }},
	})
}
