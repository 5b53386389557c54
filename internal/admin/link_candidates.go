// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// maxCandidates is how many devices Link To offers.
const maxCandidates = 50

// LinkCandidates gives the devices a record may be linked to, the best first, each with what speaks for and
// against it and with both sets of facts. With a search it gives what the search finds, and
// what the matcher thinks of each.
func (a *Admin) LinkCandidates(ctx context.Context, who access.Actor, id access.AssociationID, search string) (Candidates, error) {
	if err := who.May(access.VerbView); err != nil {
		return Candidates{}, err
	}
	found, err := a.searched(ctx, who, search)
	if err != nil {
		return Candidates{}, err
	}
	var as *access.Association
	var seen linking.Seen
	err = a.store.WithTx(ctx, func(tx *store.Tx) (err error) {
		if as, err = a.find(tx, who, id, 0); err != nil {
			return err
		}
		seen, err = linking.Look(tx, as)
		return err
	})
	if err != nil {
		return Candidates{}, err
	}
	own, err := a.rowsFor(ctx, who, []access.Association{*as})
	if err != nil {
		return Candidates{}, err
	}
	out := Candidates{Record: own[0], Hand: as.Link.By == access.LinkedByHand}
	list := found
	if search == "" {
		for i := range seen.Candidates {
			if d := seen.Device(seen.Candidates[i].Device); d != nil {
				list = append(list, *d)
			}
		}
	}
	if list, err = visible(ctx, a, who, list, func(d *access.RegisteredDevice) access.UserID { return d.Owner }); err != nil {
		return Candidates{}, err
	}
	owner, err := a.ownerName(ctx, as.Person)
	if err != nil {
		return Candidates{}, err
	}
	for i := range list[:min(len(list), maxCandidates)] {
		out.List = append(out.List, candidate(as, owner, &list[i], &seen))
	}
	return veiled(ctx, a, who, out, nil)
}

// maxUnmatched is how many records RecordCandidates looks at.
const maxUnmatched = 20

// RecordCandidates gives the records without a link that a device may be linked to, the best first, at most
// most of them, each with what speaks for and against it and with both sets of facts.
func (a *Admin) RecordCandidates(ctx context.Context, who access.Actor, id access.DeviceID, most int) ([]RecordCandidate, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	d, err := a.store.FindRegistered(ctx, id)
	if err == nil {
		err = a.mayTouch(ctx, who, d.Owner)
	}
	if err != nil {
		return nil, err
	}
	var records []access.Association
	looks := map[access.AssociationID]linking.Seen{}
	if err := a.store.WithTx(ctx, func(tx *store.Tx) error {
		records = nil
		list, err := tx.RecordCandidates(d)
		for i := range list {
			if err != nil || len(records) == maxUnmatched {
				break
			}
			if list[i].Linked() {
				continue
			}
			records = append(records, list[i])
			looks[list[i].ID], err = linking.Look(tx, &list[i])
		}
		return err
	}); err != nil {
		return nil, err
	}
	if records, err = a.visible(ctx, who, records); err != nil {
		return nil, err
	}
	rows, err := a.rows(ctx, records)
	if err != nil {
		return nil, err
	}
	var out []RecordCandidate
	for _, r := range rows {
		owner, err := a.ownerName(ctx, r.Person)
		if err != nil {
			return nil, err
		}
		seen := looks[r.ID]
		out = append(out, RecordCandidate{Row: r, LinkCandidate: candidate(&r.Association, owner, d, &seen)})
	}
	slices.SortStableFunc(out, func(x, y RecordCandidate) int { return cmp.Compare(y.Score, x.Score) })
	return veiled(ctx, a, who, out[:min(len(out), most)], nil)
}

func (a *Admin) searched(ctx context.Context, who access.Actor, search string) ([]access.RegisteredDevice, error) {
	if search == "" {
		return nil, nil
	}
	cover, err := a.coverFor(ctx, who)
	if err != nil {
		return nil, err
	}
	p, err := a.store.ListDevices(ctx, store.DeviceQuery{Show: store.ShowRegistered, Search: search, Limit: maxCandidates, Scope: who.Scope, Cover: cover})
	return p.Rows, err
}

func (a *Admin) ownerName(ctx context.Context, id access.UserID) (string, error) {
	if id == "" {
		return "", nil
	}
	u, err := a.store.FindUser(ctx, id)
	if err != nil {
		return "", known(err)
	}
	return u.Name, nil
}

