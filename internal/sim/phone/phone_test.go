// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package phone_test

import (
	"context"
	"errors"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/sim/phone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pipes is a listener in memory, so that time can be faked.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "memory"} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.closed:
		return nil, errors.New("nobody listens")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// serve runs an eastest server that anna and bert have mail on. The network to it has short pauses.
func serve(t *testing.T, cfg eastest.Config) (*eastest.Server, phone.Network) {
	t.Helper()
	s := eastest.New(cfg)
	for _, name := range []string{"anna", "bert"} {
		s.AddUser(eastest.User{Name: name, Password: "größe"})
		deliver(t, s, name, "First")
		deliver(t, s, name, "Second")
	}
	l := newPipes()
	hs := &http.Server{Handler: s, ConnState: s.ConnState, ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan struct{})
	go func() { defer close(done); _ = hs.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		_ = hs.Close()
		<-done
	})
	return s, phone.Network{URL: "http://memory" + eas.Path, Dial: l.dial, Seed: 7,
		Pace: phone.Pace{Start: time.Millisecond, Mail: -1}}
}

func deliver(t *testing.T, s *eastest.Server, user, subject string) {
	t.Helper()
	_, err := s.Deliver(user, eastest.Message{From: "x@outside.example", Subject: subject, Text: subject,
		Files: []eastest.File{{Name: "a.txt", Data: []byte("attached")}}})
	if err != nil {
		t.Fatal(err)
	}
}

func anna() phone.Account {
	return phone.Account{User: "anna@example.com", Password: "größe", Address: "anna@example.com"}
}

func handset(k phone.Kind) phone.Handset {
	return phone.NewHandset(k, rand.New(rand.NewPCG(3, 4)), "Anna")
}

// ring switches a phone on and returns a function that switches it off; the end of the test does too.
func ring(t *testing.T, p *phone.Phone) (off func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx) }()
	off = func() { cancel(); <-done }
	t.Cleanup(off)
	return off
}

func await(t *testing.T, p *phone.Phone, what string, ok func(phone.State) bool) {
	t.Helper()
	// Long, because some tests let virtual time pass; a test that waits in vain in real time ends by
	// the limit of the test run.
	ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
	defer cancel()
	if err := p.Wait(ctx, phone.All(ok)); err != nil {
		t.Fatalf("never %s: %+v", what, p.States())
	}
}

func posts(s *eastest.Server, cmd eas.Command) []eastest.Record {
	return slices.DeleteFunc(s.Requests(), func(r eastest.Record) bool {
		return r.Method != http.MethodPost || r.Query.Command != cmd
	})
}

func options(s *eastest.Server) []eastest.Record {
	return slices.DeleteFunc(s.Requests(), func(r eastest.Record) bool { return r.Method != http.MethodOptions })
}

// latin1Too reads credentials as a server must that desktop programs talk to.
func latin1Too(s *eastest.Server) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b, err := eas.ParseBasic(r.Header.Get("Authorization")); err == nil {
			r = r.Clone(r.Context())
			r.Header.Set("X-As-Sent", string(b.Raw))
			r.SetBasicAuth(b.User, b.Password)
		}
		s.ServeHTTP(w, r)
	})
}

// onLoopback is serve on a real socket, for what net.Pipe cannot show.
func onLoopback(t *testing.T, cfg eastest.Config) (*eastest.Server, phone.Network) {
	t.Helper()
	s := eastest.New(cfg)
	s.AddUser(eastest.User{Name: "anna", Password: "größe"})
	deliver(t, s, "anna", "First")
	deliver(t, s, "anna", "Second")
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hs := &http.Server{Handler: latin1Too(s), ErrorLog: log.New(io.Discard, "", 0)}
	done := make(chan struct{})
	go func() { defer close(done); _ = hs.Serve(l) }()
	t.Cleanup(func() {
		s.Close()
		_ = hs.Close()
		<-done
	})
	return s, phone.Network{URL: "http://" + l.Addr().String() + eas.Path, OwnAddresses: true, Forwarded: true, Seed: 7,
		Pace: phone.Pace{Start: time.Millisecond, Mail: -1}}
}

