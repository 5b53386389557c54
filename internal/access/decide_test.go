// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/access/trial"
)

// TestDecide runs the decision scripts; trial tells their language.
//
// A-15 A-17 A-18 A-21 M-04 M-06 M-07 M-14 R-3 R-6 R-20 X-04 X-05 X-08 Y-01 Y-12 Y-14 Y-16 Y-18
func TestDecide(t *testing.T) {
	files, err := filepath.Glob("testdata/decide/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no decision scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			asked, wrong, err := trial.Run(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range wrong {
				t.Error(line)
			}
			if asked == 0 {
				t.Error("the script asks nothing")
			}
		})
	}
}

// Y-01: every rule has a name and a sentence of its own, and names survive the way back.
func TestEveryRuleHasNameAndSentence(t *testing.T) {
	seen := map[string]bool{}
	for r := access.RulePass; r <= access.RuleServerUnavailable; r++ {
		name, text := r.String(), r.Text()
		if strings.HasPrefix(name, "rule-") || text == "" || text == "Unknown rule." {
			t.Errorf("rule %d: name %q, text %q", r, name, text)
		}
		if seen[name] || seen[text] {
			t.Errorf("rule %d shares its name or text with another one", r)
		}
		seen[name], seen[text] = true, true
		if back, ok := access.ParseRule(name); !ok || back != r {
			t.Errorf("ParseRule(%q) = %v, %v", name, back, ok)
		}
	}
}

// fixed is a View of one record.
type fixed struct {
	record *access.Record
	device *access.Device
	prefs  access.Preferences
	rules  []*access.Blocking
}

func (v *fixed) Record(access.Pair) *access.Record           { return v.record }
func (v *fixed) EASDevice(string) *access.EASDevice          { return nil }
func (v *fixed) Device(access.DeviceID) *access.Device       { return v.device }
func (v *fixed) Account(string, string) *access.AccountState { return nil }
func (v *fixed) PreApproval(access.Pair) *access.PreApproval { return nil }
func (v *fixed) Policy(access.PolicyID) *access.Policy       { return nil }
func (v *fixed) Blockings() []*access.Blocking               { return v.rules }
func (v *fixed) Preferences() *access.Preferences            { return &v.prefs }

func TestDecideAllocatesNothing(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	pair := access.Pair{Realm: "r", Account: "ana", Device: "x1"}
	rules := []*access.Blocking{
		{ID: "b1", Kind: access.BlockingNetwork, Action: access.ActionBlock, Networks: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}},
		{ID: "b2", Kind: access.BlockingCommand, Action: access.ActionBlock, Commands: []string{"GetAttachment"}},
		{ID: "b3", Kind: access.BlockingOS, Action: access.ActionQuarantine, OS: "iOS", Version: "17"},
	}
	for _, o := range []access.OverrideKind{access.NoOverride, access.OverrideAllow, access.OverrideBlock} {
		var view access.View = &fixed{
			record: &access.Record{ID: "a1", Pair: pair, Device: "d1", Override: access.Override{Kind: o}},
			device: &access.Device{ID: "d1", State: access.DeviceActive}, prefs: access.DefaultPreferences(), rules: rules,
		}
		f := access.Facts{Pair: pair, Command: "Sync", ConsoleHeard: now, Addr: netip.MustParseAddr("192.0.2.1")}
		if n := testing.AllocsPerRun(100, func() { access.Decide(view, &f, now) }); n != 0 {
			t.Errorf("%q: %v allocations per decision", o, n)
		}
	}
}
