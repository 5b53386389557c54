// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

func associations(t *testing.T, e Engine) {
	t.Run("two accounts on one device and one account on two devices are four rows of three", func(t *testing.T) { // A-04 A-05 M-02 M-03
		_, s := fresh(t, e)
		for _, p := range [][2]string{{"ana", "d1"}, {"sales", "d1"}, {"ana", "d2"}} {
			create(t, s, seen(p[0], p[1]))
		}
		err := s.WithTx(t.Context(), func(tx *store.Tx) error { return tx.CreateAssociation(seen("ana", "d1")) })
		wantKind(t, err, access.KindConflict)
		integrated := seen("ana", "d1")
		integrated.Domain = access.Integrated
		create(t, s, integrated) // C-11: the other kind of Sentry sees the same pair as another row
		c, err := s.CountAssociations(t.Context())
		if err != nil || c.Total != 4 || c.Unlinked != 4 || c.Allowed != 4 {
			t.Fatalf("counts %+v, %v", c, err)
		}
	})
	t.Run("a row comes back as it was written", func(t *testing.T) { // C-01 C-02 C-03 C-04 C-05 C-08 C-09 C-10 D-08
		_, s := fresh(t, e)
		a := full("ana", "d1")
		create(t, s, a)
		got := find(t, s, a.ID)
		got.Change = 0 // not known before the commit
		if !reflect.DeepEqual(a, got) {
			t.Fatalf("written and read differ:\n%+v\n%+v", a, got)
		}
	})
	t.Run("a redirect stays until it is cleared, and gateways hear of that", func(t *testing.T) { // R-21 D-07
		_, s := fresh(t, e)
		a := create(t, s, seen("ana", "d1"))
		tx(t, s, func(tx *store.Tx) error {
			a, err := tx.FindAssociation(a.ID)
			if err != nil {
				return err
			}
			a.Redirect = "https://two.lab.example/eas"
			return tx.SaveFacts(a)
		})
		a = find(t, s, a.ID)
		a.Comment, a.Redirect = "other words", "" // a person's words leave it alone
		if n := tx(t, s, func(tx *store.Tx) error { return tx.SaveAssociation(a) }); n != 0 {
			t.Errorf("gateways were told of a comment, by change %d", n)
		}
		if a = find(t, s, a.ID); a.Redirect != "https://two.lab.example/eas" || a.RedirectClears != 0 {
			t.Fatalf("redirect %q, cleared %d times", a.Redirect, a.RedirectClears)
		}
		a.RedirectClears++
		n := tx(t, s, func(tx *store.Tx) error { return tx.SaveAssociation(a) })
		a = find(t, s, a.ID)
		if a.Redirect != "" || a.RedirectClears != 1 || a.Comment != "other words" || n == 0 || a.Change != n {
			t.Errorf("after change %d: %+v", n, a)
		}
		b, err := s.ChangesSince(t.Context(), access.Position{}, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range b.Entries {
			if c.Record != nil && c.Record.RedirectClears != 1 {
				t.Errorf("gateways are told %+v", c.Record)
			}
		}
	})
	t.Run("hostile text is kept unchanged, impossible text is made possible", func(t *testing.T) {
		_, s := fresh(t, e)
		a := seen("ana", "d1")
		a.Model = `'); DROP TABLE association;-- <script>alert(1)</script> =cmd|' /C calc'!A0 $1 ?1 %_\ ` + "\x1b[31m\r\n\u202eevil"
		a.UserAgent = "bad \xff\xfe bytes and a \x00 NUL"
		a.FriendlyName = strings.Repeat("ü", 1000)
		want := a.Model
		create(t, s, a)
		got := find(t, s, a.ID)
		if got.Model != want {
			t.Errorf("model %q, want %q", got.Model, want)
		}
		if got.UserAgent != "bad \uFFFD bytes and a \uFFFD NUL" {
			t.Errorf("user agent %q", got.UserAgent)
		}
		if got.FriendlyName != strings.Repeat("ü", 512) {
			t.Errorf("a long name was cut to %d bytes", len(got.FriendlyName))
		}
	})
	t.Run("a pair that cannot be kept whole is refused", func(t *testing.T) {
		_, s := fresh(t, e)
		for _, p := range []access.Pair{pair("", "d1"), pair("ana", ""), pair(strings.Repeat("a", 400), "d"), pair("a\x00b", "d"), pair("a\xff", "d")} {
			a := seen("ana", "d1")
			a.Pair = p
			err := s.WithTx(t.Context(), func(tx *store.Tx) error { return tx.CreateAssociation(a) })
			wantKind(t, err, access.KindInvalid)
		}
	})
	t.Run("an override touches its row alone, and two administrators cannot overwrite each other", func(t *testing.T) { // A-17 A-18 X-08
		_, s := fresh(t, e)
		a, b, c := create(t, s, seen("ana", "d1")), create(t, s, seen("bob", "d1")), create(t, s, seen("ana", "d2"))
		mine, theirs := *a, *a
		mine.Override = access.Override{Kind: access.OverrideBlock, Reason: "lost", By: "root", At: Start()}
		n := tx(t, s, func(tx *store.Tx) error { return tx.SaveAssociation(&mine) })
		if n == 0 || mine.SyncStatus != access.Blocked || mine.Version != a.Version+1 {
			t.Fatalf("number %d, saved %+v", n, mine)
		}
		theirs.Comment = "too late"
		err := s.WithTx(t.Context(), func(tx *store.Tx) error { return tx.SaveAssociation(&theirs) })
		wantKind(t, err, access.KindConflict)
		for _, other := range []*access.Association{b, c} {
			if got := find(t, s, other.ID); got.SyncStatus != access.Allowed || got.Override.Kind != "" {
				t.Errorf("%v was touched: %+v", other.Pair, got)
			}
		}
		if got := find(t, s, a.ID); got.Change != n || got.Comment != "" || got.Override.Reason != "lost" {
			t.Errorf("stored %+v", got)
		}
	})
	t.Run("a comment alone is no news for gateways", func(t *testing.T) { // D-08
		_, s := fresh(t, e)
		a := create(t, s, seen("ana", "d1"))
		a.Comment = "belongs to the board"
		if n := tx(t, s, func(tx *store.Tx) error { return tx.SaveAssociation(a) }); n != 0 {
			t.Fatalf("took number %d", n)
		}
		if got := find(t, s, a.ID); got.Comment != a.Comment {
			t.Fatalf("comment %q", got.Comment)
		}
	})
	t.Run("what machines learn does not undo what a person said", func(t *testing.T) {
		_, s := fresh(t, e)
		a := create(t, s, seen("ana", "d1"))
		stale := *a
		a.Override = access.Override{Kind: access.OverrideBlock, At: Start()}
		a.Comment = "kept"
		tx(t, s, func(tx *store.Tx) error { return tx.SaveAssociation(a) })
		stale.Model, stale.FirstSync, stale.LastSync = "Pixel", Start().Add(time.Hour), Start().Add(time.Hour)
		if n := tx(t, s, func(tx *store.Tx) error { return tx.SaveFacts(&stale) }); n != 0 {
			t.Fatalf("facts took number %d", n)
		}
		got := find(t, s, a.ID)
		if got.Model != "Pixel" || got.Comment != "kept" || got.Override.Kind != access.OverrideBlock || got.SyncStatus != access.Blocked {
			t.Fatalf("%+v", got)
		}
		if !got.FirstSync.Equal(Start()) { // S-09
			t.Fatalf("first sync moved to %v", got.FirstSync)
		}
	})
	t.Run("a removed record is gone and can be brought back", func(t *testing.T) {
		_, s := fresh(t, e)
		a := create(t, s, full("ana", "d1"))
		n := tx(t, s, func(tx *store.Tx) error { return tx.DeleteAssociation(a.ID) })
		if n == 0 {
			t.Fatal("gateways are not told")
		}
		_, err := s.FindAssociation(t.Context(), a.ID)
		wantKind(t, err, access.KindNotFound)
		tx(t, s, func(tx *store.Tx) error { return tx.RestoreAssociation(a) })
		if got := find(t, s, a.ID); !got.FirstSync.Equal(a.FirstSync) || got.Model != a.Model {
			t.Fatalf("%+v", got)
		}
		if c, _ := s.CountAssociations(t.Context()); c.Total != 1 {
			t.Fatalf("%+v", c)
		}
	})
	t.Run("the sync status follows device, account and preferences", syncStatus(e))
}

func syncStatus(e Engine) func(*testing.T) {
	return func(t *testing.T) { // C-06 C-07, R-14
		_, s := fresh(t, e)
		a, b, c := create(t, s, seen("ana", "d1")), create(t, s, seen("sales", "d1")), create(t, s, seen("ana", "d2"))
		status := func(step string, want ...access.SyncStatus) {
			t.Helper()
			for i, id := range []access.AssociationID{a.ID, b.ID, c.ID} {
				if got := find(t, s, id); got.SyncStatus != want[i] {
					t.Errorf("%s: row %d is %s, want %s", step, i, got.SyncStatus, want[i])
				}
			}
		}
		dev := &access.Device{Owner: "u1", State: access.DeviceActive}
		tx(t, s, func(tx *store.Tx) error { return tx.SaveDevice(dev) })
		a.Device = dev.ID
		tx(t, s, func(tx *store.Tx) error { return tx.SaveAssociation(a) })
		dev.Noncompliant = "passcode missing"
		tx(t, s, func(tx *store.Tx) error { return tx.SaveDevice(dev) })
		status("device breaks its policy", access.Blocked, access.Blocked, access.Allowed)
		dev.Noncompliant = ""
		tx(t, s, func(tx *store.Tx) error { return tx.SaveDevice(dev) })
		status("device complies again", access.Allowed, access.Allowed, access.Allowed)
		tx(t, s, func(tx *store.Tx) error {
			return tx.SaveAccount(access.AccountState{Realm: "lab", Account: "ana", Disabled: true})
		})
		status("user disabled", access.Blocked, access.Allowed, access.Blocked)
		tx(t, s, func(tx *store.Tx) error {
			return tx.SaveAccount(access.AccountState{Realm: "lab", Account: "ana"})
		})
		p := access.DefaultPreferences()
		p.AutoBlock = true
		tx(t, s, func(tx *store.Tx) error { return tx.SavePreferences(p, 0, "root") })
		err := s.WithTx(t.Context(), func(tx *store.Tx) error { return tx.SavePreferences(p, 0, "late") })
		wantKind(t, err, access.KindConflict)
		status("before the sweep", access.Allowed, access.Allowed, access.Allowed)
	}
}

func full(account, device string) *access.Association {
	a := seen(account, device)
	at := Start().Add(-time.Hour)
	a.Override = access.Override{Kind: access.OverrideAllow, Reason: "vip", By: "root", At: at, Until: at.Add(48 * time.Hour)}
	a.DeviceType, a.UserAgent, a.Protocol, a.Client = "iPhone", "Apple-iPhone15C2/2001.5", "16.1", "iOS Mail"
	a.Model, a.OS, a.OSVersion, a.Number = "iPhone 15", "iOS", "17.1", "+49 30 1234"
	a.IMEI, a.FriendlyName, a.Language, a.Operator = "356", "Ana's phone", "de-DE", "Telco"
	a.Mailbox, a.MailboxDerived, a.Backend, a.Gateway, a.RemoteAddr = "ana@lab.example", true, "sogo", "gw1", "192.0.2.7"
	a.FactsAt, a.FirstSync, a.LastSync, a.LastSuccess = at, at, at.Add(time.Minute), at.Add(time.Second)
	a.LastHTTP, a.LastEAS, a.Comment = 200, 1, "a comment"
	a.Redirect, a.RedirectClears = "https://two.lab.example/eas", 2
	a.Told = access.DeviceInfo{Model: "iPhone15C2", OS: "iOS 17.1 21B74", Number: "+49 30 1234"}
	a.Guessed = access.Guessed{Client: "iOS Mail", OS: "iOS"}
	a.Reported = access.Reported{Verdict: "pass", Rule: "pass", Enforced: true, Gateway: "gw1", Snapshot: 3, At: at}
	return a
}
