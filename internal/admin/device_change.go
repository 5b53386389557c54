// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// AddDevice registers a device by hand (M-13 is for machines). The matcher then links the records that are
// clearly its own; the result says how many. Result.ID is the new device.
func (a *Admin) AddDevice(ctx context.Context, who access.Actor, f DeviceForm, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbAddDevice, "new", act, f, func(tx *store.Tx) (outcome, error) {
		if f.Source == "" {
			f.Source = access.SourceLocal
		}
		d := &access.RegisteredDevice{Device: access.Device{State: f.State}}
		if d.State == "" {
			d.State = access.DeviceActive
		}
		if d.State != access.DeviceActive && d.State != access.DevicePending {
			return outcome{}, access.Invalid("admin: add device", "A new device is active or pending.")
		}
		if err := a.fill(tx, who, d, f); err != nil {
			return outcome{}, err
		}
		if err := tx.CreateDevice(d); err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(access.VerbAddDevice), linking.Name(d), string(d.ID), beforeAfter("not registered", string(d.State), act.Reason)))
		if err := a.matchDevice(tx, who, d); err != nil {
			return outcome{}, err
		}
		linked, err := tx.LinkedRecords(d.ID)
		if err != nil {
			return outcome{}, err
		}
		return outcome{Added: &added{Device: d.ID}, Result: Result{ID: string(d.ID), Version: d.Version,
			Text: linking.Name(d) + " is registered. " + linkedText(len(linked)) + doubtIMEI(d)}}, nil
	})
	return out.Result, err
}

// doubtIMEI says of an IMEI that it cannot be right. It is kept as it is: the paper it stands on may be wrong.
func doubtIMEI(d *access.RegisteredDevice) string {
	if !access.MisreadIMEI(d.IMEI) {
		return ""
	}
	return " Its IMEI may be mistyped: the last digit does not fit the others. It is kept, but nothing is matched by it."
}

func linkedText(n int) string {
	if n == 0 {
		return "No record is linked to it yet."
	}
	return count(n, "record is", "records are") + " linked to it."
}

// RegisterDevice makes a registered device of a phone that waits for it: what the form does not say
// is what the phone tells of itself. All records of its ActiveSync id are linked to it, by hand, but for
// those that a person has unlinked.
func (a *Admin) RegisterDevice(ctx context.Context, who access.Actor, id access.DeviceID, f DeviceForm, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbAddDevice, string(id), act, f, func(tx *store.Tx) (outcome, error) {
		d, err := a.findDevice(tx, who, id, access.VerbAddDevice, act.Version)
		if err != nil {
			return outcome{}, err
		}
		if d.State = f.State; d.State == "" {
			d.State = access.DeviceActive
		}
		if d.State != access.DeviceActive && d.State != access.DevicePending {
			return outcome{}, access.Invalid("admin: register device", "A new device is active or pending.")
		}
		eas := d.EASID
		if f.EASID != "" && !(hidden(f.EASID) && fitsCovered(eas, f.EASID)) {
			if same, ok := a.device(f.EASID); !ok || same != eas {
				return outcome{}, access.Invalid("admin: register device", "The ActiveSync device id of a phone that waits is its own and cannot be changed.")
			}
		}
		f = f.or(FormOf(d))
		f.EASID, f.Source = eas, firstOf(f.Source, access.SourceLocal)
		if err := a.write(tx, who, d, f); err != nil {
			return outcome{}, err
		}
		d.EASID = eas
		if err := a.single(tx, who, &access.RegisteredDevice{}, d); err != nil {
			return outcome{}, err
		}
		if err := tx.SaveRegistered(d); err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(access.VerbAddDevice), linking.Name(d), string(d.ID), beforeAfter("waiting", string(d.State), act.Reason)))
		linked, err := a.linkAll(tx, who, d, act.Reason)
		if err != nil {
			return outcome{}, err
		}
		return outcome{Added: &added{Device: d.ID, Linked: linked}, Result: Result{ID: string(d.ID), Version: d.Version, Text: linking.Name(d) + " is registered. " + linkedText(len(linked)) + doubtIMEI(d)}}, nil
	})
	return out.Result, err
}

