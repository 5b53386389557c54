// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// copyCursor says how far a full copy has come. The reader carries it as the token of a position with
// number 0, so the console keeps nothing for it and the copy goes on after a restart.
//
// The copy is of a moving thing: it starts at a position, reads page after page as things are then, and
// ends at the position it started from. Whatever changed meanwhile has a later number and is told again.
type copyCursor struct {
	start access.Position
	stage int    // index into copyStages
	after string // key of the last entry sent
}

const copyMark = "copy"

// copyStages are in the order in which things point to each other.
func copyStages() []access.EntryKind {
	return []access.EntryKind{access.EntrySite, access.EntryPolicy, access.EntryPreferences, access.EntryBlocking, access.EntryDevice,
		access.EntryEASDevice, access.EntryAccount, access.EntryPreApproval, access.EntryRecord}
}

func (c copyCursor) position() access.Position {
	return access.Position{History: c.start.History, Token: strings.Join([]string{copyMark,
		strconv.FormatInt(c.start.Number, 10), c.start.Token, strconv.Itoa(c.stage), c.after}, ":")}
}

// parseCopy reads the cursor back. One of another history, or from a future that was lost, is none: the
// copy begins anew.
func parseCopy(pos, now access.Position) (c copyCursor, ok bool) {
	part := strings.SplitN(pos.Token, ":", 5)
	if pos.Number != 0 || pos.History != now.History || len(part) != 5 || part[0] != copyMark {
		return c, false
	}
	number, err := strconv.ParseInt(part[1], 10, 64)
	stage, err2 := strconv.Atoi(part[3])
	if err != nil || err2 != nil || number < 0 || number > now.Number || stage < 0 || stage >= len(copyStages()) {
		return c, false
	}
	return copyCursor{access.Position{History: now.History, Number: number, Token: part[2]}, stage, part[4]}, true
}

func (r runner) copyOn(ctx context.Context, c copyCursor, now access.Position, limit int) (access.Batch, error) {
	var b access.Batch
	stages := copyStages()
	for len(b.Entries) < limit && c.stage < len(stages) {
		room := limit - len(b.Entries)
		n, err := r.copyStage(ctx, &c, &b, stages[c.stage], room)
		if err != nil {
			return b, err
		}
		if n < room {
			c.stage, c.after = c.stage+1, ""
		}
	}
	if c.stage == len(stages) {
		b.Position = c.start
		b.More = c.start.Number < now.Number
		return b, nil
	}
	b.Position, b.More = c.position(), true
	return b, nil
}

func (r runner) copyStage(ctx context.Context, c *copyCursor, b *access.Batch, kind access.EntryKind, room int) (int, error) {
	add := func(e access.Entry) { b.Entries = append(b.Entries, e) }
	n := 0
	switch kind {
	case access.EntrySite:
		if site := r.siteEntry(); site != nil {
			add(access.Entry{Kind: kind, Site: site})
		}
		return 0, nil
	case access.EntryPolicy:
		err := r.eachPolicy(ctx, func(p *Policy) {
			n, c.after = n+1, string(p.ID)
			add(access.Entry{Kind: kind, Key: c.after, Policy: p.held()})
		}, `WHERE id > $1 ORDER BY id LIMIT $2`, c.after, int64(room))
		return n, err
	case access.EntryBlocking:
		err := r.eachBlocking(ctx, func(b *Blocking) {
			n, c.after = n+1, string(b.ID)
			add(access.Entry{Kind: kind, Key: c.after, Blocking: b.held()})
		}, `WHERE id > $1 AND enabled = 1 ORDER BY id LIMIT $2`, c.after, int64(room))
		return n, err
	case access.EntryPreferences:
		e, err := r.entry(ctx, touch{kind, ""})
		add(e)
		return 0, err // one is all there is: the stage is over
	case access.EntryDevice:
		err := r.each(ctx, func(rows *sql.Rows) error {
			d := &access.Device{}
			err := rows.Scan(targets(deviceColumns(d))...)
			n, c.after = n+1, string(d.ID)
			add(access.Entry{Kind: kind, Key: c.after, Device: d})
			return err
		}, `SELECT `+names(deviceColumns(&access.Device{}))+` FROM device WHERE state <> 'waiting' AND id > $1 ORDER BY id LIMIT $2`, c.after, int64(room))
		return n, err
	case access.EntryEASDevice:
		err := r.each(ctx, func(rows *sql.Rows) error {
			e := &access.EASDevice{}
			err := rows.Scan(&e.ID, jsonTarget{&e.Devices}, target(text(&e.Policy)), &e.PolicyTurns, &e.ServerType)
			n, c.after = n+1, e.ID
			add(access.Entry{Kind: kind, Key: e.ID, EASDevice: e})
			return err
		}, `SELECT id, devices, policy, policy_turns, server_type FROM eas_device WHERE speaks = 1 AND id > $1 ORDER BY id LIMIT $2`, c.after, int64(room))
		return n, err
	case access.EntryAccount:
		realm, account := accountKey(c.after)
		err := r.each(ctx, func(rows *sql.Rows) error {
			a := &access.AccountState{}
			err := rows.Scan(&a.Realm, &a.Account, target(&a.Disabled), &a.AliasOf)
			n, c.after = n+1, a.Realm+"/"+a.Account
			add(access.Entry{Kind: kind, Key: c.after, Account: a})
			return err
		}, `SELECT realm, account, disabled, alias_of FROM account WHERE speaks = 1 AND (realm, account) > ($1, $2) ORDER BY realm, account LIMIT $3`,
			realm, account, int64(room))
		return n, err
	case access.EntryPreApproval:
		err := r.eachPreApproval(ctx, func(p *access.PreApproval) {
			n, c.after = n+1, p.ID
			add(access.Entry{Kind: kind, Key: p.ID, PreApproval: p})
		}, `WHERE id > $1 ORDER BY id LIMIT $2`, c.after, int64(room))
		return n, err
	}
	seq, err := strconv.ParseInt("0"+c.after, 10, 64)
	if err != nil {
		return 0, errors.Join(access.Invalid("store: changes", "The position cannot be read."), err)
	}
	err = r.eachRecord(ctx, func(rec *access.Record, at int64) {
		n, c.after = n+1, strconv.FormatInt(at, 10)
		add(recordEntry(rec))
	}, `WHERE seq > $1 ORDER BY seq LIMIT $2`, seq, int64(room))
	return n, err
}
