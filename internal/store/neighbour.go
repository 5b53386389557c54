// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
)

// FindOfAccount gives the records of an account, at most limit of them, in no order.
func (s *Store) FindOfAccount(ctx context.Context, realm, account string, limit int) ([]access.Association, error) {
	var list []access.Association
	err := s.reader().eachAssociation(ctx, func(r *associationRow) { list = append(list, r.Association) },
		`WHERE account = $1 AND realm = $2 LIMIT $3`, account, realm, int64(limit))
	return list, said("store: find records of an account", err)
}

// Neighbours reads what stands around records that are looked at one after the other, each part of it once: the
// phones of one account have most of their neighbours in common. It serves one transaction, and what changes
// there meanwhile has to be told by Keep.
type Neighbours struct {
	t       *Tx
	devices map[[2]string][]*deviceRow // by column and key
	records map[[2]string][]*access.Association
	known   map[access.AssociationID]*access.Association // one for all lists
}

// Neighbours begins with nothing read.
func (t *Tx) Neighbours() *Neighbours {
	return &Neighbours{t: t, devices: map[[2]string][]*deviceRow{}, records: map[[2]string][]*access.Association{},
		known: map[access.AssociationID]*access.Association{}}
}

// DeviceCandidates is Tx.DeviceCandidates.
func (n *Neighbours) DeviceCandidates(a *access.Association) ([]access.RegisteredDevice, error) {
	g := deviceGather{read: n.readDevices}
	g.by("eas_id", a.Pair.Device)
	if e, err := n.t.q.easDevice(n.t.ctx, a.Pair.Device); err == nil {
		for _, id := range e.Devices[:min(len(e.Devices), 50)] {
			g.by("id", string(id))
		}
	} else if !errors.Is(err, sql.ErrNoRows) {
		return nil, said("store: device candidates", err)
	}
	if a.Device != "" { // what it is linked to
		g.by("id", string(a.Device))
	}
	g.by("imei_key", recordIMEI(a))
	g.by("serial_key", easSerial(a.Pair.Device))
	g.by("owner", string(a.Person))
	g.by("number_tail", numberTail(a.Number))
	return g.list, said("store: device candidates", g.err)
}

func (n *Neighbours) readDevices(column, key string) ([]*deviceRow, error) {
	at := [2]string{column, key}
	if found, ok := n.devices[at]; ok {
		return found, nil
	}
	var found []*deviceRow
	if err := n.t.q.eachDevice(n.t.ctx, func(r *deviceRow) { found = append(found, r) },
		`WHERE `+column+` = $1 AND `+column+` <> '' AND state <> 'waiting' LIMIT $2`, key, int64(mostCandidates)); err != nil {
		return nil, err
	}
	// Put in order here: a database that is asked for order and a limit may walk the wrong index for it.
	slices.SortFunc(found, func(a, b *deviceRow) int { return cmp.Compare(a.seq, b.seq) })
	n.devices[at] = found
	return found, nil
}

// Siblings is Tx.Siblings.
func (n *Neighbours) Siblings(a *access.Association, limit int) ([]access.Association, error) {
	list, err := n.phone(a.Pair.Device, limit)
	g := others{seen: map[access.AssociationID]bool{a.ID: true}}
	g.add(list, limit)
	return g.list, said("store: siblings", err)
}

// Records gives the other records that share a record's device id or its account, at most limit of each, and
// those of the account that are linked to one of some devices. Each once.
func (n *Neighbours) Records(a *access.Association, devices []access.RegisteredDevice, limit int) ([]access.Association, error) {
	const op = "store: records around"
	phone, err := n.phone(a.Pair.Device, limit)
	if err != nil {
		return nil, said(op, err)
	}
	account, err := n.account(a.Pair.Realm, a.Pair.Account, limit)
	if err != nil {
		return nil, said(op, err)
	}
	if err := n.readLinked(devices); err != nil {
		return nil, said(op, err)
	}
	g := others{seen: map[access.AssociationID]bool{a.ID: true}}
	g.add(phone, limit)
	g.add(account, limit)
	for i := range devices {
		for _, r := range n.records[linkedTo(devices[i].ID)] {
			if r.Pair.Account == a.Pair.Account && r.Pair.Realm == a.Pair.Realm || r.Pair.Device == a.Pair.Device || r.ID == a.Replaces {
				g.add([]*access.Association{r}, 1)
			}
		}
	}
	return g.list, nil
}

// others collects records, each once.
type others struct {
	list []access.Association
	seen map[access.AssociationID]bool
}

// add takes what is new of a list, at most most of it.
func (g *others) add(list []*access.Association, most int) {
	for _, r := range list {
		if most > 0 && !g.seen[r.ID] {
			most--
			g.seen[r.ID] = true
			g.list = append(g.list, *r)
		}
	}
}

// Keep says how a record is now.
func (n *Neighbours) Keep(a *access.Association) {
	k := n.know(a)
	old := k.Device
	if *k = *a; old == a.Device {
		return
	}
	if list, read := n.records[linkedTo(old)]; read {
		n.records[linkedTo(old)] = slices.DeleteFunc(list, func(r *access.Association) bool { return r == k })
	}
	if list, read := n.records[linkedTo(a.Device)]; read {
		n.records[linkedTo(a.Device)] = append(list, k)
	}
}

// know gives the one copy of a record that all lists share.
func (n *Neighbours) know(a *access.Association) *access.Association {
	k := n.known[a.ID]
	if k == nil {
		k = new(*a)
		n.known[a.ID] = k
	}
	return k
}

func linkedTo(id access.DeviceID) [2]string { return [2]string{"device", string(id)} }

func (n *Neighbours) phone(id string, limit int) ([]*access.Association, error) {
	return n.read([2]string{"eas_device", id}, `WHERE eas_device = $1 ORDER BY account, realm, domain LIMIT $2`, id, int64(limit+1))
}

func (n *Neighbours) account(realm, account string, limit int) ([]*access.Association, error) {
	return n.read([2]string{"account", realm + "/" + account}, `WHERE account = $1 AND realm = $2 LIMIT $3`, account, realm, int64(limit+1))
}

func (n *Neighbours) read(at [2]string, rest string, args ...any) ([]*access.Association, error) {
	list, read := n.records[at]
	if read {
		return list, nil
	}
	if err := n.t.q.eachAssociation(n.t.ctx, func(r *associationRow) { list = append(list, n.know(&r.Association)) }, rest, args...); err != nil {
		return nil, err
	}
	n.records[at] = list
	return list, nil
}

// readLinked reads the records of those devices of which they have not been read.
func (n *Neighbours) readLinked(devices []access.RegisteredDevice) error {
	var missing []access.DeviceID
	for i := range devices {
		if _, read := n.records[linkedTo(devices[i].ID)]; !read {
			missing = append(missing, devices[i].ID)
		}
	}
	list, err := n.t.LinkedRecords(missing...)
	if err != nil {
		return err
	}
	for _, id := range missing {
		n.records[linkedTo(id)] = nil
	}
	for i := range list {
		at := linkedTo(list[i].Device)
		n.records[at] = append(n.records[at], n.know(&list[i]))
	}
	return nil
}
