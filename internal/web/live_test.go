// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

// ear listens to a stream.
type ear struct {
	t      *testing.T
	resp   *http.Response
	events chan heard
}

type heard struct {
	event, data string
	at          time.Time
}

// listen opens a stream. What it says is kept until somebody waits for it.
func (v *visitor) listen(query url.Values) *ear {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.c.URL+"/live?"+query.Encode(), nil)
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/event-stream")
	resp, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	e := &ear{t: v.t, resp: resp, events: make(chan heard, 100)}
	v.t.Cleanup(func() { resp.Body.Close() })
	go func() {
		defer close(e.events)
		var h heard
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				h.event = value
			case "data":
				h.data, h.at = value, time.Now()
			case "":
				if h.event != "" {
					e.events <- h
				}
				h = heard{}
			}
		}
	}()
	return e
}

// hears waits for an event and gives it; others are passed over.
func (e *ear) hears(event string) heard {
	e.t.Helper()
	end := time.After(10 * time.Second)
	for {
		select {
		case h, ok := <-e.events:
			if !ok {
				e.t.Fatalf("the stream ended without %q", event)
			}
			if h.event == event {
				return h
			}
		case <-end:
			e.t.Fatalf("no %q was heard", event)
		}
	}
}

// ends waits for the end of the stream and gives the reason.
func (e *ear) ends() string {
	e.t.Helper()
	var why struct{ Why string }
	if err := json.Unmarshal([]byte(e.hears("end").data), &why); err != nil {
		e.t.Fatal(err)
	}
	for range e.events {
		e.t.Error("something came after the end")
	}
	return why.Why
}

func inView(ids []access.AssociationID) url.Values {
	q := url.Values{"list": {"1"}}
	for _, id := range ids {
		q.Add("id", string(id))
	}
	return q
}

var house = access.Actor{Name: "somebody else", Role: access.RoleAdministrator}

//
func TestAPageIsToldWithinASecondWhichOfItsRecordsHasChanged(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	e := signedIn(t, c).listen(inView(ids))
	if h := e.resp.Header; h.Get("Content-Type") != "text/event-stream; charset=utf-8" || h.Get("X-Accel-Buffering") != "no" ||
		h.Get("Cache-Control") != "no-store, no-transform" {
		t.Errorf("headers %v", h)
	}
	if h := e.hears("rows"); h.data != `{"all":true}` {
		t.Errorf("at first %s, want all: what happened while the page was on its way is not known", h.data)
	}
	began := time.Now()
	if _, err := c.Admin.BlockAssociation(t.Context(), house, ids[0], admin.Act{}); err != nil {
		t.Fatal(err)
	}
	h := e.hears("rows")
	if want := `{"ids":["` + string(ids[0]) + `"]}`; h.data != want {
		t.Errorf("told %s, want %s", h.data, want)
	}
	if d := h.at.Sub(began); d > time.Second {
		t.Errorf("told after %s", d)
	}
	c.Add(t, browser.Person{User: "newcomer@lab.example", Device: "NEWPHONE1", Model: "Pixel 9", OS: "Android"})
	e.hears("news")
}

func TestAPhoneThatComesByIsToldToThePagesThatShowIt(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	e, other := v.listen(inView(ids[:2])), v.listen(inView(ids[2:]))
	e.hears("rows")
	other.hears("rows")
	c.Live.Seen([]access.Sighting{{Pair: access.Pair{Realm: "lab", Account: "bob", Device: "sec1a2b3c4d5e6f7"}}})
	if h, want := e.hears("rows"), `{"ids":["`+string(ids[1])+`"]}`; h.data != want {
		t.Errorf("told %s, want %s", h.data, want)
	}
	for len(other.events) > 0 {
		if h := <-other.events; h.event == "rows" {
			t.Errorf("a page that does not show it is told %s", h.data)
		}
	}
}

func TestPreferencesConcernEveryRow(t *testing.T) {
	c := browser.Start(t, true)
	e := signedIn(t, c).listen(inView(c.Add(t, browser.Three()...)))
	e.hears("rows")
	p := access.DefaultPreferences()
	p.AutoBlock = true
	if err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error { return tx.SavePreferences(p, 0, "test") }); err != nil {
		t.Fatal(err)
	}
	if h := e.hears("rows"); h.data != `{"all":true}` {
		t.Errorf("told %s, want all", h.data)
	}
}

// A-14 Y-02
func TestAJobAndWhatGatewaysHaveAppliedAreToldAsTheyGoOn(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	v := signedIn(t, c)
	c.Hold()
	job, err := c.Admin.StartBulk(t.Context(), house, admin.Bulk{Verb: access.VerbBlock, IDs: ids}, admin.Act{Key: "once"})
	if err != nil {
		t.Fatal(err)
	}
	e := v.listen(url.Values{"job": {string(job)}})
	for over := false; !over; {
		e.hears("job")
		j, err := c.Admin.FindJob(t.Context(), house, job)
		if err != nil {
			t.Fatal(err)
		}
		if over = j.Over(); over {
			e = v.listen(url.Values{"applied": {strconv.FormatInt(j.Number, 10)}})
			e.hears("applied")
			c.Release()
			e.hears("applied")
		}
	}
}

