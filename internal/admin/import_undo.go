// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// takeBack undoes one line, where nobody has changed the thing since.
func (m *importer) takeBack(tx *store.Tx, l *store.ImportLine) error {
	if s := LineState(l.State); s != LineCreated && s != LineChanged {
		return nil
	}
	var b importBefore
	if err := json.Unmarshal([]byte(l.Before), &b); err != nil {
		return fmt.Errorf("admin: import: %w", err)
	}
	var err error
	switch m.form.Kind {
	case ImportDevices, ImportCompliance:
		err = m.takeBackDevice(tx, access.DeviceID(l.Object), b)
	case ImportUsers:
		err = m.takeBackUser(tx, access.UserID(l.Object), b)
	case ImportExpected:
		err = m.takeBackExpected(tx, l.Object, b)
	}
	var said *access.Error
	switch {
	case err == nil:
		l.State, l.Result = string(LineUndone), "Taken back: as it was before."
	case access.KindOf(err) == access.KindNotFound:
		l.State, l.Result = string(LineKept), "It is gone already."
	case errors.As(err, &said) && (said.Kind == access.KindConflict || said.Kind == access.KindInvalid):
		l.State, l.Result = string(LineKept), said.Text
	default:
		return err
	}
	return nil
}

func errChangedSince() error {
	return access.Conflict("admin: import", "It stays: somebody has changed it since.")
}

func (m *importer) takeBackDevice(tx *store.Tx, id access.DeviceID, b importBefore) error {
	d, err := tx.FindRegistered(id)
	if err != nil {
		return err
	}
	if d.Version != b.Version {
		return errChangedSince()
	}
	if b.Device == nil {
		return m.admin.deleteDevice(tx, m.who, d, "undo of "+m.reason())
	}
	before, old := *d, *b.Device
	old.Version = d.Version
	if err := tx.SaveRegistered(&old); err != nil {
		return err
	}
	tx.Audit(entry(m.who, eventUndo, linking.Name(&old), string(old.ID), deviceWords(&before, &old)+"; "+m.reason()))
	return linking.Device(tx, &old)
}

func (m *importer) takeBackUser(tx *store.Tx, id access.UserID, b importBefore) error {
	u, err := tx.FindUser(id)
	if err != nil {
		return err
	}
	if u.Version != b.Version {
		return errChangedSince()
	}
	if b.User == nil {
		if err := tx.DeleteUser(id); err != nil {
			return err
		}
		tx.Audit(entry(m.who, string(access.VerbDeleteUser), u.Name, string(id), beforeAfter(userState(u.Disabled), "deleted", "undo of "+m.reason())))
		return linking.Accounts(tx, u.Accounts...)
	}
	before, old := *u, *b.User
	old.Version = u.Version
	if err := m.admin.saveUser(tx, &before, &old); err != nil {
		return err
	}
	tx.Audit(entry(m.who, eventUndo, old.Name, string(old.ID), userWords(&before, &old)+"; "+m.reason()))
	return nil
}

func (m *importer) takeBackExpected(tx *store.Tx, id string, b importBefore) error {
	if err := m.takeBackPreset(tx, b); err != nil {
		return err
	}
	x, err := tx.FindExpectedByID(id)
	if err != nil {
		return err
	}
	if x.Import != m.file.ID {
		return access.Conflict("admin: import", "It stays: another file has named it since.")
	}
	if b.Expected == nil {
		return tx.DeleteExpected(id)
	}
	return tx.SaveExpected(b.Expected)
}

// takeBackPreset undoes what was taken over of the mail server's decisions.
func (m *importer) takeBackPreset(tx *store.Tx, b importBefore) error {
	if b.Approval != "" {
		p, err := tx.FindPreApproval(b.Approval)
		if known(err) != nil {
			return err
		}
		if err == nil && p.By == m.who.Name {
			if err := tx.DeletePreApproval(b.Approval); err != nil {
				return err
			}
			tx.Audit(entry(m.who, string(access.VerbWithdrawApproval), p.Pair.String(), p.ID, beforeAfter(approvalWords(p), "withdrawn", "undo of "+m.reason())))
		}
	}
	if b.Override == nil {
		return nil
	}
	as, err := tx.FindAssociation(b.Record)
	if err != nil {
		return known(err)
	}
	if as.Version != b.At {
		return errChangedSince()
	}
	words := overrideWords(as.Override)
	as.Override = *b.Override
	if err := tx.SaveAssociation(as); err != nil {
		return err
	}
	tx.Audit(entry(m.who, eventUndo, as.Pair.String(), string(as.ID), beforeAfter(words, overrideWords(as.Override), m.reason())))
	return nil
}
