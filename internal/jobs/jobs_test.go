// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package jobs_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/jobs"
	"github.com/vedette-mail/vedette/internal/seal"
	"github.com/vedette-mail/vedette/internal/snapshot"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// house is a store with its settings, and a clock that moves when it is told to.
type house struct {
	t        *testing.T
	store    *store.Store
	settings *admin.Settings
	mu       sync.Mutex
	time     time.Time
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.time
}

func (h *house) set(t time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.time = t
}

func root() access.Actor { return access.Actor{Name: "alice", Role: access.RoleAdministrator} }

// empty is what every house begins with.
var empty storetest.Template

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, time: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
	var err error
	h.store, err = store.Open(t.Context(), store.Config{DSN: empty.DSN(t), Now: h.now})
	h.must(err)
	t.Cleanup(func() {
		if err := h.store.Close(); err != nil {
			t.Error(err)
		}
	})
	holder := snapshot.NewHolder(nil, time.Time{})
	room, err := admin.New(admin.Config{Store: h.store, Snapshot: func() admin.Snapshot { return holder.Load() }, Now: h.now})
	h.must(err)
	box, err := seal.New(make([]byte, seal.KeySize))
	h.must(err)
	h.settings, err = admin.NewSettings(admin.SettingsConfig{Admin: room, Box: box, Backups: filepath.Join(t.TempDir(), "backups")})
	h.must(err)
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// run starts a timetable; stop ends it and waits for its end.
func (h *house) run() (stop func()) {
	h.t.Helper()
	j, err := jobs.New(jobs.Config{Store: h.store, Settings: h.settings, Host: "console.example", Now: h.now, Look: 5 * time.Millisecond})
	h.must(err)
	ctx, cancel := context.WithCancel(h.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = j.Run(ctx) // always the context's own error
	}()
	stop = sync.OnceFunc(func() { cancel(); <-done })
	h.t.Cleanup(stop)
	return stop
}

func (h *house) eventually(what string, cond func() bool) {
	h.t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); {
		if cond() {
			return
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-h.t.Context().Done():
		}
	}
	h.t.Fatalf("not within a minute: %s", what)
}

func (h *house) task(n admin.TaskName) admin.Task {
	h.t.Helper()
	t, err := h.settings.Task(h.t.Context(), root(), n)
	h.must(err)
	return t
}

// lines writes lines into the audit log.
func (h *house) lines(from, n int) {
	h.t.Helper()
	h.must(h.store.WithTx(h.t.Context(), func(tx *store.Tx) error {
		for i := range n {
			tx.Audit(access.AuditEntry{Actor: "alice", Event: "block", Subject: fmt.Sprintf("line-%03d", from+i), Detail: "a \"quoted\" ]\nword"})
		}
		return nil
	}))
}

