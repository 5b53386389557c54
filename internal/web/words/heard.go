// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package words

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// said is where the sentences of the rooms behind the pages stand: what a verb did, why something cannot be
// done, what the log keeps. Those rooms speak English, to the API and the log as well, and much of it is kept
// in the store; Hear knows the sentences again by their English words.
const said = "said."

// longest is the text that is looked at: longer ones are somebody's own words and stay.
const longest = 4000

// pattern is one such sentence: the text between its values, in the order in which they stand.
type pattern struct {
	key    string
	whole  *regexp.Regexp
	args   []int // which value each group of whole is
	sure   string
	weight int // letters that are the sentence's own
}

// patterns lists the sentences of a book, those with the most words of their own first.
func (b *Book) patterns() []pattern {
	var list []pattern
	for key, e := range b.entries {
		if strings.HasPrefix(key, said) {
			list = append(list, patternOf(key, e.forms[0]))
		}
	}
	slices.SortFunc(list, func(a, c pattern) int {
		return cmp.Or(cmp.Compare(c.weight, a.weight), cmp.Compare(a.key, c.key))
	})
	return list
}

func patternOf(key string, form []piece) pattern {
	p := pattern{key: key}
	var re strings.Builder
	re.WriteString(`(?s)\A`)
	for i, part := range form {
		switch {
		case part.arg == 0:
			re.WriteString(regexp.QuoteMeta(part.text))
			if len(part.text) > len(p.sure) {
				p.sure = part.text
			}
			p.weight += len([]rune(part.text))
		case i == len(form)-1:
			re.WriteString(`(.*)`)
			p.args = append(p.args, part.arg)
		default:
			re.WriteString(`(.*?)`)
			p.args = append(p.args, part.arg)
		}
	}
	re.WriteString(`\z`)
	p.whole = regexp.MustCompile(re.String()) // of quoted text and groups: it always compiles
	return p
}

// Hear gives in this language what another room has said in English. What it does not know stays as it is,
// as somebody's own words do.
func (b *Book) Hear(text string) string {
	if b.heard == nil || text == "" || len(text) > longest {
		return text
	}
	return b.hear(text, 4)
}

func (b *Book) hear(text string, deep int) string {
	bare := strings.TrimSpace(text)
	if bare == "" || deep == 0 {
		return text
	}
	before, after, _ := strings.Cut(text, bare)
	if s, ok := b.sentence(bare, deep); ok {
		return before + s + after
	}
	// Several sentences, or a list: each part for itself.
	for _, sep := range []string{". ", "; ", ": ", ", "} {
		left, right, found := strings.Cut(bare, sep)
		if !found {
			continue
		}
		end := strings.TrimRight(sep, " ;:,")
		one, two := b.hear(left+end, deep-1), b.hear(right, deep)
		if one != left+end || two != right {
			return before + one + strings.TrimPrefix(sep, end) + two + after
		}
	}
	return text
}

// sentence finds the sentence that a text is, if it is one.
func (b *Book) sentence(text string, deep int) (string, bool) {
	for i := range b.heard {
		p := &b.heard[i]
		if !strings.Contains(text, p.sure) {
			continue
		}
		m := p.whole.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		values := make([]any, slices.Max(append(p.args, 0)))
		for j, n := range p.args {
			values[n-1] = b.hear(m[j+1], deep-1)
		}
		for j := range values {
			if values[j] == nil {
				values[j] = ""
			}
		}
		return b.Say(p.key, values...), true
	}
	return "", false
}

// Key makes the key of a sentence of another room from its English words.
func Key(english string) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(place.ReplaceAllString(english, "")) {
		switch {
		case r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		case r != '\'':
			dash = true
		}
		if b.Len() >= 70 {
			break
		}
	}
	return said + b.String()
}
