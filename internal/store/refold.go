// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// refold brings the accounts of records and account states to the spelling that gateways use now, which
// a new version of the folding may have changed. It runs at every start, since a database may come
// back from a backup of an earlier version. Only names with letters beyond ASCII or with two spaces can be
// concerned, and those have an index of their own that is spelt in the same words. Gateways hear of what it
// changes.
func (s *Store) refold(ctx context.Context) error {
	spelt := `octet_length(account) <> length(account) OR position('  ' IN account) > 0`
	if s.engine == engineSQLite {
		spelt = `length(CAST(account AS BLOB)) <> length(account) OR instr(account, '  ') > 0`
	}
	ids, states, err := s.oddlySpelt(ctx, spelt)
	if err != nil {
		return said("store: fold account names", err)
	}
	changed := 0
	for part := range slices.Chunk(ids, refoldedAtOnce) {
		done := 0
		if err := s.WithTx(ctx, func(t *Tx) error {
			done = 0
			for _, id := range part {
				moved, err := t.refoldAssociation(id)
				if err != nil {
					return err
				}
				done += int(flag(moved))
			}
			return nil
		}); err != nil {
			return err
		}
		changed += done
	}
	for part := range slices.Chunk(states, refoldedAtOnce) {
		if err := s.WithTx(ctx, func(t *Tx) error {
			for _, a := range part {
				if err := t.refoldAccount(a); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	if changed > 0 {
		s.log.InfoContext(ctx, "records were given the present spelling of their account", slog.Int("records", changed))
	}
	return nil
}

// refoldedAtOnce is how many names one transaction brings to the present spelling.
const refoldedAtOnce = 200

// oddlySpelt gives what is spelt in another way than it would be today.
func (s *Store) oddlySpelt(ctx context.Context, spelt string) (ids []access.AssociationID, states []access.AccountState, err error) {
	q := s.writer() // readers come later: a backup that is being made may have none
	err = q.each(ctx, func(rows *sql.Rows) error {
		var id, account string
		if err := rows.Scan(&id, &account); err != nil {
			return err
		}
		if folded, ok := access.FoldAccount(account); ok && folded != account {
			ids = append(ids, access.AssociationID(id))
		}
		return nil
	}, `SELECT id, account FROM association WHERE `+spelt+` ORDER BY seq`)
	if err != nil {
		return nil, nil, err
	}
	err = q.each(ctx, func(rows *sql.Rows) error {
		var a access.AccountState
		if err := rows.Scan(&a.Realm, &a.Account, target(&a.Disabled)); err != nil {
			return err
		}
		if folded, ok := access.FoldAccount(a.Account); ok && folded != a.Account {
			states = append(states, a)
		}
		return nil
	}, `SELECT realm, account, disabled FROM account WHERE `+spelt+` ORDER BY realm, account`)
	return ids, states, err
}

// refoldAssociation gives a record the present spelling of its account. Where there is a record of that
// name already the two become one: the older id, the strictest override, all that either knows.
func (t *Tx) refoldAssociation(id access.AssociationID) (done bool, err error) {
	a, err := t.FindAssociation(id)
	if access.KindOf(err) == access.KindNotFound {
		return false, nil // it became part of another one just now
	}
	if err != nil {
		return false, err
	}
	folded, ok := access.FoldAccount(a.Pair.Account)
	if !ok || folded == a.Pair.Account {
		return false, nil
	}
	pair := a.Pair
	pair.Account = folded
	b, err := t.FindPair(a.Domain, pair)
	if err != nil && access.KindOf(err) != access.KindNotFound {
		return false, err
	}
	if b == nil {
		return true, t.MoveAssociation(a.ID, folded)
	}
	m := mergeAssociations(a, b, t.now)
	if err := t.DeleteAssociation(m.MergedFrom[len(m.MergedFrom)-1]); err != nil {
		return false, err
	}
	m.Pair = pair
	return true, t.ReplaceAssociation(m)
}

// mergeAssociations makes one record of two. Facts are those that were confirmed last; nothing that only
// one of them knows is lost but the other's override, which then stands in the comment.
func mergeAssociations(a, b *access.Association, now time.Time) *access.Association {
	if b.FirstSync.Before(a.FirstSync) || b.FirstSync.Equal(a.FirstSync) && b.ID < a.ID {
		a, b = b, a
	}
	m := *a
	if b.FactsAt.After(a.FactsAt) {
		m = *b
	}
	m.ID, m.FirstSync, m.Version = a.ID, a.FirstSync, max(a.Version, b.Version)
	if later := b.LastSync; later.After(a.LastSync) {
		m.LastSync, m.LastHTTP, m.LastEAS, m.Reported = later, b.LastHTTP, b.LastEAS, b.Reported
	} else {
		m.LastSync, m.LastHTTP, m.LastEAS, m.Reported = a.LastSync, a.LastHTTP, a.LastEAS, a.Reported
	}
	m.LastSuccess = a.LastSuccess
	if b.LastSuccess.After(m.LastSuccess) {
		m.LastSuccess = b.LastSuccess
	}
	m.Device, m.Link = a.Device, a.Link
	if m.Device == "" && (b.Device != "" || m.Link.By == access.LinkedByNobody) {
		m.Device, m.Link = b.Device, b.Link
	}
	if m.Linked() {
		m.Suggestion = access.Suggestion{}
	}
	m.MergedFrom = append(slices.Concat(a.MergedFrom, b.MergedFrom), b.ID)
	m.RedirectClears = max(a.RedirectClears, b.RedirectClears)
	m.Redirect = ""
	stays, goes := a.Override, b.Override
	if stricter(goes, stays, now) {
		stays, goes = goes, stays
	}
	m.Override = stays
	m.Comment = joined(a.Comment, b.Comment)
	if goes.Kind != access.NoOverride && goes.Kind != stays.Kind {
		m.Comment = joined(m.Comment, "Before two spellings of the account became one: "+string(goes.Kind)+" by "+goes.By+". "+goes.Reason)
	}
	return &m
}

// stricter says that a restricts more than b: a block before an allow, a word that speaks before one whose
// time is over, one without an end before one that ends.
func stricter(a, b access.Override, now time.Time) bool {
	if a.Speaks(now) != b.Speaks(now) {
		return a.Speaks(now)
	}
	if a.Kind != b.Kind {
		return a.Kind == access.OverrideBlock || b.Kind == access.NoOverride
	}
	if a.Until.IsZero() != b.Until.IsZero() {
		return a.Until.IsZero() == (a.Kind == access.OverrideBlock)
	}
	return a.Until.After(b.Until) == (a.Kind == access.OverrideBlock)
}

func joined(a, b string) string {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	}
	return a + "\n" + b
}

// refoldAccount moves what is kept about an account; an account that is disabled in one spelling is
// disabled.
func (t *Tx) refoldAccount(a access.AccountState) error {
	folded, ok := access.FoldAccount(a.Account)
	if !ok {
		return nil
	}
	old, err := t.q.accountRow(t.ctx, true, a.Realm, a.Account)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return said("store: fold account names", err)
	}
	if err := t.changeAccount(a.Realm, a.Account, func(row *accountRow) error {
		*row = accountRow{AccountState: access.AccountState{Realm: a.Realm, Account: a.Account}, at: moment(0)}
		return nil
	}); err != nil {
		return err
	}
	return t.changeAccount(a.Realm, folded, func(row *accountRow) error {
		row.Disabled = row.Disabled || old.Disabled
		if row.person == "" {
			row.person = old.person
		}
		if row.AliasOf == "" && old.AliasOf != folded {
			row.AliasOf, row.by, row.at = old.AliasOf, old.by, old.at
		}
		return nil
	})
}
