// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
)

// phonesAtOnce is how many ids one question names.
const phonesAtOnce = 50

// Phones gives the records of some ActiveSync device ids, at most limit of each, as Siblings does of one.
// Whoever looks at many phones in a transaction asks once.
func (t *Tx) Phones(ids []string, limit int) (map[string][]access.Association, error) {
	out := make(map[string][]access.Association, len(ids))
	for len(ids) > 0 {
		part := ids[:min(len(ids), phonesAtOnce)]
		ids = ids[len(part):]
		n := 0
		if err := t.q.eachAssociation(t.ctx, func(r *associationRow) {
			n++
			out[r.Pair.Device] = append(out[r.Pair.Device], r.Association)
		}, `WHERE eas_device IN (`+places(1, len(part))+`) ORDER BY eas_device, account, realm, domain LIMIT `+places(len(part)+1, 1),
			append(anyOf(part), int64(limit+1))...); err != nil {
			return nil, said("store: phones", err)
		}
		if n <= limit {
			continue
		}
		for _, id := range part { // one that many share: each gets what is its own
			list, err := t.Siblings(&access.Association{Record: access.Record{Pair: access.Pair{Device: id}}}, limit)
			if err != nil {
				return nil, err
			}
			out[id] = list
		}
	}
	return out, nil
}

// FindAssociations gives those of some records that are there, in no order. Others may change them meanwhile.
func (t *Tx) FindAssociations(ids []access.AssociationID) (list []access.Association, err error) {
	rows, err := t.q.associations(t.ctx, "id", anyOf(ids))
	for _, r := range rows {
		list = append(list, r.Association)
	}
	return list, said("store: find associations", err)
}

// FindDevices gives those of some devices that are there, in no order and without the number of their
// records. Others may change them meanwhile.
func (t *Tx) FindDevices(ids []access.DeviceID) ([]access.RegisteredDevice, error) {
	list, err := t.q.devices(t.ctx, ids)
	return list, said("store: find devices", err)
}

// FindDevices gives those of some devices that are there, in no order.
func (s *Store) FindDevices(ctx context.Context, ids []access.DeviceID) (list []access.RegisteredDevice, err error) {
	err = s.reading(ctx, "store: find devices", func(q runner) error {
		if list, err = q.devices(ctx, ids); err != nil {
			return err
		}
		return q.countRecords(ctx, list)
	})
	return list, err
}

func (r runner) devices(ctx context.Context, ids []access.DeviceID) (list []access.RegisteredDevice, err error) {
	for len(ids) > 0 {
		part := ids[:min(len(ids), 200)]
		ids = ids[len(part):]
		if err := r.eachDevice(ctx, func(row *deviceRow) { list = append(list, row.RegisteredDevice) },
			`WHERE id IN (`+places(1, len(part))+`)`, anyOf(part)...); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// FindUsers gives those of some users that are there, in no order.
func (s *Store) FindUsers(ctx context.Context, ids []access.UserID) (list []access.User, err error) {
	err = s.reading(ctx, "store: find users", func(q runner) error {
		list = nil
		for len(ids) > 0 {
			part := ids[:min(len(ids), 200)]
			ids = ids[len(part):]
			if err := q.eachPerson(ctx, func(row *personRow) { list = append(list, row.User) },
				`WHERE id IN (`+places(1, len(part))+`)`, anyOf(part)...); err != nil {
				return err
			}
		}
		users := make([]*access.User, len(list))
		for i := range list {
			users[i] = &list[i]
		}
		return q.fillAccounts(ctx, users)
	})
	return list, err
}

// PreApprovalOf gives the pre-approval of a pair, as it is in this transaction.
func (t *Tx) PreApprovalOf(p access.Pair) (*access.PreApproval, error) {
	found, err := t.q.preApproval(t.ctx, `eas_device = $1 AND account = $2 AND realm = $3`+t.s.engine.locking(), p.Device, p.Account, p.Realm)
	if err != nil {
		return nil, said("store: find pre-approval", err)
	}
	return found, nil
}
