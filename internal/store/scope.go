// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
)

// A list that is limited to a scope is made from the users in it: their groups are kept in the order of
// names, and what belongs to a user has an index. So it costs what the scope holds, not what the table
// does. Records that belong to nobody are listed in the same way, as if nobody were a user, and so are those of
// device ids about which something is said (marked.go).

// modePeople pages through much: user after user, and what belongs to each as it was made.
const modePeople = "people"

// scopedRows is how many rows, and users, of a scope are put in the order that is asked for; fewer when
// there is a search, which may find them another way.
const (
	scopedRows   = 350
	scopedSearch = 150
	unownedRows  = 220 // of what belongs to nobody
)

// scopeWalk goes through the users of a scope.
type scopeWalk struct {
	*lister
	r      runner
	listed []string // places of the users that the scope names one by one, once they were read
	at     item     // the last row that was looked at: text is the user's place, num is not used
	read   string   // the last place of a device id that was read (marked.go)
	items  []item
	looked int
	whole  bool // nothing is left of the user it stands at
	over   bool
}

// nobody is the place of nobody among users.
const nobody = "\n"

// unowned says that only what belongs to nobody is wanted. No scope holds any of it.
func (l *lister) unowned() bool { return l.q.Show == ShowUnknownUser }

func (l *lister) scoped(ctx context.Context, r runner, s *Store) ([]item, Page, error) {
	if l.q.Scope != nil && (l.unowned() || l.q.Scope.IsEmpty()) {
		return nil, Page{}, nil
	}
	if l.at == nil || l.at.Mode == modeAll {
		items, ok, err := l.scopedAll(ctx, r, s)
		if err != nil {
			return nil, Page{}, err
		}
		if ok {
			items, p := l.sorted(items)
			return items, p, nil
		}
		l.least, l.at = int64(len(items)), nil
	} else {
		l.least = max(l.at.Least, 0)
	}
	w := &scopeWalk{lister: l, r: r}
	if l.at != nil {
		w.at = l.at.item()
	} else if l.back() {
		w.at.text = "\U0010FFFF"
	}
	// What is set aside is for the rows themselves, and for the user at which it ends.
	if err := w.until(ctx, l.q.Limit+1, (perRow-4)*l.q.Limit-l.looked); err != nil {
		return nil, Page{}, err
	}
	full, last := len(w.items) > l.q.Limit, w.at
	if full {
		w.items = w.items[:l.q.Limit]
		last = w.items[l.q.Limit-1]
	}
	spent := !full && !w.over
	items, p := l.page(w.items, full || spent, last, modePeople)
	p.Total, p.TotalIsMore = max(l.least, int64(len(items))), true
	p.SearchOrder, p.Partial = OrderPeople, spent
	switch {
	case l.unowned():
		p.SearchOrder = OrderAdded
	case l.byID() && l.q.Show == ShowActed:
		p.SearchOrder = OrderActed
	case l.byID():
		p.SearchOrder = OrderPolicy
	}
	return items, p, nil
}

// scopedAll gives all rows of the scope that are wanted, if they are few enough to be sorted: because the
// scope is small, or because a search finds little.
func (l *lister) scopedAll(ctx context.Context, r runner, s *Store) (items []item, ok bool, err error) {
	w := &scopeWalk{lister: &lister{q: l.q, t: l.t, classes: l.classes, term: l.term, key: l.key, numeric: l.numeric}, r: r}
	w.q.Cursor = ""
	most := scopedRows
	if l.unowned() {
		most = unownedRows
	}
	if l.term != "" {
		most = scopedSearch
	}
	if err := w.until(ctx, most, most); err != nil {
		return nil, false, err
	}
	l.looked += w.looked
	if w.over {
		return l.keyed(ctx, r, w.items)
	}
	if l.term == "" {
		return w.items, false, nil
	}
	g := &lister{q: l.q, t: l.t, classes: l.classes, term: l.term, key: l.key, numeric: l.numeric}
	g.looked = (perRow - 1 - 6) * l.q.Limit // what it may spend is a third of all
	before := g.looked
	total, err := g.total(ctx, r)
	if err != nil || len(l.t.stages) == 0 {
		return w.items, false, err
	}
	found, err := g.find(ctx, r, s, total)
	l.looked += max(g.looked-before, len(found.items))
	if err != nil || found.more {
		return w.items, false, err
	}
	items, err = l.inScope(ctx, r, found.items)
	if err == nil {
		items, err = l.markedOf(ctx, r, items)
	}
	return items, err == nil, err
}

