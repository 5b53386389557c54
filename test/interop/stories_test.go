// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/test/parts"
)

// A site is where a phone knocks and the mail system behind it.
type site struct {
	url    string // up to the query
	client *http.Client
	sogo   *parts.SOGoServer
	// judgesRoot: a request whose Cmd= and WBXML root disagree is refused here.
	// SOGo alone runs the root.
	judgesRoot bool
	// chunked: requests without a length are taken. sogod alone does not; the gateway counts small ones for it.
	chunked bool
}

// tellStories tells all of them. prefix keeps device ids and subjects of several
// tellings apart on one server.
func tellStories(t *testing.T, s site, prefix string) {
	stories := []struct {
		name string
		tell func(*testing.T, site, string)
	}{
		{"OPTIONS names versions and commands", storyOptions},
		{"a wrong password is refused", storyWrongPassword},
		{"FolderSync finds the inbox in plain and base64 query", storyFolderSync},
		{"Sync brings a delivered mail", storySync},
		{"Ping waits and is woken by a new mail", storyPing},
		{"a Ping given up does no harm", storyPingGivenUp},
		{"SendMail delivers in each version's form", storySendMail},
		{"an attachment comes inline and in parts", storyAttachment},
		{"GetAttachment gives the bytes", storyGetAttachment},
		{"every spelling of a user reaches the same mailbox", storySpellings},
		{"the command that is judged is the command that runs", storyRootMismatch},
		{"a disguised command", storyDisguises},
		{"a request body may be chunked", storyChunked},
		{"the client of the library lives through a day", storyClient},
	}
	for _, st := range stories {
		t.Run(st.name, func(t *testing.T) { st.tell(t, s, prefix) })
	}
}

func (s site) phoneOf(user, device string) phone {
	return phone{site: s, login: user, password: user + "pw", device: device}
}

func storyOptions(t *testing.T, s site, prefix string) {
	a := s.phoneOf("bob", prefix+"OPT").do(t, t.Context(), http.MethodOptions, "", nil, nil)
	if a.status != http.StatusOK {
		t.Fatalf("status %d", a.status)
	}
	if got := a.header.Get("MS-ASProtocolVersions"); !strings.Contains(got, "14.1") {
		t.Errorf("MS-ASProtocolVersions: %q", got)
	}
	if got := a.header.Get("MS-ASProtocolCommands"); !strings.Contains(got, "FolderSync") {
		t.Errorf("MS-ASProtocolCommands: %q", got)
	}
}

func storyWrongPassword(t *testing.T, s site, prefix string) {
	p := s.phoneOf("carol", prefix+"WRONG")
	p.password = "guess"
	a := p.do(t, t.Context(), http.MethodPost, p.query("FolderSync"), folderSync0(), nil)
	if a.status != http.StatusUnauthorized || a.header.Get("WWW-Authenticate") == "" {
		t.Errorf("status %d, challenge %q", a.status, a.header.Get("WWW-Authenticate"))
	}
}

func folderSync0() []byte {
	return wbxml.Marshal(wbxml.Elem(wbxml.FolderHierarchyFolderSync, wbxml.Text(wbxml.FolderHierarchySyncKey, "0")))
}

func storyFolderSync(t *testing.T, s site, prefix string) {
	p := s.phoneOf("bob", prefix+"FS")
	if p.inbox(t) == "" {
		t.Error("the inbox has no id")
	}
	// [MS-ASHTTP] 2.2.1.1.1.1: version, command, locale, device id, policy key, device type.
	raw := []byte{141, 9, 0x09, 0x04}
	raw = append(raw, byte(len(p.device)))
	raw = append(raw, p.device...)
	raw = append(raw, 0)
	raw = append(raw, byte(len("Interop")))
	raw = append(raw, "Interop"...)
	a := p.do(t, t.Context(), http.MethodPost, base64.StdEncoding.EncodeToString(raw), folderSync0(), nil)
	if got := a.node(t).Child(wbxml.FolderHierarchyStatus).Value(); got != "1" {
		t.Errorf("base64: status %q", got)
	}
}

