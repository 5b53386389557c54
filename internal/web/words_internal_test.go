// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/web/words"
)

// declared is a server that has its words and lists, and nothing to ask.
func declared(t *testing.T) *Server {
	t.Helper()
	book, err := words.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{words: book}
	s.bindLists()
	return s
}

// sources gives the text of the room's templates and of its code without tests.
func sources(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"*.go", "templates/*.html"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %d files", pattern, err, len(files))
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			out[f] = string(text)
		}
	}
	return out
}

// TestEveryKeyIsInTheCatalogueAndEveryOneThereIsSaid looks at every literal that has the form of a key and
// begins like one. "status." and the like, which the code completes, stand for all that begin so.
func TestEveryKeyIsInTheCatalogueAndEveryOneThereIsSaid(t *testing.T) {
	s := declared(t)
	said := map[string]bool{"language.plural": true, "number.thousands": true}
	rooms := map[string]bool{}
	for _, key := range s.words.Keys() {
		room, _, _ := strings.Cut(key, ".")
		rooms[room] = true
		said[key] = said[key] || room == "time" || room == "said" // see TestEverySentenceOfTheRoomsBehindIsInTheCatalogue
	}
	literal := regexp.MustCompile(`"([a-z-]+)\.([a-z0-9.-]*)"`)
	for file, text := range sources(t) {
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			key := m[1] + "." + m[2]
			switch {
			case !rooms[m[1]]:
			case strings.HasSuffix(key, "."):
				for _, k := range s.words.Keys() {
					said[k] = said[k] || strings.HasPrefix(k, key)
				}
			case !s.words.Has(key):
				t.Errorf("%s says %s, which the catalogue does not have", file, key)
			}
			said[key] = true
		}
	}
	var keys []string
	keys = slices.Concat(keys, s.lists.associations.keys(), s.lists.audit.keys(), s.lists.jobs.keys(), s.lists.gateways.keys(), s.lists.backends.keys(),
		s.lists.devices.keys(), s.lists.users.keys(), s.lists.expected.keys(),
		s.lists.overrides.keys(), s.lists.approvals.keys(), s.lists.imports.keys(), s.lists.policies.keys(), s.lists.wipes.keys(),
		s.lists.rules.keys(), s.lists.quarantine.keys(), s.ruled("one").keys())
	for _, d := range s.settingPages() {
		keys = append(keys, d.keys()...)
	}
	keys = slices.Concat(keys, s.administrators().keys(), s.sessionList().keys(), s.tokenList().keys())
	for _, key := range keys {
		if !s.words.Has(key) {
			t.Errorf("a list says %s, which the catalogue does not have", key)
		}
		said[key] = true
	}
	for _, key := range s.words.Keys() {
		if !said[key] {
			t.Errorf("nothing says %s", key)
		}
	}
}

// TestTemplatesHaveNoWordsOfTheirOwn takes away what templates compute, tags, and names that are the same in
// every language; no letter may remain.
func TestTemplatesHaveNoWordsOfTheirOwn(t *testing.T) {
	action := regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	heard := regexp.MustCompile(`(?:title|placeholder|aria-label|alt)="([^"]*)"`)
	tag := regexp.MustCompile(`(?s)<[^>]*>`)
	letter := regexp.MustCompile(`\p{L}{2,}`)
	same := []string{"Vedette", "Enter", "Esc", "middot", "amp"}
	err := fs.WalkDir(templateFiles, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := templateFiles.ReadFile(path)
		if err != nil {
			return err
		}
		bare := action.ReplaceAllString(string(text), "")
		remaining := tag.ReplaceAllString(bare, " ")
		for _, m := range heard.FindAllStringSubmatch(bare, -1) {
			remaining += " " + m[1]
		}
		for _, w := range letter.FindAllString(remaining, -1) {
			if !slices.Contains(same, w) {
				t.Errorf("%s says %q by itself", path, w)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