func TestEveryKindReachesItsMailAndWaits(t *testing.T) {
	for _, demanding := range []bool{false, true} {
		for _, k := range phone.Kinds() {
			if k == phone.Stranger {
				continue
			}
			name := string(k) + " where nothing is demanded"
			cfg := eastest.Config{}
			if demanding {
				name = string(k) + " where policies are demanded"
				cfg.Provision = eastest.ProvisionStrict
			}
			t.Run(name, func(t *testing.T) {
				s, n := onLoopback(t, cfg)
				h := handset(k)
				p := phone.New(n, h, anna())
				off := ring(t, p)
				await(t, p, "waiting with two mails", func(s phone.State) bool { return s.Phase == phone.Waiting && s.Mails == 2 })
				st := p.States()[0]
				if !st.AsDesigned() || !st.Settled() || st.Blocked() {
					t.Errorf("state %+v is not as designed", st)
				}
				if demanding != (st.Policies > 0 && st.Policies < 3) && k != phone.Samsung && k != phone.Gmail && k != phone.Android {
					t.Errorf("accepted policies %d times", st.Policies)
				}
				d, ok := s.Device("anna", st.Device)
				if !ok {
					t.Fatalf("the server does not know %s", st.Device)
				}
				if demanding != (d.PolicyKey != 0) {
					t.Errorf("policy key %d", d.PolicyKey)
				}
				if k != phone.Relic && d.Info["Model"] != h.Device.Model {
					t.Errorf("model %q, want %q", d.Info["Model"], h.Device.Model)
				}
				if k != phone.TbSync { // which polls
					ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
					defer cancel()
					if err := s.Wait(ctx, func(c eastest.Counters) bool { return c.Waiting == 1 }); err != nil {
						t.Errorf("nothing waits at the server: %v", err)
					}
					deliver(t, s, "anna", "Third")
					await(t, p, "told of the third", func(s phone.State) bool { return s.Mails == 3 })
				}
				off()
				if st := p.States()[0]; st.Phase != phone.Off {
					t.Errorf("switched off, it is %s", st.Phase)
				}
				for _, r := range s.Requests() {
					cut := !r.Done || r.Cancelled // switched off while it was sending
					if r.User != "anna" && !(cut && r.User == "") {
						t.Errorf("%s %s came as %q", r.Method, r.RawQuery, r.User)
					}
					if got, want := r.Header.Get("X-Forwarded-For"), h.Address.String(); got != want {
						t.Errorf("%s came from %q, want %q", r.Query.Command, got, want)
					}
				}
			})
		}
	}
}

