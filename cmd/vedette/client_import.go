// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/api"
)

type importStartCommand struct {
	clientFlags
	Kind     string `arg:"" enum:"devices,compliance,users,expected" help:"What the lines are: devices, compliance, users or expected (phones of the mail server's list)."`
	File     string `arg:"" help:"The CSV file; - is standard input."`
	Realm    string `help:"Mail server of accounts that do not name theirs; needed for expected."`
	DayFirst bool   `name:"day-first" help:"Read 03/04/2026 as the 3rd of April where the file leaves that open."`
	Presets  bool   `help:"For expected: take over what the mail server has decided by hand."`
	Reason   string `help:"Kept in the audit log."`
}

// Run sends the file and waits for its check, which changes nothing.
func (c *importStartCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(c.File)
	if c.File == "-" {
		text, err = io.ReadAll(io.LimitReader(s.stdin, admin.MaxImportBytes+1))
	}
	if err != nil {
		return fmt.Errorf("cannot read the file: %w", err)
	}
	q := url.Values{"kind": {c.Kind}, "file": {filepath.Base(c.File)}}
	for name, value := range map[string]string{"realm": c.Realm, "reason": c.Reason} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, on := range map[string]bool{"day_first": c.DayFirst, "presets": c.Presets} {
		if on {
			q.Set(name, "true")
		}
	}
	answer, err := cl.twice(s.ctx, 5*time.Minute, http.MethodPost, "/imports?"+q.Encode(), text, map[string]string{"Content-Type": "text/csv"})
	if err != nil {
		return err
	}
	var r api.Result
	if err := json.Unmarshal(answer, &r); err != nil {
		return &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
	}
	i, err := awaitImport(s, cl, r.ID)
	if err != nil {
		return err
	}
	return printImport(s, &c.clientFlags, i)
}

// importText is an import with the text it came in.
type importText struct {
	api.Import
	text json.RawMessage
}

func findImport(s *session, cl *client, id string) (*importText, error) {
	i := &importText{}
	err := cl.get(s.ctx, "/imports/"+named(id), &i.text)
	if err == nil {
		err = json.Unmarshal(i.text, &i.Import)
	}
	return i, err
}

// awaitImport waits until nothing goes on by itself.
func awaitImport(s *session, cl *client, id string) (i *importText, err error) {
	err = every(s, func() (bool, error) {
		i, err = findImport(s, cl, id)
		return err == nil && (i.Over || i.State == "checked"), err
	})
	return i, err
}

func printImport(s *session, f *clientFlags, i *importText) error {
	if f.JSON {
		_, err := fmt.Fprintf(s.stdout, "%s\n", i.text)
		return err
	}
	fmt.Fprintf(s.stdout, "Import %s: %s of %s, %s\n", oneLine(string(i.ID)), i.Kind, oneLine(i.File), i.State)
	return summary(s.stdout, i)
}

// summary says what would come, or has come, of the lines of an import.
func summary(w io.Writer, i *importText) error {
	for _, state := range slices.Sorted(maps.Keys(i.Counts)) {
		fmt.Fprintf(w, "  %s: %d\n", state, i.Counts[state])
	}
	if len(i.Unknown) > 0 {
		fmt.Fprintln(w, "  nothing is taken from:", oneLine(strings.Join(i.Unknown, ", ")))
	}
	for _, n := range i.Notes {
		fmt.Fprintln(w, "  "+oneLine(n))
	}
	if i.State == "checked" && i.Preview.Records > 0 {
		return printPreview(w, &i.Preview)
	}
	return nil
}

type importShowCommand struct {
	clientFlags
	ID string `arg:"" help:"Id of the import."`
}

func (c *importShowCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	i, err := findImport(s, cl, c.ID)
	if err != nil {
		return err
	}
	return printImport(s, &c.clientFlags, i)
}

type importListCommand struct {
	clientFlags
	CSV   bool `name:"csv" help:"CSV, with a line of names."`
	Limit int  `default:"20" help:"How many lines at most, up to 100."`
}

