// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

func (w *town) status(id access.AssociationID) access.SyncStatus {
	w.t.Helper()
	return w.find(id).SyncStatus
}

// A-17, M-06, M-07, M-08, R-14: lost and not compliant reach every record of the phone, linked or not, and
// no other phone of the account; what is put right lets them through again.
func TestTheStateOfADeviceReachesEveryRecordOfThePhone(t *testing.T) {
	w := newTown(t)
	second := w.world.record("carl", "Dalma", func(as *access.Association) { as.Model, as.OS = "Pixel", "Android" }) // not linked
	other := w.second                                                                                                // alma's other phone
	res := w.do(w.admin.SetCompliance(t.Context(), root(), w.device["alma"], admin.ComplianceForm{Compliance: access.NotCompliant,
		Reasons: []string{"passcode missing"}}, admin.Act{}))
	if !strings.Contains(res.Text, "This reaches 2 records") {
		t.Errorf("text %q", res.Text)
	}
	for _, id := range []access.AssociationID{w.record["alma"], second} {
		if d := w.find(id); d.SyncStatus != access.Blocked || d.Why.Rule != "device-noncompliant" {
			t.Errorf("%s is %s: %s", d.Pair, d.SyncStatus, d.Why.Text)
		}
	}
	if w.status(other) != access.Allowed || w.status(w.record["bert"]) != access.Allowed {
		t.Error("another phone is blocked too")
	}
	if _, err := w.admin.Undo(t.Context(), root(), res.Undo, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	if w.status(second) != access.Allowed {
		t.Error("undone, and still blocked")
	}
	for _, step := range []struct {
		verb access.Verb
		want access.SyncStatus
	}{{access.VerbLose, access.Blocked}, {access.VerbFind, access.Allowed}, {access.VerbRetire, access.Blocked}, {access.VerbActivate, access.Allowed}} {
		do := map[access.Verb]func() (admin.Result, error){
			access.VerbLose: func() (admin.Result, error) {
				return w.admin.LoseDevice(t.Context(), root(), w.device["alma"], admin.Act{})
			},
			access.VerbFind: func() (admin.Result, error) {
				return w.admin.FoundDevice(t.Context(), root(), w.device["alma"], admin.Act{})
			},
			access.VerbRetire: func() (admin.Result, error) {
				return w.admin.RetireDevice(t.Context(), root(), w.device["alma"], admin.Act{})
			},
			access.VerbActivate: func() (admin.Result, error) {
				return w.admin.ActivateDevice(t.Context(), root(), w.device["alma"], admin.Act{})
			},
		}[step.verb]
		res := w.do(do())
		if w.status(w.record["alma"]) != step.want || w.status(second) != step.want {
			t.Errorf("%s: %s", step.verb, res.Text)
		}
	}
}

// what can be done with a device is one table, and a verb that its status does not allow is refused.
func TestAVerbThatTheStatusDoesNotAllowIsRefused(t *testing.T) {
	w := newTown(t)
	_, err := w.admin.FoundDevice(t.Context(), root(), w.device["alma"], admin.Act{})
	wantKind(t, err, access.KindConflict)
	_, err = w.admin.LoseDevice(t.Context(), root(), w.wait, admin.Act{})
	wantKind(t, err, access.KindConflict)
	active := admin.DeviceActions(access.DeviceActive)
	for _, state := range []access.DeviceState{access.DeviceWaiting, access.DevicePending, access.DeviceRetired, access.DeviceWiped} {
		for _, v := range []access.Verb{access.VerbLose, access.VerbRetire} {
			if slices.Contains(admin.DeviceActions(state), v) || !slices.Contains(active, v) {
				t.Errorf("%s when %s", v, state)
			}
		}
	}
}

// a phone that waits becomes a registered device with its records linked; Link To links,
// unlinks, and what a hand has done the matcher leaves alone.
func TestLinkToAndBack(t *testing.T) {
	w := newTown(t)
	w.do(w.admin.RegisterDevice(t.Context(), root(), w.wait, admin.DeviceForm{Name: "tablet"}, admin.Act{}))
	d := w.find(w.second)
	if d.Device != w.wait || d.StatusLabel() != "Registered(Linked)" || d.Link.By != access.LinkedByHand {
		t.Fatalf("%s %+v", d.StatusLabel(), d.Link)
	}
	dev, err := w.admin.FindDevice(t.Context(), root(), w.wait)
	if err != nil || dev.State != access.DeviceActive || dev.Name != "tablet" || len(dev.Linked) != 1 || dev.Model != "iPhone" {
		t.Fatalf("%+v, %v", dev, err)
	}
	res := w.do(w.admin.UnlinkAssociation(t.Context(), root(), w.second, admin.Act{Reason: "belongs to carl"}))
	if d := w.find(w.second); d.Linked() || d.Link.By != access.LinkedByHand || d.Suggestion.Device != "" {
		t.Errorf("%+v", d.Association)
	}
	w.do(w.admin.ChangeDevice(t.Context(), root(), w.wait, admin.FormOf(&dev.RegisteredDevice), admin.Act{})) // the matcher looks again
	if d := w.find(w.second); d.Linked() {
		t.Error("the matcher has linked what a hand has unlinked")
	}
	w.do(w.admin.Undo(t.Context(), root(), res.Undo, admin.Act{}))
	if d := w.find(w.second); d.Device != w.wait {
		t.Errorf("undone, and %+v", d.Association)
	}
	w.do(w.admin.UnlinkAssociation(t.Context(), root(), w.second, admin.Act{}))
	again := w.do(w.admin.MatchAgain(t.Context(), root(), w.second, admin.Act{}))
	if d := w.find(w.second); d.Device != w.wait || d.Link.By != access.LinkedByMatcher { // the registration names its id
		t.Errorf("%s: %+v", again.Text, d.Association)
	}
	c, err := w.admin.LinkCandidates(t.Context(), root(), w.second, "")
	if err != nil || len(c.List) == 0 || c.List[0].ID != w.wait || !c.List[0].Present || c.List[0].Score < access.LinkFrom || len(c.List[0].Facts) != 8 {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = w.admin.LinkCandidates(t.Context(), root(), w.second, "phone of bert")
	if err != nil || len(c.List) != 1 || c.List[0].ID != w.device["bert"] {
		t.Errorf("%+v, %v", c, err)
	}
	w.do(w.admin.RetireDevice(t.Context(), root(), w.device["bert"], admin.Act{}))
	_, err = w.admin.LinkAssociation(t.Context(), root(), w.second, w.device["bert"], admin.Act{})
	wantKind(t, err, access.KindConflict)
}

// A phone cannot get around the state of its device by telling something else of itself: neither retired
// nor lost nor not compliant devices lose their records to the matcher.
func TestARetiredDeviceKeepsItsRecords(t *testing.T) {
	w := newTown(t)
	w.do(w.admin.MatchAgain(t.Context(), root(), w.record["alma"], admin.Act{}))
	w.do(w.admin.ChangeDevice(t.Context(), root(), w.device["alma"], admin.DeviceForm{Name: "p", Owner: w.user["alma"], EASID: "Dalma"}, admin.Act{}))
	id := w.record["alma"]
	if d := w.find(id); d.Link.By != access.LinkedByMatcher {
		t.Fatalf("the matcher has not linked it: %+v", d.Link)
	}
	w.do(w.admin.RetireDevice(t.Context(), root(), w.device["alma"], admin.Act{}))
	if d := w.find(id); !d.Linked() || d.SyncStatus != access.Blocked {
		t.Errorf("%+v", d.Association)
	}
}

// M-14, M-15: a user that is disabled is refused with every account, and undone is as before.
func TestADisabledUserIsRefusedWithEveryAccount(t *testing.T) {
	w := newTown(t)
	res := w.do(w.admin.DisableUser(t.Context(), root(), w.user["alma"], admin.Act{Reason: "left"}))
	for _, id := range []access.AssociationID{w.record["alma"], w.second} {
		if d := w.find(id); d.Why.Rule != "user-disabled" {
			t.Errorf("%s: %s", d.Pair, d.Why.Text)
		}
	}
	if w.status(w.record["bert"]) != access.Allowed {
		t.Error("bert is blocked too")
	}
	w.do(w.admin.Undo(t.Context(), root(), res.Undo, admin.Act{}))
	if w.status(w.second) != access.Allowed {
		t.Error("undone, and still blocked")
	}
	_, err := w.admin.AddUser(t.Context(), root(), admin.UserForm{Name: "carl", Accounts: []access.Account{{Realm: "lab", Account: "ALMA"}}}, admin.Act{})
	wantKind(t, err, access.KindConflict)
	if !strings.Contains(access.TextOf(err), "alma") {
		t.Errorf("the owner is not named: %v", err)
	}
}

// two names that are one account: one record per phone, the strictest word, both histories; undone,
// everything is as it was.
func TestAMergeJoinsRecordsAndIsUndone(t *testing.T) {
	for _, later := range []bool{false, true} {
		w := newTown(t)
		old := w.world.record("a.maiden", "Dalma", func(as *access.Association) {
			as.FirstSync, as.Comment = w.clock.Now().Add(-48*time.Hour), "from before"
		})
		lone := w.world.record("a.maiden", "DLONE")
		w.do(w.admin.BlockAssociation(t.Context(), root(), old, admin.Act{Reason: "why"}))
		w.do(w.admin.CommentAssociation(t.Context(), root(), w.record["alma"], "now", admin.Act{}))
		before := map[access.AssociationID]access.Association{}
		for _, id := range []access.AssociationID{old, lone, w.record["alma"], w.second} {
			before[id] = w.find(id).Association
		}
		m := admin.Merge{Realm: "lab", From: "A.Maiden", To: "alma"}
		told, err := w.admin.PreviewMerge(t.Context(), root(), m)
		if err != nil || len(told.Steps) != 2 {
			t.Fatalf("%+v, %v", told, err)
		}
		if diff := cmp.Diff(before[old], w.find(old).Association); diff != "" {
			t.Fatalf("a preview has changed something: %s", diff)
		}
		res := w.do(w.admin.MergeAccounts(t.Context(), root(), m, admin.Act{Reason: "married"}))
		for _, s := range told.Steps {
			if d := w.find(s.Kept); settledWhy(d.Why) != settledWhy(s.After) || d.Override != s.Word {
				t.Errorf("told %+v, happened %+v", s.After, d.Why)
			}
		}
		joined := w.find(old)
		if joined.Pair.Account != "alma" || joined.Override.Kind != access.OverrideBlock || joined.Device != w.device["alma"] ||
			!strings.Contains(joined.Comment, "now") || !strings.Contains(joined.Comment, "from before") ||
			!slices.Contains(joined.MergedFrom, w.record["alma"]) || joined.SyncStatus != access.Blocked {
			t.Errorf("joined: %+v", joined.Association)
		}
		if d := access.Decide(w.view.load(), &access.Facts{Pair: pairOf("a.maiden", "Dalma"), ConsoleHeard: w.clock.Now()}, w.clock.Now()); d.Rule != access.RuleManualBlock {
			t.Errorf("who comes by the old name: %s", d.Rule)
		}
		line, err := w.admin.Timeline(t.Context(), root(), admin.TimelineQuery{Record: old})
		if err != nil || !slices.ContainsFunc(line.Moments, func(m admin.Moment) bool { return m.Object == string(w.record["alma"]) }) {
			t.Errorf("the other history is not there: %+v, %v", line, err)
		}
		w.tells(admin.TimelineQuery{Record: old}, access.VerbMergeAccounts, "; married")
		w.tells(admin.TimelineQuery{Record: lone}, access.VerbMergeAccounts, "moved from a.maiden; married")
		w.tells(admin.TimelineQuery{User: w.user["alma"]}, access.VerbMergeAccounts, "is another name of alma now; married")
		if later {
			w.do(w.admin.SplitAccounts(t.Context(), root(), "lab", "a.maiden", admin.Act{Reason: "two people"}))
			for _, id := range []access.AssociationID{lone, w.record["alma"]} {
				w.tells(admin.TimelineQuery{Record: id}, access.VerbSplitAccounts, "as it was before a.maiden became another name of alma; two people")
			}
		} else {
			w.do(w.admin.Undo(t.Context(), root(), res.Undo, admin.Act{}))
		}
		for id, was := range before {
			if diff := cmp.Diff(was, w.find(id).Association, cmpopts.IgnoreFields(access.Association{}, "Version", "Change")); diff != "" {
				t.Errorf("not as it was (split %t): %s", later, diff)
			}
		}
	}
}

// R-13, F-06: the name that somebody still types leads to the records, to everybody who may see them, until it
// is a name of its own again.
func TestTheOldNameOfAnAccountLeadsToItsRecords(t *testing.T) {
	w := newTown(t)
	w.do(w.admin.AddUser(t.Context(), root(), admin.UserForm{Name: "carl", Accounts: []access.Account{{Realm: "lab", Account: "carl"}}}, admin.Act{}))
	w.world.record("carl", "DCARL")
	w.do(w.admin.MergeAccounts(t.Context(), root(), admin.Merge{Realm: "lab", From: "carl", To: "alma"}, admin.Act{}))
	w.told("gw1", 0, lab())
	desk := access.Actor{Name: "desk", Role: access.RoleAuditor, Only: []access.Verb{access.VerbView}} // numbers are covered
	found := func(who access.Actor) (accounts []string) {
		p, err := w.admin.ListAssociations(t.Context(), who, admin.Query{Search: "carl"})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Rows {
			accounts = append(accounts, r.Pair.Account)
		}
		return accounts
	}
	says := func(who access.Actor) string {
		got, err := w.admin.Answer(t.Context(), who, "carl")
		if err != nil {
			t.Fatal(err)
		}
		for _, an := range got.List {
			if an.Kind == admin.AnswerUser {
				return an.Sentence
			}
		}
		return ""
	}
	for _, who := range []access.Actor{root(), desk} {
		if got := found(who); !slices.Equal(got, []string{"alma", "alma", "alma"}) {
			t.Errorf("%s finds the records of %q", who.Name, got)
		}
		if got := says(who); got != "carl is another name of alma, who has 3 phones." {
			t.Errorf("%s is told %q", who.Name, got)
		}
	}
	w.do(w.admin.SplitAccounts(t.Context(), root(), "lab", "carl", admin.Act{}))
	if got := found(root()); !slices.Equal(got, []string{"carl"}) {
		t.Errorf("after the split there are the records of %q", got)
	}
	if got := says(root()); strings.Contains(got, "another name") {
		t.Errorf("after the split: %q", got)
	}
}

// R-13, F-06: the address that somebody still types leads to the heir and to what stands under the heir's
// name, whether or not a user of the old name is left; and to nothing of those whom the asker may not see.
func TestTheOldAddressOfAnAccountLeadsToTheHeir(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	w.world.record("carl", "DCARL")
	w.told("gw1", 0, lab("lab.example"))
	cuts := func(servers []access.MailServer, realm, text string) (string, bool) {
		name, domain, _ := strings.Cut(strings.ToLower(text), "@")
		for _, s := range servers {
			if s.Realm == realm && slices.Contains(s.Domains, domain) {
				return name, true
			}
		}
		return strings.ToLower(text), text != ""
	}
	rooms, err := admin.New(admin.Config{Store: w.store, Snapshot: w.view.load, Now: w.clock.Now, Account: cuts})
	if err != nil {
		t.Fatal(err)
	}
	w.do(rooms.MergeAccounts(ctx, root(), admin.Merge{Realm: "lab", From: "carl", To: "alma"}, admin.Act{}))
	found := func(who access.Actor, text string) (titles []string) {
		t.Helper()
		got, err := rooms.Answer(ctx, who, text)
		if err != nil {
			t.Fatal(err)
		}
		for _, an := range got.List {
			if an.Kind == admin.AnswerUser && !strings.HasPrefix(an.Sentence, "carl is another name of alma. ") {
				t.Errorf("%s: %q", text, an.Sentence)
			}
			if an.Kind != admin.AnswerDevice { // its ActiveSync id holds the word
				titles = append(titles, an.Kind+" "+an.Title)
			}
		}
		slices.Sort(titles)
		return titles
	}
	want := []string{"record alma on Pixel", "record alma on iPhone", "record alma on iPhone", "user alma"}
	for _, text := range []string{"carl@lab.example", "Carl@LAB.example", "carl"} {
		if got := found(root(), text); !slices.Equal(got, want) {
			t.Errorf("%s finds %q", text, got)
		}
	}
	if got := found(root(), "carl@elsewhere.example"); len(got) > 0 {
		t.Errorf("somebody else's address finds %q", got)
	}
	u, err := w.store.FindUser(ctx, w.user["alma"])
	if err != nil {
		t.Fatal(err)
	}
	form := admin.UserFormOf(u)
	form.Email = "alma@elsewhere.example"
	w.do(rooms.ChangeUser(ctx, root(), u.ID, form, admin.Act{Version: u.Version}))
	if got := found(root(), "carl@elsewhere.example"); !slices.Equal(got, want) {
		t.Errorf("an address at the heir's domain finds %q", got)
	}
	for group, want := range map[string]int{"north": len(want), "south": 0} {
		desk := access.Actor{Name: "desk", Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{group}}}
		if got := found(desk, "carl@lab.example"); len(got) != want {
			t.Errorf("who looks after %s finds %q", group, got)
		}
	}
}

// tells fails unless a timeline has a line of a verb that ends like this (Y-19).
func (w *town) tells(q admin.TimelineQuery, verb access.Verb, end string) {
	w.t.Helper()
	line, err := w.admin.Timeline(w.t.Context(), root(), q)
	if err != nil || !slices.ContainsFunc(line.Moments, func(m admin.Moment) bool { return m.Kind == string(verb) && strings.HasSuffix(m.Text, end) }) {
		w.t.Errorf("no line %s …%s: %+v, %v", verb, end, line.Moments, err)
	}
}

// Y-06, Y-08: the page of what is in force says what each masks.
func TestOverridesSayWhatTheyMask(t *testing.T) {
	w := newTown(t)
	w.preferences(func(p *access.Preferences) { p.AutoBlock = true })
	w.do(w.admin.AllowAssociation(t.Context(), root(), w.second, admin.Act{Reason: "boss", Until: w.clock.Now().Add(time.Hour)}))
	w.do(w.admin.AllowAssociation(t.Context(), root(), w.record["bert"], admin.Act{}))
	p, err := w.admin.ListOverrides(t.Context(), root(), admin.OverrideQuery{Sort: "until"})
	if err != nil || len(p.Rows) != 2 || p.Rows[0].ID != w.second || p.Rows[0].Masks.Rule != "unregistered" || p.Rows[0].Idle || !p.Rows[1].Idle {
		t.Fatalf("%+v, %v", p, err)
	}
	w.do(w.admin.EndOverride(t.Context(), root(), w.second, admin.Act{}))
	if w.status(w.second) != access.Blocked {
		t.Error("ended, and still let through")
	}
	res := w.do(w.admin.PreApprove(t.Context(), root(), admin.ApprovalForm{Realm: "lab", Account: "Bert", Device: "new"}, admin.Act{Reason: "on Monday"}))
	decide := func() access.Rule {
		d := access.Decide(w.view.load(), &access.Facts{Pair: pairOf("bert", "NEW"), ConsoleHeard: w.clock.Now()}, w.clock.Now())
		return d.Rule
	}
	if decide() != access.RulePreApproved {
		t.Errorf("rule %s", decide())
	}
	list, err := w.admin.ListPreApprovals(t.Context(), root(), "", 0)
	if err != nil || len(list.Rows) != 1 || list.Rows[0].Masks.Rule != "unregistered" || list.Rows[0].Idle {
		t.Errorf("%+v, %v", list, err)
	}
	w.do(w.admin.Undo(t.Context(), root(), res.Undo, admin.Act{}))
	if decide() != access.RuleUnregistered {
		t.Errorf("undone: rule %s", decide())
	}
}

// The one search box says what is the matter and names the verb, for whoever may use it.
func TestTheSearchBoxAnswers(t *testing.T) {
	w := newTown(t)
	w.do(w.admin.SetCompliance(t.Context(), root(), w.device["alma"], admin.ComplianceForm{Compliance: access.NotCompliant,
		Reasons: []string{"passcode missing"}}, admin.Act{}))
	got, err := w.admin.Answer(t.Context(), root(), "alma")
	if err != nil || len(got.List) == 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	kinds := map[string]int{}
	for _, an := range got.List {
		kinds[an.Kind]++
	}
	if kinds[admin.AnswerUser] != 1 || kinds[admin.AnswerRecord] != 2 || kinds[admin.AnswerDevice] < 1 {
		t.Errorf("%+v", got.List)
	}
	first := got.List[0]
	if first.Kind != admin.AnswerUser || !strings.Contains(first.Sentence, "Blocked since 09:30 because the phone is not compliant: passcode missing.") ||
		first.Verb != access.VerbSetCompliance || first.On != string(w.device["alma"]) {
		t.Errorf("%+v", first)
	}
	got, err = w.admin.Answer(t.Context(), access.Actor{Name: "carol", Role: access.RoleAuditor}, "alma")
	if err != nil || got.List[0].Verb != "" || got.List[0].Advice == "" {
		t.Errorf("%+v, %v", got.List[0], err)
	}
}

func TestAPendingDeviceIsActiveFromItsFirstCheckInOn(t *testing.T) {
	w := newTown(t)
	f := admin.DeviceForm{Name: "new", State: access.DevicePending}
	id := access.DeviceID(w.do(w.admin.AddDevice(t.Context(), root(), f, admin.Act{})).ID)
	state := func() access.DeviceState {
		d, err := w.admin.FindDevice(t.Context(), root(), id)
		if err != nil {
			t.Fatal(err)
		}
		return d.State
	}
	f.Name = "newer"
	w.do(w.admin.ChangeDevice(t.Context(), root(), id, f, admin.Act{}))
	if state() != access.DevicePending {
		t.Errorf("renamed: %s", state())
	}
	f.LastCheckIn = w.clock.Now()
	w.do(w.admin.ChangeDevice(t.Context(), root(), id, f, admin.Act{}))
	if state() != access.DeviceActive {
		t.Errorf("checked in: %s", state())
	}
}