func backups(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestABackupIsWrittenEveryDayAtItsHourInTheTimeZoneThatIsSet(t *testing.T) {
	h := newHouse(t)
	dir := t.TempDir()
	_, err := h.settings.ChangeTimeZone(t.Context(), root(), admin.TimeZone{Zone: "Europe/Zurich"}, admin.Act{})
	h.must(err)
	_, err = h.settings.ChangeBackups(t.Context(), root(), admin.Backups{On: true, At: "03:30", Keep: 2, Folder: dir}, admin.Act{})
	h.must(err)
	h.must(os.WriteFile(filepath.Join(dir, "vedette-notes.db"), []byte("not ours"), 0o600))
	h.must(os.WriteFile(filepath.Join(dir, ".half-vedette-20200101-000000.db"), []byte("half"), 0o600))
	h.run()
	for day := 22; day <= 25; day++ {
		at := time.Date(2026, 11, day, 2, 30, 0, 0, time.UTC) // 03:30 in Zurich
		h.set(at.Add(-time.Minute))
		name := "vedette-" + at.Add(time.Second).Format("20060102-150405") + ".db"
		h.set(at.Add(time.Second))
		h.eventually(name, func() bool {
			return slices.Contains(backups(t, dir), name) && h.task(admin.TaskBackup).Succeeded.Equal(h.now())
		})
	}
	want := []string{"vedette-20261124-023001.db", "vedette-20261125-023001.db", "vedette-notes.db"}
	if got := backups(t, dir); !slices.Equal(got, want) {
		t.Errorf("in the folder: %q, want %q", got, want)
	}
	to := "sqlite:" + filepath.Join(t.TempDir(), "restored.db")
	h.must(store.Restore(t.Context(), store.Config{DSN: to}, filepath.Join(dir, want[1])))
	if got := h.task(admin.TaskBackup); got.Failed || !strings.Contains(got.Text, want[1]) {
		t.Errorf("the page says %+v", got)
	}
}

func TestABackupThatFailsIsSaidAndOneThatIsAskedForIsWrittenAtOnce(t *testing.T) {
	h := newHouse(t)
	file := filepath.Join(t.TempDir(), "a file")
	h.must(os.WriteFile(file, nil, 0o600))
	_, err := h.settings.ChangeBackups(t.Context(), root(), admin.Backups{At: "03:30", Keep: 2, Folder: filepath.Join(file, "below")}, admin.Act{})
	h.must(err)
	h.run()
	ask := func() {
		_, err := h.settings.AskTask(t.Context(), root(), admin.TaskBackup, admin.Act{})
		h.must(err)
	}
	ask()
	h.eventually("a failure", func() bool { return h.task(admin.TaskBackup).Failed })
	needs, err := h.settings.SettingNeeds(t.Context(), root())
	h.must(err)
	if len(needs) != 1 || needs[0].Kind != admin.NeedBackup || !needs[0].Urgent || !strings.Contains(needs[0].Text, "cannot be used") {
		t.Errorf("the dashboard says %+v", needs)
	}
	_, err = h.settings.ChangeBackups(t.Context(), root(), admin.Backups{At: "03:30", Keep: 2}, admin.Act{Version: 1})
	h.must(err)
	h.set(h.now().Add(time.Minute))
	ask()
	h.eventually("a success", func() bool { return !h.task(admin.TaskBackup).Failed })
	if needs, err = h.settings.SettingNeeds(t.Context(), root()); err != nil || len(needs) != 0 {
		t.Errorf("the dashboard still says %+v, %v", needs, err)
	}
}

// collector is a syslog server that reads counted messages, and can be ill.
type collector struct {
	t    *testing.T
	addr string
	ca   string
	conf *tls.Config

	mu   sync.Mutex
	got  []string
	drop int // how many connections are cut after their first message
	l    net.Listener
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	shape := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "logs"}, DNSNames: []string{"logs.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, shape, shape, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	c := &collector{t: t, ca: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		conf: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}}
	c.listen("127.0.0.1:0")
	return c
}

func (c *collector) listen(addr string) {
	c.t.Helper()
	l, err := tls.Listen("tcp", addr, c.conf)
	if err != nil {
		c.t.Fatal(err)
	}
	c.l, c.addr = l, l.Addr().String()
	c.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.take(conn)
		}
	}()
}

func (c *collector) take(conn net.Conn) {
	defer conn.Close()
	for {
		m, err := message(conn)
		if err != nil {
			return
		}
		c.mu.Lock()
		if c.drop > 0 {
			c.drop--
			c.mu.Unlock()
			conn.(*tls.Conn).NetConn().(*net.TCPConn).SetLinger(0) // a reset: what is unread is lost
			conn.(*tls.Conn).NetConn().Close()
			return
		}
		c.got = append(c.got, m)
		c.mu.Unlock()
	}
}

// message reads one of [RFC 6587] 3.4.1: its length, a space, that many bytes.
func message(r io.Reader) (string, error) {
	var size string
	for b := make([]byte, 1); ; size += string(b) {
		if _, err := io.ReadFull(r, b); err != nil {
			return "", err
		}
		if b[0] == ' ' {
			break
		}
	}
	n, err := strconv.Atoi(size)
	if err != nil {
		return "", err
	}
	text := make([]byte, n)
	_, err = io.ReadFull(r, text)
	return string(text), err
}

