// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

type ruleListCommand struct {
	clientFlags
	CSV bool `name:"csv" help:"CSV, with a line of names."`
}

// Run prints all of them: rules are few, and their list has no pages.
func (c *ruleListCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	var p pageOf
	if err := cl.get(s.ctx, "/rules", &p); err != nil {
		return err
	}
	out := newPrinter(s.stdout, c.JSON, c.CSV, []column[api.Rule]{
		{"id", func(r *api.Rule) string { return string(r.ID) }},
		{"name", func(r *api.Rule) string { return r.Name }},
		{"what", func(r *api.Rule) string { return r.Sentence }},
		{"enabled", func(r *api.Rule) string { return yesNo(r.Enabled) }},
		{"held", func(r *api.Rule) string { return strconv.FormatInt(r.Held, 10) }},
		{"waiting", func(r *api.Rule) string { return strconv.FormatInt(r.Waiting, 10) }},
	})
	for _, item := range p.Items {
		if err := out.line(item); err != nil {
			return err
		}
	}
	return out.end()
}

type ruleShowCommand struct {
	clientFlags
	ID string `arg:"" help:"Id of the rule."`
}

func (c *ruleShowCommand) Run(s *session) error {
	return show(s, &c.clientFlags, "/rules/"+named(c.ID), func(r *api.RuleDetails) []field {
		lines := []field{{"Id", string(r.ID)}, {"Name", r.Name}, {"What it does", r.Sentence}, {"Note", r.Note}, {"Enabled", yesNo(r.Enabled)},
			{"Place", strconv.Itoa(r.Place)}, {"Kind", string(r.Kind)}, {"Action", string(r.Action)}, {"Platform", r.OS}, {"Below", r.Below},
			{"Names", strings.Join(r.Names, ", ")}, {"Networks", strings.Join(r.Networks, ", ")}, {"Commands", strings.Join(r.Commands, ", ")}}
		if r.Days > 0 {
			lines = append(lines, field{"Days", strconv.Itoa(r.Days)})
		}
		if r.Outside {
			lines = append(lines, field{"Speaks of", "whoever comes from elsewhere"})
		}
		lines = append(lines, field{"Groups", strings.Join(r.Groups, ", ")})
		for _, u := range r.Users {
			lines = append(lines, field{"User", strings.TrimSpace(r.UserNames[u] + " (" + string(u) + ")")})
		}
		most := "any number"
		if r.Most > 0 {
			most = strconv.Itoa(max(r.Most, r.Confirmed))
		}
		lines = append(lines, field{"May hold", most}, field{"Holds", strconv.FormatInt(r.Held, 10)}, field{"Waiting", strconv.FormatInt(r.Waiting, 10)},
			field{"Released", strconv.FormatInt(r.Released, 10)})
		if r.Looking {
			lines = append(lines, field{"Looking at the records", strconv.Itoa(r.Looked) + " %"})
		}
		return append(append(lines, field{"Changed", moment(r.Changed)}, field{"By", r.By}, field{"Version", strconv.FormatInt(r.Version, 10)}), history(r.Timeline)...)
	})
}

