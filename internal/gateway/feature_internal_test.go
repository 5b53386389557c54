// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"net/http"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// Y-12
func TestABodyIsSeenToAskForDocuments(t *testing.T) {
	search := func(name string, query ...*wbxml.Node) *wbxml.Node {
		return wbxml.Elem(wbxml.SearchSearch, wbxml.Elem(wbxml.SearchStore, append([]*wbxml.Node{wbxml.Text(wbxml.SearchName, name)}, query...)...))
	}
	fetch := func(store string, what *wbxml.Node) *wbxml.Node {
		return wbxml.Elem(wbxml.ItemOperationsItemOperations, wbxml.Elem(wbxml.ItemOperationsFetch, wbxml.Text(wbxml.ItemOperationsStore, store), what))
	}
	link := wbxml.Text(wbxml.DocumentLibraryLinkId, `\\files\share\a.doc`)
	mail := wbxml.Text(wbxml.SearchLongId, "RgAAAA")
	for _, c := range []struct {
		name  string
		body  []byte
		whole bool
		pack  string
		want  bool
	}{
		{"a search of the address book does not", wbxml.Marshal(search("GAL")), true, "", false},
		{"a search of the mailbox does not", wbxml.Marshal(search("Mailbox")), true, "", false},
		{"a search of the library does", wbxml.Marshal(search("Document Library")), true, "", true},
		{"in any spelling", wbxml.Marshal(search(" documentlibrary\t")), true, "", true},
		{"one with a link does, whatever it calls the store", wbxml.Marshal(search("Mailbox", link)), true, "", true},
		{"a fetch of a mail does not", wbxml.Marshal(fetch("Mailbox", mail)), true, "", false},
		{"a fetch from the library does", wbxml.Marshal(fetch("Document Library", mail)), true, "", true},
		{"a fetch of a link does", wbxml.Marshal(fetch("Mailbox", link)), true, "", true},
		{"what is not there whole might", wbxml.Marshal(search("GAL")), false, "", true},
		{"what is packed might", wbxml.Marshal(search("GAL")), true, "gzip", true},
		{"what is broken might", []byte{0x03, 0x01, 0x6A, 0x00, 0x00, 0x0F, 0x45}, true, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			q := &ask{r: &http.Request{Header: http.Header{}}, body: body{buf: &c.body, whole: c.whole}}
			if c.pack != "" {
				q.r.Header.Set("Content-Encoding", c.pack)
			}
			if got := asksLibrary(q); got != c.want {
				t.Errorf("%v", got)
			}
		})
	}
}

// What blocking rules are told of a phone costs no allocation, be it recorded or not.
func TestRulesCostNoAllocation(t *testing.T) {
	h := snapshot.NewHolder(nil, time.Now())
	pair := access.Pair{Realm: "lab", Account: "ana", Device: "d1"}
	rule := &access.Blocking{ID: "r1", Name: "Old", Kind: access.BlockingOS, Action: access.ActionBlock, OS: "iOS", Version: "9"}
	library := &access.Blocking{ID: "r2", Name: "Files", Kind: access.BlockingCommand, Action: access.ActionBlock, Commands: []string{access.FeatureLibrary}}
	h.Apply(access.Batch{Position: access.Position{History: "h", Number: 1, Token: "1"}, Entries: []access.Entry{
		{Kind: access.EntryBlocking, Key: "r1", Blocking: rule}, {Kind: access.EntryBlocking, Key: "r2", Blocking: library},
		{Kind: access.EntryRecord, Key: "a1", Record: &access.Record{ID: "a1", Domain: access.Standalone, Pair: pair, Ruling: &access.Ruling{Rules: []access.BlockingID{"gone"}}}}}})
	v := h.Load()
	if len(v.Blockings()) != 2 {
		t.Fatalf("%d rules", len(v.Blockings()))
	}
	for _, device := range []string{"d1", "d2"} {
		q := &ask{r: &http.Request{Header: http.Header{"User-Agent": {"Apple-iPhone11C8/2007.75"}}}}
		q.server, q.pair, q.command = &server{}, pair, eas.Sync
		q.pair.Device = device
		q.facts.Pair, q.facts.Command = q.pair, "Sync"
		q.facts.ConsoleHeard = time.Now()
		now := time.Now()
		if n := testing.AllocsPerRun(1000, func() {
			q.describe(v)
			if d := access.Decide(v, &q.facts, now); d.Verdict != access.VerdictPass {
				t.Fatalf("%s: %s", d.Verdict, d.Rule)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", device, n)
		}
		if (q.facts.Stranger != nil) != (device == "d2") || q.lasting().Stranger != nil {
			t.Errorf("%s: a stranger is described as %+v", device, q.facts.Stranger)
		}
	}
}