// lines gives which of our lines have come.
func (c *collector) lines() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := map[string]int{}
	for _, m := range c.got {
		if i := strings.Index(m, `subject="line-`); i >= 0 {
			out[m[i+9:i+17]]++
		}
	}
	return out
}

func TestEveryLineOfTheAuditLogReachesTheCollectorThroughOutagesAndRestarts(t *testing.T) {
	h := newHouse(t)
	c := newCollector(t)
	h.lines(0, 30)
	_, err := h.settings.ChangeAuditStream(t.Context(), root(), admin.AuditStream{Syslog: true, Addr: c.addr, ServerName: "logs.example", CA: c.ca}, admin.Act{})
	h.must(err)
	stop := h.run()
	h.eventually("the first lines", func() bool { return len(c.lines()) == 30 })

	h.must(c.l.Close()) // an outage
	h.lines(30, 20)
	h.eventually("trouble", func() bool {
		s, err := h.settings.StreamCursor(t.Context(), admin.StreamSyslog)
		return err == nil && s.Trouble != ""
	})
	needs, err := h.settings.SettingNeeds(t.Context(), root())
	h.must(err)
	if len(needs) != 1 || needs[0].Kind != admin.NeedStream || !strings.Contains(needs[0].Text, "nothing listens") {
		t.Errorf("the dashboard says %+v", needs)
	}
	stop() // the console ends while lines wait
	h.lines(50, 20)
	c.drop = 2 // and the collector loses what it had taken
	c.listen(c.addr)
	h.set(h.now().Add(2 * time.Minute)) // the claim of the other console is over
	h.run()
	h.eventually("all lines", func() bool { h.set(h.now().Add(time.Minute)); return len(c.lines()) == 70 })
	h.eventually("no trouble", func() bool {
		s, err := h.settings.StreamCursor(t.Context(), admin.StreamSyslog)
		return err == nil && s.Trouble == "" && s.Note == ""
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.got {
		if !strings.HasPrefix(m, "<109>1 2026-11-21T") || !strings.Contains(m, " console.example vedette - ") || strings.Contains(m, "\n") {
			t.Errorf("message %q", m)
		}
		if strings.Contains(m, "line-") && !strings.Contains(m, `detail="a \"quoted\" \] word"]`) {
			t.Errorf("not escaped: %q", m)
		}
	}
}

func TestACollectorWithAnotherCertificateGetsNothing(t *testing.T) {
	h := newHouse(t)
	c, other := newCollector(t), newCollector(t)
	h.lines(0, 3)
	_, err := h.settings.ChangeAuditStream(t.Context(), root(), admin.AuditStream{Syslog: true, Addr: c.addr, ServerName: "logs.example", CA: other.ca}, admin.Act{})
	h.must(err)
	h.run()
	h.eventually("trouble", func() bool {
		s, err := h.settings.StreamCursor(t.Context(), admin.StreamSyslog)
		return err == nil && strings.Contains(s.Trouble, "authority")
	})
	if n := len(c.lines()); n != 0 {
		t.Errorf("%d lines went to a stranger", n)
	}
}

func TestTheAuditLogIsWrittenToAFileThatMayBeMovedAway(t *testing.T) {
	h := newHouse(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "audit.json")
	h.must(os.WriteFile(path, []byte(`{"id":1,"ti`), 0o600)) // somebody was cut off
	h.lines(0, 1200)
	_, err := h.settings.ChangeAuditStream(t.Context(), root(), admin.AuditStream{File: true, Path: path}, admin.Act{})
	h.must(err)
	h.run()
	seen := map[string]bool{}
	read := func(file string) int {
		text, err := os.ReadFile(file)
		if err != nil {
			return 0
		}
		for l := range strings.Lines(string(text)) {
			var line struct{ Subject string }
			if json.Unmarshal([]byte(l), &line) == nil && strings.HasPrefix(line.Subject, "line-") {
				seen[line.Subject] = true
			}
		}
		return len(seen)
	}
	h.eventually("the first lines", func() bool { return read(path) == 1200 })
	h.must(os.Rename(path, path+".1"))
	h.lines(1200, 5)
	h.eventually("the others", func() bool { return read(path) == 1205 })
}
