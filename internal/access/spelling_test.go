// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/vedette-mail/vedette/internal/access"
)

// what some mail server, directory or database takes for bob is bob.
func TestSpellingsOfOneLoginFoldToOne(t *testing.T) {
	for want, spellings := range map[string][]string{
		"bob": {
			"bob", "BOB", "Bob", " bob", "bob ", "\u00a0bob\u3000", // spaces of other kinds too
			"\uff22\uff2f\uff22", "\uff42\uff4f\uff42", // full width
			"\u24d1\u24de\u24d1", "b\u2092b", "b\u00bab", "\U0001d41b\U0001d428\U0001d41b", // circled, subscript, superscript, bold
			"b\u00f6b", "B\u00d6B", "bo\u0308b", "b\u00f8b", "b\u01ebb", "b\u030ao\u0327\u0301b", "bo\u0180", // accents, strokes
			"b\u200bob", "\ufeffbob", "bob\u200d", "b\u00adob", "b\u034fob", "b\u2060ob", "b\ufe0fob", "b\U000e0101ob", // not to be seen
			"\u202ebob", "b\u2066ob\u2069", "\u061cbob", "bob\u200f", // direction
			"b\u115fob", "bob\u3164", "bob\uffa0", // Korean fillers
			"b\U000e0061ob", "bob\ue000", "bob\uffff", "bob\U0001f600", "bob\ufffd", "bob\u0378", // tags, private use, nobody's, pictures
			"b\u20ddob", // a circle around
		},
		"muller":               {"müller", "MÜLLER", "mu\u0308ller", "muller", "m\xfcller"},
		"strasse":              {"straße", "STRASSE", "STRAẞE", "stra\u017fse", "Straſſe"},
		"aether":               {"æther", "ÆTHER", "ǽther", "aether"},
		"thor":                 {"þor", "Þor", "thor"},
		"isik":                 {"ışık", "IŞIK", "İşik", "isik"},
		"lodz":                 {"łódź", "ŁÓDŹ", "lodz"},
		"office":               {"o\ufb03ce", "oﬃce", "OFFICE"},
		"σασ":                  {"ΣΑΣ", "σας", "σάς"},
		"иван":                 {"ИВАН", "иван", "и\u0306ван"},
		"たなか":                  {"タナカ", "ﾀﾅｶ", "㋟ナカ", "たなか", "だなか"},
		"つ":                    {"ツ", "っ", "㋡", "ッ"},
		"한":                    {"한", "\u1112\u1161\u11ab"},
		"a b":                  {"a b", "a  b", "a\u2003 b", "A\u00a0b"},
		"a.b":                  {"a.b", "a\uff0eb", "a。b", "a\uff61b"},
		"lab\\bob@lab.example": {"LAB\\bob@lab.example", "lab\uff3cbob\uff20lab.example"},
	} {
		for _, s := range spellings {
			if got, ok := access.FoldAccount(s); got != want || !ok {
				t.Errorf("%q (%+q) becomes %q, %v, want %q", s, s, got, ok, want)
			}
		}
	}
}

// names that differ by more than spelling stay apart.
func TestDifferentNamesStayDifferent(t *testing.T) {
	for _, c := range []struct{ why, a, b string }{
		{"ö is not oe, not even in German", "böb", "boeb"},
		{"one s is not two", "strase", "straße"},
		{"letters that only look alike, Cyrillic", "bоb", "bob"},
		{"letters that only look alike, Greek", "bοb", "bob"},
		{"a digit is not a letter", "b0b", "bob"},
		{"punctuation counts", "b.ob", "bob"},
		{"a dash counts", "b-ob", "bob"},
		{"an apostrophe counts", "o'neil", "oneil"},
		{"a space inside counts", "b ob", "bob"},
		{"Thai vowels are letters", "กุ", "กู"},
		{"Devanagari vowels are letters", "कि", "की"},
		{"the name behind a number sign", "bob#alice", "bob"},
		{"l and I", "bIll", "blll"},
	} {
		a, okA := access.FoldAccount(c.a)
		b, okB := access.FoldAccount(c.b)
		if !okA || !okB || a == b {
			t.Errorf("%s: %q and %q become %q and %q", c.why, c.a, c.b, a, b)
		}
	}
}

func TestNamesThatCannotBeNamesAreRefused(t *testing.T) {
	for _, s := range []string{"", " ", "\u00a0", "\u200b\u200b", "bob\x00", "bo\nb", "bob\x7f", "bob\u0085", "bob\u2028", "\u2029bob", "bob\x9b", "\U0001f600"} {
		if got, ok := access.FoldAccount(s); ok {
			t.Errorf("%+q becomes %q", s, got)
		}
	}
}

func TestAFoldedNameIsItsOwnFolding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkFolded(t, rapid.String().Draw(t, "name"))
	})
}

// TestEveryCharacterFoldsOnce goes through all of them, alone and behind a letter.
func TestEveryCharacterFoldsOnce(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r == 0x40000 {
			r = 0xE0000 // nothing is assigned in between
		}
		checkFolded(t, string(r))
		if r < 0x3000 {
			checkFolded(t, "o"+string(r))
		}
	}
}

func FuzzFoldAccount(f *testing.F) {
	for _, s := range []string{"bob", "b\u00f6b", "m\xfcller", "b\u200bob ", "ﷺ", "\u1112\u1161\u11ab", "ツ\u3099"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkFolded(t, s) })
}

type failer interface{ Errorf(string, ...any) }

func checkFolded(t failer, s string) {
	once, ok := access.FoldAccount(s)
	if !ok {
		return
	}
	if twice, ok := access.FoldAccount(once); twice != once || !ok {
		t.Errorf("%+q becomes %+q and that %+q, %v", s, once, twice, ok)
	}
	if once != strings.TrimSpace(once) || strings.ContainsFunc(once, unicode.IsControl) {
		t.Errorf("%+q becomes %+q", s, once)
	}
}

func TestAPlainNameFoldsWithoutAllocation(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { access.FoldAccount("bob.smith@lab.example") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
