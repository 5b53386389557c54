// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/sim/phone"
)

// site2 is two gateways of one site before one mail server. Requests go to them in turn.
type site2 struct {
	t     *testing.T
	gates [2]*world
	mail  *eastest.Server
	net   phone.Network

	mu    sync.Mutex
	truth map[string]access.Record // by key
}

func newSite2(t *testing.T, options ...option) *site2 {
	t.Helper()
	one := newWorld(t, append([]option{func(s *setting) { s.plain = true; s.mail.LogSize = 100_000 }}, options...)...)
	two := newWorld(t, func(s *setting) { s.plain, s.backend = true, one.mail })
	s := &site2{t: t, gates: [2]*world{one, two}, mail: one.mail, truth: make(map[string]access.Record)}
	for _, w := range s.gates {
		w.sink.mu.Lock()
		w.sink.heard = s.hear
		w.sink.mu.Unlock()
	}
	var turn atomic.Int64
	front := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			w := s.gates[turn.Add(1)%2]
			r.SetURL(&url.URL{Scheme: "http", Host: w.addr})
			r.Out.Host = r.In.Host
		},
		FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0), // of phones that are switched off
	})
	t.Cleanup(front.Close)
	s.net = phone.Network{URL: front.URL + eas.Path, Seed: 1, Pace: phone.Pace{Start: 100 * time.Millisecond, Mail: -1, Poll: 200 * time.Millisecond,
		Retry: 20 * time.Millisecond, Slow: 200 * time.Millisecond}}
	s.apply(site())
	// The console is there all the time.
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		beat := time.NewTicker(time.Second)
		defer beat.Stop()
		for {
			select {
			case now := <-beat.C:
				one.holder.Touch(now)
				two.holder.Touch(now)
			case <-stop:
				return
			}
		}
	}()
	t.Cleanup(func() { close(stop); <-done })
	return s
}

// apply changes the truth at both gateways.
func (s *site2) apply(list ...access.Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range list {
		if e.Record != nil {
			s.truth[e.Key] = *e.Record
		}
	}
	s.spread(list...)
}

func (s *site2) spread(list ...access.Entry) {
	for _, w := range s.gates {
		w.apply(list...)
	}
}

// hear is the console: what it is told of orders changes the truth.
func (s *site2) hear(list []access.Sighting) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range list {
		key := k.Pair.Account + "/" + k.Pair.Device
		r, ok := s.truth[key]
		if !ok || k.Wipe == nil || k.Wipe.ID != r.Wipe.ID || !r.Wipe.State.Follows(k.Wipe.State) {
			continue
		}
		r.Wipe.State = k.Wipe.State
		s.truth[key] = r
		s.spread(access.Entry{Kind: access.EntryRecord, Key: key, Record: &r})
	}
}

func (s *site2) acks(device string) (list []access.PolicyAck) {
	for _, w := range s.gates {
		kept, _ := w.sink.lists()
		for _, k := range kept {
			if k.Policy != nil && strings.EqualFold(k.Pair.Device, device) {
				list = append(list, *k.Policy)
			}
		}
	}
	return list
}

func (s *site2) reports(device string) (list []access.WipeReport) {
	for _, w := range s.gates {
		kept, _ := w.sink.lists()
		for _, k := range kept {
			if k.Wipe != nil && strings.EqualFold(k.Pair.Device, device) {
				list = append(list, *k.Wipe)
			}
		}
	}
	return list
}

// forwarded counts a phone's requests that the mail server got, but for those that only ask who is there.
func (s *site2) forwarded(device string) (n int) {
	for _, r := range s.mail.Requests() {
		if r.Method == "POST" && strings.EqualFold(eas.DeviceIDText(r.Query.DeviceID), device) && r.Query.Command != eas.Provision {
			n++
		}
	}
	return n
}

// a member of the cast: a phone, and whether it syncs under a strict policy. Under a lenient one all do.
type member struct {
	name    string
	handset phone.Handset
	users   []string
	syncs   bool
	answer  access.PolicyAnswer // that the console hears of, "" for none
}