// keyed fills in what the order needs, which the walk has not read.
func (l *lister) keyed(ctx context.Context, r runner, items []item) ([]item, bool, error) {
	out := make([]item, 0, len(items))
	for part := range slices.Chunk(items, 200) {
		class := map[int64]int64{}
		for _, it := range part {
			class[it.seq] = it.class
		}
		if err := r.each(ctx, func(rows *sql.Rows) error {
			it, err := l.scan(rows, 0)
			it.class = class[it.seq]
			it.first = l.q.Sort.first(it.class)
			out = append(out, it)
			return err
		}, `SELECT `+l.columns()+` FROM `+l.t.name+` WHERE seq IN (`+places(1, len(part))+`)`, seqs(part)...); err != nil {
			return nil, false, err
		}
	}
	l.looked += len(items)
	return out, true, nil
}

// inScope leaves the items that belong to users in the scope.
func (l *lister) inScope(ctx context.Context, r runner, items []item) ([]item, error) {
	if l.byID() {
		return items, nil
	}
	var out []item
	for part := range slices.Chunk(items, 200) {
		person := map[int64]string{}
		members := map[string]bool{}
		var ask []any
		if err := r.each(ctx, func(rows *sql.Rows) error {
			var seq int64
			var id string
			err := rows.Scan(&seq, &id)
			if person[seq] = id; id != "" && !members[id] {
				members[id] = true
				ask = append(ask, id)
			}
			return err
		}, `SELECT seq, `+l.t.person+` FROM `+l.t.name+` WHERE seq IN (`+places(1, len(part))+`)`, seqs(part)...); err != nil {
			return nil, err
		}
		clear(members)
		if l.unowned() {
			members[""] = true
		} else if len(ask) > 0 {
			for _, id := range l.q.Scope.Users {
				members[string(id)] = true
			}
			if err := r.each(ctx, func(rows *sql.Rows) error {
				var id, group string
				err := rows.Scan(&id, &group)
				if slices.Contains(l.q.Scope.Groups, group) {
					members[id] = true
				}
				return err
			}, `SELECT person, name FROM person_group WHERE person IN (`+places(1, len(ask))+`)`, ask...); err != nil {
				return nil, err
			}
		}
		for _, it := range part {
			if members[person[it.seq]] {
				out = append(out, it)
			}
		}
	}
	return out, nil
}

// until goes on until there are enough items, the scope is at an end, or as much has been looked at as may
// be. It always gets somewhere.
func (w *scopeWalk) until(ctx context.Context, enough, room int) error {
	for first := true; !w.over && len(w.items) < enough && (first || w.looked < room); first = false {
		users, more, err := w.users(ctx, min(50, enough))
		if err != nil {
			return err
		}
		for _, u := range users {
			whole, err := w.user(ctx, u, enough)
			if err != nil {
				return err
			}
			if w.whole = whole; !whole || len(w.items) >= enough || w.looked >= room {
				break
			}
		}
		w.over = !more && (len(users) == 0 || w.at.text == users[len(users)-1] && w.whole) && len(w.items) < enough
	}
	return nil
}

