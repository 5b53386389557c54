// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// RuledState is how a blocking rule and a record it speaks of stand to each other.
type RuledState string

// The states.
const (
	RuledHeld     RuledState = "held"     // the rule does with it what it does
	RuledWaiting  RuledState = "waiting"  // nothing is done yet: a person has to confirm that so many are meant
	RuledReleased RuledState = "released" // somebody has let it out of the rule's quarantine
)

// Ruled says that a blocking rule speaks of a record.
type Ruled struct {
	Rule        access.BlockingID
	Association access.AssociationID
	State       RuledState
	At          time.Time // since when the rule speaks of it
	ReleasedBy  string
	ReleasedAt  time.Time
	Told        time.Time // when people were written to about it
}

func ruledColumns(r *Ruled) []column {
	return []column{{"rule", text(&r.Rule)}, {"association", text(&r.Association)}, {"state", text(&r.State)}, {"at", &r.At},
		{"released_by", &r.ReleasedBy}, {"released_at", &r.ReleasedAt}, {"told", &r.Told}}
}

func (r runner) ruled(ctx context.Context, rest string, a ...any) (list []Ruled, err error) {
	err = r.each(ctx, func(rows *sql.Rows) error {
		var one Ruled
		err := rows.Scan(targets(ruledColumns(&one))...)
		list = append(list, one)
		return err
	}, `SELECT `+names(ruledColumns(&Ruled{}))+` FROM blocking_record `+rest, a...)
	return list, err
}

func (r runner) ruledOf(ctx context.Context, id access.AssociationID) ([]Ruled, error) {
	return r.ruled(ctx, `WHERE association = $1 ORDER BY rule`, string(id))
}

// RulesOf gives the rules that speak of a record, as this transaction sees them.
func (t *Tx) RulesOf(id access.AssociationID) ([]Ruled, error) {
	list, err := t.q.ruledOf(t.ctx, id)
	return list, said("store: rules of a record", err)
}

// RulesOfAll is RulesOf for many records: whoever looks at many asks once.
func (t *Tx) RulesOfAll(ids []access.AssociationID) (map[access.AssociationID][]Ruled, error) {
	out := make(map[access.AssociationID][]Ruled, len(ids))
	for part := range slices.Chunk(ids, 200) {
		list, err := t.q.ruled(t.ctx, `WHERE association IN (`+places(1, len(part))+`) ORDER BY association, rule`, anyOf(part)...)
		if err != nil {
			return nil, said("store: rules of records", err)
		}
		for _, r := range list {
			out[r.Association] = append(out[r.Association], r)
		}
	}
	return out, nil
}

// RuledBy gives the records that a rule speaks of, in the order of their ids behind one, at most limit.
func (s *Store) RuledBy(ctx context.Context, rule access.BlockingID, after access.AssociationID, limit int) ([]Ruled, error) {
	list, err := s.reader().ruled(ctx, `WHERE rule = $1 AND association > $2 ORDER BY association LIMIT $3`, string(rule), string(after), int64(limit))
	return list, said("store: ruled by", err)
}

// ReleasedBy gives the records that somebody has let out of a rule's quarantine, at most limit.
func (t *Tx) ReleasedBy(rule access.BlockingID, limit int) ([]Ruled, error) {
	list, err := t.q.ruled(t.ctx, `WHERE rule = $1 AND state = 'released' ORDER BY at, association LIMIT $2`, string(rule), int64(limit))
	return list, said("store: released by", err)
}

// RulesOf gives which rules speak of a record.
func (s *Store) RulesOf(ctx context.Context, id access.AssociationID) ([]Ruled, error) {
	list, err := s.reader().ruledOf(ctx, id)
	return list, said("store: rules of a record", err)
}

// rulingOf is what gateways are told of rules and limits of a record, in its row.
type rulingOf struct{ p **access.Ruling }

