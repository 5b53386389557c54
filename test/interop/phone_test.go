// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/vedette-mail/vedette/eas/wbxml"
)

// A phone says exactly what a story wants said, right or wrong, which a
// well-behaved client would not. The real client of the library has its own tests.
type phone struct {
	site     site
	login    string // as typed by the user
	password string
	urlUser  string // User= of the query, login if empty
	device   string
	version  string // 14.1 if empty
}

// An answer is read to its end.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) node(t testing.TB) *wbxml.Node {
	t.Helper()
	if a.status != http.StatusOK {
		t.Fatalf("status %d, body %.200q", a.status, a.body)
	}
	n, err := wbxml.Parse(a.body, wbxml.Limits{Size: 8 << 20, Text: 8 << 20})
	if err != nil {
		t.Fatalf("answer %.200x: %v", a.body, err)
	}
	return n
}

func (p phone) query(cmd string) string {
	user := p.urlUser
	if user == "" {
		user = p.login
	}
	return "Cmd=" + cmd + "&User=" + url.QueryEscape(user) + "&DeviceId=" + p.device + "&DeviceType=Interop"
}

func (p phone) post(t testing.TB, cmd string, body *wbxml.Node) answer {
	t.Helper()
	return p.do(t, t.Context(), http.MethodPost, p.query(cmd), wbxml.Marshal(body), nil)
}

func (p phone) do(t testing.TB, ctx context.Context, method, query string, body []byte, header http.Header) answer {
	t.Helper()
	a, err := p.try(ctx, method, query, body, header)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return a
}

// try is do for other goroutines.
func (p phone) try(ctx context.Context, method, query string, body []byte, header http.Header) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, p.site.url, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	req.URL.RawQuery = query
	req.SetBasicAuth(p.login, p.password)
	req.Header.Set("User-Agent", "Interop/1.0")
	if method == http.MethodPost {
		version := p.version
		if version == "" {
			version = "14.1"
		}
		req.Header.Set("MS-ASProtocolVersion", version)
		req.Header.Set("X-MS-PolicyKey", "0")
		req.Header.Set("Content-Type", "application/vnd.ms-sync.wbxml")
	}
	for k, v := range header {
		req.Header[k] = v
	}
	if _, chunked := header["X-Test-Chunked"]; chunked {
		req.Header.Del("X-Test-Chunked")
		req.ContentLength = -1
	}
	res, err := p.site.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	return answer{status: res.StatusCode, header: res.Header, body: got}, err
}

// inbox does the first FolderSync and returns the inbox's id.
func (p phone) inbox(t testing.TB) string {
	t.Helper()
	root := p.post(t, "FolderSync", wbxml.Elem(wbxml.FolderHierarchyFolderSync, wbxml.Text(wbxml.FolderHierarchySyncKey, "0"))).node(t)
	if got := root.Child(wbxml.FolderHierarchyStatus).Value(); got != "1" {
		t.Fatalf("FolderSync status %q", got)
	}
	for _, add := range root.Child(wbxml.FolderHierarchyChanges).Kids {
		const inboxType = "2"
		if add.Tag == wbxml.FolderHierarchyAdd && add.Child(wbxml.FolderHierarchyType).Value() == inboxType {
			return add.Child(wbxml.FolderHierarchyServerId).Value()
		}
	}
	t.Fatal("no inbox among the folders")
	return ""
}

// A mailbox is what the phone knows of one folder.
type mailbox struct {
	phone phone
	id    string
	key   string
	mails []*wbxml.Node // ApplicationData of every mail ever added
}

func (p phone) open(t testing.TB) *mailbox {
	t.Helper()
	m := &mailbox{phone: p, id: p.inbox(t), key: "0"}
	m.sync(t)
	return m
}

// sync does one Sync and keeps what it brought. With key 0 it only gets a key.
func (m *mailbox) sync(t testing.TB) {
	t.Helper()
	collection := []*wbxml.Node{wbxml.Text(wbxml.AirSyncSyncKey, m.key), wbxml.Text(wbxml.AirSyncCollectionId, m.id)}
	if m.key != "0" {
		collection = append(collection, wbxml.EmptyElem(wbxml.AirSyncGetChanges), wbxml.Text(wbxml.AirSyncWindowSize, "50"),
			wbxml.Elem(wbxml.AirSyncOptions, wbxml.Elem(wbxml.AirSyncBaseBodyPreference,
				wbxml.Text(wbxml.AirSyncBaseType, "1"), wbxml.Text(wbxml.AirSyncBaseTruncationSize, "4096"))))
	}
	a := m.phone.post(t, "Sync", wbxml.Elem(wbxml.AirSyncSync, wbxml.Elem(wbxml.AirSyncCollections, wbxml.Elem(wbxml.AirSyncCollection, collection...))))
	if a.status == http.StatusOK && len(a.body) == 0 {
		return // nothing new
	}
	got := a.node(t).Find(wbxml.AirSyncCollections, wbxml.AirSyncCollection)
	if status := got.Child(wbxml.AirSyncStatus).Value(); status != "1" {
		t.Fatalf("Sync status %q", status)
	}
	m.key = got.Child(wbxml.AirSyncSyncKey).Value()
	commands := got.Child(wbxml.AirSyncCommands)
	if commands == nil {
		return
	}
	for _, c := range commands.Kids {
		if c.Tag == wbxml.AirSyncAdd {
			m.mails = append(m.mails, c.Child(wbxml.AirSyncApplicationData))
		}
	}
}

// settle syncs until nothing is new: a Ping before that answers at once.
func (m *mailbox) settle(t testing.TB) {
	t.Helper()
	for range 20 {
		before := m.key
		if m.sync(t); m.key == before {
			return
		}
	}
	t.Fatal("the folder never settles")
}

// mail syncs until a mail with this subject is there.
func (m *mailbox) mail(t testing.TB, subject string) *wbxml.Node {
	t.Helper()
	for range 20 {
		m.sync(t)
		for _, mail := range m.mails {
			if mail.Child(wbxml.EmailSubject).Value() == subject {
				return mail
			}
		}
	}
	t.Fatalf("no mail %q among %d", subject, len(m.mails))
	return nil
}

func (m *mailbox) pingBody(seconds string) []byte {
	return wbxml.Marshal(wbxml.Elem(wbxml.PingPing, wbxml.Text(wbxml.PingHeartbeatInterval, seconds),
		wbxml.Elem(wbxml.PingFolders, wbxml.Elem(wbxml.PingFolder, wbxml.Text(wbxml.PingId, m.id), wbxml.Text(wbxml.PingClass, "Email")))))
}
