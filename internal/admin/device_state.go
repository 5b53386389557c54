// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// ActivateDevice takes a pending device into use, and a retired or wiped one back into use.
func (a *Admin) ActivateDevice(ctx context.Context, who access.Actor, id access.DeviceID, act Act) (Result, error) {
	return a.become(ctx, who, access.VerbActivate, id, act)
}

// LoseDevice says that a device is lost: every record of the phone is refused, linked or not,
// and no Allow speaks against it.
func (a *Admin) LoseDevice(ctx context.Context, who access.Actor, id access.DeviceID, act Act) (Result, error) {
	return a.become(ctx, who, access.VerbLose, id, act)
}

// FoundDevice says that a lost device is back.
func (a *Admin) FoundDevice(ctx context.Context, who access.Actor, id access.DeviceID, act Act) (Result, error) {
	return a.become(ctx, who, access.VerbFind, id, act)
}

// RetireDevice takes a device out of use: every record of the phone is refused. Its records stay linked.
func (a *Admin) RetireDevice(ctx context.Context, who access.Actor, id access.DeviceID, act Act) (Result, error) {
	return a.become(ctx, who, access.VerbRetire, id, act)
}

func (a *Admin) become(ctx context.Context, who access.Actor, verb access.Verb, id access.DeviceID, act Act) (Result, error) {
	return a.deviceVerb(ctx, who, verb, id, act, nil, func(tx *store.Tx, d *access.RegisteredDevice) error {
		return become(verb, d, ComplianceForm{}, tx.Now())
	})
}

// become does to a device what a verb says.
func become(verb access.Verb, d *access.RegisteredDevice, f ComplianceForm, now time.Time) error {
	switch verb {
	case access.VerbActivate, access.VerbFind:
		d.State = access.DeviceActive
	case access.VerbLose:
		d.State = access.DeviceLost
	case access.VerbRetire:
		d.State = access.DeviceRetired
	case access.VerbSetCompliance:
		f.apply(d, now)
	default:
		return access.Invalid("admin: device", "There is no preview of this.")
	}
	return nil
}

// SetCompliance says whether a device keeps its security policy (M-06, M-08). What it says reaches every
// record of the phone, linked or not.
func (a *Admin) SetCompliance(ctx context.Context, who access.Actor, id access.DeviceID, f ComplianceForm, act Act) (Result, error) {
	if err := f.validate(a.now()); err != nil {
		return Result{}, err
	}
	return a.deviceVerb(ctx, who, access.VerbSetCompliance, id, act, f, func(tx *store.Tx, d *access.RegisteredDevice) error {
		var err error
		if f.Reasons, err = unveilReasons(d, f.Reasons); err != nil {
			return err
		}
		return become(access.VerbSetCompliance, d, f, tx.Now())
	})
}

func (f *ComplianceForm) validate(now time.Time) error {
	const op = "admin: compliance"
	switch f.Compliance {
	case access.ComplianceUnknown, access.Compliant:
		if len(f.Reasons) > 0 {
			return access.Invalid(op, "Only a device that is not compliant has reasons.")
		}
	case access.NotCompliant:
		if strings.TrimSpace(strings.Join(f.Reasons, "")) == "" {
			return access.Invalid(op, "Say why the device is not compliant: the reason is what the help desk and the owner are told.")
		}
	default:
		return access.Invalid(op, "A device is compliant, not compliant, or that is unknown.")
	}
	if f.Since.After(now.Add(time.Minute)) {
		return access.Invalid(op, "The moment since when must not lie in the future.")
	}
	if len(strings.Join(f.Reasons, "; ")) > maxReason {
		return access.Invalid(op, "The reasons are too long.")
	}
	return nil
}

func (f *ComplianceForm) apply(d *access.RegisteredDevice, now time.Time) {
	reasons := make([]string, 0, len(f.Reasons))
	for _, r := range f.Reasons {
		if r = strings.TrimSpace(r); r != "" {
			reasons = append(reasons, r)
		}
	}
	if since := f.Since; d.Compliance != f.Compliance || !since.IsZero() {
		if since.IsZero() {
			since = now
		}
		d.ComplianceSince = toMilli(since)
	}
	d.Compliance, d.Noncompliant, d.ComplianceSource = f.Compliance, strings.Join(reasons, "; "), firstOf(f.Source, access.SourceLocal)
}

