// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Blocking is a blocking rule with what only the console knows of it.
type Blocking struct {
	access.Blocking

	// Groups and Users say for whom the rule is; when both are empty it is for everybody.
	Groups  []string
	Users   []access.UserID
	Enabled bool
	// Most is how many records the rule may hold before a person confirms that more are meant; 0: any number.
	// Confirmed is how many a person has confirmed. Those that were released count as if it held them, so that
	// letting one go takes no other; whoever arrives is held beyond the number.
	Most, Confirmed int
	Note            string
	By              string
	Created         time.Time
	Changed         time.Time
	Version         int64

	// Records is how many records the rule holds, Waiting how many more it speaks of that stay free until a
	// person has confirmed them, Released how many somebody has let out of it. Told is when people were written to
	// about those that wait. The store counts.
	Records, Waiting, Released int64
	Told                       time.Time
}

// DefaultMost is how many records a new rule may hold before a person confirms.
const DefaultMost = 50

// Bounds of blocking rules.
const (
	maxBlockingScope = 500 // groups, users
	maxBlockingMost  = 10_000_000
)

// ForEverybody reports whether the rule is not limited to some users.
func (b *Blocking) ForEverybody() bool { return len(b.Groups) == 0 && len(b.Users) == 0 }

// Scope is for whom the rule is; nil: everybody.
func (b *Blocking) Scope() *access.Scope {
	if b.ForEverybody() {
		return nil
	}
	return &access.Scope{Groups: b.Groups, Users: b.Users}
}

// ceiling is how many records the rule may hold; 0: any number.
func (b *Blocking) ceiling() int64 {
	if b.Most == 0 {
		return 0
	}
	return int64(max(b.Most, b.Confirmed))
}

// held is the part of a rule that gateways hold.
func (b *Blocking) held() *access.Blocking {
	h := b.Blocking
	return &h
}

// blockingSpec is what a rule's kind looks at, as JSON.
type blockingSpec struct{ b *access.Blocking }

type specText struct {
	OS       string         `json:"os,omitempty"`
	Version  string         `json:"version,omitempty"`
	Names    []string       `json:"names,omitempty"`
	Days     int            `json:"days,omitempty"`
	Networks []netip.Prefix `json:"networks,omitempty"`
	Outside  bool           `json:"outside,omitempty"`
	Commands []string       `json:"commands,omitempty"`
}

func (s blockingSpec) text() string {
	b := s.b
	out, err := json.Marshal(specText{b.OS, b.Version, b.Names, b.Days, b.Networks, b.Outside, b.Commands})
	if err != nil { // plain fields of ours always marshal
		return "{}"
	}
	return string(out)
}

func (s blockingSpec) target() any { return s }

func (s blockingSpec) Scan(src any) error {
	var in specText
	if err := (jsonTarget{&in}).Scan(src); err != nil {
		return err
	}
	b := s.b
	b.OS, b.Version, b.Names, b.Days, b.Networks, b.Outside, b.Commands = in.OS, in.Version, in.Names, in.Days, in.Networks, in.Outside, in.Commands
	return nil
}

func blockingColumns(b *Blocking) []column {
	return []column{{"id", text(&b.ID)}, {"name", &b.Name}, {"place", number{&b.Order}}, {"kind", text(&b.Kind)}, {"action", text(&b.Action)},
		{"spec", blockingSpec{&b.Blocking}}, {"for_groups", asJSON{&b.Groups}}, {"for_users", asJSON{&b.Users}}, {"enabled", &b.Enabled},
		{"most", number{&b.Most}}, {"confirmed", number{&b.Confirmed}}, {"note", &b.Note}, {"by_whom", &b.By},
		{"created", &b.Created}, {"changed", &b.Changed}, {"version", &b.Version}}
}

// countedColumns are what the store keeps count of, and nobody else writes.
func countedColumns(b *Blocking) []column {
	return []column{{"records", &b.Records}, {"waiting", &b.Waiting}, {"released", &b.Released}, {"told", &b.Told}}
}

func blockingRow(b *Blocking) []column { return append(blockingColumns(b), countedColumns(b)...) }

func (r runner) eachBlocking(ctx context.Context, fn func(*Blocking), rest string, a ...any) error {
	return r.each(ctx, func(rows *sql.Rows) error {
		b := &Blocking{}
		if err := rows.Scan(targets(blockingRow(b))...); err != nil {
			return err
		}
		b.Scoped = !b.ForEverybody()
		fn(b)
		return nil
	}, `SELECT `+names(blockingRow(&Blocking{}))+` FROM blocking `+rest, a...)
}

