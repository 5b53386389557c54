// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

// The table of who may do what with settings. Every method that takes an actor has a line.
func TestEveryRoleMayDoWithSettingsWhatTheTableSays(t *testing.T) {
	type try func(ctx context.Context, s *admin.Settings, who access.Actor) error
	read := []access.Role{access.RoleAdministrator, access.RoleOperator, access.RoleAuditor}
	all := access.Roles()
	change := []access.Role{access.RoleAdministrator}
	table := map[string]struct {
		may []access.Role
		try try
	}{
		"TimeZone": {all, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.TimeZone(ctx, who)
			return err
		}},
		"WipeSafety": {read, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.WipeSafety(ctx, who)
			return err
		}},
		"ChangeWipeSafety": {change, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.ChangeWipeSafety(ctx, who, admin.WipeSafety{PerHour: 1}, admin.Act{})
			return err
		}},
		"LastCapHit": {all, func(ctx context.Context, s *admin.Settings, who access.Actor) error { // who cannot hold orders is told nothing
			_, err := s.LastCapHit(ctx, who)
			return err
		}},
		"Freeze": {all, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.Freeze(ctx, who)
			return err
		}},
		"SetFreeze": {change, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.SetFreeze(ctx, who, true, admin.Act{})
			return err
		}},
		"Mail": {read, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.Mail(ctx, who)
			return err
		}},
		"Retention": {read, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.Retention(ctx, who)
			return err
		}},
		"Masking": {read, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.Masking(ctx, who)
			return err
		}},
		"AuditStream": {read, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.AuditStream(ctx, who)
			return err
		}},
		"Backups": {read, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.Backups(ctx, who)
			return err
		}},
		"Task": {read, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.Task(ctx, who, admin.TaskPurge)
			return err
		}},
		"SettingNeeds": {all, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.SettingNeeds(ctx, who)
			return err
		}},
		"ChangeMasking": {change, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.ChangeMasking(ctx, who, admin.Masking{}, admin.Act{})
			return err
		}},
		"ChangeTimeZone": {change, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.ChangeTimeZone(ctx, who, admin.TimeZone{Zone: "Asia/Tokyo"}, admin.Act{})
			return err
		}},
		"ChangeMail": {change, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.ChangeMail(ctx, who, admin.Mail{Host: "mail.example", Port: 25, Encryption: "starttls", From: "a@example.com"}, nil, admin.Act{})
			return err
		}},
		"TestMail": {change, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.TestMail(ctx, who, "b@example.com")
			if access.KindOf(err) == access.KindInvalid { // it came as far as the mail server, which is not set
				return nil
			}
			return err
		}},
		"ChangeRetention": {change, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.ChangeRetention(ctx, who, keeping(100), admin.Act{})
			return err
		}},
		"PreviewPurge": {[]access.Role{access.RoleAdministrator, access.RoleOperator, access.RoleAuditor}, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.PreviewPurge(ctx, who, keeping(100))
			return err
		}},
		"ChangeAuditStream": {change, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.ChangeAuditStream(ctx, who, admin.AuditStream{File: true, Path: "/somewhere"}, admin.Act{})
			return err
		}},
		"CheckCollector": {change, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.CheckCollector(ctx, who)
			if access.KindOf(err) == access.KindInvalid {
				return nil
			}
			return err
		}},
		"ChangeBackups": {change, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.ChangeBackups(ctx, who, admin.Backups{At: "01:00", Keep: 1}, admin.Act{})
			return err
		}},
		"AskTask": {change, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.AskTask(ctx, who, admin.TaskBackup, admin.Act{})
			return err
		}},
		"PreviewErase": {[]access.Role{access.RoleAdministrator, access.RoleOperator, access.RoleAuditor}, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.PreviewErase(ctx, who, "nobody")
			return orNotThere(err)
		}},
		"ExportPersonalData": {change, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			return orNotThere(s.ExportPersonalData(ctx, who, "nobody", nil))
		}},
		"ErasePersonalData": {change, func(ctx context.Context, s *admin.Settings, who access.Actor) error {
			_, err := s.ErasePersonalData(ctx, who, "nobody", "x", admin.Act{})
			return orNotThere(err)
		}},
	}
	typ, actor := reflect.TypeFor[*admin.Settings](), reflect.TypeFor[access.Actor]()
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		for in := range m.Type.NumIn() {
			if _, found := table[m.Name]; m.Type.In(in) == actor && !found {
				t.Errorf("%s has no line in the table", m.Name)
			}
		}
	}
	for name, line := range table {
		for _, role := range append(access.Roles(), "") {
			w := newWorld(t)
			who := access.Actor{Name: "who", Role: role}
			if role == access.RoleHelpDesk {
				who.Scope = &access.Scope{Groups: []string{"sales"}}
			}
			err := line.try(t.Context(), newSettings(t, w), who)
			switch {
			case slices.Contains(line.may, role) && err != nil:
				t.Errorf("%s as %q: %v", name, role, err)
			case !slices.Contains(line.may, role) && access.KindOf(err) != access.KindForbidden && name != "SettingNeeds":
				t.Errorf("%s as %q: %v, want that it is forbidden", name, role, err)
			}
		}
	}
}

