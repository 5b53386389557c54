// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"archive/zip"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

func owner() access.Actor { return access.Actor{Name: "ada", Role: access.RoleAdministrator} }

func TestASettingIsSavedWithItsFormAndSaysWhoChangedItLast(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	page := v.get("/settings")
	stale := page.fields("/settings")
	page.submit(v, "/settings", url.Values{"zone": {"Europe/Zurich"}}).wants(http.StatusOK).
		says(".message", "Time zone: UTC → Europe/Zurich").says("form", "Last changed by ada")
	stale.Set("zone", "UTC")
	stale.Set("key", "another")
	v.post("/settings", stale).says(".message", "has changed since you looked at it")
	v.get("/settings").submit(v, "/settings", url.Values{"zone": {"Mars"}}).says(".message", "is no time zone")
	// Times are shown in it from then on, with its name.
	found := false
	for _, n := range v.get("/audit").all("time") {
		found = found || strings.HasSuffix(attr(n, "title"), " CET") || strings.HasSuffix(attr(n, "title"), " CEST")
		if !strings.HasSuffix(attr(n, "datetime"), "Z") {
			t.Errorf("the moment itself is %q", attr(n, "datetime"))
		}
	}
	if !found {
		t.Error("the audit log does not show times of Zurich")
	}
}

func TestWhoMayNotChangeSettingsSeesThemAndHasNoButton(t *testing.T) {
	c := browser.Start(t, true)
	v := asAuditor(t, c)
	for _, path := range []string{"/settings", "/settings/mail", "/settings/retention", "/settings/masking", "/settings/audit-stream", "/settings/backup"} {
		a := v.get(path).wants(http.StatusOK).says("main", "may look but not change")
		if len(a.all("main button")) != 0 {
			t.Errorf("%s has a button", path)
		}
	}
	form := url.Values{"form_token": {v.get("/account").fields("/account/password").Get("form_token")}, "zone": {"UTC"}, "key": {"k"}}
	v.post("/settings", form).wants(http.StatusForbidden)
	v.post("/settings/backup/now", form).wants(http.StatusForbidden)
}

func TestATestMailThatFailsIsExplainedOnThePageAndThePasswordIsNeverShown(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	v.get("/settings/mail").submit(v, "/settings/mail", url.Values{"on": {"yes"}, "host": {"127.0.0.1"}, "port": {"1"}, "user": {"vedette"},
		"password": {"s3cret-s3cret"}, "from": {"vedette@example.com"}}).says(".message", "Saved")
	a := v.get("/settings/mail")
	if strings.Contains(a.body, "s3cret-s3cret") {
		t.Error("the page shows the password")
	}
	a.submit(v, "/settings/mail/test", url.Values{"to": {"ada@example.com"}}).says(".message", "nothing listens at 127.0.0.1:1")
	if strings.Contains(v.get("/audit").body, "s3cret-s3cret") {
		t.Error("the audit log shows the password")
	}
}

func TestWhatAPurgeWouldTakeIsShownBeforeItIsSaved(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	long := addRecord(t, c, func(a *access.Association) {
		a.FirstSync, a.LastSync = c.Now().AddDate(-1, 0, 0), c.Now().AddDate(-1, 0, 0)
	})
	form := v.get("/settings/retention").fields("/settings/retention/preview")
	form.Set("records", "90")
	p := v.get("/settings/retention/preview?" + form.Encode()).wants(http.StatusOK)
	p.says("main", "Records that go 1").says("tbody", long.User).says("main", "judged and recorded anew")
	if k, err := c.Settings.Retention(t.Context(), owner()); err != nil || k.Records != 0 {
		t.Errorf("a preview has saved %+v, %v", k, err)
	}
	p.submit(v, "/settings/retention", nil).says(".message", "Days that records are kept: for ever → 90")
	v.get("/settings/retention").submit(v, "/settings/retention/now", nil).says("main", "Asked for by ada")
	v.get("/settings/retention/preview?records=1&audit=400&tallies=31&jobs=30").says(".message", "at least 7 days")
}

func TestAPersonsDataAreFoundExportedAndErasedByTypingTheName(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	first := addRecord(t, c, func(*access.Association) {})
	_, err := c.Admin.AddUser(t.Context(), owner(), admin.UserForm{Name: "ana.silva", DisplayName: "Ana <b>Silva</b>",
		Accounts: []access.Account{{Realm: first.Pair.Realm, Account: first.Pair.Account}}}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	v.get("/settings/personal-data?q=nobody-there").says("main", "Nobody is called so")
	hits := v.get("/settings/personal-data?q=ana.silva").wants(http.StatusOK).all("tbody a")
	if len(hits) != 1 {
		t.Fatalf("%d people found", len(hits))
	}
	path := attr(hits[0], "href")
	p := v.get(path).wants(http.StatusOK).says("main", "Records 1").says("main", "Accounts 1")
	manners(t, p)

	file := p.submit(v, "/settings/personal-data/export", nil).wants(http.StatusOK)
	z, err := zip.NewReader(strings.NewReader(file.body), int64(len(file.body)))
	if err != nil || len(z.File) != 6 || !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment") {
		t.Fatalf("the file: %v, %v", err, file.header)
	}
	p.submit(v, "/settings/personal-data/erase", url.Values{"name": {"ana"}}).says(".message", "Nothing has been erased")
	v.get(path).submit(v, "/settings/personal-data/erase", url.Values{"name": {"ana.silva"}, "reason": {"asked by letter"}}).says(".message", "The user is erased")
	v.get("/settings/personal-data?q=ana.silva").says("main", "Nobody is called so")
	v.get("/activesync").says(".list-foot", "0 records")
}

