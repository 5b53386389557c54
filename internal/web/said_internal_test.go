// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/web/words"
)

// TestEverySentenceOfTheRoomsBehindIsInTheCatalogue reads the rooms whose words reach pages: every text of
// theirs that has the form of a sentence, or of a piece of one, has to stand under said. in the catalogue, so
// that another language can say it too. VEDETTE_WORDS=write writes that part of en.txt anew. Under said.piece.
// stand, by hand, the short words that take the place of a value.
func TestEverySentenceOfTheRoomsBehindIsInTheCatalogue(t *testing.T) {
	r := &reader{said: map[string]bool{}, constants: map[string]bool{}}
	// These give people whole sentences; of the other rooms only errors for people reach a page.
	for _, room := range []string{"access", "admin", "login", "linking"} {
		r.read(t, room, false)
	}
	for _, room := range []string{"httpd", "store", "jobs", "courier"} {
		r.read(t, room, true)
	}
	known := map[string]bool{}
	book := declared(t).words
	for _, key := range book.Keys() {
		if strings.HasPrefix(key, "said.") && !strings.HasPrefix(key, "said.piece.") {
			var values []any
			for n := 1; n <= 9; n++ {
				values = append(values, "{"+strconv.Itoa(n)+"}")
			}
			known[book.Say(key, values...)] = true
		}
	}
	if os.Getenv("VEDETTE_WORDS") == "write" {
		write(t, slices.Sorted(maps.Keys(r.said)))
		return
	}
	for _, sentence := range slices.Sorted(maps.Keys(r.said)) {
		if !known[sentence] {
			t.Errorf("the catalogue lacks %q: run this test with VEDETTE_WORDS=write", sentence)
		}
	}
	for _, sentence := range slices.Sorted(maps.Keys(known)) {
		if !r.said[sentence] && !r.constants[sentence] {
			t.Errorf("no room says %q any more: run this test with VEDETTE_WORDS=write", sentence)
		}
	}
}

// write puts sentences where they stand in en.txt.
func write(t *testing.T, sentences []string) {
	t.Helper()
	const file, head = "words/en.txt", "# What the rooms behind the pages say, written by TestEverySentenceOfTheRoomsBehindIsInTheCatalogue.\n"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(text), head)
	var b strings.Builder
	b.WriteString(strings.TrimRight(before, "\n") + "\n\n" + head)
	taken := map[string]int{}
	for _, sentence := range sentences {
		key := words.Key(sentence)
		if taken[key]++; taken[key] > 1 {
			key += "-" + strconv.Itoa(taken[key])
		}
		b.WriteString(key + " = " + sentence + "\n")
	}
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// reader gathers what rooms say.
type reader struct {
	said, constants map[string]bool
	errors          bool // only what errors for people say
}

func (r *reader) read(t *testing.T, room string, errors bool) {
	t.Helper()
	// The texts of these files are facts of the world, not words for people.
	facts := []string{"import_columns.go", "linking_compare.go", "linking_model.go", "linking_identity.go", "doc.go"}
	files, err := filepath.Glob(filepath.Join("..", room, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || slices.Contains(facts, filepath.Base(file)) {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		r.errors = errors
		r.walk(parsed)
	}
}

// unheard are functions whose texts no person sees on a page, by name; those of a logger are among them.
var unheard = regexp.MustCompile(`^(fmt\.(Errorf|Sscanf)|errors\.New|regexp\.MustCompile|time\.Parse|t\.Format|slog\.\w+|.*\.(Debug|Info|Warn|Error|Log|LogAttrs|DebugContext|InfoContext|WarnContext|ErrorContext|Set|Write|Cut|Split|NewReplacer))$`)

// people are what errors for people are made with: the operation comes first.
var people = regexp.MustCompile(`^access\.(Invalid|NotFound|Conflict|Forbidden|Unauthenticated|Unavailable)$|^(Invalid|NotFound|Conflict|Forbidden|Unauthenticated|Unavailable|refuse|conflict|invalid)$`)

func (r *reader) walk(root ast.Node) {
	ast.Inspect(root, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.ImportSpec, *ast.Field:
			return false
		case *ast.CaseClause: // what is compared with is not said
			for _, s := range x.Body {
				r.walk(s)
			}
			return false
		case *ast.KeyValueExpr:
			key, _ := x.Key.(*ast.Ident)
			switch {
			case key != nil && key.Name == "Op":
			case r.errors && key != nil && key.Name == "Text":
				(&reader{said: r.said, constants: r.constants}).walk(x.Value)
			default:
				r.walk(x.Value)
			}
			return false
		case *ast.CallExpr:
			return r.call(x)
		case *ast.BinaryExpr:
			if x.Op != token.ADD {
				for _, side := range []ast.Expr{x.X, x.Y} {
					if _, constant := side.(*ast.BasicLit); !constant {
						r.walk(side)
					}
				}
				return false
			}
			n := 0
			r.keep(r.pattern(x, &n))
			return false
		case *ast.BasicLit:
			r.keep(literal(x))
		}
		return true
	})
}

