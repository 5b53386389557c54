// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// linkBefore is how a record was linked before a verb.
type linkBefore struct {
	Device access.DeviceID `json:"device,omitempty"`
	Link   access.Link     `json:"link"`
}

// LinkAssociation links a record to a registered device by hand: the matcher leaves it alone from
// then on. That the device belongs to somebody else, or is another phone by all that is known, is for the
// person to judge; a device that is out of use is a Conflict.
func (a *Admin) LinkAssociation(ctx context.Context, who access.Actor, id access.AssociationID, device access.DeviceID, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbLink, string(id), act, device, func(tx *store.Tx) (outcome, error) {
		as, err := a.find(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		d, err := tx.FindRegistered(device)
		if err == nil {
			err = within(tx, who, d.Owner)
		}
		if err != nil && access.KindOf(err) == access.KindNotFound {
			return outcome{}, access.NotFound("admin: link", "There is no such device to link the record to.")
		}
		if err != nil {
			return outcome{}, err
		}
		return a.link(tx, who, as, d, act.Reason)
	})
	return out.Result, err
}

func (a *Admin) link(tx *store.Tx, who access.Actor, as *access.Association, d *access.RegisteredDevice, reason string) (outcome, error) {
	switch d.State {
	case access.DeviceWaiting:
		return outcome{}, access.Conflict("admin: link", "This phone waits to be registered. Register it: its records are linked to it then.")
	case access.DeviceRetired, access.DeviceWiped:
		return outcome{}, access.Conflict("admin: link", "This device is "+string(d.State)+". Activate it first, or choose another one.")
	}
	seen, err := linking.Look(tx, as)
	if err != nil {
		return outcome{}, err
	}
	link := access.Link{By: access.LinkedByHand, Who: who.Name, At: tx.Now()}
	for i := range seen.Candidates {
		if c := &seen.Candidates[i]; c.Device == d.ID {
			link.Score, link.Reasons = c.Score, c.Reasons
		}
	}
	return a.relink(tx, who, access.VerbLink, as, d.ID, link, reason)
}

// UnlinkAssociation takes a record off its registered device by hand: the matcher does not link it again.
// One that is not linked is only kept from being linked.
func (a *Admin) UnlinkAssociation(ctx context.Context, who access.Actor, id access.AssociationID, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbUnlink, string(id), act, nil, func(tx *store.Tx) (outcome, error) {
		as, err := a.find(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		return a.unlink(tx, who, as, act.Reason)
	})
	return out.Result, err
}

func (a *Admin) unlink(tx *store.Tx, who access.Actor, as *access.Association, reason string) (outcome, error) {
	return a.relink(tx, who, access.VerbUnlink, as, "", access.Link{By: access.LinkedByHand, Who: who.Name, At: tx.Now()}, reason)
}

// relink writes a link or its absence, and lets the matcher look at the phone's other accounts.
func (a *Admin) relink(tx *store.Tx, who access.Actor, verb access.Verb, as *access.Association, device access.DeviceID,
	link access.Link, reason string) (outcome, error) {
	if err := mayLeave(tx, who, as.Device, device); err != nil {
		return outcome{}, err
	}
	before := linkBefore{as.Device, as.Link}
	as.Device, as.Link = device, link
	if err := tx.SaveAssociation(as); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, string(verb), as.Pair.String(), string(as.ID), beforeAfter(a.linkWords(tx, before.Device), a.linkWords(tx, device), reason)))
	// The suggestion goes, and what the link says about the phone's other accounts is looked at.
	if err := linking.Around(tx, as); err != nil {
		return outcome{}, err
	}
	text, shadow, err := a.linkEffect(tx, as)
	return outcome{ID: as.ID, Link: &before, Result: Result{Version: as.Version, Text: text, Shadow: shadow}}, err
}

// mayLeave refuses to take a record off a device that refuses its phone, by whoever could not end that: a
// phone that is lost or not compliant is not let through by saying that it is another one.
func mayLeave(tx *store.Tx, who access.Actor, from, to access.DeviceID) error {
	if from == "" || from == to {
		return nil
	}
	d, err := tx.FindRegistered(from)
	if err != nil {
		return known(err)
	}
	why := ""
	switch { // what speaks against the phone, each on its own: one of them must not be the way around another
	case d.Noncompliant != "" && who.May(access.VerbSetCompliance) != nil:
		why = "is not compliant"
	case d.State == access.DeviceLost && who.May(access.VerbFind) != nil:
		why = "is reported lost"
	case d.State == access.DeviceRetired && who.May(access.VerbRetire) != nil:
		why = "is retired"
	}
	if why == "" {
		return nil
	}
	return access.Conflict("admin: link", "The device it is linked to "+why+", and its phone is refused for that. Taking the record off it is for those who may end that.")
}

// linkWords says to what a record is linked.
func (a *Admin) linkWords(tx *store.Tx, device access.DeviceID) string {
	if device == "" {
		return "not linked"
	}
	return "linked to " + nameOfDevice(tx, device)
}

func (a *Admin) linkEffect(tx *store.Tx, as *access.Association) (text string, shadow bool, err error) {
	v := a.snapshot()
	shadow = v.Preferences().Shadow
	text = as.Pair.Account + " on " + as.Pair.Device + " is not linked to any device."
	o, err := sight(tx, v, []access.Association{*as})
	if err != nil {
		return "", shadow, err
	}
	if as.Linked() {
		text = as.Pair.Account + " on " + as.Pair.Device + " is linked to " + nameOfDevice(tx, as.Device) + "."
	}
	if d := judge(o, &as.Record, a.now()); d.Blocked() {
		text += " It is refused: " + d.Why().Text
	} else {
		text += " Its next request passes."
	}
	return text, shadow, nil
}

// MatchAgain gives a record back to the matcher, which links it, suggests a device or neither.
func (a *Admin) MatchAgain(ctx context.Context, who access.Actor, id access.AssociationID, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbMatchAgain, string(id), act, nil, func(tx *store.Tx) (outcome, error) {
		as, err := a.find(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		return a.matchAgain(tx, who, as, act.Reason)
	})
	return out.Result, err
}

func (a *Admin) matchAgain(tx *store.Tx, who access.Actor, as *access.Association, reason string) (outcome, error) {
	before := linkBefore{as.Device, as.Link}
	as.Device, as.Link = "", access.Link{}
	if err := tx.SaveAssociation(as); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, string(access.VerbMatchAgain), as.Pair.String(), string(as.ID),
		beforeAfter(a.linkWords(tx, before.Device), "given back to the matcher", reason)))
	if err := linking.Record(tx, as); err != nil {
		return outcome{}, err
	}
	now, err := tx.FindAssociation(as.ID)
	if err != nil {
		return outcome{}, err
	}
	if err := mayLeave(tx, who, before.Device, now.Device); err != nil {
		return outcome{}, err
	}
	text, shadow, err := a.linkEffect(tx, now)
	if !now.Linked() && now.Suggestion.Device != "" {
		text += " It may belong to " + nameOfDevice(tx, now.Suggestion.Device) + ", which is not clear enough to link it."
	}
	return outcome{ID: as.ID, Link: &before, Result: Result{Version: now.Version, Text: text, Shadow: shadow}}, err
}
