// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package house_test

import (
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestEveryFileCarriesItsLicence(t *testing.T) {
	const head = "// SPDX-FileCopyrightText: The Vedette Authors\n// SPDX-License-Identifier: Apache-2.0\n\n"
	for _, s := range sources(t) {
		if !s.generated && !strings.HasPrefix(s.text, head) {
			t.Errorf("%s does not begin with the two licence lines and a blank one", s.path)
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	doc := make(map[string]bool)
	code := make(map[string]bool)
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		if !s.generated {
			code[s.dir] = true
		}
		if path.Base(s.path) == "doc.go" && s.file.Doc != nil {
			doc[s.dir] = true
		}
	}
	for dir := range code {
		if !doc[dir] {
			t.Errorf("%s has no doc.go with a package comment", dir)
		}
	}
}

func TestPackageNamesSaySomething(t *testing.T) {
	for _, s := range sources(t) {
		name := strings.TrimSuffix(s.file.Name.Name, "_test")
		if slices.Contains(roomNamesForbidden(), name) {
			t.Errorf("%s: a package is not called %s", s.path, name)
		}
		for part := range strings.SplitSeq(s.dir, "/") {
			if slices.Contains(roomNamesForbidden(), part) && s.dir != "cmd/vedette" {
				t.Errorf("%s: a folder is not called %s", s.path, part)
			}
		}
	}
}

func TestNothingRunsBeforeMain(t *testing.T) {
	for _, s := range sources(t) {
		if s.generated {
			continue
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has an init function", s.path)
			}
		}
	}
}

// TestPackageVariablesAreNeverWritten finds assignments to variables of the
// package. Tables, errors and compiled patterns may be variables; state may not.
// test/parts alone is let off: its server outlives the test that started it.
func TestPackageVariablesAreNeverWritten(t *testing.T) {
	all := sources(t)
	vars := make(map[string]map[string]bool) // directory to names
	for _, s := range all {
		if s.test || s.generated || s.dir == "test/parts" {
			continue
		}
		if vars[s.dir] == nil {
			vars[s.dir] = make(map[string]bool)
		}
		for _, spec := range packageVars(s.file) {
			for _, n := range spec.Names {
				vars[s.dir][n.Name] = true
			}
			if state := stateful(spec); state != "" {
				t.Errorf("%s: package variable %s holds state (%s)", s.path, spec.Names[0].Name, state)
			}
		}
	}
	for _, s := range all {
		if s.test || s.generated {
			continue
		}
		own := make(map[any]bool)
		for _, spec := range packageVars(s.file) {
			own[spec] = true
		}
		check := func(e ast.Expr) {
			id := rootIdent(e)
			if id == nil || id.Name == "_" || !vars[s.dir][id.Name] {
				return
			}
			// The parser resolves what the file itself declares: an identifier it
			// left open belongs to the package, as does one of our own specs.
			if id.Obj == nil || own[id.Obj.Decl] {
				t.Errorf("%s writes to the package variable %s", s.path, id.Name)
			}
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.AssignStmt:
					if n.Tok != token.DEFINE {
						for _, l := range n.Lhs {
							check(l)
						}
					}
				case *ast.IncDecStmt:
					check(n.X)
				}
				return true
			})
		}
	}
}

func packageVars(f *ast.File) []*ast.ValueSpec {
	var specs []*ast.ValueSpec
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, s := range g.Specs {
			specs = append(specs, s.(*ast.ValueSpec))
		}
	}
	return specs
}

// stateful names the type of a variable that can only be there to change.
// sync.Pool is let through: it keeps memory, not meaning.
func stateful(spec *ast.ValueSpec) string {
	typ := spec.Type
	if typ == nil && len(spec.Values) == 1 {
		if lit, ok := spec.Values[0].(*ast.CompositeLit); ok {
			typ = lit.Type
		}
	}
	if index, ok := typ.(*ast.IndexExpr); ok { // atomic.Pointer[T]
		typ = index.X
	}
	sel, ok := typ.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	pkg, ok := sel.X.(*ast.Ident)
	if !ok || pkg.Name != "sync" && pkg.Name != "atomic" || sel.Sel.Name == "Pool" {
		return ""
	}
	return pkg.Name + "." + sel.Sel.Name
}

func rootIdent(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// TestNothingNamesWhereItWasWritten looks at every text file: an address of a
// package registry or a path of a developer's machine in it would tie the
// project to them. Lock files are written with npm's omit-lockfile-registry-resolved.
func TestNothingNamesWhereItWasWritten(t *testing.T) {
	// Put together here, so that this file does not hold them itself.
	hosts := []string{
		"registry." + "npmjs.org", "registry." + "yarnpkg.com", "proxy." + "golang.org", "sum." + "golang.org",
		"pypi" + ".org", "pythonhosted" + ".org", "index." + "crates.io", "goproxy" + ".io",
	}
	paths := regexp.MustCompile(`(^|[^A-Za-z0-9_.\-])/(` + "wo" + `rk/[a-z.]|` + "ro" + `ot/[a-z.])`)
	err := filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if skipDir(d.Name()) && d.Name() != "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || d.Name() == "LICENSE" || d.Name() == ".git" { // a worktree's .git is a file
			return nil
		}
		info, err := d.Info()
		if err != nil || info.Size() > 4<<20 {
			return err
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if !utf8.Valid(text) {
			return nil
		}
		for _, h := range hosts {
			if strings.Contains(string(text), h) {
				t.Errorf("%s names the package registry %s", p, h)
			}
		}
		if m := paths.Find(text); m != nil {
			t.Errorf("%s names a path of somebody's machine: %q", p, m)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
