// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/internal/access"
)

// handshakes is two gateways of a site, phones that say anything in any order, and what is known of them
// without looking into a gateway.
type handshakes struct {
	t     *testing.T
	gates [2]*gate
	mail  *world
	clock atomic.Int64
	round int
	count int // of orders

	mu     sync.Mutex
	told   []string // what broke the law, from requests side by side
	phones []*suspect
}

// gate is one gateway and the truth that has reached it.
type gate struct {
	*world
	length int // of the password that its policy asks for
	orders map[*suspect]access.Wipe
	done   map[*suspect]access.WipeID // acknowledged here with accepted credentials
	acked  map[*suspect]acked         // the last policy acknowledged here
}

// suspect is one account on one phone.
type suspect struct {
	client easclient.Client
	key    string // of its record
	pair   access.Pair
	order  access.Wipe        // as the console has it
	keys   map[uint32]keyKind // that it has ever been given
}

type acked struct {
	at     time.Time
	length int
}

type keyKind struct {
	final  bool
	length int // of the password in the policy it was given for
}

func (h *handshakes) now() time.Time { return time.Unix(0, h.clock.Load()) }

func (h *handshakes) pass(d time.Duration) {
	h.clock.Add(int64(d))
	for _, g := range h.gates {
		if g != nil {
			g.holder.Touch(h.now())
		}
	}
}

func newHandshakes(t *testing.T) *handshakes {
	h := &handshakes{t: t}
	h.clock.Store(time.Now().UnixNano())
	h.mail = newWorld(t, func(s *setting) { s.plain = true; s.mail.LogSize = -1 })
	for i := range h.gates {
		h.gates[i] = h.gateway(nil)
	}
	return h
}

func (h *handshakes) gateway(wiped []access.WipeID) *gate {
	w := newWorld(h.t, func(s *setting) {
		s.plain, s.backend = true, h.mail.mail
		s.gateway.Now, s.gateway.Wiped = h.now, wiped
	})
	w.apply(site(), everybody("p"))
	w.holder.Touch(h.now())
	return &gate{world: w, orders: map[*suspect]access.Wipe{}, done: map[*suspect]access.WipeID{}, acked: map[*suspect]acked{}}
}

// begin forgets the phones of the last run.
func (h *handshakes) begin(rt *rapid.T) {
	h.round++
	h.phones, h.told = nil, nil
	for i, p := range []struct{ user, device string }{{"bob", "A"}, {"alice", "A"}, {"bob", "B"}} {
		v := rapid.SampledFrom([]eas.Version{eas.V12_0, eas.V12_1, eas.V14_0, eas.V14_1, eas.V16_0, eas.V16_1}).Draw(rt, fmt.Sprint("version ", i))
		s := &suspect{keys: map[uint32]keyKind{}, client: easclient.Client{User: p.user, Password: p.user + "pw", DeviceType: "iPhone",
			DeviceID: fmt.Sprintf("%s%06d", p.device, h.round), Version: v, Base64: v >= eas.V12_1 && rapid.Bool().Draw(rt, fmt.Sprint("base64 ", i))}}
		s.pair = access.Pair{Realm: "lab", Account: p.user, Device: s.client.DeviceID}
		s.key = p.user + "/" + s.client.DeviceID
		h.phones = append(h.phones, s)
	}
	for _, g := range h.gates {
		clear(g.orders)
		clear(g.done)
		clear(g.acked)
		h.setPolicy(g, 6)
		for _, s := range h.phones {
			g.apply(record(s.pair.Account, s.pair.Device, access.Override{}))
		}
		g.holder.Touch(h.now())
	}
}

func (h *handshakes) setPolicy(g *gate, length int) {
	g.length = length
	g.apply(policy("p", int64(length), false, "DevicePasswordEnabled", "1", "MinDevicePasswordLength", fmt.Sprint(length)))
	g.holder.Touch(h.now())
}

