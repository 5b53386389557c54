// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

// listPage is a page that is one list.
type listPage struct {
	page
	Lead  string
	Links []headLink
	List  *listPart
}

// listPart is one list as the template "list" shows it.
type listPart struct {
	view
	Path    string // of what lies below the list
	Prefix  string
	Words   string
	Name    string // for who hears the page
	Class   string
	Icon    string
	Heading bool // it stands on a page with others, and says what it is
	Picks   bool // rows can be chosen
	Acts    []actButton
	InRow   bool // the buttons of each row stand beside it

	Filters        []filterField
	Searches       bool
	SearchHint     string
	Submits        string // what the button of the filters says
	Filtered       bool
	Paged          bool
	Keep           []named // of the view, beside what the tools ask for
	KeepForColumns []named
	MatchQuery     []named // what "all that match" means
	Columns        []choice
	Chosen         bool // somebody has chosen these columns
	Heads          []head
	Rows           []row
	LiveQuery      string
	News           string
	NewestHref     string
	Action         string // where filters and columns are sent
	ClearHref      string
	Recalled       bool
	ExportHref     string
	Here           string
	PrevHref       string
	HasPrev        bool // PrevHref is the page before, else the first one
	NextHref       string
	TotalText      string
	TotalPlain     string
	MoreThanPage   bool
	OrderNote      string
	NoneText       template.HTML
	PaneName       string
	Details        any
	Extra          any
}

// filterField is a filter as the page shows it.
type filterField struct {
	filter
	Field, Label, Value string
	Choices             []choice
}

type head struct{ Key, Label, Href, Title, Aria, Class string }

// row is one row as the page shows it.
type row struct {
	ID      string
	Version int64
	Rev     string // changes when what is shown changes, but not because time passes
	Label   string // for who hears the page instead of seeing it
	Open    bool
	Cells   []cell
	Acts    []actButton
}

type cell struct {
	Key, Label, Class string
	Heads             bool
	HTML              template.HTML
}

// show answers GET of a list that has a page of its own.
func (l *list[R]) show(w http.ResponseWriter, r *http.Request) error { return l.showOpen(w, r, "") }

// showRow answers GET of one row: the details alone for the script of the page, else the whole page with
// the details open, so that the address can be passed on.
func (l *list[R]) showRow(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	if !isFragment(r) {
		return l.showOpen(w, r, id)
	}
	d, err := l.Pane(r, id, l.scheme.readView(r))
	if err != nil {
		return err
	}
	return l.s.show(w, http.StatusOK, l.set(), "details", d)
}

func (l *list[R]) set() string {
	if l.Set == "" {
		return "list"
	}
	return l.Set
}

func (l *list[R]) showOpen(w http.ResponseWriter, r *http.Request, open string) error {
	if l.choosesColumns(w, r) {
		return nil
	}
	p, err := l.s.newPage(w, r, l.s.say(l.Words+".title"), l.Section)
	if err != nil {
		return err
	}
	part, err := l.part(w, r, open)
	if err != nil {
		return err
	}
	lp := &listPage{page: p, Lead: l.s.say(l.Words + ".lead"), List: part}
	for _, link := range l.Links {
		if p.Actor.May(link.Verb) == nil {
			lp.Links = append(lp.Links, link)
		}
	}
	return l.s.show(w, http.StatusOK, l.set(), "layout", lp)
}

// part makes a list for the page it stands on.
func (l *list[R]) part(w http.ResponseWriter, r *http.Request, open string) (*listPart, error) {
	v, who := l.scheme.readView(r), login.Actor(r)
	l.rememberColumns(w, r, v)
	l.scheme.remember(w, r, v)
	found, err := l.Find(r.Context(), who, v.query)
	if err != nil {
		return nil, err
	}
	p := l.newPart(v, found, open)
	if err := l.offer(r, who, v, p); err != nil {
		return nil, err
	}
	l.nothing(p)
	p.Here = r.URL.RequestURI()
	for _, a := range l.Acts {
		if l.Bulk != nil && !a.Single && who.May(a.Verb) == nil && (a.When == nil || a.When(v.query)) {
			p.Acts = append(p.Acts, l.button(a, ""))
		}
	}
	p.Picks = len(p.Acts) > 0
	for i := range p.Rows {
		if l.InRow {
			p.Rows[i].Acts = l.buttons(who, &found.Rows[i], p.Here)
			p.InRow = p.InRow || len(p.Rows[i].Acts) > 0
		}
	}
	if who.May(access.VerbExport) != nil || l.File == "" {
		p.ExportHref = ""
	}
	if l.Extra != nil {
		if p.Extra, err = l.Extra(r, who); err != nil {
			return nil, err
		}
	}
	if open != "" {
		p.Details, err = l.Pane(r, open, v)
	}
	return p, err
}

