// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/api"
)

// settingName is what commands about a setting take.
type settingName struct {
	clientFlags
	Name string `arg:"" enum:"preferences,time-zone,mail,retention,masking,wipe-safety,audit-stream,backups,sign-in,openid-connect" help:"preferences, time-zone, mail, retention, masking, wipe-safety, audit-stream, backups, sign-in or openid-connect."`
}

func (f *settingName) path() string {
	if f.Name == "preferences" {
		return "/preferences"
	}
	return "/settings/" + f.Name
}

// key is where the API keeps the setting in its answer.
func (f *settingName) key() string {
	if f.Name == "preferences" {
		return "settings"
	}
	return "setting"
}

// kept is a setting as the console has it.
type kept struct {
	fields  map[string]json.RawMessage
	version int64
	text    json.RawMessage
}

func (f *settingName) find(ctx context.Context, c *client) (*kept, error) {
	k := &kept{}
	if err := c.get(ctx, f.path(), &k.text); err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	err := json.Unmarshal(k.text, &all)
	if err == nil {
		err = json.Unmarshal(all[f.key()], &k.fields)
	}
	if err == nil {
		err = json.Unmarshal(all["version"], &k.version)
	}
	if err != nil {
		return nil, &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
	}
	return k, nil
}

type settingShowCommand struct{ settingName }

func (c *settingShowCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	k, err := c.find(s.ctx, cl)
	if err != nil {
		return err
	}
	if c.JSON {
		_, err := fmt.Fprintf(s.stdout, "%s\n", k.text)
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(k.fields)) {
		var text string
		if json.Unmarshal(k.fields[name], &text) != nil {
			text = string(k.fields[name])
		}
		fmt.Fprintf(s.stdout, "%s=%s\n", name, oneLine(text))
	}
	return nil
}

type settingSetCommand struct {
	settingName
	asking
	Values []string `arg:"" optional:"" help:"FIELD=VALUE, as show prints them; lists and tables as JSON; FIELD=@FILE takes the value from a file." placeholder:"FIELD=VALUE"`
	File   string   `help:"All fields, as JSON, from this file; - is standard input." placeholder:"FILE"`
	Reason string   `help:"Kept in the audit log."`
}

// Run changes the fields that are named and leaves the others. Of preferences and retention it says first what
// they would do, and asks.
func (c *settingSetCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	k, err := c.find(s.ctx, cl)
	if err != nil {
		return err
	}
	if err := c.change(s, k); err != nil {
		return err
	}
	switch on, err := c.preview(s, cl, k); {
	case err != nil || !on:
		return err
	}
	body := map[string]any{c.key(): k.fields}
	if c.Name != "sign-in" && c.Name != "openid-connect" { // nobody is asked there why
		body["reason"] = c.Reason
	}
	text, err := cl.actIf(s.ctx, http.MethodPut, c.path(), body, tagOf(k.version))
	if err != nil {
		return err
	}
	return told(s, &c.clientFlags, text)
}

// change puts what the command names into the fields.
func (c *settingSetCommand) change(s *session, k *kept) error {
	if (c.File == "") == (len(c.Values) == 0) {
		return &clientError{exitUsage, "say what to set: FIELD=VALUE, or --file"}
	}
	if c.File != "" {
		text, err := os.ReadFile(c.File)
		if c.File == "-" {
			text, err = io.ReadAll(io.LimitReader(s.stdin, 1<<20))
		}
		if err != nil {
			return fmt.Errorf("cannot read the setting: %w", err)
		}
		k.fields = nil
		if err := json.Unmarshal(text, &k.fields); err != nil {
			return fmt.Errorf("%s is no JSON object: %w", c.File, err)
		}
		return nil
	}
	for _, v := range c.Values {
		name, value, found := strings.Cut(v, "=")
		if !found {
			return &clientError{exitUsage, "not of the form FIELD=VALUE: " + oneLine(v)}
		}
		if file, ok := strings.CutPrefix(value, "@"); ok {
			text, err := os.ReadFile(file)
			if err != nil {
				return fmt.Errorf("cannot read %s: %w", name, err)
			}
			value = strings.TrimSuffix(string(text), "\n")
		}
		k.fields[name] = valueOf(k.fields[name], value)
	}
	return nil
}

// valueOf is a value as the field is: text stays text, also where it looks like a number.
func valueOf(old json.RawMessage, value string) json.RawMessage {
	if json.Valid([]byte(value)) && (len(old) == 0 || old[0] != '"') && value != "" && value[0] != '"' {
		return json.RawMessage(value)
	}
	text, err := json.Marshal(value)
	if err != nil {
		return json.RawMessage(`""`) // text can always be written
	}
	return text
}

// preview says what a setting would do, where that can be said, and asks.
func (c *settingSetCommand) preview(s *session, cl *client, k *kept) (on bool, err error) {
	if c.Name != "preferences" && c.Name != "retention" {
		if c.DryRun {
			return false, &clientError{exitUsage, "--dry-run: what this setting does cannot be tried out. preferences and retention can."}
		}
		return true, nil
	}
	text, err := cl.act(s.ctx, http.MethodPost, c.path()+"/preview", map[string]any{c.key(): k.fields}, 0)
	if err != nil {
		return false, err
	}
	out := s.stderr
	if c.DryRun {
		out = s.stdout
	}
	switch {
	case c.JSON:
		if c.DryRun {
			fmt.Fprintf(out, "%s\n", text)
		}
	case c.Name == "retention":
		var p api.PurgePreview
		if err := json.Unmarshal(text, &p); err != nil {
			return false, &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
		}
		fmt.Fprintf(out, "%s, %d lines of the audit log, %d counts and %d jobs would go now; %s over the time would stay.\n",
			counted(p.Records, "record"), p.Audit, p.Tallies, p.Jobs, counted(p.Held, "record"))
	default:
		var p api.Preview
		if err := json.Unmarshal(text, &p); err != nil {
			return false, &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
		}
		if err := printPreview(out, &p); err != nil {
			return false, err
		}
	}
	return c.goOn(s)
}

// taskName is what commands about a task take.
type taskName struct {
	clientFlags
	Name string `arg:"" enum:"backup,purge" help:"backup or purge."`
}

type taskShowCommand struct{ taskName }

func (c *taskShowCommand) Run(s *session) error {
	return show(s, &c.clientFlags, "/tasks/"+named(c.Name), func(t *api.Task) []field {
		lines := []field{{"Asked", moment(t.Asked)}, {"By", t.AskedBy}, {"Started", moment(t.Started)}, {"Finished", moment(t.Finished)},
			{"Last good", moment(t.Succeeded)}, {"Result", t.Text}}
		if !t.Finished.IsZero() {
			lines = append(lines, field{"Failed", yesNo(t.Failed)})
		}
		return lines
	})
}

type taskRunCommand struct{ taskName }

func (c *taskRunCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	return say(s, &c.clientFlags, cl, http.MethodPost, "/tasks/"+named(c.Name)+"/run", nil, 0)
}
