// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

//go:build linux && !race

// The race detector weighs more than what is weighed here.

package gateway_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/gateway"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// childBackend names the mail server of a gateway that runs alone in a process, to be weighed.
const childBackend = "VEDETTE_TEST_CHILD_BACKEND"

func TestMain(m *testing.M) {
	if b := os.Getenv(childBackend); b != "" {
		if err := child(b); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child is a gateway with the shipped defaults; it prints its address and lives until interrupted.
func child(backend string) error {
	dir, err := os.MkdirTemp("", "gw")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	cert, err := httpd.TrialCertificate(dir, "gw", []string{"127.0.0.1"}, time.Now())
	if err != nil {
		return err
	}
	holder := snapshot.NewHolder(nil, time.Now())
	prefs := access.DefaultPreferences()
	holder.Apply(access.Batch{Position: access.Position{History: "h", Number: 1, Token: "t"},
		Entries: []access.Entry{{Kind: access.EntryPreferences, Preferences: &prefs}}})
	go func() {
		for ctx.Err() == nil {
			holder.Touch(time.Now())
			time.Sleep(time.Second) // the console's heartbeat
		}
	}()
	gw, err := gateway.New(gateway.Config{Name: "child", Snapshot: holder, Sink: &sink{},
		Backends: []gateway.Backend{{Name: "mail", Realm: "lab", Default: true, URL: backend}}})
	if err != nil {
		return err
	}
	l, err := httpd.Listen(ctx, "127.0.0.1:0", httpd.ListenerConfig{TLS: httpd.ServerTLS(cert, false)})
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go func() {
		<-ctx.Done()
		end, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		gw.Shutdown(end)
	}()
	return gw.Serve(l)
}

// weight is the proportional set size of a process in bytes.
func weight(t *testing.T, pid int) int64 {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		t.Skipf("this machine does not tell: %v", err)
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == "Pss:" {
			n, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n << 10
		}
	}
	t.Fatal("no Pss")
	return 0
}

// TestAParkedRequestIsCheap weighs a gateway process with parked Pings over TLS: no more than plain
// nginx needs for one (25 KB), without forcing a collection.
func TestAParkedRequestIsCheap(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	const phones = 1500
	var waiting atomic.Int64
	m := newWire(t, func(_ int, c net.Conn, br *bufio.Reader) {
		for {
			r, err := http.ReadRequest(br)
			if err != nil {
				return
			}
			io.Copy(io.Discard, r.Body)
			if r.URL.Query().Get("Cmd") == "Ping" {
				waiting.Add(1)
			} else {
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			}
		}
	})
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childBackend+"=http://"+m.addr+eas.Path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Signal(os.Interrupt)
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	addr = strings.TrimSpace(addr)
	dial := func() net.Conn {
		c, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	warm := dial()
	br := bufio.NewReader(warm)
	for range 200 {
		io.WriteString(warm, post("FolderSync", "", folderSync))
		if resp, err := http.ReadResponse(br, nil); err != nil || resp.StatusCode != 200 {
			t.Fatal(resp, err)
		}
	}
	warm.Close()
	before := weight(t, cmd.Process.Pid)
	var group sync.WaitGroup
	conns := make([]net.Conn, phones)
	slots := make(chan bool, 50)
	for i := range conns {
		slots <- true
		group.Go(func() {
			defer func() { <-slots }()
			conns[i] = dial()
			io.WriteString(conns[i], strings.Replace(post("Ping", "User-Agent: Apple-iPhone11C8/2007.75\r\nX-MS-PolicyKey: 1234567\r\nAccept: */*\r\n"+
				"Accept-Language: en-us\r\nAccept-Encoding: gzip, deflate, br\r\n", pingBody), "PHONEBOB", fmt.Sprint("PHONE", i), 1))
		})
	}
	group.Wait()
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	until(t, "every Ping waits at the mail server", func() bool { return waiting.Load() == phones })
	// Parked after two seconds, and settled at the latest when the gateway has looked at its memory twice.
	var each float64
	for began := time.Now(); time.Since(began) < 12*time.Second; time.Sleep(500 * time.Millisecond) {
		each = float64(weight(t, cmd.Process.Pid)-before) / phones / 1024
		if time.Since(began) > 3*time.Second && each <= 25 {
			break
		}
	}
	t.Logf("%.1f KB for each of %d parked requests; the process without them: %.1f MB", each, phones, float64(before)/(1<<20))
	if each > 25 {
		t.Errorf("a parked request costs %.1f KB", each)
	}
}