func storySync(t *testing.T, s site, prefix string) {
	for _, version := range []string{"12.1", "14.0", "14.1"} {
		t.Run(version, func(t *testing.T) {
			subject := prefix + " sync " + version
			p := s.phoneOf("bob", prefix+"SY"+strings.ReplaceAll(version, ".", ""))
			p.version = version
			box := p.open(t)
			s.sogo.Deliver(t, "bob", subject)
			mail := box.mail(t, subject)
			body := mail.Find(wbxml.AirSyncBaseBody, wbxml.AirSyncBaseData).Value()
			if !strings.Contains(body, "Body of: "+subject) {
				t.Errorf("body %q", body)
			}
		})
	}
}

// pinging starts a Ping in the background.
func pinging(t *testing.T, box *mailbox) <-chan answer {
	t.Helper()
	done := make(chan answer, 1)
	go func() {
		a, err := box.phone.try(t.Context(), http.MethodPost, box.phone.query("Ping"), box.pingBody("300"), nil)
		if err != nil {
			a.status, a.body = 0, []byte(err.Error())
		}
		done <- a
	}()
	return done
}

func storyPing(t *testing.T, s site, prefix string) {
	box := s.phoneOf("alice", prefix+"PING").open(t)
	box.settle(t)
	done := pinging(t, box)
	select {
	case a := <-done:
		t.Fatalf("Ping did not wait: status %d, body %x", a.status, a.body)
	case <-time.After(3 * time.Second): // long enough to be parked
	}
	s.sogo.Deliver(t, "alice", prefix+" wakes")
	select {
	case a := <-done:
		root := a.node(t)
		if got := root.Child(wbxml.PingStatus).Value(); got != "2" {
			t.Errorf("Ping status %q, want 2: changes", got)
		}
		if got := root.Find(wbxml.PingFolders, wbxml.PingFolder).Value(); got != box.id {
			t.Errorf("changed folder %q, want %q", got, box.id)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the new mail woke nobody")
	}
	box.mail(t, prefix+" wakes")
}

func storyPingGivenUp(t *testing.T, s site, prefix string) {
	box := s.phoneOf("carol", prefix+"GONE").open(t)
	box.settle(t)
	impatient := &http.Client{Timeout: 2 * time.Second, Transport: s.client.Transport}
	box.phone.site.client = impatient
	if a, err := box.phone.try(t.Context(), http.MethodPost, box.phone.query("Ping"), box.pingBody("300"), nil); err == nil {
		t.Fatalf("Ping did not wait: status %d", a.status)
	}
	box.phone.site.client = s.client
	s.sogo.Deliver(t, "carol", prefix+" after")
	box.mail(t, prefix+" after")
}

func mimeMail(from, to, subject string) []byte {
	return fmt.Appendf(nil, "From: %s@%s\r\nTo: %s@%s\r\nSubject: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGrüße from the phone\r\n",
		from, parts.MailDomain, to, parts.MailDomain, subject)
}

func storySendMail(t *testing.T, s site, prefix string) {
	tests := []struct {
		version string
		send    func(p phone, subject string) answer
	}{
		{"14.1", func(p phone, subject string) answer {
			return p.post(t, "SendMail", wbxml.Elem(wbxml.ComposeMailSendMail, wbxml.Text(wbxml.ComposeMailClientId, subject),
				wbxml.EmptyElem(wbxml.ComposeMailSaveInSentItems), wbxml.Opaque(wbxml.ComposeMailMime, mimeMail("bob", "alice", subject))))
		}},
		{"12.1", func(p phone, subject string) answer {
			return p.do(t, t.Context(), http.MethodPost, p.query("SendMail")+"&SaveInSent=T", mimeMail("bob", "alice", subject),
				http.Header{"Content-Type": {"message/rfc822"}})
		}},
	}
	for _, tt := range tests {
		t.Run(tt.version, func(t *testing.T) {
			subject := strings.ReplaceAll(prefix+"-sent-"+tt.version, ".", "")
			p := s.phoneOf("bob", prefix+"SEND")
			p.version = tt.version
			a := tt.send(p, subject)
			if a.status != http.StatusOK || len(a.body) != 0 {
				t.Fatalf("status %d, body %.200q, want an empty 200", a.status, a.body)
			}
			until(t, "the mail is delivered", func() bool { return holds(s.sogo.Mails(t, "alice", ""), subject) })
			until(t, "a copy lies in Sent", func() bool { return holds(s.sogo.Mails(t, "bob", "Sent"), subject) })
		})
	}
}

func holds(mails []string, subject string) bool {
	for _, m := range mails {
		if strings.Contains(strings.ToLower(m), "subject: "+strings.ToLower(subject)) {
			return true
		}
	}
	return false
}

// until polls: the mail system works after SOGo has answered.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for !done() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// attached delivers a mail with these bytes and returns the FileReference.
func attached(t *testing.T, s site, p phone, subject string, data []byte) string {
	t.Helper()
	box := p.open(t)
	s.sogo.Deliver(t, p.login, subject, parts.Attachment{Name: "data.bin", Data: data})
	mail := box.mail(t, subject)
	ref := mail.Find(wbxml.AirSyncBaseAttachments, wbxml.AirSyncBaseAttachment, wbxml.AirSyncBaseFileReference).Value()
	if ref == "" {
		t.Fatal("the mail has no attachment")
	}
	return ref
}

// noise is data that no text layer leaves unharmed by accident.
func noise(n int) []byte {
	r := rand.NewChaCha8([32]byte{1})
	b := make([]byte, n)
	r.Read(b) // never fails
	return b
}

func storyAttachment(t *testing.T, s site, prefix string) {
	p, data := s.phoneOf("carol", prefix+"ATT"), noise(300_000)
	ref := attached(t, s, p, prefix+" attachment", data)
	fetch := wbxml.Marshal(wbxml.Elem(wbxml.ItemOperationsItemOperations, wbxml.Elem(wbxml.ItemOperationsFetch,
		wbxml.Text(wbxml.ItemOperationsStore, "Mailbox"), wbxml.Text(wbxml.AirSyncBaseFileReference, ref))))
	properties := []wbxml.Tag{wbxml.ItemOperationsResponse, wbxml.ItemOperationsFetch, wbxml.ItemOperationsProperties}
	t.Run("inline", func(t *testing.T) {
		a := p.do(t, t.Context(), http.MethodPost, p.query("ItemOperations"), fetch, nil)
		text := a.node(t).Find(append(properties, wbxml.ItemOperationsData)...).Value()
		got, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(text))
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("got %d bytes (%v), want %d", len(got), err, len(data))
		}
	})
	t.Run("multipart", func(t *testing.T) {
		a := p.do(t, t.Context(), http.MethodPost, p.query("ItemOperations"), fetch, http.Header{"Ms-Asacceptmultipart": {"T"}})
		if got := a.header.Get("Content-Type"); got != "application/vnd.ms-sync.multipart" {
			t.Fatalf("Content-Type %q", got)
		}
		all := multipart(t, a.body)
		if len(all) != 2 {
			t.Fatalf("%d parts", len(all))
		}
		doc, err := wbxml.Parse(all[0], wbxml.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.Find(append(properties, wbxml.ItemOperationsPart)...).Value(); got != "1" {
			t.Errorf("the document points to part %q", got)
		}
		if !bytes.Equal(all[1], data) {
			t.Errorf("part 1 has %d bytes, want the %d delivered", len(all[1]), len(data))
		}
	})
}

