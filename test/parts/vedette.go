// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package parts

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// VedetteVariable names the program tests are to look at. Set from outside, nothing is built.
const VedetteVariable = "E2E_VEDETTE"

// vedette is the program of this test binary, built by the first test that asks.
var vedette struct {
	once   sync.Once
	path   string
	keeper *keeper // of the directory
	err    error
}

// Vedette gives the path of the program as it is shipped: without the race
// detector, whatever the tests run with. All test binaries of a checkout share
// one build, and only the first of them links. A build that comes later, of
// other sources, changes nothing under a running story.
func Vedette(t testing.TB) string {
	t.Helper()
	vedette.once.Do(func() { vedette.path, vedette.keeper, vedette.err = builtVedette() })
	if vedette.err != nil {
		t.Fatalf("build vedette: %v", vedette.err)
	}
	return vedette.path
}

func builtVedette() (string, *keeper, error) {
	if path := os.Getenv(VedetteVariable); path != "" {
		return path, nil, nil
	}
	root, err := checkout()
	if err != nil {
		return "", nil, err
	}
	shared := filepath.Join(root, "bin", "test")
	if err := os.MkdirAll(shared, 0o755); err != nil {
		return "", nil, err
	}
	lock, err := os.OpenFile(filepath.Join(shared, "lock"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return "", nil, err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", nil, err
	}
	built := filepath.Join(shared, "vedette")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", built, "./cmd/vedette")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", nil, fmt.Errorf("%w\n%s", err, out)
	}
	if err := lookAtSources(root); err != nil {
		return "", nil, err
	}
	return hold(built)
}

// hold gives the program a second name, in a directory that goes when the test
// binary does. go build never writes into a file it has made before, so what is
// behind that name stays as it is. A copy would not do: a file that was just
// written cannot be run as long as some child, started meanwhile, has it open.
func hold(program string) (string, *keeper, error) {
	dir, err := os.MkdirTemp(filepath.Dir(program), "run-")
	if err != nil {
		return "", nil, err
	}
	k, err := keep(daemon{name: "vedette", rmdir: dir})
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	path := filepath.Join(dir, "vedette")
	return path, k, os.Link(program, path)
}

// checkout is the root of the tree this test belongs to: tests run in the directory of their package.
func checkout() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("no go.mod above the test's directory")
		}
		dir = up
	}
}

// lookAtSources touches every file the program is made of. The go command
// remembers what a test has looked at and runs it again when that changes; what
// a compiler looks at that the test has started it does not see, and would call
// yesterday's result today's.
func lookAtSources(root string) error {
	for _, dir := range []string{"cmd", "eas", "internal", "go.mod", "go.sum"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // an editor's file that is gone again
			}
			if err != nil {
				return err
			}
			if d.IsDir() && d.Name() == "node_modules" {
				return filepath.SkipDir
			}
			if _, err = os.Stat(path); errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
