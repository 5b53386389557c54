// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/web/assets"
	"github.com/vedette-mail/vedette/internal/web/words"
)

func TestVisibleShowsWhatWouldHide(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain words stay", "iPhone 15 Pro", "iPhone 15 Pro"},
		{"foreign words stay", "هاتف ليلى 华为", "هاتف ليلى 华为"},
		{"joined emoji stay", "🏳️‍🌈", "🏳️‍🌈"},
		{"an escape becomes a symbol", "\x1b[31m", "␛[31m"},
		{"line ends become spaces", "a\r\nb", "a␍ b"},
		{"a turn of direction becomes a symbol", "\u202egnp.exe", "␦gnp.exe"},
		{"broken bytes become the replacement character", "a\xffb", "a\uFFFDb"},
		{"nul becomes a symbol", "a\x00b", "a␀b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := visible(tt.in); got != tt.want {
				t.Errorf("visible(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestTextIsEscapedCutAndIsolated(t *testing.T) {
	tests := []struct {
		name, in string
		n        int
		want     template.HTML
	}{
		{"nothing is nothing", "", 10, ""},
		{"short words", "bob", 10, `<bdi class="clip">bob</bdi>`},
		{"markup", "<b>", 10, `<bdi class="clip">&lt;b&gt;</bdi>`},
		{"long words keep the whole in the title", `"long" words of many`, 6, `<bdi class="clip" title="&#34;long&#34; words of many">&#34;long&#34;…</bdi>`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := text(tt.in, tt.n); got != tt.want {
				t.Errorf("text(%q, %d) = %s, want %s", tt.in, tt.n, got, tt.want)
			}
		})
	}
	if got := text(strings.Repeat("x", 100_000), 80); len(got) > 3000 {
		t.Errorf("a text of 100,000 letters takes %d bytes of the page", len(got))
	}
}

func TestDurationsAreReadTheWayTheyAreWritten(t *testing.T) {
	for _, d := range []time.Duration{0, time.Minute, 90 * time.Minute, 12 * time.Hour, 7 * 24 * time.Hour, 90 * time.Second} {
		if got, ok := parseDuration(duration(d)); !ok || got != d {
			t.Errorf("%s is written %q and read as %s", d, duration(d), got)
		}
	}
	for _, s := range []string{"", "soon", "-1 h", "1 fortnight", "99999999999999999999 d", "1d2d"} {
		if d, ok := parseDuration(s); ok {
			t.Errorf("%q is read as %s", s, d)
		}
	}
}

func TestAFormNeverSendsAnybodyElsewhere(t *testing.T) {
	for _, path := range []string{"", "//example.invalid", "https://example.invalid/", `/\example.invalid`, "/\nx", "javascript:alert(1)", "relative",
		"/" + strings.Repeat("x", 5000)} {
		if got := localPath(path, "/fallback"); got != "/fallback" {
			t.Errorf("localPath(%q) = %q", path, got)
		}
	}
	if got := localPath("/activesync?q=a%2Fb", "/"); got != "/activesync?q=a%2Fb" {
		t.Errorf("a path of ours becomes %q", got)
	}
}

func TestAPageWithoutBuiltAssetsSaysSoAndAsksForNothingThatIsNotThere(t *testing.T) {
	book, err := words.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{now: time.Now, words: book, assets: &assets.Set{Names: map[string]string{"style.css": "plain.css", "app.js": "", "icons.svg": ""}}}
	if err := s.parseTemplates(); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := s.show(w, 200, "sign_in", "gate", &signInPage{page: page{Title: "Sign in"}}); err != nil {
		t.Fatal(err)
	}
	body := w.Body.String()
	for _, want := range []string{"make assets", `href="/assets/plain.css"`, `name="password"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, not := range []string{"<script", "<svg", `"/assets/"`} {
		if strings.Contains(body, not) {
			t.Errorf("the page has %s", not)
		}
	}
}

// A name written from right to left does not turn a sentence round: it stands for itself.
func TestNamesFromRightToLeftAreIsolatedInSentences(t *testing.T) {
	for words, want := range map[string]string{
		"ليلى.حداد on iPhone14,5":     "<bdi>ليلى.حداد</bdi> on iPhone14,5",
		"ana on Pixel <8>":            "ana on Pixel &lt;8&gt;",
		"Give it to משה כהן, or not":  "Give it to <bdi>משה כהן,</bdi> or not",
		"a\u202Eb is blocked by ליאת": "a\u2426b is blocked by <bdi>ליאת</bdi>",
		"":                            "",
	} {
		if got := string(mixed(words)); got != want {
			t.Errorf("%q becomes %q, want %q", words, got, want)
		}
	}
}
