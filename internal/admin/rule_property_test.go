// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

// hamlet is a world of phones of every kind, with users in groups.
type hamlet struct {
	*world
	ids   []access.AssociationID
	users []access.UserID
}

func drawHamlet(t *testing.T, rt *rapid.T) *hamlet {
	w := &hamlet{world: newWorld(t)}
	for i := range 3 {
		groups := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"sales", "labs"}), func(s string) string { return s }).Draw(rt, "groups")
		w.users = append(w.users, access.UserID(w.done(w.admin.AddUser(t.Context(), root(), admin.UserForm{Name: fmt.Sprint("u", i), Groups: groups,
			Accounts: []access.Account{{Realm: "lab", Account: fmt.Sprint("u", i)}}}, admin.Act{})).ID))
	}
	n := rapid.IntRange(1, 8).Draw(rt, "records")
	for i := range n {
		w.ids = append(w.ids, w.world.record(fmt.Sprint("u", rapid.IntRange(0, 3).Draw(rt, "user")), fmt.Sprint("D", i), func(a *access.Association) {
			a.OS = rapid.SampledFrom([]string{"iOS", "Android", ""}).Draw(rt, "os")
			a.OSVersion = rapid.SampledFrom([]string{"", "9.3.5", "15.1", "17"}).Draw(rt, "version")
			a.Model = rapid.SampledFrom([]string{"", "iPhone 6s", "SM-S911B"}).Draw(rt, "model")
			a.Client = rapid.SampledFrom([]string{"", "Outlook", "Gmail"}).Draw(rt, "client")
			a.Protocol = rapid.SampledFrom([]string{"", "2.5", "14.1", "16.1"}).Draw(rt, "protocol")
			a.RemoteAddr = rapid.SampledFrom([]string{"", "192.0.2.7"}).Draw(rt, "address")
			if days := rapid.IntRange(-1, 60).Draw(rt, "days"); days >= 0 {
				a.LastSuccess = w.clock.Now().AddDate(0, 0, -days)
			}
			switch rapid.IntRange(0, 6).Draw(rt, "override") {
			case 0:
				a.Override = access.Override{Kind: access.OverrideAllow, At: w.clock.Now()}
			case 1:
				a.Override = access.Override{Kind: access.OverrideBlock, At: w.clock.Now()}
			}
		}))
	}
	w.preferences(func(p *access.Preferences) {
		p.AutoBlock = rapid.IntRange(0, 3).Draw(rt, "auto block") == 0
		p.DeviceLimit = rapid.IntRange(0, 3).Draw(rt, "limit")
	})
	if err := admin.SweepAll(t.Context(), w.admin); err != nil {
		t.Fatal(err)
	}
	w.walked()
	return w
}

// form draws a rule of any kind.
func (w *hamlet) form(rt *rapid.T, name string) admin.RuleForm {
	f := admin.RuleForm{Name: name, Kind: rapid.SampledFrom(access.BlockingKinds()).Draw(rt, "kind"),
		Action:  rapid.SampledFrom([]access.BlockingAction{access.ActionBlock, access.ActionQuarantine, access.ActionWarn}).Draw(rt, "action"),
		Enabled: rapid.IntRange(0, 4).Draw(rt, "enabled") > 0, Most: rapid.IntRange(0, 3).Draw(rt, "most"), Place: rapid.IntRange(0, 4).Draw(rt, "place")}
	switch f.Kind {
	case access.BlockingOS:
		f.OS, f.Version = rapid.SampledFrom([]string{"iOS", "Android"}).Draw(rt, "of"), rapid.SampledFrom([]string{"10", "16", "18.1"}).Draw(rt, "below")
	case access.BlockingProtocol:
		f.Version = rapid.SampledFrom([]string{"12.1", "16.0"}).Draw(rt, "below")
	case access.BlockingClient:
		f.Names = []string{rapid.SampledFrom([]string{"Outlook", "*mail"}).Draw(rt, "name")}
	case access.BlockingModel:
		f.Names = []string{rapid.SampledFrom([]string{"iPhone*", "SM-*"}).Draw(rt, "name")}
	case access.BlockingUnseen:
		f.Days = rapid.IntRange(1, 40).Draw(rt, "unseen")
	case access.BlockingNetwork:
		f.Networks, f.Outside = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, rapid.Bool().Draw(rt, "outside")
		if f.Action == access.ActionQuarantine {
			f.Action = access.ActionWarn
		}
	case access.BlockingCommand:
		f.Commands = []string{"Search"}
		if f.Action == access.ActionQuarantine {
			f.Action = access.ActionBlock
		}
	}
	if rapid.Bool().Draw(rt, "scoped") {
		f.Groups = rapid.SliceOfDistinct(rapid.SampledFrom([]string{"sales", "labs"}), func(s string) string { return s }).Draw(rt, "for groups")
		f.Users = rapid.SliceOfNDistinct(rapid.SampledFrom(w.users), 0, 2, func(u access.UserID) access.UserID { return u }).Draw(rt, "for users")
	}
	return f
}

// verdicts are what pages say of every record.
func (w *hamlet) verdicts() map[access.AssociationID]string {
	w.t.Helper()
	out := map[access.AssociationID]string{}
	for _, id := range w.ids {
		d := w.find(id)
		out[id] = d.Why.Text
		as, err := w.store.FindAssociation(w.t.Context(), id)
		if err != nil || as.SyncStatus != d.SyncStatus {
			w.t.Errorf("%s is %s in the store and %s on pages, %v", id, as.SyncStatus, d.SyncStatus, err)
		}
	}
	return out
}

