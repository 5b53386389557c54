// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// check brings a file in and waits for the check.
func (w *world) check(f admin.ImportForm, file []byte) admin.Import {
	w.t.Helper()
	r, err := w.admin.StartImport(w.t.Context(), root(), f, file, admin.Act{Key: "import-" + f.File + fmt.Sprint(len(file))})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.imported(admin.ImportID(r.ID))
}

// imported waits until nothing goes on with an import any more.
func (w *world) imported(id admin.ImportID) admin.Import {
	w.t.Helper()
	stop := w.run()
	defer stop()
	var i admin.Import
	w.eventually("the import is over", func() bool {
		var err error
		if i, err = w.admin.FindImport(w.t.Context(), root(), id); err != nil {
			w.t.Fatal(err)
		}
		return i.Over()
	})
	return i
}

func (w *world) person(name, account string) access.UserID {
	w.t.Helper()
	r, err := w.admin.AddUser(w.t.Context(), root(), admin.UserForm{Name: name, Accounts: []access.Account{{Realm: "lab", Account: account}}}, admin.Act{})
	if err != nil {
		w.t.Fatal(err)
	}
	return access.UserID(r.ID)
}

func (w *world) carryOut(id admin.ImportID) admin.Import {
	w.t.Helper()
	if _, err := w.admin.RunImport(w.t.Context(), root(), id, admin.Act{}); err != nil {
		w.t.Fatal(err)
	}
	return w.imported(id)
}

func (w *world) takeBack(id admin.ImportID) admin.Import {
	w.t.Helper()
	if _, err := w.admin.UndoImport(w.t.Context(), root(), id, admin.Act{}); err != nil {
		w.t.Fatal(err)
	}
	return w.imported(id)
}

func (w *world) lines(id admin.ImportID) []string {
	w.t.Helper()
	list, err := w.admin.ListImportLines(w.t.Context(), root(), id, admin.ImportLineFilter{Limit: 500})
	if err != nil {
		w.t.Fatal(err)
	}
	out := make([]string, len(list))
	for i, l := range list {
		out[i] = fmt.Sprintf("%d %s: %s", l.Line, l.State, l.Result)
	}
	return out
}

