// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Every rule has its sentence for the help desk, and the verb that solves it or what to tell the user.
func TestEveryRuleIsExplainedWithWhatSolvesIt(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC)
	at := time.Date(2026, 11, 21, 9, 12, 0, 0, time.UTC)
	r := func(change ...func(*Row)) *Row {
		r := &Row{Association: access.Association{Record: access.Record{ID: "record"}, Person: "user", LastSync: at, LastSuccess: at}}
		r.Reported.At = at
		for _, f := range change {
			f(r)
		}
		return r
	}
	device := func(state access.DeviceState, reason string) *access.RegisteredDevice {
		return &access.RegisteredDevice{Device: access.Device{ID: "device", State: state, Noncompliant: reason}, ComplianceSince: at}
	}
	blocked := func(r *Row) {
		r.Override = access.Override{Kind: access.OverrideBlock, By: "alice", Reason: "left the company.", At: at.AddDate(0, 0, -2)}
	}
	old := &access.Blocking{Name: "Old iOS", Kind: access.BlockingOS, OS: "iOS", Version: "17.4"}
	suggested := func(r *Row) { r.Suggestion.Device = "device" }
	cases := []struct {
		rule     access.Rule
		s        situation
		sentence string
		verb     access.Verb
		on       string
		fine     bool
	}{
		{rule: access.RulePass, s: situation{row: r()}, sentence: "Nothing is wrong: it may sync and did at 09:12.", fine: true},
		{rule: access.RuleManualAllow, s: situation{row: r(func(r *Row) { r.LastSync = at.AddDate(0, -1, 0) })},
			sentence: "Nothing is wrong: it may sync, but has been silent since 21 October 2026.", fine: true},
		{rule: access.RulePreApproved, s: situation{row: r(func(r *Row) { r.LastSuccess = time.Time{} })},
			sentence: "Nothing is wrong: it may sync; last contact at 09:12.", fine: true},
		{rule: access.RuleManualBlock, s: situation{row: r(blocked)}, sentence: "Blocked since 19 November 2026 by alice: left the company.",
			verb: access.VerbAllow, on: "record"},
		{rule: access.RuleUserDisabled, s: situation{row: r()}, sentence: "Blocked because the user is disabled.", verb: access.VerbEnableUser, on: "user"},
		{rule: access.RuleUserDisabled, s: situation{row: r(func(r *Row) { r.Person = "" })}, sentence: "Blocked because the user is disabled."},
		{rule: access.RuleDeviceRetired, s: situation{row: r(), device: device(access.DeviceRetired, "")}, sentence: "Blocked because the device is retired.",
			verb: access.VerbActivate, on: "device"},
		{rule: access.RuleDeviceLost, s: situation{row: r(), device: device(access.DeviceLost, "")}, sentence: "Blocked because the device is reported lost.",
			verb: access.VerbFind, on: "device"},
		{rule: access.RuleDeviceNoncompliant, s: situation{row: r(), device: device(access.DeviceActive, "passcode missing")},
			sentence: "Blocked since 09:12 because the phone is not compliant: passcode missing.", verb: access.VerbSetCompliance, on: "device"},
		{rule: access.RuleDeviceNoncompliant, s: situation{row: r(), device: device(access.DeviceActive, "rooted"), foreign: true},
			sentence: "Blocked since 09:12 because the phone is not compliant: rooted."},
		{rule: access.RuleUnregistered, s: situation{row: r(suggested)},
			sentence: "Blocked because it is not linked to a registered device; there is one that it may be.", verb: access.VerbLink, on: "record"},
		{rule: access.RuleUnregistered, s: situation{row: r(), waiting: "waiting"}, sentence: "Blocked because it is not linked to a registered device.",
			verb: access.VerbAddDevice, on: "waiting"},
		{rule: access.RuleUnregistered, s: situation{row: r()}, sentence: "Blocked because it is not linked to a registered device.",
			verb: access.VerbAllow, on: "record"},
		{rule: access.RuleUnknownUser, s: situation{row: r()}, sentence: "Blocked because no user is known to have this account.",
			verb: access.VerbAddUser, on: "record"},
		{rule: access.RuleUnregistered, s: situation{row: r(), shadow: true}, fine: true, verb: access.VerbAllow, on: "record",
			sentence: "Would be refused, but shadow mode lets it through. Blocked because it is not linked to a registered device."},
		{rule: access.RuleStalePassword, s: situation{row: r()}, sentence: "Refused since 09:12 because the phone sends an old password."},
		{rule: access.RuleNoCredentials, s: situation{row: r()}, sentence: "Asked for user name and password since 09:12."},
		{rule: access.RuleServerRefused, s: situation{row: r()}, sentence: "The mail server refuses the phone since 09:12."},
		{rule: access.RuleServerUnavailable, s: situation{row: r()}, sentence: "The mail server could not be asked since 09:12."},
		{rule: access.RuleBruteForce, s: situation{row: r()}, sentence: "Put off since 09:12 because of too many wrong passwords."},
		{rule: access.RuleOtherUser, s: situation{row: r()}, sentence: "Refused since 09:12 because the phone names another user than its password belongs to."},
		{rule: access.RuleClientCertificate, s: situation{row: r()}, sentence: "Refused since 09:12 because the phone signs in with a certificate, which cannot be passed on."},
		{rule: access.RuleMalformed, s: situation{row: r()}, sentence: "Refused since 09:12 because the request cannot be read."},
		{rule: access.RuleWipe, s: situation{row: r()}, sentence: "Refused because a wipe has been ordered."},
		{rule: access.RuleWiped, s: situation{row: r()}, sentence: "Blocked because it is wiped."},
		{rule: access.RuleBlockingRule, s: situation{row: r()}, sentence: "Blocked by a rule.", verb: access.VerbAllow, on: "record"},
		{rule: access.RuleBlockingRule, s: situation{row: r(), rule: old, held: at}, verb: access.VerbAllow, on: "record",
			sentence: "Blocked since 09:12 by the rule “Old iOS”: iOS below 17.4."},
		{rule: access.RuleWarned, s: situation{row: r(), rule: old}, fine: true,
			sentence: "Nothing is wrong: it may sync and did at 09:12. The rule “Old iOS” warns of it: iOS below 17.4."},
		{rule: access.RuleQuarantine, s: situation{row: r(), rule: old, held: at}, verb: access.VerbReleaseRecord, on: "record",
			sentence: "In quarantine since 09:12 by the rule “Old iOS” until somebody releases it: iOS below 17.4."},
		{rule: access.RuleServerType, s: situation{row: r()}, sentence: "Refused because another account of this phone is on another type of mail server.",
			verb: access.VerbAllow, on: "record"},
		{rule: access.RuleDeviceLimit, s: situation{row: r()}, sentence: "Blocked because this mailbox has too many phones.", verb: access.VerbAllow, on: "record"},
		{rule: access.RuleQuarantine, s: situation{row: r()}, sentence: "In quarantine until somebody releases it.", verb: access.VerbReleaseRecord, on: "record"},
		{rule: access.RuleUnknownConsoleAway, s: situation{row: r()}, verb: access.VerbAllow, on: "record",
			sentence: "Refused since 09:12 because it was never seen before and the gateway could not ask the console."},
		{rule: access.RuleStaleVerdict, s: situation{row: r()}, sentence: "Refused since 09:12 because the gateway has not heard of the console for too long."},
		{rule: access.RuleCommandFilter, s: situation{row: r()}, sentence: "A command of the phone is not allowed since 09:12."},
		{rule: access.RuleProvisioning, s: situation{row: r()}, sentence: "The phone has not accepted its policy yet."},
		{rule: access.RuleStorm, s: situation{row: r()}, sentence: "Put off since 09:12 because too many phones came at once."},
		{rule: access.RuleSpoolFull, s: situation{row: r()}, sentence: "Put off since 09:12 because the gateway could not write down a new phone."},
	}
	told := map[access.Rule]bool{}
	a := &Admin{}
	for _, c := range cases {
		told[c.rule] = true
		c.s.now = now
		var an Answer
		a.explain(&an, c.rule, &c.s)
		if an.Sentence != c.sentence || an.Verb != c.verb || an.On != c.on || an.Wrong == c.fine || an.Rule != c.rule.String() {
			t.Errorf("%s:\n%+v\nwant %q, %q on %q", c.rule, an, c.sentence, c.verb, c.on)
		}
		if an.Wrong && an.Verb == "" && an.Advice == "" && !c.s.foreign {
			t.Errorf("%s: nothing solves it", c.rule)
		}
	}
	for rule := access.RulePass; !strings.HasPrefix(rule.String(), "rule-"); rule++ {
		if !told[rule] {
			t.Errorf("%s has no line", rule)
		}
	}
}

