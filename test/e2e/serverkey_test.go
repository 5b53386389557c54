// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

// handshakes counts the Provision requests that have reached the first mail server.
func (w *world) handshakes() (n int) {
	for _, r := range w.mail[0].Requests() {
		if r.Query.Command == eas.Provision {
			n++
		}
	}
	return n
}

// learned waits until every gateway has heard of what the console has written into a record after a change.
func (w *world) learned(user, device string, after int64) api.Association {
	w.t.Helper()
	var a api.Association
	eventually(w.t, soon, "the record of "+user+" holds more than before", func() bool {
		a, _ = w.find(user, device)
		return a.Change > after
	})
	w.obeyed(a.Change)
	return a
}

// A mail server that insists on keys of its own, as Exchange does by 142 and Horde by 449 with 142 in the
// body: the phone accepts what is strictest of both policies, and never sees the server's key. One gateway
// goes through the server's handshake, the other uses its key. When the server wants another, the phone
// does not notice; and the mail server's own order to wipe reaches the phone through the console.
//
// A-15 A-20 D-06 C-07
func TestAMailServerWithKeysOfItsOwnIsSatisfiedInThePhonesName(t *testing.T) {
	t.Parallel()
	long := wbxml.Elem(wbxml.ProvisionEASProvisionDoc, wbxml.Text(wbxml.ProvisionDevicePasswordEnabled, "1"),
		wbxml.Text(wbxml.ProvisionMinDevicePasswordLength, "9"))
	for _, c := range []struct {
		kind string
		mode eastest.ProvisionMode
		best eas.Version
	}{{"exchange", eastest.ProvisionStrict, eas.V16_1}, {"horde", eastest.ProvisionHorde, eas.V16_0}} {
		t.Run(c.kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, plan{gateways: 2, servers: []mailPlan{{name: "mail", kind: c.kind, domains: []string{"lab.example", "LAB"}, users: []string{"bob", "alice", "carol"},
				server: func(cfg *eastest.Config) {
					cfg.Provision, cfg.PolicyOf = c.mode, func(user string) *wbxml.Node {
						if user == "carol" {
							return long
						}
						return nil
					}
				}}}})
			strict := w.policy("Strict", 6)
			w.makeDefault(strict)

			bob := w.roam("bob", "PHONEONE", eas.V14_1)
			bob.fares("status 142")
			if got := bob.accepts(); got != "6" {
				t.Errorf("the policy asks for %s characters", got)
			}
			before := w.await("bob", "PHONEONE")
			bob.passesOnce()
			w.learned("bob", "PHONEONE", before.Change)
			n := w.handshakes()
			if n == 0 {
				t.Fatal("the mail server was not asked for its key")
			}
			bob.fares("passed")
			bob.fares("passed")
			if again := w.handshakes(); again != n {
				t.Errorf("%d requests for a key at first, and %d more for the other gateway", n, again-n)
			}
			for _, r := range w.mail[0].Requests() {
				if r.Query.Command == eas.FolderSync && r.Status == 200 && r.Query.PolicyKey == bob.key {
					t.Error("the mail server was shown the gateway's own key")
				}
			}

			// Its policy is stricter than ours: the phone has to accept both.
			carol := w.roam("carol", "PHONETHREE", c.best)
			carol.fares("status 142")
			first := carol.accepts()
			if first == "6" { // nobody knew of the server's policy yet
				before = w.await("carol", "PHONETHREE")
				if got := carol.contact(); got != "status 144" {
					t.Fatalf("what the mail server asks for was not accepted, and the phone %s", got)
				}
				w.learned("carol", "PHONETHREE", before.Change)
				if got := carol.accepts(); got != "9" {
					t.Errorf("the strictest of both asks for %s characters", got)
				}
			}
			before = w.await("carol", "PHONETHREE")
			carol.passesOnce()
			w.learned("carol", "PHONETHREE", before.Change)
			carol.fares("passed")

			// The mail server wants another key: the phone does not notice.
			w.mail[0].ForgetPolicy("bob")
			before = w.await("bob", "PHONEONE")
			bob.passesOnce()
			w.learned("bob", "PHONEONE", before.Change)
			bob.fares("passed")

			// Its own order goes through the console to the phone, and its end back.
			w.mail[0].OrderWipe(eas.DeviceIDText("PHONEONE"))
			eventually(t, soon, "the phone is told of the mail server's order", func() bool { return bob.contact() == "status 140" })
			a, _ := w.find("bob", "PHONEONE")
			if a.Wipe == nil || !a.Wipe.Server {
				t.Fatalf("the console does not know the mail server's order: %+v", a.Wipe)
			}
			w.obeyed(a.Change)
			if full, _ := bob.isOrdered(); !full {
				t.Fatal("asks, and is not told")
			}
			bob.says(false, 1)
			w.wipeIs(a.Wipe.ID, access.WipeAcknowledged)
			bob.fares("refused")
			eventually(t, soon, "the mail server hears of the end of its order", func() bool { return w.mail[0].Wipe("PHONEONE") == eastest.WipeDone })
		})
	}
}

// passesOnce is one command that passes, now or after the pauses that a gateway asks for.
func (r *roamer) passesOnce() {
	r.w.t.Helper()
	said := map[string]int{}
	for end := time.Now().Add(soon); ; {
		got := r.contact()
		if got == "passed" {
			return
		}
		if said[got]++; got != "later" || time.Now().After(end) {
			r.w.t.Fatalf("%s on %s has been told %s", r.user, r.device, fmt.Sprint(said))
		}
	}
}
