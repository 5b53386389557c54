// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"fmt"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// Audit events of what phones answer on the wire (Y-19).
const (
	eventPolicy = "policy"
	eventWipe   = "wipe"
)

// wire takes what phones have answered to policies and orders. All of it may come late, twice and in any
// order.
func (w *work) wire(a *access.Association, group []*access.Sighting) error {
	for _, s := range group {
		if s.Accepted && s.Policy != nil {
			if err := w.policy(a, *s.Policy); err != nil {
				return err
			}
		}
		if s.Accepted && s.ServerKey != "" && s.ServerKey != a.ServerKey {
			if err := w.tx.SaveServerKey(a.ID, s.ServerKey); err != nil {
				return err
			}
			a.ServerKey = s.ServerKey
		}
		if s.Wipe != nil {
			if err := w.wipe(a, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// policy keeps what a phone has made of a revision of its policy. A policy that is gone meanwhile is of no
// interest.
func (w *work) policy(a *access.Association, ack access.PolicyAck) error {
	switch ack.Answer {
	case access.PolicyApplied, access.PolicyPartial, access.PolicyRefused, access.PolicyExternal, access.PolicyIgnored:
	default:
		return nil
	}
	p, err := w.tx.FindPolicy(ack.Policy)
	if access.KindOf(err) == access.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	ack.At = w.at(ack.At)
	news, err := w.tx.SaveAck(a.ID, ack)
	if err != nil || !news {
		return err
	}
	w.tx.Audit(access.AuditEntry{Actor: linking.Actor, Event: eventPolicy, Subject: a.Pair.String(), Object: string(a.ID),
		Detail: fmt.Sprintf("policy %s, revision %d: %s", quoted(p.Name), ack.Revision, ack.Answer)})
	return nil
}

// wipe takes how far an order has come, or keeps one that the mail server itself has given.
func (w *work) wipe(a *access.Association, s *access.Sighting) error {
	r := s.Wipe
	if r.ID == "" {
		return w.serverWipe(a, s)
	}
	order, err := w.tx.FindWipe(r.ID)
	if access.KindOf(err) == access.KindNotFound {
		return nil
	}
	if err != nil || order.Association != a.ID {
		return err
	}
	if order.State == access.WipeCancelled && order.DeliveredAt.IsZero() && r.State != access.WipeAcknowledged {
		return w.toldInVain(a, order, r)
	}
	if !order.State.Follows(r.State) || r.State == access.WipeAcknowledged && !s.Accepted {
		return nil
	}
	order.State, order.Protocol, order.Addr = r.State, r.Protocol, r.Addr
	if r.State == access.WipeDelivered {
		order.DeliveredAt = w.at(r.At)
	} else {
		order.AnsweredAt = w.at(r.At)
		if order.DeliveredAt.IsZero() {
			order.DeliveredAt = order.AnsweredAt // its report has been lost, or comes later
		}
	}
	if err := w.tx.SaveWipe(order); err != nil {
		return err
	}
	w.tx.Audit(access.AuditEntry{Actor: linking.Actor, Event: eventWipe, Subject: a.Pair.String(), Object: string(a.ID),
		Detail: string(order.Kind) + " wipe: " + string(order.State)})
	if order.Kind != access.WipeFull || order.State != access.WipeAcknowledged {
		return nil
	}
	return w.phoneWiped(a, order)
}

// toldInVain notes that a gateway told a phone of an order before it heard that this was taken back. The order
// stays cancelled and is not told again; what the phone makes of it, it may still say.
func (w *work) toldInVain(a *access.Association, order *store.Wipe, r *access.WipeReport) error {
	order.DeliveredAt, order.Protocol, order.Addr = w.at(r.At), r.Protocol, r.Addr
	if err := w.tx.SaveWipe(order); err != nil {
		return err
	}
	w.tx.Audit(access.AuditEntry{Actor: linking.Actor, Event: eventWipe, Subject: a.Pair.String(), Object: string(a.ID),
		Detail: string(order.Kind) + " wipe: the phone was told before its gateway heard that the order was cancelled"})
	return nil
}

// phoneWiped says what a full wipe means beside its record: the registered device is wiped, and the other
// accounts of the phone have gone with it, which blocks none of them. A device that somebody has
// called lost or retired stays so: that refuses all of them, and what a phone says must not end it.
func (w *work) phoneWiped(a *access.Association, order *store.Wipe) error {
	if a.Device != "" {
		d, err := w.tx.FindRegistered(a.Device)
		if err != nil && access.KindOf(err) != access.KindNotFound {
			return err
		}
		switch {
		case err != nil || d.State == access.DeviceWiped:
		case d.State == access.DeviceLost || d.State == access.DeviceRetired:
			w.tx.Audit(access.AuditEntry{Actor: linking.Actor, Event: eventWipe, Subject: linking.Name(d), Object: string(d.ID),
				Detail: fmt.Sprintf("the phone is wiped; the device stays %s", d.State)})
		default:
			was := d.State
			d.State = access.DeviceWiped
			// Not SaveRegistered: what people may not hand in, an owner who is gone, must not lose what a phone says.
			if err := w.tx.SaveDevice(&d.Device); err != nil {
				return err
			}
			w.tx.Audit(access.AuditEntry{Actor: linking.Actor, Event: eventWipe, Subject: linking.Name(d), Object: string(d.ID),
				Detail: fmt.Sprintf("%s → %s", was, d.State)})
		}
	}
	others, err := w.tx.Siblings(a, 100)
	if err != nil {
		return err
	}
	for i := range others {
		if others[i].ID == a.ID {
			continue
		}
		w.tx.Audit(access.AuditEntry{Actor: linking.Actor, Event: eventWipe, Subject: others[i].Pair.String(), Object: string(others[i].ID),
			Detail: "phone reset by the wipe of " + quoted(a.Pair.Account)})
	}
	return nil
}

func (w *work) serverWipe(a *access.Association, s *access.Sighting) error {
	if !s.Accepted || s.Wipe.State != access.WipePending || a.Wipe.State == access.WipeWaiting || a.Wipe.Speaks() {
		return nil
	}
	now, err := w.tx.FindAssociation(a.ID) // as a report before this one has left it
	if err != nil || now.Wipe.State == access.WipeWaiting || now.Wipe.Speaks() {
		return err
	}
	order := &store.Wipe{Wipe: access.Wipe{Kind: access.WipeFull, State: access.WipePending, Server: true, By: linking.Actor, At: w.at(s.Wipe.At)},
		Association: a.ID, Reason: "ordered at the mail server " + s.Backend}
	if err := w.tx.CreateWipe(order); err != nil {
		return err
	}
	w.tx.Audit(access.AuditEntry{Actor: linking.Actor, Event: eventWipe, Subject: a.Pair.String(), Object: string(a.ID),
		Detail: "full wipe ordered at the mail server " + quoted(s.Backend)})
	return nil
}
