// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"maps"

	"github.com/vedette-mail/vedette/internal/access"
)

// Part runs fn as a part of the transaction that may fail alone. When fn returns an error, nothing of what it
// has written, noted for gateways, counted or put into the audit log stays, and the transaction can go on as if
// fn had not been called; the error is given back as it is. Parts may hold parts.
//
// An error of fn that the database will answer to all that follows as well, such as a lost connection, is the
// caller's to give back: that the part is gone does not make the transaction sound.
func (t *Tx) Part(fn func() error) error {
	const op = "store: part"
	if _, err := t.q.exec(t.ctx, `SAVEPOINT part`); err != nil {
		return said(op, err)
	}
	whole := t.notes
	t.notes = notes{touched: map[touch]struct{}{}, number: whole.number, token: whole.token}
	failed := fn()
	if failed != nil {
		t.notes = whole
		t.rules = nil
		t.view.forget() // what it remembers may be what has just been taken back
		if _, err := t.q.exec(t.ctx, `ROLLBACK TO SAVEPOINT part`); err != nil {
			return said(op, err)
		}
	}
	if _, err := t.q.exec(t.ctx, `RELEASE SAVEPOINT part`); err != nil {
		return said(op, err)
	}
	if failed == nil {
		whole.add(t.notes)
		t.notes = whole
	}
	return failed
}

// notes is what a transaction remembers to write at its end.
type notes struct {
	touched  map[touch]struct{}
	counts   [6]int64
	tallies  map[countRow]int64
	trends   map[trendKey]trendSum
	audits   []access.AuditEntry
	outcomes []Outcome
	moved    map[access.Account]struct{} // since the last Moved
	number   int64
	token    string
}

// add takes over what a part has noted.
func (n *notes) add(part notes) {
	maps.Copy(n.touched, part.touched)
	for class, k := range part.counts {
		n.counts[class] += k
	}
	for row, k := range part.tallies {
		if n.tallies == nil {
			n.tallies = map[countRow]int64{}
		}
		n.tallies[row] += k
	}
	for key, d := range part.trends {
		if n.trends == nil {
			n.trends = map[trendKey]trendSum{}
		}
		sum := n.trends[key]
		n.trends[key] = trendSum{sum.n + d.n, sum.m + d.m}
	}
	if n.moved == nil {
		n.moved = part.moved
	} else {
		maps.Copy(n.moved, part.moved)
	}
	n.audits = append(n.audits, part.audits...)
	n.outcomes = append(n.outcomes, part.outcomes...)
	n.number, n.token = part.number, part.token
}
