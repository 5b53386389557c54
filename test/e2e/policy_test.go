// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/sim/phone"
)

// roamer is a phone whose every request goes to another gateway than the one before.
type roamer struct {
	w       *world
	user    string
	device  string
	version eas.Version
	key     uint32 // the policy key it has
	turn    int
	at      []*easclient.Client
}

func (w *world) roam(user, device string, v eas.Version) *roamer {
	w.t.Helper()
	r := &roamer{w: w, user: user, device: device, version: v}
	for i := range w.gateways {
		r.at = append(r.at, w.phone(i, user, device))
	}
	return r
}

// to is the phone at one gateway.
func (r *roamer) to(i int) *easclient.Client {
	c := *r.at[i]
	c.Version, c.PolicyKey = r.version, r.key
	return &c
}

func (r *roamer) next() *easclient.Client {
	r.turn++
	return r.to(r.turn % len(r.at))
}

// contact is one command at the next gateway.
func (r *roamer) contact() string {
	_, err := r.next().FolderSync(timeout(r.w.t), "0")
	return outcome(err)
}

// fares fails unless the phone fares as wanted at every gateway.
func (r *roamer) fares(want string) {
	r.w.t.Helper()
	for range r.at {
		if got := r.contact(); got != want {
			r.w.t.Fatalf("%s on %s, %v at %s: %s, want %s", r.user, r.device, r.version, gatewayName(r.turn%len(r.at)), got, want)
		}
	}
}

// demand is what a phone without the right key is told.
func (r *roamer) demand(status int) string {
	if r.version.InBand() {
		return fmt.Sprintf("status %d", status)
	}
	return "HTTP 449"
}

// accepts goes through the conversation, one half at each of two gateways, and gives the length of password
// that the policy asks for.
func (r *roamer) accepts() string {
	r.w.t.Helper()
	r.key = 0
	res, err := r.next().ProvisionAsk(timeout(r.w.t), easclient.Device{})
	if err != nil || res.PolicyStatus != 1 || res.Wipe {
		r.w.t.Fatalf("%s on %s asks for its policy: %+v, %v", r.user, r.device, res, err)
	}
	length := res.Policy.Child(wbxml.ProvisionMinDevicePasswordLength).Value()
	r.key = res.Key
	if res, err = r.next().ProvisionAcknowledge(timeout(r.w.t), res.Key, 1); err != nil {
		r.w.t.Fatalf("%s on %s accepts its policy: %v", r.user, r.device, err)
	}
	r.key = res.Key
	return length
}

// policy makes one that asks for a password of some length.
func (w *world) policy(name string, length int) access.PolicyID {
	w.t.Helper()
	var r api.Result
	w.call("POST", "/policies", policyForm(name, length), &r)
	return access.PolicyID(r.ID)
}

func policyForm(name string, length int) map[string]any {
	return map[string]any{"name": name, "settings": map[string]string{"DevicePasswordEnabled": "1", "MinDevicePasswordLength": fmt.Sprint(length)}}
}

// ask sends a change and waits until every gateway has applied it.
func (w *world) ask(method, path string, in any, header ...string) api.Result {
	w.t.Helper()
	var r api.Result
	w.call(method, path, in, &r, header...)
	w.obeyed(r.Number)
	return r
}

func (w *world) makeDefault(id access.PolicyID) {
	w.t.Helper()
	w.ask("PUT", "/policies/default", map[string]any{"policy": id})
}

// answered waits until the console shows that the phone has answered to a revision of a policy.
func (w *world) answered(user, device string, id access.PolicyID, revision int64, answer access.PolicyAnswer) {
	w.t.Helper()
	var a api.Association
	eventually(w.t, soon, fmt.Sprintf("%s on %s has answered %s to revision %d", user, device, answer, revision), func() bool {
		a, _ = w.find(user, device)
		return a.Ack != nil && a.Ack.Policy == id && a.Ack.Revision == revision && a.Ack.Answer == answer
	})
}

