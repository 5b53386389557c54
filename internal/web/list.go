// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// list declares a page that lists rows: what its columns are, what it can be filtered by, what can be done
// to a row, and where the rows come from. Everything else is shared: the address that holds the whole view,
// paging, choosing and remembering columns, export, selection and actions on many, keys, the pane on the
// right, rows that stay current, cards on a phone. docs/extend/page.md goes through it line by line.
//
// What the page says stands in the catalogue under Words; a test names every key that is missing.
type list[R any] struct {
	Path    string      // "/activesync"; rows, export and selection lie below it
	On      string      // the page it stands on, when that is not Path
	Prefix  string      // of its names in the address, when several lists share a page: "servers-"
	Section string      // entry of the navigation
	Words   string      // where its words stand in the catalogue: "activesync"
	File    string      // what an export is called: "activesync"
	Verb    access.Verb // who may read it; empty: whoever may view
	Class   string      // of the table, beside "records"
	Icon    string      // of the empty page

	Columns  []column[R]
	Filed    []column[R] // in every export behind the others, so that an import knows the row; no page shows them
	Filters  []filter
	Searches bool
	Sort     string // key of the column it is sorted by unless asked otherwise; empty: an order of its own
	Desc     bool
	Newest   string             // key of the column that, greatest first, shows newcomers first; empty: none are counted
	When     func(*R) time.Time // when a row came in, for counting newcomers
	Links    []headLink         // beside the title

	ID    func(*R) string
	Name  func(*R) (string, string) // what a row is called, and a second line
	State func(*R) string           // what a row shows beside its columns' values; may be nil
	// Version is what an act on a row carries, so that two people do not undo each other's work unawares;
	// nil where nothing can be done to rows.
	Version func(*R) int64
	// Href is where a row leads; nil with a Pane: to its details.
	Href func(*R) string
	Acts []act[R]
	// Bulk starts a job that does an act, by its name, to several rows, named or chosen by a query; nil: acts
	// are on one row alone, and their buttons stand in its details, or with InRow beside it.
	Bulk func(ctx context.Context, who access.Actor, name string, ids []string, q *query, a admin.Act) (admin.JobID, error)
	// Forecast says what that would come to, by a preview of admin (Y-07); nil: nothing is said.
	Forecast func(ctx context.Context, who access.Actor, name string, ids []string, q *query) (admin.Preview, error)

	InRow bool
	// ByHand: rows are chosen one by one, and never all that match.
	ByHand bool

	Find func(ctx context.Context, who access.Actor, q query) (found[R], error)
	// ByID gives rows anew, those that are gone left out; nil: rows never change.
	ByID func(ctx context.Context, who access.Actor, ids []string) ([]R, error)
	// Still: a row is as it was when the page was made, until it is gone.
	Still bool
	// Each gives every row of a query for an export; nil: page by page.
	Each func(ctx context.Context, who access.Actor, q query, fn func(*R) error) error
	// Match says whether a row passes a filter; few lists need it, see few.
	Match func(r *R, filter, value string) bool

	// Pane gives the details of one row, which the template "details" of Set shows.
	Pane func(r *http.Request, id string, v view) (any, error)
	// Set names the template set, empty: "list". It can say "list-empty" and "list-extra" in its own way,
	// with what Extra gives.
	Set   string
	Extra func(r *http.Request, who access.Actor) (any, error)

	s      *Server
	scheme *scheme
}

// column is one column. Its label stands in the catalogue under Words.col.Key.
type column[R any] struct {
	Key    string
	Sort   string // what Find calls this order; empty: cannot be sorted by
	Newest bool   // a click sorts the greatest first
	Extra  bool   // not shown unless chosen
	Help   bool   // Words.help.Key explains it on hover
	// Class says how it is set (num, nowrap, break) and what becomes of it where there is little room:
	// narrow-first and narrow-second lead the card on a phone, narrow-none is left out there, pane-none
	// while the details are open.
	Class string
	Heads bool // it names the row
	Link  bool // it leads to where the row leads
	// Value is the cell in plain words: in an export, and to see whether a row has changed. Times are
	// RFC 3339.
	Value func(r *R) string
	// Cell is what the page shows; nil: Value as somebody else's words.
	Cell func(s *Server, r *R) template.HTML
	// Order compares two rows of a list that is held at once (see few); nil: by Value.
	Order func(a, b *R) int
}

// filter is one choice above the list. Words.filter.Name labels it, Words.Name.Value each option.
type filter struct {
	Name string
	// Kind is "select", "text", "date", or "hidden" for what only addresses ask for.
	Kind    string
	Options []string // of a select; the first is the usual one
	Raw     bool     // options are shown as they are, or as Word says them
	Word    func(s *Server, option string) string
	// Offers gives the options of a select that only the data knows, or that are asked for only with other
	// filters: what is usual has no value. None: it is not asked for. Only what it says is shown of it.
	Offers func(r *http.Request, who access.Actor, q query) ([]choice, error)
	Most   int // of bytes; 0: 200
}

// headLink is a link beside the title.
type headLink struct {
	Href, Label, Icon string // Label is a key
	Verb              access.Verb
}

