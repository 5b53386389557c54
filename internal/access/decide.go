// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// Decide says whether a request may pass, and why. It is the whole order of R-3 in one place: the
// first check that speaks wins. It allocates nothing when the request passes.
//
// An account that is another name of one is judged as that one. A check that has no input yet is named at its place in the order.
func Decide(v View, f *Facts, now time.Time) Decision {
	p := v.Preferences()
	d := judge(v, f, Canonical(v, f.Pair), p, now)
	d.Heard, d.Away = f.ConsoleHeard, f.ConsoleAway
	d.Shadow = p.Shadow && d.Verdict != VerdictPass && d.Rule != RuleMalformed && d.Rule != RuleNoCredentials &&
		d.Rule != RuleClientCertificate
	return d
}

// Canonical gives the pair under the account's own name, where the one that was used is another name
// of it. An alias never points to another alias, so one look is enough.
func Canonical(v View, pair Pair) Pair {
	if a := v.Account(pair.Realm, pair.Account); a != nil && a.AliasOf != "" {
		pair.Account = a.AliasOf
	}
	return pair
}

func judge(v View, f *Facts, pair Pair, p *Preferences, now time.Time) Decision {
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
		return Decision{Verdict: VerdictChallenge, Rule: RuleStalePassword, Record: v.Record(pair)}
	case ShieldLimited:
		return Decision{Verdict: VerdictLater, Rule: RuleBruteForce, Record: v.Record(pair)}
	}
	r := v.Record(pair)
	d := Decision{Record: r}
	if r != nil && r.Wipe.Speaks() {
		return d.wipe(&r.Wipe, now)
	}
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
	if a := v.Account(pair.Realm, pair.Account); a != nil && a.Disabled {
		return d.refuse(RuleUserDisabled, "")
	}
	allowed := speaks && o.Kind == OverrideAllow
	if device, rule := deviceSpeaks(v, r, pair.Device); rule != RulePass {
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
	if b := ruling(v, r, f, ActionBlock, false, now); b != nil {
		return d.rule(RuleBlockingRule, b)
	}
	if a := v.PreApproval(pair); a.Speaks(now) {
		d.Rule, d.Detail, d.Until = RulePreApproved, a.Reason, earlier(d.Until, a.Until)
		d.Approval = a
		return d
	}
	if e := v.EASDevice(pair.Device); p.OneServerType && e != nil && e.ServerType != "" && f.ServerType != "" && e.ServerType != f.ServerType {
		return d.refuse(RuleServerType, e.ServerType)
	}
	if p.DeviceLimit > 0 && r != nil && r.Ruling != nil && r.Ruling.OverLimit {
		return d.refuse(RuleDeviceLimit, "")
	}
	if b := ruling(v, r, f, ActionQuarantine, false, now); b != nil {
		return d.rule(RuleQuarantine, b)
	}
	if f.ConsoleAway {
		if rule := away(r, f, p, now); rule != RulePass {
			return d.refuse(rule, "")
		}
		if stale := f.ConsoleHeard.Add(p.MaxVerdictAge); r != nil && p.MaxVerdictAge > 0 && now.Before(stale) {
			d.Until = earlier(d.Until, stale)
		}
	}
	if p.AutoBlock {
		switch {
		case r == nil || !r.Linked():
			return d.refuse(RuleUnregistered, "")
		case r.UserUnknown && p.UnknownUsersUnregistered:
			return d.refuse(RuleUnknownUser, "")
		}
	}
	if b := ruling(v, r, f, ActionBlock, true, now); b != nil {
		return d.rule(RuleCommandFilter, b)
	}
	if !f.Key.Passes() {
		d.Verdict, d.Rule, d.Policy = VerdictProvision, RuleProvisioning, f.Policy
		return d
	}
	if f.Crowded {
		d.Verdict, d.Rule = VerdictLater, RuleStorm
		return d
	}
	return d.warn(v, r, f, now)
}

// rule is what a blocking rule says against a request.
func (d Decision) rule(rule Rule, b *Blocking) Decision {
	d.Blocking = b
	return d.refuse(rule, b.Name)
}

// warn lets a request pass and names the rule that would rather not.
func (d Decision) warn(v View, r *Record, f *Facts, now time.Time) Decision {
	b := ruling(v, r, f, ActionWarn, false, now)
	if b == nil {
		b = ruling(v, r, f, ActionWarn, true, now)
	}
	if b != nil {
		d.Rule, d.Detail, d.Blocking = RuleWarned, b.Name, b
	}
	return d
}

// wipe says what an order means for a request: the phone has to fetch it, as soon as it may be told.
func (d Decision) wipe(w *Wipe, now time.Time) Decision {
	switch {
	case w.State.Wiped():
		return d.refuse(RuleWiped, "")
	case w.Due(now):
		d.Verdict, d.Rule = VerdictProvision, RuleWipe
		return d
	}
	d.Until = w.NotBefore
	return d.refuse(RuleWipe, "")
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

// speaks says what a device has against its phone. That it was wiped is nothing: the order, or what it has
// become, speaks for the record that it was given for, and for no other account of the phone.
func (d *Device) speaks() Rule {
	switch {
	case d.State == DeviceRetired:
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
	if b.IsZero() {
		return a
	}
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
