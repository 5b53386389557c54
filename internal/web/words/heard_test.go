// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package words_test

import (
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/web/words"
)

func TestWhatOtherRoomsSayIsKnownAgainByItsEnglishWords(t *testing.T) {
	en := parse(t, "language.plural = one\nsaid.gone = {1} is gone.\nsaid.on = {1} on {2} is judged anew.\nsaid.block = Its block went too.\n"+
		"said.until = until {1}\nsaid.through = {1} is let through{2}.\nsaid.lost = lost\nsaid.marked = {1} is gone. Nobody is left.\nsaid.pile = {2} reports on {1}\n")
	b, err := words.Parse("yy", "language.plural = one\nsaid.gone = weg: {1}.\nsaid.on = {2}, {1}: neu.\nsaid.block = Block auch.\nsaid.until = bis {1}\n"+
		"said.through = {1} darf{2}.\nsaid.lost = verloren\nsaid.marked = {1} weg, keiner da.\nsaid.pile = auf {1}: {2}", en)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, in, want string }{
		{"a sentence", "ana is gone.", "weg: ana."},
		{"values in another order", "ana on X1 is judged anew.", "X1, ana: neu."},
		{"two sentences", "ana on X1 is judged anew. Its block went too.", "X1, ana: neu. Block auch."},
		{"the sentence with more words of its own wins", "ana is gone. Nobody is left.", "ana weg, keiner da."},
		{"a value that is a piece of a sentence", "ana is let through until noon.", "ana darf bis noon."},
		{"a list of pieces", "lost; lost", "verloren; verloren"},
		{"somebody's own words stay", "left in a taxi", "left in a taxi"},
		{"values that stand the other way round", "3 reports on gw", "auf gw: 3"},
		{"nothing", "", ""},
		{"what is very long stays", strings.Repeat("x is gone. ", 1000), strings.Repeat("x is gone. ", 1000)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := b.Hear(tt.in); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if got := en.Hear(tt.in); got != tt.in {
				t.Errorf("in English %q becomes %q", tt.in, got)
			}
		})
	}
	if got, want := words.Key("{1}’s phone isn't “there”, {2}."), "said.s-phone-isnt-there"; got != want {
		t.Errorf("the key is %q, want %q", got, want)
	}
}