func (r rulingOf) text() string {
	if *r.p == nil {
		return ""
	}
	s, _ := value(asJSON{*r.p}).(string)
	return s
}

func (r rulingOf) target() any { return r }

func (r rulingOf) Scan(src any) error {
	*r.p = nil
	return jsonTarget{r.p}.Scan(src)
}

// SetRuling says which blocking rules speak of a record, of those there are. One that holds as many records
// as it may has the record wait, and each further call asks anew whether there is room. To those named in anyway the
// record is new: they hold it, whatever their number. a has to come from this transaction, and is brought up to
// date; gateways hear of it when something about it has changed.
func (t *Tx) SetRuling(a *access.Association, rules []access.BlockingID, anyway ...access.BlockingID) (changed bool, err error) {
	known, err := t.q.ruledOf(t.ctx, a.ID)
	if err != nil {
		return false, said("store: set ruling", err)
	}
	return t.setRuling(a, rules, anyway, known)
}

// SetRulingOf is SetRuling for who has read already which rules speak of the record (RulesOfAll), in this
// transaction.
func (t *Tx) SetRulingOf(a *access.Association, rules []access.BlockingID, known []Ruled) (changed bool, err error) {
	return t.setRuling(a, rules, nil, known)
}

func (t *Tx) setRuling(a *access.Association, rules, anyway []access.BlockingID, known []Ruled) (changed bool, err error) {
	const op = "store: set ruling"
	if len(rules) == 0 && len(known) == 0 && (a.Ruling == nil || len(a.Ruling.Rules) == 0) {
		return false, nil
	}
	rules = slices.Clone(rules)
	slices.Sort(rules)
	rules = slices.Compact(rules)
	var list []Ruled
	for _, r := range known {
		if !slices.Contains(rules, r.Rule) {
			if err := t.unrule(r); err != nil {
				return false, said(op, err)
			}
			continue
		}
		if r.State == RuledWaiting {
			if r.State, err = t.hold(r.Rule, a.ID, RuledWaiting, slices.Contains(anyway, r.Rule)); err != nil {
				return false, said(op, err)
			}
		}
		list = append(list, r)
	}
	for _, id := range rules {
		if slices.ContainsFunc(known, func(r Ruled) bool { return r.Rule == id }) {
			continue
		}
		state, err := t.hold(id, a.ID, "", slices.Contains(anyway, id))
		if err != nil {
			return false, said(op, err)
		}
		if state == "" {
			continue // the rule is no more
		}
		list = append(list, Ruled{Rule: id, State: state})
	}
	return t.tellRuling(a, list)
}

// hold lets a rule hold a record, or has it wait. was is the state it is in; empty: none. anyway: it does not wait.
// The result is empty for a rule that is no more.
func (t *Tx) hold(rule access.BlockingID, id access.AssociationID, was RuledState, anyway bool) (RuledState, error) {
	n, err := t.q.exec(t.ctx, `UPDATE blocking SET records = records + 1, waiting = waiting - $2
		WHERE id = $1 AND (most = 0 OR records + released < most OR records + released < confirmed OR $3 = 1)`,
		string(rule), flag(was == RuledWaiting), flag(anyway))
	if err != nil {
		return "", err
	}
	state := RuledHeld
	if n == 0 {
		if was == RuledWaiting {
			return was, nil
		}
		state = RuledWaiting
		if n, err = t.q.exec(t.ctx, `UPDATE blocking SET waiting = waiting + 1 WHERE id = $1`, string(rule)); err != nil || n == 0 {
			return "", err
		}
	}
	t.rules = nil
	r := Ruled{Rule: rule, Association: id, State: state, At: t.now}
	cols := ruledColumns(&r)
	_, err = t.q.exec(t.ctx, `INSERT INTO blocking_record (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)
		ON CONFLICT (rule, association) DO UPDATE SET state = $3, at = $4`, args(cols)...)
	return state, err
}

