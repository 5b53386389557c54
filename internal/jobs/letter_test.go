// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package jobs_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/store"
)

// office is a mail server on loopback that keeps what it takes.
type office struct {
	port int

	mu      sync.Mutex
	closed  bool // takes nothing
	letters []string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	o := &office{port: l.Addr().(*net.TCPAddr).Port}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go o.talk(conn)
		}
	}()
	return o
}

func (o *office) talk(conn net.Conn) {
	defer conn.Close()
	r, rcpt := bufio.NewReader(conn), ""
	say := func(s string) { io.WriteString(conn, s+"\r\n") }
	say("220 office")
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch word := strings.ToUpper(line); {
		case strings.HasPrefix(word, "RCPT"):
			o.mu.Lock()
			closed := o.closed
			o.mu.Unlock()
			if closed {
				say("451 not today")
				continue
			}
			rcpt += line
			say("250 fine")
		case strings.HasPrefix(word, "DATA"):
			say("354 go on")
			var b strings.Builder
			for l := ""; l != ".\r\n"; b.WriteString(l) {
				if l, err = r.ReadString('\n'); err != nil {
					return
				}
			}
			o.take(rcpt, b.String())
			say("250 taken")
		case strings.HasPrefix(word, "QUIT"):
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

func (o *office) take(rcpt, letter string) {
	_, body, _ := strings.Cut(letter, "\r\n\r\n")
	text, _ := base64.StdEncoding.DecodeString(strings.ReplaceAll(strings.TrimSuffix(body, ".\r\n"), "\r\n", ""))
	o.mu.Lock()
	defer o.mu.Unlock()
	o.letters = append(o.letters, rcpt+string(text))
}

func (o *office) shut(closed bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = closed
}

// saying counts the letters that hold a word.
func (o *office) saying(word string) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, l := range o.letters {
		if strings.Contains(l, word) {
			n++
		}
	}
	return n
}

func (o *office) all() int { return o.saying("") }

// mailTo sets the recipients of what concerns the console.
func (h *house) mailTo(o *office, to ...string) {
	h.t.Helper()
	m, err := h.settings.Mail(h.t.Context(), root())
	h.must(err)
	m.On, m.Host, m.Port, m.Encryption, m.From, m.To = true, "127.0.0.1", o.port, "none", "vedette@example.com", to
	_, err = h.settings.ChangeMail(h.t.Context(), root(), m, nil, admin.Act{Version: m.Version})
	h.must(err)
}

// worn is a house in which everything there is a letter about is about to happen.
func worn(h *house) {
	h.t.Helper()
	soon := h.now().Add(5 * 24 * time.Hour)
	h.must(h.store.WithTx(h.t.Context(), func(tx *store.Tx) error {
		for name, ends := range map[string]time.Time{"nightly feed": soon, "far": h.now().AddDate(1, 0, 0), "for ever": {}, "over": h.now().Add(-time.Hour)} {
			if err := tx.CreateToken(&store.Token{Name: name, Hash: name, Role: access.RoleAuditor, Owner: "x", Expires: ends}); err != nil {
				return err
			}
		}
		if err := tx.SaveGateway(access.Gateway{ID: "silent", Status: access.GatewayStatus{Version: "1", CertExpires: soon}, FirstSeen: h.now(), LastReport: h.now()}); err != nil {
			return err
		}
		return nil
	}))
	h.set(h.now().Add(2 * time.Hour))
}

func TestRecipientsAreToldOnceOfWhatNeedsSomebody(t *testing.T) {
	h, o := newHouse(t), newOffice(t)
	worn(h)
	h.mailTo(o, "ops@example.com", "second@example.com")
	stop := h.run()
	h.run() // a second console on the same database
	h.eventually("the first letter", func() bool { return o.all() > 0 })
	for _, word := range []string{"Gateway silent is silent", "certificate shown to phones", "“nightly feed”", "ops@example.com", "second@example.com"} {
		if o.saying(word) != 1 {
			t.Errorf("%d letters say %q:\n%s", o.saying(word), word, o.letters)
		}
	}
	for _, word := range []string{"“far”", "“over”", "“for ever”"} {
		if o.saying(word) != 0 {
			t.Errorf("a letter says %q", word)
		}
	}
	writtenDown := func() bool {
		var kept struct{ Hold time.Time }
		_, err := h.store.Setting(t.Context(), "task.letters", &kept)
		return err == nil && kept.Hold.IsZero()
	}
	h.eventually("the first letter is written down", writtenDown)
	// A backup that fails is told of once, however often it fails, and again when it fails after a success.
	blocked := filepath.Join(t.TempDir(), "file")
	h.must(os.WriteFile(blocked, nil, 0o600))
	fails := func(folder string, failed bool) {
		t.Helper()
		b, err := h.settings.Backups(t.Context(), root())
		h.must(err)
		b.Folder = folder
		_, err = h.settings.ChangeBackups(t.Context(), root(), b, admin.Act{Version: b.Version})
		h.must(err)
		before := h.now()
		h.set(before.Add(3 * time.Hour))
		_, err = h.settings.AskTask(t.Context(), root(), admin.TaskBackup, admin.Act{})
		h.must(err)
		h.eventually("the backup is over", func() bool {
			b := h.task(admin.TaskBackup)
			return b.Finished.After(before) && b.Asked.IsZero() && b.Failed == failed
		})
	}
	fails(filepath.Join(blocked, "a"), true)
	// The clock must stand still while a letter is on its way, or the hold of who sends it ends and the other
	// console writes it too: so a letter is awaited until it is written down, and time goes on only after a while,
	// for a look that was cut off and has left its hold behind.
	letters := func(what string, n int) {
		t.Helper()
		step := time.Now().Add(10 * time.Second)
		h.eventually(what, func() bool {
			if time.Now().After(step) {
				h.set(h.now().Add(20 * time.Minute))
				step = time.Now().Add(10 * time.Second)
			}
			return o.saying("backup failed") == n && writtenDown()
		})
	}
	letters("a letter about the backup", 1)
	fails(filepath.Join(blocked, "b"), true)
	fails(t.TempDir(), false)
	h.eventually("it is forgotten that the backup failed", func() bool {
		var kept struct{ Told map[string]time.Time }
		_, err := h.store.Setting(t.Context(), "task.letters", &kept)
		_, told := kept.Told["backup"]
		return err == nil && !told
	})
	stop()
	h.run()
	fails(filepath.Join(blocked, "c"), true)
	letters("a second letter about the backup", 2)
	if o.saying("is silent") != 1 || o.saying("nightly feed") != 1 {
		t.Errorf("what was told of is told of again:\n%s", o.letters)
	}
}

func TestALetterThatTheMailServerDoesNotTakeIsTriedAgain(t *testing.T) {
	h, o := newHouse(t), newOffice(t)
	worn(h)
	o.shut(true)
	h.mailTo(o, "ops@example.com")
	h.run()
	h.eventually("the dashboard says so", func() bool {
		needs, err := h.settings.SettingNeeds(t.Context(), root())
		h.must(err)
		return strings.Contains(fmt.Sprint(needs), "451") && needs[0].Kind == admin.NeedMail
	})
	o.shut(false)
	h.set(h.now().Add(20 * time.Minute))
	h.eventually("the letter", func() bool { return o.all() == 1 })
	h.eventually("the dashboard is content", func() bool {
		needs, err := h.settings.SettingNeeds(t.Context(), root())
		h.must(err)
		return len(needs) == 0
	})
}

func TestWithoutRecipientsNothingIsSent(t *testing.T) {
	h, o := newHouse(t), newOffice(t)
	worn(h)
	h.mailTo(o)
	h.must(h.settings.Tell(t.Context()))
	if n := o.all(); n != 0 {
		t.Errorf("%d letters", n)
	}
}

// Y-10: each run of orders that the cap has stopped is told once.
func TestACapThatStopsOrdersIsToldByLetter(t *testing.T) {
	h, o := newHouse(t), newOffice(t)
	h.mailTo(o, "ops@example.com")
	stopped := func() {
		t.Helper()
		h.must(h.store.WithTx(t.Context(), func(tx *store.Tx) error {
			tx.Audit(access.AuditEntry{Actor: "mallory", Event: "wipe-cap", Object: "r1", Failed: true})
			return nil
		}))
	}
	for range 3 {
		stopped()
		h.must(h.settings.Tell(t.Context()))
		h.set(h.now().Add(10 * time.Minute))
	}
	if n := o.saying("given by mallory"); n != 1 || o.all() != 1 {
		t.Errorf("%d letters, %d of them about the cap", o.all(), n)
	}
	h.set(h.now().Add(2 * time.Hour))
	stopped()
	h.must(h.settings.Tell(t.Context()))
	if n := o.saying("given by mallory"); n != 2 {
		t.Errorf("after another run %d letters", n)
	}
}
