// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/vedette-mail/vedette/internal/api"
)

// The whole product on the large engine: two gateways under traffic, a console that is killed, a database
// that hangs up on it, a gateway that is killed, and verdicts that count all the same.
//
// A-04 A-15 A-17 Y-02 R-10 S-15
func TestOnPostgreSQLNothingIsLostEither(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 2, postgres: true})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	mine := []<-chan pinged{w.ping(ctx, 0, 1, w.phone(0, "carol", "PHONETHREE")), w.ping(ctx, 1, 1, w.phone(1, "carol", "PHONETHREE"))}
	other := w.ping(ctx, 1, 2, w.phone(1, "carol", "PHONEFOUR"))
	expect(t, "passed", w.phone(0, "bob", "PHONEONE"))
	record, waiting := w.await("bob", "PHONEONE"), w.await("carol", "PHONETHREE")

	c := w.crowd(4)
	more := func(n int) {
		t.Helper()
		n += c.newcomers()
		eventually(t, soon, fmt.Sprintf("%d newcomers", n), func() bool { return c.newcomers() >= n })
	}
	more(20)
	w.console.kill()
	more(20)
	w.startConsole()
	for i := range w.gateways {
		w.connected(i)
	}
	more(20)
	var r api.Result
	var said time.Time
	for range 3 {
		w.hangUp()
		more(10)
	}
	c.end() // what a second is worth is not asked of a machine that is kept busy
	w.hangUp()
	// Whoever comes just then is told to come again, and presses the button once more.
	eventually(t, soon, "the block is taken", func() bool {
		said = time.Now()
		code, body := w.try("POST", "/associations/"+string(waiting.ID)+"/block", map[string]string{"reason": "the story says so"}, "Idempotency-Key", "pressed")
		if code != http.StatusOK && code != http.StatusServiceUnavailable {
			t.Fatalf("block: %d %s", code, body)
		}
		return code == http.StatusOK && json.Unmarshal(body, &r) == nil
	})
	for i, ch := range mine {
		if got := <-ch; got.at.Sub(said) > time.Second || got.err != nil || got.status != 7 {
			t.Errorf("the Ping at %s ended %v after the block with status %d, %v", gatewayName(i), got.at.Sub(said), got.status, got.err)
		}
	}
	select {
	case got := <-other:
		t.Errorf("somebody else's Ping ended: %+v", got)
	default:
	}
	w.obeyed(r.Number)
	c.all()
	if len(c.known) != 1 || c.known["passed"] == 0 {
		t.Errorf("a known pair fared %v", c.known)
	}

	w.gateways[1].kill()
	w.say("block", record.ID)
	w.console.kill()
	w.startConsole()
	w.startGateway(1)
	w.connected(0)
	w.connected(1)
	for i := range w.gateways {
		expect(t, "refused", w.phone(i, "bob", "PHONEONE"))
		expect(t, "refused", w.phone(i, "carol", "PHONETHREE"))
		expect(t, "passed", w.phone(i, "carol", "PHONEFOUR"))
	}
	w.obeyed(w.say("allow", record.ID).Number)
	for i := range w.gateways {
		expect(t, "passed", w.phone(i, "bob", "PHONEONE"))
	}
	if again, _ := w.find("bob", "PHONEONE"); !again.FirstSync.Equal(record.FirstSync) || again.ID != record.ID || again.Why.Rule != "manual-allow" {
		t.Errorf("the record was %+v and is %+v", record, again)
	}
}

// hangUp ends every connection the console has to its database.
func (w *world) hangUp() {
	w.t.Helper()
	ctx := timeout(w.t)
	conn, err := pgx.Connect(ctx, w.database)
	if err != nil {
		w.t.Fatal(err)
	}
	defer conn.Close(ctx)
	eventually(w.t, soon, "connections to the database are ended", func() bool {
		var n int
		err = conn.QueryRow(ctx, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(&n)
		return err != nil || n > 0
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
