// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/gateway"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/snapshot"
	"github.com/vedette-mail/vedette/test/parts"
)

// A mailSystem is one of those that the same stories are told to: a real one, or one that is simulated and
// has to behave like it.
type mailSystem struct {
	name     string
	kind     string // as in the configuration
	url      string
	versions []eas.Version
	insists  bool // on policies of its own
	deliver  func(t *testing.T, user, subject string)
	holds    func(t *testing.T, user, subject string) bool
	order    func(t *testing.T, device string)      // orders the wipe of a phone
	wiped    func(t *testing.T, device string) bool // … and takes it for done
	keyed    func(t *testing.T, device string) bool // has given the phone a key
}

func versionsUpTo(all []eas.Version, upTo eas.Version) []eas.Version {
	return slices.DeleteFunc(slices.Clone(all), func(v eas.Version) bool { return v > upTo || v < eas.V12_0 })
}

func realSOGo(s *parts.SOGoServer) mailSystem {
	return mailSystem{name: "SOGo", kind: "sogo", url: s.URL(), versions: versionsUpTo(eas.Versions(), eas.V14_1),
		deliver: func(t *testing.T, user, subject string) { s.Deliver(t, user, subject) },
		holds:   func(t *testing.T, user, subject string) bool { return holds(s.Mails(t, user, ""), subject) }}
}

func realHorde(s *parts.SOGoServer, h *parts.HordeServer) mailSystem {
	m := realSOGo(s)
	m.name, m.kind, m.url, m.versions, m.insists = "Horde", "horde", h.URL, versionsUpTo(eas.Versions(), eas.V16_0), true
	m.order = func(t *testing.T, device string) { h.OrderWipe(t, device) }
	m.wiped = func(t *testing.T, device string) bool {
		status, _, _ := h.Device(t, device)
		return status == parts.WipeDone
	}
	m.keyed = func(t *testing.T, device string) bool {
		_, key, ok := h.Device(t, device)
		if !ok { // it writes ids that come in a base64 query as hexadecimal digits, whatever they are
			_, key, ok = h.Device(t, hex.EncodeToString([]byte(device)))
		}
		return ok && key != "" && key != "0"
	}
	return m
}

// simulated makes a mail system in memory that behaves as cfg says.
func simulated(t *testing.T, name, kind string, cfg eastest.Config, upTo eas.Version) mailSystem {
	cfg.Versions = slices.DeleteFunc(eas.Versions(), func(v eas.Version) bool { return v > upTo })
	cfg.MinHeartbeat = 5
	if cfg.Provision == eastest.ProvisionHorde {
		cfg.PolicyOf = hordePolicy
	}
	s := eastest.New(cfg)
	for _, u := range parts.Users() {
		s.AddUser(eastest.User{Name: u.Name, Password: u.Password, Address: u.Address})
	}
	h := httptest.NewUnstartedServer(s)
	h.Config.ConnState = s.ConnState
	h.Start()
	t.Cleanup(func() { s.Close(); h.CloseClientConnections(); h.Close() })
	m := mailSystem{name: name, kind: kind, url: h.URL + eas.Path, versions: versionsUpTo(eas.Versions(), upTo), insists: cfg.Provision != eastest.ProvisionNone,
		deliver: func(t *testing.T, user, subject string) {
			if _, err := s.Deliver(user, eastest.Message{From: "sender@" + parts.MailDomain, Subject: subject, Text: "Body of: " + subject}); err != nil {
				t.Fatal(err)
			}
		},
		holds: func(t *testing.T, user, subject string) bool {
			return slices.ContainsFunc(s.Messages(user, eastest.Inbox), func(m eastest.Message) bool { return m.Subject == subject })
		}}
	if m.insists {
		m.order = func(t *testing.T, device string) { s.OrderWipe(device) }
		m.wiped = func(t *testing.T, device string) bool { return s.Wipe(device) == eastest.WipeDone }
		m.keyed = func(t *testing.T, device string) bool {
			for _, id := range []string{device, hex.EncodeToString([]byte(device))} {
				for _, u := range parts.Users() {
					if d, ok := s.Device(u.Name, id); ok && d.PolicyKey != 0 {
						return true
					}
				}
			}
			return false
		}
	}
	return m
}

