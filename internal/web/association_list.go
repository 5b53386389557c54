// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// listPage is the ActiveSync page: the list and, when a record is open, its details.
type listPage struct {
	page
	Query          admin.Query
	Shows          []choice
	ShowLabel      string
	Filtered       bool
	Paged          bool
	Keep           []named // of the view, beside what the tools ask for
	KeepForColumns []named
	MatchQuery     []named // what "all that match" means
	AllColumns     []columnChoice
	Heads          []head
	Rows           []row
	LiveQuery      string
	News           string
	NewestHref     string
	ExportHref     string
	Here           string
	PrevHref       string
	NextHref       string
	TotalText      string
	TotalPlain     string
	MoreThanPage   bool
	OrderNote      string
	Caption        string
	Gateways       []gatewayRow
	MoreGateways   int      // beside those; at most 0: none
	Servers        []string // names to type into a phone's mail app
	Details        *detailsPart
	Chosen         bool // somebody has chosen these columns
}

type columnChoice struct {
	column
	Chosen bool
}

type head struct {
	Key, Label, Href, Title, Aria string
}

// associationList answers GET /activesync.
func (s *Server) associationList(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Has("col") {
		return s.chooseColumns(w, r)
	}
	return s.showList(w, r, "")
}

// associationShow answers GET /activesync/{id}: the details alone for the script of the page, else the
// whole page with the details open, so that the address can be passed on.
func (s *Server) associationShow(w http.ResponseWriter, r *http.Request) error {
	id := access.AssociationID(r.PathValue("id"))
	if isFragment(r) {
		d, err := s.details(r, id, readView(r))
		if err != nil {
			return err
		}
		return s.show(w, http.StatusOK, "association_list", "fragment", d)
	}
	return s.showList(w, r, id)
}

func (s *Server) showList(w http.ResponseWriter, r *http.Request, open access.AssociationID) error {
	p, err := s.newPage(w, r, "ActiveSync", "activesync")
	if err != nil {
		return err
	}
	v := readView(r)
	s.rememberColumns(w, r, v)
	found, err := s.admin.ListAssociations(r.Context(), p.Actor, v.Query)
	if err != nil {
		return err
	}
	l := s.newListPage(p, v, found, open)
	l.Here = r.URL.RequestURI()
	if err := s.addFreshness(r, l); err != nil {
		return err
	}
	if open != "" {
		if l.Details, err = s.details(r, open, v); err != nil {
			return err
		}
	}
	return s.show(w, http.StatusOK, "association_list", "layout", l)
}

func (s *Server) newListPage(p page, v view, found admin.Page, open access.AssociationID) *listPage {
	p.Search = v.Query.Search
	l := &listPage{
		page: p, Query: v.Query, Paged: v.Query.Cursor != "", Filtered: v.Query.Search != "" || v.Query.Show != admin.ShowAll,
		Keep: hidden(v.values(), "show", "q"), KeepForColumns: hidden(v.values(), "cols"), MatchQuery: hidden(v.values(), "cols", "limit", "sort", "desc"),
		Chosen: columnKeys(v.Columns) != columnKeys(pickColumns(nil)), NewestHref: v.href("", "", named{"sort", ""}, named{"desc", ""}), ExportHref: exportHref(v), Heads: heads(v),
	}
	for _, c := range shows() {
		c.Chosen = c.Value == string(v.Query.Show)
		if c.Chosen {
			l.ShowLabel = c.Label
		}
		l.Shows = append(l.Shows, c)
	}
	for _, c := range columns() {
		l.AllColumns = append(l.AllColumns, columnChoice{c, strings.Contains("."+columnKeys(v.Columns)+".", "."+c.Key+".")})
	}
	for i := range found.Rows {
		row := s.newRow(&found.Rows[i], v, v.Query.Cursor)
		row.Open = row.ID == open
		l.Rows = append(l.Rows, row)
	}
	if found.Prev != "" {
		l.PrevHref = v.href("", found.Prev)
	}
	if found.Next != "" {
		l.NextHref = v.href("", found.Next)
	}
	live := v.values()
	live.Set("cols", columnKeys(v.Columns))
	live.Set("cursor", v.Query.Cursor)
	live.Set("since", strconv.FormatInt(s.now().UnixMilli(), 10))
	l.LiveQuery = live.Encode()
	l.count(found)
	return l
}

