// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

// south is somebody who works for the group of bert alone.
func south(role access.Role) access.Actor {
	return access.Actor{Name: "south " + string(role), Role: role, Scope: &access.Scope{Groups: []string{"south"}}}
}

// A registration that names the phone of somebody outside the groups of who registers it, by any number and
// whichever verb writes it, would put that phone into his hands: it is refused, and the phone stays free.
func TestNobodyReachesBeyondHisGroupsByTheNumbersOfADevice(t *testing.T) {
	const imei = "352099001761481"
	forms := map[string]admin.DeviceForm{
		"its ActiveSync device id": {EASID: "DWAITS"},
		"its IMEI":                 {IMEI: imei},
	}
	for name, form := range forms {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			trapped := w.second
			if form.IMEI != "" {
				trapped = w.world.record("alma", "DTHIRD", func(as *access.Association) { as.IMEI = imei })
			}
			form.Name, form.Owner = "trap", w.user["bert"]
			who := south(access.RoleOperator)
			_, err := w.admin.AddDevice(t.Context(), who, form, admin.Act{})
			wantKind(t, err, access.KindConflict)
			if strings.Contains(err.Error(), "alma") || strings.Contains(access.TextOf(err), "alma") {
				t.Errorf("whose phone it is is told: %v", err)
			}
			_, err = w.admin.ChangeDevice(t.Context(), who, w.device["bert"], form, admin.Act{})
			wantKind(t, err, access.KindConflict)
			if d := w.find(trapped); d.Linked() {
				t.Errorf("linked: %+v", d.Link)
			}
			// Who looks after all may. Still it is not for who looks after the south to say what becomes of alma's phone.
			trap := access.DeviceID(w.do(w.admin.AddDevice(t.Context(), root(), form, admin.Act{})).ID)
			w.do(w.admin.LinkAssociation(t.Context(), root(), trapped, trap, admin.Act{}))
			for verb, try := range map[string]func() error{
				"lose":   func() error { return result(w.admin.LoseDevice(t.Context(), who, trap, admin.Act{})) },
				"retire": func() error { return result(w.admin.RetireDevice(t.Context(), who, trap, admin.Act{})) },
				"delete": func() error { return result(w.admin.DeleteDevice(t.Context(), who, trap, admin.Act{})) },
				"comply": func() error {
					return result(w.admin.SetCompliance(t.Context(), who, trap, admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"rooted"}}, admin.Act{}))
				},
				"preview": func() error {
					return got(w.admin.PreviewDevice(t.Context(), who, trap, access.VerbLose, admin.ComplianceForm{}))
				},
			} {
				if err := try(); err == nil || access.KindOf(err) != access.KindConflict {
					t.Errorf("%s: %v, want a conflict", verb, err)
				}
			}
			if w.status(trapped) != access.Allowed {
				t.Error("the phone is refused")
			}
		})
	}
}

// A phone that somebody of the groups uses is lost by who looks after him, although another one has an
// account on it: R-14. Whose that is is counted, and not told.
func TestAGuestOnAPhoneIsReachedButNotNamed(t *testing.T) {
	w := newTown(t)
	guest := w.world.record("alma", "Dbert", func(as *access.Association) { as.Model, as.OS = "Pixel", "Android" })
	who := south(access.RoleOperator)
	p, err := w.admin.PreviewDevice(t.Context(), who, w.device["bert"], access.VerbLose, admin.ComplianceForm{})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if p.ToBlocked != 2 || len(p.Changes) != 1 || p.Changes[0].ID != w.record["bert"] || len(p.Notes) != 1 || strings.Contains(string(text), "alma") {
		t.Errorf("%s", text)
	}
	w.do(w.admin.LoseDevice(t.Context(), who, w.device["bert"], admin.Act{}))
	if w.status(guest) != access.Blocked {
		t.Error("the guest's mail goes on coming to the lost phone")
	}
}

