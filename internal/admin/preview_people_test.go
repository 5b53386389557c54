// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// village is a few users with devices and records that have much to do with each other.
type village struct {
	*world
	users   []access.UserID
	devices []access.DeviceID
	records []access.AssociationID
	gone    map[access.AssociationID]access.Association // that were removed
	strict  access.PolicyID
	limit   int // phones per mailbox
}

func newVillage(t *testing.T) *village {
	t.Helper()
	w := &village{world: newWorld(t)}
	w.strict = w.policy("Strict")
	must := func(r admin.Result, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return r.ID
	}
	models := []string{"iPhone", "iPhone", "Pixel"}
	for i := range 3 {
		name := fmt.Sprintf("user%d", i)
		w.users = append(w.users, access.UserID(must(w.admin.AddUser(t.Context(), root(), admin.UserForm{Name: name, Groups: []string{"north", "south"}[i%2 : i%2+1],
			Accounts: []access.Account{{Realm: "lab", Account: name}}}, admin.Act{}))))
		for j := range 2 {
			w.devices = append(w.devices, access.DeviceID(must(w.admin.AddDevice(t.Context(), root(), admin.DeviceForm{
				Name: fmt.Sprintf("phone %d-%d", i, j), Owner: w.users[i], Model: models[i], OS: "iOS",
				EASID: []string{fmt.Sprintf("D%d", i), ""}[j]}, admin.Act{}))))
		}
	}
	for i := range 3 {
		for _, account := range []string{fmt.Sprintf("user%d", i), "shared", fmt.Sprintf("user%d-old", (i+1)%3)} {
			w.records = append(w.records, w.record(account, fmt.Sprintf("D%d", i), func(as *access.Association) { as.Model = models[i] }))
		}
		w.records = append(w.records, w.record(fmt.Sprintf("user%d", i), fmt.Sprintf("E%d", i), func(as *access.Association) { as.Model = models[i] }))
	}
	return w
}

// verdicts asks Decide about every record there is, and about the pairs of those that are gone.
func (w *village) verdicts() map[access.AssociationID]settled {
	out := map[access.AssociationID]settled{}
	v, now := w.view.load(), w.clock.Now()
	for id, as := range w.gone {
		if v.Record(as.Pair) == nil {
			traits := as.Traits()
			d := access.Decide(v, &access.Facts{Pair: as.Pair, ConsoleHeard: now, Stranger: &traits}, now)
			out[id] = settledWhy(d.Why())
		}
	}
	v.EachRecord(func(r *access.Record) bool {
		d := access.Decide(v, &access.Facts{Pair: r.Pair, ConsoleHeard: now}, now)
		out[r.ID] = settledWhy(d.Why())
		return true
	})
	return out
}

// forget remembers records that are about to be removed.
func (w *village) forget(ids []access.AssociationID) {
	w.gone = map[access.AssociationID]access.Association{}
	list, err := w.store.FindAssociations(w.t.Context(), ids)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, as := range list {
		w.gone[as.ID] = as
	}
}

// Y-07, M-06, R-13, R-14: for every verb on devices, users and links, one by one and in bulk, and for merges:
// what the preview lists is what then happens, to these records and to no other, in whatever order such things are done.
func TestWhatAPreviewOfPeopleListsIsWhatThenHappens(t *testing.T) {
	var tried, moved int
	began := time.Now()
	rapid.Check(t, func(rt *rapid.T) {
		if time.Since(began) > 20*time.Second && moved > 0 { // each try is a database of its own, slow under the race detector
			return
		}
		w := newVillage(t)
		auto, override := rapid.Bool().Draw(rt, "auto block"), rapid.Bool().Draw(rt, "allow overrides compliance")
		w.limit = rapid.IntRange(0, 2).Draw(rt, "phones per mailbox")
		w.preferences(func(p *access.Preferences) {
			p.AutoBlock, p.AllowOverridesCompliance, p.DeviceLimit = auto, override, w.limit
		})
		if rapid.Bool().Draw(rt, "rules") {
			north, all := iPhones("No iPhones in the north", access.ActionBlock), iPhones("Look at all", access.ActionQuarantine)
			north.Groups, all.Names, all.Most = []string{"north"}, []string{"Pixel"}, 0
			w.rule(north)
			w.rule(all)
		}
		w.walked()
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			told, change, ok := w.draw(rt)
			if !ok {
				continue
			}
			before := w.verdicts()
			preview, err := told()
			if access.KindOf(err) != access.KindInternal || err == nil {
				if err != nil { // what cannot be previewed cannot be done
					if change() == nil {
						rt.Errorf("the preview said %v, and it was done", err)
					}
					continue
				}
			} else {
				rt.Fatal(err)
			}
			if diff := cmp.Diff(before, w.verdicts()); diff != "" {
				rt.Fatalf("a preview has changed something: %s", diff)
			}
			if err := change(); err != nil {
				rt.Fatal(err)
			}
			after := w.verdicts()
			w.gone = nil
			type both struct{ Before, After settled }
			happened := map[access.AssociationID]both{}
			for id, was := range before {
				if is, there := after[id]; there && is != was {
					happened[id] = both{was, is}
				}
			}
			listed := map[access.AssociationID]both{}
			for id, c := range preview {
				listed[id] = both{c[0], c[1]}
			}
			if diff := cmp.Diff(listed, happened); diff != "" {
				rt.Errorf("told (-) and happened (+):\n%s", diff)
			}
			tried++
			moved += len(happened)
		}
	})
	if tried == 0 || moved == 0 {
		t.Errorf("%d steps, %d verdicts moved: this proves nothing", tried, moved)
	}
}

