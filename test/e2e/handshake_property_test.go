// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

// mayhem is a site whose phones say anything in any order, and what is known of them without looking into
// a process. What an administrator does is obeyed everywhere before the next step; what phones say is not.
type mayhem struct {
	w      *world
	policy access.PolicyID
	length int // of the password it asks for
	round  int

	mu     sync.Mutex
	broken []string
	phones []*rogue
}

// rogue is one account on one phone.
type rogue struct {
	*roamer
	keys    map[uint32]madeKey // that it has ever been given
	acked   map[int]madeAck    // what it may have acknowledged at a gateway, and when last
	order   access.WipeID      // that holds it, until it is released
	refused map[int]bool       // gateways that have taken its verified acknowledgement of the order, and said so
	settled bool               // so has every gateway by way of the console
	said    bool               // it has sent an acknowledgement, whether it was heard or not
}

type madeKey struct {
	final  bool
	length int
}

type madeAck struct {
	length int
	at     time.Time
}

func (m *mayhem) breaks(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.broken = append(m.broken, fmt.Sprintf(format, args...))
}

func (m *mayhem) begin(rt *rapid.T) {
	m.round++
	m.phones, m.broken = nil, nil
	for i, p := range []struct{ user, device string }{{"bob", "A"}, {"alice", "A"}, {"bob", "B"}} {
		v := rapid.SampledFrom([]eas.Version{eas.V12_1, eas.V14_0, eas.V14_1, eas.V16_1}).Draw(rt, fmt.Sprint("version ", i))
		r := &rogue{roamer: m.w.roam(p.user, fmt.Sprintf("%s%06d", p.device, m.round), v), keys: map[uint32]madeKey{}, acked: map[int]madeAck{}, refused: map[int]bool{}}
		m.phones = append(m.phones, r)
	}
}

// anyKey is one that some phone has ever been given, or none, or one that nobody has.
func (m *mayhem) anyKey(rt *rapid.T, r *rogue) uint32 {
	all := []uint32{0, 4711}
	for _, p := range append([]*rogue{r, r}, m.phones...) {
		m.mu.Lock()
		all = append(all, slices.Sorted(maps.Keys(p.keys))...)
		m.mu.Unlock()
	}
	return all[rapid.IntRange(0, len(all)-1).Draw(rt, "key")]
}

func (r *rogue) with(i int, key uint32) *easclient.Client {
	c := *r.at[i]
	c.Version, c.PolicyKey = r.version, key
	return &c
}

// command may run beside others, and while its gateway is killed.
func (m *mayhem) command(r *rogue, i int, key uint32) string {
	_, err := r.with(i, key).FolderSync(timeout(m.w.t), "0")
	m.mu.Lock()
	k, acked, order, length := r.keys[key], r.acked[i], r.order, m.length
	m.mu.Unlock()
	if e, ok := errors.AsType[*easclient.StatusError](err); ok && e.Status == 140 {
		m.told(r, i, "a command")
	}
	if err == nil {
		if order != "" {
			m.breaks("%s on %s passes at %s although it is to be wiped, or was", r.user, r.device, gatewayName(i))
		}
		// What was under way when the phone acknowledged the policy may come with any key.
		grace := key != 0 && acked.length == length && time.Since(acked.at) < 31*time.Second
		if !(k.final && k.length == length) && !grace {
			m.breaks("%s on %s passes at %s with key %d, %+v, under a policy of %d", r.user, r.device, gatewayName(i), key, k, length)
		}
	}
	return outcome(err)
}

// told judges that a gateway has told a phone of an order.
func (m *mayhem) told(r *rogue, i int, when string) {
	m.mu.Lock()
	order, done := r.order, r.refused[i] || r.settled
	m.mu.Unlock()
	switch {
	case order == "":
		m.breaks("%s on %s, %s at %s: told of an order that it does not have", r.user, r.device, when, gatewayName(i))
	case done:
		m.breaks("%s on %s, %s at %s: told again of an order that was acknowledged", r.user, r.device, when, gatewayName(i))
	}
}