// act is something that can be done to rows. Button, question and words stand in the catalogue: act.VERB,
// Words.ask.VERB, Words.what.VERB.
type act[R any] struct {
	Verb    access.Verb
	Name    string // of its path and its words, where that is not the verb
	Icon    string
	Key     string // of the keyboard
	Danger  bool
	Refuses bool // it would refuse somebody, so shadow mode matters
	Ends    bool // it can end by itself
	Gone    bool // the row is not there any more afterwards
	Single  bool // it is for one row, though the list has a Bulk
	Several bool // it is for the selection alone: one row has another act for it
	// When says in which views it makes sense for the rows they show; nil: in all.
	When   func(q query) bool
	Reason bool // a note has to be given
	Counts bool // how many rows it is done to has to be typed
	// Wide says of one row that it goes for others with it, unless whoever is asked says that it shall not.
	Wide func(r *R) bool
	// Text gives what the row has to be edited; nil: a note is asked for.
	Text func(r *R) string
	// Fits says which rows it can be done to; nil: all. The details of others have no button for it.
	Fits func(r *R) bool
	// Form gives a page of its own, by the id of the row, in place of the question: there is more to say
	// than a note. InPlace: it is short enough for a dialog.
	Form    func(id string) string
	InPlace bool
	// Foresee says what it would come to for one row.
	Foresee func(r *http.Request, who access.Actor, row *R) ([]note, error)
	// Choose is a menu that goes along with the act; nil: there is nothing to choose.
	Choose *choosing
	// Tells puts a forecast of the list into words; nil: as usual, by the verdicts that change.
	Tells func(s *Server, p *admin.Preview) []note
	// Marks says of one row among several what speaks against it; "": nothing.
	Marks func(s *Server, row *R) string
	// Notes names what is easily overlooked.
	Notes func(s *Server, rows []R) []note
	Do    func(ctx context.Context, who access.Actor, id string, a admin.Act) (admin.Result, error)
}

// choosing is a menu that goes along with an act, which has Do and the list's Bulk and Forecast in its own
// form. Words.choose.NAME labels it, Words.choose-hint.NAME says more.
type choosing struct {
	Choices func(r *http.Request, who access.Actor) ([]choice, error)
	Do      func(ctx context.Context, who access.Actor, id, chosen string, a admin.Act) (admin.Result, error)
	Bulk    func(ctx context.Context, who access.Actor, chosen string, ids []string, q *query, a admin.Act) (admin.JobID, error)
	// Foresee says what the choice comes to for the rows, and which of them it will be refused for; ids is nil for
	// all that match the query.
	Foresee func(ctx context.Context, who access.Actor, chosen string, ids []string, q *query) ([]note, refusedRows, error)
}

// name is what path and words call it.
func (a *act[R]) name() string { return cmp.Or(a.Name, string(a.Verb)) }

// query is what a list page asks for.
type query struct {
	Filter map[string]string // by name; what is usual is filled in
	Search string
	Sort   string // a column's Sort
	Desc   bool
	Cursor string // found.Next or Prev of another page
	Limit  int
}

// found is one page of rows.
type found[R any] struct {
	Rows       []R
	Next, Prev string
	Total      int    // of all pages; -1: not counted
	More       bool   // and more than that
	Order      string // key of what to say about the order; may be empty
	Partial    bool   // looking further would have cost too much; Next goes on
}

// moment is a column of a time.
func moment[R any](c column[R], at func(*R) time.Time) column[R] {
	c.Value = func(r *R) string { return exactTime(at(r)) }
	c.Cell = func(s *Server, r *R) template.HTML { return s.ago(at(r)) }
	c.Order = func(a, b *R) int { return at(a).Compare(at(b)) }
	return c
}

// exactTime writes a time for an export.
func exactTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// number is a column of a whole number.
func number[R any](c column[R], n func(*R) int64) column[R] {
	c.Value = func(r *R) string { return itoa(n(r)) }
	c.Cell = func(s *Server, r *R) template.HTML {
		return template.HTML(template.HTMLEscapeString(s.words.Count(n(r))))
	}
	c.Order = func(a, b *R) int { return cmp.Compare(n(a), n(b)) }
	c.Class += " num"
	return c
}

// mount registers a list's addresses. The page itself is left out when the list stands on another one.
func mount[R any](s *Server, mux router, l *list[R]) {
	read := httpd.Verb(string(l.verb()))
	if l.On == "" {
		mux.Handle(read, "GET "+l.Path, l.show)
	}
	if l.Pane != nil {
		mux.Handle(read, "GET "+l.Path+"/{id}", l.showRow)
	}
	mux.Handle(read, "GET "+l.Path+"/rows", l.rows)
	if l.File != "" {
		mux.Handle(httpd.Verb(string(access.VerbExport)), "GET "+l.Path+"/export.csv", l.export)
	}
	if len(l.Acts) > 0 {
		mux.Handle(read, "GET "+l.Path+"/selection/{verb}", l.ask)
		mux.Handle(read, "POST "+l.Path+"/selection/{verb}", l.act)
	}
}

func (l *list[R]) verb() access.Verb {
	if l.Verb == "" {
		return access.VerbView
	}
	return l.Verb
}
