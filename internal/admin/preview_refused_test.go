// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// outcomes is what a job's rows say of the rows that it would not do, in their order, and how many it has.
func (w *village) outcomes(who access.Actor, job admin.JobID, err error) (out admin.Refusing, _ error) {
	w.t.Helper()
	if err := w.carriedOut(job, err); err != nil {
		return out, err
	}
	rows, err := w.admin.ListJobRows(w.t.Context(), who, job, admin.JobRowFilter{Limit: 500})
	for _, r := range rows {
		out.Rows++
		if r.State == "failed" {
			out.Refusals++
			out.Refused = append(out.Refused, admin.Refusal{ID: r.ID, Label: r.Label, Text: r.Result})
		}
	}
	return out, err
}

// unrest changes something that verbs for many stumble over.
func (w *village) unrest(rt *rapid.T) {
	ctx, a := w.t.Context(), w.admin
	device := rapid.SampledFrom(w.devices).Draw(rt, "device in unrest")
	record := rapid.SampledFrom(w.records).Draw(rt, "record in unrest")
	none := admin.Act{}
	var err error
	switch rapid.IntRange(0, 8).Draw(rt, "unrest") {
	case 0:
		_, err = a.LoseDevice(ctx, root(), device, none)
	case 1:
		_, err = a.RetireDevice(ctx, root(), device, none)
	case 2:
		_, err = a.SetCompliance(ctx, root(), device, admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"rooted"}}, none)
	case 3:
		_, err = a.CommentAssociation(ctx, root(), record, "call +41791234567", none)
	case 4:
		_, err = a.BlockAssociation(ctx, root(), record, admin.Act{Until: w.clock.Now().Add(time.Hour)})
	case 5:
		_, err = a.LinkAssociation(ctx, root(), record, device, none)
	case 6:
		_, err = a.RemoveAssociation(ctx, root(), record, none)
	case 7:
		_, err = a.UnlinkAssociation(ctx, root(), record, none)
	case 8:
		w.clock.forward(40 * time.Minute)
	}
	if err != nil && access.KindOf(err) == access.KindInternal {
		rt.Fatal(err)
	}
}

// Y-07, A-17, A-18: of every verb for many, by whoever, the preview names the rows that the job then fails at, in
// their order and with their sentences, covered alike; and all the others are done.
func TestAPreviewNamesTheRowsThatTheJobRefuses(t *testing.T) {
	north := &access.Scope{Groups: []string{"north"}}
	actors := []access.Actor{root(), clerk(), {Name: "nora", Role: access.RoleOperator, Scope: north}, {Name: "hans", Role: access.RoleHelpDesk, Scope: north},
		{Name: "hugo", Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{"north", "south"}}}}
	seen := map[access.Verb]int{}
	sentences := map[string]bool{}
	began := time.Now()
	rapid.Check(t, func(rt *rapid.T) {
		if time.Since(began) > 15*time.Second && len(seen) >= 8 && len(sentences) >= 5 { // each try is a database of its own, slow under the race detector
			return
		}
		w := newVillage(t)
		for range rapid.IntRange(0, 8).Draw(rt, "how much unrest") {
			w.unrest(rt)
		}
		for range rapid.IntRange(1, 4).Draw(rt, "bulks") {
			w.clock.forward(time.Second)
			who := rapid.SampledFrom(actors).Draw(rt, "who")
			var verb access.Verb
			var told admin.Preview
			var asked error
			var start func() (admin.JobID, error)
			if rapid.Bool().Draw(rt, "people") {
				b := w.drawPeople(rt)
				verb = b.Verb
				told, asked = w.admin.PreviewPeopleBulk(t.Context(), who, b)
				start = func() (admin.JobID, error) { return w.admin.StartPeopleBulk(t.Context(), who, b, admin.Act{}) }
			} else {
				b := w.drawRecords(rt)
				verb = b.Verb
				told, asked = w.admin.PreviewBulk(t.Context(), who, b, admin.Act{})
				if verb == access.VerbLink && asked == nil {
					links, err := w.admin.PreviewLinks(t.Context(), who, b)
					if diff := cmp.Diff(links.Refusing, told.Refusing); err != nil || diff != "" {
						rt.Errorf("two previews of links differ: %v\n%s", err, diff)
					}
				}
				start = func() (admin.JobID, error) { return w.admin.StartBulk(t.Context(), who, b, admin.Act{}) }
			}
			job, err := start()
			if (asked == nil) != (err == nil) || access.KindOf(asked) != access.KindOf(err) {
				rt.Fatalf("%s by %s: the preview says %v, the verb %v", verb, who.Name, asked, err)
			}
			if err != nil {
				continue
			}
			happened, err := w.outcomes(who, job, nil)
			if err != nil {
				rt.Fatal(err)
			}
			if diff := cmp.Diff(told.Refusing, happened, cmpopts.EquateEmpty()); diff != "" {
				rt.Fatalf("%s by %s: told (-) and happened (+):\n%s", verb, who.Name, diff)
			}
			seen[verb] += happened.Refusals
			for _, r := range happened.Refused {
				sentences[r.Text] = true
			}
		}
	})
	for _, verb := range slices.Concat(admin.BulkVerbs(), admin.PeopleBulkVerbs()) {
		t.Logf("%s: %d rows refused", verb, seen[verb])
	}
	if len(seen) < 8 || len(sentences) < 5 {
		t.Errorf("refused were %v, with %v: this proves too little", seen, sentences)
	}
}

