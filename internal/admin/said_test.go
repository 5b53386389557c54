// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// What a verb on a link says becomes of the phone is what a gateway then says, whatever its devices are like
// before and after.
func TestWhatALinkVerbSaysIsWhatIs(t *testing.T) {
	states := map[string]func(w *town, id access.DeviceID){
		"healthy": func(*town, access.DeviceID) {},
		"lost":    func(w *town, id access.DeviceID) { w.do(w.admin.LoseDevice(w.t.Context(), root(), id, admin.Act{})) },
		"not compliant": func(w *town, id access.DeviceID) {
			w.do(w.admin.SetCompliance(w.t.Context(), root(), id, admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"rooted"}}, admin.Act{}))
		},
		"retired": func(w *town, id access.DeviceID) { w.do(w.admin.RetireDevice(w.t.Context(), root(), id, admin.Act{})) },
	}
	refused, passed := 0, 0
	for before, bring := range states {
		for after, bringOther := range states {
			for _, auto := range []bool{false, true} {
				for verb, do := range map[string]func(w *town) (admin.Result, error){
					"unlink": func(w *town) (admin.Result, error) {
						return w.admin.UnlinkAssociation(t.Context(), root(), w.record["alma"], admin.Act{})
					},
					"match again": func(w *town) (admin.Result, error) {
						return w.admin.MatchAgain(t.Context(), root(), w.record["alma"], admin.Act{})
					},
					"link to": func(w *town) (admin.Result, error) {
						return w.admin.LinkAssociation(t.Context(), root(), w.record["alma"], w.device["bert"], admin.Act{})
					},
				} {
					w := newTown(t)
					w.preferences(func(p *access.Preferences) { p.AutoBlock = auto })
					bring(w, w.device["alma"])
					bringOther(w, w.device["bert"])
					r, err := do(w)
					if err != nil { // to a device that is out of use
						wantKind(t, err, access.KindConflict)
						continue
					}
					d := access.Decide(w.view.load(), &access.Facts{Pair: pairOf("alma", "Dalma"), ConsoleHeard: w.clock.Now()}, w.clock.Now())
					says := strings.Contains(r.Text, "It is refused")
					if says != d.Blocked() || says == strings.Contains(r.Text, "Its next request passes.") {
						t.Errorf("%s, %s before, the other %s, auto block %t: %q, and it is %s", verb, before, after, auto, r.Text, d.Rule)
					}
					if says {
						refused++
					} else {
						passed++
					}
				}
			}
		}
	}
	if refused < 10 || passed < 10 {
		t.Errorf("%d refused, %d passed: this proves too little", refused, passed)
	}
}

// M-06, R-3: a phone whose device is lost, retired or not compliant is not let through by saying that it is
// another one, by who may not end that: by whichever verb on its link, alone or in bulk.
func TestNobodyTakesAPhoneOffWhatRefusesIt(t *testing.T) {
	notCompliant := admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"rooted"}}
	states := map[access.Verb]func(w *town, id access.DeviceID) (admin.Result, error){
		access.VerbFind: func(w *town, id access.DeviceID) (admin.Result, error) {
			return w.admin.LoseDevice(t.Context(), root(), id, admin.Act{})
		},
		access.VerbRetire: func(w *town, id access.DeviceID) (admin.Result, error) {
			return w.admin.RetireDevice(t.Context(), root(), id, admin.Act{})
		},
		access.VerbSetCompliance: func(w *town, id access.DeviceID) (admin.Result, error) {
			return w.admin.SetCompliance(t.Context(), root(), id, notCompliant, admin.Act{})
		},
	}
	kept := 0
	for ends, bring := range states {
		for _, role := range []access.Role{access.RoleHelpDesk, access.RoleOperator} {
			who := access.Actor{Name: "who", Role: role, Scope: &access.Scope{Groups: []string{"north", "south"}}}
			token := who
			token.Only = []access.Verb{access.VerbView, access.VerbLink, access.VerbUnlink, access.VerbMatchAgain}
			for _, who := range []access.Actor{who, token} {
				for name, do := range map[string]func(w *town) error{
					"unlink": func(w *town) error {
						return result(w.admin.UnlinkAssociation(t.Context(), who, w.record["alma"], admin.Act{}))
					},
					"match again": func(w *town) error {
						return result(w.admin.MatchAgain(t.Context(), who, w.record["alma"], admin.Act{}))
					},
					"link elsewhere": func(w *town) error {
						return result(w.admin.LinkAssociation(t.Context(), who, w.record["alma"], w.device["bert"], admin.Act{}))
					},
					"undo of a link": func(w *town) error { // of one that was made before the device was lost
						return result(w.admin.Undo(t.Context(), who, "key", admin.Act{}))
					},
				} {
					w := newTown(t)
					w.record = maps.Clone(w.record)
					if name == "undo of a link" {
						id := w.world.record("alma", "DNEW")
						w.do(w.admin.LinkAssociation(t.Context(), who, id, w.device["alma"], admin.Act{Key: "key"}))
						w.record["alma"] = id
					}
					w.do(bring(w, w.device["alma"]))
					err, may := do(w), who.May(ends) == nil
					switch blocked := w.status(w.record["alma"]) == access.Blocked; {
					case may && (err != nil || blocked):
						t.Errorf("%s by %s, who may %s: %v, blocked %t", name, role, ends, err, blocked)
					case !may && (err == nil || !blocked):
						t.Errorf("%s by %s, who may not %s: %v, blocked %t", name, role, ends, err, blocked)
					case !may:
						kept++
					}
				}
			}
		}
	}
	if kept < 12 {
		t.Errorf("only %d were kept: this proves too little", kept)
	}
}

