// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package parts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/test/parts"
)

func TestTheProgramIsBuiltOnceAndRuns(t *testing.T) {
	path := parts.Vedette(t)
	if again := parts.Vedette(t); again != path {
		t.Errorf("first %s, then %s", path, again)
	}
	out, err := exec.Command(path, "version").Output()
	if err != nil || !strings.HasPrefix(string(out), "vedette ") {
		t.Errorf("it says %q, %v", out, err)
	}
}

// childVariable makes this test binary ask for the program, say where it lies, and end badly.
const childVariable = "PARTS_CHILD"

func TestTheProgramGoesWithTheTestBinaryHoweverItEnds(t *testing.T) {
	if os.Getenv(childVariable) != "" {
		if _, err := os.Stdout.WriteString(parts.Vedette(t) + "\n"); err != nil {
			t.Fatal(err)
		}
		p, err := os.FindProcess(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		t.Fatal(p.Kill())
	}
	if os.Getenv(parts.VedetteVariable) != "" {
		return // somebody else has built it, and keeps it
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), childVariable+"=1")
	out, err := child.Output()
	path, _, _ := strings.Cut(string(out), "\n")
	if err == nil || !filepath.IsAbs(path) {
		t.Fatalf("the child said %q, %v", out, err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(filepath.Dir(path)); os.IsNotExist(err) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is still there", path)
		}
	}
}