// linkAll links the records of a device's ActiveSync id to it, and says which.
func (a *Admin) linkAll(tx *store.Tx, who access.Actor, d *access.RegisteredDevice, reason string) (linked []access.AssociationID, err error) {
	list, err := tx.Siblings(&access.Association{Record: access.Record{Pair: access.Pair{Device: d.EASID}}}, maxReach)
	if err != nil {
		return nil, err
	}
	for i := range list {
		as, err := tx.FindAssociation(list[i].ID)
		if err != nil {
			return linked, err
		}
		if as.Linked() || as.Link.By == access.LinkedByHand {
			continue
		}
		as.Device, as.Link = d.ID, access.Link{By: access.LinkedByHand, Who: who.Name, At: tx.Now(), Reasons: []string{"registered from this phone"}}
		if err := tx.SaveAssociation(as); err != nil {
			return linked, err
		}
		tx.Audit(entry(who, string(access.VerbLink), as.Pair.String(), string(as.ID), beforeAfter("not linked", "linked to "+linking.Name(d), reason)))
		linked = append(linked, as.ID)
	}
	return linked, a.matchDevice(tx, who, d)
}

// ChangeDevice replaces what is known of a registered device, but for its state and compliance; a pending
// one becomes active with its first check-in. The matcher then looks at the records that may be its own.
func (a *Admin) ChangeDevice(ctx context.Context, who access.Actor, id access.DeviceID, f DeviceForm, act Act) (Result, error) {
	return a.deviceVerb(ctx, who, access.VerbChangeDevice, id, act, f, func(tx *store.Tx, d *access.RegisteredDevice) error {
		return a.fill(tx, who, d, f)
	})
}

// fill writes a form into a device, which is then no other one that is registered already.
func (a *Admin) fill(tx *store.Tx, who access.Actor, d *access.RegisteredDevice, f DeviceForm) error {
	before := *d
	if err := a.write(tx, who, d, f); err != nil {
		return err
	}
	return a.single(tx, who, &before, d)
}

func (a *Admin) write(tx *store.Tx, who access.Actor, d *access.RegisteredDevice, f DeviceForm) error {
	const op = "admin: device"
	if err := validComment(f.Comment); err != nil {
		return err
	}
	switch f.Ownership {
	case "", access.OwnedByCompany, access.OwnedByEmployee:
	default:
		return access.Invalid(op, "A device belongs to the company or to the employee.")
	}
	if err := unveilDevice(d, &f); err != nil {
		return err
	}
	if f.EASID = strings.TrimSpace(f.EASID); f.EASID != "" {
		id, ok := a.device(f.EASID)
		if !ok {
			return access.Invalid(op, "This can be no ActiveSync device id.")
		}
		f.EASID = id
	}
	for _, p := range []*string{&f.Name, &f.OS, &f.OSVersion, &f.Model, &f.Manufacturer, &f.Number, &f.IMEI, &f.Serial, &f.UDID, &f.Source} {
		*p = strings.TrimSpace(*p)
	}
	if who.Scope != nil && (f.Owner == "" || d.Owner != f.Owner) {
		if err := within(tx, who, f.Owner); err != nil {
			return access.Invalid(op, "Choose an owner of one of your groups.")
		}
	}
	if d.State == access.DevicePending && d.ID != "" && d.LastCheckIn.IsZero() && !f.LastCheckIn.IsZero() {
		d.State = access.DeviceActive // its first check-in
	}
	d.Name, d.Owner, d.OS, d.OSVersion, d.Model, d.Manufacturer = f.Name, f.Owner, f.OS, f.OSVersion, f.Model, f.Manufacturer
	d.Number, d.IMEI, d.Serial, d.UDID, d.EASID, d.Ownership = f.Number, bareIMEI(f.IMEI), f.Serial, f.UDID, f.EASID, f.Ownership
	d.Source, d.Enrolled, d.LastCheckIn, d.Comment = firstOf(f.Source, access.SourceLocal), toMilli(f.Enrolled), toMilli(f.LastCheckIn), f.Comment
	if d.State != access.DeviceWaiting && d.Name == "" && d.Model == "" && d.Serial == "" && d.IMEI == "" && d.UDID == "" && d.EASID == "" {
		return access.Invalid(op, "Say at least what the device is called, its model, or one of its numbers.")
	}
	return nil
}