func TestKindsKeepTheirManners(t *testing.T) {
	type evidence struct {
		s *eastest.Server
		h phone.Handset
	}
	tests := []struct {
		name string
		kind phone.Kind
		cfg  eastest.Config
		look func(*testing.T, evidence)
	}{
		{"iOS sends no policy key before it has one, and pings for an hour", phone.IOS, eastest.Config{Provision: eastest.ProvisionStrict}, func(t *testing.T, e evidence) {
			first := posts(e.s, eas.FolderSync)[0]
			if got, ok := first.Header[eas.HeaderPolicyKey]; ok {
				t.Errorf("the first FolderSync carries key %q", got)
			}
			if !strings.HasPrefix(first.Header.Get("User-Agent"), "Apple-iP") || len(e.h.ID) < 16 {
				t.Errorf("agent %q, id %q", first.Header.Get("User-Agent"), e.h.ID)
			}
			if body := posts(e.s, eas.Ping)[0].Body; !strings.Contains(string(body), "3540") {
				t.Errorf("Ping does not ask for 3540 s: %q", body)
			}
		}},
		{"Samsung accepts policies before it is asked", phone.Samsung, eastest.Config{}, func(t *testing.T, e evidence) {
			if got := commands(e.s)[:3]; !slices.Equal(got, []eas.Command{eas.CommandUnknown, eas.Provision, eas.FolderSync}) {
				t.Errorf("begins with %v", got)
			}
		}},
		{"Outlook mobile says who it is with OPTIONS, and waits by Sync", phone.OutlookMobile, eastest.Config{}, func(t *testing.T, e evidence) {
			q := options(e.s)[0].RawQuery
			if !strings.HasPrefix(q, "Cmd=Options&User=anna%40example.com&DeviceId="+e.h.ID) {
				t.Errorf("OPTIONS query %q", q)
			}
			if len(posts(e.s, eas.Ping)) > 0 {
				t.Error("it pings")
			}
		}},
		{"Outlook on a desktop sends Latin-1, and bodies in pieces once it may", phone.OutlookDesktop, eastest.Config{}, func(t *testing.T, e evidence) {
			for _, r := range posts(e.s, eas.FolderSync) {
				if r.ContentLength != -1 || r.Header.Get("Expect") != "100-continue" {
					t.Errorf("FolderSync with length %d, Expect %q", r.ContentLength, r.Header.Get("Expect"))
				}
				if got := r.Header.Get("X-As-Sent"); got != "anna@example.com:gr\xf6\xdfe" {
					t.Errorf("credentials %q", got)
				}
				if v := r.Query.Version; v != eas.V14_0 {
					t.Errorf("version %s", v)
				}
			}
		}},
		{"Windows Mail hides its query in base64, its id in bytes", phone.WindowsMail, eastest.Config{}, func(t *testing.T, e evidence) {
			for _, r := range posts(e.s, eas.FolderSync) {
				if !r.Query.Base64 || len(r.Query.DeviceID) != 16 || r.Query.DeviceID != e.h.ID {
					t.Errorf("query %q, device %q", r.RawQuery, r.Query.DeviceID)
				}
				if r.Header.Get(eas.HeaderProtocolVersion) != "" {
					t.Error("the version is in a header as well")
				}
			}
		}},
		{"a Pocket PC speaks 2.5", phone.Relic, eastest.Config{Provision: eastest.ProvisionStrict}, func(t *testing.T, e evidence) {
			for _, r := range posts(e.s, eas.Sync) {
				if r.Query.Version != eas.V2_5 {
					t.Errorf("version %s", r.Query.Version)
				}
			}
			if len(posts(e.s, eas.Settings)) > 0 {
				t.Error("it sends Settings, which 2.5 has not")
			}
		}},
		{"TbSync never pings", phone.TbSync, eastest.Config{}, func(t *testing.T, e evidence) {
			if n := len(posts(e.s, eas.Ping)); n > 0 {
				t.Errorf("%d Pings", n)
			}
		}},
		{"an old server is spoken to in its version", phone.WindowsMail, eastest.Config{Versions: []eas.Version{eas.V2_5, eas.V12_0}}, func(t *testing.T, e evidence) {
			for _, r := range posts(e.s, eas.FolderSync) {
				if r.Query.Base64 || r.Query.Version != eas.V12_0 {
					t.Errorf("query %q of version %s", r.RawQuery, r.Query.Version)
				}
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.cfg.LogBodies = true
			s, n := onLoopback(t, tt.cfg)
			h := handset(tt.kind)
			p := phone.New(n, h, anna())
			off := ring(t, p)
			await(t, p, "waiting", func(s phone.State) bool { return s.Phase == phone.Waiting && s.Mails == 2 })
			if tt.kind != phone.TbSync {
				deliver(t, s, "anna", "Third")
				await(t, p, "told of the third", func(s phone.State) bool { return s.Mails == 3 })
			}
			off()
			tt.look(t, evidence{s, h})
		})
	}
}

// commands are what was asked for, in order, an OPTIONS without query as CommandUnknown.
func commands(s *eastest.Server) (out []eas.Command) {
	for _, r := range s.Requests() {
		out = append(out, r.Query.Command)
	}
	return out
}

// M-02, M-03
func TestTwoAccountsOnAPhoneShareItsDeviceId(t *testing.T) {
	s, n := serve(t, eastest.Config{})
	bert := phone.Account{User: `EXAMPLE\bert`, Password: "größe", Address: "bert@example.com"}
	p := phone.New(n, handset(phone.Samsung), anna(), bert)
	ring(t, p)
	await(t, p, "waiting, both of them", func(s phone.State) bool { return s.Phase == phone.Waiting && s.Mails == 2 })
	states := p.States()
	if states[0].Device != states[1].Device || states[0].User == states[1].User {
		t.Errorf("states %+v", states)
	}
	for _, user := range []string{"anna", "bert"} {
		if _, ok := s.Device(user, states[0].Device); !ok {
			t.Errorf("%s is not known with this device", user)
		}
	}
}

func TestTheHostileOneWritesAttacksIntoEveryField(t *testing.T) {
	s, n := serve(t, eastest.Config{})
	n.Pace.Guess = time.Millisecond
	p := phone.New(n, handset(phone.Hostile), anna())
	ring(t, p)
	await(t, p, "through all its nonsense", func(s phone.State) bool { return s.Phase == phone.Waiting && s.Nonsense >= 20 })
	d, _ := s.Device("anna", p.States()[0].Device)
	for field, want := range map[string]string{"Model": "=HYPERLINK", "OS": "\x1b[2J", "FriendlyName": "DELETE FROM", "PhoneNumber": "@SUM"} {
		if !strings.Contains(d.Info[field], want) {
			t.Errorf("%s is %q", field, d.Info[field])
		}
	}
	refused := 0
	for _, r := range s.Requests() {
		if r.Status >= 400 {
			refused++
		}
	}
	if refused == 0 {
		t.Error("none of its nonsense was refused")
	}
}

func TestAStrangerGuessesAndIsDenied(t *testing.T) {
	s, n := serve(t, eastest.Config{})
	n.Pace.Guess = time.Millisecond
	p := phone.New(n, handset(phone.Stranger), phone.Account{User: "anna"})
	ring(t, p)
	await(t, p, "denied ten times", func(s phone.State) bool { return s.Phase == phone.Denied && s.Requests >= 10 && s.HTTP == 401 })
	words := map[string]bool{}
	for _, r := range s.Requests() {
		words[r.Header.Get("Authorization")] = true
	}
	if len(words) < 5 {
		t.Errorf("only %d different credentials tried", len(words))
	}
}

func TestAColleagueGetsWhatAPhoneWrites(t *testing.T) {
	for _, k := range []phone.Kind{phone.IOS, phone.Relic, phone.OutlookDesktop} {
		t.Run(string(k), func(t *testing.T) {
			s, n := onLoopback(t, eastest.Config{})
			s.AddUser(eastest.User{Name: "bert", Password: "x"})
			n.Pace.Mail = 10 * time.Millisecond
			long := strings.Repeat("Grüße, ", 100)
			n.Letter = func(_ *rand.Rand, from string) phone.Letter {
				return phone.Letter{To: "bert@example.com", Subject: "Grüße von " + from, Text: long}
			}
			p := phone.New(n, handset(k), anna())
			off := ring(t, p)
			await(t, p, "writing", func(s phone.State) bool { return s.Sent >= 2 })
			off()
			got := s.Messages("bert", eastest.Inbox)
			if len(got) < 2 || got[0].Subject != "Grüße von anna@example.com" || strings.TrimSpace(got[0].Text) != strings.TrimSpace(long) {
				t.Errorf("bert got %d mails, %+v", len(got), got)
			}
		})
	}
}