func orNotThere(err error) error {
	if access.KindOf(err) == access.KindNotFound {
		return nil
	}
	return err
}

func keeping(records int) admin.Retention {
	return admin.Retention{Records: records, Audit: 400, Tallies: 31, Jobs: 30}
}

func TestASettingIsAuditedAndTwoPeopleDoNotOverwriteEachOther(t *testing.T) {
	w := newWorld(t)
	s := newSettings(t, w)
	secret := "hunter2 hunter2"
	m := admin.Mail{On: true, Host: "mail.example", Port: 587, Encryption: "starttls", User: "vedette", From: "vedette@example.com"}
	if _, err := s.ChangeMail(t.Context(), root(), m, &secret, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	m.Host = "other.example"
	_, err := s.ChangeMail(t.Context(), second(), m, &secret, admin.Act{})
	wantKind(t, err, access.KindConflict)
	_, err = s.ChangeMail(t.Context(), root(), m, nil, admin.Act{Version: 1}) // the password would go to another server
	wantKind(t, err, access.KindInvalid)
	got, err := s.Mail(t.Context(), auditor())
	if err != nil || got.Host != "mail.example" || !got.HasPassword || got.Version != 1 || got.By != "alice" {
		t.Errorf("kept %+v, %v", got, err)
	}
	kept, err := w.store.Setting(t.Context(), "mail", nil)
	if err != nil || kept.Sealed == "" || strings.Contains(kept.Sealed+kept.Value, secret) {
		t.Errorf("the database holds %+v, %v", kept, err)
	}
	log, err := w.admin.ListAudit(t.Context(), root(), admin.AuditQuery{Event: "change-settings"})
	if err != nil || len(log.Entries) != 1 || !strings.Contains(log.Entries[0].Detail, "Mail server: none → mail.example") || strings.Contains(log.Entries[0].Detail, secret) {
		t.Errorf("audit %+v, %v", log.Entries, err)
	}
	if res, err := s.ChangeMail(t.Context(), root(), got, nil, admin.Act{Version: 1}); err != nil || res.Text != "Nothing has changed." {
		t.Errorf("saved again: %+v, %v", res, err)
	}
}

// settingsByName is every setting with its ways in and out, and a value to begin with.
func settingsByName(t *testing.T, s *admin.Settings) map[string]struct {
	begin any
	get   func() (any, admin.Kept)
	set   func(any, admin.Act) (admin.Result, error)
} {
	type way = struct {
		begin any
		get   func() (any, admin.Kept)
		set   func(any, admin.Act) (admin.Result, error)
	}
	ctx := t.Context()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	return map[string]way{
		"TimeZone": {admin.TimeZone{Zone: "Asia/Tokyo"}, func() (any, admin.Kept) { v, err := s.TimeZone(ctx, root()); must(err); return v, v.Kept },
			func(v any, a admin.Act) (admin.Result, error) {
				return s.ChangeTimeZone(ctx, root(), v.(admin.TimeZone), a)
			}},
		"Mail": {admin.Mail{Host: "mail.example", Port: 587, Encryption: "starttls", From: "a@example.com"},
			func() (any, admin.Kept) { v, err := s.Mail(ctx, root()); must(err); return v, v.Kept },
			func(v any, a admin.Act) (admin.Result, error) {
				return s.ChangeMail(ctx, root(), v.(admin.Mail), nil, a)
			}},
		"Retention": {keeping(100), func() (any, admin.Kept) { v, err := s.Retention(ctx, root()); must(err); return v, v.Kept },
			func(v any, a admin.Act) (admin.Result, error) {
				return s.ChangeRetention(ctx, root(), v.(admin.Retention), a)
			}},
		"Masking": {admin.Masking{Numbers: true}, func() (any, admin.Kept) { v, err := s.Masking(ctx, root()); must(err); return v, v.Kept },
			func(v any, a admin.Act) (admin.Result, error) {
				return s.ChangeMasking(ctx, root(), v.(admin.Masking), a)
			}},
		"AuditStream": {admin.AuditStream{Addr: "logs.example:6514", Path: "/somewhere"},
			func() (any, admin.Kept) { v, err := s.AuditStream(ctx, root()); must(err); return v, v.Kept },
			func(v any, a admin.Act) (admin.Result, error) {
				return s.ChangeAuditStream(ctx, root(), v.(admin.AuditStream), a)
			}},
		"Backups": {admin.Backups{At: "01:00", Keep: 1}, func() (any, admin.Kept) { v, err := s.Backups(ctx, root()); must(err); return v, v.Kept },
			func(v any, a admin.Act) (admin.Result, error) {
				return s.ChangeBackups(ctx, root(), v.(admin.Backups), a)
			}},
	}
}

// anotherWord is a text that a field of a setting may hold, beside the one it has at first.
func anotherWord(t *testing.T, field string) string {
	return map[string]string{"Zone": "Europe/Zurich", "Host": "other.example", "Encryption": "tls", "User": "vedette", "From": "b@example.com",
		"Addr": "other.example:6514", "ServerName": "logs", "Path": "/elsewhere", "At": "02:30", "Folder": "/backups", "CA": authority(t)}[field]
}

// authority is a certificate that has signed itself.
func authority(t *testing.T) string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shape := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, shape, shape, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestEveryFieldOfEverySettingIsSavedWhenItAloneChanges(t *testing.T) {
	for name, typ := range map[string]reflect.Type{"TimeZone": reflect.TypeFor[admin.TimeZone](), "Mail": reflect.TypeFor[admin.Mail](),
		"Retention": reflect.TypeFor[admin.Retention](), "Masking": reflect.TypeFor[admin.Masking](), "AuditStream": reflect.TypeFor[admin.AuditStream](),
		"Backups": reflect.TypeFor[admin.Backups]()} {
		for i := range typ.NumField() {
			f := typ.Field(i)
			if f.Tag.Get("json") == "-" {
				continue
			}
			s := newSettings(t, newWorld(t))
			way := settingsByName(t, s)[name]
			if r, err := way.set(way.begin, admin.Act{}); err != nil || r.Version != 1 {
				t.Fatalf("%s: %+v, %v", name, r, err)
			}
			now, kept := way.get()
			then := reflect.New(typ).Elem()
			then.Set(reflect.ValueOf(now))
			switch v := then.Field(i); v.Kind() {
			case reflect.Bool:
				v.SetBool(!v.Bool())
			case reflect.Int:
				v.SetInt(v.Int() + 1)
				if name == "Retention" { // the longest there is has been set
					v.SetInt(v.Int() - 2)
				}
			case reflect.String:
				v.SetString(anotherWord(t, f.Name))
			case reflect.Slice:
				v.Set(reflect.ValueOf([]string{"ops@example.com", "second@example.com"}))
			default:
				t.Fatalf("%s.%s: this test cannot change a %s", name, f.Name, v.Kind())
			}
			r, err := way.set(then.Interface(), admin.Act{Version: kept.Version})
			if err != nil || r.Text == "Nothing has changed." {
				t.Errorf("%s.%s alone: %q, %v", name, f.Name, r.Text, err)
				continue
			}
			got, _ := way.get()
			if a, b := fmt.Sprint(then.Field(i)), fmt.Sprint(reflect.ValueOf(got).Field(i)); a != b {
				t.Errorf("%s.%s: %s was set, and %s is kept", name, f.Name, a, b)
			}
			if strings.HasSuffix(r.Text, "Saved. changed.") {
				t.Errorf("%s.%s: nobody is told what has changed", name, f.Name)
			}
		}
	}
}

func TestSettingsThatCannotBeAreRefusedInWords(t *testing.T) {
	s := newSettings(t, newWorld(t))
	ctx := t.Context()
	for name, try := range map[string]func() error{
		"a zone that does not exist": func() error {
			_, err := s.ChangeTimeZone(ctx, root(), admin.TimeZone{Zone: "Mars/Olympus"}, admin.Act{})
			return err
		},
		"an hour that is none": func() error {
			_, err := s.ChangeBackups(ctx, root(), admin.Backups{At: "25:00", Keep: 3}, admin.Act{})
			return err
		},
		"no backup to keep": func() error {
			_, err := s.ChangeBackups(ctx, root(), admin.Backups{At: "03:00"}, admin.Act{})
			return err
		},
		"a folder without a root": func() error {
			_, err := s.ChangeBackups(ctx, root(), admin.Backups{At: "03:00", Keep: 3, Folder: "../there"}, admin.Act{})
			return err
		},
		"a recipient who is none": func() error {
			_, err := s.ChangeMail(ctx, root(), admin.Mail{To: []string{"the team"}}, nil, admin.Act{})
			return err
		},
		"records of a day": func() error { _, err := s.ChangeRetention(ctx, root(), keeping(1), admin.Act{}); return err },
		"an audit log of a week": func() error {
			_, err := s.ChangeRetention(ctx, root(), admin.Retention{Audit: 7, Tallies: 31, Jobs: 30}, admin.Act{})
			return err
		},
		"a collector without a port": func() error {
			_, err := s.ChangeAuditStream(ctx, root(), admin.AuditStream{Syslog: true, Addr: "logs.example"}, admin.Act{})
			return err
		},
		"a certificate that is none": func() error {
			_, err := s.ChangeAuditStream(ctx, root(), admin.AuditStream{CA: "hello"}, admin.Act{})
			return err
		},
		"a password in the clear": func() error {
			p := "x"
			_, err := s.ChangeMail(ctx, root(), admin.Mail{Host: "m", Port: 25, Encryption: "none", User: "u", From: "a@example.com"}, &p, admin.Act{})
			return err
		},
	} {
		if err := try(); access.KindOf(err) != access.KindInvalid || access.TextOf(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// stale makes records whose last contact was so many days ago.
func stale(w *world, account string, days int, change ...func(*access.Association)) access.AssociationID {
	return w.record(account, "DEVICE"+account, append(change, func(a *access.Association) {
		a.FirstSync = w.clock.Now().AddDate(0, 0, -days-1)
		a.LastSync = w.clock.Now().AddDate(0, 0, -days)
	})...)
}

// Y-07: what the preview lists is what then happens.
func TestAPurgeTakesAwayWhatItsPreviewListsAndNeitherBlocksNorWipedDevices(t *testing.T) {
	w := newWorld(t)
	s := newSettings(t, w)
	ctx := t.Context()
	old := []access.AssociationID{stale(w, "old", 200), stale(w, "older", 400), stale(w, "allowed", 300)}
	blocked, lost, fresh := stale(w, "blocked", 300), stale(w, "lost", 300), stale(w, "fresh", 50)
	never := w.record("never", "NEVER")
	if _, err := w.admin.AllowAssociation(ctx, root(), old[2], admin.Act{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.admin.BlockAssociation(ctx, root(), blocked, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	res, err := w.admin.AddDevice(ctx, root(), admin.DeviceForm{Name: "phone", State: access.DeviceActive}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.admin.LinkAssociation(ctx, root(), lost, access.DeviceID(res.ID), admin.Act{}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.admin.LoseDevice(ctx, root(), access.DeviceID(res.ID), admin.Act{}); err != nil {
		t.Fatal(err)
	}
	left := func() (ids []access.AssociationID) {
		p, err := w.admin.ListAssociations(ctx, root(), admin.Query{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Rows {
			ids = append(ids, r.ID)
		}
		slices.Sort(ids)
		return ids
	}
	for version, c := range []struct {
		set   admin.Retention
		gone  []access.AssociationID
		stays int
	}{
		{keeping(0), nil, 0},
		{keeping(100), old, 2},
		{admin.Retention{Records: 100, Held: true, Audit: 400, Tallies: 31, Jobs: 30}, []access.AssociationID{blocked, lost}, 0},
	} {
		before := left()
		p, err := s.PreviewPurge(ctx, root(), c.set)
		if err != nil || p.Records != len(c.gone) || p.Purged.Records != len(p.Rows) || p.Held != c.stays {
			t.Fatalf("the preview of %+v is %+v, %v", c.set, p, err)
		}
		if !slices.Equal(before, left()) {
			t.Fatal("a preview has taken something away")
		}
		if _, err := s.ChangeRetention(ctx, root(), c.set, admin.Act{Version: int64(max(version-1, 0))}); err != nil {
			t.Fatal(err)
		}
		got, err := s.Purge(ctx)
		if err != nil || got.Records != p.Records {
			t.Fatalf("gone %+v, %v, the preview said %+v", got, err, p.Purged)
		}
		want := slices.DeleteFunc(before, func(id access.AssociationID) bool { return slices.Contains(c.gone, id) })
		if now := left(); !slices.Equal(now, want) {
			t.Errorf("left %v, want %v", now, want)
		}
	}
	if now := left(); len(now) != 2 || !slices.Contains(now, fresh) || !slices.Contains(now, never) {
		t.Errorf("left %v", now)
	}
	log, err := w.admin.ListAudit(ctx, root(), admin.AuditQuery{Event: "purge", Object: string(old[0])})
	if err != nil || len(log.Entries) != 1 || log.Entries[0].Actor != "vedette" || !strings.Contains(log.Entries[0].Detail, "no contact since") {
		t.Errorf("audit %+v, %v", log.Entries, err)
	}
}

func TestTheAuditLogIsPurgedByAgeAndNeverBeforeItHasBeenDelivered(t *testing.T) {
	w := newWorld(t)
	s := newSettings(t, w)
	ctx := t.Context()
	err := w.store.WithTx(ctx, func(tx *store.Tx) error {
		for i := range 5000 {
			tx.Audit(access.AuditEntry{At: w.clock.Now().AddDate(0, 0, -500+i/20), Actor: "alice", Event: "block"})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ChangeAuditStream(ctx, root(), admin.AuditStream{File: true, Path: "/nowhere/audit.json"}, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	p, err := s.PreviewPurge(ctx, root(), keeping(0))
	if err != nil || p.Audit != 0 || !p.Undelivered {
		t.Errorf("with everything undelivered: %+v, %v", p, err)
	}
	c, err := s.StreamCursor(ctx, admin.StreamFile)
	if err != nil {
		t.Fatal(err)
	}
	c.Line = 1200
	if saved, err := s.SaveStreamCursor(ctx, admin.StreamFile, c); !saved || err != nil {
		t.Fatal(saved, err)
	}
	if _, err := s.ChangeRetention(ctx, root(), keeping(7), admin.Act{}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Purge(ctx)
	if err != nil || got.Audit != 1200 {
		t.Errorf("gone %+v, %v, want the 1200 that were delivered", got, err)
	}
	if _, err := s.ChangeAuditStream(ctx, root(), admin.AuditStream{}, admin.Act{Version: 1}); err != nil {
		t.Fatal(err)
	}
	if p, err = s.PreviewPurge(ctx, root(), keeping(0)); err != nil || p.Audit != 800 || p.Undelivered {
		t.Errorf("afterwards: %+v, %v, want the other 800 of a hundred days", p, err)
	}
	if got, err = s.Purge(ctx); err != nil || got.Audit != 800 {
		t.Errorf("gone %+v, %v", got, err)
	}
	if got, err = s.Purge(ctx); err != nil || got.Audit != 0 {
		t.Errorf("a second time: %+v, %v", got, err)
	}
}

func TestAPersonIsHandedOverWholeAndForgottenWhole(t *testing.T) {
	w, user, device, record := masked(t)
	s := newSettings(t, w)
	ctx := t.Context()
	other := w.record("bob", "OTHERDEVICE9")
	if _, err := w.admin.CommentAssociation(ctx, root(), other, "ask ana", admin.Act{}); err != nil {
		t.Fatal(err)
	}

	var file bytes.Buffer
	if err := s.ExportPersonalData(ctx, root(), user, func(string) io.Writer { return &file }); err != nil {
		t.Fatal(err)
	}
	parts := unzip(t, file.Bytes())
	for name, words := range map[string][]string{
		"personal-data.json": {"Ana Silva", plainNumber, plainIMEI, plainEAS, plainAddr, "stolen"},
		"user.csv":           {"Ana Silva", "'" + plainNumber, "ana (lab)"},
		"devices.csv":        {plainSerial, plainUDID},
		"records.csv":        {plainAddr, "stolen"},
		"audit.csv":          {"block", "alice"},
	} {
		for _, word := range words {
			if !strings.Contains(parts[name], word) {
				t.Errorf("%s does not hold %q", name, word)
			}
		}
		if strings.Contains(parts[name], "OTHERDEVICE9") {
			t.Errorf("%s holds somebody else's phone", name)
		}
	}
	if !json.Valid([]byte(parts["personal-data.json"])) {
		t.Error("personal-data.json is no JSON")
	}

	p, err := s.PreviewErase(ctx, root(), user)
	if err != nil || len(p.Records) != 1 || len(p.Devices) == 0 || len(p.Audit) == 0 || len(p.Notes) < 4 {
		t.Fatalf("the preview is %+v, %v", p, err)
	}
	_, err = s.ErasePersonalData(ctx, root(), user, "Ana", admin.Act{})
	wantKind(t, err, access.KindInvalid)
	res, err := s.ErasePersonalData(ctx, root(), user, "ana", admin.Act{Key: "once"})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.ErasePersonalData(ctx, root(), user, "ana", admin.Act{Key: "once"}); err != nil || again.Text != res.Text {
		t.Errorf("sent twice: %+v, %v", again, err)
	}
	for what, err := range map[string]error{
		"user":   failure(w.admin.FindUser(ctx, root(), user)),
		"device": failure(w.admin.FindDevice(ctx, root(), device)),
		"record": failure(w.admin.FindAssociation(ctx, root(), record)),
	} {
		if access.KindOf(err) != access.KindNotFound {
			t.Errorf("the %s: %v", what, err)
		}
	}
	log, err := w.admin.ListAudit(ctx, root(), admin.AuditQuery{Limit: 500})
	if err != nil {
		t.Fatal(err)
	}
	text := shows(t, log.Entries)
	for _, word := range append(secrets(), "Ana Silva", "ana (lab)", "stolen") {
		if strings.Contains(text, word) {
			t.Errorf("the audit log still says %q: …%s…", word, around(text, word))
		}
	}
	blocks := 0
	for _, e := range log.Entries {
		if e.Object == string(record) && e.Event == "block" && e.Actor == "alice" && strings.HasPrefix(e.Subject, "erased-") {
			blocks++
		}
	}
	if blocks != 1 {
		t.Error("the audit log does not say any more that somebody was blocked")
	}
	if d := w.find(other); d.Comment != "ask ana" {
		t.Errorf("another record has changed: %+v", d.Comment)
	}
	if list, err := w.store.ListPreApprovals(ctx, "", 10); err != nil || len(list) != 0 {
		t.Errorf("approvals %+v, %v", list, err)
	}
}

func failure[T any](_ T, err error) error { return err }

func unzip(t *testing.T, file []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(text)
	}
	return out
}