// or takes from other what the form leaves empty.
func (f DeviceForm) or(other DeviceForm) DeviceForm {
	for _, p := range [][2]*string{{&f.Name, &other.Name}, {&f.OS, &other.OS}, {&f.OSVersion, &other.OSVersion}, {&f.Model, &other.Model},
		{&f.Manufacturer, &other.Manufacturer}, {&f.Number, &other.Number}, {&f.IMEI, &other.IMEI}, {&f.Serial, &other.Serial},
		{&f.UDID, &other.UDID}} {
		*p[0] = firstOf(*p[0], *p[1])
	}
	if f.Owner == "" {
		f.Owner = other.Owner
	}
	return f
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// findDevice reads a device that is about to be changed by a verb, and refuses where its status does not
// allow the verb.
func (a *Admin) findDevice(tx *store.Tx, who access.Actor, id access.DeviceID, verb access.Verb, version int64) (*access.RegisteredDevice, error) {
	d, err := tx.FindRegistered(id)
	if err == nil {
		err = within(tx, who, d.Owner)
	}
	if access.KindOf(err) == access.KindNotFound {
		return nil, access.NotFound("admin: device", "This device is gone. Somebody has deleted it, or it was never there.")
	}
	if err != nil {
		return nil, err
	}
	if version != 0 && d.Version != version {
		return nil, stale(string(id), "This device")
	}
	if !deviceAllows(d.State, verb) {
		return nil, access.Conflict("admin: device", "This device is "+stateWord(d.State)+", so that this cannot be done.")
	}
	if verb == access.VerbRetire { // Y-10
		return d, frozen(tx)
	}
	return d, mayRevive(who, verb, d.State)
}

// mayRevive keeps a device that was taken out of use there, until somebody takes it back who could have
// taken it out: its phone is let through again then.
func mayRevive(who access.Actor, verb access.Verb, state access.DeviceState) error {
	if verb != access.VerbActivate || state != access.DeviceRetired && state != access.DeviceWiped || who.May(access.VerbRetire) == nil {
		return nil
	}
	return access.Forbidden(string(verb), "A device that was retired or wiped is taken back into use by those who may retire one.")
}

func stateWord(s access.DeviceState) string {
	if s == access.DeviceWaiting {
		return "waiting to be registered"
	}
	return string(s)
}

// deviceVerb changes one registered device, with its audit line, and tells what that comes to.
func (a *Admin) deviceVerb(ctx context.Context, who access.Actor, verb access.Verb, id access.DeviceID, act Act, with any,
	change func(*store.Tx, *access.RegisteredDevice) error) (Result, error) {
	out, err := a.act(ctx, who, verb, string(id), act, with, func(tx *store.Tx) (outcome, error) {
		d, err := a.findDevice(tx, who, id, verb, act.Version)
		if err != nil {
			return outcome{}, err
		}
		return a.changeDevice(tx, who, verb, d, act.Reason, change)
	})
	return out.Result, err
}

// changeDevice carries out a change: what is as it was already is neither saved nor told to anybody, so that
// whoever says the same every hour ends nobody's form and nobody's undo.
func (a *Admin) changeDevice(tx *store.Tx, who access.Actor, verb access.Verb, d *access.RegisteredDevice, reason string,
	change func(*store.Tx, *access.RegisteredDevice) error) (outcome, error) {
	before := *d
	if err := change(tx, d); err != nil {
		return outcome{}, err
	}
	if *d == before {
		return outcome{Result: Result{Version: d.Version, Text: "Nothing has changed."}}, nil
	}
	if err := tx.SaveRegistered(d); err != nil {
		return outcome{}, err
	}
	words := firstOf(deviceWords(&before, d), sourceWords(&before, d), "details") // as it is kept, with the name of its owner
	if reason != "" {
		words += "; " + reason
	}
	tx.Audit(entry(who, string(verb), linking.Name(d), string(d.ID), words))
	if err := a.matchDevice(tx, who, d); err != nil {
		return outcome{}, err
	}
	text, err := a.deviceEffect(tx, &before, d)
	if before.IMEI != d.IMEI {
		text += doubtIMEI(d)
	}
	return outcome{Device: &before, Result: Result{Version: d.Version, Text: text, Shadow: a.snapshot().Preferences().Shadow}}, err
}

// DeleteDevice forgets a registered device. Its records are unlinked and given to the matcher, which may
// find another device for them; a phone without one waits again to be registered. It cannot be undone.
func (a *Admin) DeleteDevice(ctx context.Context, who access.Actor, id access.DeviceID, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbDeleteDevice, string(id), act, nil, func(tx *store.Tx) (outcome, error) {
		d, err := a.findDevice(tx, who, id, access.VerbDeleteDevice, act.Version)
		if err != nil {
			return outcome{}, err
		}
		return a.forgetDevice(tx, who, d, act.Reason)
	})
	return out.Result, err
}

