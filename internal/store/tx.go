// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Tx is one transaction. What it changes for gateways gets one change number, taken when the function
// given to WithTx has returned and nothing else is left to do.
type Tx struct {
	ctx   context.Context
	q     runner
	s     *Store
	now   time.Time
	view  *txView
	rules *[]Blocking // as read in this transaction
	notes
}

type touch struct {
	kind access.EntryKind
	key  string
}

// WithTx runs fn in a transaction that writes. When fn returns an error nothing has happened. When the
// database asks for it, fn runs again from the start, so it must not keep what it did before.
func (s *Store) WithTx(ctx context.Context, fn func(*Tx) error) error {
	_, err := s.Change(ctx, fn)
	return err
}

// Change is WithTx for those who want to know the change number: 0 when nothing that gateways need
// has changed.
func (s *Store) Change(ctx context.Context, fn func(*Tx) error) (int64, error) {
	for try := 0; ; try++ {
		number, err := s.once(ctx, fn)
		if err == nil || try >= 4 || !transient(err) || ctx.Err() != nil {
			return number, said("store: transaction", err)
		}
	}
}

func (s *Store) once(ctx context.Context, fn func(*Tx) error) (int64, error) {
	sqlTx, end, err := s.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer end()
	defer sqlTx.Rollback() // after a commit this does nothing
	var x executor = sqlTx
	if s.spy != nil {
		x = s.spy(sqlTx)
	}
	t := &Tx{ctx: ctx, q: runner{x, s.engine, s.site}, s: s, now: s.now().UTC(), notes: notes{touched: map[touch]struct{}{}}}
	t.view = &txView{t: t}
	if err := errors.Join(fn(t), t.view.err); err != nil {
		return 0, err
	}
	if err := t.finish(); err != nil {
		return 0, err
	}
	if err := sqlTx.Commit(); err != nil {
		return 0, err
	}
	if t.number > 0 {
		s.wake()
	}
	return t.number, nil
}

// Context is the context of the transaction.
func (t *Tx) Context() context.Context { return t.ctx }

// Now is the moment the transaction began: one time for everything in it.
func (t *Tx) Now() time.Time { return t.now }

// touch notes that gateways need the present state of a thing.
func (t *Tx) touch(kind access.EntryKind, key string) { t.touched[touch{kind, key}] = struct{}{} }

// finish writes the counters, takes the change number and writes what carries it. The counter's row
// stays locked from here to the commit, so that a reader who sees a number has seen all before it.
func (t *Tx) finish() error {
	for class, n := range t.counts {
		if n == 0 {
			continue
		}
		if _, err := t.q.exec(t.ctx, `UPDATE class_count SET n = n + $1 WHERE class = $2`, n, int64(class)); err != nil {
			return err
		}
	}
	if err := t.writeTallies(); err != nil {
		return err
	}
	if err := t.writeTrends(); err != nil {
		return err
	}
	if len(t.touched) > 0 {
		if err := t.takeNumber(); err != nil {
			return err
		}
	}
	for _, e := range t.audits {
		if e.Number == 0 {
			e.Number = t.number
		}
		if err := t.insertAudit(e); err != nil {
			return err
		}
	}
	for _, o := range t.outcomes {
		o.Number = t.number
		if err := t.insertOutcome(o); err != nil {
			return err
		}
	}
	return nil
}

// reserve takes the transaction's number. Only bulk work calls it before the end: it keeps all other
// changes waiting, which bulk work may, and spares it a second visit to every row.
func (t *Tx) reserve() error {
	if t.number > 0 {
		return nil
	}
	t.token = rand.Text()
	return t.q.row(t.ctx, `UPDATE change_counter SET number = number + 1, token = $1 WHERE id = 1 RETURNING number`,
		t.token).Scan(&t.number)
}

func (t *Tx) takeNumber() error {
	early := t.number > 0
	if err := t.reserve(); err != nil {
		return err
	}
	keys := make([]touch, 0, len(t.touched))
	for k := range t.touched {
		keys = append(keys, k)
	}
	for part := range slices.Chunk(keys, 200) {
		q, a := `INSERT INTO change (number, kind, key, token) VALUES `, []any{t.number, t.token}
		var records []any
		for i, k := range part {
			if i > 0 {
				q += ", "
			}
			q += "($1, " + places(len(a)+1, 2) + ", $2)"
			a = append(a, string(k.kind), k.key)
			if k.kind == access.EntryRecord {
				records = append(records, k.key)
			}
		}
		if _, err := t.q.exec(t.ctx, q, a...); err != nil {
			return err
		}
		if len(records) == 0 || early {
			continue
		}
		if _, err := t.q.exec(t.ctx, `UPDATE association SET change = $1 WHERE id IN (`+places(2, len(records))+`)`,
			append([]any{t.number}, records...)...); err != nil {
			return err
		}
	}
	if t.number%1024 == 0 {
		_, err := t.q.exec(t.ctx, `DELETE FROM change WHERE number <= $1`, t.number-t.s.keep)
		return err
	}
	return nil
}
