// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// column is one column of the ActiveSync page. The first eleven are those of the field, in its order
// and its words (C-01 to C-11); the others can be chosen.
type column struct {
	Key, Label string
	Sort       admin.Sort
	Newest     bool // a click sorts the greatest first
	Extra      bool // not shown unless chosen
}

func columns() []column {
	return []column{
		{Key: "device", Label: "DeviceID", Sort: admin.SortDevice},
		{Key: "user", Label: "User", Sort: admin.SortUser},
		{Key: "number", Label: "Number", Sort: admin.SortNumber},
		{Key: "phone", Label: "Phone", Sort: admin.SortPhone},
		{Key: "os", Label: "OS", Sort: admin.SortOS},
		{Key: "status", Label: "Status", Sort: admin.SortStatus},
		{Key: "sync", Label: "Sync Status", Sort: admin.SortSyncStatus},
		{Key: "first", Label: "First Sync Time", Sort: admin.SortFirst, Newest: true},
		{Key: "last", Label: "Last Sync Time", Sort: admin.SortLast, Newest: true},
		{Key: "mailbox", Label: "Mailbox ID", Sort: admin.SortMailbox},
		{Key: "domain", Label: "Domain", Sort: admin.SortDomain},
		{Key: "success", Label: "Last success", Extra: true},
		{Key: "client", Label: "Mail app", Extra: true},
		{Key: "backend", Label: "Mail server", Extra: true},
		{Key: "gateway", Label: "Gateway", Extra: true},
		{Key: "comment", Label: "Comment", Extra: true},
	}
}

// shows are the choices of the Show menu (F-01 to F-03; Allowed and Blocked are a bonus).
func shows() []choice {
	return []choice{
		{Value: string(admin.ShowAll), Label: "All"},
		{Value: string(admin.ShowLinked), Label: "Registered(linked)"},
		{Value: string(admin.ShowUnlinked), Label: "Unregistered(unlinked)"},
		{Value: string(admin.ShowAllowed), Label: "Allowed"},
		{Value: string(admin.ShowBlocked), Label: "Blocked"},
	}
}

// columnsCookie remembers the chosen columns. The address wins over it.
const columnsCookie = "columns"

// view is what the address of the ActiveSync page says: all of it, so that a view can be passed on.
type view struct {
	Query   admin.Query
	Columns []column
	chosen  bool // columns are in the address
}

// readView reads a view from an address. What makes no sense is left out, not refused: addresses are
// typed, cut and kept for years.
func readView(r *http.Request) view {
	v := view{Query: admin.Query{Show: admin.ShowAll, Sort: admin.SortFirst, Desc: true, Limit: 50}}
	q := r.URL.Query()
	readQuery(q, &v.Query)
	names := q.Get("cols")
	if names == "" {
		if c, err := r.Cookie(columnsCookie); err == nil {
			names = c.Value
		}
	} else {
		v.chosen = names != "default"
	}
	v.Columns = pickColumns(strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == '.' }))
	return v
}

func readQuery(q url.Values, into *admin.Query) {
	if s := q.Get("show"); slices.ContainsFunc(shows(), func(c choice) bool { return c.Value == s }) {
		into.Show = admin.Show(s)
	}
	into.Search = clipBytes(strings.TrimSpace(q.Get("q")), 400)
	for _, c := range columns() {
		if c.Key == q.Get("sort") && c.Sort != "" {
			into.Sort, into.Desc = c.Sort, q.Get("desc") == "1"
		}
	}
	into.Cursor = clipBytes(q.Get("cursor"), 4000)
	if n, err := strconv.Atoi(q.Get("limit")); err == nil && n >= 1 && n <= 200 {
		into.Limit = n
	}
}

func clipBytes(s string, n int) string {
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}

// pickColumns gives the columns with these keys, in the order of the page; the usual ones when none is
// named.
func pickColumns(keys []string) []column {
	var picked []column
	for _, c := range columns() {
		if slices.Contains(keys, c.Key) {
			picked = append(picked, c)
		}
	}
	if picked == nil {
		picked = slices.DeleteFunc(columns(), func(c column) bool { return c.Extra })
	}
	return picked
}

func columnKeys(list []column) string {
	keys := make([]string, len(list))
	for i, c := range list {
		keys[i] = c.Key
	}
	return strings.Join(keys, ".")
}

// values writes the view back. What is as usual is left out, so that addresses stay short.
func (v view) values() url.Values {
	q := url.Values{}
	if v.Query.Show != admin.ShowAll {
		q.Set("show", string(v.Query.Show))
	}
	if v.Query.Search != "" {
		q.Set("q", v.Query.Search)
	}
	if v.Query.Sort != admin.SortFirst || !v.Query.Desc {
		for _, c := range columns() {
			if c.Sort == v.Query.Sort {
				q.Set("sort", c.Key)
			}
		}
		if v.Query.Desc {
			q.Set("desc", "1")
		}
	}
	if v.Query.Limit != 50 {
		q.Set("limit", strconv.Itoa(v.Query.Limit))
	}
	if v.chosen {
		q.Set("cols", columnKeys(v.Columns))
	}
	return q
}

// href gives the address of the list, or of a record beside it, with changes to the view.
func (v view) href(id access.AssociationID, cursor string, change ...named) string {
	q := v.values()
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	for _, c := range change {
		if c.Value == "" {
			q.Del(c.Name)
			continue
		}
		q.Set(c.Name, c.Value)
	}
	path := "/activesync"
	if id != "" {
		path += "/" + url.PathEscape(string(id))
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// hidden gives the view as hidden fields, without those that the form itself asks for.
func hidden(q url.Values, without ...string) []named {
	var list []named
	for name, values := range q {
		if !slices.Contains(without, name) {
			list = append(list, named{name, values[0]})
		}
	}
	slices.SortFunc(list, func(a, b named) int { return strings.Compare(a.Name, b.Name) })
	return list
}