// order gives one to a phone that has none.
func (h *handshakes) order(s *suspect) {
	if h.hear(s); !s.order.Speaks() {
		h.count++
		s.order = access.Wipe{ID: access.WipeID(fmt.Sprint("w", h.count)), Kind: access.WipeFull, State: access.WipePending, At: h.now()}
	}
}

// bring tells a gateway how the console has the order of a phone.
func (h *handshakes) bring(g *gate, s *suspect) {
	e := record(s.pair.Account, s.pair.Device, access.Override{})
	e.Record.Wipe = s.order
	g.apply(e)
	g.holder.Touch(h.now())
	g.orders[s] = s.order
}

// hear lets the console take what gateways have reported of the phone's order.
func (h *handshakes) hear(s *suspect) {
	for _, g := range h.gates {
		for _, r := range g.sink.wipesOf(s.pair) {
			if r.ID == s.order.ID && s.order.State.Follows(r.State) {
				s.order.State = r.State
			}
		}
	}
}

func (s *sink) wipesOf(p access.Pair) (list []access.WipeReport) {
	kept, _ := s.lists()
	for _, k := range kept {
		if k.Wipe != nil && k.Pair == p {
			list = append(list, *k.Wipe)
		}
	}
	return list
}

func (h *handshakes) broken(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.told = append(h.told, fmt.Sprintf(format, args...))
}

func (h *handshakes) at(g *gate, s *suspect) *easclient.Client {
	c := s.client
	c.URL, c.HTTP = g.url(), h.mail.backend.Client()
	return &c
}

// command sends one with a key, and judges whether it may have been forwarded. It may run beside others.
func (h *handshakes) command(g *gate, s *suspect, key uint32) (told int) {
	c := h.at(g, s)
	c.PolicyKey = key
	_, err := c.FolderSync(h.t.Context(), "0")
	h.mu.Lock()
	kind, known := s.keys[key]
	order, length, acked, done := g.orders[s], g.length, g.acked[s], g.done[s]
	h.mu.Unlock()
	// What was under way when the phone acknowledged what it has to may come with any key.
	grace := key != 0 && acked.length == length && h.now().Sub(acked.at) < 30*time.Second
	switch code, status := statusOf(err), easStatus(err); {
	case err == nil:
		if order.State.Open() || order.State.Wiped() {
			h.broken("forwarded although its order is %s", order.State)
		}
		if !(known && kind.final && kind.length == length) && !grace {
			h.broken("forwarded with key %d, %+v, under a policy of %d", key, kind, length)
		}
		return 0
	case status == 140:
		if !order.State.Open() || done == order.ID {
			h.broken("told of an order in state %q, acknowledged here: %v", order.State, done == order.ID)
		}
		return 140
	default:
		return max(code, status)
	}
}

// ask asks for the policy; lost: the phone does not get the answer. Its key exists all the same.
func (h *handshakes) ask(g *gate, s *suspect, lost bool) (key uint32, wipe bool) {
	res, err := h.at(g, s).ProvisionAsk(h.t.Context(), easclient.Device{})
	if res != nil && res.Wipe {
		h.judgeOrder(g, s, "asking")
	}
	if err != nil {
		return 0, false
	}
	if res.Key != 0 {
		s.keys[res.Key] = keyKind{length: g.length}
	}
	if lost {
		return 0, false
	}
	return res.Key, res.Wipe
}

func (h *handshakes) judgeOrder(g *gate, s *suspect, when string) {
	switch o := g.orders[s]; {
	case !o.State.Open():
		h.broken("%s: given an order in state %q", when, o.State)
	case g.done[s] == o.ID:
		h.broken("%s: given the order again that it has acknowledged here", when)
	}
}