type listedChanges map[access.AssociationID][2]settled

func listedOf(p admin.Preview, err error) (listedChanges, error) {
	out := listedChanges{}
	for _, c := range p.Changes {
		if c.Before.Verdict == "" { // another policy, which no verdict hangs on alone
			continue
		}
		out[c.ID] = [2]settled{settledWhy(c.Before), settledWhy(c.After)}
	}
	return out, err
}

// draw chooses something to do: its preview, and doing it.
func (w *village) draw(rt *rapid.T) (preview func() (listedChanges, error), change func() error, ok bool) {
	ctx, a := w.t.Context(), w.admin
	device := rapid.SampledFrom(w.devices).Draw(rt, "device")
	user := rapid.SampledFrom(w.users).Draw(rt, "user")
	onDevice := func(verb access.Verb, f admin.ComplianceForm, do func() (admin.Result, error)) (func() (listedChanges, error), func() error, bool) {
		return func() (listedChanges, error) { return listedOf(a.PreviewDevice(ctx, root(), device, verb, f)) },
			func() error { _, err := do(); return err }, true
	}
	none := admin.Act{}
	switch rapid.IntRange(0, 14).Draw(rt, "verb") {
	case 0:
		return onDevice(access.VerbLose, admin.ComplianceForm{}, func() (admin.Result, error) { return a.LoseDevice(ctx, root(), device, none) })
	case 1:
		return onDevice(access.VerbFind, admin.ComplianceForm{}, func() (admin.Result, error) { return a.FoundDevice(ctx, root(), device, none) })
	case 2:
		return onDevice(access.VerbRetire, admin.ComplianceForm{}, func() (admin.Result, error) { return a.RetireDevice(ctx, root(), device, none) })
	case 3:
		return onDevice(access.VerbActivate, admin.ComplianceForm{}, func() (admin.Result, error) { return a.ActivateDevice(ctx, root(), device, none) })
	case 4:
		return onDevice(access.VerbDeleteDevice, admin.ComplianceForm{}, func() (admin.Result, error) { return a.DeleteDevice(ctx, root(), device, none) })
	case 5:
		f := admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"rooted"}}
		if rapid.Bool().Draw(rt, "compliant") {
			f = admin.ComplianceForm{Compliance: access.Compliant}
		}
		return onDevice(access.VerbSetCompliance, f, func() (admin.Result, error) { return a.SetCompliance(ctx, root(), device, f, none) })
	case 6:
		verb := rapid.SampledFrom([]access.Verb{access.VerbDisableUser, access.VerbEnableUser, access.VerbDeleteUser}).Draw(rt, "user verb")
		return func() (listedChanges, error) { return listedOf(a.PreviewUser(ctx, root(), user, verb)) }, func() error {
			do := map[access.Verb]func() (admin.Result, error){
				access.VerbDisableUser: func() (admin.Result, error) { return a.DisableUser(ctx, root(), user, none) },
				access.VerbEnableUser:  func() (admin.Result, error) { return a.EnableUser(ctx, root(), user, none) },
				access.VerbDeleteUser:  func() (admin.Result, error) { return a.DeleteUser(ctx, root(), user, none) },
			}[verb]
			_, err := do()
			return err
		}, true
	case 7:
		if w.limit > 0 {
			return nil, nil, false // what a merge makes too many is counted in a note
		}
		return w.drawMerge(rt)
	case 8, 9, 10, 11, 12:
		return w.drawPeopleBulk(rt)
	}
	who := rapid.SampledFrom([]access.Actor{root(), clerk()}).Draw(rt, "who")
	b := w.drawRecords(rt)
	return func() (listedChanges, error) { return listedOf(a.PreviewBulk(ctx, who, b, none)) }, func() error {
		if b.Verb == access.VerbRemove {
			w.forget(b.IDs)
		}
		return w.carriedOut(a.StartBulk(ctx, who, b, none))
	}, true
}

// clerk may do all but end what speaks against a device, and see nothing plain.
func clerk() access.Actor {
	return access.Actor{Name: "clerk", Role: access.RoleOperator, Only: slices.DeleteFunc(access.Verbs(), func(v access.Verb) bool {
		return v == access.VerbSetCompliance || v == access.VerbFind || v == access.VerbRetire || v == access.VerbSeePlain
	})}
}

