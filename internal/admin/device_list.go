// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// ListDevices gives one page of the Devices page.
func (a *Admin) ListDevices(ctx context.Context, who access.Actor, q DeviceQuery) (DevicePage, error) {
	if err := who.May(access.VerbView); err != nil {
		return DevicePage{}, err
	}
	sq, err := a.query(ctx, who, Query(q))
	if err != nil {
		return DevicePage{}, err
	}
	p, err := a.store.ListDevices(ctx, store.DeviceQuery(sq))
	if err != nil {
		return DevicePage{}, err
	}
	rows, err := a.deviceRowsFor(ctx, who, p.Rows)
	return veiled(ctx, a, who, DevicePage{Rows: rows, PageMarks: marks(p.PageMarks)}, err)
}

func marks(m store.PageMarks) PageMarks {
	return PageMarks{Next: m.Next, Prev: m.Prev, Total: int(m.Total), TotalIsMore: m.TotalIsMore, SearchOrder: m.SearchOrder, Partial: m.Partial}
}

// deviceRowsFor is devices as an actor may see them.
func (a *Admin) deviceRowsFor(ctx context.Context, who access.Actor, list []access.RegisteredDevice) ([]DeviceRow, error) {
	out, h := make([]DeviceRow, len(list)), a.horizonOf(ctx, who)
	for i := range list {
		if err := h.hideBefore(&list[i]); err != nil {
			return nil, err
		}
		out[i] = deviceRow(&list[i])
	}
	return out, nil
}

func deviceRow(d *access.RegisteredDevice) DeviceRow {
	return DeviceRow{RegisteredDevice: *d, Actions: DeviceActions(d.State)}
}

// CountDevices says how many devices there are in each state. Who is limited to some groups is told
// nothing about the others: the counts are empty.
func (a *Admin) CountDevices(ctx context.Context, who access.Actor) (store.DeviceCounts, error) {
	if err := who.May(access.VerbView); err != nil {
		return store.DeviceCounts{}, err
	}
	if who.Scope != nil {
		return a.countDevices(ctx, who)
	}
	return a.store.CountDevices(ctx)
}

// countDevices counts the devices of a scope; of more than can be looked at, as many as were.
func (a *Admin) countDevices(ctx context.Context, who access.Actor) (store.DeviceCounts, error) {
	c := store.DeviceCounts{States: map[access.DeviceState]int64{}}
	total := func(show store.Show) (int64, error) {
		p, err := a.store.ListDevices(ctx, store.DeviceQuery{Show: show, Limit: 1, Scope: who.Scope})
		return p.Total, err
	}
	for _, state := range []access.DeviceState{access.DevicePending, access.DeviceActive, access.DeviceLost, access.DeviceRetired, access.DeviceWiped} {
		n, err := total(store.Show(state))
		if err != nil {
			return c, err
		}
		if n > 0 {
			c.States[state] = n
		}
	}
	var err error
	c.Noncompliant, err = total(store.ShowNoncompliant)
	return c, err
}

// DevicesByID gives the present state of rows that a page shows, in the order asked for. Those that are
// gone are left out.
func (a *Admin) DevicesByID(ctx context.Context, who access.Actor, ids []access.DeviceID) ([]DeviceRow, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	if len(ids) > 500 {
		return nil, access.Invalid("admin: devices", "Ask for at most 500 devices at once.")
	}
	list, err := a.store.FindDevices(ctx, ids)
	if err != nil {
		return nil, err
	}
	inOrder(list, ids, func(d *access.RegisteredDevice) access.DeviceID { return d.ID })
	list, err = visible(ctx, a, who, list, func(d *access.RegisteredDevice) access.UserID { return d.Owner })
	if err != nil {
		return nil, err
	}
	rows, err := a.deviceRowsFor(ctx, who, list)
	return veiled(ctx, a, who, rows, err)
}

