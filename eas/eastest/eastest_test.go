// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/autodiscover"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// direct is a transport without network: the handler runs beside the client, so that synctest can
// fake its time.
type direct struct{ h http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		d.h.ServeHTTP(w, r)
	}()
	if aborted := <-done; aborted != nil {
		if r.Context().Err() != nil {
			return nil, r.Context().Err()
		}
		return nil, fmt.Errorf("connection closed: %v", aborted)
	}
	return w.Result(), nil
}

func newServer(cfg eastest.Config) (*eastest.Server, *easclient.Client) {
	s := eastest.New(cfg)
	s.AddUser(eastest.User{Name: "ana", Password: "apw"})
	return s, &easclient.Client{URL: "http://mail.example.com" + eas.Path, User: "ana", Password: "apw", DeviceID: "D1", DeviceType: "T",
		Version: eas.V14_1, HTTP: &http.Client{Transport: direct{s}}}
}

// onLoopback serves over a real connection.
func onLoopback(t *testing.T, s *eastest.Server, c *easclient.Client) {
	t.Helper()
	h := httptest.NewUnstartedServer(s)
	h.Config.ConnState = s.ConnState
	h.Start()
	tr := &http.Transport{}
	t.Cleanup(func() { s.Close(); tr.CloseIdleConnections(); h.Close() })
	c.URL, c.HTTP = h.URL+eas.Path, &http.Client{Transport: tr}
}

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestWaitingEndsWithItsInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, c := newServer(eastest.Config{})
		start := time.Now()
		p, err := c.Ping(t.Context(), 3540, eastest.Inbox)
		if err != nil || p.Status != 1 || time.Since(start) != 3540*time.Second {
			t.Errorf("Ping: %+v, %v after %v", p, err, time.Since(start))
		}
		r, err := c.Sync(t.Context(), easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: eastest.Inbox, Key: "0"}}})
		if err != nil {
			t.Fatal(err)
		}
		start = time.Now()
		r, err = c.Sync(t.Context(), easclient.SyncRequest{Wait: 59, Collections: []easclient.SyncCollection{{ID: eastest.Inbox, Key: r.Collections[0].Key}}})
		if err != nil || !r.Empty || time.Since(start) != 59*time.Minute {
			t.Errorf("Sync: %+v, %v after %v", r, err, time.Since(start))
		}
	})
}

func TestIntervalsOutOfRangeNameTheLimit(t *testing.T) {
	_, c := newServer(eastest.Config{MinHeartbeat: 100, MaxHeartbeat: 500})
	for seconds, want := range map[int]int{99: 100, 501: 500} {
		p, err := c.Ping(t.Context(), seconds, eastest.Inbox)
		var se *easclient.StatusError
		if !errors.As(err, &se) || se.Status != 5 || p.Heartbeat != want {
			t.Errorf("Ping %d: %+v", seconds, p)
		}
		r, err := c.Sync(t.Context(), easclient.SyncRequest{Heartbeat: seconds, Collections: []easclient.SyncCollection{{ID: "1", Key: "1-0"}}})
		if !errors.As(err, &se) || se.Status != 14 || r.Limit != want {
			t.Errorf("Sync %d: %+v", seconds, r)
		}
	}
}

