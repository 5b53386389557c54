// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package words

// rule says how a language counts.
type rule struct {
	forms int
	form  func(n int64) int
}

// plurals are the ways of counting that a language file can name, each with a language as its example. The
// forms stand in the order in which the file lists them.
func plurals() map[string]rule {
	return map[string]rule{
		"none":    {1, func(int64) int { return 0 }},                        // Japanese
		"one":     {2, func(n int64) int { return pick(n == 1, 0, 1) }},     // English, German, Spanish
		"up-to-1": {2, func(n int64) int { return pick(n < 2, 0, 1) }},      // French
		"2-to-4":  {3, func(n int64) int { return few(n, n > 1 && n < 5) }}, // Czech
		"ends-1":  {3, slavic},                                              // Russian, Ukrainian
		"polish":  {3, func(n int64) int { return few(n, ends234(n)) }},
	}
}

func pick(yes bool, a, b int) int {
	if yes {
		return a
	}
	return b
}

func few(n int64, some bool) int {
	switch {
	case n == 1:
		return 0
	case some:
		return 1
	}
	return 2
}

func ends234(n int64) bool {
	one, two := n%10, n%100
	return one >= 2 && one <= 4 && (two < 12 || two > 14)
}

func slavic(n int64) int {
	switch {
	case n%10 == 1 && n%100 != 11:
		return 0
	case ends234(n):
		return 1
	}
	return 2
}