func (m *mayhem) ask(r *rogue, i int) (key uint32) {
	res, err := r.with(i, 0).ProvisionAsk(timeout(m.w.t), easclient.Device{})
	if res != nil && (res.Wipe || res.AccountWipe) {
		m.told(r, i, "a question")
	}
	if err != nil || res.Key == 0 {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r.keys[res.Key] = madeKey{length: m.length}
	return res.Key
}

func (m *mayhem) acknowledge(r *rogue, i int, key uint32, status int) (final uint32) {
	m.mu.Lock()
	k, length := r.keys[key], m.length
	if status == 1 && k.length == length { // the gateway may take it and be killed before it says so
		r.acked[i] = madeAck{length, time.Now()}
	}
	m.mu.Unlock()
	res, err := r.with(i, key).ProvisionAcknowledge(timeout(m.w.t), key, status)
	if res != nil && res.Wipe {
		m.told(r, i, "an acknowledgement")
	}
	if err != nil || res.Key == 0 {
		return 0
	}
	if status != 1 || k.final || k.length != length {
		m.breaks("%s on %s is given a key for status %d, key %d of %+v, under a policy of %d", r.user, r.device, status, key, k, length)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r.keys[res.Key], r.acked[i] = madeKey{true, length}, madeAck{length, time.Now()}
	return res.Key
}

// erased says to have carried out an order, whether there is one or not.
func (m *mayhem) erased(r *rogue, i, status int) {
	m.mu.Lock()
	order := r.order
	r.said = r.said || status == 1
	m.mu.Unlock()
	res, err := r.with(i, 0).AcknowledgeWipe(timeout(m.w.t), false, status)
	if res != nil && res.Wipe {
		m.told(r, i, "an acknowledgement")
	}
	if err == nil && res.Status == 1 && !res.Wipe && status == 1 && order != "" {
		m.mu.Lock()
		defer m.mu.Unlock()
		r.refused[i] = true
	}
}

func (m *mayhem) record(r *rogue) access.AssociationID {
	contact(m.w.t, r.with(0, 0)) // it has to have come once
	return m.w.await(r.user, r.device).ID
}

func (m *mayhem) orders(r *rogue) {
	if r.order != "" {
		return
	}
	id := m.w.orderWipe(m.record(r), access.WipeFull)
	m.mu.Lock()
	defer m.mu.Unlock()
	r.order, r.settled, r.said = id, false, false
	clear(r.refused)
}

// settle waits until a verified acknowledgement is known everywhere.
func (m *mayhem) settle(r *rogue) {
	if r.order == "" || len(r.refused) == 0 {
		return
	}
	m.w.wipeIs(r.order, access.WipeAcknowledged)
	m.mu.Lock()
	defer m.mu.Unlock()
	r.settled = true
}

func (m *mayhem) release(r *rogue) {
	if m.settle(r); !r.settled {
		return
	}
	m.w.wipeVerb(r.order, "release")
	m.mu.Lock()
	defer m.mu.Unlock()
	r.order, r.settled, r.said = "", false, false
	clear(r.refused)
}

func (m *mayhem) change(length int) {
	// Both are right while the change is on its way; nobody asks meanwhile.
	m.w.ask("PUT", "/policies/"+string(m.policy), policyForm("Strict", length), "If-Match", "*")
	m.length = length
}

// burst sends requests of all phones to both gateways side by side, while something is killed.
func (m *mayhem) burst(rt *rapid.T, who string) {
	var all sync.WaitGroup
	for _, r := range m.phones {
		for i := range m.w.gateways {
			key, what := m.anyKey(rt, r), rapid.SampledFrom([]string{"command", "ask", "acknowledge", "erased"}).Draw(rt, "request")
			all.Go(func() {
				switch what {
				case "command":
					m.command(r, i, key)
				case "ask":
					m.ask(r, i)
				case "acknowledge":
					m.acknowledge(r, i, key, 1)
				case "erased":
					m.erased(r, i, 1)
				}
			})
		}
	}
	switch who {
	case "gw1":
		m.w.gateways[0].kill()
	case "gw2":
		m.w.gateways[1].kill()
	case "console":
		m.w.console.kill()
	}
	all.Wait()
	switch who {
	case "gw1":
		m.w.startGateway(0)
	case "gw2":
		m.w.startGateway(1)
	case "console":
		m.w.startConsole()
	}
	m.w.together()
}

// Real gateways and a real console, any of which is killed now and then in the middle of requests: nothing
// passes under a strict policy without the key of that policy; nobody hears of an order but the record it was
// given for; a gateway that has taken an acknowledgement never tells the order again, nor does any other once the
// console has told it; no order is lost; and in the end every phone that does as it is told gets through
// with one conversation, one half at each gateway.
//
// A-20 C-07 R-2 S-15 W-01 Y-02
func TestHandshakesAndOrdersWhoeverIsKilled(t *testing.T) {
	t.Parallel()
	for _, postgres := range []bool{false, true} {
		t.Run(map[bool]string{false: "sqlite", true: "postgres"}[postgres], func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, plan{gateways: 2, postgres: postgres})
			w.safety(map[string]any{"per_hour": 10000})
			m := &mayhem{w: w, policy: w.policy("Strict", 6), length: 6}
			w.makeDefault(m.policy)
			m.rages(t)
		})
	}
}