// blockings gives all rules in the order in which they speak: there are few.
func (r runner) blockings(ctx context.Context) (list []Blocking, err error) {
	err = r.eachBlocking(ctx, func(b *Blocking) { list = append(list, *b) }, `ORDER BY place, id LIMIT $1`, int64(access.MaxBlockings))
	return list, said("store: list rules", err)
}

func (r runner) blocking(ctx context.Context, id access.BlockingID, lock bool) (found *Blocking, err error) {
	rest := `WHERE id = $1`
	if lock {
		rest += r.e.locking()
	}
	err = r.eachBlocking(ctx, func(b *Blocking) { found = b }, rest, string(id))
	if err == nil && found == nil {
		err = sql.ErrNoRows
	}
	return found, err
}

// heldBlocking gives a rule that is in force.
func (r runner) heldBlocking(ctx context.Context, id access.BlockingID) (*access.Blocking, error) {
	b, err := r.blocking(ctx, id, false)
	if err == nil && !b.Enabled {
		err = sql.ErrNoRows
	}
	if err != nil {
		return nil, err
	}
	return b.held(), nil
}

// ListBlockings gives all blocking rules in the order in which they speak, those that are not in force too.
func (s *Store) ListBlockings(ctx context.Context) ([]Blocking, error) {
	return s.reader().blockings(ctx)
}

// ListBlockings gives all blocking rules; they are read once in a transaction.
func (t *Tx) ListBlockings() ([]Blocking, error) {
	if t.rules == nil {
		list, err := t.q.blockings(t.ctx)
		if err != nil {
			return nil, err
		}
		t.rules = &list
	}
	return *t.rules, nil
}

// FindBlocking gives one rule.
func (s *Store) FindBlocking(ctx context.Context, id access.BlockingID) (*Blocking, error) {
	b, err := s.reader().blocking(ctx, id, false)
	return b, said("store: find rule", err)
}

// FindBlocking gives one rule and keeps others from changing it until the transaction ends.
func (t *Tx) FindBlocking(id access.BlockingID) (*Blocking, error) {
	b, err := t.q.blocking(t.ctx, id, true)
	return b, said("store: find rule", err)
}

// CreateBlocking keeps a new rule behind all others, unless b.Order says where it speaks. It fills in ID,
// Order, Created, Changed and Version. It speaks of no record yet: SetRuling says of which. A name that
// another one has is a Conflict.
func (t *Tx) CreateBlocking(b *Blocking) error {
	const op = "store: create rule"
	list, err := t.ListBlockings()
	if err != nil {
		return err
	}
	if len(list) >= access.MaxBlockings {
		return access.Invalid(op, "There are too many rules: each request is held against every one of them.")
	}
	if b.Order == 0 {
		b.Order = 1
		for i := range list {
			b.Order = max(b.Order, list[i].Order+1)
		}
	}
	if b.ID == "" {
		b.ID = access.BlockingID(NewID(t.now))
	}
	if err := trimBlocking(b); err != nil {
		return err
	}
	b.Records, b.Waiting, b.Released, b.Told, b.Version = 0, 0, 0, time.Time{}, 1
	b.Created, b.Changed = moment(millis(t.now)), moment(millis(t.now))
	key := fold(b.Name)
	cols := append(blockingRow(b), column{"key", &key})
	if _, err := t.q.exec(t.ctx, `INSERT INTO blocking (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)`, args(cols)...); err != nil {
		return sameBlockingName(op, err)
	}
	t.ruled(b.ID)
	return nil
}

// RestoreBlocking brings back a rule that was deleted, as it was, with what has been confirmed of it. Records that
// still name it are counted.
func (t *Tx) RestoreBlocking(b *Blocking) error {
	created, version := b.Created, b.Version
	if err := t.CreateBlocking(b); err != nil {
		return err
	}
	b.Created, b.Version = created, version+1
	_, err := t.q.exec(t.ctx, `UPDATE blocking SET created = $2, version = $3,
		records = (SELECT COUNT(*) FROM blocking_record WHERE rule = $1 AND state = 'held'),
		waiting = (SELECT COUNT(*) FROM blocking_record WHERE rule = $1 AND state = 'waiting'),
		released = (SELECT COUNT(*) FROM blocking_record WHERE rule = $1 AND state = 'released') WHERE id = $1`,
		string(b.ID), millis(b.Created), b.Version)
	t.rules = nil
	return said("store: restore rule", err)
}

