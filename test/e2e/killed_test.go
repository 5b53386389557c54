// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

// replaceGateway kills a gateway in the middle of whatever it does, and starts it anew.
func (w *world) replaceGateway(i int) {
	w.t.Helper()
	w.gateways[i].kill()
	w.startGateway(i)
}

func (w *world) replaceConsole() {
	w.t.Helper()
	w.console.kill()
	w.startConsole()
	w.together()
}

// together waits until every gateway is connected and up to date.
func (w *world) together() {
	w.t.Helper()
	for i := range w.gateways {
		w.connected(i)
	}
}

// lines are the details of the audit lines of one event about one record, newest first.
func (w *world) lines(record access.AssociationID, event string) (list []string) {
	w.t.Helper()
	var d api.AssociationDetails
	w.call("GET", "/associations/"+string(record), nil, &d)
	for _, e := range d.Timeline {
		if e.Event == event {
			list = append(list, e.Detail)
		}
	}
	return list
}

// An order to wipe, with a gateway or the console killed before the phone is told to ask, before it has asked,
// before it answers and before its answer has been reported: it is neither lost nor told again, and no
// other record hears of it.
//
// A-20 R-2 S-15 W-01 Y-02
func TestAnOrderSurvivesWhoeverIsKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	w.safety(map[string]any{"per_hour": 1000})
	kill := map[string]func(){
		"the gateway":                    func() { w.replaceGateway(0); w.connected(0) },
		"the other gateway":              func() { w.replaceGateway(1); w.connected(1) },
		"the console":                    w.replaceConsole,
		"both the console and a gateway": func() { w.console.kill(); w.replaceGateway(0); w.startConsole(); w.together() },
	}
	n := 0
	for who, kill := range kill {
		for _, at := range []string{"ordered", "told to ask", "told", "acknowledged"} {
			n++
			device := fmt.Sprintf("KILLED%d", n)
			lost, other := w.roam("bob", device, eas.V14_1), w.roam("alice", device, eas.V14_1)
			lost.fares("passed")
			other.fares("passed")
			w.await("alice", device)
			record := w.await("bob", device)
			now := func(step string) {
				if step == at {
					kill()
				}
			}
			order := w.orderWipe(record.ID, access.WipeFull)
			now("ordered")
			lost.fares("status 140")
			now("told to ask")
			if full, _ := lost.isOrdered(); !full {
				t.Fatalf("%s killed when it was %s: the order is lost", who, at)
			}
			now("told")
			lost.says(false, 1)
			if at == "acknowledged" {
				now(at)
				w.together()
			}
			w.wipeIs(order, access.WipeAcknowledged)
			lost.fares("refused")
			if full, _ := lost.isOrdered(); full {
				t.Errorf("%s killed when it was %s: told again", who, at)
			}
			other.fares("passed")
			if full, _ := other.isOrdered(); full {
				t.Errorf("%s killed when it was %s: another record is told", who, at)
			}
			said := w.lines(record.ID, "wipe")
			if c := strings.Count(strings.Join(said, "\n"), "acknowledged"); c != 1 {
				t.Errorf("%s killed when it was %s: the record's timeline says %q", who, at, said)
			}
		}
	}
}

// The hard case: nobody but the gateway that took an acknowledgement knows of it, because the console was
// away, and then the gateway is killed. It still does not tell the order again: it reads its own reports.
// When the console is back, so does nobody else.
//
// A-20 W-01 S-15 Y-14
func TestAnAcknowledgementThatOnlyADeadGatewayKnowsIsNotForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	lost := w.roam("bob", "PHONEONE", eas.V14_1)
	lost.fares("passed")
	record := w.await("bob", "PHONEONE")
	order := w.orderWipe(record.ID, access.WipeFull)
	w.gateways[0].stop() // so that its copy of the truth on disk holds the order
	w.startGateway(0)
	w.connected(0)
	w.console.kill()

	here := lost.to(0)
	res, err := here.ProvisionAsk(timeout(t), easclient.Device{})
	if err != nil || !res.Wipe {
		t.Fatalf("not told while the console is away: %+v, %v", res, err)
	}
	if _, err := here.AcknowledgeWipe(timeout(t), false, 1); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time it begins with what the first has left
		w.replaceGateway(0)
		expect(t, "refused", lost.to(0))
		if !w.ready(0) {
			t.Error("refuses because it knows of nothing")
		}
		if res, err := lost.to(0).ProvisionAsk(timeout(t), easclient.Device{}); err == nil || res != nil && res.Wipe {
			t.Errorf("told again by the gateway that took the acknowledgement: %+v, %v", res, err)
		}
	}
	w.startConsole()
	w.together()
	w.wipeIs(order, access.WipeAcknowledged)
	lost.fares("refused")
	if full, _ := lost.isOrdered(); full {
		t.Error("told again by the other gateway")
	}
	if said := w.lines(record.ID, "wipe"); len(said) != 3 { // ordered, delivered, acknowledged
		t.Errorf("the record's timeline says %q", said)
	}
}

// How long another gateway may tell an order again that was acknowledged here: until the console has told
// it, which is well within a second when all are there.
//
// A-20 W-01
func TestTheOtherGatewayHearsOfAnAcknowledgementWithinASecond(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2})
	var longest time.Duration
	for i := range 10 {
		lost := w.roam("bob", fmt.Sprintf("PHONE%d", i), eas.V14_1)
		lost.fares("passed")
		order := w.orderWipe(w.await("bob", lost.device).ID, access.WipeFull)
		if full, _ := lost.isOrdered(); !full {
			t.Fatal("not told")
		}
		w.wipeIs(order, access.WipeDelivered)
		if _, err := lost.to(0).AcknowledgeWipe(timeout(t), false, 1); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		expect(t, "refused", lost.to(0)) // here it is known at once
		var asked time.Time
		eventually(t, soon, "the other gateway refuses", func() bool {
			asked = time.Now()
			return contact(t, lost.to(1)) == "refused"
		})
		longest = max(longest, asked.Sub(began))
	}
	t.Logf("the other gateway knew after %v at most", longest)
	if longest > time.Second {
		t.Errorf("the other gateway knew only after %v", longest)
	}
}
