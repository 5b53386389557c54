// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// mostNamed is how many names a sentence about a rule lists.
const mostNamed = 3

// sentenceOf says what a rule does: "Quarantines iOS below 17.4, for Sales". names calls its users, as far as one
// may see them; the others are counted.
func sentenceOf(b *store.Blocking, names map[access.UserID]string) string {
	s := actionWord(b.Action) + " " + traitWords(&b.Blocking)
	if b.ForEverybody() {
		return s
	}
	list := slices.Clone(b.Groups)
	unnamed := 0
	for _, id := range b.Users {
		if n := names[id]; n != "" {
			list = append(list, n)
		} else {
			unnamed++
		}
	}
	if unnamed > 0 {
		list = append(list, count(unnamed, "user", "users"))
	}
	return s + ", for " + listed(list)
}

func actionWord(a access.BlockingAction) string {
	switch a {
	case access.ActionBlock:
		return "Blocks"
	case access.ActionQuarantine:
		return "Quarantines"
	}
	return "Warns of"
}

// traitWords says what a rule speaks of.
func traitWords(b *access.Blocking) string {
	switch b.Kind {
	case access.BlockingOS:
		return b.OS + " below " + b.Version
	case access.BlockingProtocol:
		return "ActiveSync below " + b.Version
	case access.BlockingClient:
		return "the mail apps " + listed(b.Names)
	case access.BlockingModel:
		return "the models " + listed(b.Names)
	case access.BlockingUnseen:
		return "phones without a sync for " + count(b.Days, "day", "days")
	case access.BlockingNetwork:
		nets := make([]string, len(b.Networks))
		for i, n := range b.Networks {
			nets[i] = n.String()
		}
		if b.Outside {
			return "requests from outside " + listed(nets)
		}
		return "requests from " + listed(nets)
	case access.BlockingCommand:
		cmds := slices.Clone(b.Commands)
		for i, c := range cmds {
			if c == access.FeatureLibrary {
				cmds[i] = "documents from file shares"
			}
		}
		return "the commands " + listed(cmds)
	}
	return string(b.Kind)
}

// listed names the first of a list and counts the rest.
func listed(list []string) string {
	if n := len(list) - mostNamed; n > 1 {
		return strings.Join(list[:mostNamed], ", ") + " and " + fmt.Sprint(n) + " more"
	}
	return strings.Join(list, ", ")
}

// ruleWords says what has changed about a rule, for the audit log.
func ruleWords(before, after *store.Blocking) string {
	var d diffs
	d.add("Name", before.Name, after.Name)
	if x, y := whatWords(before), whatWords(after); x != y {
		if before.Kind == "" {
			d = append(d, y)
		} else {
			d = append(d, x+" → "+y)
		}
	}
	if after.Kind != "" && before.Kind != "" && !slices.Equal(before.Users, after.Users) && len(before.Users) == len(after.Users) {
		d = append(d, "other users") // by number alone: a line of the audit log outlives them
	}
	d.add("In force", before.Enabled, after.Enabled)
	d.add("Records without confirmation", limitWords(before.Most), limitWords(after.Most))
	if after.Confirmed > 0 {
		d.add("Confirmed", before.Confirmed, after.Confirmed)
	}
	d.add("Place", before.Order, after.Order)
	d.add("Note", before.Note, after.Note)
	return strings.Join(d, "; ")
}

// whatWords is the whole of what a rule says, so that two that differ read differently.
func whatWords(b *store.Blocking) string {
	if b.Kind == "" {
		return ""
	}
	s := sentenceOf(b, nil)
	for _, l := range [][]string{b.Names, b.Commands, b.Groups} {
		if len(l) > mostNamed {
			s += " (" + strings.Join(l, ", ") + ")"
		}
	}
	if len(b.Networks) > mostNamed {
		s += fmt.Sprint(" ", b.Networks)
	}
	return s
}