// TestManyPingsAreCheap parks five thousand Pings, wakes one user, and lets the rest go away.
func TestManyPingsAreCheap(t *testing.T) {
	const n = 5000
	s := eastest.New(eastest.Config{LogSize: -1})
	ctx, cancel := context.WithCancel(deadline(t))
	type result struct {
		user   string
		status int
		err    error
	}
	results := make(chan result, n)
	for i := range n {
		name := fmt.Sprintf("user%d", i)
		s.AddUser(eastest.User{Name: name, Password: "p"})
		c := &easclient.Client{URL: "http://h" + eas.Path, User: name, Password: "p", DeviceID: "D", DeviceType: "T", Version: eas.V16_1, HTTP: &http.Client{Transport: direct{s}}}
		go func() {
			p, err := c.Ping(ctx, 3540, eastest.Inbox)
			r := result{user: name, err: err}
			if p != nil {
				r.status = p.Status
			}
			results <- r
		}()
	}
	if err := s.Wait(deadline(t), func(c eastest.Counters) bool { return c.Waiting == n }); err != nil {
		t.Fatalf("%v: %+v", err, s.Counters())
	}
	if _, err := s.Deliver("user77", eastest.Message{Subject: "s"}); err != nil {
		t.Fatal(err)
	}
	if r := <-results; r.user != "user77" || r.status != 2 || r.err != nil {
		t.Errorf("first to come back: %+v", r)
	}
	cancel()
	for range n - 1 {
		if r := <-results; !errors.Is(r.err, context.Canceled) {
			t.Fatalf("%+v", r)
		}
	}
	want := eastest.Counters{Cancelled: n - 1, Served: n}
	if d := cmp.Diff(want, s.Counters()); d != "" {
		t.Error(d)
	}
}

