// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"github.com/vedette-mail/vedette/internal/access"
)

// CreateAssociation records a pair for the first time. It fills in ID, SyncStatus and, where they are
// zero, FirstSync and LastSync. A pair that is recorded already is a Conflict.
func (t *Tx) CreateAssociation(a *access.Association) error {
	created, err := t.createAssociation(a)
	if err == nil && !created {
		return access.Conflict("store: create association", "This account on this device is recorded already.")
	}
	return err
}

// EnsureAssociation is CreateAssociation for machines: when somebody else has recorded the pair in the
// same moment, created is false and a is as it was.
func (t *Tx) EnsureAssociation(a *access.Association) (created bool, err error) {
	return t.createAssociation(a)
}

func (t *Tx) createAssociation(a *access.Association) (bool, error) {
	if err := validPair(a.Pair); err != nil {
		return false, err
	}
	row := &associationRow{Association: *a}
	n := &row.Association
	n.Ruling = nil // rules have not looked at it yet
	if n.ID == "" {
		n.ID = access.AssociationID(NewID(t.now))
	}
	if n.Domain == "" {
		n.Domain = access.Standalone
	}
	if n.FirstSync.IsZero() {
		n.FirstSync = t.now
	}
	if n.LastSync.Before(n.FirstSync) && n.LastSync.IsZero() {
		n.LastSync = n.FirstSync
	}
	n.Version = max(n.Version, 1)
	trim(n)
	if err := t.addEASDevice(n.Pair.Device); err != nil {
		return false, said("store: create association", err)
	}
	if err := t.ownRecord(n); err != nil {
		return false, err
	}
	if err := t.arrive(n); err != nil {
		return false, err
	}
	n.SyncStatus = t.SyncStatus(n)
	row.derive()
	cols := allColumns(row)
	done, err := t.q.exec(t.ctx, `INSERT INTO association (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)
		ON CONFLICT (eas_device, account, realm, domain) DO NOTHING`, args(cols)...)
	if err != nil || done == 0 {
		return false, said("store: create association", err)
	}
	t.counted(row, 1)
	t.touch(access.EntryRecord, string(n.ID))
	t.moved(n.Pair.Realm, n.Pair.Account)
	*a = *n
	if n.Linked() {
		return true, t.relink(n.Pair.Device)
	}
	return true, t.await(n)
}

// SaveAssociation writes what a person may change: the registered device it is linked to and how that
// came, the override and the comment. a.Version must be the version that was read, else somebody else was faster and it
// is a Conflict; it grows by one. Where RedirectClears has grown, the redirect goes. SyncStatus follows from what is written. Gateways hear of it when
// anything they need has changed.
func (t *Tx) SaveAssociation(a *access.Association) error {
	old, err := t.q.association(t.ctx, true, `id = $1`, string(a.ID))
	if err != nil {
		return said("store: save association", err)
	}
	if old.Version != a.Version {
		return access.Conflict("store: save association", "Somebody else has changed this record in the meantime. Look at it again.")
	}
	row := *old
	n := &row.Association
	n.Device, n.Override, n.Comment, n.Link = a.Device, a.Override, a.Comment, a.Link
	if n.RedirectClears != a.RedirectClears {
		n.RedirectClears, n.Redirect = a.RedirectClears, ""
	}
	n.Version++
	trim(n)
	relinked := n.Device != old.Device
	if relinked { // the device has to be known as a link before the verdict is asked
		if _, err := t.q.exec(t.ctx, `UPDATE association SET device = $1 WHERE id = $2`, string(n.Device), string(n.ID)); err != nil {
			return said("store: save association", err)
		}
	}
	n.SyncStatus = t.SyncStatus(n)
	row.derive()
	cols := append(recordColumns(n)[5:], wordColumns(&row)...)
	cols = append(cols, linkColumns(&row)...)
	cols = append(cols, column{"redirect_url", &n.Redirect})
	if _, err := t.q.exec(t.ctx, `UPDATE association SET `+sets(2, cols)+` WHERE id = $1`,
		append([]any{string(n.ID)}, args(cols)...)...); err != nil {
		return said("store: save association", err)
	}
	t.counted(old, -1)
	t.counted(&row, 1)
	if !n.Record.Equal(old.Record) {
		t.touch(access.EntryRecord, string(n.ID))
	}
	if n.Override != old.Override {
		t.moved(n.Pair.Realm, n.Pair.Account)
	}
	*a = *n
	if relinked {
		return t.relink(n.Pair.Device)
	}
	return nil
}

// SaveFacts writes what a machine has learned: everything but identity, link, override, comment,
// version and FirstSync. a must come from FindAssociation or FindPair in this transaction.
func (t *Tx) SaveFacts(a *access.Association) error {
	trim(a)
	row := &associationRow{Association: *a}
	row.derive()
	cols := append(factColumns(row), timeColumns(&row.Association)...)
	if _, err := t.q.exec(t.ctx, `UPDATE association SET `+sets(2, cols)+` WHERE id = $1`,
		append([]any{string(a.ID)}, args(cols)...)...); err != nil {
		return said("store: save facts", err)
	}
	return t.followFacts(a)
}

// SaveTimes writes only what every attempt moves, which is most of what gateways report.
func (t *Tx) SaveTimes(a *access.Association) error {
	trim(a)
	cols := timeColumns(a)
	_, err := t.q.exec(t.ctx, `UPDATE association SET `+sets(2, cols)+` WHERE id = $1`,
		append([]any{string(a.ID)}, args(cols)...)...)
	return said("store: save times", err)
}

// DeleteAssociation removes a record. The next contact of the pair is judged, and recorded, anew.
func (t *Tx) DeleteAssociation(id access.AssociationID) error {
	old, err := t.q.association(t.ctx, true, `id = $1`, string(id))
	if err != nil {
		return said("store: delete association", err)
	}
	for _, q := range []string{`DELETE FROM association WHERE id = $1`, `DELETE FROM policy_ack WHERE association = $1`} {
		if _, err := t.q.exec(t.ctx, q, string(id)); err != nil {
			return said("store: delete association", err)
		}
	}
	if err := t.unruled(id); err != nil {
		return err
	}
	t.counted(old, -1)
	t.touch(access.EntryRecord, string(id))
	t.moved(old.Pair.Realm, old.Pair.Account)
	if old.Linked() {
		err = t.relink(old.Pair.Device)
	} else {
		err = t.awaitID(old.Pair.Device)
	}
	if err != nil {
		return err
	}
	return t.forgetEASDevice(old.Pair.Device)
}

// RestoreAssociation brings back a record that was removed, under its old id and with its old times.
func (t *Tx) RestoreAssociation(a *access.Association) error {
	if a.ID == "" {
		return access.Invalid("store: restore association", "A record that comes back needs its id.")
	}
	a.Version++
	was := a.Ruling
	if err := t.CreateAssociation(a); err != nil {
		return err
	}
	return t.restoreRuling(a, was)
}

// resort writes a new sync status for rows that were read in this transaction. Gateways do not need to
// hear of it: they decide themselves.
func (t *Tx) resort(r *associationRow, status access.SyncStatus) error {
	class := r.classOf(status)
	n, err := t.q.exec(t.ctx, `UPDATE association SET sync_status = $1, class = $2 WHERE id = $3 AND class = $4`,
		string(status), class, string(r.ID), r.class)
	if err != nil {
		return err
	}
	t.counts[r.class] -= n
	t.counts[class] += n
	return nil
}