// Room reports whether the rule may hold one more of the records there are without a person confirming.
func (b *Blocking) Room() bool { return b.Most == 0 || b.Records+b.Released < b.ceiling() }

// SaveBlocking writes everything of a rule but what the store counts. b.Version must be the version that
// was read, else it is a Conflict. Which records it speaks of stays as it is until SetRuling says otherwise.
func (t *Tx) SaveBlocking(b *Blocking) error {
	const op = "store: save rule"
	old, err := t.FindBlocking(b.ID)
	if err != nil {
		return err
	}
	if old.Version != b.Version {
		return access.Conflict(op, "Somebody else has changed this rule in the meantime. Look at it again.")
	}
	if err := trimBlocking(b); err != nil {
		return err
	}
	b.Created, b.Changed, b.Version = old.Created, moment(millis(t.now)), old.Version+1
	b.Records, b.Waiting, b.Released, b.Told = old.Records, old.Waiting, old.Released, old.Told
	key := fold(b.Name)
	cols := append(blockingColumns(b)[1:], column{"key", &key})
	if _, err := t.q.exec(t.ctx, `UPDATE blocking SET `+sets(2, cols)+` WHERE id = $1`, append([]any{string(b.ID)}, args(cols)...)...); err != nil {
		return sameBlockingName(op, err)
	}
	t.ruled(b.ID)
	return nil
}

// DeleteBlocking forgets a rule. Records that it spoke of name it, which means nothing, until SetRuling is asked of
// them again: the walk does.
func (t *Tx) DeleteBlocking(id access.BlockingID) error {
	n, err := t.q.exec(t.ctx, `DELETE FROM blocking WHERE id = $1`, string(id))
	if err == nil && n == 0 {
		err = sql.ErrNoRows
	}
	t.ruled(id)
	return said("store: delete rule", err)
}

// ruled notes that a rule is another one than before.
func (t *Tx) ruled(id access.BlockingID) {
	t.touch(access.EntryBlocking, string(id))
	t.rules = nil
}

func sameBlockingName(op string, err error) error {
	if duplicate(err) {
		return access.Conflict(op, "Another rule has this name.")
	}
	return said(op, err)
}

func trimBlocking(b *Blocking) error {
	const op = "store: save rule"
	b.Name, b.Note, b.By = clean(b.Name, capShort), clean(b.Note, capReason), clean(b.By, capKey)
	slices.Sort(b.Groups)
	slices.Sort(b.Users)
	b.Groups, b.Users = slices.Compact(b.Groups), slices.Compact(b.Users)
	b.Scoped = !b.ForEverybody()
	switch {
	case len(b.Groups) > maxBlockingScope || len(b.Users) > maxBlockingScope:
		return access.Invalid(op, "A rule is for at most 500 groups and 500 users.")
	case b.Most < 0 || b.Most > maxBlockingMost || b.Confirmed < 0 || b.Confirmed > maxBlockingMost:
		return access.Invalid(op, "The number of records that a rule may hold must not be below 0 (any number).")
	}
	return b.Validate()
}

// forgetScope takes a user who is no more out of the rules that are for some users. A rule that would be
// for everybody then is put out of force instead.
func (t *Tx) forgetScope(id access.UserID) error {
	list, err := t.ListBlockings()
	if err != nil {
		return err
	}
	for i := range list {
		if !slices.Contains(list[i].Users, id) {
			continue
		}
		b, err := t.FindBlocking(list[i].ID)
		if err != nil {
			return err
		}
		if len(b.Users) == 1 && len(b.Groups) == 0 {
			b.Enabled = false // and stays his, so that nobody widens it by switching it on
		} else {
			b.Users = slices.DeleteFunc(b.Users, func(u access.UserID) bool { return u == id })
		}
		if err := t.SaveBlocking(b); err != nil {
			return err
		}
	}
	return nil
}

// rulesInForce gives what gateways judge by.
func (t *Tx) rulesInForce() []*access.Blocking {
	list, err := t.ListBlockings()
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		t.view.failed(err)
	}
	var out []*access.Blocking
	for i := range list {
		if list[i].Enabled {
			out = append(out, list[i].held())
		}
	}
	return out
}