func (a *Admin) forgetDevice(tx *store.Tx, who access.Actor, d *access.RegisteredDevice, reason string) (outcome, error) {
	if err := a.staysWithin(tx, who, d.ID); err != nil {
		return outcome{}, err
	}
	linked, err := tx.LinkedRecords(d.ID)
	if err != nil {
		return outcome{}, err
	}
	if err := a.deleteDevice(tx, who, d, reason); err != nil {
		return outcome{}, err
	}
	text := linking.Name(d) + " is deleted."
	if n := len(linked); n > 0 {
		text += " " + count(n, "record is", "records are") + " no longer linked to it."
		if a.snapshot().Preferences().AutoBlock {
			text += " Unless they are linked to another device, they are blocked from now on."
		}
	}
	return outcome{Result: Result{Text: text, Shadow: a.snapshot().Preferences().Shadow}}, nil
}

func (a *Admin) deleteDevice(tx *store.Tx, who access.Actor, d *access.RegisteredDevice, reason string) error {
	linked, err := tx.LinkedRecords(d.ID)
	if err != nil {
		return err
	}
	if err := tx.DeleteDevice(d.ID); err != nil {
		return err
	}
	tx.Audit(entry(who, string(access.VerbDeleteDevice), linking.Name(d), string(d.ID), beforeAfter(string(d.State), "deleted", reason)))
	for i := range linked {
		tx.Audit(entry(who, string(access.VerbUnlink), linked[i].Pair.String(), string(linked[i].ID),
			beforeAfter("linked to "+linking.Name(d), "not linked", "the device was deleted")))
		if err := linking.Record(tx, &linked[i]); err != nil {
			return err
		}
	}
	return nil
}

func (a *Admin) undoDevice(tx *store.Tx, who access.Actor, done outcome) (outcome, error) {
	d, err := tx.FindRegistered(done.Device.ID)
	if err != nil {
		return outcome{}, err
	}
	if err := within(tx, who, d.Owner); err != nil {
		return outcome{}, err
	}
	if d.Version != done.Result.Version {
		return outcome{}, stale(string(d.ID), "This device")
	}
	before, old := *d, *done.Device
	old.Version = d.Version
	if err := tx.SaveRegistered(&old); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, eventUndo, linking.Name(&old), string(old.ID), deviceWords(&before, &old)))
	if err := a.matchDevice(tx, who, &old); err != nil {
		return outcome{}, err
	}
	return outcome{Result: Result{Version: old.Version, Text: "Undone: as it was before.", Shadow: a.snapshot().Preferences().Shadow}}, nil
}
