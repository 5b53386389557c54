// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// pageSize is how many rows a page has unless its address says otherwise, mostRows how many it may have.
const (
	pageSize = 50
	mostRows = 200
)

// scheme is what an address can say of a list, without the type of its rows.
type scheme struct {
	page, path, prefix string
	words              string
	filters            []filter
	heads              []colHead
	sort               string // key of the column
	desc               bool
}

// colHead is a column without its cells.
type colHead struct {
	Key, Label, Help, Sort, Class string
	Newest, Extra                 bool
}

// bind makes the scheme of a list that is complete.
func (l *list[R]) bind(s *Server) {
	l.s = s
	sc := &scheme{page: l.Path, path: l.Path, prefix: l.Prefix, words: l.Words, filters: l.Filters, sort: l.Sort, desc: l.Desc}
	if l.On != "" {
		sc.page = l.On
	}
	for _, c := range l.Columns {
		h := colHead{Key: c.Key, Label: s.say(l.Words + ".col." + c.Key), Sort: c.Sort, Class: c.Class, Newest: c.Newest, Extra: c.Extra}
		if c.Help {
			h.Help = s.say(l.Words + ".help." + c.Key)
		}
		sc.heads = append(sc.heads, h)
	}
	l.scheme = sc
}

// usual is the choice of a filter when nobody has chosen.
func (f filter) usual() string {
	if len(f.Options) == 0 {
		return ""
	}
	return f.Options[0]
}

// sortOf gives the order of the column with this key.
func (sc *scheme) sortOf(key string) string {
	for _, h := range sc.heads {
		if h.Key == key {
			return h.Sort
		}
	}
	return ""
}

// columnsCookie remembers the chosen columns of a page. The address wins over it.
const columnsCookie = "columns"

func (sc *scheme) cookie() string { return columnsCookie + strings.TrimSuffix("."+sc.prefix, ".") }

// view is what the address of a list page says: all of it, so that a view can be passed on.
type view struct {
	query
	*scheme
	columns []string // keys, in the order of the page
	chosen  bool     // columns are in the address
	// recalled: the address says nothing of the list, which is shown as its reader left it.
	recalled bool
}

// readView reads a view from an address. What makes no sense is left out, not refused: addresses are
// typed, cut and kept for years.
func (sc *scheme) readView(r *http.Request) view {
	q := r.URL.Query()
	v := view{query: sc.readQuery(q), scheme: sc}
	names := q.Get(sc.prefix + "cols")
	if names == "" {
		if c, err := r.Cookie(sc.cookie()); err == nil {
			names = c.Value
		}
	} else {
		v.chosen = names != "default"
	}
	sc.recall(r, &v)
	v.columns = sc.pick(strings.FieldsFunc(names, func(r rune) bool { return r == ',' || r == '.' }))
	return v
}

func (sc *scheme) readQuery(values url.Values) query {
	get := func(name string) string { return values.Get(sc.prefix + name) }
	q := query{Filter: map[string]string{}, Sort: sc.sortOf(sc.sort), Desc: sc.desc, Limit: pageSize}
	for _, f := range sc.filters {
		most := f.Most
		if most == 0 {
			most = 200
		}
		q.Filter[f.Name] = clipBytes(get(f.Name), most)
		if len(f.Options) > 0 && !slices.Contains(f.Options, q.Filter[f.Name]) {
			q.Filter[f.Name] = f.usual()
		}
	}
	q.Search = clipBytes(strings.TrimSpace(get("q")), 400)
	if s := sc.sortOf(get("sort")); s != "" {
		q.Sort, q.Desc = s, get("desc") == "1"
	}
	q.Cursor = clipBytes(get("cursor"), 4000)
	if n, err := strconv.Atoi(get("limit")); err == nil && n >= 1 && n <= mostRows {
		q.Limit = n
	}
	return q
}

func clipBytes(s string, n int) string {
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return s
}

// pick gives the columns with these keys, in the order of the page; the usual ones when none is named.
func (sc *scheme) pick(keys []string) []string {
	var picked, usual []string
	for _, h := range sc.heads {
		if slices.Contains(keys, h.Key) {
			picked = append(picked, h.Key)
		}
		if !h.Extra {
			usual = append(usual, h.Key)
		}
	}
	if picked == nil {
		return usual
	}
	return picked
}

// filtered reports whether the view leaves anything out.
func (v view) filtered() bool {
	if v.Search != "" {
		return true
	}
	for _, f := range v.filters {
		if v.Filter[f.Name] != f.usual() {
			return true
		}
	}
	return false
}

// values writes the view back. What is as usual is left out, so that addresses stay short.
func (v view) values() url.Values {
	q := url.Values{}
	set := func(name, value string) { q.Set(v.prefix+name, value) }
	for _, f := range v.filters {
		if v.Filter[f.Name] != f.usual() {
			set(f.Name, v.Filter[f.Name])
		}
	}
	if v.Search != "" {
		set("q", v.Search)
	}
	if v.Sort != v.sortOf(v.sort) || v.Desc != v.desc {
		for _, h := range v.heads {
			if h.Sort == v.Sort && h.Sort != "" {
				set("sort", h.Key)
			}
		}
		if v.Desc {
			set("desc", "1")
		}
	}
	if v.Limit != pageSize {
		set("limit", strconv.Itoa(v.Limit))
	}
	if v.chosen {
		set("cols", strings.Join(v.columns, "."))
	}
	return q
}

// href gives the address of the list, or of a row beside it, with changes to the view.
func (v view) href(id, cursor string, change ...named) string {
	q := v.values()
	if cursor != "" {
		q.Set(v.prefix+"cursor", cursor)
	}
	for _, c := range change {
		if c.Value == "" {
			q.Del(v.prefix + c.Name)
			continue
		}
		q.Set(v.prefix+c.Name, c.Value)
	}
	path := v.page
	if id != "" {
		path = v.path + "/" + url.PathEscape(id)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// hidden gives the view as hidden fields, without those that the form itself asks for.
func (v view) hidden(without ...string) []named {
	var list []named
	for name, values := range v.values() {
		if !slices.Contains(without, strings.TrimPrefix(name, v.prefix)) {
			list = append(list, named{name, values[0]})
		}
	}
	slices.SortFunc(list, func(a, b named) int { return strings.Compare(a.Name, b.Name) })
	return list
}