// cast is a phone of every kind, and one of every habit.
func cast() []member {
	rng := rand.New(rand.NewPCG(4, 4))
	kind := func(k phone.Kind) phone.Handset { return phone.NewHandset(k, rng, "Bob") }
	habit := func(k phone.Kind, p phone.Habit) phone.Handset {
		h := kind(k)
		h.Policy = p
		return h
	}
	bob := []string{"bob"}
	return []member{
		{"native iOS", kind(phone.IOS), bob, true, access.PolicyApplied},
		{"two accounts on one phone", kind(phone.IOS), []string{"bob", "alice"}, true, access.PolicyApplied},
		{"Samsung with two accounts", kind(phone.Samsung), []string{"bob", "alice"}, true, access.PolicyApplied},
		{"Gmail", kind(phone.Gmail), bob, true, access.PolicyApplied},
		{"Outlook mobile", kind(phone.OutlookMobile), bob, true, access.PolicyApplied},
		{"Outlook desktop, which enforces nothing", kind(phone.OutlookDesktop), bob, true, access.PolicyApplied},
		{"Windows Mail with base64 queries", kind(phone.WindowsMail), bob, true, access.PolicyApplied},
		{"a relic of 2.5", kind(phone.Relic), bob, false, ""},
		{"one that lies about its policy", kind(phone.TbSync), bob, true, access.PolicyApplied},
		{"one that loops", habit(phone.Nine, phone.Loops), bob, false, access.PolicyIgnored},
		{"one that never asks", habit(phone.Nine, phone.NeverAsks), bob, false, access.PolicyIgnored},
		{"one that does a part", habit(phone.Android, phone.PartlySays), bob, false, access.PolicyPartial},
		{"one that refuses", habit(phone.IOS, phone.Refuses), bob, false, access.PolicyRefused},
		{"one that somebody else manages", habit(phone.Samsung, phone.Managed), bob, false, access.PolicyExternal},
	}
}

func (m *member) on(n phone.Network) *phone.Phone {
	var accounts []phone.Account
	for _, u := range m.users {
		accounts = append(accounts, phone.Account{User: u, Password: u + "pw", Address: u + "@lab.example", Quiet: true})
	}
	return phone.New(n, m.handset, accounts...)
}

func (m *member) device() string { return eas.DeviceIDText(m.handset.ID) }

// Phones of every kind before a strict and a lenient policy, with two gateways in turn: who obeys, or says
// so, syncs; who does not, syncs only where the policy allows it., C-07, D-06
func TestEveryKindOfPhoneUnderAPolicy(t *testing.T) {
	for _, lenient := range []bool{false, true} {
		t.Run(fmt.Sprintf("lenient=%v", lenient), func(t *testing.T) {
			s := newSite2(t)
			s.apply(policy("p", 1, lenient, "DevicePasswordEnabled", "1", "MinDevicePasswordLength", "6"), everybody("p"))
			for _, u := range []string{"bob", "alice"} {
				if _, err := s.mail.Deliver(u, eastest.Message{From: "x@lab.example", Subject: "First"}); err != nil {
					t.Fatal(err)
				}
			}
			all := cast()
			var phones []*phone.Phone
			for i := range all {
				phones = append(phones, all[i].on(s.net))
			}
			f := phone.NewFleet(phones...)
			f.Start(t.Context())
			defer f.Stop()
			for i := range all {
				t.Run(all[i].name, func(t *testing.T) { s.stands(t, &all[i], phones[i], lenient) })
			}
			for _, r := range s.mail.Requests() {
				if r.Query.PolicyKey != 0 {
					t.Errorf("%v reached a mail server that has no policies with a key", r.Query.Command)
				}
			}
		})
	}
}

// stands waits until a phone stands where it belongs.
func (s *site2) stands(t *testing.T, m *member, p *phone.Phone, lenient bool) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if m.syncs || lenient {
		if err := p.Wait(ctx, phone.All(func(st phone.State) bool { return st.Phase == phone.Waiting && st.Mails == 1 })); err != nil {
			t.Fatalf("has no mail: %+v", p.States())
		}
	} else {
		refused := func(st phone.State) bool {
			return st.Requests >= 15 && (st.Phase == phone.Failing || st.Phase == phone.Refused) || st.HTTP == 503
		}
		if err := p.Wait(ctx, phone.All(refused)); err != nil {
			t.Fatalf("is not refused: %+v", p.States())
		}
		if n := s.forwarded(m.device()); n != 0 {
			t.Errorf("the mail server got %d requests", n)
		}
	}
	if m.answer == "" {
		if acks := s.acks(m.device()); len(acks) > 0 {
			t.Errorf("the console hears of %+v", acks)
		}
		return
	}
	until(t, "the console hears of its answer", func() bool {
		for _, a := range s.acks(m.device()) {
			if a.Answer == m.answer && a.Policy == "p" && a.Revision == 1 {
				return true
			}
		}
		return false
	})
}