func candidate(as *access.Association, owner string, d *access.RegisteredDevice, seen *linking.Seen) LinkCandidate {
	c := LinkCandidate{DeviceRow: deviceRow(d), Present: as.Device == d.ID, Suggested: as.Suggestion.Device == d.ID}
	for i := range seen.Candidates {
		if m := &seen.Candidates[i]; m.Device == d.ID {
			c.Score, c.Reasons, c.Against, c.Barred = m.Score, m.Reasons, m.Against, m.Barred
		}
	}
	pair := func(name, record, device string) {
		c.Facts = append(c.Facts, FactPair{Name: name, Record: record, Device: device, Known: record != "" && device != "",
			Agrees: record != "" && alike(record, device)})
	}
	pair("owner", owner, d.OwnerName)
	pair("model", as.Model, d.Model)
	pair("os", as.OS, d.OS)
	pair("os-version", as.OSVersion, d.OSVersion)
	pair("number", as.Number, d.Number)
	pair("imei", as.IMEI, d.IMEI)
	pair("name", as.FriendlyName, d.Name)
	pair("eas-id", as.Pair.Device, d.EASID)
	for i := range c.Facts {
		c.Facts[i].Agrees = c.Facts[i].Agrees || c.Facts[i].Known && agreed(c.Reasons, c.Facts[i].Name)
	}
	return c
}

// alike compares two facts as people do who read them side by side.
func alike(a, b string) bool {
	fold := func(s string) string {
		f, _ := access.FoldAccount(s)
		return strings.ReplaceAll(strings.ReplaceAll(f, " ", ""), "-", "")
	}
	return fold(a) == fold(b)
}

// agreed says that the matcher takes two spellings of a fact for one.
func agreed(reasons []string, fact string) bool {
	signals := map[string][]access.Signal{"model": {access.SignalModel}, "os": {access.SignalOS}, "os-version": {access.SignalOSVersion},
		"number": {access.SignalNumber}, "imei": {access.SignalIMEI}, "owner": {access.SignalOwner}, "name": {access.SignalName},
		"eas-id": {access.SignalEASID}}[fact]
	for _, w := range access.Weights() {
		if slices.Contains(signals, w.Signal) && slices.Contains(reasons, w.Says) {
			return true
		}
	}
	return false
}

// linksClearly says that a record is not linked, nobody has said that it should not be, and one device
// alone comes into question.
func linksClearly(as *access.Association) bool {
	return !as.Linked() && as.Link.By != access.LinkedByHand && as.Suggestion.Device != "" && as.Suggestion.Clear
}

// chosen gives the first records that a bulk is for; more says that there are others.
func (a *Admin) chosen(ctx context.Context, who access.Actor, b Bulk, limit int) (list []access.Association, more bool, err error) {
	switch {
	case b.Query == nil && b.Overrides == nil:
		if len(b.IDs) > limit {
			b.IDs, more = b.IDs[:limit], true
		}
		list, err = a.store.FindAssociations(ctx, b.IDs)
	case b.Overrides != nil:
		list, more, err = a.chosenOverrides(ctx, who, *b.Overrides, limit)
	default:
		q, err := a.query(ctx, who, *b.Query)
		if err != nil {
			return nil, false, err
		}
		q.Sort, q.Desc, q.Cursor, q.Limit = store.SortAdded, false, "", 500
		for len(list) < limit {
			p, err := a.store.ListAssociations(ctx, q)
			if err != nil {
				return nil, false, err
			}
			list = append(list, p.Rows...)
			if q.Cursor = p.Next; q.Cursor == "" {
				break
			}
			more = len(list) >= limit
		}
	}
	if err == nil {
		list, err = a.visible(ctx, who, list)
	}
	return list, more, err
}

// linkClear links a record to the device that is suggested, where that is clear.
func (a *Admin) linkClear(tx *store.Tx, who access.Actor, as *access.Association, reason string) (outcome, error) {
	if !linksClearly(as) {
		return outcome{Result: Result{Version: as.Version, Text: "Left alone: which device it belongs to is not clear, or it is linked already."}}, nil
	}
	d, err := tx.FindRegistered(as.Suggestion.Device)
	if err != nil {
		return outcome{}, err
	}
	if err := within(tx, who, d.Owner); err != nil {
		return outcome{}, err
	}
	return a.link(tx, who, as, d, reason)
}