// A bulk that names devices or users beyond the groups does nothing to them, and its preview does not count what they have.
func TestAPreviewOfManyCountsNothingBeyondTheGroups(t *testing.T) {
	w := newTown(t)
	for verb, ids := range map[access.Verb]map[string]string{
		access.VerbDisableUser: {"alma": string(w.user["alma"]), "bert": string(w.user["bert"])},
		access.VerbLose:        {"alma": string(w.device["alma"]), "bert": string(w.device["bert"])},
	} {
		for name, records := range map[string]bool{"alma": false, "bert": true} {
			b := admin.PeopleBulk{Verb: verb, IDs: []string{ids[name]}}
			told, err := w.admin.PreviewPeopleBulk(t.Context(), south(access.RoleOperator), b)
			if err != nil || (told.Records > 0) != records || (told.Refusals > 0) == records {
				t.Errorf("%s of %s: %d records, %+v, %v", verb, name, told.Records, told.Refusing, err)
			}
			if all, err := w.admin.PreviewPeopleBulk(t.Context(), root(), b); err != nil || all.Records == 0 {
				t.Errorf("%s of %s has nothing to count: %+v, %v", verb, name, all, err)
			}
		}
	}
}

// Who was not the first to change something is told what the other one did, without the names of what is beyond the groups.
func TestWhatAnotherDidMeanwhileNamesNothingBeyondTheGroups(t *testing.T) {
	w := newTown(t)
	guest := w.world.record("bert", "Dalma")
	w.do(w.admin.LinkAssociation(t.Context(), root(), guest, w.device["alma"], admin.Act{}))
	_, err := w.admin.BlockAssociation(t.Context(), south(access.RoleHelpDesk), guest, admin.Act{Version: 1})
	wantKind(t, err, access.KindConflict)
	if said := access.TextOf(err); strings.Contains(said, "alma") || !strings.Contains(said, "linked to "+admin.OutsideWords) {
		t.Errorf("the help desk of the south is told: %s", said)
	}
	_, err = w.admin.BlockAssociation(t.Context(), root(), guest, admin.Act{Version: 1})
	if said := access.TextOf(err); !strings.Contains(said, "linked to phone of alma of alma") {
		t.Errorf("who sees all is told: %s", said)
	}
}

// What a record of the own groups is linked to is told, but not which device of whom, and why that one is
// refused: neither in lists, panes, answers and timelines, nor in previews.
func TestAnothersDeviceHasNoName(t *testing.T) {
	w := newTown(t)
	guest := w.world.record("bert", "Dalma", func(as *access.Association) { as.Model, as.OS = "Pixel", "Android" })
	w.do(w.admin.LinkAssociation(t.Context(), root(), guest, w.device["alma"], admin.Act{Reason: "they share it"}))
	w.do(w.admin.SetCompliance(t.Context(), root(), w.device["alma"], admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"jailbroken twice"}}, admin.Act{}))
	err := w.store.WithTx(t.Context(), func(tx *store.Tx) error { // a gateway has refused it for that once
		as, err := tx.FindAssociation(guest)
		if err != nil {
			return err
		}
		as.Reported = access.Reported{Verdict: "refuse", Rule: "device-noncompliant", Detail: "jailbroken twice", Enforced: true, At: w.clock.Now()}
		return tx.SaveTimes(as)
	})
	if err != nil {
		t.Fatal(err)
	}
	w.do(w.admin.BlockAssociation(t.Context(), root(), guest, admin.Act{}))
	desk, ctx := south(access.RoleHelpDesk), t.Context()
	reads := map[string]func(who access.Actor) (any, error){
		"list":       func(who access.Actor) (any, error) { return w.admin.ListAssociations(ctx, who, admin.Query{}) },
		"rows":       func(who access.Actor) (any, error) { return w.admin.RowsByID(ctx, who, []access.AssociationID{guest}) },
		"pane":       func(who access.Actor) (any, error) { return w.admin.FindAssociation(ctx, who, guest) },
		"neighbours": func(who access.Actor) (any, error) { return w.admin.FindAssociation(ctx, who, w.record["bert"]) },
		"user":       func(who access.Actor) (any, error) { return w.admin.FindUser(ctx, who, w.user["bert"]) },
		"timeline": func(who access.Actor) (any, error) {
			return w.admin.Timeline(ctx, who, admin.TimelineQuery{Record: guest})
		},
		"answer":     func(who access.Actor) (any, error) { return w.admin.Answer(ctx, who, "bert") },
		"overrides":  func(who access.Actor) (any, error) { return w.admin.ListOverrides(ctx, who, admin.OverrideQuery{}) },
		"candidates": func(who access.Actor) (any, error) { return w.admin.LinkCandidates(ctx, who, guest, "") },
		"preview": func(who access.Actor) (any, error) {
			return w.admin.PreviewBulk(ctx, who, admin.Bulk{Verb: access.VerbAllow, IDs: []access.AssociationID{guest}}, admin.Act{})
		},
	}
	told := 0
	for name, read := range reads {
		for _, who := range []access.Actor{desk, root()} {
			out, err := read(who)
			if err != nil {
				t.Fatal(name, err)
			}
			text, err := json.Marshal(out)
			if err != nil {
				t.Fatal(err)
			}
			for _, word := range []string{"phone of alma", "jailbroken", string(w.device["alma"]), string(w.user["alma"])} {
				switch has := strings.Contains(string(text), word); {
				case has && who.Scope != nil:
					t.Errorf("%s tells %q: %s", name, word, text)
				case has:
					told++
				}
			}
		}
	}
	if told < 10 {
		t.Errorf("an administrator is told %d times: this proves nothing", told)
	}
	if d, err := w.admin.FindAssociation(ctx, desk, guest); err != nil || !d.Linked() || d.SyncStatus != access.Blocked {
		t.Errorf("that it is linked and refused is still told: %+v, %v", d.Association, err)
	}
	line, err := w.admin.Timeline(ctx, desk, admin.TimelineQuery{Record: w.record["bert"]})
	if err != nil || !strings.Contains(fmt.Sprint(line.Moments), "linked to phone of bert of bert") {
		t.Errorf("the own device is named: %+v, %v", line.Moments, err)
	}
}