// acknowledge answers a policy with any key it has, and any status.
func (h *handshakes) acknowledge(g *gate, s *suspect, key uint32, status int, lost bool) uint32 {
	c := h.at(g, s)
	c.PolicyKey = key
	res, err := c.ProvisionAcknowledge(h.t.Context(), key, status)
	if res != nil && res.Wipe {
		h.judgeOrder(g, s, "acknowledging")
		return 0
	}
	if err != nil || res.Key == 0 {
		return 0
	}
	if k := s.keys[key]; status != 1 || k.final || k.length != g.length {
		h.broken("given a key for status %d, key %d of %+v, under a policy of %d", status, key, k, g.length)
	}
	g.acked[s] = acked{h.now(), g.length}
	s.keys[res.Key] = keyKind{true, g.length} // it exists, although the phone may not know it
	if lost {
		return 0
	}
	return res.Key
}

// erased says to have carried out an order.
func (h *handshakes) erased(g *gate, s *suspect, password bool, status int) {
	c := h.at(g, s)
	if !password {
		c.Password = "of last week"
	}
	res, _ := c.AcknowledgeWipe(h.t.Context(), false, status)
	if res != nil && res.Wipe {
		h.judgeOrder(g, s, "having erased")
	}
	if o := g.orders[s]; password && status == 1 && o.State.Open() && o.State != access.WipeUnverified {
		for _, r := range g.sink.wipesOf(s.pair) {
			if r.ID == o.ID && r.State == access.WipeAcknowledged {
				g.done[s] = o.ID
			}
		}
	}
}

// Whatever phones say, in whatever order, lost, twice, side by side, at whichever of two gateways, one of
// which may have begun anew: nothing passes under a strict policy without the key of that policy, nobody
// hears of an order but the record it was given for, nor again after an acknowledgement, and in the end
// every phone that does as it is told gets through. C-07, A-20, W-01, R-2
func TestHandshakesAndOrdersInAnyOrder(t *testing.T) {
	h := newHandshakes(t)
	rapid.Check(t, func(rt *rapid.T) {
		h.begin(rt)
		for range rapid.IntRange(5, 40).Draw(rt, "steps") {
			s := rapid.SampledFrom(h.phones).Draw(rt, "phone")
			i := rapid.IntRange(0, 1).Draw(rt, "gateway")
			g := h.gates[i]
			switch rapid.SampledFrom([]string{"command", "command", "burst", "ask", "ask", "acknowledge", "acknowledge", "obey", "policy", "time",
				"order", "bring", "bring", "erased", "wiped", "release", "restart"}).Draw(rt, "step") {
			case "command":
				h.command(g, s, h.anyKey(rt, s))
			case "burst":
				h.burst(rt)
			case "ask":
				h.ask(g, s, rapid.Bool().Draw(rt, "lost"))
			case "acknowledge":
				h.acknowledge(g, s, h.anyKey(rt, s), rapid.SampledFrom([]int{1, 1, 1, 2, 3, 4}).Draw(rt, "status"), rapid.Bool().Draw(rt, "lost"))
			case "obey":
				if key, _ := h.ask(g, s, false); key != 0 {
					other := h.gates[rapid.IntRange(0, 1).Draw(rt, "other gateway")]
					h.acknowledge(other, s, key, 1, false)
				}
			case "policy":
				h.setPolicy(g, rapid.IntRange(4, 8).Draw(rt, "length"))
			case "time":
				h.pass(rapid.SampledFrom([]time.Duration{time.Second, 31 * time.Second, 6 * time.Minute, time.Hour, 25 * time.Hour}).Draw(rt, "time"))
			case "order":
				h.order(s)
			case "wiped": // and asks again, before the console has told anybody
				h.order(s)
				h.bring(g, s)
				h.erased(g, s, true, 1)
				h.ask(g, s, true)
			case "bring":
				h.hear(s)
				h.bring(g, s)
			case "erased":
				h.erased(g, s, rapid.Bool().Draw(rt, "password"), rapid.SampledFrom([]int{1, 1, 2}).Draw(rt, "status"))
			case "release":
				if h.hear(s); s.order.State.Wiped() {
					s.order.State = access.WipeReleased
					h.bring(h.gates[0], s)
					h.bring(h.gates[1], s)
				}
			case "restart":
				h.restart(i, rapid.Bool().Draw(rt, "heard"))
			}
			if len(h.told) > 0 {
				rt.Fatalf("%s", strings.Join(h.told, "\n"))
			}
		}
		h.inTheEnd(rt)
		if len(h.told) > 0 {
			rt.Fatalf("in the end: %s", strings.Join(h.told, "\n"))
		}
	})
}

