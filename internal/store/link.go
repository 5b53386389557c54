// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// The most that is kept of why a record was linked.
const (
	mostReasons = 20
	mostMerged  = 200
)

func trimLink(a *access.Association) {
	a.Link.Who = clean(a.Link.Who, capKey)
	a.Link.At = moment(millis(a.Link.At))
	a.Link.Reasons, a.Suggestion.Reasons = trimReasons(a.Link.Reasons), trimReasons(a.Suggestion.Reasons)
	a.MergedFrom = a.MergedFrom[max(0, len(a.MergedFrom)-mostMerged):]
}

func trimReasons(list []string) []string {
	var out []string
	for _, s := range list[:min(len(list), mostReasons)] {
		out = append(out, clean(s, capText))
	}
	return out
}

// SuccessorsOf gives the records that take the place of some: the same phone under a later device id (Y-05).
func (t *Tx) SuccessorsOf(ids []access.AssociationID) (list []access.Association, err error) {
	for part := range slices.Chunk(ids, 200) {
		a := make([]any, len(part))
		for i, id := range part {
			a[i] = string(id)
		}
		if err := t.q.eachAssociation(t.ctx, func(r *associationRow) { list = append(list, r.Association) },
			`WHERE replaces IN (`+places(1, len(part))+`) AND replaces <> ''`, a...); err != nil {
			return nil, said("store: successors", err)
		}
	}
	return list, nil
}

// SaveLink writes what the matcher has found: the registered device of a record, how it came to it, what
// it may belong to, and which record it replaces. Nothing happens when that is known already. A link
// that a hand has made or undone stays (Conflict), and the version grows with a new device, so that
// somebody who has read the record before does not undo it unseen.
func (t *Tx) SaveLink(id access.AssociationID, device access.DeviceID, link access.Link, suggestion access.Suggestion, replaces access.AssociationID) error {
	const op = "store: save link"
	old, err := t.q.association(t.ctx, true, `id = $1`, string(id))
	if err != nil {
		return said(op, err)
	}
	row := *old
	n := &row.Association
	n.Device, n.Link, n.Suggestion, n.Replaces = device, link, suggestion, replaces
	trimLink(n)
	relinked := n.Device != old.Device
	if old.Link.By == access.LinkedByHand {
		if relinked {
			return access.Conflict(op, "Somebody has linked or unlinked this record by hand.")
		}
		n.Link = old.Link
	}
	if n.Linked() {
		n.Suggestion = access.Suggestion{}
	}
	if !relinked && n.Replaces == old.Replaces && sameLink(n.Link, old.Link) && sameSuggestion(n.Suggestion, old.Suggestion) {
		return nil
	}
	if relinked {
		n.Version++
		if _, err := t.q.exec(t.ctx, `UPDATE association SET device = $1 WHERE id = $2`, string(n.Device), string(n.ID)); err != nil {
			return said(op, err)
		}
		n.SyncStatus = t.SyncStatus(n)
	}
	row.derive()
	row.class = row.classOf(n.SyncStatus)
	status := text(&n.SyncStatus)
	cols := append(linkColumns(&row), column{"device", text(&n.Device)}, column{"sync_status", status},
		column{"class", &row.class}, column{"version", &n.Version})
	if _, err := t.q.exec(t.ctx, `UPDATE association SET `+sets(2, cols)+` WHERE id = $1`,
		append([]any{string(n.ID)}, args(cols)...)...); err != nil {
		return said(op, err)
	}
	t.counted(old, -1)
	t.counted(&row, 1)
	if !relinked {
		return nil
	}
	t.touch(access.EntryRecord, string(n.ID))
	return t.relink(n.Pair.Device)
}

// sameLink leaves the time aside: finding the same once more is no news.
func sameLink(a, b access.Link) bool {
	return a.By == b.By && a.Who == b.Who && a.Score == b.Score && slices.Equal(a.Reasons, b.Reasons)
}

func sameSuggestion(a, b access.Suggestion) bool {
	return a.Device == b.Device && a.Score == b.Score && a.Clear == b.Clear && slices.Equal(a.Reasons, b.Reasons)
}

// mostCandidates is how many devices one record is compared with, or records one device.
const mostCandidates = 200

// DeviceCandidates gives the registered devices that a record may belong to: those that share its
// ActiveSync device id, IMEI, serial number or phone number, those of the account's owner, and those
// linked to other records of the same device id. Each once, the strongest grounds first.
func (t *Tx) DeviceCandidates(a *access.Association) ([]access.RegisteredDevice, error) {
	return t.Neighbours().DeviceCandidates(a)
}

