// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"maps"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// watch is one page that wants to know: what it shows, and what it has yet to be told. Live's lock
// guards it.
type watch struct {
	session string
	rows    map[access.AssociationID]*watchedRow
	pairs   map[access.Pair]access.AssociationID
	list    bool // records that are not in view are news
	page    bool // the page itself shows figures of the whole house
	doubt   bool // the session may have ended
	woken   chan struct{}

	pending [kinds]time.Time // since when there is something of a kind to tell; zero: nothing
	last    [kinds]time.Time // when it was told last
	every   bool             // all rows instead of changed and seen
	changed map[access.AssociationID]struct{}
	seen    map[access.AssociationID]struct{}
	number  int64
}

// watchedRow is what a row in view depends on beside its record.
type watchedRow struct {
	pair   access.Pair
	device access.DeviceID
}

// The kinds of news, each with a pace of its own.
const (
	kindRows = iota // a record in view has changed
	kindSeen        // its phone came by
	kindNews        // a record that is not in view has come or changed
	kindPage        // figures of the whole house
	kinds
)

// gaps say how far apart two tellings of a kind are at least: a change shows at once, what happens all
// the time does not keep a browser busy.
func gaps() [kinds]time.Duration {
	return [kinds]time.Duration{kindRows: 250 * time.Millisecond, kindSeen: 3 * time.Second, kindNews: time.Second, kindPage: 5 * time.Second}
}

// told is what a page is told at once.
type told struct {
	all        bool
	rows       []access.AssociationID
	news, page bool
	doubt      bool
}

func newWatch(session string, list, page bool, rows []admin.Row) *watch {
	w := &watch{session: session, list: list, page: page, woken: make(chan struct{}, 1), rows: map[access.AssociationID]*watchedRow{},
		pairs: map[access.Pair]access.AssociationID{}, changed: map[access.AssociationID]struct{}{}, seen: map[access.AssociationID]struct{}{}}
	for i := range rows {
		r := &rows[i]
		w.rows[r.ID], w.pairs[r.Pair] = &watchedRow{r.Pair, r.Device}, r.ID
	}
	return w
}

func (w *watch) poke() {
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

// due notes that there is something of a kind to tell.
func (w *watch) due(kind int, number int64) {
	if w.pending[kind].IsZero() {
		w.pending[kind] = time.Now()
	}
	w.number = max(w.number, number)
	w.poke()
}

func (w *watch) all(number int64) {
	if len(w.rows) > 0 {
		w.every = true
		w.due(kindRows, number)
	}
	if w.list {
		w.due(kindNews, number)
	}
	if w.page {
		w.due(kindPage, number)
	}
}

// entry notes one numbered change. The view, when there is one, knows what belongs together.
func (w *watch) entry(e *access.Entry, number int64, view access.View) {
	if w.page {
		w.due(kindPage, number)
	}
	switch e.Kind {
	case access.EntryPreferences:
		w.all(number)
	case access.EntryRecord:
		id := access.AssociationID(e.Key)
		row := w.rows[id]
		if row == nil {
			if w.list && !e.Deleted {
				w.due(kindNews, number)
			}
			return
		}
		if e.Record != nil {
			row.device = e.Record.Device
		}
		w.changes(id, number)
	default:
		for id, row := range w.rows {
			if row.dependsOn(e, view) {
				w.changes(id, number)
			}
		}
	}
}

func (w *watch) changes(id access.AssociationID, number int64) {
	w.changed[id] = struct{}{}
	w.due(kindRows, number)
}

func (r *watchedRow) dependsOn(e *access.Entry, view access.View) bool {
	switch e.Kind {
	case access.EntryEASDevice:
		return e.Key == r.pair.Device
	case access.EntryDevice:
		// A registered device's compliance reaches every record of the same phone, linked to it or not.
		id := access.DeviceID(e.Key)
		if id == r.device || view == nil {
			return true
		}
		phone := view.EASDevice(r.pair.Device)
		return phone != nil && slices.Contains(phone.Devices, id)
	case access.EntryAccount:
		return e.Key == r.pair.Realm+"/"+r.pair.Account
	}
	return true
}

// sighted notes what gateways have reported.
func (w *watch) sighted(list []access.Sighting) {
	if w.page {
		w.due(kindPage, 0)
	}
	if len(w.rows) == 0 {
		return
	}
	for i := range list {
		if id, ok := w.pairs[list[i].Pair]; ok {
			w.seen[id] = struct{}{}
			w.due(kindSeen, 0)
		}
	}
}

// take gives what is due at now and when something will be; zero: not before the next poke. What hangs
// on a change number waits until reached says that rows are judged by it, but not for ever: after a
// restored backup it may never come.
func (w *watch) take(now time.Time, gather time.Duration, reached func(int64) bool) (t told, next time.Time) {
	const patience, again = 2 * time.Second, 20 * time.Millisecond
	t.doubt, w.doubt = w.doubt, false
	for kind, gap := range gaps() {
		since := w.pending[kind]
		if since.IsZero() {
			continue
		}
		at := since.Add(gather)
		if soonest := w.last[kind].Add(gap); soonest.After(at) {
			at = soonest
		}
		if !at.After(now) && !reached(w.number) && now.Sub(since) < patience {
			at = now.Add(again)
		}
		if at.After(now) {
			if next.IsZero() || at.Before(next) {
				next = at
			}
			continue
		}
		w.pending[kind], w.last[kind] = time.Time{}, now
		w.tell(kind, &t)
	}
	return t, next
}

// tell moves what there is of a kind into t.
func (w *watch) tell(kind int, t *told) {
	switch kind {
	case kindNews:
		t.news = true
	case kindPage:
		t.page = true
	case kindRows:
		t.all, w.every = w.every, false
		t.rows = append(t.rows, slices.Collect(maps.Keys(w.changed))...)
		clear(w.changed)
	case kindSeen:
		t.rows = append(t.rows, slices.Collect(maps.Keys(w.seen))...)
		clear(w.seen)
	}
	if t.all {
		t.rows = nil
	}
	slices.Sort(t.rows)
	t.rows = slices.Compact(t.rows)
}