// one row per phone: no number makes a second registration of one that is in use, by whichever verb. A
// phone whose registration is out of use may be registered anew.
func TestAPhoneIsRegisteredOnce(t *testing.T) {
	for name, form := range map[string]admin.DeviceForm{
		"ActiveSync device id": {EASID: "DX1"}, "IMEI": {IMEI: "35-209900-176148-1"}, "serial number": {Serial: "c39xk2 jn73"}, "UDID": {UDID: "0000-8110-AB12CD"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t)
			form.Name, form.Owner = "first", w.user["alma"]
			first := access.DeviceID(w.do(w.admin.AddDevice(t.Context(), root(), form, admin.Act{})).ID)
			again := form
			again.Name, again.Serial, again.EASID, again.UDID = "second", strings.ToUpper(form.Serial), strings.ToLower(form.EASID), strings.ToLower(form.UDID)
			_, err := w.admin.AddDevice(t.Context(), root(), again, admin.Act{})
			wantKind(t, err, access.KindConflict)
			if !strings.Contains(access.TextOf(err), "first of alma") || !strings.Contains(access.TextOf(err), name) {
				t.Errorf("which one is not told: %v", err)
			}
			again.Owner = w.user["bert"]
			_, err = w.admin.ChangeDevice(t.Context(), south(access.RoleOperator), w.device["bert"], again, admin.Act{})
			wantKind(t, err, access.KindConflict)
			if strings.Contains(access.TextOf(err), "alma") {
				t.Errorf("whose it is is told beyond the scope: %v", err)
			}
			if form.EASID != "" { // the phone comes and is unlinked: it is registered already, and does not wait
				id := w.world.record("alma", form.EASID)
				w.do(w.admin.MatchAgain(t.Context(), root(), id, admin.Act{}))
				w.do(w.admin.UnlinkAssociation(t.Context(), root(), id, admin.Act{}))
				p, err := w.admin.ListDevices(t.Context(), root(), admin.DeviceQuery{Show: "waiting", Search: form.EASID})
				if err != nil || len(p.Rows) != 0 {
					t.Fatalf("%+v, %v", p.Rows, err)
				}
				d, err := w.admin.FindDevice(t.Context(), root(), first)
				if err != nil || d.Unlinked != 1 || d.UnlinkedByHand != 1 || len(d.Loose) != 1 || d.Loose[0].ID != id {
					t.Errorf("%+v, %v", d, err)
				}
			}
			// Its own form still saves, and a phone that is out of use may come anew.
			form.Name = "renamed"
			w.do(w.admin.ChangeDevice(t.Context(), root(), first, form, admin.Act{}))
			w.do(w.admin.RetireDevice(t.Context(), root(), first, admin.Act{}))
			again.Owner = w.user["alma"]
			w.do(w.admin.AddDevice(t.Context(), root(), again, admin.Act{}))
		})
	}
}
