// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

// settled is a verdict as a preview tells it.
type settled struct {
	Verdict  string
	Rule     string
	Enforced bool
}

func settledWhy(w access.Why) settled { return settled{w.Verdict, w.Rule, w.Enforced} }

// everySort fills a world with one record of every sort that preferences could matter to.
func everySort(w *world) []access.Pair {
	w.t.Helper()
	now := w.clock.Now()
	var pairs []access.Pair
	devices := map[access.DeviceID]access.Device{
		"": {}, "ok": {State: access.DeviceActive}, "lost": {State: access.DeviceLost}, "retired": {State: access.DeviceRetired},
		"rooted": {State: access.DeviceActive, Noncompliant: "rooted"}, "pending": {State: access.DevicePending},
	}
	overrides := map[string]access.Override{
		"none": {}, "allow": {Kind: access.OverrideAllow, By: "alice", At: now}, "block": {Kind: access.OverrideBlock, By: "alice", At: now},
		"over": {Kind: access.OverrideAllow, By: "alice", At: now.Add(-time.Hour), Until: now.Add(-time.Minute)},
		"soon": {Kind: access.OverrideBlock, By: "alice", At: now, Until: now.Add(time.Hour)},
	}
	err := w.store.WithTx(w.t.Context(), func(tx *store.Tx) error {
		for id, d := range devices {
			if d.ID = id; id == "" {
				continue
			}
			if err := tx.SaveDevice(&d); err != nil {
				return err
			}
		}
		for id := range devices {
			for name, o := range overrides {
				for _, account := range []string{"user", "leaver", "known"} {
					as := &access.Association{Record: access.Record{Device: id, Override: o, Pair: pairOf(account+"-"+name, "D-"+string(id)+"-"+name)}}
					if err := tx.CreateAssociation(as); err != nil {
						return err
					}
					pairs = append(pairs, as.Pair)
				}
				if id == "ok" {
					acc := access.Account{Realm: "lab", Account: "known-" + name}
					if err := tx.CreateUser(&access.User{Name: acc.Account, Accounts: []access.Account{acc}}); err != nil {
						return err
					}
				}
				if err := tx.SaveAccount(access.AccountState{Realm: "lab", Account: "leaver-" + name, Disabled: true}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return pairs
}

// drawChange changes a few of the preferences, often just one: then nothing else explains what follows.
func drawChange(t *rapid.T, p access.Preferences) access.Preferences {
	fields := []func(){
		func() { p.AutoBlock = !p.AutoBlock },
		func() {
			p.UnknownWhenAway = rapid.SampledFrom([]access.Answer{access.AnswerPass, access.AnswerRefuse}).Draw(t, "unknown")
		},
		func() {
			p.MaxVerdictAge = rapid.SampledFrom([]time.Duration{0, time.Hour, 7 * 24 * time.Hour}).Draw(t, "age")
		},
		func() {
			p.ReconcileEvery = rapid.SampledFrom([]time.Duration{time.Hour, 12 * time.Hour}).Draw(t, "reconcile")
		},
		func() { p.Shadow = !p.Shadow },
		func() { p.RefuseOtherUser = !p.RefuseOtherUser },
		func() { p.AllowOverridesCompliance = !p.AllowOverridesCompliance },
		func() { p.UnknownUsersUnregistered = !p.UnknownUsersUnregistered },
	}
	for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(fields)-1), 0, 3, rapid.ID[int]).Draw(t, "fields") {
		fields[i]()
	}
	return p
}

// Y-07: what a preview lists is what then happens, record by record, and nothing else does. What no record
// shows (pairs nobody knows, a console that is away, a request that names somebody else) is said in words.
func TestWhatAPreviewListsIsWhatThenHappens(t *testing.T) {
	w := newWorld(t)
	pairs := everySort(w)
	now := w.clock.Now()
	strangers := []access.Pair{pairOf("stranger", "NEW"), pairOf("stranger", "D-rooted-none"), pairOf("leaver-none", "NEW")}
	// Requests whose verdict no list of records can tell.
	unlisted := map[string]func(*access.Facts){
		"unknown":        func(*access.Facts) {},
		"away a minute":  func(f *access.Facts) { f.ConsoleAway, f.ConsoleHeard = true, now.Add(-time.Minute) },
		"away two hours": func(f *access.Facts) { f.ConsoleAway, f.ConsoleHeard = true, now.Add(-2*time.Hour) },
		"away a month":   func(f *access.Facts) { f.ConsoleAway, f.ConsoleHeard = true, now.AddDate(0, -1, 0) },
		"never heard":    func(f *access.Facts) { f.ConsoleAway, f.ConsoleHeard = true, time.Time{} },
		"another user":   func(f *access.Facts) { f.OtherUser = true },
	}
	type request struct {
		What string
		Pair access.Pair
	}
	verdicts := func() (listed map[access.Pair]settled, others map[request]settled) {
		v := w.view.load()
		listed, others = map[access.Pair]settled{}, map[request]settled{}
		for _, p := range pairs {
			d := access.Decide(v, &access.Facts{Pair: p, ConsoleHeard: now}, now)
			listed[p] = settledWhy(d.Why())
		}
		for name, change := range unlisted {
			for i, p := range append(strangers[:len(strangers):len(strangers)], pairs...) {
				if i >= len(strangers) && name == "unknown" {
					break
				}
				f := access.Facts{Pair: p, ConsoleHeard: now}
				change(&f)
				d := access.Decide(v, &f, now)
				others[request{name, p}] = settledWhy(d.Why())
			}
		}
		return listed, others
	}
	rapid.Check(t, func(t *rapid.T) {
		start := drawChange(t, access.DefaultPreferences())
		w.preferences(func(p *access.Preferences) { *p = start })
		before, err := w.admin.Preferences(w.t.Context(), root())
		if err != nil {
			t.Fatal(err)
		}
		after := drawChange(t, before.Preferences)
		told, err := w.admin.PreviewPreferences(w.t.Context(), root(), after)
		if err != nil {
			t.Fatal(err)
		}
		was, wasOthers := verdicts()
		if _, err := w.admin.ChangePreferences(w.t.Context(), root(), after, admin.Act{Version: before.Version}); err != nil {
			t.Fatal(err)
		}
		is, isOthers := verdicts()

		type change struct{ Before, After settled }
		happened, listed := map[string]change{}, map[string]change{}
		var blocked, allowed, reworded int
		for p, a := range was {
			b := is[p]
			if a == b {
				continue
			}
			happened[p.String()] = change{a, b}
			switch passed, passes := a.Verdict == "pass" || !a.Enforced, b.Verdict == "pass" || !b.Enforced; {
			case passed == passes:
				reworded++
			case passes:
				allowed++
			default:
				blocked++
			}
		}
		for _, c := range told.Changes {
			listed[c.Pair.String()] = change{settledWhy(c.Before), settledWhy(c.After)}
		}
		if diff := cmp.Diff(listed, happened); diff != "" {
			t.Errorf("told (-) and happened (+):\n%s", diff)
		}
		if told.Records != len(pairs) || told.ToBlocked != blocked || told.ToAllowed != allowed || told.Reworded != reworded || told.Truncated {
			t.Errorf("told %d blocked, %d allowed, %d reworded of %d; it was %d, %d, %d of %d",
				told.ToBlocked, told.ToAllowed, told.Reworded, told.Records, blocked, allowed, reworded, len(pairs))
		}
		for r, a := range wasOthers {
			b := isOthers[r]
			if _, said := happened[r.Pair.String()]; a != b && !said && len(told.Notes) == 0 {
				t.Errorf("nothing was told of this: %+v, %+v then %+v", r, a, b)
			}
		}
		if before.Preferences == after && (len(told.Notes) > 0 || len(told.Changes) > 0) {
			t.Errorf("nothing changes, and this was told: %+v", told)
		}
	})
}
