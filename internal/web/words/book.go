// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package words

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:embed *.txt
var files embed.FS

// origin is the language that has every key.
const origin = "en"

// Book is one language.
type Book struct {
	language string
	entries  map[string]entry
	missing  []string  // keys that are said in English
	heard    []pattern // the sentences of the rooms behind the pages, in English; nil: this is English
}

// entry is one sentence in its forms, each cut into pieces, and the index of the form for a number.
type entry struct {
	forms  [][]piece
	plural func(n int64) int
}

// piece is a stretch of text, or the place of a value.
type piece struct {
	text string
	arg  int // 1 is the first value; 0: text
}

// Load gives the book of a language, with English where it is silent.
func Load(language string) (*Book, error) {
	text, err := files.ReadFile(origin + ".txt")
	if err != nil {
		return nil, fmt.Errorf("words: %w", err)
	}
	b, err := Parse(origin, string(text), nil)
	if err != nil || language == origin {
		return b, err
	}
	if text, err = files.ReadFile(language + ".txt"); err != nil {
		return nil, fmt.Errorf("words: there is no language %q, only %s", language, strings.Join(Languages(), ", "))
	}
	return Parse(language, string(text), b)
}

// Languages lists what can be loaded.
func Languages() []string {
	names, err := fs.Glob(files, "*.txt")
	if err != nil {
		return nil // the pattern is a constant and well formed
	}
	for i := range names {
		names[i] = strings.TrimSuffix(names[i], ".txt")
	}
	return names
}

// Parse reads a language file over another book, which may be nil.
func Parse(language, text string, over *Book) (*Book, error) {
	b := &Book{language: language, entries: map[string]entry{}}
	read, at := map[string]string{}, ""
	for i, line := range strings.Split(text, "\n") {
		switch key, value, found := strings.Cut(line, "="); {
		case strings.TrimSpace(line) == "" || line[0] == '#':
		case line[0] == ' ' && at != "":
			read[at] += " " + strings.TrimSpace(line)
		case !found:
			return nil, fmt.Errorf("words: %s, line %d: neither a key nor the rest of a sentence", language, i+1)
		default:
			at = strings.TrimSpace(key)
			if _, twice := read[at]; twice {
				return nil, fmt.Errorf("words: %s, line %d: %s is there twice", language, i+1, at)
			}
			read[at] = strings.TrimSpace(value)
		}
	}
	rule, ok := plurals()[read["language.plural"]]
	if !ok {
		return nil, fmt.Errorf("words: %s: language.plural is none of %s", language, strings.Join(slices.Sorted(maps.Keys(plurals())), ", "))
	}
	for key, value := range read {
		forms := strings.Split(value, " | ")
		if len(forms) > 1 && len(forms) != rule.forms {
			return nil, fmt.Errorf("words: %s: %s has %d forms, and the language has %d", language, key, len(forms), rule.forms)
		}
		e := entry{plural: rule.form}
		for _, f := range forms {
			e.forms = append(e.forms, cut(f))
		}
		b.entries[key] = e
	}
	return b, b.fillFrom(over)
}

// fillFrom takes what is missing from another book, with that book's way of counting.
func (b *Book) fillFrom(over *Book) error {
	if over == nil {
		return nil
	}
	for key := range b.entries {
		if !over.Has(key) {
			return fmt.Errorf("words: %s: no page says %s", b.language, key)
		}
	}
	for key, e := range over.entries {
		if b.Has(key) {
			continue
		}
		b.entries[key] = e
		b.missing = append(b.missing, key)
	}
	slices.Sort(b.missing)
	b.heard = over.patterns()
	return nil
}

// place finds where a value stands.
var place = regexp.MustCompile(`\{([1-9])\}`)

func cut(s string) []piece {
	var list []piece
	from := 0
	for _, m := range place.FindAllStringSubmatchIndex(s, -1) {
		if m[0] > from {
			list = append(list, piece{text: s[from:m[0]]})
		}
		list = append(list, piece{arg: int(s[m[2]] - '0')})
		from = m[1]
	}
	if from < len(s) {
		list = append(list, piece{text: s[from:]})
	}
	return list
}

// Language is the tag of the language, as the pages' lang attribute has it.
func (b *Book) Language() string { return b.language }

// Keys lists all keys.
func (b *Book) Keys() []string { return slices.Sorted(maps.Keys(b.entries)) }

// Missing lists the keys that this language leaves to English.
func (b *Book) Missing() []string { return slices.Clone(b.missing) }

// Has reports whether there is such a key.
func (b *Book) Has(key string) bool { return b.entries[key].forms != nil }

// Places lists which values a key gives a place, in any of its forms.
func (b *Book) Places(key string) []int {
	var list []int
	for _, form := range b.entries[key].forms {
		for _, p := range form {
			if p.arg > 0 && !slices.Contains(list, p.arg) {
				list = append(list, p.arg)
			}
		}
	}
	slices.Sort(list)
	return list
}

// Say gives a sentence with its values put in: whole numbers with their thousands apart, anything else as
// fmt prints it. A key that does not exist is given back between brackets that no sentence has.
func (b *Book) Say(key string, values ...any) string {
	return b.build(key, values, func(s string) string { return s }, b.print)
}

// HTML is Say for markup: values are escaped unless they are template.HTML, and stars make strong.
func (b *Book) HTML(key string, values ...any) template.HTML {
	open := false
	strong := func(s string) string {
		parts := strings.Split(template.HTMLEscapeString(s), "*")
		for i := 1; i < len(parts); i++ {
			open = !open
			if open {
				parts[i] = "<strong>" + parts[i]
			} else {
				parts[i] = "</strong>" + parts[i]
			}
		}
		return strings.Join(parts, "")
	}
	said := b.build(key, values, strong, func(v any) string {
		if h, ok := v.(template.HTML); ok {
			return string(h)
		}
		return template.HTMLEscapeString(b.print(v))
	})
	if open { // a star without its other one
		said += "</strong>"
	}
	return template.HTML(said)
}

func (b *Book) build(key string, values []any, text func(string) string, value func(any) string) string {
	e := b.entries[key]
	if e.forms == nil {
		return "⟦" + key + "⟧"
	}
	form := e.forms[0]
	if len(e.forms) > 1 && len(values) > 0 {
		n, _ := whole(values[0])
		form = e.forms[e.plural(n)]
	}
	var s strings.Builder
	for _, p := range form {
		switch {
		case p.arg == 0:
			s.WriteString(text(p.text))
		case p.arg <= len(values):
			s.WriteString(value(values[p.arg-1]))
		}
	}
	return s.String()
}

func (b *Book) print(v any) string {
	if n, ok := whole(v); ok {
		return b.Count(n)
	}
	return fmt.Sprint(v)
}

func whole(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	}
	return 0, false
}

// Count writes a number with its thousands apart.
func (b *Book) Count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	apart := b.Say("number.thousands")
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + apart + digits[i:]
	}
	return sign + digits
}
