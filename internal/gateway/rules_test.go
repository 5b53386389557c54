// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/gateway"
)

func ruleEntry(b access.Blocking) access.Entry {
	b.ID = access.BlockingID(b.Name)
	return access.Entry{Kind: access.EntryBlocking, Key: b.Name, Blocking: &b}
}

// ruled is a record that some rules speak of.
func ruled(account string, g access.Ruling) access.Entry {
	e := record(account, "PHONE"+strings.ToUpper(account), noOverride())
	e.Record.Ruling = &g
	return e
}

// folders syncs the folders; 1000 and the status of the body, or the HTTP code.
func folders(t *testing.T, p *easclient.Client) int {
	t.Helper()
	_, err := p.FolderSync(timeout(t), "0")
	if code := statusOf(err); code != 0 {
		return code
	}
	return 1000 + easStatus(err)
}

func TestRulesLookAtStrangersByWhatTheySay(t *testing.T) { // Y-16
	for _, c := range []struct {
		name string
		rule access.Blocking
		want bool
	}{
		{"a system below the version", access.Blocking{Kind: access.BlockingOS, OS: "iOS", Version: "30"}, true},
		{"a system above it", access.Blocking{Kind: access.BlockingOS, OS: "iOS", Version: "2"}, false},
		{"a type of device", access.Blocking{Kind: access.BlockingModel, Names: []string{"iPhone"}}, true},
		{"another type", access.Blocking{Kind: access.BlockingModel, Names: []string{"SAMSUNG*"}}, false},
		{"an app", access.Blocking{Kind: access.BlockingClient, Names: []string{"Apple-iPhone*"}}, true},
		{"an ActiveSync version below", access.Blocking{Kind: access.BlockingProtocol, Version: "16.0"}, true},
		{"an ActiveSync version that is good", access.Blocking{Kind: access.BlockingProtocol, Version: "14.1"}, false},
		{"a network", access.Blocking{Kind: access.BlockingNetwork, Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, true},
		{"from elsewhere", access.Blocking{Kind: access.BlockingNetwork, Outside: true, Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, false},
		{"people it is for", access.Blocking{Kind: access.BlockingModel, Names: []string{"iPhone"}, Scoped: true}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			if code := folders(t, w.phone("alice")); code != 1000 { // its credentials are known from here on
				t.Fatal(code)
			}
			for _, action := range []access.BlockingAction{access.ActionBlock, access.ActionQuarantine, access.ActionWarn} {
				c.rule.Name, c.rule.Action = "rule", action
				w.apply(ruleEntry(c.rule))
				before := w.posts()
				code := folders(t, w.phone("alice"))
				refused := c.want && action != access.ActionWarn
				if refused != (code == 1129) || refused == (w.posts() > before) {
					t.Errorf("%s: %d, %d at the mail server", action, code, w.posts()-before)
				}
			}
		})
	}
}

func TestRulesLookAtRecordsByWhatTheConsoleSays(t *testing.T) { // Y-16 R-6
	w := newWorld(t)
	w.apply(ruleEntry(access.Blocking{Name: "old", Kind: access.BlockingOS, Action: access.ActionQuarantine, OS: "iOS", Version: "30"}))
	p := w.phone("alice")
	for _, c := range []struct {
		name string
		is   access.Ruling
		want int
	}{
		{"no rule speaks of it, whatever it says of itself", access.Ruling{}, 1000},
		{"one does", access.Ruling{Rules: []access.BlockingID{"old"}}, 1129},
		{"it was let out", access.Ruling{Rules: []access.BlockingID{"old"}, Released: []access.BlockingID{"old"}}, 1000},
		{"one that is no more", access.Ruling{Rules: []access.BlockingID{"gone"}}, 1000},
	} {
		w.apply(ruled("alice", c.is))
		if got := folders(t, p); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	prefs := access.DefaultPreferences()
	prefs.DeviceLimit, prefs.OneServerType = 1, true
	w.apply(access.Entry{Kind: access.EntryPreferences, Preferences: &prefs}, ruled("alice", access.Ruling{OverLimit: true}))
	if got := folders(t, p); got != 1129 {
		t.Errorf("over the limit: %d", got)
	}
	w.apply(ruled("alice", access.Ruling{}), access.Entry{Kind: access.EntryEASDevice, Key: "PHONEALICE", EASDevice: &access.EASDevice{ID: "PHONEALICE", ServerType: "horde"}})
	if got := folders(t, p); got != 1129 {
		t.Errorf("on another kind of mail server: %d", got)
	}
	w.apply(access.Entry{Kind: access.EntryEASDevice, Key: "PHONEALICE", EASDevice: &access.EASDevice{ID: "PHONEALICE", ServerType: "other"}})
	if got := folders(t, p); got != 1000 {
		t.Errorf("on the same kind: %d", got)
	}
}

func TestACommandThatMayNotBeIsAnsweredInItsOwnWords(t *testing.T) { // Y-12
	w := newWorld(t)
	w.apply(record("alice", "PHONEALICE", noOverride()), ruleEntry(access.Blocking{Name: "filter", Kind: access.BlockingCommand, Action: access.ActionBlock,
		Commands: []string{"GetAttachment", access.FeatureLibrary}}))
	p := w.phone("alice")
	if got := folders(t, p); got != 1000 {
		t.Errorf("another command: %d", got)
	}
	before := w.posts()
	if _, err := p.GetAttachment(timeout(t), "a1"); statusOf(err) != http.StatusForbidden {
		t.Errorf("an attachment: %v", err)
	}
	files := wbxml.Elem(wbxml.SearchSearch, wbxml.Elem(wbxml.SearchStore, wbxml.Text(wbxml.SearchName, "Document Library"),
		wbxml.Elem(wbxml.SearchQuery, wbxml.Elem(wbxml.SearchEqualTo, wbxml.Text(wbxml.DocumentLibraryLinkId, `\\files\a`)))))
	got, err := p.Do(timeout(t), easclient.Request{Command: eas.Search, Node: files})
	if err != nil {
		t.Fatal(err)
	}
	doc, err := wbxml.Parse(got.Body, wbxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if s := doc.Find(wbxml.SearchResponse, wbxml.SearchStore, wbxml.SearchStatus).Value(); s != "5" {
		t.Errorf("documents: status %q", s)
	}
	if n := w.posts() - before; n != 0 {
		t.Errorf("%d reached the mail server", n)
	}
	if _, err := p.SearchGAL(timeout(t), "bob", 5); err != nil || w.posts() == before {
		t.Errorf("the address book: %v", err)
	}
}

func TestAFetchOfADocumentIsDeniedByItsNameAndNothingElseIs(t *testing.T) { // Y-12
	w := newWorld(t)
	w.apply(record("alice", "PHONEALICE", noOverride()), ruleEntry(access.Blocking{Name: "filter", Kind: access.BlockingCommand, Action: access.ActionBlock,
		Commands: []string{access.FeatureLibrary}}))
	p := w.phone("alice")
	if got := folders(t, p); got != 1000 {
		t.Fatal(got)
	}
	fetch := func(store string, what ...*wbxml.Node) *wbxml.Node {
		n := wbxml.Elem(wbxml.ItemOperationsFetch, wbxml.Text(wbxml.ItemOperationsStore, store))
		n.Kids = append(n.Kids, what...)
		return n
	}
	file := fetch("Document Library", wbxml.Text(wbxml.DocumentLibraryLinkId, `\\files\a.doc`))
	mail := fetch("Mailbox", wbxml.Text(wbxml.AirSyncCollectionId, "1"), wbxml.Text(wbxml.AirSyncServerId, "1:1"))
	ask := func(what ...*wbxml.Node) *wbxml.Node {
		t.Helper()
		got, err := p.Do(timeout(t), easclient.Request{Command: eas.ItemOperations, Node: wbxml.Elem(wbxml.ItemOperationsItemOperations, what...)})
		if err != nil {
			t.Fatal(err)
		}
		doc, err := wbxml.Parse(got.Body, wbxml.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		return doc
	}
	before := w.posts()
	doc := ask(mail, file)
	if n := w.posts() - before; n != 0 {
		t.Errorf("%d requests for a document reached the mail server", n)
	}
	if s := doc.Child(wbxml.ItemOperationsStatus).Value(); s != "1" {
		t.Errorf("the account is told %q", s)
	}
	fetches := doc.Child(wbxml.ItemOperationsResponse).Kids
	if len(fetches) != 2 || fetches[0].Child(wbxml.AirSyncServerId).Value() != "1:1" ||
		fetches[1].Child(wbxml.DocumentLibraryLinkId).Value() != `\\files\a.doc` {
		t.Fatalf("%d answers", len(fetches))
	}
	for i, f := range fetches {
		if s := f.Child(wbxml.ItemOperationsStatus).Value(); s != "16" {
			t.Errorf("operation %d is told %q", i, s)
		}
	}
	ask(mail)
	if n := w.posts() - before; n != 1 {
		t.Errorf("a mail was asked for %d times at the mail server", n)
	}
	if got := folders(t, p); got != 1000 {
		t.Errorf("the account afterwards: %d", got)
	}
}

// M-04 R-6
func TestAPhoneIsHeldToOneTypeOfMailServer(t *testing.T) {
	var exchange, horde *eastest.Server
	w := newWorld(t, func(s *setting) {
		s.prefs.OneServerType = true
		var list []gateway.Backend
		for _, name := range []string{"exchange", "horde"} {
			m := eastest.New(eastest.Config{AnyVersion: true})
			m.AddUser(userNamed(name[:1]))
			list = append(list, gateway.Backend{Name: "mail of " + name, Type: name, Realm: name, Domains: []string{name + ".example"}, URL: serveMail(t, m)})
			exchange, horde = horde, m
		}
		s.gateway.Backends = list
	})
	for i, want := range []string{"exchange", "horde"} { // which is what the console is told
		if b := w.gw.Status().Backends[i]; b.Type != want || b.Realm != want {
			t.Errorf("the console is told of a server of type %q", b.Type)
		}
	}
	requests := func(m *eastest.Server) int { return len(m.Requests()) }
	both := func(user, realm string) int {
		p := w.phone(user)
		p.User, p.Password, p.DeviceID = user+"@"+realm+".example", user+"pw", "PHONE1"
		return folders(t, p)
	}
	told := func(kind string) {
		w.apply(access.Entry{Kind: access.EntryEASDevice, Key: "PHONE1", EASDevice: &access.EASDevice{ID: "PHONE1", ServerType: kind}})
	}
	told("")
	if a, b := both("e", "exchange"), both("h", "horde"); a != 1000 || b != 1000 {
		t.Fatalf("before its type is known: %d and %d", a, b)
	}
	for _, c := range []struct {
		kind            string
		exchange, horde int
	}{{"exchange", 1000, 1129}, {"horde", 1129, 1000}} {
		told(c.kind)
		before, other := requests(exchange), requests(horde)
		if a, b := both("e", "exchange"), both("h", "horde"); a != c.exchange || b != c.horde {
			t.Errorf("on %s first: %d at exchange and %d at horde", c.kind, a, b)
		}
		if (requests(exchange) > before) != (c.exchange == 1000) || (requests(horde) > other) != (c.horde == 1000) {
			t.Errorf("on %s first: the wrong server was asked", c.kind)
		}
	}
	prefs := access.DefaultPreferences()
	w.apply(access.Entry{Kind: access.EntryPreferences, Preferences: &prefs})
	if b := both("e", "exchange"); b != 1000 {
		t.Errorf("without the preference: %d", b)
	}
}

func TestAPhoneThatWaitsIsEndedOnceItsRecordIsRuledAndNotBefore(t *testing.T) { // Y-16 Y-22
	w := newWorld(t)
	p := w.phone("alice")
	if got := folders(t, p); got != 1000 {
		t.Fatal(got)
	}
	over := make(chan error, 1)
	go func() {
		_, err := p.Ping(timeout(t), 900, "1")
		over <- err
	}()
	w.parked(1)
	w.apply(ruleEntry(access.Blocking{Name: "old", Kind: access.BlockingOS, Action: access.ActionBlock, OS: "iOS", Version: "30"}))
	if n := w.gw.Parked(); n != 1 {
		t.Errorf("%d wait: what a stranger said when it began to wait is gone", n)
	}
	began := time.Now()
	w.apply(ruled("alice", access.Ruling{Rules: []access.BlockingID{"old"}}))
	w.parked(0)
	if err := <-over; time.Since(began) > 10*time.Second {
		t.Errorf("ended after %v with %v", time.Since(began), err)
	}
	if got := folders(t, p); got != 1129 {
		t.Errorf("afterwards: %d", got)
	}
}
