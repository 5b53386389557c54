// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package words_test

import (
	"html/template"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/web/words"
)

func parse(t *testing.T, text string) *words.Book {
	t.Helper()
	b, err := words.Parse("xx", "number.thousands = ,\n"+text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestASentenceTakesItsValuesWhereItWantsThem(t *testing.T) {
	b := parse(t, "language.plural = one\na = {2} before {1}, {2} again\nb = {1} record | {1} records\nc = one\n two\nd = <b> *{1}* & *more* done")
	tests := []struct {
		name, got, want string
	}{
		{"values in any order", b.Say("a", "x", "y"), "y before x, y again"},
		{"a missing value leaves its place empty", b.Say("a", "x"), " before x,  again"},
		{"one", b.Say("b", 1), "1 record"},
		{"many, with thousands apart", b.Say("b", int64(12345)), "12,345 records"},
		{"a line that goes on", b.Say("c"), "one two"},
		{"a key that is not there", b.Say("nothing.here"), "⟦nothing.here⟧"},
		{"markup is escaped and stars are strong", string(b.HTML("d", "<i>")), "&lt;b&gt; <strong>&lt;i&gt;</strong> &amp; <strong>more</strong> done"},
		{"markup a page gives stays", string(b.HTML("a", template.HTML("<i>x</i>"), "&")), "&amp; before <i>x</i>, &amp; again"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got != tt.want {
				t.Errorf("%q, want %q", tt.got, tt.want)
			}
		})
	}
}

func TestLanguagesCountInTheirOwnWay(t *testing.T) {
	tests := []struct {
		plural, forms string
		want          map[int]string
	}{
		{"none", "a", map[int]string{0: "a", 1: "a", 5: "a"}},
		{"one", "a | b", map[int]string{0: "b", 1: "a", 2: "b"}},
		{"up-to-1", "a | b", map[int]string{0: "a", 1: "a", 2: "b"}},
		{"2-to-4", "a | b | c", map[int]string{0: "c", 1: "a", 2: "b", 4: "b", 5: "c", 22: "c"}},
		{"ends-1", "a | b | c", map[int]string{0: "c", 1: "a", 2: "b", 5: "c", 11: "c", 12: "c", 21: "a", 22: "b", 25: "c", 111: "c"}},
		{"polish", "a | b | c", map[int]string{0: "c", 1: "a", 2: "b", 5: "c", 12: "c", 21: "c", 22: "b", 112: "c"}},
	}
	for _, tt := range tests {
		b := parse(t, "language.plural = "+tt.plural+"\nx = "+tt.forms)
		for n, want := range tt.want {
			if got := b.Say("x", n); got != want {
				t.Errorf("%s: %d gets the form %q, want %q", tt.plural, n, got, want)
			}
		}
	}
}

func TestAMistakeInAFileIsNamed(t *testing.T) {
	over := parse(t, "language.plural = one\na = 1\nb = {1} x | {1} y")
	tests := []struct{ name, text, want string }{
		{"no rule for numbers", "a = b", "language.plural"},
		{"a line that is nothing", "language.plural = one\nwhat", "line 2"},
		{"a key twice", "language.plural = one\na = 1\na = 2", "a is there twice"},
		{"too many forms", "language.plural = one\na = 1 | 2 | 3", "3 forms"},
		{"a key no page says", "language.plural = one\nb = 1 | 2\nz = 1", "no page says z"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := words.Parse("yy", tt.text, over)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want it to say %q", err, tt.want)
			}
		})
	}
	if _, err := words.Load("tlh"); err == nil || !strings.Contains(err.Error(), "en") {
		t.Errorf("a language that is not there: %v", err)
	}
}

func TestWhatALanguageLeavesOutIsSaidInEnglish(t *testing.T) {
	over := parse(t, "language.plural = one\na = hello\nb = bye\nc = {1} day | {1} days")
	b, err := words.Parse("yy", "language.plural = none\na = salut", over)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.Say("a") + " " + b.Say("b") + " " + b.Say("c", 1) + " " + b.Say("c", 2); got != "salut bye 1 day 2 days" {
		t.Errorf("%q", got)
	}
	if got := b.Missing(); !slices.Equal(got, []string{"b", "c", "number.thousands"}) {
		t.Errorf("missing: %v", got)
	}
}

// Every language gives the same values a place that English gives one, and no others.
func TestEveryLanguageUsesTheSameValues(t *testing.T) {
	en, err := words.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range words.Languages() {
		b, err := words.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range en.Keys() {
			if got, want := b.Places(key), en.Places(key); !slices.Equal(got, want) {
				t.Errorf("%s: %s has the places %v, English %v", name, key, got, want)
			}
		}
	}
}

func TestAgoSaysHowLong(t *testing.T) {
	b, err := words.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		before time.Duration
		want   string
	}{
		{0, "just now"}, {9 * time.Second, "just now"}, {42 * time.Second, "42 s ago"}, {90 * time.Second, "1 min ago"},
		{59*time.Minute + 59*time.Second, "59 min ago"}, {25 * time.Hour, "1 d ago"}, {40 * 24 * time.Hour, "2026-10-12"},
		{-3 * time.Hour, "in 3 h"},
	}
	for _, tt := range tests {
		if got := b.Ago(now.Add(-tt.before), now); got != tt.want {
			t.Errorf("%s before now is %q, want %q", tt.before, got, tt.want)
		}
	}
	if got, want := b.Hour(now), "Sat 12:00"; got != want {
		t.Errorf("the hour is %q, want %q", got, want)
	}
	if !regexp.MustCompile(`^2026-11-21 12:00:00 UTC$`).MatchString(b.Exact(now)) || b.Day(now) != "2026-11-21" {
		t.Errorf("exact %q, day %q", b.Exact(now), b.Day(now))
	}
}

// It does not fail: a language may be as far as it is. With -v it lists what is left to do.
func TestWhatEachLanguageLeavesToEnglish(t *testing.T) {
	for _, name := range words.Languages() {
		b, err := words.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s (%s): %d of %d sentences are in English", name, b.Say("language.name"), len(b.Missing()), len(b.Keys()))
		for _, key := range b.Missing() {
			t.Log("  " + key)
		}
	}
}