// ruleFlags are what a rule consists of; what is not named stays as it is.
type ruleFlags struct {
	Name     *string  `help:"What it is called."`
	Note     *string  `help:"Why there is such a rule."`
	Kind     string   `enum:",os-below,client,model,protocol-below,unseen,network,command" default:"" help:"What it looks at: os-below, client, model, protocol-below, unseen, network or command."`
	Action   string   `enum:",block,quarantine,warn" default:"" help:"What it does: block, quarantine (until somebody releases it) or warn."`
	OS       *string  `name:"os" help:"For os-below: the platform, such as iOS."`
	Below    *string  `help:"For os-below and protocol-below: the first version that is good enough." placeholder:"VERSION"`
	Match    []string `help:"For client and model: a name; a star at either end stands for anything. May be repeated." sep:"none" placeholder:"NAME"`
	Days     *int     `help:"For unseen: days without a sync." placeholder:"N"`
	Network  []string `help:"For network: such as 203.0.113.0/24. May be repeated."`
	Outside  *bool    `negatable:"" help:"For network: speaks of whoever comes from elsewhere."`
	Command  []string `help:"For command: an ActiveSync command, or DocumentLibrary. May be repeated."`
	Group    []string `help:"For whom it is; without groups and users for everybody. May be repeated." sep:"none"`
	User     []string `help:"A user it is for, by id. May be repeated." placeholder:"ID"`
	Everyone bool     `help:"For everybody again."`
	Most     *int     `help:"How many records it may hold before somebody confirms that more are meant; 0: any number. Otherwise 50." placeholder:"N"`
	Place    *int     `help:"Where it stands among the others; the lowest speaks first." placeholder:"N"`
	Enabled  *bool    `negatable:"" help:"Whether it is in force. A new one is."`
	Confirm  bool     `help:"It may hold all the records it speaks of, though they are more than --most."`
}

// formOf is a rule as a request has to say it.
func formOf(r *api.Rule) api.RuleForm {
	return api.RuleForm{Name: r.Name, Note: r.Note, RuleSpec: r.RuleSpec, Enabled: r.Enabled, Most: &r.Most, Place: r.Place}
}

// put writes what the command names over a form. Another kind forgets what the one before looked at.
func (f *ruleFlags) put(form *api.RuleForm) {
	if f.Kind != "" && form.Kind != access.BlockingKind(f.Kind) {
		form.RuleSpec = api.RuleSpec{Kind: access.BlockingKind(f.Kind), Action: form.Action, Groups: form.Groups, Users: form.Users}
	}
	if f.Action != "" {
		form.Action = access.BlockingAction(f.Action)
	}
	if f.Everyone {
		form.Groups, form.Users = nil, nil
	}
	over(&form.Name, f.Name)
	over(&form.Note, f.Note)
	over(&form.OS, f.OS)
	over(&form.Below, f.Below)
	over(&form.Days, f.Days)
	over(&form.Outside, f.Outside)
	over(&form.Place, f.Place)
	over(&form.Enabled, f.Enabled)
	if f.Most != nil {
		form.Most = f.Most
	}
	for into, list := range map[*[]string][]string{&form.Names: f.Match, &form.Networks: f.Network, &form.Commands: f.Command, &form.Groups: f.Group} {
		if list != nil {
			*into = list
		}
	}
	if f.User != nil {
		form.Users = nil
		for _, u := range f.User {
			form.Users = append(form.Users, access.UserID(u))
		}
	}
}

func over[T any](into, value *T) {
	if value != nil {
		*into = *value
	}
}

// previewed says what a rule would do, and gives the answer.
func (f *ruleFlags) previewed(s *session, cl *client, path string, body any, asJSON, alone bool) (*api.RulePreview, error) {
	text, err := cl.act(s.ctx, http.MethodPost, path, body, 0)
	if err != nil {
		return nil, err
	}
	var p api.RulePreview
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
	}
	out := s.stderr // what a change would do is not its result
	if alone {
		out = s.stdout
	}
	switch {
	case !asJSON:
		err = printRule(out, &p)
	case alone:
		_, err = fmt.Fprintf(out, "%s\n", text)
	}
	return &p, err
}

// printRule says in words what a rule would do.
func printRule(w io.Writer, p *api.RulePreview) error {
	if p.Sentence != "" {
		fmt.Fprintln(w, oneLine(p.Sentence))
	}
	if p.ByRequest {
		fmt.Fprintf(w, "Gateways ask it of every request. It would have met the last one of %s: more than the rule's number take --confirm.\n", counted(int(p.Confirm), "record"))
		return printPreview(w, &p.Preview)
	}
	fmt.Fprintf(w, "It would speak of %s, and hold %d.\n", counted(int(p.Speaks), "record"), p.WouldHold)
	if p.WouldWait > 0 {
		fmt.Fprintf(w, "%d more would wait for a person: --confirm, or vedette rule confirm later.\n", p.WouldWait)
	}
	return printPreview(w, &p.Preview)
}