// count puts the totals into words.
func (l *listPage) count(found admin.Page) {
	l.TotalPlain = count(found.Total)
	l.TotalText = plural(found.Total, "record")
	if found.TotalIsMore {
		l.TotalPlain += "+"
		l.TotalText = "More than " + l.TotalText
	}
	if l.Filtered {
		l.TotalText += " match"
	}
	l.MoreThanPage = found.TotalIsMore || found.Total > len(found.Rows)
	switch {
	case found.Partial:
		l.OrderNote = "the search goes on with the next page"
	case found.SearchOrder == admin.OrderNewest:
		l.OrderNote = "so many match that they come newest first"
	case found.SearchOrder == admin.OrderMatch:
		l.OrderNote = "so many match that they come by what matches: users, then device ids, models, numbers"
	}
	l.Caption = "Associations, " + l.TotalText
}

// heads gives the column heads with the address that sorts by each.
func heads(v view) []head {
	var list []head
	for _, c := range v.Columns {
		h := head{Key: c.Key, Label: c.Label}
		if c.Sort != "" {
			desc := c.Newest
			h.Title = "Sort by " + c.Label
			if v.Query.Sort == c.Sort {
				desc = !v.Query.Desc
				h.Aria = "ascending"
				if v.Query.Desc {
					h.Aria = "descending"
				}
			}
			sorted := v
			sorted.Query.Sort, sorted.Query.Desc = c.Sort, desc
			h.Href = sorted.href("", "")
		}
		list = append(list, h)
	}
	return list
}

func exportHref(v view) string {
	q := v.values()
	q.Del("limit")
	q.Set("cols", columnKeys(v.Columns))
	return "/activesync/export.csv?" + q.Encode()
}

// addFreshness says when the gateways last reported and last reconciled.
func (s *Server) addFreshness(r *http.Request, l *listPage) error {
	list, err := s.admin.ListGateways(r.Context(), l.Actor)
	if err != nil {
		return err
	}
	for i := range list {
		l.Gateways = append(l.Gateways, newGatewayRow(&list[i], s.now()))
	}
	l.Servers = serverNames(l.Gateways)
	const named = 4
	if l.MoreGateways = len(list) - named; l.MoreGateways > 0 {
		l.Gateways = l.Gateways[:named]
	}
	return nil
}

// chooseColumns turns the ticks of the column chooser into an address.
func (s *Server) chooseColumns(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	keys := q["col"]
	q.Del("col")
	q.Del("cursor")
	if keys[len(keys)-1] == "default" {
		keys = nil
	}
	q.Set("cols", columnKeys(pickColumns(keys)))
	if keys == nil {
		q.Set("cols", "default")
	}
	http.Redirect(w, r, "/activesync?"+q.Encode(), http.StatusSeeOther)
	return nil
}

// rememberColumns keeps the columns that an address names for the next visit.
func (s *Server) rememberColumns(w http.ResponseWriter, r *http.Request, v view) {
	c := &http.Cookie{Name: columnsCookie, Value: columnKeys(v.Columns), Path: "/activesync", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode}
	switch r.URL.Query().Get("cols") {
	case "":
		return
	case "default":
		c.Value, c.MaxAge = "", -1
	}
	http.SetCookie(w, c)
}

// associationRows answers GET /activesync/rows: the records in view as they are now, and how many new
// ones there are since the page was made.
func (s *Server) associationRows(w http.ResponseWriter, r *http.Request) error {
	q, who := r.URL.Query(), login.Actor(r)
	v := readView(r)
	var ids []access.AssociationID
	for _, id := range q["id"][:min(len(q["id"]), 200)] {
		ids = append(ids, access.AssociationID(id))
	}
	found, err := s.admin.RowsByID(r.Context(), who, ids)
	if err != nil {
		return err
	}
	l := listPage{}
	for i := range found {
		l.Rows = append(l.Rows, s.newRow(&found[i], v, v.Query.Cursor))
	}
	if l.News, err = s.news(r, v, q); err != nil {
		return err
	}
	return s.show(w, http.StatusOK, "association_rows", "fragment", l)
}

// news counts the records that came in since the page was made and that its filter would show.
func (s *Server) news(r *http.Request, v view, q url.Values) (string, error) {
	ms, err := strconv.ParseInt(q.Get("since"), 10, 64)
	if err != nil {
		return "", nil
	}
	const most = 20
	query := v.Query
	query.Sort, query.Desc, query.Cursor, query.Limit = admin.SortFirst, true, "", most+1
	found, err := s.admin.ListAssociations(r.Context(), login.Actor(r), query)
	if err != nil {
		return "", err
	}
	n, since := 0, time.UnixMilli(ms)
	for i := range found.Rows {
		if found.Rows[i].FirstSync.After(since) {
			n++
		}
	}
	switch {
	case n == 0:
		return "", nil
	case n > most:
		return "More than " + plural(most, "new record"), nil
	}
	return plural(n, "new record"), nil
}
