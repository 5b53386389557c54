// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/api"
)

// heard is one event as it came.
type heard struct {
	event, id, data string
}

func (h heard) change(t *testing.T) (e api.Event) {
	t.Helper()
	if h.event != "change" {
		t.Fatalf("heard %+v, want a change", h)
	}
	if err := json.Unmarshal([]byte(h.data), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// listener is an open stream.
type listener struct {
	t      *testing.T
	answer *http.Response
	events chan heard
}

// listen opens a stream and waits until it stands.
func (w *world) listen(url, token, last string) *listener {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), "GET", url+api.Prefix+"/events", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { a.Body.Close() })
	l := &listener{t: w.t, answer: a, events: make(chan heard, 100)}
	if a.StatusCode != 200 {
		return l
	}
	begun := make(chan struct{})
	go func() {
		defer close(l.events)
		var h heard
		for lines := bufio.NewScanner(a.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "retry":
				close(begun)
			case "event":
				h.event = value
			case "id":
				h.id = value
			case "data":
				h.data = value
			case "":
				if h.event != "" || h.id != "" {
					l.events <- h
				}
				h = heard{}
			}
		}
	}()
	<-begun
	return l
}

// next is the next event; one without a name is only a place.
func (l *listener) next() heard {
	l.t.Helper()
	select {
	case h, open := <-l.events:
		if !open {
			l.t.Fatal("the stream has ended")
		}
		return h
	case <-time.After(20 * time.Second):
		l.t.Fatal("nothing is heard")
	}
	return heard{}
}

func eventWorld(t *testing.T) (*world, string) {
	w := newWorld(t)
	w.server.SetBeat(50 * time.Millisecond)
	srv := httptest.NewServer(w.handler)
	t.Cleanup(srv.Close)
	return w, srv.URL
}

func TestChangesAreHeardAndGoneOnWith(t *testing.T) {
	w, url := eventWorld(t)
	id := w.record("ana", "APPL1")
	l := w.listen(url, w.root, "")
	if ct := l.answer.Header.Get("Content-Type"); ct != "text/event-stream" {
		t.Errorf("Content-Type %q", ct)
	}
	blocked := read[api.Result](w.call("POST", w.path(id, "/block"), nil).want(200))
	first := l.next()
	if e := first.change(t); e.Kind != "association" || e.ID != string(id) || e.Gone || e.Number != blocked.Number || !strings.HasPrefix(first.id, "2.") {
		t.Errorf("heard %+v", first)
	}
	if err := l.answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	// What happens while nobody listens is heard afterwards, once.
	other := w.record("bob", "APPL2")
	w.call("DELETE", w.path(id, ""), nil).want(200)
	l = w.listen(url, w.root, first.id)
	got := map[string]bool{}
	last := ""
	for range 2 {
		h := l.next()
		e := h.change(t)
		got[e.ID], last = e.Gone, h.id
	}
	if gone, heard := got[string(id)]; !heard || !gone {
		t.Errorf("that a record was removed is not heard: %v", got)
	}
	if gone, heard := got[string(other)]; !heard || gone {
		t.Errorf("a new record is not heard: %v", got)
	}
	if last == "" {
		t.Error("the last event of a run has no id")
	}
	w.user("ana", "sales")
	w.call("POST", api.Prefix+"/approvals", map[string]any{"realm": "lab", "account": "ana", "device_id": "X"}).want(201)
	kinds := ""
	for !strings.Contains(kinds, "approval") {
		kinds += l.next().change(t).Kind + " "
	}
}

func TestWhosePlaceIsNotKnownReadsAnew(t *testing.T) {
	w, url := eventWorld(t)
	id := w.record("ana", "APPL1")
	place := ""
	for _, last := range []string{"1.wrong.wrong", "nonsense", "99999.a.b", "-1.a.b"} {
		l := w.listen(url, w.root, last)
		h := l.next()
		var r api.Reset
		if err := json.Unmarshal([]byte(h.data), &r); err != nil || h.event != "reset" || r.Number != 1 || h.id == "" {
			t.Errorf("%s: heard %+v, %v", last, h, err)
		}
		place = h.id
		l.answer.Body.Close()
	}
	l := w.listen(url, w.root, place)
	w.call("POST", w.path(id, "/block"), nil).want(200)
	if h := l.next(); h.event != "change" {
		t.Errorf("after a reset is heard %+v", h)
	}
}

func TestATokenThatEndsHearsNoMore(t *testing.T) {
	w, url := eventWorld(t)
	w.record("ana", "APPL1")
	l := w.listen(url, w.auditor, "")
	revoke(t, w, "report")
	if h := l.next(); h.event != "end" {
		t.Errorf("heard %+v", h)
	}
	if _, open := <-l.events; open {
		t.Error("the stream goes on")
	}
}

func TestATokenOfAGroupHearsOfTheGroupAlone(t *testing.T) {
	w, url := eventWorld(t)
	w.user("ana", "sales")
	w.record("carl", "APPL3")
	_, tokens := w.callers()
	l := w.listen(url, tokens[2], "")
	w.record("bob", "APPL2")
	if h := l.next(); h.event != "" || h.id == "" {
		t.Errorf("of somebody else's record is heard %+v", h)
	}
	mine := w.record("ana", "APPL1")
	if e := l.next().change(t); e.ID != string(mine) {
		t.Errorf("heard %+v", e)
	}
	w.call("DELETE", w.path(mine, ""), nil).want(200)
	if h := l.next(); h.event != "" {
		t.Errorf("of what is gone is heard %+v", h)
	}
}

func TestTheFirstChangeOfAllIsHeardAsAReset(t *testing.T) {
	w, url := eventWorld(t)
	l := w.listen(url, w.root, "")
	w.record("ana", "APPL1")
	if h := l.next(); h.event != "reset" || !strings.HasPrefix(h.id, "1.") {
		t.Errorf("heard %+v", h)
	}
}

func TestThereAreNotManyStreams(t *testing.T) {
	w, url := eventWorld(t)
	for range 4 {
		w.listen(url, w.root, "")
	}
	if l := w.listen(url, w.root, ""); l.answer.StatusCode != http.StatusTooManyRequests || l.answer.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("the fifth stream: %s", l.answer.Status)
	}
	if l := w.listen(url, w.auditor, ""); l.answer.StatusCode != 200 {
		t.Errorf("another token's first: %s", l.answer.Status)
	}
}
