// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/vedette-mail/vedette/internal/api"
)

// listFlags are what every command that prints a list takes.
type listFlags struct {
	clientFlags
	CSV   bool `name:"csv" help:"CSV, with a line of names."`
	Limit int  `default:"100" help:"How many lines at most; 0: all."`
}

// A column is one column of a table.
type column[T any] struct {
	name string
	of   func(*T) string
}

// pageOf is one page of a list of the API.
type pageOf struct {
	Items []json.RawMessage `json:"items"`
	Next  string            `json:"next"`
	Total int               `json:"total"`
}

// list prints a list of the API, turning its pages.
func list[T any](s *session, f *listFlags, path string, q url.Values, columns []column[T]) error {
	c, err := f.open()
	if err != nil {
		return err
	}
	out := newPrinter(s.stdout, f.JSON, f.CSV, columns)
	left := f.Limit
	for {
		if left > 0 {
			q.Set("limit", strconv.Itoa(min(left, 500)))
		} else {
			q.Set("limit", "500")
		}
		var p pageOf
		if err := c.get(s.ctx, path+"?"+q.Encode(), &p); err != nil {
			return err
		}
		for _, item := range p.Items {
			if err := out.line(item); err != nil {
				return err
			}
		}
		if left -= len(p.Items); p.Next == "" || f.Limit > 0 && left <= 0 {
			if err := out.end(); err != nil {
				return err
			}
			if p.Next != "" && !f.JSON && !f.CSV {
				fmt.Fprintln(s.stderr, "There are more: --limit, or 0 for all.")
			}
			return nil
		}
		q.Set("cursor", p.Next)
	}
}

// export prints every line of an export.
func export[T any](s *session, f *clientFlags, path string, q url.Values, columns []column[T]) error {
	c, err := f.open()
	if err != nil {
		return err
	}
	a, err := c.send(s.ctx, http.MethodGet, path+"?"+q.Encode(), nil, nil)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	out := newPrinter(s.stdout, f.JSON, !f.JSON, columns)
	for r := bufio.NewReader(a.Body); ; {
		line, err := r.ReadBytes('\n')
		if err == io.EOF && len(line) == 0 {
			return out.end()
		}
		if err != nil {
			return &clientError{exitAway, "the export was cut off: what has been printed is not the whole"}
		}
		if err := out.line(line); err != nil {
			return err
		}
	}
}

// printer writes the lines of a list in one of three ways.
type printer[T any] struct {
	columns []column[T]
	json    io.Writer
	csv     *csv.Writer
	table   *tabwriter.Writer
	begun   bool
}

func newPrinter[T any](w io.Writer, asJSON, asCSV bool, columns []column[T]) *printer[T] {
	p := &printer[T]{columns: columns}
	switch {
	case asJSON:
		p.json = w
	case asCSV:
		p.csv = csv.NewWriter(w)
	default:
		p.table = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	}
	return p
}

func (p *printer[T]) line(item json.RawMessage) error {
	if p.json != nil {
		_, err := fmt.Fprintf(p.json, "%s\n", strings.TrimSpace(string(item)))
		return err
	}
	if err := p.head(); err != nil {
		return err
	}
	var v T
	if err := json.Unmarshal(item, &v); err != nil {
		return &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
	}
	cells := make([]string, len(p.columns))
	for i, c := range p.columns {
		cells[i] = c.of(&v)
	}
	return p.put(cells)
}

// head writes the names of the columns once.
func (p *printer[T]) head() error {
	if p.begun || p.json != nil {
		return nil
	}
	p.begun = true
	names := make([]string, len(p.columns))
	for i, c := range p.columns {
		if names[i] = c.name; p.table != nil {
			names[i] = strings.ToUpper(c.name)
		}
	}
	return p.put(names)
}

func (p *printer[T]) put(cells []string) error {
	if p.csv != nil {
		for i := range cells {
			cells[i] = guarded(cells[i])
		}
		return p.csv.Write(cells)
	}
	for i := range cells {
		if cells[i] = plain(cells[i]); cells[i] == "" {
			cells[i] = "-"
		}
	}
	_, err := fmt.Fprintln(p.table, strings.Join(cells, "\t"))
	return err
}

func (p *printer[T]) end() error {
	if err := p.head(); err != nil {
		return err
	}
	switch {
	case p.csv != nil:
		p.csv.Flush()
		return p.csv.Error()
	case p.table != nil:
		return p.table.Flush()
	}
	return nil
}

// guarded keeps a spreadsheet from running what a phone wrote, as the pages' own export does.
func guarded(field string) string {
	if field != "" && strings.ContainsRune("=+-@\t\r\n", rune(field[0])) {
		return "'" + field
	}
	return field
}

// plain makes text harmless for a terminal: what a phone wrote must not move the cursor, colour or hide
// anything. Line ends that are our own stay.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (!unicode.IsPrint(r) || r == unicode.ReplacementChar) && r != ' ' {
			return '\u00b7'
		}
		return r
	}, text)
}

// oneLine is plain for text that somebody else wrote.
func oneLine(text string) string { return strings.ReplaceAll(plain(text), "\n", "\u00b7") }

// field is one line of what a show command prints.
type field struct{ name, value string }

// show prints one thing of the API.
func show[T any](s *session, f *clientFlags, path string, fields func(*T) []field) error {
	c, err := f.open()
	if err != nil {
		return err
	}
	var text json.RawMessage
	if err := c.get(s.ctx, path, &text); err != nil {
		return err
	}
	if f.JSON {
		_, err := fmt.Fprintf(s.stdout, "%s\n", text)
		return err
	}
	var v T
	if err := json.Unmarshal(text, &v); err != nil {
		return &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
	}
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	for _, line := range fields(&v) {
		if line.value != "" {
			fmt.Fprintf(w, "%s\t%s\n", line.name, oneLine(line.value))
		}
	}
	return w.Flush()
}

// verbFlags are what every command that changes something takes.
type verbFlags struct {
	clientFlags
	Reason    string `help:"Kept in the audit log."`
	IfVersion int64  `name:"if-version" help:"Only when the thing still has this version." placeholder:"N"`
}

// act changes something and says what has happened.
func (f *verbFlags) act(s *session, method, path string, body any) error {
	c, err := f.open()
	if err != nil {
		return err
	}
	return say(s, &f.clientFlags, c, method, path, body, f.IfVersion)
}

func say(s *session, f *clientFlags, c *client, method, path string, body any, ifVersion int64) error {
	text, err := c.act(s.ctx, method, path, body, ifVersion)
	if err != nil {
		return err
	}
	return told(s, f, text)
}

// told prints what the console says of a change.
func told(s *session, f *clientFlags, text json.RawMessage) error {
	if f.JSON {
		_, err := fmt.Fprintf(s.stdout, "%s\n", strings.TrimSpace(string(text)))
		return err
	}
	var r api.Result
	if err := json.Unmarshal(text, &r); err != nil {
		return &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
	}
	fmt.Fprintln(s.stdout, oneLine(r.Text))
	if r.ID != "" {
		fmt.Fprintln(s.stdout, "Id:", oneLine(r.ID))
	}
	if r.Undo != "" {
		fmt.Fprintln(s.stderr, "Take it back: vedette undo", oneLine(r.Undo))
	}
	return nil
}

// moment is how times are printed: in the reader's own zone.
func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}