// An administrator makes a policy the default one, assigns another to one phone, changes the first and takes
// the assignment back. Every request goes to another gateway than the one before. A phone is asked when
// what it has to accept is another, and only then; the console shows what each has acknowledged.
//
// A-15 A-16 C-07 D-06 F-04 R-4
func TestAnAdministratorAssignsAPolicyAndSeesWhatEachPhoneHasAcknowledged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	old, board, modern := w.roam("bob", "PHONEONE", eas.V12_1), w.roam("carol", "PHONETHREE", eas.V14_1), w.roam("dave", "PHONEFOUR", eas.V16_1)
	for _, r := range []*roamer{old, board} { // before there is a policy, nobody is asked
		r.fares("passed")
		w.await(r.user, r.device)
	}
	strict, special := w.policy("Strict", 6), w.policy("Board", 8)
	old.fares("passed") // nor by one that is only made
	w.makeDefault(strict)

	for _, r := range []*roamer{old, board, modern} { // dave's phone has never been seen: it gets the default one at once
		r.fares(r.demand(142))
		if got := r.accepts(); got != "6" {
			t.Errorf("%s was given a policy that asks for %s characters", r.device, got)
		}
		r.fares("passed")
		w.answered(r.user, r.device, strict, 1, access.PolicyApplied)
	}

	a := w.await("carol", "PHONETHREE")
	w.ask("POST", "/associations/"+string(a.ID)+"/assign-policy", map[string]any{"policy": special, "reason": "sits on the board"})
	board.fares(board.demand(144))
	old.fares("passed")
	modern.fares("passed")
	if a, _ = w.find("carol", "PHONETHREE"); a.Policy.Name != "Board" || a.Policy.From != "assigned" || a.Ack.Policy != strict || a.SyncStatus != "allowed" {
		t.Errorf("assigned and not accepted yet: %+v, %+v, %s", a.Policy, a.Ack, a.SyncStatus)
	}
	if got := board.accepts(); got != "8" {
		t.Errorf("the board's policy asks for %s characters", got)
	}
	board.fares("passed")
	w.answered("carol", "PHONETHREE", special, 1, access.PolicyApplied)

	w.ask("PUT", "/policies/"+string(strict), policyForm("Strict", 7), "If-Match", "*")
	board.fares("passed")
	for _, r := range []*roamer{old, modern} {
		r.fares(r.demand(144))
		if a, _ := w.find(r.user, r.device); a.Ack == nil || a.Ack.Revision != 1 || a.Policy.Revision != 2 {
			t.Errorf("%s has not accepted revision 2, and shows %+v, %+v", r.device, a.Ack, a.Policy)
		}
	}
	if got := modern.accepts(); got != "7" {
		t.Errorf("revision 2 asks for %s characters", got)
	}
	modern.fares("passed")
	w.answered("dave", "PHONEFOUR", strict, 2, access.PolicyApplied)
	var p api.Policy
	w.call("GET", "/policies/"+string(strict), nil, &p)
	usage := map[int64]int64{}
	for _, u := range p.Usage {
		usage[u.Revision] += u.Records
	}
	if p.Revision != 2 || !p.Default || usage[1] != 1 || usage[2] != 1 {
		t.Errorf("the policy: revision %d, used %+v", p.Revision, p.Usage)
	}

	w.ask("POST", "/associations/"+string(a.ID)+"/revert-policy", map[string]any{"reason": "left the board"})
	board.fares(board.demand(144))
	if got := board.accepts(); got != "7" {
		t.Errorf("reverted, and asked for %s characters", got)
	}
	board.fares("passed")
	w.answered("carol", "PHONETHREE", strict, 2, access.PolicyApplied)

	w.makeDefault("")
	for _, r := range []*roamer{old, board, modern} {
		r.key = 0
		r.fares("passed")
	}
	if n := w.keyed(); n != 0 {
		t.Errorf("%d requests reached a mail server without policies with a key", n)
	}
}

// keyed counts requests that have reached the first mail server with a policy key.
func (w *world) keyed() (n int) {
	for _, r := range w.mail[0].Requests() {
		if r.Query.PolicyKey != 0 {
			n++
		}
	}
	return n
}

// front is an address before all gateways: each request goes to another than the one before.
func (w *world) front() string {
	w.t.Helper()
	var turn atomic.Uint64
	var next []http.Handler
	for i := range w.gateways {
		p := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "https", Host: w.fronts[i]})
		p.Transport, p.FlushInterval = w.client(gatewayName(i), "gateway").Transport, -1
		p.ErrorHandler = func(rw http.ResponseWriter, _ *http.Request, _ error) { rw.WriteHeader(http.StatusBadGateway) }
		next = append(next, p)
	}
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		next[turn.Add(1)%uint64(len(next))].ServeHTTP(rw, r)
	}))
	w.t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	return srv.URL + eas.Path
}

