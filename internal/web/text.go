// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// functions are what templates may call beside what is built in.
func (s *Server) functions() template.FuncMap {
	return template.FuncMap{
		"asset":     s.assetURL,
		"built":     func() bool { return s.assets.Built },
		"icon":      s.icon,
		"text":      text,
		"visible":   visible,
		"mixed":     mixed,
		"clip":      func(n int, words string) string { return clip(words, n) },
		"ago":       s.ago,
		"t":         s.say,
		"h":         s.html,
		"hear":      s.hear,
		"browser":   s.browserCell,
		"connected": s.connected,
		"language":  s.words.Language,
		"times":     s.times,
		"once":      s.keyField,
		"code": func(v any) template.HTML {
			return template.HTML("<code>" + template.HTMLEscapeString(visible(v)) + "</code>")
		},
	}
}

// assetURL gives the address of an asset, or "" when this build does not have it.
func (s *Server) assetURL(name string) string {
	file := s.assets.Names[name]
	if file == "" {
		return ""
	}
	return "/assets/" + file
}

// icon gives one symbol of the sprite. It says nothing by itself: words always stand beside it.
func (s *Server) icon(name string, classes ...string) template.HTML {
	sprite := s.assetURL("icons.svg")
	if sprite == "" {
		return ""
	}
	class := template.HTMLEscapeString(strings.Join(append([]string{"icon"}, classes...), " "))
	return template.HTML(`<svg class="` + class + `" aria-hidden="true"><use href="` + sprite + `#` +
		template.HTMLEscapeString(name) + `"/></svg>`)
}

// text shows somebody else's words: at most n characters, control characters made visible, isolated
// from the direction of the text around them. The whole of it, up to a bound, is in the title.
func text(v any, n int) template.HTML {
	words := visible(v)
	if words == "" {
		return ""
	}
	short, title := clip(words, n), ""
	if utf8.RuneCountInString(words) > 16 {
		title = ` title="` + template.HTMLEscapeString(clip(words, 1024)) + `"`
	}
	return template.HTML(`<bdi class="clip"` + title + `>` + template.HTMLEscapeString(short) + `</bdi>`)
}

// mixed shows a sentence that holds names: what is written from right to left in it stands for itself, and
// does not turn round what stands beside it.
func mixed(sentence string) template.HTML {
	var b strings.Builder
	open := false
	for i, word := range strings.Split(visible(sentence), " ") {
		leftward := strings.ContainsFunc(word, func(r rune) bool {
			return unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko)
		})
		if open && !leftward {
			b.WriteString("</bdi>")
		}
		if i > 0 {
			b.WriteString(" ")
		}
		if leftward && !open {
			b.WriteString("<bdi>")
		}
		open = leftward
		b.WriteString(template.HTMLEscapeString(word))
	}
	if open {
		b.WriteString("</bdi>")
	}
	return template.HTML(b.String())
}

// visible gives words with their control characters shown as symbols and without the marks that turn
// the direction of text around: what cannot be seen must not change what can.
func visible(v any) string {
	words := fmt.Sprint(v)
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r < 0x20:
			return 0x2400 + r
		case r == 0x7f:
			return 0x2421
		case r == utf8.RuneError:
			return '\uFFFD'
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0x061C:
			return '\u2426'
		case unicode.Is(unicode.Cc, r):
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(words, "\uFFFD"))
}

func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	for i := range s {
		if n--; n < 0 {
			return s[:i] + "…"
		}
	}
	return s
}

// ago gives a moment relative to now, with the exact one behind it.
func (s *Server) ago(t time.Time) template.HTML {
	if t.IsZero() {
		return soft(s.say("time.never"))
	}
	return template.HTML(`<time data-ago datetime="` + t.UTC().Format(time.RFC3339) + `" title="` + template.HTMLEscapeString(s.exact(t)) + `">` +
		template.HTMLEscapeString(s.words.Ago(t.In(s.location()), s.now())) + `</time>`)
}

// say gives a sentence of the catalogue, see words.Book.
func (s *Server) say(key string, values ...any) string { return s.words.Say(key, values...) }

// html is say with markup.
func (s *Server) html(key string, values ...any) template.HTML { return s.words.HTML(key, values...) }

// times is what the script says of a moment that moves on, as JSON: {n} is the number, {t} how long.
func (s *Server) times() string {
	said := map[string]string{"now": s.say("time.now"), "ago": s.say("time.ago", "{t}"), "ahead": s.say("time.ahead", "{t}")}
	for _, unit := range []string{"seconds", "minutes", "hours", "days"} {
		said[unit] = s.say("time."+unit, "{n}")
	}
	text, err := json.Marshal(said)
	if err != nil { // strings always marshal
		return "{}"
	}
	return string(text)
}

// count writes a number with its thousands apart.
func count[T ~int | ~int64](s *Server, n T) string { return s.words.Count(int64(n)) }

// duration writes a length of time the way the preferences read it: "12 h", "7 d".
func duration(d time.Duration) string {
	switch {
	case d == 0:
		return "0"
	case d%(24*time.Hour) == 0:
		return fmt.Sprintf("%d d", d/(24*time.Hour))
	case d%time.Hour == 0:
		return fmt.Sprintf("%d h", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return d.String()
}

// parseDuration reads what duration writes; Go's own form works too.
func parseDuration(s string) (time.Duration, bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	if s == "0" {
		return 0, true
	}
	if days, ok := strings.CutSuffix(s, "d"); ok {
		h, err := time.ParseDuration(days + "h")
		return h * 24, err == nil && h >= 0 && h <= 1000*time.Hour
	}
	s = strings.Replace(s, "min", "m", 1)
	d, err := time.ParseDuration(s)
	return d, err == nil && d >= 0
}
