// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// binaryVariable tells the tests where the program lies. Set from outside, nothing is built.
const binaryVariable = "E2E_VEDETTE"

// TestMain builds the program once, without the race detector: it is the shipped one that is looked at.
func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	if os.Getenv(binaryVariable) != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "vedette-e2e")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "vedette")
	cmd := exec.Command("go", "build", "-o", path, "github.com/vedette-mail/vedette/cmd/vedette")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
		return 1
	}
	if err := lookAtSources("../.."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	os.Setenv(binaryVariable, path)
	return m.Run()
}

func binary(t *testing.T) string {
	t.Helper()
	path := os.Getenv(binaryVariable)
	if path == "" {
		t.Fatal("the program was not built")
	}
	return path
}

// lookAtSources touches every file the program is made of. The go command remembers what a test has looked
// at and runs it again when that changes; what a compiler looks at that the test has started it does not
// see, and would call yesterday's result today's.
func lookAtSources(root string) error {
	for _, dir := range []string{"cmd", "eas", "internal", "go.mod", "go.sum"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && d.Name() == "node_modules" {
				return filepath.SkipDir
			}
			if _, err = os.Stat(path); errors.Is(err, fs.ErrNotExist) {
				return nil // an editor's file that is gone again
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