// fleet is a simulated phone of a kind, switched on until the test ends.
func (w *world) fleet(front string, seed uint64, h phone.Handset, users ...string) *phone.Phone {
	w.t.Helper()
	var accounts []phone.Account
	for _, u := range users {
		accounts = append(accounts, phone.Account{User: u, Password: secret(u), Address: u + "@lab.example", Quiet: true})
	}
	p := phone.New(phone.Network{URL: front, Seed: seed, Pace: phone.Pace{Start: time.Millisecond, Mail: -1, Retry: 50 * time.Millisecond, Slow: time.Second}}, h, accounts...)
	ctx, cancel := context.WithCancel(w.t.Context())
	done := make(chan struct{})
	go func() { p.Run(ctx); close(done) }()
	w.t.Cleanup(func() { cancel(); <-done })
	return p
}

// canonical is a handset's id as the console has it.
func canonical(h phone.Handset) string {
	id, _ := eas.ParseDeviceID(h.ID)
	return string(id)
}

// settles waits until every account of a phone is as wanted.
func settles(t *testing.T, p *phone.Phone, want func(phone.State) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := p.Wait(ctx, phone.All(want)); err != nil {
		t.Fatalf("%s: %+v", p.Handset().Kind, p.States())
	}
}

// Programs as they are sold, at two gateways in turn: those that apply a policy get their mail, also when it
// changes while they wait; one of 2.5 is refused; and a phone that is lost is wiped with all its accounts
// that an order was given for, and with no other.
//
// A-15 A-20 C-07 W-01
func TestProgramsAsTheyAreSoldLiveUnderAPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	strict := w.policy("Strict", 6)
	w.makeDefault(strict)
	for _, u := range []string{"bob", "alice", "carol", "dave"} {
		if _, err := w.mail[0].Deliver(u, eastest.Message{From: "x@lab.example", Subject: "First"}); err != nil {
			t.Fatal(err)
		}
	}
	front := w.front()
	kinds := []phone.Kind{phone.IOS, phone.Samsung, phone.Gmail, phone.OutlookMobile, phone.WindowsMail, phone.Relic}
	var all []*phone.Phone
	for i, k := range kinds {
		users := []string{"bob"}
		if k == phone.Samsung {
			users = []string{"carol", "dave"}
		}
		all = append(all, w.fleet(front, uint64(i), phone.NewHandset(k, seeded(i), "owner"), users...))
	}
	hasMail := func(s phone.State) bool { return s.Phase == phone.Waiting && s.Mails == 1 && s.Applied > 0 }
	for _, p := range all[:5] {
		settles(t, p, hasMail)
	}
	settles(t, all[5], func(s phone.State) bool { return s.Phase == phone.Refused && s.HTTP == http.StatusForbidden })
	w.ask("PUT", "/policies/"+string(strict), policyForm("Strict", 9), "If-Match", "*")
	for _, p := range all[:5] {
		settles(t, p, func(s phone.State) bool { return s.Phase == phone.Waiting && s.Applied > 1 })
		h := p.Handset()
		for _, s := range p.States() {
			w.answered(s.User, canonical(h), strict, 2, access.PolicyApplied)
		}
	}
	lost := all[1]
	a := w.await("carol", canonical(lost.Handset()))
	order := w.orderWipe(a.ID, access.WipeFull)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := lost.Wait(ctx, func(s []phone.State) bool { return s[0].Phase == phone.Wiped }); err != nil {
		t.Fatalf("the lost phone: %+v", lost.States())
	}
	w.wipeIs(order, access.WipeAcknowledged)
	if s := lost.States(); s[0].Orders != 1 || s[1].Orders != 0 {
		t.Errorf("orders told: %+v", s)
	}
	for _, p := range all[:5] {
		if p == lost {
			continue
		}
		if s := p.States()[0]; s.Orders != 0 || s.Phase == phone.Wiped {
			t.Errorf("somebody else's phone: %+v", s)
		}
	}
}
