// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/gateway"
)

// movedMail is two mail servers, the first of which sends everybody to the second, and counts what reaches
// each of them.
type movedMail struct {
	firstURL, secondURL string
	first, second       atomic.Int64
	stays               atomic.Bool // the first has taken its accounts back
}

func newMovedMail(t *testing.T) *movedMail {
	t.Helper()
	m := &movedMail{}
	server := func(hook func(*eastest.Record) *eastest.Fault) string {
		s := eastest.New(eastest.Config{AnyVersion: true, MinHeartbeat: 1})
		s.AddUser(userNamed("bob"))
		s.SetHook(hook)
		return serveMail(t, s)
	}
	m.secondURL = server(func(*eastest.Record) *eastest.Fault { m.second.Add(1); return nil })
	m.firstURL = server(func(*eastest.Record) *eastest.Fault {
		m.first.Add(1)
		if m.stays.Load() {
			return nil
		}
		return &eastest.Fault{HTTP: 451, Header: http.Header{"X-Ms-Location": {m.secondURL}}}
	})
	return m
}

func (m *movedMail) behind(s *setting) {
	s.gateway.Backends = []gateway.Backend{
		{Name: "mail", Realm: "lab", Default: true, URL: m.firstURL},
		{Name: "second", Realm: "lab", Domains: []string{"never.example"}, URL: m.secondURL},
	}
}

func (m *movedMail) reached(t *testing.T, when string, first, second int64) {
	t.Helper()
	if f, s := m.first.Load(), m.second.Load(); f != first || s != second {
		t.Errorf("%s: %d requests at the first server and %d at the second, want %d and %d", when, f, s, first, second)
	}
}

// cleared is the record of bob's phone after its redirect was cleared n times.
func cleared(n int64) access.Entry {
	e := record("bob", "PHONEBOB", access.Override{})
	e.Record.RedirectClears = n
	return e
}

// R-21 D-07
func TestARedirectIsRememberedAndReportedUntilItIsCleared(t *testing.T) {
	m := newMovedMail(t)
	w := newWorld(t, m.behind)
	p := w.phone("bob")
	sync := func() {
		t.Helper()
		if _, err := p.FolderSync(timeout(t), "0"); err != nil {
			t.Fatal(err)
		}
	}
	sync()
	m.reached(t, "the first request", 1, 1)
	w.sink.wait(t, "where the pair was sent", func(kept, _ []access.Sighting, _ []access.Tally) bool {
		return len(kept) == 1 && kept[0].Accepted && kept[0].Redirect == m.secondURL && kept[0].RedirectClears == 0 && kept[0].Backend == "second"
	})
	sync()
	m.reached(t, "the second request, straight to the new server", 1, 2)
	w.apply(cleared(0))
	sync()
	m.reached(t, "a change of something else", 1, 3)

	w.apply(cleared(1))
	sync()
	m.reached(t, "the first request after clearing", 2, 4)
	sync()
	m.reached(t, "the second after clearing", 2, 5)

	m.stays.Store(true)
	w.apply(cleared(2))
	sync()
	sync()
	m.reached(t, "when the first server has taken the account back", 4, 5)
	w.stop()
	kept, offered := w.sink.lists()
	seen := map[int64]string{}
	for _, s := range append(kept, offered...) {
		if s.Redirect != "" {
			seen[s.RedirectClears] = s.Redirect
		}
	}
	if seen[1] != m.secondURL || seen[2] != "" {
		t.Errorf("reported by count of clearings: %v", seen)
	}
}

// R-21 D-07
func TestARedirectThatIsRefusedIsReportedToo(t *testing.T) {
	for name, c := range map[string]struct{ location, reported string }{
		"a stranger":           {"https://evil.example" + eas.Path, "https://evil.example" + eas.Path},
		"one with a password":  {"https://bob:secret@evil.example/x", "https://evil.example/x"},
		"garbage":              {"::::", "::::"},
		"no server to be told": {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(s *setting) {
				s.gateway.Backends = []gateway.Backend{{Name: "mail", Realm: "lab", Default: true, URL: redirecting(t, c.location)}}
			})
			if _, err := w.phone("bob").FolderSync(timeout(t), "0"); statusOf(err) != 503 {
				t.Fatal(err)
			}
			w.sink.wait(t, "the refused redirect", func(kept, _ []access.Sighting, _ []access.Tally) bool {
				return len(kept) == 1 && kept[0].Accepted && kept[0].Redirect == c.reported
			})
		})
	}
}

// two companies behind one gateway. A server of the one cannot make the gateway show the password of
// its user to a server of the other, where an account of that name may be somebody else's.
func TestARedirectDoesNotLeadIntoAnotherRealm(t *testing.T) {
	m := newMovedMail(t)
	w := newWorld(t, func(s *setting) {
		s.gateway.Backends = []gateway.Backend{
			{Name: "mail", Realm: "lab", Default: true, URL: m.firstURL},
			{Name: "second", Realm: "other", Domains: []string{"never.example"}, URL: m.secondURL},
		}
	})
	p := w.phone("bob")
	for round := range int64(2) {
		if _, err := p.FolderSync(timeout(t), "0"); statusOf(err) != 503 {
			t.Errorf("the phone was told %v", err)
		}
		m.reached(t, "the password of a user of the first realm", round+1, 0)
	}
	w.sink.wait(t, "where it would have led", func(kept, _ []access.Sighting, _ []access.Tally) bool {
		return len(kept) == 1 && kept[0].Accepted && kept[0].Redirect == m.secondURL && kept[0].Backend == "mail"
	})
}

//
func TestARedirectOfARequestThatHasWaitedIsReported(t *testing.T) {
	m := newMovedMail(t)
	release := make(chan struct{})
	slow := eastest.New(eastest.Config{AnyVersion: true, MinHeartbeat: 1})
	slow.AddUser(userNamed("bob"))
	slow.SetHook(func(*eastest.Record) *eastest.Fault {
		<-release
		return &eastest.Fault{HTTP: 451, Header: http.Header{"X-Ms-Location": {m.secondURL}}}
	})
	m.firstURL = serveMail(t, slow)
	w := newWorld(t, m.behind)
	w.apply(record("bob", "PHONEBOB", access.Override{}))
	answered := w.ping(timeout(t), w.phone("bob"))
	close(release)
	if got := <-answered; statusOf(got.err) != 503 {
		t.Errorf("the phone was told %+v", got)
	}
	w.stop()
	kept, offered := w.sink.lists()
	for _, s := range append(kept, offered...) {
		if s.Redirect == m.secondURL {
			return
		}
	}
	t.Errorf("not reported: %+v %+v", kept, offered)
}