// multipart takes an application/vnd.ms-sync.multipart body apart. [MS-ASCMD] 2.2.1.10.1
func multipart(t *testing.T, b []byte) [][]byte {
	t.Helper()
	word := func(at int) int {
		if at+4 > len(b) {
			t.Fatalf("table ends at %d of %d bytes", at, len(b))
		}
		return int(binary.LittleEndian.Uint32(b[at:]))
	}
	var all [][]byte
	for i := range word(0) {
		start, size := word(4+8*i), word(8+8*i)
		if start+size > len(b) {
			t.Fatalf("part %d is %d+%d of %d bytes: %s", i, start, size, len(b), hex.EncodeToString(b[:min(64, len(b))]))
		}
		all = append(all, b[start:start+size])
	}
	return all
}

func storyGetAttachment(t *testing.T, s site, prefix string) {
	p, data := s.phoneOf("carol", prefix+"GETATT"), noise(10_000)
	p.version = "12.1"
	ref := attached(t, s, p, prefix+" old attachment", data)
	a := p.do(t, t.Context(), http.MethodPost, p.query("GetAttachment")+"&AttachmentName="+ref, nil, nil)
	if a.status != http.StatusOK || !bytes.Equal(a.body, data) {
		t.Errorf("status %d, %d bytes, want the %d delivered", a.status, len(a.body), len(data))
	}
}

