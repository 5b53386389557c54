// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"encoding/base64"
	"encoding/json"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// cursor is the place between two rows where a page ends or begins. It goes out in a URL and comes back
// as anything, so nothing in it is believed: it only ever says where to look.
type cursor struct {
	Query string `json:"q"` // which query it belongs to
	Mode  string `json:"m,omitempty"`
	Back  bool   `json:"b,omitempty"`
	Stage int    `json:"g,omitempty"`
	First int    `json:"f,omitempty"`
	Text  string `json:"t,omitempty"`
	Num   int64  `json:"n,omitempty"`
	Seq   int64  `json:"s"`
	Least int64  `json:"l,omitempty"` // how many finds are known, when not all are
}

func (c *cursor) item() item {
	return item{stage: c.Stage, first: c.First, text: c.Text, num: c.Num, seq: c.Seq}
}

// lister answers one Query about one table.
type lister struct {
	q       Query
	t       listTable
	classes []int64
	key     string
	numeric bool
	term    string
	name    string // the query's name in cursors
	at      *cursor
	least   int64 // how many finds there are at least
	looked  int   // how many rows have been looked at
}

func newLister(t listTable, q Query) (*lister, error) {
	l := &lister{q: q, t: t}
	var ok bool
	if l.classes, ok = t.classes(q.Show); !ok {
		return nil, access.Invalid("store: list", "There is no such filter.")
	}
	if l.q.Sort == "" {
		l.q.Sort, l.q.Desc = t.sorts[0], t.desc
	}
	if l.key, l.numeric, ok = l.q.Sort.key(); !ok || !slices.Contains(t.sorts, l.q.Sort) {
		return nil, access.Invalid("store: list", "There is no such column to sort by.")
	}
	if err := q.checkYear(); err != nil {
		return nil, err
	}
	if l.q.Limit <= 0 {
		l.q.Limit = 50
	}
	l.q.Limit = min(l.q.Limit, 500)
	l.term = sortKey(clean(q.Search, capSortKey))
	h := fnv.New64a()
	h.Write([]byte(string(l.q.Show) + "\x00" + string(l.q.Sort) + "\x00" + strconv.FormatBool(l.q.Desc) + "\x00" + l.term))
	h.Write([]byte("\x00" + t.name + "." + t.class))
	if q.Show == ShowActed {
		h.Write([]byte("\x00" + strconv.FormatInt(millis(q.From), 10) + "-" + strconv.FormatInt(millis(q.To), 10)))
	}
	if q.Scope != nil {
		h.Write([]byte("\x00" + strings.Join(q.Scope.Groups, "\x00")))
		for _, id := range q.Scope.Users {
			h.Write([]byte("\x01" + string(id)))
		}
	}
	l.name = strconv.FormatUint(h.Sum64(), 36)
	if q.Cursor == "" {
		return l, nil
	}
	l.at = &cursor{}
	b, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	if err == nil {
		err = json.Unmarshal(b, l.at)
	}
	if err != nil || l.at.Query != l.name || clean(l.at.Text, 2*capKey) != l.at.Text || l.at.Stage < 0 {
		return nil, access.Invalid("store: list", "This page's address cannot be read. Begin at the first page.")
	}
	return l, nil
}

func (l *lister) back() bool { return l.at != nil && l.at.Back }

// desc is the direction rows are read in: going back is reading the other way round.
func (l *lister) desc() bool { return l.q.Desc != l.back() }

func (l *lister) mark(i item, mode string, back bool) string {
	b, err := json.Marshal(cursor{Query: l.name, Mode: mode, Back: back, Stage: i.stage, First: i.first,
		Text: i.text, Num: i.num, Seq: i.seq, Least: l.least})
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// beside is the place just past the row of the cursor, so that reading back from there meets the row.
func (l *lister) beside(mode string) item {
	i := l.at.item()
	desc := l.q.Desc
	if mode != modeAll {
		desc = mode != modeMatch && mode != modePeople
	}
	if desc == l.back() {
		i.seq++
	} else {
		i.seq--
	}
	return i
}

// page makes a page of items in reading order. more says that there are further ones behind them in
// that direction; last is where to go on from, usually the last item.
func (l *lister) page(items []item, more bool, last item, mode string) ([]item, Page) {
	var p Page
	if len(items) == 0 && !more {
		if l.at != nil { // nothing here: the way back begins with the row we came from
			if l.back() {
				p.Next = l.mark(l.beside(mode), mode, false)
			} else {
				p.Prev = l.mark(l.beside(mode), mode, true)
			}
		}
		return nil, p
	}
	begin := last
	if len(items) > 0 {
		begin = items[0]
	}
	if l.back() {
		slices.Reverse(items)
		p.Next = l.mark(begin, mode, false)
		if more {
			p.Prev = l.mark(last, mode, true)
		}
		return items, p
	}
	if more {
		p.Next = l.mark(last, mode, false)
	}
	if l.at != nil {
		p.Prev = l.mark(begin, mode, true)
	}
	return items, p
}
