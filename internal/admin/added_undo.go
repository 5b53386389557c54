// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// added is what was made: one of both ids is set. Linked are the records that registering a phone that
// waited has linked.
type added struct {
	Device access.DeviceID        `json:"device,omitempty"`
	User   access.UserID          `json:"user,omitempty"`
	Linked []access.AssociationID `json:"linked,omitempty"`
}

// undoAdd makes what was added go again, unless somebody has done something with it since.
func (a *Admin) undoAdd(tx *store.Tx, who access.Actor, done outcome) (outcome, error) {
	if done.Added.User != "" {
		return a.undoAddUser(tx, who, done)
	}
	return a.undoAddDevice(tx, who, done)
}

func (a *Admin) undoAddUser(tx *store.Tx, who access.Actor, done outcome) (outcome, error) {
	u, err := a.findUser(tx, who, done.Added.User, done.Result.Version)
	if err != nil {
		return outcome{}, err
	}
	if u.Devices > 0 {
		return outcome{}, access.Conflict("admin: undo", count(u.Devices, "device belongs", "devices belong")+
			" to "+u.Name+" by now. Delete the user instead, if that is what you want.")
	}
	if err := tx.DeleteUser(u.ID); err != nil {
		return outcome{}, err
	}
	if err := linking.Accounts(tx, u.Accounts...); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, eventUndo, u.Name, string(u.ID), beforeAfter("a user", "as if never added", "")))
	return outcome{Result: Result{Text: "Undone: " + u.Name + " is no user any more."}}, nil
}

// undoAddDevice unlinks what the device was linked to and gives it back to the matcher. A phone that had
// waited for being registered waits again: the store sees to it when its last link goes.
func (a *Admin) undoAddDevice(tx *store.Tx, who access.Actor, done outcome) (outcome, error) {
	d, err := a.findDevice(tx, who, done.Added.Device, access.VerbDeleteDevice, done.Result.Version)
	if err != nil {
		return outcome{}, err
	}
	linked, err := tx.LinkedRecords(d.ID)
	if err != nil {
		return outcome{}, err
	}
	for i := range linked {
		if linked[i].Link.By == access.LinkedByHand && !slices.Contains(done.Added.Linked, linked[i].ID) {
			return outcome{}, access.Conflict("admin: undo", "A record has been linked to "+linking.Name(d)+
				" by hand since. Delete the device instead, if that is what you want.")
		}
	}
	if err := tx.DeleteDevice(d.ID); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, eventUndo, linking.Name(d), string(d.ID), beforeAfter(string(d.State), "as if never added", "")))
	for i := range linked {
		tx.Audit(entry(who, eventUndo, linked[i].Pair.String(), string(linked[i].ID), beforeAfter("linked to "+linking.Name(d), "not linked", "")))
		if err := linking.Record(tx, &linked[i]); err != nil {
			return outcome{}, err
		}
	}
	text := "Undone: " + linking.Name(d) + " is no registered device any more."
	if len(done.Added.Linked) > 0 {
		text += " The phone waits again."
	}
	return outcome{Result: Result{Text: text, Shadow: a.snapshot().Preferences().Shadow}}, nil
}