func TestWhatFailsInTheBackgroundStandsOnTheDashboardAndLeadsToItsPage(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	if err := c.Settings.EndTask(t.Context(), admin.TaskBackup, "The disk is full.", http.ErrServerClosed); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Settings.SaveStreamCursor(t.Context(), admin.StreamSyslog, admin.StreamCursor{Trouble: "nothing listens", Since: time.Now()}); err != nil {
		t.Fatal(err)
	}
	a := v.get("/").says("main", "The last backup failed. The disk is full.").says("main", "The audit log is not delivered")
	for _, path := range []string{"/settings/backup", "/settings/audit-stream"} {
		if len(a.all(`main a[href="`+path+`"]`)) != 1 {
			t.Errorf("no way to %s", path)
		}
	}
	v.get("/settings/backup").says("main", "failed. The disk is full.")
}

// TestNoPageAndNoFileShowsAHelpDeskWhatIsMasked walks every page with the eyes of a help desk.
func TestNoPageAndNoFileShowsAHelpDeskWhatIsMasked(t *testing.T) {
	c := browser.Start(t, true)
	rec := addRecord(t, c, func(a *access.Association) {
		a.Pair.Device, a.RawDevice, a.Number, a.IMEI, a.RemoteAddr = "APPLDN6Q7XYZ0F17", "ApplDN6Q7XYZ0F17", "+41791234567", "352099001761481", "203.0.113.77"
	})
	secrets := []string{"DN6Q7XYZ0F17", "41791234567", "352099001761481", "203.0.113.77"}
	id := string(rec.ID)
	res, err := c.Admin.AddUser(t.Context(), owner(), admin.UserForm{Name: "ana", Number: rec.Number, Groups: []string{"sales"},
		Accounts: []access.Account{{Realm: rec.Pair.Realm, Account: rec.Pair.Account}}}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	dev, err := c.Admin.AddDevice(t.Context(), owner(), admin.DeviceForm{Name: "phone", Owner: access.UserID(res.ID), Number: rec.Number, IMEI: rec.IMEI, Serial: "DN6Q7XYZ0F17"}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Admin.BlockAssociation(t.Context(), owner(), access.AssociationID(id), admin.Act{Reason: "IMEI " + rec.IMEI}); err != nil {
		t.Fatal(err)
	}
	v := asHelpDesk(t, c, "sales")
	paths := append(everyPage(id), "/activesync/export.csv", "/devices", "/devices/"+dev.ID, "/users", "/users/"+res.ID, "/overrides", "/search?q=ana",
		"/activesync?cols=device.user.number.phone.client.comment")
	seen := 0
	for _, path := range paths {
		a := v.get(path)
		if strings.Contains(a.body, "••••") {
			seen++
		}
		for _, s := range secrets {
			if i := strings.Index(a.body, s); i >= 0 {
				t.Errorf("%s shows %s: …%s…", path, s, a.body[max(0, i-80):i+len(s)])
			}
		}
	}
	if seen < 3 {
		t.Errorf("only %d pages had something to cover", seen)
	}
	plain := signedIn(t, c).get("/activesync/" + id)
	if slices.ContainsFunc(secrets, func(s string) bool { return !strings.Contains(plain.body, s) }) {
		t.Error("the administrator does not see everything plain")
	}
}

func asHelpDesk(t *testing.T, c *browser.Console, groups ...string) *visitor {
	t.Helper()
	if err := c.Login.CreateAdministrator(t.Context(), login.House(), "hans", browser.Password, access.RoleHelpDesk); err != nil {
		t.Fatal(err)
	}
	err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		a, err := tx.FindAdministratorByName("hans")
		if err != nil {
			return err
		}
		a.Scope = &access.Scope{Groups: groups}
		return tx.SaveAdministrator(a)
	})
	if err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, c)
	v.get("/sign-in").submit(v, "/sign-in", url.Values{"name": {"hans"}, "password": {browser.Password}}).wants(http.StatusOK)
	return v
}

// addRecord makes a record as intake would.
func addRecord(t *testing.T, c *browser.Console, change func(*access.Association)) *access.Association {
	t.Helper()
	a := &access.Association{Record: access.Record{Pair: access.Pair{Realm: "lab", Account: "ana.silva@example.com", Device: "ANASPHONE1"}},
		User: "ana.silva@example.com", RawDevice: "AnasPhone1", Model: "iPhone 15", OS: "iOS"}
	change(a)
	if err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error { return tx.CreateAssociation(a) }); err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	return a
}
