// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Y-16
func TestVersionsAreComparedPartByPart(t *testing.T) {
	for _, c := range []struct {
		v, limit string
		below    bool
	}{
		{"16.7.2", "17", true},
		{"17", "17", false},
		{"17.0.1", "17", false},
		{"17", "17.0.0", false},
		{"17", "17.4", false}, // some 17
		{"16", "17.4", true},
		{"17.0", "17.0.1", true},
		{"9.3.5", "17", true},
		{"17.10", "17.9", false},
		{"8.1b2", "8.2", true},
		{"14b", "14", false},
		{"", "1", true},
		{strings.Repeat("9", 100), "17", false},
	} {
		if got := access.VersionBelow(c.v, c.limit); got != c.below {
			t.Errorf("VersionBelow(%q, %q) = %v", c.v, c.limit, got)
		}
	}
}

// Y-16
func TestARuleOfDaysCountsFromTheLastSuccess(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	b := access.Blocking{Kind: access.BlockingUnseen, Days: 30}
	for name, c := range map[string]struct {
		last time.Time
		want bool
	}{
		"never":                   {time.Time{}, false},
		"a moment before 30 days": {now.Add(-30*24*time.Hour + time.Second), false},
		"30 days":                 {now.Add(-30 * 24 * time.Hour), true},
	} {
		if got := b.Matches(&access.Traits{LastSync: c.last}, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Y-12 Y-16: what a rule cannot mean is refused in words.
func TestARuleIsCheckedBeforeItIsKept(t *testing.T) {
	net := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	good := map[string]access.Blocking{
		"os":       {Kind: access.BlockingOS, OS: "iOS", Version: "17.4"},
		"client":   {Kind: access.BlockingClient, Names: []string{"*Outlook*"}},
		"model":    {Kind: access.BlockingModel, Names: []string{"SM-G900F"}},
		"protocol": {Kind: access.BlockingProtocol, Version: "14.1"},
		"unseen":   {Kind: access.BlockingUnseen, Days: 90},
		"network":  {Kind: access.BlockingNetwork, Networks: net, Outside: true},
		"command":  {Kind: access.BlockingCommand, Commands: []string{"GetAttachment", access.FeatureLibrary}},
	}
	if len(good) != len(access.BlockingKinds()) {
		t.Errorf("%d kinds tried, there are %d", len(good), len(access.BlockingKinds()))
	}
	for name, b := range good {
		b.Name, b.Action = name, access.ActionBlock
		if err := b.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, b := range map[string]access.Blocking{
		"no kind":               {},
		"no platform":           {Kind: access.BlockingOS, Version: "17"},
		"a version in words":    {Kind: access.BlockingOS, OS: "iOS", Version: "seventeen"},
		"an empty part":         {Kind: access.BlockingProtocol, Version: "14."},
		"everybody":             {Kind: access.BlockingClient, Names: []string{"**"}},
		"no name":               {Kind: access.BlockingModel},
		"no day":                {Kind: access.BlockingUnseen},
		"no network":            {Kind: access.BlockingNetwork},
		"no command":            {Kind: access.BlockingCommand},
		"the policy itself":     {Kind: access.BlockingCommand, Commands: []string{"Provision"}},
		"a field of no use":     {Kind: access.BlockingUnseen, Days: 3, Networks: net},
		"a place in quarantine": {Kind: access.BlockingNetwork, Networks: net, Action: access.ActionQuarantine},
		"a star in the middle":  {Kind: access.BlockingModel, Names: []string{"SM-*-F"}},
		"stars beside stars":    {Kind: access.BlockingModel, Names: []string{"**x"}},
		"IPv4 written as IPv6":  {Kind: access.BlockingNetwork, Networks: []netip.Prefix{netip.MustParsePrefix("::ffff:203.0.113.0/120")}},
		"a quarantined Sync":    {Kind: access.BlockingCommand, Commands: []string{"Sync"}, Action: access.ActionQuarantine},
		"an action of no use":   {Kind: access.BlockingUnseen, Days: 3, Action: "shout"},
	} {
		b.Name = name
		if b.Action == "" {
			b.Action = access.ActionBlock
		}
		if err := b.Validate(); access.KindOf(err) != access.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	nameless := access.Blocking{Kind: access.BlockingUnseen, Days: 3, Action: access.ActionBlock, Name: " "}
	if nameless.Validate() == nil {
		t.Error("a rule without a name")
	}
}