// What a preview of a rule says is what the walk then does: of every kind of rule, made, changed, confirmed and
// deleted, with the numbers that it may hold and with records that are released.
func TestWhatAPreviewOfARuleSaysIsWhatTheWalkThenDoes(t *testing.T) { // Y-07, Y-16
	tried, moved := 0, 0
	began := time.Now()
	rapid.Check(t, func(rt *rapid.T) {
		if time.Since(began) > 20*time.Second && tried >= 20 && moved > 0 { // each try is a database of its own
			return
		}
		w := drawHamlet(t, rt)
		ctx, a := t.Context(), w.admin
		rules := []access.BlockingID{}
		for step := range rapid.IntRange(1, 5).Draw(rt, "steps") {
			list, err := a.ListRules(ctx, root())
			if err != nil {
				rt.Fatal(err)
			}
			rules = rules[:0]
			for _, r := range list {
				rules = append(rules, r.ID)
			}
			var p admin.RulePreview
			var do func() (admin.Result, error)
			id := access.BlockingID("")
			if len(rules) > 0 {
				id = rapid.SampledFrom(rules).Draw(rt, "rule")
			}
			what := rapid.SampledFrom([]string{"make", "make", "change", "confirm", "delete", "switch", "release"}).Draw(rt, "what")
			if id == "" {
				what = "make"
			}
			switch what {
			case "make":
				f := w.form(rt, fmt.Sprint("rule ", step))
				id = ""
				p, err = a.PreviewRule(ctx, root(), "", f)
				do = func() (admin.Result, error) { return a.CreateRule(ctx, root(), f, admin.Act{}) }
			case "change":
				f := w.form(rt, fmt.Sprint("rule ", step))
				if p, err = a.PreviewRule(ctx, root(), id, f); err == nil && rapid.Bool().Draw(rt, "confirmed") {
					f.Confirm = p.Number
					p, err = a.PreviewRule(ctx, root(), id, f)
				}
				do = func() (admin.Result, error) { return a.ChangeRule(ctx, root(), id, f, admin.Act{}) }
			case "confirm":
				p, err = a.PreviewConfirmRule(ctx, root(), id)
				do = func() (admin.Result, error) { return a.ConfirmRule(ctx, root(), id, p.Number, admin.Act{}) }
			case "delete":
				p, err = a.PreviewDeleteRule(ctx, root(), id)
				do = func() (admin.Result, error) { return a.DeleteRule(ctx, root(), id, admin.Act{}) }
			case "switch":
				w.done(a.DisableRule(ctx, root(), id, admin.Act{}))
				w.walked()
				continue
			default:
				_, err = a.ReleaseRecord(ctx, root(), rapid.SampledFrom(w.ids).Draw(rt, "record"), "", admin.Act{})
				if err != nil && access.KindOf(err) != access.KindConflict {
					rt.Fatal(err)
				}
				w.walked() // which makes no room for one that waits
				continue
			}
			if err != nil {
				rt.Fatal(err)
			}
			before := w.verdicts()
			r, err := do()
			if k := access.KindOf(err); err != nil && (k == access.KindInvalid || k == access.KindConflict) {
				continue // nothing waits, or more has to be confirmed
			}
			if err != nil {
				rt.Fatal(err)
			}
			w.walked()
			tried++
			after := w.verdicts()
			happened, said := map[access.AssociationID][2]string{}, map[access.AssociationID][2]string{}
			for rid, was := range before {
				if is := after[rid]; is != was {
					happened[rid] = [2]string{was, is}
				}
			}
			for _, c := range p.Changes {
				if c.Before.Text != c.After.Text {
					said[c.ID] = [2]string{c.Before.Text, c.After.Text}
				}
			}
			moved += len(happened)
			if diff := cmp.Diff(said, happened); diff != "" {
				rt.Fatalf("%s: the preview (-) and what happened (+) differ:\n%s", what, diff)
			}
			if id == "" {
				id = access.BlockingID(r.ID)
			}
			if what == "delete" {
				continue
			}
			now := w.ruleNow(id)
			if now.Held != p.WouldHold || now.Waiting != p.WouldWait || now.Held+now.Waiting+now.Released != p.Speaks {
				rt.Fatalf("%s: the preview says %d, %d of %d; the rule holds %d, %d wait, %d are released", what, p.WouldHold, p.WouldWait, p.Speaks,
					now.Held, now.Waiting, now.Released)
			}
			w.wantCounted(rt, id)
		}
	})
	if tried < 20 || moved == 0 {
		t.Errorf("%d changes were tried and moved %d records: this proves nothing", tried, moved)
	}
}

// wantCounted compares the numbers of a rule with its records.
func (w *hamlet) wantCounted(rt *rapid.T, id access.BlockingID) {
	counts := map[store.RuledState]int64{}
	list, err := w.store.RuledBy(w.t.Context(), id, "", 1000)
	if err != nil {
		rt.Fatal(err)
	}
	for _, r := range list {
		counts[r.State]++
	}
	if r := w.ruleNow(id); r.Held != counts[store.RuledHeld] || r.Waiting != counts[store.RuledWaiting] || r.Released != counts[store.RuledReleased] && r.Action == access.ActionQuarantine {
		rt.Fatalf("%+v counts %d, %d, %d", counts, r.Held, r.Waiting, r.Released)
	}
}
