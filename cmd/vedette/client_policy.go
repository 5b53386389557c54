// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

type policyListCommand struct {
	clientFlags
	CSV bool `name:"csv" help:"CSV, with a line of names."`
}

// Run prints all of them: policies are few, and their list has no pages.
func (c *policyListCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	var p pageOf
	if err := cl.get(s.ctx, "/policies", &p); err != nil {
		return err
	}
	out := newPrinter(s.stdout, c.JSON, c.CSV, []column[api.Policy]{
		{"id", func(p *api.Policy) string { return string(p.ID) }},
		{"name", func(p *api.Policy) string { return p.Name }},
		{"revision", func(p *api.Policy) string { return strconv.FormatInt(p.Revision, 10) }},
		{"default", func(p *api.Policy) string { return yesNo(p.Default) }},
		{"assigned", func(p *api.Policy) string { return strconv.FormatInt(p.Assigned, 10) }},
	})
	for _, item := range p.Items {
		if err := out.line(item); err != nil {
			return err
		}
	}
	return out.end()
}

type policyShowCommand struct {
	clientFlags
	ID string `arg:"" help:"Id of the policy."`
}

func (c *policyShowCommand) Run(s *session) error {
	return show(s, &c.clientFlags, "/policies/"+named(c.ID), func(p *api.Policy) []field {
		lines := []field{{"Id", string(p.ID)}, {"Name", p.Name}, {"Description", p.Description}, {"Revision", strconv.FormatInt(p.Revision, 10)},
			{"Default", yesNo(p.Default)}, {"Assigned", strconv.FormatInt(p.Assigned, 10)}, {"Lets others pass", yesNo(p.AllowNonProvisionable)}}
		if p.RefreshEvery > 0 {
			lines = append(lines, field{"Asked anew after", (time.Duration(p.RefreshEvery) * time.Second).String()})
		}
		lines = append(lines, field{"Changed", moment(p.Changed)}, field{"By", p.By}, field{"Version", strconv.FormatInt(p.Version, 10)})
		for _, name := range slices.Sorted(maps.Keys(p.Settings)) {
			lines = append(lines, field{name, p.Settings[name]})
		}
		for _, u := range p.Usage {
			lines = append(lines, field{"Revision " + strconv.FormatInt(u.Revision, 10), string(u.Answer) + " by " + counted(int(u.Records), "record")})
		}
		return lines
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

type policyDefaultCommand struct {
	verbFlags
	asking
	ID   string `arg:"" optional:"" help:"Id of the policy."`
	None bool   `help:"No policy: the mail server keeps its own."`
}

// Run says first how many phones will be asked, and asks.
func (c *policyDefaultCommand) Run(s *session) error {
	if c.None == (c.ID != "") {
		return &clientError{exitUsage, "say which policy, or --none"}
	}
	cl, err := c.open()
	if err != nil {
		return err
	}
	text, err := cl.act(s.ctx, http.MethodPost, "/policies/default/preview", map[string]any{"policy": c.ID}, 0)
	if err != nil {
		return err
	}
	out := s.stderr // what a change would do is not its result
	if c.DryRun {
		out = s.stdout
	}
	switch {
	case !c.JSON:
		var p api.PolicyPreview
		if err := json.Unmarshal(text, &p); err != nil {
			return &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
		}
		fmt.Fprintf(out, "%s would be asked to accept it.\n", counted(int(p.Asked), "phone"))
		for _, n := range p.Notes {
			fmt.Fprintln(out, oneLine(n))
		}
	case c.DryRun:
		fmt.Fprintf(out, "%s\n", text)
	}
	if on, err := c.goOn(s); !on {
		return err
	}
	return say(s, &c.clientFlags, cl, http.MethodPut, "/policies/default", map[string]any{"policy": c.ID, "reason": c.Reason}, c.IfVersion)
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

type wipeShowCommand struct {
	clientFlags
	ID string `arg:"" help:"Id of the order."`
}

func (c *wipeShowCommand) Run(s *session) error {
	return show(s, &c.clientFlags, "/wipes/"+named(c.ID), func(w *api.WipeOrder) []field {
		return []field{{"Id", string(w.ID)}, {"State", string(w.State)}, {"Held", w.Held}, {"Not before", moment(w.NotBefore)}, {"Kind", string(w.Kind)},
			{"Account", w.Account}, {"Device id", w.DeviceID}, {"Phone", w.Phone}, {"Record", string(w.Record)}, {"Reason", w.Reason},
			{"Ordered", moment(w.At)}, {"By", w.By}, {"Approved", moment(w.ApprovedAt)}, {"Approved by", w.ApprovedBy},
			{"Told", moment(w.DeliveredAt)}, {"Answered", moment(w.AnsweredAt)}, {"From", w.Addr}, {"Protocol", w.Protocol},
			{"Ended", moment(w.EndedAt)}, {"Ended by", w.EndedBy}, {"Version", strconv.FormatInt(w.Version, 10)}}
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

type wipeApproveCommand struct{ wipeVerbFlags }

func (c *wipeApproveCommand) Run(s *session) error { return c.run(s, "approve") }

type wipeCloseCommand struct{ wipeVerbFlags }

func (c *wipeCloseCommand) Run(s *session) error { return c.run(s, "close") }

type wipeReleaseCommand struct{ wipeVerbFlags }

func (c *wipeReleaseCommand) Run(s *session) error { return c.run(s, "release") }

type freezeCommand struct{ verbFlags }

func (c *freezeCommand) Run(s *session) error {
	return c.act(s, http.MethodPost, "/settings/freeze", map[string]any{"reason": c.Reason})
}

type unfreezeCommand struct{ verbFlags }

func (c *unfreezeCommand) Run(s *session) error {
	return c.act(s, http.MethodPost, "/settings/unfreeze", map[string]any{"reason": c.Reason})
}