func (l *list[R]) newPart(v view, found found[R], open string) *listPart {
	p := &listPart{
		view: v, Path: l.Path, Prefix: l.Prefix, Words: l.Words, Name: l.say("name"), Class: l.Class, Icon: l.Icon, Heading: l.On != "", Searches: l.Searches,
		Submits: l.s.say("list.show"), Filtered: v.filtered(), Paged: v.Cursor != "",
		Keep: v.hidden(append(filterNames(v.filters), "q")...), KeepForColumns: v.hidden("cols"), MatchQuery: v.hidden("cols", "limit", "sort", "desc"),
		Chosen: !slices.Equal(v.columns, v.pick(nil)), Heads: v.headLinks(l.s), ExportHref: v.exportHref(),
		NewestHref: v.newestHref(l.Newest), Action: v.page, ClearHref: v.resetHref(), Recalled: v.recalled,
	}
	if l.Searches {
		p.SearchHint, p.Submits = l.say("search"), l.s.say("list.search")
	}
	if l.Pane != nil {
		p.PaneName = l.s.say(l.Words + ".pane")
	}
	for _, f := range v.filters {
		p.Filters = append(p.Filters, l.field(f, v.Filter[f.Name]))
	}
	for _, h := range v.heads {
		p.Columns = append(p.Columns, choice{h.Key, h.Label, slices.Contains(v.columns, h.Key)})
	}
	for i := range found.Rows {
		row := l.row(&found.Rows[i], v)
		row.Open = row.ID == open && open != ""
		p.Rows = append(p.Rows, row)
	}
	if found.Prev != "" {
		p.PrevHref, p.HasPrev = v.href("", found.Prev), true
	} else if p.Paged {
		p.PrevHref = v.href("", "")
	}
	if found.Next != "" {
		p.NextHref = v.href("", found.Next)
	}
	p.LiveQuery = v.live(l.s.now())
	l.count(p, found)
	p.MoreThanPage = p.MoreThanPage && !l.ByHand
	return p
}

func (l *list[R]) say(key string, values ...any) string {
	return l.s.say(l.Words+"."+key, values...)
}

func filterNames(list []filter) []string {
	var names []string
	for _, f := range list {
		names = append(names, f.Name)
	}
	return names
}

func (l *list[R]) field(f filter, value string) filterField {
	out := filterField{filter: f, Field: l.Prefix + f.Name, Value: value}
	if f.Kind != "hidden" {
		out.Label = l.say("filter." + f.Name)
	}
	for _, o := range f.Options {
		c := choice{o, o, o == value}
		switch {
		case !f.Raw:
			c.Label = l.say(f.Name + "." + o)
		case o == "":
			c.Label = l.s.say("list.all")
		case f.Word != nil:
			c.Label = f.Word(l.s, o)
		}
		out.Choices = append(out.Choices, c)
	}
	return out
}

// offer fills in the filters whose options are not known beforehand, and leaves out those that are not asked
// for.
func (l *list[R]) offer(r *http.Request, who access.Actor, v view, p *listPart) error {
	kept := p.Filters[:0]
	for _, f := range p.Filters {
		if f.Offers == nil {
			kept = append(kept, f)
			continue
		}
		offered, err := f.Offers(r, who, v.query)
		if err != nil {
			return err
		}
		if len(offered) == 0 {
			continue
		}
		f.Choices = offered
		known := false
		for i := range f.Choices {
			f.Choices[i].Chosen = f.Choices[i].Value == f.Value
			known = known || f.Choices[i].Chosen
		}
		if !known { // what an address asks for is shown, whether it is offered or not
			f.Choices = append(f.Choices, choice{f.Value, f.Value, true})
		}
		kept = append(kept, f)
	}
	p.Filters = kept
	return nil
}

// count puts the totals into words.
func (l *list[R]) count(p *listPart, found found[R]) {
	if found.Order != "" {
		p.OrderNote = l.s.say(found.Order)
	}
	if found.Total < 0 {
		p.MoreThanPage = found.Next != "" || p.Paged
		p.TotalPlain = ""
		return
	}
	p.TotalPlain = l.s.words.Count(int64(found.Total))
	p.TotalText = l.say("count", found.Total)
	if found.More {
		p.TotalPlain += "+"
		p.TotalText = l.s.say("list.more-than", p.TotalText)
	}
	if p.Filtered {
		p.TotalText = l.s.say("list.match", found.Total, p.TotalText)
	}
	p.MoreThanPage = found.More || found.Total > len(found.Rows)
}