// unrule forgets that a rule speaks of a record.
func (t *Tx) unrule(r Ruled) error {
	if _, err := t.q.exec(t.ctx, `DELETE FROM blocking_record WHERE rule = $1 AND association = $2`, string(r.Rule), string(r.Association)); err != nil {
		return err
	}
	return t.countRuled(r.Rule, r.State, "")
}

// countRuled counts a record that goes from one state to another; empty: the rule does not speak of it.
func (t *Tx) countRuled(rule access.BlockingID, from, to RuledState) error {
	t.rules = nil
	by := func(s RuledState) int64 { return flag(to == s) - flag(from == s) }
	_, err := t.q.exec(t.ctx, `UPDATE blocking SET records = records + $2, waiting = waiting + $3, released = released + $4 WHERE id = $1`,
		string(rule), by(RuledHeld), by(RuledWaiting), by(RuledReleased))
	return err
}

// unruled forgets what rules say of a record that is being removed.
func (t *Tx) unruled(id access.AssociationID) error {
	list, err := t.q.ruledOf(t.ctx, id)
	for _, r := range list {
		err = errors.Join(err, t.unrule(r))
	}
	return said("store: rules of a record", err)
}

// tellRuling brings the record's row up to date with the rules that speak of it.
func (t *Tx) tellRuling(a *access.Association, list []Ruled) (changed bool, err error) {
	g := &access.Ruling{OverLimit: a.Ruling != nil && a.Ruling.OverLimit}
	for _, r := range list {
		switch r.State {
		case RuledReleased:
			g.Released = append(g.Released, r.Rule)
			fallthrough
		case RuledHeld:
			g.Rules = append(g.Rules, r.Rule)
		}
	}
	slices.Sort(g.Rules)
	slices.Sort(g.Released)
	return t.saveRuling(a, g)
}

func (t *Tx) saveRuling(a *access.Association, g *access.Ruling) (changed bool, err error) {
	if len(g.Rules) == 0 && !g.OverLimit {
		g = nil
	}
	if g.Equal(a.Ruling) {
		return false, nil
	}
	a.Ruling = g
	if _, err := t.q.exec(t.ctx, `UPDATE association SET ruling = $2 WHERE id = $1`, string(a.ID), rulingOf{&a.Ruling}.text()); err != nil {
		return false, said("store: save ruling", err)
	}
	t.touch(access.EntryRecord, string(a.ID))
	if err := t.rejudge(`WHERE id = $1`, string(a.ID)); err != nil {
		return false, err
	}
	a.SyncStatus = t.SyncStatus(a)
	return true, nil
}

// SetOverLimit says whether a record is beyond the number of devices of its mailbox. a has to come from this
// transaction.
func (t *Tx) SetOverLimit(a *access.Association, over bool) (changed bool, err error) {
	g := access.Ruling{}
	if a.Ruling != nil {
		g = *a.Ruling
	}
	g.OverLimit = over
	return t.saveRuling(a, &g)
}

// Release lets a record out of a rule's quarantine. Conflict: it is not in it.
func (t *Tx) Release(rule access.BlockingID, id access.AssociationID, by string) error {
	return t.turn(rule, id, RuledHeld, Ruled{Rule: rule, Association: id, State: RuledReleased, ReleasedBy: by, ReleasedAt: t.now},
		"This phone is not in the quarantine of this rule, or no longer.")
}

// HoldAgain takes a release back, whatever number of records the rule may hold. Conflict: it is not released.
func (t *Tx) HoldAgain(rule access.BlockingID, id access.AssociationID) error {
	return t.turn(rule, id, RuledReleased, Ruled{Rule: rule, Association: id, State: RuledHeld},
		"This phone has not been let out of the quarantine of this rule.")
}

