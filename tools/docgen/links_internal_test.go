// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestWhatTheDocsPointAtIsThere follows every relative link of every page, every path of this repository
// that is written out in one, and every test that is named as evidence.
func TestWhatTheDocsPointAtIsThere(t *testing.T) {
	root := filepath.Join("..", "..")
	link := regexp.MustCompile(`(?:\]\(|src="|srcset=")([^)#\s"]+)(?:#[^)"]*)?[)"]`)
	path := regexp.MustCompile("`((?:internal|eas|cmd|test|tools|packaging|docs)/[A-Za-z0-9_./-]+)")
	evidence := regexp.MustCompile("`(Test[A-Z][A-Za-z0-9_]*)`")
	tests, pages := testNames(t, root), 0
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && slices.Contains([]string{".git", "node_modules", "dist", "testdata", "bin"}, d.Name()) {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(p) != ".md" {
			return nil
		}
		pages++
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], ":") {
				continue // leads out of the house
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(p), filepath.FromSlash(m[1]))); err != nil {
				t.Errorf("%s points at %s, which is not there", p, m[1])
			}
		}
		for _, m := range path.FindAllStringSubmatch(string(text), -1) {
			name := strings.TrimRight(m[1], "/.")
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(name))); err != nil && !ignored(name) {
				t.Errorf("%s names %s, which is not there", p, name)
			}
		}
		for _, m := range evidence.FindAllStringSubmatch(string(text), -1) {
			if !tests[m[1]] {
				t.Errorf("%s names the test %s, which is not there", p, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if pages < 10 {
		t.Fatalf("%d pages found; the test runs in the wrong place", pages)
	}
}

// ignored are paths that exist only after a build.
func ignored(name string) bool {
	return slices.Contains([]string{"internal/web/assets/dist"}, name)
}

func TestEveryPageIsInTheIndexOfItsFolder(t *testing.T) {
	indexes, err := filepath.Glob(filepath.Join("..", "..", "docs", "*", "README.md"))
	if err != nil || len(indexes) < 5 {
		t.Fatalf("%d indexes found: %v", len(indexes), err)
	}
	for _, index := range indexes {
		text, err := os.ReadFile(index)
		if err != nil {
			t.Fatal(err)
		}
		pages, err := filepath.Glob(filepath.Join(filepath.Dir(index), "*.md"))
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			if name := filepath.Base(page); name != "README.md" && !strings.Contains(string(text), "]("+name+")") {
				t.Errorf("%s does not list %s", index, name)
			}
		}
	}
}

// testNames collects the names of all tests.
func testNames(t *testing.T, root string) map[string]bool {
	t.Helper()
	names := make(map[string]bool)
	decl := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	for _, room := range []string{"internal", "eas", "test", "tools", "cmd"} {
		err := filepath.WalkDir(filepath.Join(root, room), func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, "_test.go") {
				return err
			}
			text, err := os.ReadFile(p)
			for _, m := range decl.FindAllStringSubmatch(string(text), -1) {
				names[m[1]] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return names
}
