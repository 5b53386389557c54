// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

type policyListCommand struct{ listFlags }

func (c *policyListCommand) Run(s *session) error {
	return list(s, &c.listFlags, "/policies", url.Values{}, []column[api.Policy]{
		{"id", func(p *api.Policy) string { return string(p.ID) }},
		{"name", func(p *api.Policy) string { return p.Name }},
		{"revision", func(p *api.Policy) string { return strconv.FormatInt(p.Revision, 10) }},
		{"default", func(p *api.Policy) string { return yesNo(p.Default) }},
		{"assigned", func(p *api.Policy) string { return strconv.FormatInt(p.Assigned, 10) }},
	})
}

type policyAssignCommand struct {
	verbFlags
	ID     string `arg:"" help:"Id of a record: every record of its phone gets the policy."`
	Policy string `arg:"" help:"Id of the policy."`
}

func (c *policyAssignCommand) Run(s *session) error {
	return c.act(s, http.MethodPost, "/associations/"+named(c.ID)+"/assign-policy", map[string]any{"policy": c.Policy, "reason": c.Reason})
}

type policyRevertCommand struct {
	verbFlags
	ID string `arg:"" help:"Id of a record."`
}

func (c *policyRevertCommand) Run(s *session) error {
	return c.act(s, http.MethodPost, "/associations/"+named(c.ID)+"/revert-policy", map[string]any{"reason": c.Reason})
}

type wipeListCommand struct {
	listFlags
	Open bool `help:"Only those that somebody still has to see to."`
}

func (c *wipeListCommand) Run(s *session) error {
	q := url.Values{}
	if c.Open {
		q.Set("open", "true")
	}
	return list(s, &c.listFlags, "/wipes", q, []column[api.WipeOrder]{
		{"id", func(w *api.WipeOrder) string { return string(w.ID) }},
		{"account", func(w *api.WipeOrder) string { return w.Account }},
		{"device_id", func(w *api.WipeOrder) string { return w.DeviceID }},
		{"kind", func(w *api.WipeOrder) string { return string(w.Kind) }},
		{"state", func(w *api.WipeOrder) string { return string(w.State) }},
		{"held", func(w *api.WipeOrder) string { return w.Held }},
		{"by", func(w *api.WipeOrder) string { return w.By }},
		{"at", func(w *api.WipeOrder) string { return stamp(w.At) }},
	})
}

type wipeOrderCommand struct {
	verbFlags
	ID   string `arg:"" help:"Id of the record."`
	Kind string `enum:"full,account" default:"full" help:"full (what the client makes of it, up to a reset of the whole phone) or account."`
}

func (c *wipeOrderCommand) Run(s *session) error {
	return c.act(s, http.MethodPost, "/associations/"+named(c.ID)+"/wipe", map[string]any{"kind": access.WipeKind(c.Kind), "reason": c.Reason})
}

type wipeVerbFlags struct {
	verbFlags
	ID string `arg:"" help:"Id of the order."`
}

func (c *wipeVerbFlags) run(s *session, verb string) error {
	return c.act(s, http.MethodPost, "/wipes/"+named(c.ID)+"/"+verb, map[string]any{"reason": c.Reason})
}

type wipeCancelCommand struct{ wipeVerbFlags }

func (c *wipeCancelCommand) Run(s *session) error { return c.run(s, "cancel") }

type wipeReleaseCommand struct{ wipeVerbFlags }

func (c *wipeReleaseCommand) Run(s *session) error { return c.run(s, "release") }
