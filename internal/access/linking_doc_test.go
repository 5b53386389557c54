// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
)

func TestTheTableOfWeightsInTheDocumentationIsTheMatchersOwn(t *testing.T) {
	const begin, end = "<!-- weights -->\n", "<!-- end of weights -->"
	text, err := os.ReadFile("../../docs/operate/linking.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(text), begin)
	got, _, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the table's marks are missing")
	}
	if d := cmp.Diff(weightsTable(), got); d != "" {
		t.Errorf("put the lines with + in place of those with -:\n%s\nthe table:\n%s", d, weightsTable())
	}
	for _, words := range []string{
		fmt.Sprintf("**%d** points", access.LinkFrom), fmt.Sprintf("**%d** ahead", access.LinkAhead),
		fmt.Sprintf("from **%d** points on", access.SuggestFrom), fmt.Sprintf("at least **%d** points", access.ClearFrom),
	} {
		if !strings.Contains(string(text), words) {
			t.Errorf("the text does not say %q", words)
		}
	}
}

func weightsTable() string {
	var b strings.Builder
	b.WriteString("| signal | points | | why |\n|---|---|---|---|\n")
	for _, w := range access.Weights() {
		kind := ""
		switch {
		case w.Identifies:
			kind = "identifies"
		case w.Doubts:
			kind = "leaves it to a person"
		case w.Forbids:
			kind = "forbids"
		}
		points := fmt.Sprintf("%+d", w.Points)
		if w.Points == 0 {
			points = ""
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", w.Says, points, kind, w.Why)
	}
	return b.String()
}
