// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package house_test guards the house: which room imports which, who owns a
// third-party package, names, licence lines and words that must not appear. It
// reads the files itself, so that build tags, platforms and caches hide nothing.
package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const modulePath = "github.com/vedette-mail/vedette"

// A source is one parsed Go file.
type source struct {
	path      string // slash path from the root
	dir       string
	test      bool
	generated bool
	text      string
	file      *ast.File
	imports   []string
}

// skipDir says which folders are not ours to judge.
func skipDir(name string) bool {
	switch name {
	case ".git", "bin", "node_modules", "dist", "testdata", "bench-results":
		return true
	}
	return false
}

func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipDir(d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(fset, p, text, parser.ParseComments)
		if err != nil {
			return err
		}
		s := source{path: filepath.ToSlash(p), text: string(text), file: f, generated: ast.IsGenerated(f)}
		s.dir = path.Dir(s.path)
		s.test = strings.HasSuffix(p, "_test.go")
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			s.imports = append(s.imports, name)
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatalf("reading the house: %v", err)
	}
	if len(all) < 3 {
		t.Fatalf("found %d Go files; the test runs in the wrong place", len(all))
	}
	return all
}

// roomOf names the room of a package directory, and the driver in it if any.
// The root, where only this test lives, is no room.
func roomOf(dir string) (room, driver string) {
	parts := strings.Split(dir, "/")
	if parts[0] != "internal" {
		return parts[0], ""
	}
	if len(parts) == 1 {
		return "internal", ""
	}
	room = parts[1]
	if driverRooms()[room] && len(parts) > 2 && !strings.HasSuffix(parts[2], "test") {
		driver = parts[2]
	}
	return room, driver
}

// dirOf is where an entry of the tables lies.
func dirOf(entry string) string {
	root, _, _ := strings.Cut(entry, "/")
	switch root {
	case "eas", "test", "tools", "cmd":
		return entry
	}
	return "internal/" + entry
}

func opens(entry, dir string) bool {
	if entry == everything {
		return true
	}
	if tree, ok := strings.CutSuffix(dirOf(entry), "/..."); ok {
		return dir == tree || strings.HasPrefix(dir, tree+"/")
	}
	return dir == dirOf(entry)
}

// doorOpen tells whether a file in from may import the package in to. It is the
// whole rule, so that the table test below can try it on made-up files.
func doorOpen(from, to string, test bool) bool {
	room, driver := roomOf(from)
	entries, known := doors()[room]
	if !known {
		return false
	}
	toRoom, toDriver := roomOf(to)
	contract := strings.HasSuffix(path.Base(to), "test")
	switch {
	case from == to:
		return true
	case slices.Contains(entries, everything):
		return toRoom != "cmd" && (room != "cmd" && room != "tools" || toRoom != "test")
	case test && !strictTests()[room] && (contract || toRoom == "eas" || toRoom == "sim" || toRoom == "test"):
		return true
	case contract && !test && !strings.HasSuffix(path.Base(from), "test") && toRoom != "eas":
		return false // suites and doubles stay out of the product, but for the mail host of the demo
	case driver != "":
		if to == "internal/"+room {
			return true
		}
		entries = driverDoors()
		if toRoom == room {
			return toDriver == driver
		}
	case toRoom == room && toDriver == "":
		return true
	}
	entries = append(slices.Clone(entries), packageDoors()[from]...)
	if test && driver == "" {
		entries = append(entries, testDoors()[room]...)
	}
	return slices.ContainsFunc(entries, func(e string) bool { return opens(e, to) })
}

func TestDoorsAreOnlyOpenedByThoseOnTheList(t *testing.T) {
	for _, s := range sources(t) {
		if s.dir == "." {
			continue
		}
		room, _ := roomOf(s.dir)
		if _, known := doors()[room]; !known {
			t.Errorf("%s: room %q is not on the plan (house_doors_test.go)", s.path, room)
			continue
		}
		for _, imp := range s.imports {
			to, ours := strings.CutPrefix(imp, modulePath+"/")
			if ours && !doorOpen(s.dir, to, s.test) {
				t.Errorf("%s imports %s: that door is closed to %s", s.path, to, room)
			}
		}
	}
}

