// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"testing"
	"unicode"
)

// TestAnAccountIsCalledTheSameWhenItIsReadAgain: the console and a gateway must not disagree, so what
// FoldAccount gives has to be what the protocol library keeps.
func TestAnAccountIsCalledTheSameWhenItIsReadAgain(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r += stride {
		if r == 0x30000 {
			r = 0xE0000 // nothing is assigned in between
		}
		if r == 0xF0000 {
			break // nor is anything from here on that has a meaning
		}
		for _, name := range []string{"o" + string(r), string(r) + "o@lab.example"} {
			a, ok := readAccount(name)
			if !ok {
				continue
			}
			if again, ok := readAccount(a.String()); !ok || again != a {
				t.Errorf("%+q is %+v and then %+v", name, a, again)
			}
		}
	}
}

func TestDomainsHaveSpellingsToo(t *testing.T) {
	for _, d := range []string{"münchen.example", "MÜNCHEN.example.", "xn--mnchen-3ya.example", "XN--MNCHEN-3YA.EXAMPLE", "munchen.example", "münchen。example"} {
		if got := foldDomain(d); got != "munchen.example" {
			t.Errorf("%s becomes %s", d, got)
		}
		if a, ok := readAccount("bob@" + d); !ok || a.Domain != "munchen.example" {
			t.Errorf("bob@%s becomes %+v", d, a)
		}
	}
}
