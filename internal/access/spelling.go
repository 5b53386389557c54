// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// FoldAccount gives the spelling that all spellings of a login name share. Mail servers compare
// names by the rules of what stands behind them, and these differ; what any of them takes for the same
// account must be one record, or a block is a matter of spelling. So this folds as much as the most
// lenient of them, Active Directory and databases with a collation that ignores accents:
//
//   - case, width, circled, superscript and other compatibility forms: ＢＯＢ, ⓑob and bob;
//   - accents, strokes and points: böb, bøb and bob, but no letter becomes another one by it;
//   - letters that stand for two: ß and ss, æ and ae, œ and oe, þ and th; ı and i;
//   - Katakana and Hiragana, large and small;
//   - spaces of all kinds, and how many there are in a row;
//   - what cannot be seen, has no meaning or no weight in a comparison: joiners, direction marks,
//     variation selectors, characters nobody has assigned, pictures.
//
// Letters that only look alike (Cyrillic а and Latin a) stay different: no server confuses them. ä does
// not become ae. The price is that two people whose names differ by an accent alone, on a server that
// tells them apart, share a record if they share a phone.
//
// The result is for comparing, not for showing or forwarding. It is its own folded spelling. ok is false
// for names with control characters or line ends, and where nothing is left. Bytes that are no UTF-8
// are read as Latin-1.
func FoldAccount(name string) (folded string, ok bool) {
	if plain(name) {
		return name, name != ""
	}
	if !utf8.ValidString(name) {
		name = latin1(name)
	}
	// Folding can undo what normalization has done and the reverse, hence twice.
	name = norm.NFKD.String(cases.Fold().String(norm.NFKD.String(name)))
	var b strings.Builder
	b.Grow(len(name))
	space := true // at the front none counts
	for _, r := range name {
		switch {
		case unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r):
			return "", false
		case unicode.Is(unicode.Zs, r):
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		case r < utf8.RuneSelf:
			b.WriteRune(unicode.ToLower(r))
		case weightless(r):
			continue
		default:
			writeBase(&b, r)
		}
		space = false
	}
	folded = norm.NFC.String(strings.TrimSuffix(b.String(), " "))
	return folded, folded != ""
}

// plain reports names that are folded already, which nearly all are.
func plain(name string) bool {
	before := byte(' ')
	for i := range len(name) {
		c := name[i]
		if c < ' ' || c >= 0x7F || 'A' <= c && c <= 'Z' || c == ' ' && before == ' ' {
			return false
		}
		before = c
	}
	return before != ' ' || name == ""
}

func latin1(s string) string {
	out := make([]rune, len(s))
	for i := range len(s) {
		out[i] = rune(s[i])
	}
	return string(out)
}

// weightless reports characters that some comparison passes over: those that cannot be seen, marks on
// letters, and those without a place in the order of letters. Vowel signs of Indic and South-East Asian
// scripts are letters and stay.
func weightless(r rune) bool {
	switch {
	case unicode.In(r, unicode.Cf, unicode.Co, unicode.So, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point):
		return true
	case unicode.In(r, unicode.Mn, unicode.Me):
		return unicode.In(r, unicode.Inherited, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Hebrew, unicode.Arabic)
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S)
}

// writeBase writes what is left of a letter that normalization does not take apart.
func writeBase(b *strings.Builder, r rune) {
	const hiragana = 'ァ' - 'ぁ'
	if 'ァ' <= r && r <= 'ヶ' || r == 'ヽ' || r == 'ヾ' {
		r -= hiragana
	}
	switch r {
	case 'æ':
		b.WriteString("ae")
	case 'œ':
		b.WriteString("oe")
	case 'þ':
		b.WriteString("th")
	case 'ⱥ':
		b.WriteByte('a')
	case 'ƀ':
		b.WriteByte('b')
	case 'ȼ':
		b.WriteByte('c')
	case 'đ', 'ð':
		b.WriteByte('d')
	case 'ɇ':
		b.WriteByte('e')
	case 'ǥ':
		b.WriteByte('g')
	case 'ħ':
		b.WriteByte('h')
	case 'ı', 'ɨ':
		b.WriteByte('i')
	case 'ɉ':
		b.WriteByte('j')
	case 'ł', 'ƚ':
		b.WriteByte('l')
	case 'ø', 'ɵ':
		b.WriteByte('o')
	case 'ɍ':
		b.WriteByte('r')
	case 'ŧ', 'ⱦ':
		b.WriteByte('t')
	case 'ʉ':
		b.WriteByte('u')
	case 'ɏ':
		b.WriteByte('y')
	case 'ƶ':
		b.WriteByte('z')
	case 'ぁ', 'ぃ', 'ぅ', 'ぇ', 'ぉ', 'っ', 'ゃ', 'ゅ', 'ょ', 'ゎ': // the small one stands before the large one
		b.WriteRune(r + 1)
	case 'ゕ':
		b.WriteRune('か')
	case 'ゖ':
		b.WriteRune('け')
	case '。': // a dot between the parts of a domain
		b.WriteByte('.')
	default:
		b.WriteRune(unicode.ToLower(r))
	}
}