func TestTheDoorRuleSaysWhatThePlanSays(t *testing.T) {
	tests := []struct {
		name     string
		from, to string
		test     bool
		want     bool
	}{
		{"the gateway reads the protocol library", "internal/gateway", "eas/httpq", false, true},
		{"the gateway never sees the store", "internal/gateway", "internal/store", false, false},
		{"the gateway never sees the store, not even in a test", "internal/gateway", "internal/store", true, false},
		{"the gateway never sees the link", "internal/gateway", "internal/control", false, false},
		{"the gateway is tested against the in-memory server", "internal/gateway", "eas/eastest", true, true},
		{"pages never import the store", "internal/web", "internal/store", false, false},
		{"pages are tested on a real store", "internal/web", "internal/store", true, true},
		{"pages never import the api", "internal/web", "internal/api", true, false},
		{"admin and intake keep apart", "internal/intake", "internal/admin", false, false},
		{"access imports nothing", "internal/access", "internal/logkeys", false, false},
		{"access tests import nothing either", "internal/access", "internal/sim/phone", true, false},
		{"the library imports itself", "eas/easclient", "eas/wbxml", false, true},
		{"the library imports nothing of the house", "eas/easclient", "internal/access", false, false},
		{"the store is tested on a real server", "internal/store", "test/parts", true, true},
		{"the store does not ship real parts", "internal/store", "test/parts", false, false},
		{"a contract suite imports its own room", "internal/store/storetest", "internal/store", false, true},
		{"a contract suite stays out of the product", "internal/admin", "internal/store/storetest", false, false},
		{"a driver sees its parent", "internal/directory/ldap", "internal/directory", false, true},
		{"a driver sees what is below itself", "internal/mdm/apple", "internal/mdm/apple/apns", false, true},
		{"a driver never sees another", "internal/mdm/apple", "internal/mdm/android", false, false},
		{"a parent never sees its drivers", "internal/directory", "internal/directory/ldap", false, false},
		{"a driver may seal", "internal/mdm/apple", "internal/seal", false, true},
		{"jobs see the interface, not the driver", "internal/jobs", "internal/directory/ldap", false, false},
		{"the made-up company knows the words", "internal/sim/company", "internal/access", false, true},
		{"a made-up phone does not", "internal/sim/phone", "internal/access", false, false},
		{"the made-up mail host is the in-memory server", "internal/sim/mailhost", "eas/eastest", false, true},
		{"the product imports no faked world", "internal/jobs", "internal/sim/phone", false, false},
		{"wiring sees everything", "cmd/vedette", "internal/store", false, true},
		{"wiring does not ship the tests", "cmd/vedette", "test/parts", false, false},
		{"nobody imports the wiring", "test/e2e", "cmd/vedette", true, false},
		{"a room of no plan opens nothing", "internal/console", "internal/access", false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := doorOpen(tt.from, tt.to, tt.test); got != tt.want {
				t.Errorf("doorOpen(%s, %s, test %v) = %v, want %v", tt.from, tt.to, tt.test, got, tt.want)
			}
		})
	}
}

func TestEveryForeignPackageHasOneLandlord(t *testing.T) {
	for _, s := range sources(t) {
		room, _ := roomOf(s.dir)
		for _, imp := range s.imports {
			host, _, _ := strings.Cut(imp, "/")
			if !strings.Contains(host, ".") || strings.HasPrefix(imp, modulePath) {
				continue
			}
			if room == "eas" && !s.test {
				t.Errorf("%s imports %s: eas uses the standard library only", s.path, imp)
			}
			l, found := landlordOf(imp)
			if !found {
				t.Errorf("%s imports %s, which has no landlord (house_doors_test.go)", s.path, imp)
				continue
			}
			// Contract suites and doubles are tests in all but the file name.
			testing := s.test || room != "eas" && strings.HasSuffix(s.dir, "test")
			if !slices.Contains(l.rooms, room) && !(testing && slices.Contains(l.rooms, "_test")) {
				t.Errorf("%s imports %s, whose landlord is %s", s.path, imp, strings.Join(l.rooms, ", "))
			}
		}
	}
}

func landlordOf(imp string) (landlord, bool) {
	var best landlord
	for _, l := range landlords() {
		if (imp == l.prefix || strings.HasPrefix(imp, l.prefix+"/")) && len(l.prefix) > len(best.prefix) {
			best = l
		}
	}
	return best, best.prefix != ""
}

func TestEveryDirectRequirementHasALandlord(t *testing.T) {
	text, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^(?:require )?\t?([a-z0-9.]+\.[a-z]+/\S+) v\S+$`)
	found := line.FindAllStringSubmatch(string(text), -1)
	if len(found) == 0 {
		t.Fatal("no requirement found in go.mod")
	}
	for _, m := range found {
		if !slices.ContainsFunc(landlords(), func(l landlord) bool {
			return l.prefix == m[1] || strings.HasPrefix(l.prefix, m[1]+"/") || strings.HasPrefix(m[1], l.prefix+"/")
		}) {
			t.Errorf("go.mod requires %s, which has no landlord", m[1])
		}
	}
}

func TestOnlyTheStoreSpeaksSQL(t *testing.T) {
	for _, s := range sources(t) {
		room, _ := roomOf(s.dir)
		if slices.Contains(s.imports, "database/sql") && !databaseSQL()[room] {
			t.Errorf("%s imports database/sql", s.path)
		}
	}
}

func TestAccessHasNoClockAndDoesNoIO(t *testing.T) {
	clock := []string{"Now", "Since", "Until", "After", "AfterFunc", "Sleep", "Tick", "NewTimer", "NewTicker"}
	for _, s := range sources(t) {
		if room, _ := roomOf(s.dir); room != "access" || s.test {
			continue
		}
		for _, imp := range s.imports {
			if slices.Contains(accessForbids(), imp) {
				t.Errorf("%s imports %s", s.path, imp)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clock, sel.Sel.Name) {
				t.Errorf("%s uses time.%s: rules are given the time", s.path, sel.Sel.Name)
			}
			return true
		})
	}
}
