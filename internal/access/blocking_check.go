// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"strings"
	"unicode/utf8"
)

// Limits of what a blocking rule may hold.
const (
	maxBlockingName  = 100 // characters
	maxBlockingWords = 50  // names, networks, commands
	maxBlockingWord  = 200 // bytes of one
)

// Validate names the first thing about the rule that cannot be used, in words for a person. Fields that
// its kind does not look at have to be empty, so that no rule says more than it does.
func (b *Blocking) Validate() error {
	wrong := func(text string) error { return Invalid("rule", text) }
	name := strings.TrimSpace(b.Name)
	switch {
	case name == "" || utf8.RuneCountInString(name) > maxBlockingName:
		return wrong("Give the rule a name of at most 100 characters.")
	case b.Action != ActionBlock && b.Action != ActionQuarantine && b.Action != ActionWarn:
		return wrong("Choose what the rule does: block, quarantine or warn.")
	case b.Kind.ByRequest() && b.Action == ActionQuarantine:
		return wrong("A rule about networks or commands blocks or warns: a request cannot wait in quarantine, and the next one may come from elsewhere.")
	case len(b.Names) > maxBlockingWords || len(b.Networks) > maxBlockingWords || len(b.Commands) > maxBlockingWords:
		return wrong("A rule holds at most 50 names, networks or commands.")
	}
	only := Blocking{ID: b.ID, Name: b.Name, Order: b.Order, Kind: b.Kind, Action: b.Action, Scoped: b.Scoped}
	switch b.Kind {
	case BlockingOS:
		only.OS, only.Version = b.OS, b.Version
		if strings.TrimSpace(b.OS) == "" || len(b.OS) > maxBlockingWord || !goodVersion(b.Version) {
			return wrong("Name the platform and its lowest good version, such as iOS and 17.4.")
		}
	case BlockingProtocol:
		only.Version = b.Version
		if !goodVersion(b.Version) {
			return wrong("Name the lowest good ActiveSync version, such as 14.1.")
		}
	case BlockingClient, BlockingModel:
		only.Names = b.Names
		if len(b.Names) == 0 {
			return wrong("Name at least one, such as Outlook or *Android*.")
		}
		for _, n := range b.Names {
			if strings.Trim(n, "* \t") == "" || len(n) > maxBlockingWord || !utf8.ValidString(n) {
				return wrong("Every name needs at least one letter beside its stars.")
			}
			if strings.Contains(strings.TrimSuffix(strings.TrimPrefix(n, "*"), "*"), "*") {
				return wrong("A star stands at the beginning or the end of a name, and nowhere else: " + n + ".")
			}
		}
	case BlockingUnseen:
		only.Days = b.Days
		if b.Days < 1 || b.Days > 3650 {
			return wrong("The days without a sync must lie between 1 and 3650.")
		}
	case BlockingNetwork:
		only.Networks, only.Outside = b.Networks, b.Outside
		if len(b.Networks) == 0 {
			return wrong("Name at least one network, such as 203.0.113.0/24.")
		}
		for _, p := range b.Networks {
			if !p.IsValid() || p.Addr().Is4In6() {
				return wrong("Write networks of IPv4 as such: 203.0.113.0/24.")
			}
		}
	case BlockingCommand:
		only.Commands = b.Commands
		if len(b.Commands) == 0 {
			return wrong("Choose at least one command.")
		}
		for _, c := range b.Commands {
			if c == "" || len(c) > maxBlockingWord || c == "Provision" || c == "Options" {
				return wrong("This command cannot be refused: " + c + ".")
			}
		}
	default:
		return wrong("Choose what the rule looks at.")
	}
	if only.OS != b.OS || only.Version != b.Version || len(only.Names) != len(b.Names) || only.Days != b.Days ||
		len(only.Networks) != len(b.Networks) || only.Outside != b.Outside || len(only.Commands) != len(b.Commands) {
		return wrong("The rule holds something that its kind does not look at.")
	}
	return nil
}

// goodVersion reports whether s is numbers with dots between them.
func goodVersion(s string) bool {
	if s == "" || len(s) > 20 {
		return false
	}
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || strings.Trim(part, "0123456789") != "" {
			return false
		}
	}
	return true
}
