// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/seal"
	"github.com/vedette-mail/vedette/internal/store"
)

// What nobody may find in anything that a help desk is given.
const (
	plainNumber = "+41791234567"
	plainIMEI   = "352099001761481"
	plainEAS    = "APPLDN6Q7XYZ0F17"
	plainSerial = "DN6Q7XYZ0F17"
	plainUDID   = "00008030-001C2D3E4F50802E"
	plainAddr   = "203.0.113.77"
)

func secrets() []string {
	return []string{plainNumber, strings.TrimPrefix(plainNumber, "+"), plainIMEI, plainEAS, "ApplDN6Q7XYZ0F17", plainSerial, plainUDID, plainAddr}
}

func helpdesk() access.Actor {
	return access.Actor{Name: "hans", Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{"sales"}}}
}

// masked is a world with one person who has everything that is covered.
func masked(t *testing.T) (w *world, user access.UserID, device access.DeviceID, record access.AssociationID) {
	t.Helper()
	w = newWorld(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	res, err := w.admin.AddUser(t.Context(), root(), admin.UserForm{Name: "ana", DisplayName: "Ana Silva", Number: plainNumber, Groups: []string{"sales"},
		Comment: "call " + plainNumber, Accounts: []access.Account{{Realm: "lab", Account: "ana"}}}, admin.Act{})
	must(err)
	user = access.UserID(res.ID)
	res, err = w.admin.AddDevice(t.Context(), root(), admin.DeviceForm{Name: "Ana's " + plainSerial, Owner: user, OS: "iOS", Model: "iPhone 15", Number: plainNumber,
		IMEI: plainIMEI, Serial: plainSerial, UDID: plainUDID, EASID: plainEAS, Comment: "IMEI " + plainIMEI}, admin.Act{})
	must(err)
	device = access.DeviceID(res.ID)
	record = w.record("ana", plainEAS, func(a *access.Association) {
		a.RawDevice, a.Number, a.IMEI, a.RemoteAddr = "ApplDN6Q7XYZ0F17", plainNumber, plainIMEI, plainAddr
		a.Told = access.DeviceInfo{Number: plainNumber, IMEI: plainIMEI}
		a.Suggestion = access.Suggestion{Device: device, Score: 90, Reasons: []string{"same IMEI " + plainIMEI}}
	})
	_, err = w.admin.CommentAssociation(t.Context(), root(), record, "the one with "+plainEAS, admin.Act{})
	must(err)
	_, err = w.admin.BlockAssociation(t.Context(), root(), record, admin.Act{Reason: "stolen, IMEI " + plainIMEI + ", last seen at " + plainAddr})
	must(err)
	must(w.store.WithTx(t.Context(), func(tx *store.Tx) error { // as when a phone has answered
		o := &store.Wipe{Association: record, Phone: "iPhone " + plainSerial, Reason: "stolen with " + plainNumber,
			Wipe: access.Wipe{Kind: access.WipeFull, State: access.WipePending, By: "alice"}}
		if err := tx.CreateWipe(o); err != nil {
			return err
		}
		o.State, o.Addr = access.WipeReleased, plainAddr
		return tx.SaveWipe(o)
	}))
	_, err = w.admin.PreApprove(t.Context(), root(), admin.ApprovalForm{Realm: "lab", Account: "ana", Device: "SEC" + plainIMEI}, admin.Act{Reason: "for " + plainNumber})
	must(err)
	return w, user, device, record
}

// reads is every read of the room, by its name. What they give is looked at as the text that pages, files
// and the API are made of.
func reads(w *world, user access.UserID, device access.DeviceID, record access.AssociationID) map[string]func(context.Context, access.Actor) (any, error) {
	a := w.admin
	bulk := admin.Bulk{Verb: access.VerbBlock, IDs: []access.AssociationID{record}}
	links := admin.Bulk{Verb: access.VerbLink, IDs: []access.AssociationID{record}}
	return map[string]func(context.Context, access.Actor) (any, error){
		"ListAssociations": func(ctx context.Context, who access.Actor) (any, error) {
			p, err := a.ListAssociations(ctx, who, admin.Query{})
			return p.Rows, err
		},
		"RowsByID": func(ctx context.Context, who access.Actor) (any, error) {
			return a.RowsByID(ctx, who, []access.AssociationID{record})
		},
		"FindAssociation": func(ctx context.Context, who access.Actor) (any, error) { return a.FindAssociation(ctx, who, record) },
		"ExportAssociations": func(ctx context.Context, who access.Actor) (any, error) {
			var list []admin.Row
			err := a.ExportAssociations(ctx, who, admin.Query{}, func(r admin.Row) error { list = append(list, r); return nil })
			return list, err
		},
		"ListDevices": func(ctx context.Context, who access.Actor) (any, error) {
			p, err := a.ListDevices(ctx, who, admin.DeviceQuery{})
			return p.Rows, err
		},
		"DevicesByID": func(ctx context.Context, who access.Actor) (any, error) {
			return a.DevicesByID(ctx, who, []access.DeviceID{device})
		},
		"FindDevice": func(ctx context.Context, who access.Actor) (any, error) { return a.FindDevice(ctx, who, device) },
		"ExportDevices": func(ctx context.Context, who access.Actor) (any, error) {
			var list []admin.DeviceRow
			err := a.ExportDevices(ctx, who, admin.DeviceQuery{}, func(r admin.DeviceRow) error { list = append(list, r); return nil })
			return list, err
		},
		"ListUsers": func(ctx context.Context, who access.Actor) (any, error) {
			p, err := a.ListUsers(ctx, who, admin.UserQuery{})
			return p.Rows, err
		},
		"UsersByID": func(ctx context.Context, who access.Actor) (any, error) {
			return a.UsersByID(ctx, who, []access.UserID{user})
		},
		"FindUser": func(ctx context.Context, who access.Actor) (any, error) { return a.FindUser(ctx, who, user) },
		"ExportUsers": func(ctx context.Context, who access.Actor) (any, error) {
			var list []access.User
			err := a.ExportUsers(ctx, who, admin.UserQuery{}, func(r access.User) error { list = append(list, r); return nil })
			return list, err
		},
		"ListOverrides": func(ctx context.Context, who access.Actor) (any, error) {
			p, err := a.ListOverrides(ctx, who, admin.OverrideQuery{})
			return p.Rows, err
		},
		"ListPreApprovals": func(ctx context.Context, who access.Actor) (any, error) {
			p, err := a.ListPreApprovals(ctx, who, "", 10)
			return p.Rows, err
		},
		"ApprovalsByID": func(ctx context.Context, who access.Actor) (any, error) {
			p, err := a.ListPreApprovals(ctx, who, "", 1)
			if err != nil || len(p.Rows) == 0 {
				return nil, err
			}
			return a.ApprovalsByID(ctx, who, []string{p.Rows[0].ID})
		},
		"UsersNamed": func(ctx context.Context, who access.Actor) (any, error) {
			u, err := a.FindUser(ctx, who, user)
			if err != nil {
				return nil, err
			}
			return a.UsersNamed(ctx, who, u.Name)
		},
		"RecordCandidates": func(ctx context.Context, who access.Actor) (any, error) {
			return a.RecordCandidates(ctx, who, device, 5)
		},
		"LinkCandidates": func(ctx context.Context, who access.Actor) (any, error) {
			return a.LinkCandidates(ctx, who, record, "")
		},
		"PreviewLinks": func(ctx context.Context, who access.Actor) (any, error) { return a.PreviewLinks(ctx, who, links) },
		"PreviewBulk": func(ctx context.Context, who access.Actor) (any, error) {
			return a.PreviewBulk(ctx, who, admin.Bulk{Verb: access.VerbRemove, IDs: bulk.IDs}, admin.Act{})
		},
		"PreviewPeopleBulk": func(ctx context.Context, who access.Actor) (any, error) {
			return a.PreviewPeopleBulk(ctx, who, admin.PeopleBulk{Verb: access.VerbLose, IDs: []string{string(device)}})
		},
		"PreviewDevice": func(ctx context.Context, who access.Actor) (any, error) {
			return a.PreviewDevice(ctx, who, device, access.VerbLose, admin.ComplianceForm{})
		},
		"Answer": func(ctx context.Context, who access.Actor) (any, error) {
			an, err := a.Answer(ctx, who, plainSerial)
			an.Text = "" // what was asked for
			return an, err
		},
		"Timeline of a record": func(ctx context.Context, who access.Actor) (any, error) {
			return a.Timeline(ctx, who, admin.TimelineQuery{Record: record})
		},
		"Timeline of a device": func(ctx context.Context, who access.Actor) (any, error) {
			return a.Timeline(ctx, who, admin.TimelineQuery{Device: device})
		},
		"Timeline of a user": func(ctx context.Context, who access.Actor) (any, error) {
			return a.Timeline(ctx, who, admin.TimelineQuery{User: user})
		},
		"ListAudit": func(ctx context.Context, who access.Actor) (any, error) {
			p, err := a.ListAudit(ctx, who, admin.AuditQuery{})
			return p.Entries, err
		},
		"ListJobRows": func(ctx context.Context, who access.Actor) (any, error) {
			strong := who
			strong.Role, strong.Scope, strong.Only = access.RoleAdministrator, nil, nil
			id, err := a.StartBulk(ctx, strong, bulk, admin.Act{})
			if err != nil {
				return nil, err
			}
			return a.ListJobRows(ctx, who, id, admin.JobRowFilter{})
		},
		"PreviewAssign": func(ctx context.Context, who access.Actor) (any, error) {
			return a.PreviewAssign(ctx, who, []access.AssociationID{record}, "")
		},
		"PreviewWipe": func(ctx context.Context, who access.Actor) (any, error) {
			return a.PreviewWipe(ctx, who, record, access.WipeFull)
		},
		"ListWipes": func(ctx context.Context, who access.Actor) (any, error) {
			p, err := a.ListWipes(ctx, who, admin.WipeQuery{})
			return p.Rows, err
		},
		"FindWipe": func(ctx context.Context, who access.Actor) (any, error) {
			p, err := a.ListWipes(ctx, root(), admin.WipeQuery{})
			if err != nil || len(p.Rows) == 0 {
				return nil, err
			}
			return a.FindWipe(ctx, who, p.Rows[0].ID)
		},
		"AllowAssociation": func(ctx context.Context, who access.Actor) (any, error) {
			return a.AllowAssociation(ctx, who, record, admin.Act{})
		},
	}
}

func shows(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestNumbersAndIdsAreCoveredInEverythingThatLeavesTheRoom(t *testing.T) {
	w, user, device, record := masked(t)
	token := access.Actor{Name: "ada", Role: access.RoleAdministrator, Only: slices.DeleteFunc(access.Verbs(), func(v access.Verb) bool { return v == access.VerbSeePlain })}
	silent := 0
	for name, read := range reads(w, user, device, record) {
		plain, err := read(t.Context(), root())
		if err != nil {
			t.Errorf("%s as administrator: %v", name, err)
			continue
		}
		if !slices.ContainsFunc(secrets(), func(s string) bool { return strings.Contains(shows(t, plain), s) }) {
			silent++
			t.Logf("%s shows nothing to cover", name)
		}
		for _, who := range []access.Actor{helpdesk(), token} {
			out, err := read(t.Context(), who)
			if err != nil && access.KindOf(err) != access.KindForbidden {
				t.Errorf("%s as %s: %v", name, who.Name, err)
			}
			for _, s := range secrets() {
				if text := shows(t, out); strings.Contains(text, s) {
					t.Errorf("%s shows %s to %s: …%s…", name, s, who.Name, around(text, s))
				}
			}
		}
	}
	if silent > 5 {
		t.Errorf("%d reads show nothing that could be covered: this test proves nothing about them", silent)
	}
}

func around(text, s string) string {
	i := strings.Index(text, s)
	return text[max(0, i-60):min(len(text), i+len(s)+20)]
}

// TestEveryReadIsLookedAt finds methods that give something out and are missing above.
func TestEveryReadIsLookedAt(t *testing.T) {
	w, user, device, record := masked(t)
	looked := reads(w, user, device, record)
	harmless := []string{"CountDevices", "ListGroups", "ListAliases", "Preferences", "Dashboard", "Trends", "ListGateways", "ListRealms", "FindJob", "ListJobs", "Applied", "Run",
		"FindImport", "ListImports", "ListImportLines", "ListExpected", "ExpectedByID", "ShadowReport", "PreviewUser", "PreviewMerge", "ListPolicies", "FindPolicy", "PreviewPolicy", "PreviewDefaultPolicy", "PreviewPreferences"} // the last go the way of others here; the first name nobody's phone
	typ := reflect.TypeFor[*admin.Admin]()
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		if m.Type.NumOut() == 0 || m.Type.Out(0) == reflect.TypeFor[admin.Result]() || m.Type.Out(0) == reflect.TypeFor[error]() && !strings.HasPrefix(m.Name, "Export") ||
			m.Type.Out(0) == reflect.TypeFor[admin.JobID]() || slices.Contains(harmless, m.Name) {
			continue
		}
		found := false
		for name := range looked {
			found = found || name == m.Name || strings.HasPrefix(name, m.Name+" ")
		}
		if !found {
			t.Errorf("%s gives something out, and nobody looks whether it is covered", m.Name)
		}
	}
}

func TestMaskingNeitherChangesTheStoreNorTheSnapshotAndCanBeTurnedOff(t *testing.T) {
	w, user, _, record := masked(t)
	if d, err := w.admin.FindAssociation(t.Context(), helpdesk(), record); err != nil || d.RawDevice != "••••0F17" || d.RemoteAddr != "203.0.0.0/16" || d.Number != "••••4567" {
		t.Errorf("the help desk sees %q %q %q, %v", d.RawDevice, d.RemoteAddr, d.Number, err)
	}
	if d := w.find(record); d.RawDevice != "ApplDN6Q7XYZ0F17" || d.Pair.Device != plainEAS {
		t.Errorf("the administrator sees %q", d.RawDevice)
	}
	s := newSettings(t, w)
	if _, err := s.ChangeMasking(t.Context(), root(), admin.Masking{Devices: true}, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	u, err := w.admin.FindUser(t.Context(), helpdesk(), user)
	if err != nil || u.Number != plainNumber || u.Records[0].Pair.Device == plainEAS || u.Records[0].RemoteAddr != plainAddr {
		t.Errorf("with devices alone covered the help desk sees %q %q %q, %v", u.Number, u.Records[0].Pair.Device, u.Records[0].RemoteAddr, err)
	}
}

func TestWhatSomebodyElseHasDoneMeanwhileIsToldWithoutIds(t *testing.T) {
	w, _, _, record := masked(t)
	_, err := w.admin.AllowAssociation(t.Context(), helpdesk(), record, admin.Act{Version: 1})
	wantKind(t, err, access.KindConflict)
	for _, s := range secrets() {
		if strings.Contains(access.TextOf(err), s) {
			t.Errorf("the conflict says %s: %s", s, access.TextOf(err))
		}
	}
	if _, err = w.admin.AllowAssociation(t.Context(), root(), record, admin.Act{Version: 1}); !strings.Contains(access.TextOf(err), plainIMEI) {
		t.Errorf("an administrator is told %s", access.TextOf(err))
	}
}

func newSettings(t *testing.T, w *world) *admin.Settings {
	t.Helper()
	box, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	s, err := admin.NewSettings(admin.SettingsConfig{Admin: w.admin, Box: box, Backups: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