// Of what the rules let pass, the last request says what only the gateway and the mail server know.
func TestWhatTheGatewayKnowsSpeaksWhereTheRulesLetPass(t *testing.T) {
	at := time.Date(2026, 11, 21, 9, 12, 0, 0, time.UTC)
	refused := func(rule access.Rule, enforced bool) access.Reported {
		return access.Reported{Verdict: "challenge", Rule: rule.String(), Enforced: enforced, At: at}
	}
	cases := map[string]struct {
		as   access.Association
		want access.Rule
	}{
		"an old password":                    {access.Association{Reported: refused(access.RuleStalePassword, true)}, access.RuleStalePassword},
		"an old password, right since":       {access.Association{Reported: refused(access.RuleStalePassword, true), LastSuccess: at.Add(time.Minute)}, access.RulePass},
		"a block that somebody has ended":    {access.Association{Reported: refused(access.RuleManualBlock, true)}, access.RulePass},
		"refused in shadow mode":             {access.Association{Reported: refused(access.RuleStalePassword, false)}, access.RulePass},
		"the mail server wants a password":   {access.Association{LastSync: at, LastHTTP: 401}, access.RuleServerRefused},
		"the mail server forbids the device": {access.Association{LastSync: at, LastHTTP: 403}, access.RuleServerRefused},
		"the mail server fails":              {access.Association{LastSync: at, LastHTTP: 502}, access.RuleServerUnavailable},
		"the mail server failed once":        {access.Association{LastSync: at, LastSuccess: at, LastHTTP: 502}, access.RulePass},
		"a rule of another version":          {access.Association{Reported: access.Reported{Verdict: "refuse", Rule: "new", Enforced: true, At: at}}, access.RulePass},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := reportedRule(&Row{Association: c.as}); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