// wide writes a text as PowerShell's Out-File does.
func wide(s string) []byte {
	out := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

func counts(i admin.Import) map[admin.LineState]int { return i.Counts }

const devicesFile = "sep=;\r\nActiveSync device id;IMEI;Serial number;Name;User name;OS version;Enrolled;Status;Shoe size\r\n" +
	"appl1;35-209900-176148-1;F2LX9Q1;\"Ana's \"\"work\"\" phone\";ana;18.1;01.02.2026 10:00:00;active;43\r\n" +
	";=\"352099001761499\";;Second;ana;18.1;2026-02-01;active;\r\n" +
	"APPL1;;;The same again;;;;;\r\n" +
	";;;Nothing to know it by;;;;;\r\n" +
	";;XSERIAL9;Whose;nobody;;;;\r\n" +
	";;YSERIAL9;Odd;;;yesterday;;\r\n" +
	";;ZSERIAL9;Odd;;;;wiped;\r\n"

func TestDevicesAreImportedWithAPreviewAnErrorPerLineAndUndo(t *testing.T) { // M-13, Y-07
	w := newWorld(t)
	u := w.person("ana", "ana")
	record := w.record("ana", "APPL1")
	i := w.check(admin.ImportForm{Kind: admin.ImportDevices, File: "devices.csv"}, []byte(devicesFile))
	want := map[admin.LineState]int{admin.LineCreate: 2, admin.LineRefused: 5}
	if diff := cmp.Diff(want, counts(i)); diff != "" || i.State != admin.ImportChecked {
		t.Fatalf("%s after the check, %s\n%q", i.State, diff, w.lines(i.ID))
	}
	if diff := cmp.Diff([]string{"Shoe size"}, i.Unknown); diff != "" {
		t.Errorf("columns nobody knows: %s", diff)
	}
	foretold := w.lines(i.ID)
	for n, text := range map[int]string{2: "Line 3 is about the same.", 3: "neither ActiveSync device id", 4: "no user “nobody”", 5: "“yesterday” is no time", 6: "active or pending"} {
		if !strings.Contains(foretold[n], text) {
			t.Errorf("line says %q, not %q", foretold[n], text)
		}
	}
	if w.linked(record) {
		t.Fatal("the check has linked a record")
	}
	i = w.carryOut(i.ID)
	happened := w.lines(i.ID)
	for n := range foretold {
		then := strings.NewReplacer(" create:", " created:", " change:", " changed:").Replace(foretold[n])
		if then != happened[n] {
			t.Errorf("foretold %q, and then %q", then, happened[n])
		}
	}
	list, err := w.store.DevicesOf(t.Context(), u, 10)
	if err != nil || len(list) != 2 {
		t.Fatalf("%d devices, %v", len(list), err)
	}
	d := list[0]
	if d.Name != `Ana's "work" phone` || d.EASID != "APPL1" || d.IMEI != "352099001761481" || !d.Enrolled.Equal(time.Date(2026, 2, 1, 10, 0, 0, 0, time.UTC)) || d.Source != "csv" {
		t.Errorf("imported as %+v", d)
	}
	if list[1].IMEI != "352099001761499" {
		t.Errorf("the second is %+v", list[1])
	}
	if !w.linked(record) {
		t.Error("the record of the phone's own device id was not linked")
	}
	again := w.check(admin.ImportForm{Kind: admin.ImportDevices, File: "again.csv"}, []byte(devicesFile))
	if again.Counts[admin.LineSame] != 2 || again.Counts[admin.LineCreate] != 0 {
		t.Errorf("the same file again: %v\n%q", again.Counts, w.lines(again.ID))
	}
	i = w.takeBack(i.ID)
	if i.Counts[admin.LineUndone] != 2 || i.State != admin.ImportUndone {
		t.Errorf("undone: %+v", i.Counts)
	}
	if list, err = w.store.DevicesOf(t.Context(), u, 10); err != nil || len(list) != 1 || list[0].State != access.DeviceWaiting {
		t.Errorf("what is left is not the phone that waits again: %+v, %v", list, err)
	}
	if w.linked(record) {
		t.Error("the record is still linked")
	}
}

func TestComplianceFromAFileBlocksExactlyThoseThePreviewNames(t *testing.T) { // M-06, R-14, Y-07
	w := newWorld(t)
	w.preferences(func(p *access.Preferences) { p.Shadow = false })
	var records []access.AssociationID
	file := "IMEI,Serial number,Compliant,Reason\n"
	for n := range 3 {
		name := fmt.Sprintf("U%d", n)
		w.person(name, name)
		records = append(records, w.record(name, "DEV"+name))
		if _, err := w.admin.AddDevice(t.Context(), root(), admin.DeviceForm{Name: name, Serial: "SERIAL" + name, EASID: "DEV" + name}, admin.Act{}); err != nil {
			t.Fatal(err)
		}
	}
	file += ",SERIALU0,false,passcode missing\n,SERIALU1,true,\n,SERIALU2,no,\n,SERIALU9,no,old\n"
	i := w.check(admin.ImportForm{Kind: admin.ImportCompliance, File: "compliance.csv"}, []byte(file))
	if i.Counts[admin.LineChange] != 2 || i.Counts[admin.LineRefused] != 2 || i.Preview.ToBlocked != 1 {
		t.Fatalf("%v, %d to be blocked\n%q", i.Counts, i.Preview.ToBlocked, w.lines(i.ID))
	}
	i = w.carryOut(i.ID)
	for n, id := range records {
		if blocked := w.find(id).SyncStatus == access.Blocked; blocked != (n == 0) {
			t.Errorf("record %d is blocked: %v", n, blocked)
		}
	}
	// Somebody changes one of them; that one stays.
	d := w.find(records[0]).Device
	if _, err := w.admin.SetCompliance(t.Context(), second(), d, admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{"rooted"}}, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	i = w.takeBack(i.ID)
	if i.Counts[admin.LineUndone] != 1 || i.Counts[admin.LineKept] != 1 {
		t.Errorf("undone: %v\n%q", i.Counts, w.lines(i.ID))
	}
}

func TestUsersAreImportedAndADisabledOneIsRefused(t *testing.T) { // M-15, Y-07
	w := newWorld(t)
	w.preferences(func(p *access.Preferences) { p.Shadow = false })
	w.person("ana", "ana")
	id := w.record("ana", "A1")
	file := "\xEF\xBB\xBFName\tDisplay name\tGroups\tAccounts\tEnabled\nana\tAna Smith\tsales; board\t\tno\nben\tBen\t\tlab:ben, ben.b\tyes\ncleo\t\t\tben\t\ndora\t\t\tana\t\n"
	i := w.check(admin.ImportForm{Kind: admin.ImportUsers, File: "users.tsv", Realm: "lab"}, []byte(file))
	if i.Counts[admin.LineChange] != 1 || i.Counts[admin.LineCreate] != 1 || i.Counts[admin.LineRefused] != 2 || i.Preview.ToBlocked != 1 {
		t.Fatalf("%v, %d to be blocked\n%q", i.Counts, i.Preview.ToBlocked, w.lines(i.ID))
	}
	w.carryOut(i.ID)
	u, err := w.store.FindUserByName(t.Context(), "ana")
	if err != nil || !u.Disabled || u.DisplayName != "Ana Smith" || cmp.Diff([]string{"board", "sales"}, u.Groups) != "" || len(u.Accounts) != 1 {
		t.Errorf("%+v, %v", u, err)
	}
	if w.find(id).SyncStatus != access.Blocked {
		t.Error("the disabled user's phone may sync")
	}
	w.takeBack(i.ID)
	if u, err = w.store.FindUserByName(t.Context(), "ana"); err != nil || u.Disabled || u.DisplayName != "" {
		t.Errorf("taken back: %+v, %v", u, err)
	}
	if _, err := w.store.FindUserByName(t.Context(), "ben"); access.KindOf(err) != access.KindNotFound {
		t.Errorf("ben is still there: %v", err)
	}
}

// exchangeFile is what Get-MobileDevice | Export-Csv writes, in the form that PowerShell 5 does by default,
// on a machine that writes times the American way; the values are made up.
const exchangeFile = "#TYPE Microsoft.Exchange.Data.Directory.SystemConfiguration.MobileDevice\r\n" +
	`"FriendlyName","DeviceId","DeviceImei","DeviceOS","DeviceType","DeviceModel","DeviceUserAgent","DeviceAccessState","DeviceAccessStateReason","FirstSyncTime","UserDisplayName","UserPrincipalName","Identity"` + "\r\n" +
	`"","APPLA1","","iOS 18.1","iPhone","iPhone15C2","Apple-iPhone15C2/2201.100","Allowed","Global","2/13/2026 3:04:05 PM","lab.example/Users/Ana Smith","ana","lab.example/Users/Ana Smith/ExchangeActiveSyncDevices/iPhone§APPLA1"` + "\r\n" +
	`"","APPLB2","","iOS 18.1","iPhone","iPhone15C2","Apple-iPhone15C2/2201.100","Blocked","Individual","2/3/2026 3:04:05 PM","lab.example/Users/Ben","ben","lab.example/Users/Ben/ExchangeActiveSyncDevices/iPhone§APPLB2"` + "\r\n" +
	`"","APPLC3","","iOS 18.1","iPhone","iPhone15C2","Apple-iPhone15C2/2201.100","Blocked","Individual","","lab.example/Users/Cleo","cleo","lab.example/Users/Cleo/ExchangeActiveSyncDevices/iPhone§APPLC3"` + "\r\n" +
	`"","APPLD4","","Android 14","SAMSUNG","SM-S911B","","Allowed","Individual","","lab.example/Users/Dora","dora","x"` + "\r\n" +
	`"","","","","","","","","","","","","nothing"` + "\r\n"

func TestExchangesOwnListSaysWhoHasYetToCome(t *testing.T) { // Y-18, A-25
	w := newWorld(t)
	w.preferences(func(p *access.Preferences) { p.Shadow = false })
	here := w.record("cleo", "APPLC3")
	i := w.check(admin.ImportForm{Kind: admin.ImportExpected, File: "phones.csv", Realm: "lab", Presets: true}, wide(exchangeFile))
	if i.Counts[admin.LineCreate] != 4 || i.Counts[admin.LineRefused] != 1 || i.Preview.ToBlocked != 1 {
		t.Fatalf("%v, %d to be blocked\n%q", i.Counts, i.Preview.ToBlocked, w.lines(i.ID))
	}
	if r, err := w.admin.ShadowReport(t.Context(), auditor()); err != nil || r.Total != 0 {
		t.Fatalf("after the check alone: %+v, %v", r, err)
	}
	i = w.carryOut(i.ID)
	report := func(seen, total int) {
		t.Helper()
		r, err := w.admin.ShadowReport(t.Context(), auditor())
		if err != nil || r.Seen != seen || r.Total != total || len(r.Realms) != 1 || r.Realms[0].Seen != seen || r.Trend[len(r.Trend)-1].Seen != seen {
			t.Errorf("%d of %d wanted: %+v, %v", seen, total, r, err)
		}
	}
	report(1, 4)
	if n, err := w.store.CountAssociations(t.Context()); err != nil || n.Total != 1 {
		t.Errorf("%d records: what is expected is no record, %v", n.Total, err)
	}
	if w.find(here).SyncStatus != access.Blocked {
		t.Error("what Exchange blocked by hand may sync here")
	}
	p, err := w.admin.ListExpected(t.Context(), auditor(), admin.ExpectedQuery{Show: "missing", Sort: "user"})
	if err != nil || len(p.Rows) != 3 || p.Rows[0].Who != "Ana Smith" || p.Total != 3 {
		t.Fatalf("%+v, %v", p, err)
	}
	if at := p.Rows[0].FirstSync; !at.Equal(time.Date(2026, 2, 13, 15, 4, 5, 0, time.UTC)) {
		t.Errorf("first sync %v", at)
	}
	if at := p.Rows[1].FirstSync; !at.Equal(time.Date(2026, 2, 3, 15, 4, 5, 0, time.UTC)) {
		t.Errorf("a day that could be a month: %v", at)
	}
	w.clock.forward(48 * time.Hour)
	ben, ana := w.record("ben", "APPLB2"), w.record("ana", "APPLA1")
	report(3, 4)
	if b := w.find(ben); b.SyncStatus != access.Blocked || b.Override.By != "alice" {
		t.Errorf("what Exchange blocked by hand has come: %+v", b.Override)
	}
	if w.find(ana).Override.Kind != access.NoOverride {
		t.Error("what Exchange lets through as all others has an override here")
	}
	list, err := w.admin.ListPreApprovals(t.Context(), root(), "", 10)
	if err != nil || len(list.Rows) != 1 || list.Rows[0].Pair.Account != "dora" {
		t.Errorf("pre-approved: %+v, %v", list.Rows, err)
	}
	w.takeBack(i.ID)
	if r, err := w.admin.ShadowReport(t.Context(), auditor()); err != nil || r.Total != 0 {
		t.Errorf("taken back: %+v, %v", r, err)
	}
	if w.find(here).Override.Kind != access.NoOverride {
		t.Error("the override taken over is still there")
	}
}

func TestOnlyWhoMayImportDoes(t *testing.T) {
	w := newWorld(t)
	for _, who := range []access.Actor{auditor(), {Name: "hd", Role: access.RoleHelpDesk}, {Name: "limited", Role: access.RoleAdministrator, Scope: &access.Scope{Groups: []string{"sales"}}}} {
		if _, err := w.admin.StartImport(t.Context(), who, admin.ImportForm{Kind: admin.ImportUsers}, []byte("Name\nana\n"), admin.Act{}); access.KindOf(err) != access.KindForbidden {
			t.Errorf("%s imports: %v", who.Name, err)
		}
	}
	limited := access.Actor{Name: "limited", Role: access.RoleAuditor, Scope: &access.Scope{Groups: []string{"sales"}}}
	if _, err := w.admin.ListExpected(t.Context(), limited, admin.ExpectedQuery{}); access.KindOf(err) != access.KindForbidden {
		t.Errorf("who is limited to a group sees whom the mail server knows: %v", err)
	}
}

func TestFilesThatAreNoneAreRefusedInWords(t *testing.T) {
	w := newWorld(t)
	for name, file := range map[string]string{
		"a workbook":                "PK\x03\x04abc",
		"not one line":              "Name,IMEI\n",
		"no text":                   "Name\x00\x01IMEI",
		"nothing to know a line by": "Shoe size,Colour\n43,red\n",
	} {
		_, err := w.admin.StartImport(t.Context(), root(), admin.ImportForm{Kind: admin.ImportDevices, File: "x"}, []byte(file), admin.Act{})
		if access.KindOf(err) != access.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestALongFileIsDoneInStepsAndCanBeStopped(t *testing.T) {
	w := newWorld(t)
	var b strings.Builder
	b.WriteString("Name,Accounts\n")
	for n := range 450 {
		fmt.Fprintf(&b, "user%03d,user%03d\n", n, n)
	}
	i := w.check(admin.ImportForm{Kind: admin.ImportUsers, File: "long.csv", Realm: "lab"}, []byte(b.String()))
	if i.Counts[admin.LineCreate] != 450 {
		t.Fatalf("%v", i.Counts)
	}
	if _, err := w.admin.RunImport(t.Context(), root(), i.ID, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	now, err := w.admin.FindImport(t.Context(), root(), i.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.admin.CancelJob(t.Context(), root(), now.Job); err != nil {
		t.Fatal(err)
	}
	if now, err = w.admin.FindImport(t.Context(), root(), i.ID); err != nil || now.State != admin.ImportCancelled {
		t.Fatalf("%s, %v", now.State, err)
	}
	if now = w.takeBack(i.ID); now.State != admin.ImportUndone {
		t.Errorf("%s", now.State)
	}
}

func (w *world) linked(id access.AssociationID) bool {
	w.t.Helper()
	d := w.find(id)
	return d.Linked()
}

// brings is a town's file of users.
func (w *town) brings(ctx context.Context, who access.Actor) (admin.Result, error) {
	return w.admin.StartImport(ctx, who, admin.ImportForm{Kind: admin.ImportUsers, File: "users.csv"}, []byte("Name\nnewcomer\n"), admin.Act{})
}

// goesOn tries a verb on an import that is still being checked: who may is told so.
func goesOn(w *town, ctx context.Context, who access.Actor, do func(context.Context, access.Actor, admin.ImportID, admin.Act) (admin.Result, error)) error {
	_, err := do(ctx, who, admin.ImportID(w.do(w.brings(ctx, root())).ID), admin.Act{})
	if access.KindOf(err) == access.KindConflict {
		return nil
	}
	return err
}
