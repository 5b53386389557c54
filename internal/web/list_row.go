// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"fmt"
	"hash/fnv"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/login"
)

// row makes the row of one R for the columns of a view.
func (l *list[R]) row(r *R, v view) row {
	out := row{ID: l.ID(r), Label: l.label(r)}
	h := fnv.New64a()
	for i := range l.Columns {
		c := &l.Columns[i]
		if !slices.Contains(v.columns, c.Key) {
			continue
		}
		value := c.Value(r)
		cl := cell{Key: c.Key, Label: v.heads[i].Label, Class: c.Class, Heads: c.Heads}
		if c.Cell != nil {
			cl.HTML = c.Cell(l.s, r)
		} else {
			cl.HTML = text(value, 80)
		}
		if cl.HTML == "" {
			cl.Class += " blank"
		} else if c.Link {
			cl.HTML = l.link(r, v, cl.HTML)
		}
		fmt.Fprintf(h, "%s=%s\n", c.Key, value)
		out.Cells = append(out.Cells, cl)
	}
	if l.Version != nil {
		out.Version = l.Version(r)
		fmt.Fprint(h, out.Version, " ")
	}
	if l.State != nil {
		fmt.Fprint(h, l.State(r))
	}
	out.Rev = strconv.FormatUint(h.Sum64(), 36)
	if l.ByID == nil || l.Still {
		out.Rev = still
	}
	return out
}

// still is the revision of rows that never change.
const still = "0"

// label names a row in one line.
func (l *list[R]) label(r *R) string {
	one, two := l.Name(r)
	if two != "" {
		one = l.s.say("list.on", one, two)
	}
	return visible(clip(one, 120))
}

// link leads from a cell to where its row leads.
func (l *list[R]) link(r *R, v view, inside template.HTML) template.HTML {
	if l.Href != nil {
		href := l.Href(r)
		if href == "" {
			return inside
		}
		return template.HTML(`<a data-open href="`+template.HTMLEscapeString(href)+`">`) + inside + `</a>`
	}
	if l.Pane == nil {
		return inside
	}
	href := template.HTMLEscapeString(v.href(l.ID(r), v.Cursor))
	return template.HTML(`<a data-open href="`+href+`" hx-get="`+href+`" hx-target="#pane" hx-push-url="true">`) + inside + `</a>`
}

// live is what the page asks with to stay current.
func (v view) live(now time.Time) string {
	q := v.values()
	chosen := v
	chosen.chosen = true
	q.Set(v.prefix+"cols", chosen.values().Get(v.prefix+"cols"))
	q.Set(v.prefix+"cursor", v.Cursor)
	q.Set("since", strconv.FormatInt(now.UnixMilli(), 10))
	return q.Encode()
}

// rows answers GET of the rows in view as they are now, and how many new ones there are since the page
// was made.
func (l *list[R]) rows(w http.ResponseWriter, r *http.Request) error {
	v, ids := l.scheme.readView(r), r.URL.Query()["id"]
	ids = ids[:min(len(ids), mostRows)]
	p := &listPart{view: v, Picks: l.Bulk != nil}
	if l.ByID == nil {
		for _, id := range ids {
			p.Rows = append(p.Rows, row{ID: id, Rev: still})
		}
	} else {
		found, err := l.ByID(r.Context(), login.Actor(r), ids)
		if err != nil {
			return err
		}
		for i := range found {
			if l.Still {
				p.Rows = append(p.Rows, row{ID: l.ID(&found[i]), Rev: still})
				continue
			}
			p.Rows = append(p.Rows, l.row(&found[i], v))
		}
	}
	var err error
	if p.News, err = l.news(r, v); err != nil {
		return err
	}
	return l.s.show(w, http.StatusOK, l.set(), "list-rows", p)
}

// news counts the rows that came in since the page was made and that its filter would show.
func (l *list[R]) news(r *http.Request, v view) (string, error) {
	ms, err := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64)
	if err != nil || l.When == nil {
		return "", nil
	}
	const most = 20
	q := v.query
	q.Cursor, q.Limit = "", most+1
	if l.Newest != "" {
		q.Sort, q.Desc = l.scheme.sortOf(l.Newest), true
	}
	found, err := l.Find(r.Context(), login.Actor(r), q)
	if err != nil {
		return "", err
	}
	n, since := 0, time.UnixMilli(ms)
	for i := range found.Rows {
		if l.When(&found.Rows[i]).After(since) {
			n++
		}
	}
	switch {
	case n == 0:
		return "", nil
	case n > most:
		return l.s.say("list.more-than", l.say("news", most)), nil
	}
	return l.say("news", n), nil
}