// Orders to wipe before phones of every habit, with two gateways in turn: who obeys is silent for ever, who
// does not gets nothing any more, the other account of the same phone has its mail as before, and nobody
// who has said to have been wiped hears of it again. W-01 to W-04, R-2, R-18
func TestEveryKindOfPhoneUnderAnOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	kind := func(k phone.Kind, o phone.OrderHabit) phone.Handset {
		h := phone.NewHandset(k, rng, "Bob")
		h.Order = o
		return h
	}
	two := []string{"bob", "alice"}
	all := []struct {
		member
		state access.WipeState // in which the order ends
		phase phone.Phase      // in which bob's account ends; "" for any in which it gets nothing
	}{
		{member{name: "native iOS", handset: kind(phone.IOS, 0), users: two}, access.WipeAcknowledged, phone.Wiped},
		{member{name: "Samsung", handset: kind(phone.Samsung, 0), users: two}, access.WipeAcknowledged, phone.Wiped},
		{member{name: "Gmail", handset: kind(phone.Gmail, 0), users: two}, access.WipeAcknowledged, phone.Wiped},
		{member{name: "Outlook mobile", handset: kind(phone.OutlookMobile, 0), users: two}, access.WipeAcknowledged, phone.Wiped},
		{member{name: "Windows Mail with base64 queries", handset: kind(phone.WindowsMail, 0), users: two}, access.WipeAcknowledged, phone.Wiped},
		{member{name: "a relic of 2.5", handset: kind(phone.Relic, 0), users: two}, access.WipeAcknowledged, phone.Wiped},
		{member{name: "one that ignores it", handset: kind(phone.TbSync, 0), users: two}, access.WipeDelivered, ""},
		{member{name: "one that lies", handset: kind(phone.IOS, phone.Lies), users: two}, access.WipeAcknowledged, ""},
		{member{name: "one that cannot", handset: kind(phone.Nine, phone.CannotObey), users: two}, access.WipeFailed, ""},
	}
	s := newSite2(t)
	var phones []*phone.Phone
	for i := range all {
		phones = append(phones, all[i].on(s.net))
	}
	f := phone.NewFleet(phones...)
	f.Start(t.Context())
	defer f.Stop()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := f.Wait(ctx, phone.All(func(st phone.State) bool { return st.Phase == phone.Waiting })); err != nil {
		t.Fatalf("not all wait: %+v", f.States())
	}
	for i := range all {
		id := all[i].device()
		canonical, _ := eas.ParseDeviceID(all[i].handset.ID)
		e := record("bob", string(canonical), access.Override{})
		e.Record.Wipe = access.Wipe{ID: access.WipeID("w" + id), Kind: access.WipeFull, State: access.WipePending, At: time.Now()}
		s.apply(e, record("alice", string(canonical), access.Override{}))
	}
	for i := range all {
		t.Run(all[i].name, func(t *testing.T) {
			m, p := &all[i], phones[i]
			ended := func(list []phone.State) bool {
				bob, alice := list[0], list[1]
				if alice.Phase != phone.Waiting {
					return false
				}
				if m.phase != "" {
					return bob.Phase == m.phase
				}
				return bob.Orders > 0 && (bob.Phase == phone.Failing || bob.Phase == phone.Refused)
			}
			if err := p.Wait(ctx, ended); err != nil {
				t.Fatalf("%+v", p.States())
			}
			until(t, "the console hears of the order", func() bool {
				list := s.reports(m.device())
				return len(list) > 0 && list[len(list)-1].State == m.state || m.state != access.WipeDelivered && hasReport(list, m.state)
			})
			for _, r := range s.reports(m.device()) {
				if r.ID != access.WipeID("w"+m.device()) {
					t.Errorf("reported of another order: %+v", r)
				}
			}
			if alice := p.States()[1]; alice.Orders != 0 {
				t.Error("the other account has heard of the order")
			}
			if m.state == access.WipeAcknowledged && p.States()[0].Orders != 1 {
				t.Errorf("told %d times", p.States()[0].Orders)
			}
		})
	}
	// A mail for bob reaches none of the phones; one for alice reaches all.
	mails := make([]int, len(all))
	for i, p := range phones {
		mails[i] = p.States()[0].Mails
	}
	for _, u := range two {
		if _, err := s.mail.Deliver(u, eastest.Message{From: "x@lab.example", Subject: "After"}); err != nil {
			t.Fatal(err)
		}
	}
	for i, p := range phones {
		if err := p.Wait(ctx, func(list []phone.State) bool { return list[1].Mails == 1 && list[1].Phase == phone.Waiting }); err != nil {
			t.Errorf("%s: alice: %+v", all[i].name, p.States())
		}
		if got := p.States()[0].Mails; got != mails[i] {
			t.Errorf("%s: a wiped account got %d mails", all[i].name, got-mails[i])
		}
	}
}

func hasReport(list []access.WipeReport, state access.WipeState) bool {
	for _, r := range list {
		if r.State == state {
			return true
		}
	}
	return false
}
