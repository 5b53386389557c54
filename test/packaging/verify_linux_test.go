// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package packaging_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// systemd itself reads the units, as it would on the machine they are installed on: a word it does not know
// is a line that does nothing. How closed they are is its word too: 0 is shut, 10 is open.
func TestSystemdUnderstandsTheUnits(t *testing.T) {
	const program = "/usr/bin/systemd-analyze"
	if _, err := os.Stat(program); err != nil {
		t.Fatal("systemd-analyze is not here: tools/real-parts install brings it with systemd")
	}
	// It looks whether the program exists; here it is not installed.
	stand := filepath.Join(t.TempDir(), "vedette")
	if err := os.WriteFile(stand, []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	units, err := filepath.Glob(filepath.Join(directory("systemd"), "*.service"))
	if err != nil || len(units) == 0 {
		t.Fatalf("no units: %v", err)
	}
	look := func(file, text string) (string, error) {
		t.Helper()
		if err := os.WriteFile(file, []byte(strings.ReplaceAll(text, "/usr/local/bin/vedette", stand)), 0o644); err != nil {
			t.Fatal(err)
		}
		said, err := exec.Command(program, "verify", "--man=no", "--recursive-errors=no", file).CombinedOutput()
		return string(said), err
	}
	for _, unit := range units {
		b, err := os.ReadFile(unit)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), filepath.Base(unit))
		if said, err := look(file, string(b)); err != nil || said != "" {
			t.Errorf("%s: %v\n%s", filepath.Base(unit), err, said)
		}
		if said, err := exec.Command(program, "security", "--offline=true", "--no-pager", "--threshold=20", file).CombinedOutput(); err != nil {
			t.Errorf("%s is more open than 2.0: %v\n%s", filepath.Base(unit), err, said)
		}
		if said, _ := look(file, strings.Replace(string(b), "NoNewPrivileges=", "NoNewPrivilege=", 1)); said == "" {
			t.Error("a word that systemd does not know is passed over: this test proves nothing")
		}
	}
}
