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

// DeviceOutside stands for the registered device of somebody outside the actor's groups: that a record is
// linked, and refused for it, is told, which device it is and why it is refused for is not.
const DeviceOutside access.DeviceID = "outside"

// OutsideWords is what such a device is called in a sentence.
const OutsideWords = "a device that does not belong to your groups"

// horizon tells what lies in an actor's groups, asking once about each person.
type horizon struct {
	sees   func(access.UserID) (bool, error)
	people map[access.UserID]bool
}

// horizonOf gives that of an actor; nil: all is in sight.
func (a *Admin) horizonOf(ctx context.Context, who access.Actor) *horizon {
	if who.Scope == nil {
		return nil
	}
	return &horizon{people: map[access.UserID]bool{}, sees: func(id access.UserID) (bool, error) { return a.store.InScope(ctx, id, who.Scope) }}
}

// horizonIn is horizonOf inside a transaction.
func horizonIn(tx *store.Tx, who access.Actor) *horizon {
	if who.Scope == nil {
		return nil
	}
	return &horizon{people: map[access.UserID]bool{}, sees: func(id access.UserID) (bool, error) { return tx.InScope(id, who.Scope) }}
}

func (h *horizon) covers(person access.UserID) (ok bool, err error) {
	if h == nil {
		return true, nil
	}
	ok, asked := h.people[person]
	if !asked {
		if ok, err = h.sees(person); err == nil {
			h.people[person] = ok
		}
	}
	return ok, err
}

// device reports whether a device is one of somebody in the groups.
func (h *horizon) device(v access.View, id access.DeviceID) (bool, error) {
	if h == nil || id == "" {
		return true, nil
	}
	d := v.Device(id)
	if d == nil {
		return false, nil
	}
	return h.covers(d.Owner)
}

// hide takes out of a row what belongs to others.
func (h *horizon) hide(v access.View, r *Row) error {
	if h == nil {
		return nil
	}
	if ok, err := h.device(v, r.Device); err != nil {
		return err
	} else if !ok {
		r.Device, r.DeviceNumber = DeviceOutside, ""
		r.Link.Who = ""
		if r.Decision.Record != nil {
			r.Decision.Record = &r.Record
		}
	}
	if ok, err := h.device(v, r.Suggestion.Device); err != nil {
		return err
	} else if !ok {
		r.Suggestion = access.Suggestion{}
	}
	if err := h.hideWhy(&r.Decision, &r.Why); err != nil {
		return err
	}
	// What a gateway last did rests on the same device, or on one that speaks no more: who knows whose.
	if d := r.Decision.Device; strings.HasPrefix(r.Reported.Rule, "device-") && (d == nil || d.ID == DeviceOutside) {
		r.Reported.Detail = ""
	}
	return nil
}

// hideBefore takes out of a waiting device whose its phone was before, where that belongs to others.
func (h *horizon) hideBefore(d *access.RegisteredDevice) error {
	if h == nil || d.Before.ID == "" {
		return nil
	}
	ok, err := h.covers(d.Before.Owner)
	if err == nil && !ok {
		d.Before = access.FormerDevice{ID: DeviceOutside, State: d.Before.State}
	}
	return err
}

// hideWhy takes out of a verdict what belongs to others: the reason why another one's device is refused.
func (h *horizon) hideWhy(d *access.Decision, w *access.Why) error {
	if h == nil || d.Device == nil {
		return nil
	}
	ok, err := h.covers(d.Device.Owner)
	if err == nil && !ok {
		d.Device = &access.Device{ID: DeviceOutside, State: d.Device.State}
		d.Detail, w.Detail = "", ""
	}
	return err
}

// rowsFor is rows as an actor may see them.
func (a *Admin) rowsFor(ctx context.Context, who access.Actor, list []access.Association) ([]Row, error) {
	rows, err := a.rows(ctx, list)
	if err != nil {
		return nil, err
	}
	h, v := a.horizonOf(ctx, who), a.snapshot()
	for i := range rows {
		if err := h.hide(v, &rows[i]); err != nil {
			return nil, err
		}
	}
	return rows, a.acknowledge(ctx, rows)
}

