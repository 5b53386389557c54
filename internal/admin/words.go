// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// inWords gives a length of time as people say it: "12 hours", "7 days", "1 hour 30 minutes".
func inWords(d time.Duration) string {
	var parts []string
	for _, u := range []struct {
		name string
		d    time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		n := d / u.d
		if n == 0 {
			continue
		}
		d -= n * u.d
		s := fmt.Sprintf("%d %s", n, u.name)
		if n != 1 {
			s += "s"
		}
		parts = append(parts, s)
	}
	if len(parts) == 0 {
		return "no time"
	}
	return strings.Join(parts, " ")
}

// atTime is a moment in audit lines and messages: UTC, to the minute.
func atTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// overrideWords says what an override says.
func overrideWords(o access.Override) string {
	var s string
	switch o.Kind {
	case access.OverrideAllow:
		s = "allowed"
	case access.OverrideBlock:
		s = "blocked"
	default:
		return "no override"
	}
	if !o.Until.IsZero() {
		s += " until " + atTime(o.Until)
	}
	if o.Reason != "" {
		s += " (" + o.Reason + ")"
	}
	return s
}

// beforeAfter is the detail of an audit line about a change.
func beforeAfter(before, after, reason string) string {
	s := before + " → " + after
	if reason != "" {
		s += "; " + reason
	}
	return s
}

// because adds the reason to what is said.
func because(what, reason string) string {
	if reason == "" {
		return what
	}
	return what + "; " + reason
}

// preferenceWords lists the differences of two sets of preferences, for the audit log.
func preferenceWords(before, after access.Preferences) string {
	var parts []string
	diff := func(name string, b, a any) {
		if b != a {
			parts = append(parts, fmt.Sprintf("%s: %v → %v", name, b, a))
		}
	}
	yes := func(b bool) string {
		if b {
			return "Yes"
		}
		return "No"
	}
	diff("Auto Block Unregistered(unlinked) Devices", yes(before.AutoBlock), yes(after.AutoBlock))
	diff("Unknown pairs while the console is away", before.UnknownWhenAway, after.UnknownWhenAway)
	diff("Maximum age of the last verdict", ageWords(before.MaxVerdictAge), ageWords(after.MaxVerdictAge))
	diff("Reconciliation interval", inWords(before.ReconcileEvery), inWords(after.ReconcileEvery))
	diff("Shadow mode", yes(before.Shadow), yes(after.Shadow))
	diff("Refuse another user's name", yes(before.RefuseOtherUser), yes(after.RefuseOtherUser))
	users := func(unregistered bool) string {
		if unregistered {
			return "treat as unregistered"
		}
		return "flag"
	}
	diff("Accounts of unknown users", users(before.UnknownUsersUnregistered), users(after.UnknownUsersUnregistered))
	diff("One type of mail server per phone", yes(before.OneServerType), yes(after.OneServerType))
	diff("Phones per mailbox", limitWords(before.DeviceLimit), limitWords(after.DeviceLimit))
	diff("Manual Allow overrides compliance", yes(before.AllowOverridesCompliance), yes(after.AllowOverridesCompliance))
	return strings.Join(parts, "; ")
}

func limitWords(n int) string {
	if n == 0 {
		return "any number"
	}
	return strconv.Itoa(n)
}

func ageWords(d time.Duration) string {
	if d == 0 {
		return "no limit"
	}
	return inWords(d)
}

func dateWord(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return atTime(t)
}