// drawRecords chooses something to do to several records, by name, by filter, or to overrides in force.
func (w *village) drawRecords(rt *rapid.T) admin.Bulk {
	b := admin.Bulk{Verb: rapid.SampledFrom(admin.BulkVerbs()).Draw(rt, "bulk verb"),
		IDs: rapid.SliceOfN(rapid.SampledFrom(append(slices.Clip(w.records), "gone")), 1, 5).Draw(rt, "records")}
	switch {
	case b.Verb == access.VerbAssignPolicy:
		b.Policy = rapid.SampledFrom([]access.PolicyID{w.strict, "gone"}).Draw(rt, "policy")
	case b.Verb == access.VerbWipe:
		b.Wipe = rapid.SampledFrom([]access.WipeKind{access.WipeFull, access.WipeAccount}).Draw(rt, "wipe")
		return b
	case b.Verb == access.VerbComment:
		b.Comment = rapid.SampledFrom([]string{"", "call 0791234567", "call ••••4567", "call ••••9999"}).Draw(rt, "comment")
	case b.Verb == access.VerbAllow && rapid.Bool().Draw(rt, "end overrides"):
		b.End = true
		if rapid.Bool().Draw(rt, "all overrides") {
			b.IDs, b.Overrides = nil, &admin.OverrideQuery{Kind: rapid.SampledFrom([]access.OverrideKind{"", access.OverrideBlock}).Draw(rt, "kind")}
			return b
		}
	}
	if !b.End && b.Verb != access.VerbRemove && rapid.IntRange(0, 3).Draw(rt, "by filter") == 0 {
		b.IDs, b.Query = nil, &admin.Query{Show: rapid.SampledFrom([]admin.Show{admin.ShowAll, admin.ShowLinked, admin.ShowBlocked}).Draw(rt, "show")}
	}
	return b
}

// drawPeopleBulk does something to several devices or users at once.
func (w *village) drawPeopleBulk(rt *rapid.T) (func() (listedChanges, error), func() error, bool) {
	ctx, a, b := w.t.Context(), w.admin, w.drawPeople(rt)
	return func() (listedChanges, error) { return listedOf(a.PreviewPeopleBulk(ctx, root(), b)) }, func() error {
		return w.carriedOut(a.StartPeopleBulk(ctx, root(), b, admin.Act{}))
	}, true
}

// drawPeople chooses something to do to several devices or users, by name or by filter.
func (w *village) drawPeople(rt *rapid.T) admin.PeopleBulk {
	b := admin.PeopleBulk{Verb: rapid.SampledFrom(admin.PeopleBulkVerbs()).Draw(rt, "people verb")}
	if b.Verb == access.VerbSetCompliance {
		b.Compliance = rapid.SampledFrom([]admin.ComplianceForm{{Compliance: access.Compliant}, {Compliance: access.NotCompliant, Reasons: []string{"rooted"}}}).Draw(rt, "form")
	}
	users := b.Verb == access.VerbDisableUser || b.Verb == access.VerbEnableUser || b.Verb == access.VerbDeleteUser
	switch filter := rapid.Bool().Draw(rt, "by filter"); {
	case filter && users:
		b.Query = &admin.Query{Search: rapid.SampledFrom([]string{"", "user1"}).Draw(rt, "search")}
	case filter:
		b.Query = &admin.Query{Show: rapid.SampledFrom([]admin.Show{"all", "active", "lost"}).Draw(rt, "show")}
	case users:
		for _, id := range rapid.SliceOfN(rapid.SampledFrom(append(slices.Clip(w.users), "gone")), 1, 4).Draw(rt, "users") {
			b.IDs = append(b.IDs, string(id))
		}
	default:
		for _, id := range rapid.SliceOfN(rapid.SampledFrom(append(slices.Clip(w.devices), "gone")), 1, 5).Draw(rt, "devices") {
			b.IDs = append(b.IDs, string(id))
		}
	}
	return b
}

// drawMerge merges an old name of somebody. A record that is joined is judged beside both that it was.
func (w *village) drawMerge(rt *rapid.T) (func() (listedChanges, error), func() error, bool) {
	ctx, a := w.t.Context(), w.admin
	i := rapid.IntRange(0, 2).Draw(rt, "name")
	m := admin.Merge{Realm: "lab", From: fmt.Sprintf("user%d-old", i), To: fmt.Sprintf("user%d", rapid.IntRange(0, 2).Draw(rt, "to"))}
	return func() (listedChanges, error) {
			p, err := a.PreviewMerge(ctx, root(), m)
			out := listedChanges{}
			for _, s := range p.Steps {
				was := settledWhy(s.From.Why)
				if s.To != nil && s.Kept == s.To.ID {
					was = settledWhy(s.To.Why)
				}
				if is := settledWhy(s.After); is != was {
					out[s.Kept] = [2]settled{was, is}
				}
			}
			return out, err
		}, func() error {
			_, err := a.MergeAccounts(ctx, root(), m, admin.Act{})
			return err
		}, true
}
