// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// situation is what an answer is made from.
type situation struct {
	row     *Row
	device  *access.RegisteredDevice // whose state speaks
	foreign bool                     // that device is beyond the actor's scope
	waiting access.DeviceID          // the row of the phone that waits to be registered
	now     time.Time                // in the time zone that is set, which the sentence speaks in
	shadow  bool
	rule    *access.Blocking // the blocking rule that speaks; nil: not known here
	held    time.Time        // since when it does

	at      time.Time // the moment that the sentence names
	atWords string    // and how
}

// explain says in one sentence what a rule means for whoever calls the help desk, and what solves it:
// a verb, or what to tell the user. Every rule has its words here.
func (a *Admin) explain(an *Answer, rule access.Rule, s *situation) {
	an.Rule, an.Wrong = rule.String(), true
	defer func() { an.At, an.AtWords = s.at, s.atWords }()
	r, d := s.row, s.device
	on := func(v access.Verb, kind, id string) {
		if id != "" {
			an.Verb, an.OnKind, an.On = v, kind, id
		}
	}
	record := func(v access.Verb) {
		if r != nil {
			on(v, AnswerRecord, string(r.ID))
		}
	}
	device := func(v access.Verb) {
		if d != nil && !s.foreign {
			on(v, AnswerDevice, string(d.ID))
		}
	}
	switch rule {
	case access.RulePass, access.RuleManualAllow, access.RulePreApproved:
		an.Wrong = false
		an.Sentence = "Nothing is wrong: " + s.syncs()
		return
	case access.RuleWarned:
		an.Wrong = false
		an.Sentence = "Nothing is wrong: " + s.syncs() + " The rule" + s.ruleName() + " warns of it" + s.ruleTraits()
		an.Advice = "It may stay so; the rule only shows it."
		return
	case access.RuleManualBlock:
		an.Sentence = "Blocked" + s.since(overrideOf(r).At) + " by " + firstOf(overrideOf(r).By, "an administrator") + detail(overrideOf(r).Reason)
		record(access.VerbAllow)
	case access.RuleUserDisabled:
		an.Sentence = "Blocked because the user is disabled."
		if r != nil {
			on(access.VerbEnableUser, AnswerUser, string(r.Person))
		}
		if an.Verb == "" {
			an.Advice = "The account is disabled and belongs to no user the console knows."
		}
	case access.RuleDeviceRetired:
		an.Sentence = "Blocked because the device is retired."
		device(access.VerbActivate)
	case access.RuleDeviceLost:
		an.Sentence = "Blocked because the device is reported lost."
		device(access.VerbFind)
	case access.RuleDeviceNoncompliant:
		an.Sentence = "Blocked" + s.since(complianceSince(d)) + " because the phone is not compliant" + detail(noncompliant(d))
		an.Advice = "Have the user put right what is named; the phone is let through as soon as it is compliant."
		device(access.VerbSetCompliance)
	case access.RuleUnregistered:
		an.Sentence = "Blocked because it is not linked to a registered device."
		switch {
		case r != nil && r.Suggestion.Device != "":
			an.Sentence = "Blocked because it is not linked to a registered device; there is one that it may be."
			record(access.VerbLink)
		case s.waiting != "":
			on(access.VerbAddDevice, AnswerDevice, string(s.waiting))
		default:
			record(access.VerbAllow)
		}
	case access.RuleUnknownUser:
		an.Sentence = "Blocked because no user is known to have this account."
		an.Advice = "Make a user of it, or give it to the user it belongs to."
		record(access.VerbAddUser)
	default:
		a.explainGateway(an, rule, s)
	}
	if s.shadow {
		an.Wrong = false
		an.Sentence = "Would be refused, but shadow mode lets it through. " + an.Sentence
	}
}