// Y-07: what a row had written before it was refused is in no verdict that the preview lists.
func TestARefusedRowLeavesNothingInARehearsal(t *testing.T) {
	w := newTown(t)
	w.do(w.admin.SetCompliance(t.Context(), root(), w.device["alma"], admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"rooted"}}, admin.Act{}))
	for _, verb := range []access.Verb{access.VerbUnlink, access.VerbMatchAgain} {
		p, err := w.admin.PreviewBulk(t.Context(), clerk(), admin.Bulk{Verb: verb, IDs: []access.AssociationID{w.record["alma"], w.record["bert"], "gone"}}, admin.Act{})
		if err != nil {
			t.Fatal(err)
		}
		want := admin.Refusing{Rows: 3, Refusals: 2, Refused: []admin.Refusal{
			{ID: w.record["alma"], Label: "alma on ••••", Text: "The device it is linked to is not compliant, and its phone is refused for that. Taking the record off it is for those who may end that."},
			{ID: "gone", Text: "This record is gone. Somebody has removed it, or it was never there."}}}
		if diff := cmp.Diff(want, p.Refusing); diff != "" {
			t.Errorf("%s: %s", verb, diff)
		}
		for _, c := range p.Changes {
			if c.ID == w.record["alma"] {
				t.Errorf("%s: %+v", verb, c)
			}
		}
	}
}

// What is refused is counted to the end and listed to a limit.
func TestMoreRefusedRowsThanAreListedAreCounted(t *testing.T) {
	w := newWorld(t)
	ids := w.records(250, "u")
	p, err := w.admin.PreviewBulk(t.Context(), root(), admin.Bulk{Verb: access.VerbAllow, End: true, IDs: ids}, admin.Act{})
	if err != nil || p.Rows != 250 || p.Refusals != 250 || len(p.Refused) != 200 || p.Refused[199].ID != ids[199] {
		t.Errorf("%d of %d refused, %d listed, %v", p.Refusals, p.Rows, len(p.Refused), err)
	}
}

