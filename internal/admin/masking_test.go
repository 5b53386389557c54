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
	"github.com/vedette-mail/vedette/internal/ruling"
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
	w.record("ana", "SEC"+plainIMEI[:10], func(a *access.Association) { a.IMEI = plainIMEI; a.RawDevice = plainUDID; a.Pair.Device = plainUDID }) // nobody has blocked it
	form := admin.RuleForm{Name: "No iPhones", Kind: access.BlockingModel, Action: access.ActionQuarantine, Names: []string{"iPhone*"}, Enabled: true}
	stern := form
	stern.Name, stern.Action = "None at all", access.ActionBlock
	rule := access.BlockingID(w.done(a.CreateRule(w.t.Context(), root(), form, admin.Act{Key: "the rule"})).ID)
	if _, err := ruling.Step(w.t.Context(), w.store, 0, 100); err != nil {
		w.t.Fatal(err)
	}
	return map[string]func(context.Context, access.Actor) (any, error){
		"ListRuled": func(ctx context.Context, who access.Actor) (any, error) {
			return a.ListRuled(ctx, who, admin.RuledQuery{Rule: rule})
		},
		"PreviewRule": func(ctx context.Context, who access.Actor) (any, error) { return a.PreviewRule(ctx, who, "", stern) },
		"PreviewConfirmRule": func(ctx context.Context, who access.Actor) (any, error) {
			return a.PreviewConfirmRule(ctx, who, rule)
		},
		"PreviewDeleteRule": func(ctx context.Context, who access.Actor) (any, error) { return a.PreviewDeleteRule(ctx, who, rule) },
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
	if silent > 6 {
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
	harmless := []string{"CountDevices", "ActionYears", "ListGroups", "ListAliases", "Preferences", "Dashboard", "Trends", "ListGateways", "ListRealms", "FindJob", "ListJobs", "Applied", "Run",
		"FindImport", "ListImports", "ListImportLines", "ListExpected", "ExpectedByID", "ShadowReport", "PreviewUser", "PreviewMerge", "ListPolicies", "FindPolicy", "PreviewPolicy", "PreviewDefaultPolicy", "PreviewPreferences",
		"ListRules", "RulesWaiting", "FindRule", "CountQuarantine"} // the last go the way of others here; the first name nobody's phone
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

// every veil there is.
func veils() (list []admin.Masking) {
	for n := 1; n < 8; n++ {
		list = append(list, admin.Masking{Numbers: n&1 != 0, Devices: n&2 != 0, Addresses: n&4 != 0})
	}
	return list
}

// feeder is a token that changes devices and users and sees nothing plain.
func feeder() access.Actor {
	return access.Actor{Name: "feed", Role: access.RoleOperator, Only: []access.Verb{access.VerbView, access.VerbChangeDevice, access.VerbChangeUser,
		access.VerbSetCompliance, access.VerbComment, access.VerbAddDevice, access.VerbAddUser, access.VerbPreApprove}}
}

// What somebody is shown and gives back as it is changes nothing, whatever was covered in it.
func TestWhatWasCoveredMeansThatNothingHasChangedWhenItIsGivenBack(t *testing.T) {
	for _, m := range veils() {
		w, user, device, record := masked(t)
		ctx := t.Context()
		// as is said of a device that is not compliant, and what people write
		if _, err := w.admin.SetCompliance(ctx, root(), device, admin.ComplianceForm{Compliance: access.NotCompliant,
			Reasons: []string{"called from " + plainNumber, "seen at " + plainAddr}}, admin.Act{}); err != nil {
			t.Fatal(err)
		}
		set, err := newSettings(t, w).Masking(ctx, root())
		if err != nil {
			t.Fatal(err)
		}
		m.Version = set.Version
		if _, err := newSettings(t, w).ChangeMasking(ctx, root(), m, admin.Act{Version: set.Version}); err != nil && m != (admin.Masking{Numbers: true, Devices: true, Addresses: true}) {
			t.Fatal(err)
		}
		d, err := w.admin.FindDevice(ctx, feeder(), device)
		if err != nil {
			t.Fatal(err)
		}
		u, err := w.admin.FindUser(ctx, feeder(), user)
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.admin.FindAssociation(ctx, feeder(), record)
		if err != nil {
			t.Fatal(err)
		}
		if m.Numbers && (d.Number == plainNumber || u.Number == plainNumber) || m.Devices && (d.IMEI == plainIMEI || strings.Contains(r.Comment, plainEAS)) {
			t.Fatalf("%+v covers nothing: this test proves nothing", m)
		}
		before := everything(t, w, device, user, record)
		for what, try := range map[string]func() (admin.Result, error){
			"device": func() (admin.Result, error) {
				return w.admin.ChangeDevice(ctx, feeder(), device, admin.FormOf(&d.RegisteredDevice), admin.Act{})
			},
			"compliance": func() (admin.Result, error) {
				return w.admin.SetCompliance(ctx, feeder(), device, admin.ComplianceForm{Compliance: d.Compliance, Reasons: []string{d.Noncompliant}, Since: d.ComplianceSince}, admin.Act{})
			},
			"user": func() (admin.Result, error) {
				return w.admin.ChangeUser(ctx, feeder(), user, admin.UserFormOf(&u.User), admin.Act{})
			},
			"comment": func() (admin.Result, error) {
				return w.admin.CommentAssociation(ctx, feeder(), record, r.Comment, admin.Act{})
			},
		} {
			if _, err := try(); err != nil {
				t.Errorf("%+v, %s given back: %v", m, what, err)
			}
			if after := everything(t, w, device, user, record); after != before {
				t.Errorf("%+v, %s given back: the store holds\n%s\nand held\n%s", m, what, after, before)
			}
		}
	}
}

// everything is what the store holds of the three, without what counts changes.
func everything(t *testing.T, w *world, device access.DeviceID, user access.UserID, record access.AssociationID) string {
	t.Helper()
	d, err := w.admin.FindDevice(t.Context(), root(), device)
	if err != nil {
		t.Fatal(err)
	}
	u, err := w.admin.FindUser(t.Context(), root(), user)
	if err != nil {
		t.Fatal(err)
	}
	r := w.find(record)
	text, err := json.Marshal([]any{admin.FormOf(&d.RegisteredDevice), d.Compliance, d.Noncompliant, admin.UserFormOf(&u.User), r.Comment, r.Device})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestWhatIsCoveredAndStandsForSomethingElseIsRefused(t *testing.T) {
	w, user, device, record := masked(t)
	ctx, dots := t.Context(), "••••9999"
	before := everything(t, w, device, user, record)
	form := func(change func(*admin.DeviceForm)) func() (admin.Result, error) {
		return func() (admin.Result, error) {
			d, err := w.admin.FindDevice(ctx, feeder(), device)
			if err != nil {
				t.Fatal(err)
			}
			f := admin.FormOf(&d.RegisteredDevice)
			change(&f)
			return w.admin.ChangeDevice(ctx, feeder(), device, f, admin.Act{})
		}
	}
	for what, try := range map[string]func() (admin.Result, error){
		"another number":    form(func(f *admin.DeviceForm) { f.Number = dots }),
		"another IMEI":      form(func(f *admin.DeviceForm) { f.IMEI = dots }),
		"another serial":    form(func(f *admin.DeviceForm) { f.Serial = dots }),
		"another UDID":      form(func(f *admin.DeviceForm) { f.UDID = dots }),
		"another device id": form(func(f *admin.DeviceForm) { f.EASID = dots }),
		"a name with it":    form(func(f *admin.DeviceForm) { f.Name = "phone " + dots }),
		"a comment with it": form(func(f *admin.DeviceForm) { f.Comment = "now " + dots }),
		"a new device": func() (admin.Result, error) {
			return w.admin.AddDevice(ctx, feeder(), admin.DeviceForm{Name: "n", EASID: dots}, admin.Act{})
		},
		"a new user": func() (admin.Result, error) {
			return w.admin.AddUser(ctx, feeder(), admin.UserForm{Name: "n", Number: dots}, admin.Act{})
		},
		"a user's number": func() (admin.Result, error) {
			return w.admin.ChangeUser(ctx, feeder(), user, admin.UserForm{Name: "ana", Number: dots}, admin.Act{})
		},
		"a record's comment": func() (admin.Result, error) {
			return w.admin.CommentAssociation(ctx, feeder(), record, "was "+dots, admin.Act{})
		},
		"a reason": func() (admin.Result, error) {
			return w.admin.SetCompliance(ctx, feeder(), device, admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"at " + dots}}, admin.Act{})
		},
		"a pre-approved pair": func() (admin.Result, error) {
			return w.admin.PreApprove(ctx, feeder(), admin.ApprovalForm{Realm: "lab", Account: "ana", Device: dots}, admin.Act{})
		},
	} {
		_, err := try()
		if access.KindOf(err) != access.KindInvalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	if after := everything(t, w, device, user, record); after != before {
		t.Errorf("the store holds\n%s\nand held\n%s", after, before)
	}
	for kind, file := range map[admin.ImportKind]string{
		admin.ImportDevices:    "Vedette id,Name,IMEI\n" + string(device) + ",x," + dots + "\n,y,••••1481\n",
		admin.ImportCompliance: "Serial number,Compliant\n••••5F17,no\n",
		admin.ImportUsers:      "Name,Number\nana," + dots + "\nnew,••••1111\n",
		admin.ImportExpected:   "DeviceId,User\n••••0F17,ana\n",
	} {
		i := w.check(admin.ImportForm{Kind: kind, File: string(kind), Realm: "lab"}, []byte(file))
		if n := i.Counts[admin.LineRefused]; n != i.Lines {
			t.Errorf("%s: %d of %d lines are refused: %q", kind, n, i.Lines, w.lines(i.ID))
		}
	}
}

// Parts of what is covered, as somebody would try them who guesses letter by letter: all pieces of three, and
// longer ones, and beginnings.
func pieces(s string) (list []string) {
	for n := 2; n < len(s); n++ {
		for i := 0; i+n <= len(s); i++ {
			if n == 2 && i > 0 || n > 4 && i > 0 && i+n < len(s) {
				continue
			}
			list = append(list, s[i:i+n])
		}
	}
	return list
}

func TestWhatIsCoveredIsNotFoundByItsPartsNorSortedBy(t *testing.T) {
	w, user, device, record := masked(t)
	ctx := t.Context()
	for i := range 3 { // others, that a search goes past
		w.record("ana", "OTHER"+string(rune('A'+i)), func(a *access.Association) { a.Number = "+4178000000" + string(rune('1'+i)) })
	}
	text := func(v any) string { return shows(t, v) }
	searches := map[string]func(access.Actor, string) (string, error){
		"records": func(who access.Actor, s string) (string, error) {
			p, err := w.admin.ListAssociations(ctx, who, admin.Query{Search: s, Limit: 1})
			return text(p), err
		},
		"devices": func(who access.Actor, s string) (string, error) {
			p, err := w.admin.ListDevices(ctx, who, admin.DeviceQuery{Search: s, Show: "registered", Limit: 1})
			return text(p), err
		},
		"users": func(who access.Actor, s string) (string, error) {
			p, err := w.admin.ListUsers(ctx, who, admin.UserQuery{Search: s, Limit: 1})
			return text(p), err
		},
		"overrides": func(who access.Actor, s string) (string, error) {
			p, err := w.admin.ListOverrides(ctx, who, admin.OverrideQuery{Search: s, Limit: 1})
			return text(p), err
		},
		"the search box": func(who access.Actor, s string) (string, error) {
			p, err := w.admin.Answer(ctx, who, s)
			return strings.ReplaceAll(text(p), s, ""), err
		},
		"Link To": func(who access.Actor, s string) (string, error) {
			p, err := w.admin.LinkCandidates(ctx, who, record, s)
			return text(p), err
		},
		"an export": func(who access.Actor, s string) (string, error) {
			who.Only = append(slices.Clone(who.Only), access.VerbExport)
			who.Role, who.Scope = access.RoleOperator, nil
			n := 0
			err := w.admin.ExportDevices(ctx, who, admin.DeviceQuery{Search: s, Show: "registered"}, func(admin.DeviceRow) error { n++; return nil })
			return text(n), err
		},
		"a bulk action": func(who access.Actor, s string) (string, error) {
			p, err := w.admin.PreviewBulk(ctx, who, admin.Bulk{Verb: access.VerbAllow, Query: &admin.Query{Search: s}}, admin.Act{})
			return text(p.Records), err
		},
	}
	who := helpdesk()
	who.Only = []access.Verb{access.VerbView, access.VerbLink, access.VerbAllow}
	for name, find := range searches {
		nothing, err := find(who, "nobody-is-called-so")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, secret := range []string{plainNumber, plainIMEI, plainEAS, plainSerial, plainUDID} {
			for _, part := range pieces(secret) {
				if slices.Contains(secrets(), part) || strings.Contains("4567 1481 0F17 5F17 802E", part) || strings.Contains("+41780000001 +41780000002 +41780000003", part) {
					continue // it is shown, or of somebody else's
				}
				got, err := find(who, part)
				if err != nil || got != nothing {
					t.Fatalf("%s: %q, a part of %s, finds something: %s, %v", name, part, secret, got, err)
				}
			}
		}
	}
	// All of it finds, as somebody reads it out on the telephone; and whoever sees it finds by parts.
	if p, err := w.admin.ListDevices(ctx, who, admin.DeviceQuery{Search: plainIMEI, Show: "registered"}); err != nil || len(p.Rows) != 1 || p.Total != 1 {
		t.Errorf("by the whole IMEI: %d devices, %v", len(p.Rows), err)
	}
	if p, err := w.admin.ListUsers(ctx, who, admin.UserQuery{Search: "+41 79 123 45 67"}); err != nil || len(p.Rows) > 1 {
		t.Errorf("by the whole number: %d users, %v", len(p.Rows), err)
	}
	if p, err := w.admin.ListDevices(ctx, root(), admin.DeviceQuery{Search: plainIMEI[3:9], Show: "registered"}); err != nil || len(p.Rows) != 1 {
		t.Errorf("an administrator, by a part: %d devices, %v", len(p.Rows), err)
	}
	// A name is not covered, and finds by its parts whatever the numbers beside it say.
	if p, err := w.admin.ListAssociations(ctx, who, admin.Query{Search: "ana"}); err != nil || len(p.Rows) != 4 {
		t.Errorf("by name: %d records, %v", len(p.Rows), err)
	}
	for _, sort := range []admin.Sort{admin.SortNumber, admin.SortDevice} {
		a, err := w.admin.ListAssociations(ctx, who, admin.Query{Sort: sort})
		b, again := w.admin.ListAssociations(ctx, who, admin.Query{Sort: sort, Desc: true})
		if err != nil || again != nil || len(a.Rows) != 4 || text(a.Rows) != text(b.Rows) {
			t.Errorf("sorted by %s: %v, %v", sort, err, again)
		}
	}
	_, _ = user, device
}

// What the setting does not cover is found by its parts, and sorted by.
func TestWhatTheSettingDoesNotCoverIsFoundByItsParts(t *testing.T) {
	w, _, _, _ := masked(t)
	ctx, s, who := t.Context(), newSettings(t, w), helpdesk()
	found := func(part string) int {
		t.Helper()
		p, err := w.admin.ListDevices(ctx, who, admin.DeviceQuery{Search: part, Show: "registered"})
		if err != nil {
			t.Fatal(err)
		}
		return len(p.Rows)
	}
	for _, tt := range []struct {
		name          string
		set           admin.Masking
		number, imeis int
	}{
		{"all is covered", admin.Masking{Numbers: true, Devices: true, Addresses: true}, 0, 0},
		{"device ids alone are covered", admin.Masking{Devices: true}, 1, 0},
		{"numbers alone are covered", admin.Masking{Numbers: true}, 0, 1},
		{"nothing is covered", admin.Masking{}, 1, 1},
	} {
		old, err := s.Masking(ctx, root())
		if err != nil {
			t.Fatal(err)
		}
		w.done(s.ChangeMasking(ctx, root(), tt.set, admin.Act{Version: old.Version}))
		if number, imeis := found(plainNumber[2:8]), found(plainIMEI[3:9]); number != tt.number || imeis != tt.imeis {
			t.Errorf("%s: part of a number finds %d, part of an IMEI finds %d", tt.name, number, imeis)
		}
	}
}