// call looks at what a call is given; it reports whether there is nothing special about it.
func (r *reader) call(x *ast.CallExpr) bool {
	name := nameOf(x.Fun)
	switch {
	case unheard.MatchString(name):
		return false
	case people.MatchString(name):
		inner := &reader{said: r.said, constants: r.constants}
		for _, a := range x.Args[min(1, len(x.Args)):] {
			inner.walk(a)
		}
		return false
	case name == "fmt.Sprintf":
		n := 0
		r.keep(r.pattern(x, &n))
		return false
	}
	return true
}

func nameOf(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return nameOf(x.X) + "." + x.Sel.Name
	}
	return ""
}

// verb is a place of a format.
var verb = regexp.MustCompile(`%(\.\d)?[sdqvf]`)

// literal is a text with the places of its format numbered.
func literal(x *ast.BasicLit) string {
	if x.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(x.Value)
	if err != nil {
		return ""
	}
	n := 0
	return verb.ReplaceAllStringFunc(s, func(string) string { n++; return "{" + strconv.Itoa(n) + "}" })
}

// pattern is what an expression says with its values numbered; the values are looked at by themselves.
func (r *reader) pattern(e ast.Expr, n *int) string {
	switch x := e.(type) {
	case *ast.BasicLit:
		return literal(x)
	case *ast.ParenExpr:
		return r.pattern(x.X, n)
	case *ast.BinaryExpr:
		if x.Op == token.ADD {
			one := r.pattern(x.X, n)
			return one + r.pattern(x.Y, n)
		}
	case *ast.CallExpr:
		if nameOf(x.Fun) == "fmt.Sprintf" {
			format := ""
			if l, ok := x.Args[0].(*ast.BasicLit); ok {
				format, _ = strconv.Unquote(l.Value) // the parser has read it already
			}
			for _, a := range x.Args[1:] {
				r.walk(a)
			}
			return verb.ReplaceAllStringFunc(format, func(string) string { *n++; return "{" + strconv.Itoa(*n) + "}" })
		}
	}
	r.walk(e)
	*n++
	return "{" + strconv.Itoa(*n) + "}"
}

var (
	placeOf = regexp.MustCompile(`\{\d\}`)
	worded  = regexp.MustCompile(`\p{L}{2,}[,;:]? .*\p{L}|\p{L}{2,}\.$`)
	codes   = regexp.MustCompile(`2006|SELECT |INSERT |UPDATE |DELETE |^admin: |^login: |^store: |^access: |^[a-z]+\.[a-z{]`)
)

// keep takes a text for a sentence when it has two words, or one that ends with a full stop.
func (r *reader) keep(sentence string) {
	sentence = strings.TrimSpace(sentence)
	r.constants[sentence] = true
	bare := strings.TrimSpace(placeOf.ReplaceAllString(sentence, ""))
	if r.errors || strings.Contains(sentence, "\n") || codes.MatchString(sentence) || !worded.MatchString(bare) {
		return
	}
	r.said[sentence] = true
}