// limit takes out of a preview what belongs to others. They are counted, and not named.
func (h *horizon) limit(p *Preview, before, after access.View, was, is []access.Association) error {
	if h == nil {
		return nil
	}
	records, then := map[access.AssociationID]*access.Association{}, map[access.AssociationID]*access.Association{}
	for i := range was {
		records[was[i].ID] = &was[i]
	}
	for i := range is {
		then[is[i].ID] = &is[i]
	}
	kept := p.Changes[:0]
	for _, c := range p.Changes {
		as, n := records[c.ID], then[c.ID]
		ok, err := h.covers(as.Person)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		d0, d1 := judge(before, &as.Record, p.At), judgeStranger(after, n, p.At)
		if err := h.hideWhy(&d0, &c.Before); err != nil {
			return err
		}
		if err := h.hideWhy(&d1, &c.After); err != nil {
			return err
		}
		kept = append(kept, c)
	}
	if n := len(p.Changes) - len(kept); n > 0 {
		p.Notes = append(p.Notes, count(n, "of these records belongs", "of these records belong")+" to somebody outside your groups and is not listed.")
	}
	p.Changes = kept
	return nil
}

// hideLines takes out of audit lines the names of devices and people outside the actor's groups. A name may
// be anything, so that its end cannot be told: where one is not known to be the actor's to see, the rest of
// the line goes with it.
func (a *Admin) hideLines(ctx context.Context, who access.Actor, list []access.AuditEntry) error {
	h := a.horizonOf(ctx, who)
	if h == nil {
		return nil
	}
	names, err := a.namesWithin(ctx, h, list)
	if err != nil {
		return err
	}
	for i := range list {
		list[i].Detail = withoutNames(list[i].Detail, names)
	}
	return nil
}

// namesWithin gives the names of devices and owners that audit lines may name and that the actor may see:
// those of the owners of what the lines are about.
func (a *Admin) namesWithin(ctx context.Context, h *horizon, list []access.AuditEntry) ([]string, error) {
	names := []string{"none"}
	owners := map[access.UserID]bool{}
	ids := make([]access.AssociationID, 0, len(list))
	for i := range list {
		ids = append(ids, access.AssociationID(list[i].Object))
		if d := a.snapshot().Device(access.DeviceID(list[i].Object)); d != nil {
			owners[d.Owner] = true
		}
	}
	records, err := a.store.FindAssociations(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range records {
		owners[records[i].Person] = true
		if d := a.snapshot().Device(records[i].Device); d != nil {
			owners[d.Owner] = true
		}
	}
	for owner := range owners {
		if ok, err := h.covers(owner); err != nil {
			return nil, err
		} else if !ok || owner == "" {
			continue
		}
		devices, err := a.store.DevicesOf(ctx, owner, maxNeighbours)
		if err != nil {
			return nil, err
		}
		for i := range devices {
			names = append(names, linking.Name(&devices[i]), devices[i].OwnerName)
		}
	}
	return names, nil
}

// withoutNames cuts the details of an audit line at the first name of a device, or of an owner, that is not
// among known.
func withoutNames(s string, known []string) string {
	for _, word := range []string{"linked to ", "owner: "} {
		for at, i := 0, strings.Index(s, word); i >= 0; i = strings.Index(s[at:], word) {
			at += i + len(word)
			n, ok := nameAt(s[at:], known)
			if !ok {
				return s[:at] + OutsideWords
			}
			at += n
			if rest, two := strings.CutPrefix(s[at:], " → "); two && word == "owner: " {
				at = len(s) - len(rest)
				if n, ok = nameAt(rest, known); !ok {
					return s[:at] + OutsideWords
				}
				at += n
			}
		}
	}
	return s
}

// nameAt reports how long the known name is with which a text begins, as far as it is the whole name.
func nameAt(s string, known []string) (n int, ok bool) {
	for _, name := range known {
		if rest, found := strings.CutPrefix(s, name); found && name != "" && ends(rest) && len(name) > n {
			n, ok = len(name), true
		}
	}
	return n, ok
}

// ends reports whether a name is over where the rest of a detail begins.
func ends(rest string) bool {
	for _, mark := range []string{" → ", ", score ", "; ", " ("} {
		if strings.HasPrefix(rest, mark) {
			return true
		}
	}
	return rest == ""
}