// Who says of a device what is so already changes nothing: not its version, and so neither somebody's form
// nor the undo of somebody else's work.
func TestSayingTheSameAgainChangesNothing(t *testing.T) {
	w := newTown(t)
	id := w.device["alma"]
	form := admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"rooted"}, Source: "mdm", Since: w.clock.Now().Add(-time.Hour + 1234)}
	first := w.do(w.admin.SetCompliance(t.Context(), root(), id, form, admin.Act{}))
	d, err := w.admin.FindDevice(t.Context(), root(), id)
	if err != nil {
		t.Fatal(err)
	}
	lines := len(d.Timeline)
	for range 3 {
		w.clock.forward(time.Hour)
		if r := w.do(w.admin.SetCompliance(t.Context(), second(), id, form, admin.Act{})); r.Version != first.Version || r.Undo != "" || r.Text != "Nothing has changed." {
			t.Errorf("%+v", r)
		}
		if r := w.do(w.admin.ChangeDevice(t.Context(), second(), id, admin.FormOf(&d.RegisteredDevice), admin.Act{Version: d.Version})); r.Version != first.Version {
			t.Errorf("%+v", r)
		}
	}
	again, err := w.admin.FindDevice(t.Context(), root(), id)
	if err != nil || len(again.Timeline) != lines {
		t.Errorf("%d lines of the audit log, %d before; %v", len(again.Timeline), lines, err)
	}
	if diff := cmp.Diff(d.RegisteredDevice, again.RegisteredDevice); diff != "" {
		t.Error(diff)
	}
	w.do(w.admin.Undo(t.Context(), root(), first.Undo, admin.Act{}))
	// Another source, day or owner is a change.
	for what, change := range map[string]func() (admin.Result, error){
		"source": func() (admin.Result, error) {
			return w.admin.SetCompliance(t.Context(), root(), id, admin.ComplianceForm{Compliance: access.ComplianceUnknown, Source: "intune"}, admin.Act{})
		},
		"owner": func() (admin.Result, error) {
			f := admin.FormOf(&d.RegisteredDevice)
			f.Owner = w.user["bert"]
			return w.admin.ChangeDevice(t.Context(), root(), id, f, admin.Act{})
		},
	} {
		if r := w.do(change()); r.Undo == "" {
			t.Errorf("%s: %+v", what, r)
		}
	}
}

// What is said of a change is what has changed: a new name is no news of compliance.
func TestAChangeOfTheNameIsNoNewsOfCompliance(t *testing.T) {
	w := newTown(t)
	id := w.device["alma"]
	w.do(w.admin.SetCompliance(t.Context(), root(), id, admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"rooted"}}, admin.Act{}))
	for _, f := range []admin.DeviceForm{{Name: "other", Owner: w.user["alma"]}, {Name: "other", Owner: w.user["bert"]}} {
		if r := w.do(w.admin.ChangeDevice(t.Context(), root(), id, f, admin.Act{})); strings.Contains(r.Text, "compliant") {
			t.Errorf("%+v: %q", f, r.Text)
		}
	}
	r := w.do(w.admin.SetCompliance(t.Context(), root(), id, admin.ComplianceForm{Compliance: access.ComplianceUnknown}, admin.Act{}))
	if strings.Contains(r.Text, "compliant again") {
		t.Errorf("nobody has said that it is compliant: %q", r.Text)
	}
}

// A row that is refused is that row's result, whatever the verb: the job ends, the others are done, and what
// waits behind it goes on.
func TestARefusedRowEndsNoJob(t *testing.T) {
	for verb, withdraws := range map[access.Verb]bool{access.VerbUnlink: true, access.VerbMatchAgain: true, access.VerbBlock: false} {
		w := newTown(t)
		w.do(w.admin.SetCompliance(t.Context(), root(), w.device["alma"], admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"rooted"}}, admin.Act{}))
		who := access.Actor{Name: "hans", Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{"north", "south"}}}
		if who.May(verb) != nil {
			t.Fatalf("%s is not the help desk's", verb)
		}
		job, err := w.admin.StartBulk(t.Context(), who, admin.Bulk{Verb: verb,
			IDs: []access.AssociationID{w.record["alma"], w.record["bert"]}}, admin.Act{})
		if err := w.carriedOut(job, err); err != nil {
			t.Fatal(err)
		}
		j, err := w.admin.FindJob(t.Context(), root(), job)
		failed := 0
		if withdraws {
			failed = 1
		}
		if err != nil || j.State != admin.JobDone || j.Done != 2 || j.Failed != failed {
			t.Errorf("%s: %+v, %v", verb, j, err)
		}
		// A verb may have written before it was refused: nothing of that stays.
		as, err := w.store.FindAssociation(t.Context(), w.record["alma"])
		if err != nil || as.Device != w.device["alma"] || w.status(as.ID) != access.Blocked {
			t.Errorf("%s: alma's record is linked to %q and %s, %v", verb, as.Device, w.status(as.ID), err)
		}
	}
}

// M-06: two things that speak against a phone are two: who may end the one does not get round the other.
func TestALostPhoneThatIsNotCompliantStaysOnItsDevice(t *testing.T) {
	w := newTown(t)
	who := access.Actor{Name: "hans", Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{"north", "south"}}}
	w.do(w.admin.SetCompliance(t.Context(), root(), w.device["alma"], admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"rooted"}}, admin.Act{}))
	w.do(w.admin.LoseDevice(t.Context(), who, w.device["alma"], admin.Act{}))
	_, err := w.admin.UnlinkAssociation(t.Context(), who, w.record["alma"], admin.Act{})
	wantKind(t, err, access.KindConflict)
}
