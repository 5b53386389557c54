// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// keeperScript runs a daemon in a session of its own and ends it when standard
// input closes, which happens when the test says so and also when the test
// binary is killed. Arguments: log file, signal, tenths of a second before it
// becomes KILL, directory to remove at the end (or empty), command. Without a
// command it is only a janitor for the directory.
const keeperScript = `
log=$1 sig=$2 grace=$3 dir=$4
shift 4
pid=
if [ $# -gt 0 ]; then
	setsid "$@" </dev/null >>"$log" 2>&1 &
	pid=$!
fi
read -r _
if [ -n "$pid" ]; then
	kill -"$sig" "$pid" 2>/dev/null
	for ((i = 0; i < grace; i++)); do
		kill -0 -- "-$pid" 2>/dev/null || break
		sleep 0.1
	done
	kill -KILL -- "-$pid" 2>/dev/null
	wait
fi
if [ -n "$dir" ]; then
	for ((i = 0; i < 40; i++)); do
		rm -rf -- "$dir" 2>/dev/null && break
		sleep 0.5
	done
fi
exit 0
`

// A keeper is one running daemon, or a janitor.
type keeper struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

// A daemon says what to run and as whom.
type daemon struct {
	name   string
	user   string // "" for the user we are
	log    string
	signal string        // "" for TERM
	grace  time.Duration // before KILL; 0 for 15 s
	rmdir  string        // removed when the daemon is gone
	args   []string
	env    []string
}

func keep(d daemon) (*keeper, error) {
	if d.signal == "" {
		d.signal = "TERM"
	}
	if d.grace == 0 {
		d.grace = 15 * time.Second
	}
	grace := strconv.Itoa(int(d.grace / (100 * time.Millisecond)))
	args := append([]string{"-c", keeperScript, "keeper-" + d.name, d.log, d.signal, grace, d.rmdir}, d.args...)
	cmd := exec.Command("bash", args...)
	// A group of its own: Ctrl-C at the terminal reaches the test, and the
	// closing pipe reaches us.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Dir = "/"
	cmd.Env = append([]string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"}, d.env...)
	if d.user != "" {
		cred, err := credential(d.user)
		if err != nil {
			return nil, err
		}
		cmd.SysProcAttr.Credential = cred
	}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", d.name, err)
	}
	return &keeper{cmd: cmd, pipe: pipe}, nil
}

// stop ends the daemon and returns when it and everything it started is gone.
func (k *keeper) stop() error {
	if err := k.pipe.Close(); err != nil {
		return err
	}
	return k.cmd.Wait()
}

// credential looks a system user up. It keeps no supplementary groups.
func credential(name string) (*syscall.Credential, error) {
	uid, gid, err := ids(name)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func ids(name string) (uid, gid int, err error) {
	u, err := user.Lookup(name)
	if err != nil {
		return 0, 0, err
	}
	if uid, err = strconv.Atoi(u.Uid); err != nil {
		return 0, 0, err
	}
	gid, err = strconv.Atoi(u.Gid)
	return uid, gid, err
}

// own makes a directory for a system user.
func own(dir, name string, mode os.FileMode) error {
	if err := os.MkdirAll(dir, mode); err != nil {
		return err
	}
	if err := os.Chmod(dir, mode); err != nil { // whatever the umask
		return err
	}
	if name == "" || os.Getuid() != 0 {
		return nil
	}
	uid, gid, err := ids(name)
	if err != nil {
		return err
	}
	return os.Chown(dir, uid, gid)
}

// freePort finds a loopback port nobody listens on. Somebody may still take it
// before the daemon does: callers try again with another.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// waitPort polls until the port answers: a daemon cannot tell us otherwise.
func waitPort(port int, limit time.Duration) error {
	addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	deadline := time.Now().Add(limit)
	for {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			return c.Close()
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("nobody answers on %s after %v", addr, limit)
		}
		time.Sleep(25 * time.Millisecond)
	}
}

// need fails the test when a program is not there, with the sentence that
// make test prints.
func need(t testing.TB, pkg string, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if _, err := os.Stat(p); err == nil {
				continue
			}
			t.Fatal(missingSentence(pkg))
		}
	}
}

func missingSentence(pkg string) string {
	return fmt.Sprintf("real part missing: %s; on Debian, `make test` as root installs it, elsewhere this test cannot run and counts as failed", pkg)
}

// logTail is the end of a daemon's log, for a failure message.
func logTail(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	const most = 3000
	if len(b) > most {
		b = b[len(b)-most:]
	}
	return strings.ToValidUTF8(string(b), "?")
}