func TestQuirksAndModes(t *testing.T) {
	folderSync := wbxml.Elem(wbxml.FolderHierarchyFolderSync, wbxml.Text(wbxml.FolderHierarchySyncKey, "0"))
	for name, c := range map[string]struct {
		cfg  eastest.Config
		do   func(c *easclient.Client) easclient.Request
		want int // HTTP status
		root wbxml.Tag
		in   int // status in the body
	}{
		"a command that disagrees with its body is refused": {
			do: func(*easclient.Client) easclient.Request {
				return easclient.Request{Command: eas.Settings, Node: folderSync}
			},
			want: 200, root: wbxml.SettingsSettings, in: 103},
		"with the quirk the body decides": {cfg: eastest.Config{RootDispatch: true},
			do: func(*easclient.Client) easclient.Request {
				return easclient.Request{Command: eas.Settings, Node: folderSync}
			},
			want: 200, root: wbxml.FolderHierarchyFolderSync, in: 1},
		"with the quirk also for a command nobody knows": {cfg: eastest.Config{RootDispatch: true},
			do: func(*easclient.Client) easclient.Request {
				return easclient.Request{CommandText: "Nonsense", Node: folderSync}
			},
			want: 200, root: wbxml.FolderHierarchyFolderSync, in: 1},
		"a version that is not offered is refused": {cfg: eastest.Config{Versions: []eas.Version{eas.V12_1}},
			do: func(*easclient.Client) easclient.Request {
				return easclient.Request{Command: eas.FolderSync, Node: folderSync}
			}, want: 400},
		"or accepted by a careless server": {cfg: eastest.Config{Versions: []eas.Version{eas.V12_1}, AnyVersion: true},
			do: func(*easclient.Client) easclient.Request {
				return easclient.Request{Command: eas.FolderSync, Node: folderSync}
			},
			want: 200, root: wbxml.FolderHierarchyFolderSync, in: 1},
		"provisioning is demanded in the body": {cfg: eastest.Config{Provision: eastest.ProvisionStrict},
			do: func(*easclient.Client) easclient.Request {
				return easclient.Request{Command: eas.FolderSync, Node: folderSync}
			},
			want: 200, root: wbxml.FolderHierarchyFolderSync, in: 142},
		"or by 449 always": {cfg: eastest.Config{Provision: eastest.ProvisionStrict, Signal449: true},
			do: func(*easclient.Client) easclient.Request {
				return easclient.Request{Command: eas.FolderSync, Node: folderSync}
			}, want: 449},
		"OPTIONS without credentials": {
			do: func(c *easclient.Client) easclient.Request {
				c.User = ""
				return easclient.Request{Method: "OPTIONS", NoQuery: true}
			}, want: 401},
		"OPTIONS without credentials at a careless server": {cfg: eastest.Config{OpenOptions: true},
			do: func(c *easclient.Client) easclient.Request {
				c.User = ""
				return easclient.Request{Method: "OPTIONS", NoQuery: true}
			}, want: 200},
		"another method": {do: func(*easclient.Client) easclient.Request { return easclient.Request{Method: "PUT", NoQuery: true} }, want: 501},
		"another path": {do: func(c *easclient.Client) easclient.Request {
			c.URL = "http://h/admin"
			return easclient.Request{Command: eas.FolderSync, Node: folderSync}
		}, want: 404},
		"a body that is no WBXML": {do: func(*easclient.Client) easclient.Request {
			return easclient.Request{Command: eas.FolderSync, Body: []byte("Cmd=")}
		}, want: 200, root: wbxml.FolderHierarchyFolderSync, in: 102},
	} {
		t.Run(name, func(t *testing.T) {
			_, client := newServer(c.cfg)
			r, err := client.Do(t.Context(), c.do(client))
			if r == nil {
				t.Fatal(err)
			}
			if r.HTTPStatus != c.want {
				t.Fatalf("HTTP %d, want %d", r.HTTPStatus, c.want)
			}
			if c.root == 0 {
				return
			}
			root, err := wbxml.Parse(r.Body, wbxml.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			status, _ := wbxml.StatusOf(wbxml.CommandOf(root.Tag))
			if got := root.Child(status).Value(); root.Tag != c.root || got != fmt.Sprint(c.in) {
				t.Errorf("%s with status %s", root.Tag, got)
			}
		})
	}
}

func TestAWrongKeyIsTold(t *testing.T) {
	s, c := newServer(eastest.Config{Provision: eastest.ProvisionStrict})
	if _, err := c.Provision(t.Context(), easclient.Device{}); err != nil {
		t.Fatal(err)
	}
	right := c.PolicyKey
	c.PolicyKey++
	var se *easclient.StatusError
	if _, err := c.FolderSync(t.Context(), "0"); !errors.As(err, &se) || se.Status != int(eas.StatusInvalidPolicyKey) {
		t.Errorf("wrong key: %v", err)
	}
	c.PolicyKey = right
	if _, err := c.FolderSync(t.Context(), "0"); err != nil {
		t.Errorf("right key: %v", err)
	}
	s.ForgetPolicy("ana")
	if _, err := c.FolderSync(t.Context(), "0"); !errors.As(err, &se) || se.Status != int(eas.StatusNotProvisioned) {
		t.Errorf("after the server forgot: %v", err)
	}
}

func TestNamesInEverySpelling(t *testing.T) {
	s, c := newServer(eastest.Config{})
	s.AddUser(eastest.User{Name: "Bob", Password: "bpw", Address: "robert@example.com", Aliases: []string{"b@example.org"}})
	c.Password = "bpw"
	for _, name := range []string{"bob", "BOB", `LAB\bob`, "bob@lab.example", "robert@example.com", "B@example.org"} {
		c.User = name
		if _, err := c.Options(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.SetPassword("bob", "new")
	if _, err := c.Options(t.Context()); err == nil {
		t.Error("the old password still works")
	}
}

func TestRecordsTellWhatHappened(t *testing.T) {
	s, c := newServer(eastest.Config{LogBodies: true, LogSize: 2})
	for range 3 {
		if _, err := c.FolderSync(t.Context(), "0"); err != nil {
			t.Fatal(err)
		}
	}
	c.Password = "wrong"
	_, _ = c.FolderSync(t.Context(), "0")
	list := s.Requests()
	if len(list) != 2 {
		t.Fatalf("%d records kept", len(list))
	}
	r := list[0]
	if r.User != "ana" || r.Query.Command != eas.FolderSync || r.Root != wbxml.FolderHierarchyFolderSync || r.Status != 200 || !r.Done || r.BodySize != 13 || len(r.Body) != 13 || r.ContentLength != 13 {
		t.Errorf("%+v", r)
	}
	if r = list[1]; r.User != "" || r.Status != 401 {
		t.Errorf("%+v", r)
	}
}

func TestFaults(t *testing.T) {
	s, c := newServer(eastest.Config{})
	onLoopback(t, s, c)
	only := func(f eastest.Fault) { s.SetHook(func(*eastest.Record) *eastest.Fault { return &f }) }

	only(eastest.Fault{Status: 110})
	var se *easclient.StatusError
	if _, err := c.FolderSync(deadline(t), "0"); !errors.As(err, &se) || se.Status != 110 {
		t.Errorf("status: %v", err)
	}
	only(eastest.Fault{Unsized: true})
	if r, err := c.Open(deadline(t), easclient.Request{Command: eas.FolderSync, Body: []byte("\x03\x01\x6a\x00\x00\x07\x56\x52\x030\x00\x01\x01")}); err != nil || r.ContentLength != -1 {
		t.Errorf("in chunks: %v", err)
	} else {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	only(eastest.Fault{Delay: time.Nanosecond, HTTP: 503, Header: http.Header{"Retry-After": {"7"}}})
	var he *easclient.HTTPError
	if _, err := c.FolderSync(deadline(t), "0"); !errors.As(err, &he) || he.RetryAfter() != 7*time.Second {
		t.Errorf("throttled: %v", err)
	}

	// Held for ever: only the other side can end it.
	only(eastest.Fault{Hold: true})
	before := s.Counters()
	ctx, cancel := context.WithCancel(deadline(t))
	done := make(chan error, 1)
	go func() { _, err := c.FolderSync(ctx, "0"); done <- err }()
	if err := s.Wait(deadline(t), func(n eastest.Counters) bool { return n.Running == 1 }); err != nil {
		t.Fatal(err)
	}
	cancel()
	<-done
	if err := s.Wait(deadline(t), func(n eastest.Counters) bool { return n.Cancelled == before.Cancelled+1 && n.Running == 0 }); err != nil {
		t.Errorf("%v %+v", err, s.Counters())
	}

	// An idle connection is closed under the client, which opens another.
	s.SetHook(nil)
	if _, err := c.Options(deadline(t)); err != nil {
		t.Fatal(err)
	}
	ctx = deadline(t)
	for s.DropIdle() == 0 { // the server notes idleness only after the client has its answer
		if ctx.Err() != nil {
			t.Fatal("no idle connection")
		}
		if _, err := c.Options(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Options(ctx); err != nil {
		t.Errorf("after an idle connection was dropped: %v", err)
	}
}

func TestCloseEndsEveryWait(t *testing.T) {
	s, c := newServer(eastest.Config{})
	done := make(chan int, 1)
	go func() {
		p, err := c.Ping(deadline(t), 600, eastest.Inbox)
		if err != nil {
			done <- -1
			return
		}
		done <- p.Status
	}()
	if err := s.Wait(deadline(t), func(n eastest.Counters) bool { return n.Waiting == 1 }); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if got := <-done; got != 1 {
		t.Errorf("status %d", got)
	}
}

func TestPingTellsOfNewFolders(t *testing.T) {
	s, c := newServer(eastest.Config{})
	other := *c
	other.DeviceID = "D2"
	done := make(chan int, 1)
	go func() {
		p, _ := c.Ping(deadline(t), 600, eastest.Inbox)
		done <- p.Status
	}()
	if err := s.Wait(deadline(t), func(n eastest.Counters) bool { return n.Waiting == 1 }); err != nil {
		t.Fatal(err)
	}
	if _, err := other.FolderCreate(deadline(t), "1-6", "0", "New"); err != nil {
		t.Fatal(err)
	}
	if got := <-done; got != 7 {
		t.Errorf("status %d", got)
	}
	fs, err := c.FolderSync(deadline(t), "1-6")
	if err != nil || len(fs.Added) != 1 || fs.Added[0].Name != "New" {
		t.Errorf("%+v %v", fs, err)
	}
}

func TestAutodiscoverLeadsToTheServer(t *testing.T) {
	const want = "https://mail.example.com/Microsoft-Server-ActiveSync"
	s, _ := newServer(eastest.Config{URL: want})
	hc := &http.Client{Transport: direct{s}}
	noSRV := func(context.Context, string, string, string) (string, []*net.SRV, error) {
		return "", nil, errors.New("no record")
	}
	got, err := (&autodiscover.Client{HTTP: hc, Password: "apw", LookupSRV: noSRV}).Discover(t.Context(), "ana@example.com")
	if err != nil || got.URL != want || got.Address != "ana@example.com" {
		t.Errorf("%+v %v", got, err)
	}
	for query, status := range map[string]int{
		"Email=ana@example.com&Protocol=ActiveSync":    200,
		"Email=nobody@example.org&Protocol=ActiveSync": 404,
		"Email=ana@example.com&Protocol=Ews":           400,
		"Protocol=ActiveSync":                          400,
	} {
		u := url.URL{Scheme: "https", Host: "h", Path: "/Autodiscover/autodiscover.json", RawQuery: query}
		r, err := hc.Get(u.String())
		if err != nil || r.StatusCode != status {
			t.Errorf("%s: %v %v", query, r, err)
		}
	}
	if _, err := (&autodiscover.Client{HTTP: hc, Password: "wrong", LookupSRV: noSRV}).Discover(t.Context(), "ana@example.com"); err != nil {
		t.Errorf("version 2 needs no password: %v", err)
	}
}

// TestPhonesSeeWhatTheServerHas plays random changes from outside and from two phones with small
// windows; after each catch-up the phone's picture equals the server's folder.
func TestPhonesSeeWhatTheServerHas(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	s, c := newServer(eastest.Config{MaxMessages: 30})
	type phone struct {
		c    *easclient.Client
		key  string
		view map[string]bool // id to read
	}
	second := *c
	second.DeviceID = "D2"
	phones := []*phone{{c: c, key: "0", view: map[string]bool{}}, {c: &second, key: "0", view: map[string]bool{}}}
	sync := func(p *phone, del, read []string) bool {
		res, err := p.c.Sync(t.Context(), easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: eastest.Inbox, Key: p.key, WindowSize: 1 + r.IntN(7), Delete: del, Read: read}}})
		if err != nil {
			t.Fatal(err)
		}
		if res.Empty {
			return false
		}
		ch := res.Collections[0]
		p.key = ch.Key
		for _, it := range ch.Added {
			p.view[it.ID] = it.Read
		}
		for _, it := range ch.Changed {
			p.view[it.ID] = strings.Contains(string(wbxml.Marshal(it.Node)), "\x031\x00")
		}
		for _, id := range ch.Deleted {
			delete(p.view, id)
		}
		return ch.More || len(ch.Added)+len(ch.Changed)+len(ch.Deleted) > 0
	}
	for _, p := range phones {
		sync(p, nil, nil)
	}
	for step := range 300 {
		p := phones[r.IntN(2)]
		var ids []string
		for id := range p.view {
			ids = append(ids, id)
		}
		switch k := r.IntN(10); {
		case k < 5 || len(ids) == 0:
			if _, err := s.Deliver("ana", eastest.Message{Subject: fmt.Sprint(step)}); err != nil {
				t.Fatal(err)
			}
		case k < 6:
			delete(p.view, ids[0])
			sync(p, ids[:1], nil)
		case k < 8:
			p.view[ids[0]] = true
			sync(p, nil, ids[:1])
		default:
			for sync(p, nil, nil) {
			}
			want := map[string]bool{}
			for _, m := range s.Messages("ana", eastest.Inbox) {
				want[m.ID] = m.Read
			}
			if d := cmp.Diff(want, p.view); d != "" {
				t.Fatalf("step %d: %s", step, d)
			}
		}
	}
}

func TestDeliveryToNobodyIsAnError(t *testing.T) {
	s, _ := newServer(eastest.Config{})
	if _, err := s.Deliver("nobody", eastest.Message{}); err == nil {
		t.Error("no error")
	}
}