// users gives the places of the next users: the one at which the walk stands, then those behind it.
func (w *scopeWalk) users(ctx context.Context, limit int) (list []string, more bool, err error) {
	switch {
	case w.unowned():
		return []string{nobody}, false, nil
	case w.byID():
		return w.ids(ctx, limit)
	}
	key, person, _ := strings.Cut(w.at.text, "\n")
	beyond, dir := ">=", ""
	if w.back() {
		beyond, dir = "<=", " DESC"
	}
	edge := ""
	for _, group := range slices.Compact(slices.Sorted(slices.Values(w.q.Scope.Groups))) {
		n, last := 0, ""
		if err := w.r.each(ctx, func(rows *sql.Rows) error {
			var k, p string
			err := rows.Scan(&k, &p)
			n++
			last = k + "\n" + p
			list = append(list, last)
			return err
		}, `SELECT key_name, person FROM person_group WHERE name = $1 AND (key_name, person) `+beyond+` ($2, $3)
			ORDER BY key_name`+dir+`, person`+dir+` LIMIT $4`, group, key, person, int64(limit+1)); err != nil {
			return nil, false, err
		}
		w.looked += n
		if n > limit { // beyond its last, this group has users that were not read
			more = true
			if edge == "" || (last < edge) != w.back() {
				edge = last
			}
		}
	}
	named, err := w.named(ctx)
	if err != nil {
		return nil, false, err
	}
	for _, place := range named {
		k, p, _ := strings.Cut(place, "\n")
		if c := cmp.Or(strings.Compare(k, key), strings.Compare(p, person)); c == 0 || (c < 0) == w.back() {
			list = append(list, place)
		}
	}
	slices.Sort(list)
	list = slices.Compact(list)
	if w.back() {
		slices.Reverse(list)
	}
	if edge != "" {
		list = list[:slices.Index(list, edge)+1]
	}
	return list, more, nil
}

// named gives the places of the users that the scope names one by one, of whom there are few.
func (w *scopeWalk) named(ctx context.Context) ([]string, error) {
	if w.listed != nil || len(w.q.Scope.Users) == 0 {
		return w.listed, nil
	}
	ids := make([]any, len(w.q.Scope.Users))
	for i, id := range w.q.Scope.Users {
		ids[i] = string(id)
	}
	w.listed = []string{}
	err := w.r.each(ctx, func(rows *sql.Rows) error {
		var k, p string
		err := rows.Scan(&k, &p)
		w.listed = append(w.listed, k+"\n"+p)
		return err
	}, `SELECT key_name, id FROM person WHERE id IN (`+places(1, len(ids))+`)`, ids...)
	w.looked += len(w.listed)
	return w.listed, err
}

// user looks at what belongs to one user, and says whether that was all.
func (w *scopeWalk) user(ctx context.Context, place string, enough int) (whole bool, err error) {
	if w.byID() {
		return w.id(ctx, place, enough)
	}
	_, person, _ := strings.Cut(place, "\n")
	beyond, dir, edge := ">", "", int64(0)
	if w.back() {
		beyond, dir, edge = "<", " DESC", 1<<62
	}
	if place == w.at.text {
		edge = w.at.seq
	}
	search := "''"
	if len(w.t.stages) > 0 {
		search = "search, " + strings.Join(w.t.stages, ", ")
	}
	order := ` AND seq ` + beyond + ` $2 ORDER BY seq` + dir
	if w.t.person == "id" { // there is one row at most, and nothing to put in order
		order = ` AND seq + 0 ` + beyond + ` $2`
	}
	whose := w.t.person + ` = $1 AND ` + w.t.person + ` <> ''`
	if w.unowned() { // the constant leads to an index of its own
		whose = w.t.person + ` = $1 AND ` + w.t.person + ` = ''`
	}
	is, marks := w.isMarked(w.t.name, 4)
	most, read := perRow*max(enough, 50), 0
	if w.unowned() { // it may be much, and the walk comes back
		most = max(enough, 50)
	}
	err = w.r.until(ctx, func(rows *sql.Rows) (bool, error) {
		it := item{text: place}
		var text string
		var wanted bool
		keys := make([]string, len(w.t.stages))
		err := rows.Scan(append([]any{&it.seq, &it.class, &wanted, &text}, pointers(keys)...)...)
		read++
		w.looked++
		w.at = item{text: place, seq: it.seq}
		if wanted && slices.Contains(w.classes, it.class) && w.hit(text, keys) {
			w.items = append(w.items, it)
		}
		return len(w.items) < enough, err
	}, `SELECT seq, `+w.t.class+`, `+is+`, `+search+` FROM `+w.t.name+` WHERE `+whose+order+` LIMIT $3`,
		append([]any{person, edge, int64(most)}, marks...)...)
	if err == nil && place != w.at.text { // nothing belongs to this user
		w.at = item{text: place, seq: edge}
	}
	return read < most, err
}

// hit says whether a row is what is searched for.
func (w *scopeWalk) hit(text string, keys []string) bool {
	switch {
	case w.term == "" || len(keys) == 0:
		return true
	case w.short():
		return w.stageOf(keys) >= 0
	}
	return strings.Contains(text, w.term)
}