func (c *importListCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	var p pageOf
	if err := cl.get(s.ctx, "/imports?limit="+strconv.Itoa(c.Limit), &p); err != nil {
		return err
	}
	out := newPrinter(s.stdout, c.JSON, c.CSV, []column[api.Import]{
		{"id", func(i *api.Import) string { return string(i.ID) }},
		{"kind", func(i *api.Import) string { return string(i.Kind) }},
		{"file", func(i *api.Import) string { return i.File }},
		{"state", func(i *api.Import) string { return string(i.State) }},
		{"lines", func(i *api.Import) string { return strconv.Itoa(i.Lines) }},
		{"by", func(i *api.Import) string { return i.By }},
		{"created", func(i *api.Import) string { return moment(i.Created) }},
	})
	for _, item := range p.Items {
		if err := out.line(item); err != nil {
			return err
		}
	}
	return out.end()
}

type importLinesCommand struct {
	listFlags
	ID    string `arg:"" help:"Id of the import."`
	State string `enum:",waiting,create,change,same,refused,created,changed,undone,kept" default:"" help:"Only lines in this state, such as refused."`
}

func (c *importLinesCommand) Run(s *session) error {
	q := url.Values{}
	if c.State != "" {
		q.Set("state", c.State)
	}
	return list(s, &c.listFlags, "/imports/"+named(c.ID)+"/lines", q, []column[api.ImportLine]{
		{"line", func(l *api.ImportLine) string { return strconv.Itoa(l.Line) }},
		{"what", func(l *api.ImportLine) string { return l.Label }},
		{"state", func(l *api.ImportLine) string { return string(l.State) }},
		{"result", func(l *api.ImportLine) string { return l.Result }},
	})
}

type importRunCommand struct {
	clientFlags
	asking
	ID     string `arg:"" help:"Id of the import."`
	Reason string `help:"Kept in the audit log."`
}

// Run says what the check has found, asks, carries the lines out and waits for the end.
func (c *importRunCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	i, err := awaitImport(s, cl, c.ID)
	if err != nil {
		return err
	}
	out := s.stderr
	if c.DryRun {
		out = s.stdout
	}
	if c.JSON {
		if c.DryRun {
			fmt.Fprintf(out, "%s\n", i.text)
		}
	} else if err := summary(out, i); err != nil {
		return err
	}
	if on, err := c.goOn(s); !on {
		return err
	}
	return importDo(s, &c.clientFlags, cl, c.ID, "run", c.Reason)
}

type importUndoCommand struct {
	clientFlags
	ID     string `arg:"" help:"Id of the import."`
	Reason string `help:"Kept in the audit log."`
}

func (c *importUndoCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	return importDo(s, &c.clientFlags, cl, c.ID, "undo", c.Reason)
}

func importDo(s *session, f *clientFlags, cl *client, id, verb, reason string) error {
	if _, err := cl.act(s.ctx, http.MethodPost, "/imports/"+named(id)+"/"+verb, map[string]any{"reason": reason}, 0); err != nil {
		return err
	}
	i, err := awaitImport(s, cl, id)
	if err != nil {
		return err
	}
	return printImport(s, f, i)
}

type expectedListCommand struct {
	listFlags
	Show   string `enum:"all,missing,seen" default:"all" help:"all, missing (those that have not come yet) or seen."`
	Search string `help:"Owner, account, device id, model, IMEI or number."`
}

func (c *expectedListCommand) Run(s *session) error {
	return list(s, &c.listFlags, "/expected", choice(c.Show, c.Search, "", false), []column[api.ExpectedPhone]{
		{"who", func(e *api.ExpectedPhone) string { return e.Who }},
		{"realm", func(e *api.ExpectedPhone) string { return e.Realm }},
		{"account", func(e *api.ExpectedPhone) string { return e.Account }},
		{"device", func(e *api.ExpectedPhone) string { return e.DeviceID }},
		{"model", func(e *api.ExpectedPhone) string { return e.Model }},
		{"seen", func(e *api.ExpectedPhone) string { return moment(e.Seen) }},
	})
}
