// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// formDiffer is one field of a form that somebody else has changed meanwhile, or that was changed here: what
// was typed, and what stands there now.
type formDiffer struct{ Label, Mine, Theirs string }

// differing puts the fields side by side whose values are not the same. Both lists are of one form.
func differing(mine, theirs []formField) (list []formDiffer) {
	stands := make(map[string]string, len(theirs))
	for _, f := range theirs {
		stands[f.Name] = f.shown()
	}
	for _, f := range mine {
		if text := f.shown(); !f.Fixed && text != stands[f.Name] {
			list = append(list, formDiffer{f.Label, clip(visible(text), 300), clip(visible(stands[f.Name]), 300)})
		}
	}
	return list
}

// shown is a field's value in the words that the form shows. A browser ends lines in its own way.
func (f *formField) shown() string {
	for _, c := range f.Choices {
		if c.Chosen {
			return c.Label
		}
	}
	return strings.ReplaceAll(f.Value, "\r\n", "\n")
}

// accountsField is the accounts of a user as one field, to be compared.
func (s *Server) accountsField(list []access.Account) formField {
	var names []string
	for _, a := range list {
		names = append(names, a.Account+" ("+a.Realm+")")
	}
	return formField{Name: "accounts", Label: s.say("user.accounts"), Value: strings.Join(names, ", ")}
}