// explainGateway is explain for the rules that only a gateway, or the mail server, can speak.
func (a *Admin) explainGateway(an *Answer, rule access.Rule, s *situation) {
	const newPassword = "Tell the user to enter the present password on the phone."
	at := ""
	if s.row != nil {
		at = s.since(s.row.Reported.At)
	}
	say := func(sentence, advice string) { an.Sentence, an.Advice = sentence, advice }
	allow := func(sentence string) {
		an.Sentence = sentence
		if s.row != nil {
			an.Verb, an.OnKind, an.On = access.VerbAllow, AnswerRecord, string(s.row.ID)
		}
	}
	switch rule {
	case access.RuleStalePassword:
		say("Refused"+at+" because the phone sends an old password.", newPassword)
	case access.RuleNoCredentials:
		say("Asked for user name and password"+at+".", newPassword)
	case access.RuleServerRefused:
		say("The mail server refuses the phone"+at+".", newPassword+" If that is the right one, look whether the mailbox may use ActiveSync.")
	case access.RuleServerUnavailable:
		say("The mail server could not be asked"+at+".", "Look at the mail server; the phone comes back by itself.")
	case access.RuleBruteForce:
		say("Put off"+at+" because of too many wrong passwords.", newPassword+" It is asked again after a few minutes without wrong ones.")
	case access.RuleOtherUser:
		say("Refused"+at+" because the phone names another user than its password belongs to.", "Have the account removed from the phone and set up anew.")
	case access.RuleClientCertificate:
		say("Refused"+at+" because the phone signs in with a certificate, which cannot be passed on.", "Have the account set up with user name and password.")
	case access.RuleMalformed:
		say("Refused"+at+" because the request cannot be read.", "Have the account removed from the phone and set up anew, or try another mail app.")
	case access.RuleWipe:
		say("Refused because a wipe has been ordered.", "If the phone is not to be wiped, cancel the order while the phone has not been told: Wipes lists it.")
	case access.RuleWiped:
		say("Blocked because it is wiped.", "If the phone is back in good hands, have the record released or removed.")
	case access.RuleBlockingRule:
		allow("Blocked by a rule.")
		if s.rule != nil {
			allow("Blocked" + s.since(s.held) + " by the rule" + s.ruleName() + s.ruleTraits())
		}
		an.Advice = s.remedy()
	case access.RuleServerType:
		allow("Refused because another account of this phone is on another type of mail server.")
		an.Advice = "Have the user take another phone, or another mail app, for one of the two."
	case access.RuleDeviceLimit:
		allow("Blocked because this mailbox has too many phones.")
		an.Advice = "Remove or block one that came earlier and is not used any more: this one passes then by itself."
	case access.RuleQuarantine:
		an.Sentence = "In quarantine" + s.since(s.held) + " until somebody releases it" + s.ruleTraits()
		if s.rule != nil {
			an.Sentence = "In quarantine" + s.since(s.held) + " by the rule" + s.ruleName() + " until somebody releases it" + s.ruleTraits()
		}
		if s.row != nil {
			an.Verb, an.OnKind, an.On = access.VerbReleaseRecord, AnswerRecord, string(s.row.ID)
		}
	case access.RuleUnknownConsoleAway:
		allow("Refused" + at + " because it was never seen before and the gateway could not ask the console.")
	case access.RuleStaleVerdict:
		say("Refused"+at+" because the gateway has not heard of the console for too long.", "Look at the gateway's connection to the console.")
	case access.RuleCommandFilter:
		say("A command of the phone is not allowed"+at+".", "Mail works; what does not is turned off by a rule.")
	case access.RuleProvisioning:
		say("The phone has not accepted its policy yet.", "Have the user open the mail app and confirm what it asks.")
	case access.RuleStorm:
		say("Put off"+at+" because too many phones came at once.", "Nothing: it comes back within minutes.")
	case access.RuleSpoolFull:
		say("Put off"+at+" because the gateway could not write down a new phone.", "Look at the gateway's disk.")
	default:
		say(rule.Text(), "")
	}
}

// ruleName calls the rule that speaks.
func (s *situation) ruleName() string {
	if s.rule == nil {
		return ""
	}
	return " " + quoted(s.rule.Name)
}

// ruleTraits says what the rule speaks of, and ends the sentence.
func (s *situation) ruleTraits() string {
	if s.rule == nil {
		return "."
	}
	return ": " + traitWords(s.rule) + "."
}

// remedy is what the user can do about a rule.
func (s *situation) remedy() string {
	if s.rule == nil {
		return ""
	}
	switch s.rule.Kind {
	case access.BlockingOS:
		return "Have the user bring the phone to " + s.rule.OS + " " + s.rule.Version + " or later: it passes then by itself."
	case access.BlockingProtocol, access.BlockingClient:
		return "Have the user take another mail app, or a later version of it."
	case access.BlockingUnseen:
		return "If the phone is back in use, allow it."
	case access.BlockingNetwork:
		return "Have the user come from another network."
	}
	return ""
}

// syncs says when a phone that may sync has done so.
func (s *situation) syncs() string {
	r := s.row
	switch {
	case r == nil || r.LastSync.IsZero():
		return "it may sync."
	case r.LastSuccess.IsZero():
		return "it may sync; last contact" + s.when(r.LastSync, " at ", " on ") + "."
	case s.now.Sub(r.LastSync) > 7*24*time.Hour:
		return "it may sync, but has been silent" + s.named(r.LastSync, " since "+dayWord(r.LastSync, s.now.Location())) + "."
	}
	return "it may sync and did" + s.when(r.LastSuccess, " at ", " on ") + "."
}

func (s *situation) since(t time.Time) string { return s.when(t, " since ", " since ") }

// when is a moment as a person says it: the time of today, the day before that.
func (s *situation) when(t time.Time, at, on string) string {
	t = t.In(s.now.Location())
	switch {
	case t.IsZero():
		return ""
	case t.YearDay() == s.now.YearDay() && t.Year() == s.now.Year():
		return s.named(t, at+t.Format("15:04"))
	}
	return s.named(t, on+dayWord(t, s.now.Location()))
}

// named remembers the moment that words name, for who wants to know it to the second.
func (s *situation) named(t time.Time, words string) string {
	s.at, s.atWords = t.UTC(), strings.TrimSpace(words)
	return words
}

func dayWord(t time.Time, zone *time.Location) string { return t.In(zone).Format("2 January 2006") }

// detail completes a sentence with a reason.
func detail(s string) string {
	if s == "" {
		return "."
	}
	return ": " + strings.TrimRight(s, ".") + "."
}

func overrideOf(r *Row) access.Override {
	if r == nil {
		return access.Override{}
	}
	return r.Override
}

func noncompliant(d *access.RegisteredDevice) string {
	if d == nil {
		return ""
	}
	return d.Noncompliant
}

func complianceSince(d *access.RegisteredDevice) time.Time {
	if d == nil {
		return time.Time{}
	}
	return d.ComplianceSince
}
