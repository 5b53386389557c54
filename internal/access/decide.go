// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// Decide says whether a request may pass, and why. It is the whole order of R-3 in one place: the
// first check that speaks wins. It allocates nothing when the request passes.
//
// Checks that have no input yet are named at their place in the order.
func Decide(v View, f *Facts, now time.Time) Decision {
	p := v.Preferences()
	d := judge(v, f, p, now)
	d.Heard, d.Away = f.ConsoleHeard, f.ConsoleAway
	d.Shadow = p.Shadow && d.Verdict != VerdictPass && d.Rule != RuleMalformed && d.Rule != RuleNoCredentials &&
		d.Rule != RuleClientCertificate
	return d
}

func judge(v View, f *Facts, p *Preferences, now time.Time) Decision {
	if f.Malformed != "" {
		return Decision{Verdict: VerdictReject, Rule: RuleMalformed, Detail: f.Malformed}
	}
	if f.ClientCertificate {
		return Decision{Verdict: VerdictRefuse, Rule: RuleClientCertificate}
	}
	switch f.Shield {
	case ShieldNoAccount:
		return Decision{Verdict: VerdictChallenge, Rule: RuleNoCredentials}
	case ShieldStale:
		return Decision{Verdict: VerdictChallenge, Rule: RuleStalePassword, Record: v.Record(f.Pair)}
	case ShieldLimited:
		return Decision{Verdict: VerdictLater, Rule: RuleBruteForce, Record: v.Record(f.Pair)}
	}
	r := v.Record(f.Pair)
	d := Decision{Record: r}
	// Wipe pending or wiped: speaks here.
	var o Override
	if r != nil {
		o = r.Override
	}
	speaks := o.Speaks(now)
	if speaks {
		d.Until = o.Until
	}
	if speaks && o.Kind == OverrideBlock {
		return d.refuse(RuleManualBlock, o.Reason)
	}
	if a := v.Account(f.Pair.Realm, f.Pair.Account); a != nil && a.Disabled {
		return d.refuse(RuleUserDisabled, "")
	}
	allowed := speaks && o.Kind == OverrideAllow
	if device, rule := deviceSpeaks(v, r, f.Pair.Device); rule != RulePass {
		if rule != RuleDeviceNoncompliant || !allowed || !p.AllowOverridesCompliance {
			d.Device = device
			return d.refuse(rule, device.Noncompliant)
		}
	}
	if f.OtherUser && p.RefuseOtherUser { // beside R-3: no Allow is meant for somebody who poses as another
		return d.refuse(RuleOtherUser, "")
	}
	if allowed {
		d.Rule, d.Detail = RuleManualAllow, o.Reason
		return d
	}
	// Blocking rules, pre-approved pairs, one server type per device, the device limit of a
	// mailbox and quarantine speak here, in this order.
	if f.ConsoleAway {
		if rule := away(r, f, p, now); rule != RulePass {
			return d.refuse(rule, "")
		}
		if stale := f.ConsoleHeard.Add(p.MaxVerdictAge); r != nil && p.MaxVerdictAge > 0 && now.Before(stale) {
			d.Until = earlier(d.Until, stale)
		}
	}
	if p.AutoBlock && (r == nil || !r.Linked()) {
		return d.refuse(RuleUnregistered, "")
	}
	// The command filter, provisioning and storm admission speak here, in this order.
	return d
}

func (d Decision) refuse(rule Rule, detail string) Decision {
	d.Verdict, d.Rule, d.Detail = VerdictRefuse, rule, detail
	return d
}

// deviceSpeaks gives the first registered device that speaks against the request: the one the record
// is linked to and, by R-14, every one that shares its ActiveSync device id. Retired and lost speak
// before "not compliant", whichever device they belong to.
func deviceSpeaks(v View, r *Record, id string) (*Device, Rule) {
	var worst *Device
	rule := RulePass
	look := func(device DeviceID) {
		dev := v.Device(device)
		if dev == nil {
			return
		}
		if s := dev.speaks(); s != RulePass && (rule == RulePass || s < rule) {
			worst, rule = dev, s
		}
	}
	if r != nil && r.Device != "" {
		look(r.Device)
	}
	if e := v.EASDevice(id); e != nil {
		for _, device := range e.Devices {
			look(device)
		}
	}
	return worst, rule
}

func (d *Device) speaks() Rule {
	switch {
	case d.State == DeviceRetired || d.State == DeviceWiped:
		return RuleDeviceRetired
	case d.State == DeviceLost:
		return RuleDeviceLost
	case d.Noncompliant != "":
		return RuleDeviceNoncompliant
	}
	return RulePass
}

// away says what the console's absence means for a pair: a known one lives on its last known verdict
// for a while, an unknown one is judged by the preference (Y-14).
func away(r *Record, f *Facts, p *Preferences, now time.Time) Rule {
	fresh := p.MaxVerdictAge == 0 || now.Before(f.ConsoleHeard.Add(p.MaxVerdictAge))
	switch {
	case r != nil && fresh:
		return RulePass
	case p.UnknownWhenAway == AnswerPass:
		return RulePass
	case r != nil:
		return RuleStaleVerdict
	}
	return RuleUnknownConsoleAway
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