func (t *Tx) turn(rule access.BlockingID, id access.AssociationID, from RuledState, to Ruled, not string) error {
	const op = "store: release"
	b, err := t.FindBlocking(rule)
	if err != nil {
		return err
	}
	a, err := t.FindAssociation(id)
	if err != nil {
		return err
	}
	if b.Action != access.ActionQuarantine {
		return access.Conflict(op, not)
	}
	n, err := t.q.exec(t.ctx, `UPDATE blocking_record SET state = $4, released_by = $5, released_at = $6
		WHERE rule = $1 AND association = $2 AND state = $3`, string(rule), string(id), string(from), string(to.State), clean(to.ReleasedBy, capKey), millis(to.ReleasedAt))
	if err != nil {
		return said(op, err)
	}
	if n == 0 {
		return access.Conflict(op, not)
	}
	if err := t.countRuled(rule, from, to.State); err != nil {
		return said(op, err)
	}
	list, err := t.q.ruledOf(t.ctx, id)
	if err != nil {
		return said(op, err)
	}
	_, err = t.tellRuling(a, list)
	return err
}

// restoreRuling brings back what rules said of a record that was removed, of the rules that are still there.
func (t *Tx) restoreRuling(a *access.Association, was *access.Ruling) error {
	if was == nil {
		return nil
	}
	if _, err := t.SetRuling(a, was.Rules, was.Rules...); err != nil {
		return err
	}
	for _, id := range was.Released {
		err := t.Release(id, a.ID, "")
		if err != nil && access.KindOf(err) != access.KindConflict && access.KindOf(err) != access.KindNotFound {
			return err
		}
	}
	now, err := t.FindAssociation(a.ID)
	if err != nil {
		return err
	}
	if _, err := t.SetOverLimit(now, was.OverLimit); err != nil {
		return err
	}
	*a = *now
	return nil
}

// RestoreReleases lets records out of a rule's quarantine that somebody had let out before, of those that it has
// stopped to speak of since. Records that are no more are passed over; those it goes on to be silent about, the walk
// finds.
func (t *Tx) RestoreReleases(rule access.BlockingID, list []Ruled) error {
	const op = "store: restore releases"
	for _, r := range list {
		a, err := t.FindAssociation(r.Association)
		if err != nil {
			if access.KindOf(err) == access.KindNotFound {
				continue
			}
			return err
		}
		known, err := t.q.ruledOf(t.ctx, a.ID)
		if err != nil {
			return said(op, err)
		}
		if slices.ContainsFunc(known, func(k Ruled) bool { return k.Rule == rule }) {
			continue // still released, or held since then
		}
		r.Rule, r.State = rule, RuledReleased
		cols := ruledColumns(&r)
		if _, err := t.q.exec(t.ctx, `INSERT INTO blocking_record (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)`, args(cols)...); err != nil {
			return said(op, err)
		}
		if err := t.countRuled(rule, "", RuledReleased); err != nil {
			return said(op, err)
		}
		if _, err := t.tellRuling(a, append(known, r)); err != nil {
			return err
		}
	}
	return nil
}

// RuledTold notes that people were written to about records that a rule holds.
func (t *Tx) RuledTold(rule access.BlockingID, ids []access.AssociationID) error {
	for part := range slices.Chunk(ids, 200) {
		if _, err := t.q.exec(t.ctx, `UPDATE blocking_record SET told = $2 WHERE rule = $1 AND association IN (`+places(3, len(part))+`)`,
			append([]any{string(rule), millis(t.now)}, anyOf(part)...)...); err != nil {
			return said("store: ruled told", err)
		}
	}
	return nil
}

// RuledUntold gives records a rule holds about which nobody was written to yet, the oldest first.
func (s *Store) RuledUntold(ctx context.Context, rule access.BlockingID, limit int) ([]Ruled, error) {
	list, err := s.reader().ruled(ctx, `WHERE rule = $1 AND state = 'held' AND told = 0 ORDER BY at, association LIMIT $2`, string(rule), int64(limit))
	return list, said("store: ruled untold", err)
}