// Names and sentences of refused rows are covered as the rows of the job are.
func TestRefusedRowsAreCovered(t *testing.T) {
	w, _, device, record := masked(t)
	if _, err := w.admin.RetireDevice(t.Context(), root(), device, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	var err error
	plain, covered := map[string]admin.Preview{}, map[string]admin.Preview{}
	for who, out := range map[*access.Actor]map[string]admin.Preview{new(root()): plain, new(helpdesk()): covered} {
		var failed error
		out["records"], failed = w.admin.PreviewBulk(t.Context(), *who, admin.Bulk{Verb: access.VerbComment, IDs: []access.AssociationID{record}, Comment: "••••9999"}, admin.Act{})
		err = errors.Join(err, failed)
		out["devices"], failed = w.admin.PreviewPeopleBulk(t.Context(), *who, admin.PeopleBulk{Verb: access.VerbLose, IDs: []string{string(device)}})
		err = errors.Join(err, failed)
	}
	if err != nil {
		t.Fatal(err)
	}
	for what, p := range covered {
		if p.Refusals != 1 || p.Refused[0].ID != plain[what].Refused[0].ID {
			t.Errorf("%s: %+v", what, p)
		}
		text := fmt.Sprintf("%+v", p)
		if !slices.ContainsFunc(secrets(), func(s string) bool { return strings.Contains(fmt.Sprintf("%+v", plain[what]), s) }) {
			t.Errorf("%s: nothing to cover: %+v", what, plain[what])
		}
		for _, s := range secrets() {
			if strings.Contains(text, s) {
				t.Errorf("%s shows %s to the help desk: %s", what, s, text)
			}
		}
	}
}

// Y-07, A-23: a preview of links lists what is linked then, and neither offers nor names the device of somebody
// outside the groups of whoever asks.
func TestAPreviewOfLinksListsWhatIsLinkedThen(t *testing.T) {
	w := newTown(t)
	suggested := func(account, device string, to access.DeviceID, clear bool) access.AssociationID {
		return w.world.record(account, device, func(as *access.Association) {
			as.Suggestion = access.Suggestion{Device: to, Score: 60, Reasons: []string{"same model"}, Clear: clear}
		})
	}
	own := suggested("alma", "DOWN", w.device["alma"], true)
	foreign := suggested("alma", "DFOREIGN", w.device["bert"], true)
	unclear := suggested("alma", "DUNCLEAR", w.device["alma"], false)
	b := admin.Bulk{Verb: access.VerbLink, IDs: []access.AssociationID{own, foreign, unclear, own}}
	north := access.Actor{Name: "nora", Role: access.RoleOperator, Scope: &access.Scope{Groups: []string{"north"}}}
	for _, c := range []struct {
		who  access.Actor
		want map[access.AssociationID]access.DeviceID
	}{
		{north, map[access.AssociationID]access.DeviceID{own: w.device["alma"]}},
		{root(), map[access.AssociationID]access.DeviceID{foreign: w.device["bert"]}}, // the other one is linked by then
	} {
		told, err := w.admin.PreviewLinks(t.Context(), c.who, b)
		if err != nil {
			t.Fatal(err)
		}
		listed := map[access.AssociationID]access.DeviceID{}
		for _, l := range told.Links {
			listed[l.Record.ID] = l.Device.ID
		}
		if diff := cmp.Diff(c.want, listed); diff != "" || told.Clear != len(c.want) || told.Clear+told.Unclear+told.Refusals != 3 || told.Rows != 3 {
			t.Errorf("%s: %+v\n%s", c.who.Name, told, diff)
		}
		if c.who.Scope != nil && (told.Refusals != 1 || told.Refused[0].ID != foreign || strings.Contains(fmt.Sprintf("%+v", told), "bert")) {
			t.Errorf("%+v", told)
		}
		before := map[access.AssociationID]access.DeviceID{}
		for _, id := range b.IDs {
			before[id] = w.find(id).Device
		}
		job, err := w.admin.StartBulk(t.Context(), c.who, b, admin.Act{})
		if err := w.carriedOut(job, err); err != nil {
			t.Fatal(err)
		}
		linked := map[access.AssociationID]access.DeviceID{}
		for id, was := range before {
			if is := w.find(id).Device; is != was {
				linked[id] = is
			}
		}
		if diff := cmp.Diff(listed, linked); diff != "" {
			t.Errorf("%s: told (-) and happened (+):\n%s", c.who.Name, diff)
		}
		if j, err := w.admin.FindJob(t.Context(), c.who, job); err != nil || j.Failed != told.Refusals {
			t.Errorf("%s: %+v, %v", c.who.Name, j, err)
		}
	}
}
