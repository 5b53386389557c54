// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/test/parts"
)

// transcript is what a process has written so far.
type transcript struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

// process is a running vedette.
type process struct {
	t        *testing.T
	name     string
	cmd      *exec.Cmd
	out, log transcript
	done     chan struct{} // closed when it has ended
}

// launch starts vedette. When the test ends it is told to stop, and has to do so in peace.
func launch(t *testing.T, name string, env []string, args ...string) *process {
	t.Helper()
	return launchWith(t, name, env, func(*exec.Cmd) {}, args...)
}

// launchWith is launch where the story has a say in how the process runs.
func launchWith(t *testing.T, name string, env []string, prepare func(*exec.Cmd), args ...string) *process {
	t.Helper()
	p := &process{t: t, name: name, cmd: exec.Command(parts.Vedette(t), args...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr, p.cmd.SysProcAttr = &p.out, &p.log, dieWithUs()
	p.cmd.Env = append(plainEnviron(), env...)
	prepare(p.cmd)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.cmd.Wait(); close(p.done) }()
	t.Cleanup(func() {
		if !p.ended() {
			p.stop()
		}
		if t.Failed() {
			t.Logf("%s wrote:\n%s%s", name, p.out.String(), p.log.String())
		}
		for _, bad := range []string{"panic:", "fatal error:", "panic serving"} {
			if strings.Contains(p.log.String(), bad) {
				t.Errorf("%s: %q in its log:\n%s", name, bad, p.log.String())
			}
		}
	})
	return p
}

// plainEnviron is the environment without settings of ours.
func plainEnviron() []string {
	var out []string
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "VEDETTE_") && !strings.HasPrefix(e, "CREDENTIALS_DIRECTORY=") {
			out = append(out, e)
		}
	}
	return out
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// stop asks the process to end, as systemd or Ctrl-C would, and waits for it.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil && !p.ended() {
		p.t.Errorf("%s: %v", p.name, err)
	}
	select {
	case <-p.done:
		if c := p.cmd.ProcessState.ExitCode(); c != 0 {
			p.t.Errorf("%s ended with %d", p.name, c)
		}
	case <-time.After(40 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
		p.t.Errorf("%s did not end when it was told to", p.name)
	}
}

// kill ends the process in the middle of whatever it does.
func (p *process) kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	<-p.done
}

// says waits until a line on standard output begins with prefix, and gives the rest of it.
func (p *process) says(prefix string) string {
	p.t.Helper()
	var rest string
	eventually(p.t, 60*time.Second, p.name+" prints "+prefix, func() bool {
		for line := range strings.Lines(p.out.String()) {
			if r, ok := strings.CutPrefix(strings.TrimSpace(line), prefix); ok && strings.HasSuffix(line, "\n") {
				rest = strings.TrimSpace(r)
				return true
			}
		}
		if p.ended() {
			p.t.Fatalf("%s ended with %d:\n%s", p.name, p.cmd.ProcessState.ExitCode(), p.log.String())
		}
		return false
	})
	return rest
}

// logs waits until one line of the log holds all the words.
func (p *process) logs(within time.Duration, words ...string) string {
	p.t.Helper()
	var found string
	eventually(p.t, within, fmt.Sprintf("%s logs %q", p.name, words), func() bool {
		for line := range strings.Lines(p.log.String()) {
			all := true
			for _, w := range words {
				all = all && strings.Contains(line, w)
			}
			if all {
				found = line
				return true
			}
		}
		return false
	})
	return found
}

// command runs vedette to its end.
func command(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	program := parts.Vedette(t) // which may have to be built first
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Env, cmd.SysProcAttr = &out, &log, plainEnviron(), dieWithUs()
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), log.String(), cmd.ProcessState.ExitCode()
}

// mustCommand is command for those that have to succeed; it gives what was printed.
func mustCommand(t *testing.T, args ...string) string {
	t.Helper()
	out, log, code := command(t, args...)
	if code != 0 {
		t.Fatalf("vedette %q ended with %d:\n%s%s", args, code, out, log)
	}
	return strings.TrimSpace(out)
}

// eventually polls a condition that nobody announces.
func eventually(t *testing.T, within time.Duration, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(within); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("did not happen within %v: %s", within, what)
		}
	}
}

// freeAddr gives an address nobody listens on. The same one is used when a process is started again, so it
// cannot be the system's choice. The ports lie below those that systems hand out by themselves, and the UDP
// port of the same number is held until the test ends: tests that run elsewhere on this machine at the same
// time see it taken.
func freeAddr(t *testing.T) string {
	t.Helper()
	for range 2000 {
		addr := net.JoinHostPort("127.0.0.1", fmt.Sprint(12000+(os.Getpid()*37+int(portsGiven.Add(1)))%18000))
		held, err := net.ListenPacket("udp", addr)
		if err != nil {
			continue
		}
		l, err := net.Listen("tcp", addr)
		if err != nil {
			held.Close()
			continue
		}
		l.Close()
		t.Cleanup(func() { held.Close() })
		return addr
	}
	t.Fatal("no free port")
	return ""
}

// soon is how long a report may take to show on a busy machine.
const soon = 60 * time.Second

// portsGiven is counted up by tests that run side by side.
var portsGiven atomic.Int64