func TestASessionHasSoManyStreamsAndNoMore(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	var list []*ear
	for range 4 {
		list = append(list, v.listen(url.Values{"page": {"1"}}))
	}
	for i, e := range list {
		if e.resp.StatusCode != http.StatusOK {
			t.Fatalf("stream %d: %s", i+1, e.resp.Status)
		}
	}
	if e := v.listen(url.Values{"page": {"1"}}); e.resp.StatusCode != http.StatusTooManyRequests || e.resp.Header.Get("Retry-After") == "" {
		t.Errorf("the fifth stream: %s", e.resp.Status)
	}
	if e := signedIn(t, c).listen(url.Values{"page": {"1"}}); e.resp.StatusCode != http.StatusOK {
		t.Errorf("another session: %s", e.resp.Status)
	}
	list[0].resp.Body.Close()
	for end := time.Now().Add(10 * time.Second); ; { // until the console has noticed
		e := v.listen(url.Values{"page": {"1"}})
		if e.resp.StatusCode == http.StatusOK {
			break
		}
		if time.Now().After(end) {
			t.Fatal("a page that has gone keeps its place")
		}
	}
}

func TestAStreamEndsWithItsSession(t *testing.T) {
	page := url.Values{"page": {"1"}}
	t.Run("when somebody signs out", func(t *testing.T) {
		c := browser.Start(t, true)
		v := signedIn(t, c)
		e, other := v.listen(page), signedIn(t, c).listen(page)
		v.get("/").submit(v, "/sign-out", nil)
		if why := e.ends(); why != "signed out" {
			t.Errorf("it ends because %q", why)
		}
		if len(other.events) > 0 && (<-other.events).event == "end" {
			t.Error("another session's stream ended too")
		}
	})
	t.Run("and is not led to the sign-in page afterwards", func(t *testing.T) {
		stranger := (&visitor{t: t, c: browser.Start(t, true), client: &http.Client{}}).listen(page)
		if got := stranger.resp.StatusCode; got != http.StatusUnauthorized {
			t.Errorf("it is answered with %d, %s", got, stranger.resp.Header.Get("Content-Type"))
		}
	})
	t.Run("when an administrator is disabled", func(t *testing.T) {
		c := browser.Start(t, true)
		if err := c.Login.CreateAdministrator(t.Context(), login.House(), "second", browser.Password, access.RoleAdministrator); err != nil {
			t.Fatal(err)
		}
		e := signedIn(t, c).listen(page)
		if err := c.Login.DisableAdministrator(t.Context(), login.House(), browser.Administrator); err != nil {
			t.Fatal(err)
		}
		if why := e.ends(); why != "signed out" {
			t.Errorf("it ends because %q", why)
		}
	})
	t.Run("when nobody has done anything for long, though the stream was open", func(t *testing.T) {
		c := browser.Start(t, true, func(l *login.Config) { l.Idle = 2 * time.Second })
		if why := signedIn(t, c).listen(page).ends(); why != "signed out" {
			t.Errorf("it ends because %q", why)
		}
	})
	t.Run("and nobody gets one without a session", func(t *testing.T) {
		c := browser.Start(t, true)
		v := newVisitor(t, c)
		v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		if e := v.listen(page); e.resp.StatusCode == http.StatusOK {
			t.Error(e.resp.Status)
		}
	})
}

func TestAStreamOutlivesTheLimitsOfAnOrdinaryRequest(t *testing.T) {
	c := browser.Start(t, true)
	server := httptest.NewUnstartedServer(c.Handler)
	server.Config.ReadTimeout, server.Config.WriteTimeout = time.Second, time.Second
	server.Start()
	defer server.Close()
	c.URL = server.URL
	ids := c.Add(t, browser.Three()...)
	e := signedIn(t, c).listen(inView(ids))
	defer e.resp.Body.Close()
	e.hears("rows")
	for quiet := time.After(2500 * time.Millisecond); quiet != nil; {
		select {
		case h, ok := <-e.events:
			if !ok || h.event == "rows" {
				t.Fatalf("heard %v, open %v", h, ok)
			}
		case <-quiet:
			quiet = nil
		}
	}
	if _, err := c.Admin.BlockAssociation(t.Context(), house, ids[0], admin.Act{}); err != nil {
		t.Fatal(err)
	}
	e.hears("rows")
}

func TestAStreamThatIsLeftLeavesNothingBehind(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	for range 3 { // the follower comes and goes with those who watch
		e := v.listen(inView(ids))
		e.hears("rows")
		e.resp.Body.Close()
		for range e.events {
		}
	}
	e := v.listen(inView(ids))
	first := e.hears("rows").data
	if diff := cmp.Diff(`{"all":true}`, first); diff != "" {
		t.Error(diff)
	}
}
