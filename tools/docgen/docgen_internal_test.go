// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheReferenceIsWhatTheProgramSays(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	readProgram(t, root)
	files, err := generate(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		t.Run(name+" is current", func(t *testing.T) {
			got, err := os.ReadFile(filepath.Join(referenceDir(root), name))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(string(got), "\n"), strings.Split(string(want), "\n")); diff != "" {
				t.Errorf("run make generate (- is in git, + is what the program says):\n%s", diff)
			}
		})
	}
	entries, err := os.ReadDir(referenceDir(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, generated := files[e.Name()]; !generated && e.Name() != "README.md" {
			t.Errorf("docs/reference/%s is made by nobody", e.Name())
		}
	}
}

// readProgram reads the program's own source, so that this test is run again when it changes: the go
// command does not see what the program that generate builds was made from.
func readProgram(t *testing.T, root string) {
	t.Helper()
	sources, err := filepath.Glob(filepath.Join(root, "cmd", "vedette", "*.go"))
	if err != nil || len(sources) == 0 {
		t.Fatalf("no source of the program found: %v", err)
	}
	for _, s := range sources {
		if _, err := os.ReadFile(s); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCommandNamesAreReadFromTheHelp(t *testing.T) {
	const top = "Usage: x <command>\n\nCommands:\n  serve            All.\n  check backend    Try\n                   it.\n  admin create     One.\n\nRun x.\n"
	want := []string{"serve", "check backend", "admin create"}
	if diff := cmp.Diff(want, commandNames(top)); diff != "" {
		t.Error(diff)
	}
}

// Every example of the reference is carried out when it is made; one that does not work stops it.
func TestAnExampleThatFailsIsNotWritten(t *testing.T) {
	for name, text := range map[string]string{
		"what is not there":     "== find-user: Nobody\nGET /users/nobody\n",
		"a body that is wrong":  "== add-user: Nameless\nPOST /users\n{\"colour\": \"red\"}\n",
		"a field to keep is no": "== list-users: All\nGET /users\n-> user items.0.id\n",
	} {
		t.Run(name, func(t *testing.T) {
			list, err := parseExamples(text)
			if err != nil || len(list) != 1 {
				t.Fatalf("%d examples, %v", len(list), err)
			}
			if err := runExamples(t.Context(), list); err == nil {
				t.Error("it was taken")
			}
		})
	}
}