func (m *mayhem) rages(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m.begin(rt)
		for range rapid.IntRange(3, 9).Draw(rt, "steps") {
			m.step(rt)
			if len(m.broken) > 0 {
				rt.Fatalf("%s", strings.Join(m.broken, "\n"))
			}
		}
		m.inTheEnd()
		if len(m.broken) > 0 {
			rt.Fatalf("in the end: %s", strings.Join(m.broken, "\n"))
		}
	})
}

func (m *mayhem) step(rt *rapid.T) {
	r := rapid.SampledFrom(m.phones).Draw(rt, "phone")
	i := rapid.IntRange(0, 1).Draw(rt, "gateway")
	if rapid.IntRange(0, 29).Draw(rt, "killed") == 29 {
		m.burst(rt, rapid.SampledFrom([]string{"gw1", "gw2", "console"}).Draw(rt, "who"))
		return
	}
	switch rapid.SampledFrom([]string{"command", "command", "burst", "ask", "acknowledge", "obey", "obey", "policy", "order", "order", "erased", "erased",
		"settle", "release"}).Draw(rt, "step") {
	case "command":
		m.command(r, i, m.anyKey(rt, r))
	case "burst":
		m.burst(rt, "nobody")
	case "ask":
		m.ask(r, i)
	case "acknowledge":
		m.acknowledge(r, i, m.anyKey(rt, r), rapid.SampledFrom([]int{1, 1, 2, 3, 4}).Draw(rt, "status"))
	case "obey":
		if key := m.ask(r, i); key != 0 {
			m.acknowledge(r, 1-i, key, 1)
		}
	case "policy":
		m.change(rapid.IntRange(4, 8).Draw(rt, "length"))
	case "order":
		m.orders(r)
	case "erased":
		m.erased(r, i, rapid.SampledFrom([]int{1, 1, 2}).Draw(rt, "status"))
		m.ask(r, rapid.IntRange(0, 1).Draw(rt, "asks again at"))
	case "settle":
		m.settle(r)
	case "release":
		m.release(r)
	}
}

// inTheEnd looks at every phone once more when everything has been heard.
func (m *mayhem) inTheEnd() {
	for _, r := range m.phones {
		m.settle(r)
		if r.order != "" {
			var o api.WipeOrder
			if o = m.w.wipe(r.order); !o.State.Open() && o.State != access.WipeAcknowledged || o.State == access.WipeAcknowledged && !r.said {
				m.breaks("the order for %s on %s is %s", r.user, r.device, o.State)
			}
			for i := range m.w.gateways {
				if got := m.command(r, i, 0); got == "passed" || got == "challenged" {
					m.breaks("%s on %s, order %s: %s", r.user, r.device, o.State, got)
				}
				m.ask(r, i)
			}
			continue
		}
		if got := m.command(r, 0, 0); got != "HTTP 449" && got != "status 142" {
			m.breaks("%s on %s without key is told %s", r.user, r.device, got)
		}
		final := m.acknowledge(r, 1, m.ask(r, 0), 1)
		for i := range m.w.gateways {
			if got := m.command(r, i, final); got != "passed" {
				m.breaks("%s on %s has done as it was told, and is told %s", r.user, r.device, got)
			}
		}
	}
}
