// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// The program takes up a database that its first version has left: everything is on the pages, gateways obey
// what was decided then, and what comes now goes on from there.
//
// A-04 A-17 S-15
func TestADatabaseOfTheFirstVersionIsTakenUp(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, plan{early: true, postgres: engine == "postgres", servers: []mailPlan{
				{name: "mail", realm: "lab", domains: []string{"lab.example", "LAB"}, users: []string{"bob", "alice"}},
			}})
			dsn := w.database
			if dsn == "" {
				if err := os.Mkdir(w.file("base"), 0o700); err != nil {
					t.Fatal(err)
				}
				dsn = "sqlite:" + w.file("base/console.db")
				w.edit("console.toml", `database = ""`, `database = "`+dsn+`"`)
			}
			if err := storetest.Old(t.Context(), dsn, os.DirFS("../../internal/store/migrations/"+engine), 1); err != nil {
				t.Fatal(err)
			}
			// The key of that time is not here, and what it sealed was never real.
			mustCommand(t, "admin", "new-key", "-c", w.file("console.toml"))
			mustCommand(t, "admin", "password", "Root", "-c", w.file("console.toml"))
			w.startConsole()
			w.hire()
			w.change(func(s *api.Settings) {
				if !s.Shadow || !s.AutoBlock {
					t.Errorf("the settings: %+v", s)
				}
				s.Shadow = false
			})
			w.startGateway(0)
			w.connected(0)
			t.Cleanup(w.keptSilent)

			if n := len(w.everybody()); n != 34 {
				t.Errorf("%d records, want 34", n)
			}
			old, ok := w.find("o'hara", "ANDROIDC1700000001")
			if !ok || old.SyncStatus != "blocked" || old.Comment != "see ticket 4711" || old.Override == nil || old.Override.By != "root" {
				t.Errorf("the blocked record: %+v", old)
			}
			boss := w.signIn()
			for path, want := range map[string]string{"/activesync?q=o%27hara": "androidc1700000001",
				"/activesync/" + string(old.ID): "see ticket 4711", "/audit": "left the company", "/jobs": "spring cleaning"} {
				if code, body := boss.get(path); code != http.StatusOK || !contains(words(t, body), want) {
					t.Errorf("%s: %d, and no %q in %.400s", path, code, want, words(t, body))
				}
			}

			w.mail[0].AddUser(eastest.User{Name: "o'hara", Password: secret("o'hara")})
			expect(t, "refused", w.phone(0, "o'hara", "androidc1700000001"))
			expect(t, "refused", w.phone(0, "bob", "LOSTPHONE01")) // the device is lost, and the account disabled
			w.change(func(s *api.Settings) { s.AutoBlock = false })
			eventually(t, soon, "a newcomer passes", func() bool { return contact(t, w.phone(0, "alice", "PHONENEW")) == "passed" })
			w.await("alice", "PHONENEW")
			if n := len(w.everybody()); n != 35 {
				t.Errorf("%d records after one newcomer, want 35", n)
			}
			w.obeyed(w.say("allow", old.ID).Number)
			expect(t, "passed", w.phone(0, "o'hara", "androidc1700000001"))
			if now, _ := w.find("o'hara", "ANDROIDC1700000001"); now.LastSuccess.IsZero() {
				eventually(t, soon, "its success is shown", func() bool {
					now, _ = w.find("o'hara", "ANDROIDC1700000001")
					return !now.LastSuccess.IsZero()
				})
			}
			expect(t, "refused", w.phone(0, "bob", "LOSTPHONE01")) // still, with Auto Block off
			if n := len(w.everybody()); n != 35 {
				t.Errorf("%d records, want 35", n)
			}
		})
	}
}