// inOrder puts what was found by ids into their order.
func inOrder[T any, ID comparable](list []T, ids []ID, of func(*T) ID) {
	place := make(map[ID]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(list, func(x, y T) int { return place[of(&x)] - place[of(&y)] })
}

// ExportDevices hands every device that q chooses to fn, in the order of the list. That somebody exports
// is audited.
func (a *Admin) ExportDevices(ctx context.Context, who access.Actor, q DeviceQuery, fn func(DeviceRow) error) error {
	if err := a.exporting(ctx, who, "Devices", Query(q)); err != nil {
		return err
	}
	fn, err := veiledEach(ctx, a, who, fn)
	if err != nil {
		return err
	}
	sq, err := a.query(ctx, who, Query(q))
	if err != nil {
		return err
	}
	h := a.horizonOf(ctx, who)
	return a.store.EachDevice(ctx, store.DeviceQuery(sq), func(d *access.RegisteredDevice) error {
		if err := h.hideBefore(d); err != nil {
			return err
		}
		return fn(deviceRow(d))
	})
}

// exporting writes down that somebody takes a list away.
func (a *Admin) exporting(ctx context.Context, who access.Actor, what string, q Query) error {
	if err := who.May(access.VerbExport); err != nil {
		a.refused(ctx, who, string(access.VerbExport), "", err)
		return err
	}
	return a.store.WithTx(ctx, func(tx *store.Tx) error {
		tx.Audit(entry(who, string(access.VerbExport), what, "", q.words()))
		return nil
	})
}

// FindDevice gives a device with its owner and the records it has to do with.
func (a *Admin) FindDevice(ctx context.Context, who access.Actor, id access.DeviceID) (DeviceDetails, error) {
	if err := who.May(access.VerbView); err != nil {
		return DeviceDetails{}, err
	}
	d, err := a.store.FindRegistered(ctx, id)
	if err == nil {
		err = a.mayTouch(ctx, who, d.Owner)
	}
	if err != nil && access.KindOf(err) == access.KindNotFound {
		return DeviceDetails{}, access.NotFound("admin: device", "This device is gone. Somebody has deleted it, or it was never there.")
	}
	if err != nil {
		return DeviceDetails{}, err
	}
	if err := a.horizonOf(ctx, who).hideBefore(d); err != nil {
		return DeviceDetails{}, err
	}
	out := DeviceDetails{DeviceRow: deviceRow(d)}
	if d.Owner != "" {
		u, err := a.store.FindUser(ctx, d.Owner)
		if err != nil && access.KindOf(err) != access.KindNotFound {
			return DeviceDetails{}, err
		}
		if err == nil {
			out.User = u
		}
	}
	if err := a.around(ctx, who, d, &out); err != nil {
		return DeviceDetails{}, err
	}
	t, err := a.timelineOf(ctx, who, objectsOf(string(id), out.Linked), 0, maxTimeline)
	out.Timeline = t
	return veiled(ctx, a, who, out, err)
}

// around finds the records a device has to do with.
func (a *Admin) around(ctx context.Context, who access.Actor, d *access.RegisteredDevice, out *DeviceDetails) error {
	var linked, reached, unlinked, suggested, lives []access.Association
	err := a.store.WithTx(ctx, func(tx *store.Tx) error {
		linked, reached, unlinked, suggested, lives = nil, nil, nil, nil, nil
		if d.State == access.DeviceWaiting {
			list, err := tx.Siblings(&access.Association{Record: access.Record{Pair: access.Pair{Device: d.EASID}}}, maxNeighbours)
			linked = list
			return err
		}
		list, err := reach(tx, d.ID)
		if err != nil {
			return err
		}
		for _, as := range list {
			if as.Device == d.ID {
				linked = append(linked, as)
			} else {
				reached = append(reached, as)
			}
		}
		if unlinked, err = unlinkedOf(tx, d); err != nil {
			return err
		}
		candidates, err := tx.RecordCandidates(d)
		for _, as := range candidates {
			if as.Suggestion.Device == d.ID && !as.Linked() && !holds(unlinked, as.ID) {
				suggested = append(suggested, as)
			}
		}
		if err == nil {
			lives, err = livesOf(tx, linked, slices.Concat(reached, unlinked, suggested))
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, l := range []struct {
		from []access.Association
		to   *[]Row
	}{{linked, &out.Linked}, {reached, &out.Reached}, {unlinked, &out.Loose}, {suggested, &out.Suggested}, {lives, &out.Lives}} {
		list, err := a.visible(ctx, who, l.from)
		if err != nil {
			return err
		}
		if *l.to, err = a.rowsFor(ctx, who, list); err != nil {
			return err
		}
	}
	return nil
}

// unlinkedOf gives the records of the phone a device in use is registered under that hang on nothing, while no
// record is linked to it.
func unlinkedOf(tx *store.Tx, d *access.RegisteredDevice) ([]access.Association, error) {
	if d.Unlinked == 0 {
		return nil, nil
	}
	list, err := tx.Siblings(&access.Association{Record: access.Record{Pair: access.Pair{Device: d.EASID}}}, maxNeighbours)
	return slices.DeleteFunc(list, func(as access.Association) bool { return as.Linked() }), err
}

func holds(list []access.Association, id access.AssociationID) bool {
	return slices.ContainsFunc(list, func(as access.Association) bool { return as.ID == id })
}

// livesOf gives the records of the same phones under other device ids, before and since (Y-05), that are in
// neither list.
func livesOf(tx *store.Tx, linked, others []access.Association) (list []access.Association, err error) {
	seen, ids := map[access.AssociationID]bool{}, make([]access.AssociationID, len(linked))
	for _, as := range others {
		seen[as.ID] = true
	}
	for i := range linked {
		ids[i] = linked[i].ID
		seen[linked[i].ID] = true
	}
	since, err := tx.SuccessorsOf(ids)
	if err != nil {
		return nil, err
	}
	for i := range linked {
		if linked[i].Replaces == "" || seen[linked[i].Replaces] {
			continue
		}
		before, err := tx.FindAssociation(linked[i].Replaces)
		if known(err) != nil {
			return nil, err
		}
		if err == nil {
			since = append(since, *before)
		}
	}
	for _, as := range since {
		if !seen[as.ID] {
			seen[as.ID] = true
			list = append(list, as)
		}
	}
	return list, nil
}

// objectsOf names a thing and the records around it, for a timeline.
func objectsOf(id string, rows []Row) []string {
	list := []string{id}
	for i := range rows {
		list = append(list, string(rows[i].ID))
		for _, m := range rows[i].MergedFrom {
			list = append(list, string(m))
		}
	}
	return list
}

// deviceWords lists the differences of two states of a device, for the audit log. Numbers of people and
// devices are not repeated there: that they have changed is.
func deviceWords(b, n *access.RegisteredDevice) string {
	var parts []string
	diff := func(name, was, is string) {
		if was != is {
			parts = append(parts, fmt.Sprintf("%s: %s → %s", name, orNone(was), orNone(is)))
		}
	}
	diff("state", string(b.State), string(n.State))
	diff("name", b.Name, n.Name)
	diff("owner", b.OwnerName, n.OwnerName)
	diff("compliance", complianceWord(b), complianceWord(n))
	diff("model", b.Model, n.Model)
	diff("manufacturer", b.Manufacturer, n.Manufacturer)
	diff("OS", strings.TrimSpace(b.OS+" "+b.OSVersion), strings.TrimSpace(n.OS+" "+n.OSVersion))
	diff("ownership", string(b.Ownership), string(n.Ownership))
	diff("source", b.Source, n.Source)
	diff("ActiveSync device id", b.EASID, n.EASID)
	diff("comment", b.Comment, n.Comment)
	diff("enrolled", dateWord(b.Enrolled), dateWord(n.Enrolled))
	for _, f := range []struct{ name, was, is string }{{"number", b.Number, n.Number}, {"IMEI", b.IMEI, n.IMEI},
		{"serial number", b.Serial, n.Serial}, {"UDID", b.UDID, n.UDID}} {
		if f.was != f.is {
			parts = append(parts, f.name+" changed")
		}
	}
	if len(parts) == 0 && !b.LastCheckIn.Equal(n.LastCheckIn) {
		parts = append(parts, "last check-in: "+dateWord(n.LastCheckIn))
	}
	return strings.Join(parts, "; ")
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

func complianceWord(d *access.RegisteredDevice) string {
	switch {
	case d.Noncompliant != "":
		return "not compliant (" + d.Noncompliant + ")"
	case d.Compliance == "":
		return string(access.ComplianceUnknown)
	}
	return string(d.Compliance)
}

// count says how many of something there are.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// nameOfDevice is how a device is called, by its id.
func nameOfDevice(tx *store.Tx, id access.DeviceID) string {
	if id == "" {
		return "no device"
	}
	d, err := tx.FindRegistered(id)
	if err != nil {
		return "a device that is gone"
	}
	return linking.Name(d)
}