// A spelling is one way a user or a phone may write the same account.
type spelling struct{ login, urlUser string }

// spellings are those of one user that SOGo's login takes; a phone may put
// anything into User=, the mailbox is that of the credentials.
func spellings(user string) []spelling {
	up := strings.ToUpper(user)
	return []spelling{
		{user, user}, {up, up}, {user, up},
		{user + "@" + parts.MailDomain, user + "@" + parts.MailDomain},
		{user, "LAB\\" + user}, {"LAB\\" + user, "LAB\\" + user}, {user, ""}, {user, "alice"},
		// What stands before the backslash is not looked at, and one escape is read.
		{"elsewhere\\" + user, user}, {"\\" + user, user}, {user + "%40" + parts.MailDomain, user},
	}
}

func storySpellings(t *testing.T, s site, prefix string) {
	want := s.phoneOf("bob", prefix+"SPELL").inbox(t)
	for _, sp := range spellings("bob") {
		t.Run(fmt.Sprintf("login %s User %s", sp.login, sp.urlUser), func(t *testing.T) {
			p := s.phoneOf("bob", prefix+"SPELL")
			p.login, p.urlUser = sp.login, sp.urlUser
			if got := p.inbox(t); got != want {
				t.Errorf("inbox %q, want %q", got, want)
			}
		})
	}
}

func storyRootMismatch(t *testing.T, s site, prefix string) {
	p := s.phoneOf("bob", prefix+"ROOT")
	for _, cmd := range []string{"Nonsense", "Ping", "Settings"} {
		t.Run(cmd+" with the body of a FolderSync", func(t *testing.T) {
			a := p.do(t, t.Context(), http.MethodPost, p.query(cmd), folderSync0(), nil)
			ran := a.status == http.StatusOK && bytes.Contains(a.body, []byte("mail%2F"))
			if ran == s.judgesRoot {
				t.Errorf("the folder list was given: %v; status %d, body %.80q", ran, a.status, a.body)
			}
		})
	}
}

func storyChunked(t *testing.T, s site, prefix string) {
	p := s.phoneOf("bob", prefix+"CHUNK")
	a := p.do(t, t.Context(), http.MethodPost, p.query("FolderSync"), folderSync0(), http.Header{"X-Test-Chunked": {"yes"}})
	if !s.chunked {
		if a.status == http.StatusOK {
			t.Errorf("it takes chunked requests after all: tell this story everywhere")
		}
		return
	}
	if got := a.node(t).Child(wbxml.FolderHierarchyStatus).Value(); got != "1" {
		t.Errorf("status %q", got)
	}
}
