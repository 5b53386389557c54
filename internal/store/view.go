// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"database/sql"
	"errors"

	"github.com/vedette-mail/vedette/internal/access"
)

// txView lets the one Decide of the house look at the database, for the few records a transaction
// touches. It remembers what it has read. A look-up that fails makes the transaction fail.
type txView struct {
	t        *Tx
	err      error
	prefs    *access.Preferences
	devices  map[access.DeviceID]*access.Device
	eas      map[string]*access.EASDevice
	accounts map[[2]string]*access.AccountState
	record   *access.Record
	links    *bool // whether any ActiveSync device id is linked, and any account known: mostly neither
	known    *bool
	types    *access.ServerTypes

	approved  *bool // whether any pair is pre-approved
	approvals map[access.Pair]*access.PreApproval
}

func (v *txView) forget() { *v = txView{t: v.t, err: v.err} }

// any says whether a query gives a row, once per transaction.
func (v *txView) any(answer **bool, q string) bool {
	if *answer == nil {
		var one int64
		err := v.t.q.row(v.t.ctx, q).Scan(&one)
		v.failed(err)
		yes := err == nil
		*answer = &yes
	}
	return **answer
}

// Record gives the record that is being judged, which may not be written yet.
func (v *txView) Record(access.Pair) *access.Record { return v.record }

func (v *txView) Preferences() *access.Preferences {
	if v.prefs == nil {
		p, err := v.t.q.preferences(v.t.ctx, false)
		v.failed(err)
		v.prefs = &p.Preferences
	}
	return v.prefs
}

// Blockings gives the blocking rules in the order in which they speak.
func (v *txView) Blockings() []*access.Blocking {
	return v.t.rulesInForce()
}

// Policy gives none: no key is judged here, so none is asked for.
func (v *txView) Policy(access.PolicyID) *access.Policy { return nil }

func (v *txView) EASDevice(id string) *access.EASDevice {
	if !v.any(&v.links, `SELECT 1 FROM eas_device WHERE speaks = 1 ORDER BY id LIMIT 1`) {
		return nil
	}
	return remember(v, &v.eas, id, func() (*access.EASDevice, error) { return v.t.q.easDevice(v.t.ctx, id) })
}

func (v *txView) Device(id access.DeviceID) *access.Device {
	return remember(v, &v.devices, id, func() (*access.Device, error) { return v.t.q.device(v.t.ctx, id) })
}

func (v *txView) Account(realm, account string) *access.AccountState {
	if !v.any(&v.known, `SELECT 1 FROM account WHERE speaks = 1 ORDER BY realm, account LIMIT 1`) {
		return nil
	}
	return remember(v, &v.accounts, [2]string{realm, account}, func() (*access.AccountState, error) {
		return v.t.q.account(v.t.ctx, realm, account)
	})
}

func remember[K comparable, V any](v *txView, m *map[K]*V, key K, find func() (*V, error)) *V {
	if got, ok := (*m)[key]; ok {
		return got
	}
	got, err := find()
	if err != nil {
		v.failed(err)
		got = nil
	}
	if *m == nil {
		*m = map[K]*V{}
	}
	(*m)[key] = got
	return got
}

// serverType is the kind of mail server that a record is on, while anybody wants to know it.
func (v *txView) serverType(a *access.Association) string {
	if !v.Preferences().OneServerType {
		return ""
	}
	if v.types == nil {
		list, err := v.t.q.gateways(v.t.ctx)
		v.failed(err)
		types := access.NewServerTypes(list)
		v.types = &types
	}
	return v.types.Of(a)
}

func (v *txView) failed(err error) {
	if err != nil && !errors.Is(err, sql.ErrNoRows) && v.err == nil {
		v.err = err
	}
}

// SyncStatus is what the Sync Status column says about a record now: what Decide answers to a plain
// request of its pair from a gateway that hears its console, from where its last one came.
func (t *Tx) SyncStatus(a *access.Association) access.SyncStatus {
	t.view.record = &a.Record
	d := access.Decide(t.view, &access.Facts{Pair: a.Pair, ConsoleHeard: t.now, ServerType: t.view.serverType(a), Addr: a.LastAddr()}, t.now)
	switch {
	case d.Rule == access.RuleWiped:
		return access.Wiped
	case d.Blocked():
		return access.Blocked
	}
	return access.Allowed
}
