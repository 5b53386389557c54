// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// What is said about an ActiveSync device id and not about a record, that it was assigned a policy and that
// somebody has ordered something for it, stands in tables of its own and in no class. Records of such ids
// are listed as those of the users in a scope are: id after id, and what belongs to each. So it costs what is
// marked, not what the table holds.

// mostOfID is how many records of one device id such a list goes through.
const mostOfID = 500

// marked says that a list is limited by what is said about device ids.
func (l *lister) marked() bool { return l.q.Show == ShowPolicyAssigned || l.q.Show == ShowActed }

// byID says that the walk goes by device ids: with a scope it goes by users, and looks at each record.
func (l *lister) byID() bool { return l.marked() && l.q.Scope == nil }

// checkYear sees to it that a list of actions knows from when to when.
func (q *Query) checkYear() error {
	if q.Show == ShowActed && (q.From.IsZero() || !q.From.Before(q.To)) {
		return access.Invalid("store: list", "A list of actions needs a year.")
	}
	return nil
}

// isMarked is an expression that says whether the record a is marked, with places for its values from
// $first on.
func (l *lister) isMarked(a string, first int) (string, []any) {
	switch l.q.Show {
	case ShowPolicyAssigned:
		return `EXISTS (SELECT 1 FROM eas_device m WHERE m.id = ` + a + `.eas_device AND m.policy <> '')`, nil
	case ShowActed:
		return fmt.Sprintf(`EXISTS (SELECT 1 FROM eas_action m WHERE m.eas_device = %s.eas_device AND m.at >= $%d AND m.at < $%d)`, a, first, first+1),
			[]any{millis(l.q.From), millis(l.q.To)}
	}
	return `1 = 1`, nil
}

// markedOf leaves the items of a search that are marked.
func (l *lister) markedOf(ctx context.Context, r runner, items []item) ([]item, error) {
	if !l.marked() {
		return items, nil
	}
	var out []item
	for part := range slices.Chunk(items, 200) {
		yes := map[int64]bool{}
		is, a := l.isMarked("a", len(part)+1)
		if err := r.each(ctx, func(rows *sql.Rows) error {
			var seq int64
			err := rows.Scan(&seq)
			yes[seq] = true
			return err
		}, `SELECT a.seq FROM `+l.t.name+` a WHERE a.seq IN (`+places(1, len(part))+`) AND `+is, append(seqs(part), a...)...); err != nil {
			return nil, err
		}
		for _, it := range part {
			if yes[it.seq] {
				out = append(out, it)
			}
		}
	}
	return out, nil
}

// ids gives the places of the next device ids, the one at which the walk stands first. Whoever asks again
// has seen to all that were read before, those too that were read and are no places.
func (w *scopeWalk) ids(ctx context.Context, limit int) (list []string, more bool, err error) {
	if w.read != "" {
		w.at = item{text: w.read, seq: 1 << 62}
		if w.back() {
			w.at.seq = -1
		}
	}
	read := w.assignedIDs
	if w.q.Show == ShowActed {
		read = w.actedIDs
	}
	n := 0
	err = read(ctx, limit, func(place string, wanted bool) {
		n++
		if w.read = place; wanted && (len(list) == 0 || list[len(list)-1] != place) {
			list = append(list, place)
		}
	})
	w.looked += n
	return list, n > limit, err
}

// assignedIDs goes by the policy, then the id.
func (w *scopeWalk) assignedIDs(ctx context.Context, limit int, add func(place string, wanted bool)) error {
	policy, id, _ := strings.Cut(w.at.text, "\n")
	beyond, dir := ">=", ""
	if w.back() {
		beyond, dir = "<=", " DESC"
	}
	return w.r.each(ctx, func(rows *sql.Rows) error {
		var policy, id string
		err := rows.Scan(&policy, &id)
		add(policy+"\n"+id, true)
		return err
	}, `SELECT policy, id FROM eas_device WHERE policy <> '' AND (policy, id) `+beyond+` ($1, $2)
		ORDER BY policy`+dir+`, id`+dir+` LIMIT $3`, policy, id, int64(limit+1))
}

// actedIDs goes by the last action of each id within the year, the latest first.
func (w *scopeWalk) actedIDs(ctx context.Context, limit int, add func(place string, wanted bool)) error {
	at, id := millis(w.q.To), ""
	if head, tail, ok := strings.Cut(w.at.text, "\n"); ok {
		if ms, err := strconv.ParseInt(head, 10, 64); err == nil {
			at, id = ms, tail
		}
	}
	beyond, dir := "<=", " DESC"
	if w.back() {
		beyond, dir = ">=", ""
	}
	return w.r.each(ctx, func(rows *sql.Rows) error {
		var at int64
		var id string
		var again bool // the id comes at a later action
		err := rows.Scan(&at, &id, &again)
		add(actPlace(at, id), !again)
		return err
	}, `SELECT x.at, x.eas_device, EXISTS (SELECT 1 FROM eas_action y WHERE y.eas_device = x.eas_device AND y.at > x.at AND y.at < $2)
		FROM eas_action x WHERE x.at >= $1 AND x.at < $2 AND (x.at, x.eas_device) `+beyond+` ($3, $4)
		ORDER BY x.at`+dir+`, x.eas_device`+dir+` LIMIT $5`, millis(w.q.From), millis(w.q.To), at, id, int64(limit+1))
}

func actPlace(at int64, id string) string { return fmt.Sprintf("%015d\n%s", at, id) }

// id looks at the records of one device id, the oldest first, and says whether that was all.
func (w *scopeWalk) id(ctx context.Context, place string, enough int) (whole bool, err error) {
	_, id, _ := strings.Cut(place, "\n")
	type found struct {
		item
		hit bool
	}
	var list []found
	err = w.r.each(ctx, func(rows *sql.Rows) error {
		f := found{item: item{text: place}}
		var text string
		keys := make([]string, len(w.t.stages))
		err := rows.Scan(append([]any{&f.seq, &f.class, &text}, pointers(keys)...)...)
		f.hit = slices.Contains(w.classes, f.class) && w.hit(text, keys)
		list = append(list, f)
		return err
	}, `SELECT seq, `+w.t.class+`, search, `+strings.Join(w.t.stages, ", ")+` FROM `+w.t.name+` WHERE eas_device = $1 LIMIT $2`, id, int64(mostOfID))
	w.looked += len(list)
	if err != nil {
		return false, err
	}
	slices.SortFunc(list, func(a, b found) int {
		if w.back() {
			a, b = b, a
		}
		return cmp.Compare(a.seq, b.seq)
	})
	from, here := w.at.seq, place == w.at.text
	w.at = item{text: place}
	if w.back() {
		w.at.seq = 1 << 62
	}
	if here {
		w.at.seq = from
	}
	for i, f := range list {
		if here && (f.seq == from || (f.seq < from) != w.back()) {
			continue
		}
		w.at.seq = f.seq
		if f.hit {
			if w.items = append(w.items, f.item); len(w.items) >= enough {
				return i == len(list)-1, nil
			}
		}
	}
	return true, nil
}

// FirstAction gives when the first ActiveSync action that is kept was ordered; zero: there is none.
func (s *Store) FirstAction(ctx context.Context) (at time.Time, err error) {
	err = s.reader().each(ctx, func(rows *sql.Rows) error { return rows.Scan(target(&at)) }, `SELECT at FROM eas_action ORDER BY at LIMIT 1`)
	return at, said("store: first action", err)
}