// nothing says why no row is shown.
func (l *list[R]) nothing(p *listPart) {
	if len(p.Rows) > 0 || !p.Filtered {
		return
	}
	var chosen []string
	for _, f := range p.Filters {
		if f.Value == f.usual() {
			continue
		}
		word := f.Value
		for _, c := range f.Choices {
			if c.Chosen {
				word = c.Label
			}
		}
		chosen = append(chosen, clip(visible(word), 60))
	}
	search := template.HTML("<bdi>" + template.HTMLEscapeString(visible(p.Search)) + "</bdi>")
	among := strings.Join(chosen, l.s.say("list.and"))
	switch {
	case p.Search == "":
		p.NoneText = l.s.html(l.Words+".none-filter", among)
	case among == "":
		p.NoneText = l.s.html(l.Words+".none-search", search)
	default:
		p.NoneText = l.s.html(l.Words+".none-both", search, among)
	}
}

// headLinks gives the column heads with the address that sorts by each.
func (v view) headLinks(s *Server) []head {
	var list []head
	for _, c := range v.heads {
		if !slices.Contains(v.columns, c.Key) {
			continue
		}
		h := head{Key: c.Key, Label: c.Label, Class: strings.TrimSpace(c.Class), Title: c.Help}
		if c.Sort != "" {
			desc := c.Newest
			h.Title = s.say("list.sort-by", c.Label)
			if c.Help != "" {
				h.Title = c.Help + " " + h.Title
			}
			if v.Sort == c.Sort {
				desc = !v.Desc
				h.Aria = "ascending"
				if v.Desc {
					h.Aria = "descending"
				}
			}
			sorted := v
			sorted.Sort, sorted.Desc = c.Sort, desc
			h.Href = sorted.href("", "", sorted.order(c.Key)...)
		}
		list = append(list, h)
	}
	return list
}

func (v view) exportHref() string {
	q := v.values()
	q.Del(v.prefix + "limit")
	q.Set(v.prefix+"cols", strings.Join(v.columns, "."))
	return v.path + "/export.csv?" + q.Encode()
}

// newestHref is the view with its newcomers on top.
func (v view) newestHref(column string) string {
	if column == "" {
		return v.href("", "")
	}
	v.Sort, v.Desc = v.sortOf(column), true
	return v.href("", "", v.order(column)...)
}

// order names the order of a view in an address though it may be the usual one: it is meant, and not what was
// left.
func (v view) order(column string) []named {
	list := []named{{"sort", column}, {"desc", ""}}
	if v.Desc {
		list[1].Value = "1"
	}
	return list
}

// choosesColumns turns the ticks of the column chooser into an address, when that is what is asked for; or
// forgets the view.
func (l *list[R]) choosesColumns(w http.ResponseWriter, r *http.Request) bool {
	if l.scheme.resets(w, r) {
		return true
	}
	q := r.URL.Query()
	keys := q[l.Prefix+"col"]
	if len(keys) == 0 {
		return false
	}
	q.Del(l.Prefix + "col")
	q.Del(l.Prefix + "cursor")
	q.Set(l.Prefix+"cols", strings.Join(l.scheme.pick(keys), "."))
	if keys[len(keys)-1] == "default" {
		q.Set(l.Prefix+"cols", "default")
	}
	http.Redirect(w, r, l.scheme.page+"?"+q.Encode(), http.StatusSeeOther)
	return true
}

// rememberColumns keeps the columns that an address names for the next visit.
func (l *list[R]) rememberColumns(w http.ResponseWriter, r *http.Request, v view) {
	c := &http.Cookie{Name: l.scheme.cookie(), Value: strings.Join(v.columns, "."), Path: l.scheme.page, MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode}
	switch r.URL.Query().Get(l.Prefix + "cols") {
	case "":
		return
	case "default":
		c.Value, c.MaxAge = "", -1
	}
	http.SetCookie(w, c)
}

// eachPage gives every row of a query, page by page.
func (l *list[R]) eachPage(ctx context.Context, who access.Actor, q query, fn func(*R) error) error {
	q.Cursor, q.Limit = "", mostRows
	for {
		found, err := l.Find(ctx, who, q)
		if err != nil {
			return err
		}
		for i := range found.Rows {
			if err := fn(&found.Rows[i]); err != nil {
				return err
			}
		}
		if q.Cursor = found.Next; q.Cursor == "" {
			return nil
		}
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