type ruleCreateCommand struct {
	clientFlags
	asking
	ruleFlags
	Reason string `help:"Kept in the audit log."`
}

// Run says first what the rule would do, and asks.
func (c *ruleCreateCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	form := api.RuleForm{Enabled: true, Reason: c.Reason}
	c.put(&form)
	if form.Name == "" || form.Kind == "" || form.Action == "" {
		return &clientError{exitUsage, "a new rule needs --name, --kind and --action"}
	}
	p, err := c.previewed(s, cl, "/rules/preview", form, c.JSON, c.DryRun)
	if err != nil {
		return err
	}
	if on, err := c.goOn(s); !on {
		return err
	}
	if c.Confirm {
		form.Confirm = p.Confirm
	}
	return say(s, &c.clientFlags, cl, http.MethodPost, "/rules", form, 0)
}

type ruleChangeCommand struct {
	verbFlags
	asking
	ruleFlags
	ID string `arg:"" help:"Id of the rule."`
}

// Run changes what the command names and leaves the rest. It says first what that would do, and asks.
func (c *ruleChangeCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	at := "/rules/" + named(c.ID)
	var now api.Rule
	if err := cl.get(s.ctx, at, &now); err != nil {
		return err
	}
	form := formOf(&now)
	form.Reason = c.Reason
	c.put(&form)
	p, err := c.previewed(s, cl, at+"/preview", form, c.JSON, c.DryRun)
	if err != nil {
		return err
	}
	if on, err := c.goOn(s); !on {
		return err
	}
	if c.Confirm {
		form.Confirm = p.Confirm
	}
	version := c.IfVersion
	if version == 0 {
		version = now.Version
	}
	return say(s, &c.clientFlags, cl, http.MethodPut, at, form, version)
}

type rulePreviewCommand struct {
	clientFlags
	ruleFlags
	ID string `arg:"" optional:"" help:"Id of the rule; without it, of a new one."`
}

// Run says what a rule would do, and does nothing.
func (c *rulePreviewCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	path, form := "/rules/preview", api.RuleForm{Enabled: true}
	if c.ID != "" {
		var now api.Rule
		if err := cl.get(s.ctx, "/rules/"+named(c.ID), &now); err != nil {
			return err
		}
		path, form = "/rules/"+named(c.ID)+"/preview", formOf(&now)
	}
	c.put(&form)
	if form.Name == "" {
		form.Name = "A new rule"
	}
	if form.Kind == "" || form.Action == "" {
		return &clientError{exitUsage, "a new rule needs --kind and --action"}
	}
	_, err = c.previewed(s, cl, path, form, c.JSON, true)
	return err
}

type ruleVerbFlags struct {
	verbFlags
	ID string `arg:"" help:"Id of the rule."`
}

func (c *ruleVerbFlags) run(s *session, verb string) error {
	return c.act(s, http.MethodPost, "/rules/"+named(c.ID)+"/"+verb, map[string]any{"reason": c.Reason})
}

type ruleEnableCommand struct{ ruleVerbFlags }

func (c *ruleEnableCommand) Run(s *session) error { return c.run(s, "enable") }

type ruleDisableCommand struct{ ruleVerbFlags }

func (c *ruleDisableCommand) Run(s *session) error { return c.run(s, "disable") }

type ruleDeleteCommand struct {
	ruleVerbFlags
	asking
}