// anyKey is one that the phone, or another, has ever been given, or none, or one that nobody has.
func (h *handshakes) anyKey(rt *rapid.T, s *suspect) uint32 {
	all := []uint32{0, 4711}
	for _, p := range append([]*suspect{s, s}, h.phones...) {
		all = append(all, sorted(p.keys)...)
	}
	return rapid.SampledFrom(all).Draw(rt, "key")
}

func sorted(m map[uint32]keyKind) []uint32 {
	list := make([]uint32, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	// By what they are for, so that the same draws mean the same.
	for i := range list {
		for j := i; j > 0 && less(m[list[j]], m[list[j-1]]); j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
	return list
}

func less(a, b keyKind) bool {
	if a.final != b.final {
		return b.final
	}
	return a.length < b.length
}

// burst sends commands of all phones to both gateways side by side.
func (h *handshakes) burst(rt *rapid.T) {
	var all sync.WaitGroup
	for _, s := range h.phones {
		for _, g := range h.gates {
			key := h.anyKey(rt, s)
			all.Go(func() { h.command(g, s, key) })
		}
	}
	all.Wait()
}

// restart puts a gateway in the place of one that is gone with its memory. It begins with what the console
// knows, or, when it was killed before the console has heard, with the truth of before and its own reports.
func (h *handshakes) restart(i int, heard bool) {
	old := h.gates[i]
	old.stop()
	kept, _ := old.sink.lists()
	var wiped []access.WipeID
	for _, k := range kept {
		if k.Wipe != nil && k.Wipe.State == access.WipeAcknowledged {
			wiped = append(wiped, k.Wipe.ID)
		}
	}
	g := h.gateway(wiped)
	g.sink.mu.Lock()
	g.sink.kept = kept
	g.sink.mu.Unlock()
	h.gates[i] = g
	h.setPolicy(g, old.length)
	for _, s := range h.phones {
		if heard {
			h.hear(s)
			h.bring(g, s)
			continue
		}
		g.done[s] = old.done[s]
		e := record(s.pair.Account, s.pair.Device, access.Override{})
		e.Record.Wipe = old.orders[s]
		g.apply(e)
		g.orders[s] = old.orders[s]
	}
	g.holder.Touch(h.now())
}

// inTheEnd lets the truth arrive everywhere and some time pass: whoever has no order and does as it is told
// gets through with one conversation, whoever has one hears of it.
func (h *handshakes) inTheEnd(rt *rapid.T) {
	h.pass(25 * time.Hour)
	for _, g := range h.gates {
		h.setPolicy(g, 5)
		for _, s := range h.phones {
			h.hear(s)
			h.bring(g, s)
		}
	}
	for n, s := range h.phones {
		g := h.gates[n%2]
		told := h.command(g, s, 0)
		switch {
		case s.order.State.Wiped():
			if told != 129 && told != 403 {
				h.broken("a wiped phone was told %d", told)
			}
		case s.order.State.Open():
			// With accepted credentials one that has been answered for without is refused.
			if told != 140 && told != 449 && told != 403 && !(s.order.State == access.WipeUnverified && told == 129) {
				h.broken("a phone with an order in state %s was told %d", s.order.State, told)
			}
		default:
			if told != 142 && told != 449 {
				h.broken("a phone without key was told %d", told)
			}
			key, _ := h.ask(g, s, false)
			final := h.acknowledge(h.gates[1-n%2], s, key, 1, false)
			if told := h.command(g, s, final); told != 0 {
				h.broken("a phone that has done as it was told was told %d, order %q", told, s.order.State)
			}
		}
	}
}