// sourceWords says that somebody else says the same of a device, or of another day.
func sourceWords(b, n *access.RegisteredDevice) string {
	switch {
	case b.ComplianceSource != n.ComplianceSource:
		return "compliance said by: " + orNone(b.ComplianceSource) + " → " + orNone(n.ComplianceSource)
	case !b.ComplianceSince.Equal(n.ComplianceSince):
		return "compliance since: " + orNone(dateWord(b.ComplianceSince)) + " → " + orNone(dateWord(n.ComplianceSince))
	}
	return ""
}

// toMilli is a moment as the store keeps it, so that the same one is the same.
func toMilli(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMilli(t.UnixMilli()).UTC()
}

// maxReach is how many records of a phone are looked at to say what a change of its device does.
const maxReach = 1000

// reach gives every record that a device's state and compliance speak about: those linked to it, and
// those that share the ActiveSync id of one of them.
func reach(tx *store.Tx, id access.DeviceID) (list []access.Association, err error) {
	linked, err := tx.LinkedRecords(id)
	if err != nil {
		return nil, err
	}
	all, err := wholePhones(tx, linked)
	if err != nil {
		return nil, err
	}
	// Those that are linked come first: of a device of very many they are what counts.
	seen := map[access.AssociationID]bool{}
	for _, as := range append(linked, all...) {
		if !seen[as.ID] && len(list) < maxReach {
			seen[as.ID] = true
			list = append(list, as)
		}
	}
	return list, nil
}

// deviceEffect says what a change of a device has come to: how many records it reaches, and what becomes
// of them.
func (a *Admin) deviceEffect(tx *store.Tx, before, after *access.RegisteredDevice) (string, error) {
	name := linking.Name(after)
	if before.Device == after.Device {
		return name + " is changed.", nil
	}
	list, err := reach(tx, after.ID)
	if err != nil {
		return "", err
	}
	text := name + " " + changeWord(before, after) + "."
	if before.State == after.State && before.Noncompliant == after.Noncompliant {
		return text, nil
	}
	v, now := a.snapshot(), a.now()
	seen, err := sight(tx, v, list)
	if err != nil {
		return "", err
	}
	var blocked, passing int
	for i := range list {
		if d := judge(seen, &list[i].Record, now); d.Blocked() {
			blocked++
		} else {
			passing++
		}
	}
	switch {
	case len(list) == 0:
		return text + " No phone is linked to it, so nobody is refused or let through by it.", nil
	case passing == 0:
		text += " " + reaches(len(list)) + ", which " + isAre(blocked) + " refused from the next request on."
	case blocked == 0:
		text += " " + reaches(len(list)) + ", which may sync."
	default:
		text += " " + reaches(len(list)) + ": " + count(blocked, "is", "are") + " refused, " + count(passing, "may", "may") + " sync."
	}
	if blocked > 0 && v.Preferences().Shadow {
		text += " Shadow mode is on: nothing is refused until you turn enforcement on."
	}
	return text, nil
}

func reaches(n int) string { return "This reaches " + count(n, "record", "records") }

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// changeWord is what has become of a device.
func changeWord(before, after *access.RegisteredDevice) string {
	switch {
	case before.State != after.State && after.State == access.DeviceLost:
		return "is marked lost"
	case before.State == access.DeviceLost && after.State == access.DeviceActive:
		return "is found and active again"
	case before.State != after.State && after.State == access.DeviceActive:
		return "is active"
	case before.State != after.State:
		return "is " + string(after.State)
	case before.Noncompliant == after.Noncompliant:
		return "is changed"
	case after.Noncompliant != "":
		return "is not compliant: " + after.Noncompliant
	case after.Compliance == access.ComplianceUnknown:
		return "is no longer known not to be compliant"
	}
	return "is compliant again"
}