// Run says first which records it lets go, and asks.
func (c *ruleDeleteCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	at := "/rules/" + named(c.ID)
	if _, err := (&ruleFlags{}).previewed(s, cl, at+"/preview-delete", nil, c.JSON, c.DryRun); err != nil {
		return err
	}
	if on, err := c.goOn(s); !on {
		return err
	}
	if c.Reason != "" {
		at += "?" + url.Values{"reason": {c.Reason}}.Encode()
	}
	return say(s, &c.clientFlags, cl, http.MethodDelete, at, nil, c.IfVersion)
}

type ruleConfirmCommand struct {
	ruleVerbFlags
	asking
}

// Run says first which records it would hold, and asks.
func (c *ruleConfirmCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	at := "/rules/" + named(c.ID)
	p, err := (&ruleFlags{}).previewed(s, cl, at+"/preview-confirm", nil, c.JSON, c.DryRun)
	if err != nil {
		return err
	}
	if on, err := c.goOn(s); !on {
		return err
	}
	return say(s, &c.clientFlags, cl, http.MethodPost, at+"/confirm", map[string]any{"number": p.Confirm, "reason": c.Reason}, c.IfVersion)
}

func ruledColumns() []column[api.RuledRecord] {
	return []column[api.RuledRecord]{
		{"record", func(r *api.RuledRecord) string { return string(r.Association.ID) }},
		{"account", func(r *api.RuledRecord) string { return r.Association.Account }},
		{"device_id", func(r *api.RuledRecord) string { return r.Association.DeviceID }},
		{"model", func(r *api.RuledRecord) string { return r.Association.Model }},
		{"os", func(r *api.RuledRecord) string {
			return strings.TrimSpace(r.Association.OS + " " + r.Association.OSVersion)
		}},
		{"rule", func(r *api.RuledRecord) string { return r.Rule.Name }},
		{"rule_id", func(r *api.RuledRecord) string { return string(r.Rule.Rule) }},
		{"state", func(r *api.RuledRecord) string { return string(r.Rule.State) }},
		{"since", func(r *api.RuledRecord) string { return stamp(r.Rule.Since) }},
	}
}

type ruleRecordsCommand struct {
	listFlags
	ID    string `arg:"" help:"Id of the rule."`
	State string `enum:"held,waiting,released" default:"held" help:"held, waiting (for a person to confirm that so many are meant) or released."`
}

func (c *ruleRecordsCommand) Run(s *session) error {
	return list(s, &c.listFlags, "/rules/"+named(c.ID)+"/records", url.Values{"state": {c.State}}, ruledColumns())
}

type quarantineListCommand struct {
	listFlags
	State string `enum:"held,waiting,released" default:"held" help:"held, waiting (for a person to confirm that so many are meant) or released."`
}

func (c *quarantineListCommand) Run(s *session) error {
	return list(s, &c.listFlags, "/quarantine", url.Values{"state": {c.State}}, ruledColumns())
}

type quarantineVerbFlags struct {
	verbFlags
	ID   string `arg:"" help:"Id of the record."`
	Rule string `help:"Of this rule alone; otherwise of every rule that quarantines it." placeholder:"ID"`
}

func (c *quarantineVerbFlags) run(s *session, verb string) error {
	return c.act(s, http.MethodPost, "/associations/"+named(c.ID)+"/"+verb, map[string]any{"rule": c.Rule, "reason": c.Reason})
}

type quarantineReleaseCommand struct{ quarantineVerbFlags }

func (c *quarantineReleaseCommand) Run(s *session) error { return c.run(s, "release") }

type quarantineHoldCommand struct{ quarantineVerbFlags }

func (c *quarantineHoldCommand) Run(s *session) error { return c.run(s, "hold-again") }

// ruledLines say which rules speak of a record.
func ruledLines(a *api.AssociationDetails) (lines []field) {
	for _, r := range a.Ruled {
		lines = append(lines, field{"Rule", r.Name + ", " + string(r.Action) + ", " + string(r.State) + " (" + string(r.Rule) + ")"})
	}
	if a.OverLimit {
		lines = append(lines, field{"Devices", "more than its mailbox may have"})
	}
	return lines
}
