// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/vedette-mail/vedette/internal/api"
)

// Two administrators have the same record before them, one on the page and one with a program, and both act.
// The first counts; the second is told who was faster and what is there now, and nothing of either is lost.
//
// A-15 A-17 Y-01
func TestTwoAdministratorsChangeOneRecord(t *testing.T) {
	for _, engine := range []struct {
		name     string
		postgres bool
	}{{"SQLite", false}, {"PostgreSQL", true}} {
		t.Run(engine.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, plan{postgres: engine.postgres})
			ann := w.colleague("ann")
			expect(t, "passed", w.phone(0, "bob", "PHONEONE"))
			record := w.await("bob", "PHONEONE")
			ask := "/activesync/selection/block?id=" + string(record.ID)

			// The page was opened first, and is sent second.
			_, page := ann.get(ask)
			to, form := ann.form(ask, page, "/activesync/selection/block")
			form.Set("reason", "ann says so")
			code, etag := w.act(record, "comment", map[string]string{"comment": "boss was here"}, record.Version)
			if code != http.StatusOK {
				t.Fatalf("the program: %d %s", code, etag)
			}
			_, body := ann.post(to, form)
			if said := words(t, body); !contains(said, "boss") || !contains(said, "Look at it again") {
				t.Errorf("the second is told %.600s", said)
			}
			now, _ := w.find("bob", "PHONEONE")
			if now.Comment != "boss was here" || now.SyncStatus != "allowed" || now.Version != record.Version+1 {
				t.Errorf("the record: %+v", now)
			}

			// The program has looked first, and asks second.
			if code, body := ann.submitTo(ask, "/activesync/selection/block", url.Values{"reason": {"ann says so, again"}}); code != http.StatusOK {
				t.Fatalf("the page: %d %s", code, body)
			}
			code, problem := w.act(record, "allow", map[string]string{"reason": "boss says so"}, now.Version)
			if code != http.StatusPreconditionFailed || !strings.Contains(problem, "ann") {
				t.Errorf("the program is told %d %s", code, problem)
			}
			now, _ = w.find("bob", "PHONEONE")
			if now.SyncStatus != "blocked" || now.Why.Detail != "ann says so, again" || now.Comment != "boss was here" {
				t.Errorf("the record: %+v", now)
			}
			w.obeyed(now.Change)
			expect(t, "refused", w.phone(0, "bob", "PHONEONE"))

			w.rush(ann, record)
		})
	}
}

// rush has both act on the version they see, at the same moment, again and again: of each pair one wins, and
// the log holds every win, in the order of the change numbers.
func (w *world) rush(ann *browser, record api.Association) {
	w.t.Helper()
	before := len(w.audited("block", "")) + len(w.audited("allow", ""))
	const rounds = 6
	wins := map[string]int{}
	for n := range rounds {
		now, _ := w.find("bob", "PHONEONE")
		ask := "/activesync/selection/block?id=" + string(record.ID)
		_, page := ann.get(ask)
		to, form := ann.form(ask, page, "/activesync/selection/block")
		form.Set("reason", fmt.Sprint("ann, round ", n))
		var group sync.WaitGroup
		var code int
		var said, told string
		group.Go(func() {
			code, told = w.act(record, "allow", map[string]string{"reason": fmt.Sprint("boss, round ", n)}, now.Version)
		})
		group.Go(func() { _, said = ann.post(to, form) })
		group.Wait()
		after, _ := w.find("bob", "PHONEONE")
		lost := contains(words(w.t, said), "Look at it again")
		switch {
		case after.Version != now.Version+1:
			w.t.Errorf("round %d: version %d became %d", n, now.Version, after.Version)
		case code == http.StatusOK && lost && after.SyncStatus == "allowed" && after.Why.Detail == fmt.Sprint("boss, round ", n):
			wins["boss"]++
		case code == http.StatusPreconditionFailed && !lost && after.SyncStatus == "blocked" && after.Why.Detail == fmt.Sprint("ann, round ", n):
			wins["ann"]++
		default:
			w.t.Errorf("round %d: the program got %d %s, the page said %.300s, the record is %s because %+v", n, code, told, words(w.t, said), after.SyncStatus, after.Why)
		}
	}
	lines := append(w.audited("block", ""), w.audited("allow", "")...)
	if got := len(lines) - before; got != rounds {
		w.t.Errorf("%d changes were made and %d are in the log", rounds, got)
	}
	seen := map[int64]bool{}
	for _, l := range lines {
		if l.Number == 0 || seen[l.Number] || l.Object != string(record.ID) || l.Refused {
			w.t.Errorf("a line of the log: %+v", l)
		}
		seen[l.Number] = true
	}
	w.t.Logf("who was faster: %v", wins)
}

// colleague is one more administrator, at the pages.
func (w *world) colleague(name string) *browser {
	w.t.Helper()
	said := mustCommand(w.t, "admin", "create", name, "-c", w.file("console.toml"))
	b := w.browser()
	fill := url.Values{"name": {name}, "password": {said[strings.LastIndex(said, " ")+1:]}}
	if code, body := b.submit("/sign-in", fill); code != http.StatusOK {
		w.t.Fatalf("%s signs in: %d %s", name, code, body)
	}
	return b
}

// act asks for a verb about the version of a record that was looked at. It gives what the answer says.
func (w *world) act(record api.Association, verb string, body map[string]string, version int64) (int, string) {
	w.t.Helper()
	code, answer := w.try("POST", "/associations/"+string(record.ID)+"/"+verb, body, "If-Match", fmt.Sprintf(`"%d"`, version))
	var problem struct{ Detail string }
	if json.Unmarshal(answer, &problem) == nil && problem.Detail != "" {
		return code, problem.Detail
	}
	return code, string(answer)
}