// deviceGather collects registered devices, each once.
type deviceGather struct {
	read func(column, key string) ([]*deviceRow, error)
	list []access.RegisteredDevice
	seen map[access.DeviceID]bool
	err  error
}

func (g *deviceGather) by(column, key string) {
	if key == "" || g.err != nil || len(g.list) >= mostCandidates {
		return
	}
	if g.seen == nil {
		g.seen = map[access.DeviceID]bool{}
	}
	var found []*deviceRow
	found, g.err = g.read(column, key)
	for _, r := range found {
		if !g.seen[r.ID] && len(g.list) < mostCandidates {
			g.seen[r.ID] = true
			g.list = append(g.list, r.RegisteredDevice)
		}
	}
}

// RecordCandidates gives the records that may belong to a registered device: the reverse of
// DeviceCandidates, with those that are linked to it or suggest it now. Each once.
func (t *Tx) RecordCandidates(d *access.RegisteredDevice) ([]access.Association, error) {
	g := recordGather{t: t}
	g.by("device", string(d.ID))
	g.by("suggested", string(d.ID))
	g.by("eas_device", d.EASID)
	g.by("imei_key", imeiKey(d.IMEI))
	g.by("eas_device", serialID(d.Serial))
	g.by("person", string(d.Owner))
	g.by("number_tail", numberTail(d.Number))
	// Other accounts on the phones found so far: what links one of them speaks for the others too.
	phones := map[string]bool{}
	for i := range g.list {
		phones[g.list[i].Pair.Device] = g.list[i].Device == d.ID || phones[g.list[i].Pair.Device]
	}
	for _, id := range slices.Sorted(maps.Keys(phones)) {
		if phones[id] {
			g.by("eas_device", id)
		}
	}
	return g.list, said("store: record candidates", g.err)
}

type recordGather struct {
	t    *Tx
	list []access.Association
	seen map[access.AssociationID]bool
	err  error
}

func (g *recordGather) by(column, key string) {
	if key == "" || g.err != nil || len(g.list) >= mostCandidates {
		return
	}
	if g.seen == nil {
		g.seen = map[access.AssociationID]bool{}
	}
	var found []*associationRow
	g.err = g.t.q.eachAssociation(g.t.ctx, func(r *associationRow) { found = append(found, r) }, `WHERE `+column+` = $1 AND `+column+` <> '' LIMIT $2`, key, int64(mostCandidates))
	slices.SortFunc(found, func(a, b *associationRow) int { return cmp.Compare(a.seq, b.seq) })
	for _, r := range found {
		if !g.seen[r.ID] && len(g.list) < mostCandidates {
			g.seen[r.ID] = true
			g.list = append(g.list, r.Association)
		}
	}
}

// Siblings gives the other records of the same ActiveSync device id, at most limit of them, as FindTwins
// does, inside a transaction.
func (t *Tx) Siblings(a *access.Association, limit int) ([]access.Association, error) {
	var list []access.Association
	err := t.q.eachAssociation(t.ctx, func(r *associationRow) { list = append(list, r.Association) },
		`WHERE eas_device = $1 AND id <> $2 ORDER BY account, realm, domain LIMIT $3`, a.Pair.Device, string(a.ID), int64(limit))
	return list, said("store: siblings", err)
}

// LinkedRecords gives the records linked to registered devices, at most a few hundred.
func (t *Tx) LinkedRecords(devices ...access.DeviceID) ([]access.Association, error) {
	var list []access.Association
	for part := range slices.Chunk(devices, 100) {
		if err := t.q.eachAssociation(t.ctx, func(r *associationRow) { list = append(list, r.Association) },
			`WHERE device IN (`+places(1, len(part))+`) AND device <> '' ORDER BY device, id LIMIT `+places(len(part)+1, 1),
			append(anyOf(part), int64(5*mostCandidates))...); err != nil {
			return nil, said("store: linked records", err)
		}
	}
	return list, nil
}

// RecordsOfAccount gives the records of an account, oldest first, at most limit of them.
func (t *Tx) RecordsOfAccount(realm, account string, limit int) ([]access.Association, error) {
	var list []access.Association
	err := t.q.eachAssociation(t.ctx, func(r *associationRow) { list = append(list, r.Association) },
		`WHERE account = $1 AND realm = $2 LIMIT $3`, account, realm, int64(limit))
	slices.SortFunc(list, func(a, b access.Association) int {
		return compareTimes(a.FirstSync, b.FirstSync, string(a.ID), string(b.ID))
	})
	return list, said("store: records of an account", err)
}

func compareTimes(a, b time.Time, x, y string) int {
	if c := a.Compare(b); c != 0 {
		return c
	}
	if x < y {
		return -1
	}
	return 1
}
