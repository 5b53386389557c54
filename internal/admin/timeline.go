// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Timeline gives what has happened to a record, a device or a user, the newest first (Y-19): a record with
// those that were joined into it, a device with its records, a user with devices and records. The first
// page also says what the thing itself remembers: first and last contact, what time will end.
func (a *Admin) Timeline(ctx context.Context, who access.Actor, q TimelineQuery) (Timeline, error) {
	var objects []string
	var own []Moment
	names := map[string]string{} // what moments of other things than the asked one are about
	switch {
	case q.Record != "" && q.Device == "" && q.User == "":
		d, err := a.FindAssociation(ctx, who, q.Record)
		if err != nil {
			return Timeline{}, err
		}
		objects, own = objectsOf(string(q.Record), []Row{d.Row}), append(recordMoments(&d.Row), ruledMoments(string(q.Record), d.Ruled)...)
	case q.Device != "" && q.Record == "" && q.User == "":
		d, err := a.FindDevice(ctx, who, q.Device)
		if err != nil {
			return Timeline{}, err
		}
		objects, own = objectsOf(string(q.Device), d.Linked), deviceMoments(&d.RegisteredDevice)
		nameRecords(names, d.Linked)
		for i := range d.Linked {
			own = append(own, recordMoments(&d.Linked[i])...)
		}
	case q.User != "" && q.Record == "" && q.Device == "":
		d, err := a.FindUser(ctx, who, q.User)
		if err != nil {
			return Timeline{}, err
		}
		objects = objectsOf(string(q.User), d.Records)
		nameRecords(names, d.Records)
		for i := range d.Owned {
			objects = append(objects, string(d.Owned[i].ID))
			names[string(d.Owned[i].ID)] = firstOf(d.Owned[i].Name, d.Owned[i].Model, d.Owned[i].Serial, d.Owned[i].EASID)
			own = append(own, deviceMoments(&d.Owned[i].RegisteredDevice)...)
		}
		for i := range d.Records {
			own = append(own, recordMoments(&d.Records[i])...)
		}
	default:
		return Timeline{}, access.Invalid("admin: timeline", "Ask for the timeline of one record, device or user.")
	}
	list, older, err := a.store.ListTimeline(ctx, objects, q.Before, q.Limit)
	if err == nil {
		err = a.hideLines(ctx, who, list)
	}
	if err != nil {
		return Timeline{}, err
	}
	out := Timeline{Older: older}
	for _, e := range list {
		out.Moments = append(out.Moments, Moment{At: e.At, Kind: e.Event, Who: e.Actor, Text: e.Detail, ID: e.ID, Object: e.Object})
	}
	out.Moments = append(out.Moments, span(own, list, q.Before, older)...)
	for i := range out.Moments {
		out.Moments[i].About = names[out.Moments[i].Object]
	}
	slices.SortStableFunc(out.Moments, func(x, y Moment) int { return y.At.Compare(x.At) })
	return veiledTexts(ctx, a, who, objects, out, nil)
}

// span leaves those of a thing's own moments that belong on a page: between its oldest line and the oldest
// of the page before.
func span(own []Moment, page []access.AuditEntry, before, older int64) []Moment {
	return slices.DeleteFunc(own, func(m Moment) bool {
		tooOld := older != 0 && len(page) > 0 && m.At.Before(page[len(page)-1].At)
		tooNew := before != 0 && (len(page) == 0 || !m.At.Before(page[0].At))
		return m.At.IsZero() || tooOld || tooNew
	})
}

// nameRecords names records, and those joined into them, as the first line about them does.
func nameRecords(names map[string]string, list []Row) {
	for i := range list {
		r := &list[i]
		for _, id := range objectsOf(string(r.ID), []Row{*r}) {
			names[id] = recordName(r)
		}
	}
}

func recordName(r *Row) string {
	return r.Pair.Account + " on " + firstOf(r.Model, r.RawDevice, r.Pair.Device)
}

func recordMoments(r *Row) []Moment {
	id := string(r.ID)
	list := []Moment{{At: r.FirstSync, Kind: "first-seen", Text: recordName(r), Object: id}}
	if r.LastSync.After(r.FirstSync) {
		list = append(list, Moment{At: r.LastSync, Kind: "last-seen", Text: r.Why.Text, Object: id})
	}
	if o := r.Override; o.Kind != access.NoOverride && !o.Until.IsZero() {
		list = append(list, Moment{At: o.Until, Kind: "override-ends", Text: overrideWords(o), Who: o.By, Object: id})
	}
	return list
}

// ruledMoments say since when rules speak of a record. That it was released, and by whom, the audit log says.
func ruledMoments(id string, rules []RecordRule) (list []Moment) {
	for _, r := range rules {
		kind := "held"
		if r.State == store.RuledWaiting {
			kind = "held-waiting"
		}
		list = append(list, Moment{At: r.Since, Kind: kind, Text: r.Sentence + " (" + r.Name + ")", Object: id})
	}
	return list
}

func deviceMoments(d *access.RegisteredDevice) []Moment {
	list := []Moment{{At: d.Enrolled, Kind: "enrolled", Text: d.Source, Object: string(d.ID)}}
	if d.Noncompliant != "" {
		list = append(list, Moment{At: d.ComplianceSince, Kind: "not-compliant", Text: d.Noncompliant, Who: d.ComplianceSource, Object: string(d.ID)})
	}
	return list
}

// timelineOf gives audit lines about some things. From which address something was done is for those who
// may read the audit log.
func (a *Admin) timelineOf(ctx context.Context, who access.Actor, objects []string, before int64, limit int) ([]access.AuditEntry, error) {
	list, _, err := a.store.ListTimeline(ctx, objects, before, limit)
	if err == nil {
		err = a.hideLines(ctx, who, list)
	}
	if who.May(access.VerbViewAudit) != nil {
		for i := range list {
			list[i].Addr = ""
		}
	}
	return veiledTexts(ctx, a, who, objects, list, err)
}
