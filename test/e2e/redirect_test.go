// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/api"
)

// moving is a mail server that sends everybody elsewhere.
func moving(to string) eastest.Hook {
	return func(*eastest.Record) *eastest.Fault {
		return &eastest.Fault{HTTP: 451, Header: http.Header{"X-Ms-Location": {to}}}
	}
}

// A mailbox has moved to another of our mail servers: the phone notices nothing, the long way is taken once,
// the page shows where the record was sent, and Clear Redirect makes the gateway ask the first server again.
//
// D-07 R-21 A-04
func TestAMailboxThatHasMovedIsFollowedUntilThatIsCleared(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2, servers: []mailPlan{
		{name: "old", realm: "lab", domains: []string{"lab.example"}, users: []string{"bob", "alice"}},
		{name: "new", realm: "lab", domains: []string{"new.lab.example"}, users: []string{"bob", "alice"}},
	}})
	w.mail[0].SetHook(moving(w.mailURLs[1]))
	reached := func(want ...int) {
		t.Helper()
		for i, s := range w.mail {
			n := 0
			for _, r := range s.Requests() {
				if r.Method == http.MethodPost && r.Query.DeviceID != "" {
					n++
				}
			}
			if n != want[i] {
				t.Errorf("%d phone requests at server %d, want %d", n, i, want[i])
			}
		}
	}
	bob := w.phone(0, "bob", "PHONEONE")
	expect(t, "passed", bob)
	reached(1, 1)
	expect(t, "passed", bob)
	reached(1, 2)
	record := w.await("bob", "PHONEONE")
	eventually(t, soon, "the record shows where it was sent", func() bool {
		record, _ = w.find("bob", "PHONEONE")
		return record.Redirect == w.mailURLs[1]
	})
	if record.Backend != "new" {
		t.Errorf("its mail server is %q", record.Backend)
	}
	boss, address := w.signIn(), "/activesync/"+string(record.ID)
	if page := boss.show(address); !contains(page, "Redirect URL") || !contains(page, w.mailURLs[1]) {
		t.Errorf("the details do not show the redirect: %.1500s", page)
	}

	w.mail[0].SetHook(nil) // the mailbox is back
	code, body := boss.submitTo(address, "/activesync/clear-redirect", nil)
	if code != http.StatusOK || !contains(words(t, body), "The redirect is cleared") {
		t.Errorf("Clear Redirect: %d %.600s", code, words(t, body))
	}
	cleared, _ := w.find("bob", "PHONEONE")
	if cleared.Redirect != "" {
		t.Errorf("the record still shows %q", cleared.Redirect)
	}
	w.obeyed(cleared.Change)
	expect(t, "passed", bob)
	reached(2, 2)
	eventually(t, soon, "its mail server is the first again", func() bool {
		r, _ := w.find("bob", "PHONEONE")
		return r.Backend == "old" && r.Redirect == ""
	})
	if n := len(w.audited("clear-redirect", "boss")); n != 1 {
		t.Errorf("%d lines of it in the audit log", n)
	}
}

// A redirect to somewhere that nobody has configured would hand out the password: it is not followed, the
// phone is told to come again, and an administrator can see why.
//
// D-07 R-21
func TestARedirectToAnUnknownHostIsNotFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{servers: []mailPlan{
		{name: "mail", domains: []string{"lab.example"}, users: []string{"bob"}},
		{name: "branch", domains: []string{"branch.example"}, users: []string{"bob"}}, // another realm
	}})
	expect(t, "passed", w.phone(0, "bob", "PHONEONE"))
	record := w.await("bob", "PHONEONE")
	trap := eastest.New(eastest.Config{})
	trap.AddUser(eastest.User{Name: "bob", Password: secret("bob")})
	stranger := serve(t, trap)
	for name, to := range map[string]string{
		"a stranger":             stranger,
		"a stranger in disguise": strings.Replace(stranger, "http://", "http://"+strings.Split(w.mailURLs[1], "/")[2]+"@", 1),
		"another realm":          w.mailURLs[1],
		"no address":             "%zz",
	} {
		t.Run(name, func(t *testing.T) {
			before := strings.Count(w.gateways[0].log.String(), redirects)
			w.mail[0].SetHook(moving(to))
			expect(t, "later", w.phone(0, "bob", "PHONEONE"))
			eventually(t, soon, "an event says so", func() bool { return strings.Count(w.gateways[0].log.String(), redirects) > before })
		})
	}
	for _, s := range []*eastest.Server{trap, w.mail[1]} {
		for _, r := range s.Requests() {
			if r.Header.Get("Authorization") != "" && r.Method == http.MethodPost {
				t.Errorf("it was followed: %s %s", r.Method, r.RawQuery)
			}
		}
	}
	if n := len(trap.Requests()); n != 0 {
		t.Errorf("the stranger saw %d requests", n)
	}
	w.mail[0].SetHook(nil)
	expect(t, "passed", w.phone(0, "bob", "PHONEONE"))
	if again, _ := w.find("bob", "PHONEONE"); again.ID != record.ID || again.Backend != "mail" {
		t.Errorf("the record: %+v", again)
	}
}

// redirects begins the event about a redirect that is not followed.
const redirects = "mail server redirects to a server"

// serve listens for a mail server that no gateway knows, and gives its address.
func serve(t *testing.T, s *eastest.Server) string {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(func() { s.Close(); srv.CloseClientConnections(); srv.Close() })
	return srv.URL + eas.Path
}

// audited gives the lines of the audit log in which somebody did something, newest first.
func (w *world) audited(event, actor string) []api.AuditEntry {
	w.t.Helper()
	var page struct{ Items []api.AuditEntry }
	w.call("GET", "/audit?limit=500&event="+url.QueryEscape(event), nil, &page)
	var found []api.AuditEntry
	for _, e := range page.Items {
		if strings.HasPrefix(e.Actor, actor) {
			found = append(found, e)
		}
	}
	return found
}
