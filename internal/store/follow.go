// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"sort"
	"strconv"

	"github.com/vedette-mail/vedette/internal/access"
)

// maxBatch bounds what one batch holds, but for a transaction that changed more than that: its changes
// have one number and stay together.
const maxBatch = 5000

// ChangesSince gives what has changed after a position, as the present state of the keys, about limit
// entries at a time. More says that there is more to fetch. A position of another history, of a commit
// that was lost, or from before the tail of the log gets a full copy, which begins anew (Full).
func (s *Store) ChangesSince(ctx context.Context, pos access.Position, limit int) (access.Batch, error) {
	if limit <= 0 {
		limit = 500
	}
	limit = min(limit, maxBatch)
	var b access.Batch
	err := s.reading(ctx, "store: changes", func(q runner) error {
		now, err := q.position(ctx)
		if err != nil {
			return err
		}
		if c, ok := parseCopy(pos, now); ok {
			b, err = q.copyOn(ctx, c, now, limit)
			return err
		}
		known, err := q.follows(ctx, pos, now)
		if err != nil {
			return err
		}
		if !known {
			b, err = q.copyOn(ctx, copyCursor{start: now}, now, limit)
			b.Full = true
			return err
		}
		b, err = q.catchUp(ctx, pos, now, limit)
		return err
	})
	return b, err
}

// follows says whether the changes after pos can be told from the log.
func (r runner) follows(ctx context.Context, pos, now access.Position) (bool, error) {
	if pos.History != now.History || pos.Number <= 0 || pos.Number > now.Number {
		return false, nil
	}
	if pos.Number == now.Number {
		return pos.Token == now.Token, nil
	}
	var token string
	err := r.row(ctx, `SELECT token FROM change WHERE number = $1 ORDER BY kind, key LIMIT 1`, pos.Number).Scan(&token)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return token == pos.Token, err
}

func (r runner) catchUp(ctx context.Context, pos, now access.Position, limit int) (access.Batch, error) {
	b := access.Batch{Position: pos}
	if pos.Number == now.Number {
		return b, nil
	}
	// The number of the limit-th change; all of its number is taken.
	var last int64
	err := r.row(ctx, `SELECT number FROM change WHERE number > $1 ORDER BY number LIMIT 1 OFFSET $2`,
		pos.Number, int64(limit-1)).Scan(&last)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		last = now.Number
	case err != nil:
		return b, err
	}
	seen := map[touch]bool{}
	var keys []touch
	err = r.each(ctx, func(rows *sql.Rows) error {
		var number int64
		var kind, key, token string
		if err := rows.Scan(&number, &kind, &key, &token); err != nil {
			return err
		}
		k := touch{access.EntryKind(kind), key}
		if !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
		b.Position = access.Position{History: now.History, Number: number, Token: token}
		return nil
	}, `SELECT number, kind, key, token FROM change WHERE number > $1 AND number <= $2 ORDER BY number, kind, key`,
		pos.Number, last)
	if err != nil {
		return b, err
	}
	b.More = b.Position.Number < now.Number
	b.Entries, err = r.present(ctx, keys)
	return b, err
}

// present gives the present state of keys, things before the records that point to them.
func (r runner) present(ctx context.Context, keys []touch) ([]access.Entry, error) {
	var records []any
	var list []access.Entry
	gone := map[string]bool{}
	for _, k := range keys {
		if k.kind == access.EntryRecord {
			records = append(records, k.key)
			gone[k.key] = true
			continue
		}
		e, err := r.entry(ctx, k)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	sort.SliceStable(list, func(i, j int) bool { return kindOrder(list[i].Kind) < kindOrder(list[j].Kind) })
	err := r.records(ctx, records, func(rec *access.Record) {
		delete(gone, string(rec.ID))
		list = append(list, recordEntry(rec))
	})
	for _, k := range keys {
		if k.kind == access.EntryRecord && gone[k.key] {
			list = append(list, access.Entry{Kind: k.kind, Key: k.key, Deleted: true})
		}
	}
	return list, err
}

func kindOrder(k access.EntryKind) int {
	for i, o := range [...]access.EntryKind{access.EntrySite, access.EntryPreferences, access.EntryPolicy, access.EntryBlocking, access.EntryDevice,
		access.EntryEASDevice, access.EntryAccount, access.EntryPreApproval} {
		if o == k {
			return i
		}
	}
	return 9
}

func recordEntry(rec *access.Record) access.Entry {
	return access.Entry{Kind: access.EntryRecord, Key: string(rec.ID), Record: rec}
}

// records reads only the part of associations that gateways hold.
func (r runner) records(ctx context.Context, ids []any, fn func(*access.Record)) error {
	for len(ids) > 0 {
		n := min(len(ids), 200)
		if err := r.eachRecord(ctx, func(rec *access.Record, _ int64) { fn(rec) }, `WHERE id IN (`+places(1, n)+`)`, ids[:n]...); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

func (r runner) eachRecord(ctx context.Context, fn func(rec *access.Record, seq int64), rest string, a ...any) error {
	return r.each(ctx, func(rows *sql.Rows) error {
		var as access.Association
		var seq int64
		if err := rows.Scan(append(targets(recordColumns(&as)), ownerOf(&as).target(), &seq)...); err != nil {
			return err
		}
		rec := as.Record // on its own, so that the rest of the row can go
		fn(&rec, seq)
		return nil
	}, `SELECT `+names(recordColumns(&access.Association{}))+`, person, seq FROM association `+rest, a...)
}

// entry gives the present state of anything but a record.
func (r runner) entry(ctx context.Context, k touch) (access.Entry, error) {
	e := access.Entry{Kind: k.kind, Key: k.key}
	var err error
	switch k.kind {
	case access.EntrySite:
		if e.Site = r.siteEntry(); e.Site == nil {
			err = sql.ErrNoRows
		}
	case access.EntryPolicy:
		e.Policy, err = r.heldPolicy(ctx, access.PolicyID(k.key))
	case access.EntryBlocking:
		e.Blocking, err = r.heldBlocking(ctx, access.BlockingID(k.key))
	case access.EntryPreferences:
		var p Preferences
		p, err = r.preferences(ctx, false)
		e.Preferences = &p.Preferences
	case access.EntryDevice:
		e.Device, err = r.device(ctx, access.DeviceID(k.key))
	case access.EntryEASDevice:
		e.EASDevice, err = r.easDevice(ctx, k.key)
	case access.EntryAccount:
		realm, account := accountKey(k.key)
		e.Account, err = r.account(ctx, realm, account)
	case access.EntryPreApproval:
		e.PreApproval, err = r.preApproval(ctx, `id = $1`, k.key)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return access.Entry{Kind: k.kind, Key: k.key, Deleted: true}, nil
	}
	return e, err
}

// EachRecord gives every record, as gateways hold them, in the order they were made. What changes
// meanwhile may or may not be seen.
func (s *Store) EachRecord(ctx context.Context, fn func(*access.Record) error) error {
	for seq := int64(0); ; {
		var stop error
		n := 0
		err := s.reader().eachRecord(ctx, func(rec *access.Record, at int64) {
			n++
			seq = at
			if stop == nil {
				stop = fn(rec)
			}
		}, `WHERE seq > $1 ORDER BY seq LIMIT `+strconv.Itoa(maxBatch), seq)
		if err := errors.Join(stop, said("store: each record", err)); err != nil || n < maxBatch {
			return err
		}
	}
}