// hordePolicy is what Horde asks of phones in this package's stories, as it asks for it: only what differs
// from what it holds to be usual.
func hordePolicy(user string) *wbxml.Node {
	doc := func(password string, more ...*wbxml.Node) *wbxml.Node {
		return wbxml.Elem(wbxml.ProvisionEASProvisionDoc, append([]*wbxml.Node{wbxml.Text(wbxml.ProvisionDevicePasswordEnabled, password)}, more...)...)
	}
	attachments := wbxml.Text(wbxml.ProvisionAttachmentsEnabled, "1")
	if user != parts.Strict {
		return doc("0", attachments)
	}
	letters := wbxml.Text(wbxml.ProvisionAlphanumericDevicePasswordRequired, "1")
	return doc("1", letters, letters, attachments, wbxml.Text(wbxml.ProvisionRequireDeviceEncryption, "1")) // one of them twice
}

// A guarded is a gateway before a mail system, in this process, and the truth it knows.
type guarded struct {
	t      *testing.T
	mail   mailSystem
	holder *snapshot.Holder
	url    string
	number int64

	mu   sync.Mutex
	kept []access.Sighting
}

func (g *guarded) Keep(_ context.Context, list []access.Sighting) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.kept = append(g.kept, list...)
	return nil
}

func (g *guarded) Offer([]access.Sighting) {}
func (g *guarded) Tally([]access.Tally)    {}

// sightings gives what has been reported of a device so far.
func (g *guarded) sightings(device string) (list []access.Sighting) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, s := range g.kept {
		if strings.EqualFold(s.Pair.Device, device) {
			list = append(list, s)
		}
	}
	return list
}

func (g *guarded) apply(e ...access.Entry) {
	g.number++
	g.holder.Touch(time.Now())
	g.holder.Apply(access.Batch{Position: access.Position{History: "h", Number: g.number, Token: fmt.Sprint(g.number)}, Entries: e})
}

// guard starts a gateway whose default policy asks for a password of six characters.
func guard(t *testing.T, m mailSystem) *guarded {
	t.Helper()
	g := &guarded{t: t, mail: m, holder: snapshot.NewHolder(nil, time.Now())}
	prefs := access.DefaultPreferences()
	prefs.DefaultPolicy = "p"
	g.apply(access.Entry{Kind: access.EntrySite, Site: &access.Site{Secret: []byte("a secret of thirty-two bytes, yes")}},
		access.Entry{Kind: access.EntryPolicy, Key: "p", Policy: &access.Policy{ID: "p", Name: "p", Revision: 1, Settings: []access.PolicySetting{
			{Element: "DevicePasswordEnabled", Value: "1"}, {Element: "MinDevicePasswordLength", Value: "6"}}}},
		access.Entry{Kind: access.EntryPreferences, Preferences: &prefs})
	gw, err := gateway.New(gateway.Config{Name: "interop", Snapshot: g.holder, Sink: g, ProbeEvery: -1, ParkAfter: 300 * time.Millisecond,
		Backends: []gateway.Backend{{Name: m.kind, Type: m.kind, Realm: "lab", Default: true, Domains: []string{parts.MailDomain}, URL: m.url}}})
	if err != nil {
		t.Fatal(err)
	}
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := httpd.NewListener(inner, httpd.ListenerConfig{})
	served := make(chan error, 1)
	go func() { served <- gw.Serve(l) }()
	// The console is there all the time.
	beat := time.NewTicker(time.Second)
	gone := make(chan struct{})
	var beats sync.WaitGroup
	beats.Go(func() {
		for {
			select {
			case now := <-beat.C:
				g.holder.Touch(now)
			case <-gone:
				return
			}
		}
	})
	t.Cleanup(func() {
		beat.Stop()
		close(gone)
		beats.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := gw.Shutdown(ctx); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	g.url = "http://" + inner.Addr().String() + eas.Path
	return g
}

func (g *guarded) phone(user, device string, v eas.Version, base64 bool) *easclient.Client {
	tr := &http.Transport{}
	g.t.Cleanup(tr.CloseIdleConnections)
	return &easclient.Client{URL: g.url, User: user, Password: user + "pw", DeviceID: device, DeviceType: "Interop", UserAgent: "Interop/1.0",
		Version: v, Base64: base64, HTTP: &http.Client{Transport: tr}}
}
