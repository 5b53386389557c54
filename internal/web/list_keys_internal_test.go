// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import "slices"

// keys lists what the catalogue has to say for this list.
func (l *list[R]) keys() []string {
	keys := []string{"title", "name", "count", "empty", "empty-text"}
	if l.On == "" {
		keys = append(keys, "lead")
	}
	if l.Searches {
		keys = append(keys, "search", "none-search")
	}
	if len(l.Filters) > 0 {
		keys = append(keys, "none-filter")
	}
	if l.Searches && len(l.Filters) > 0 {
		keys = append(keys, "none-both")
	}
	if l.Searches || len(l.Filters) > 0 {
		keys = append(keys, "none", "every")
	}
	if l.When != nil {
		keys = append(keys, "news")
	}
	if l.Pane != nil {
		keys = append(keys, "pane")
	}
	for _, c := range slices.Concat(l.Columns, l.Filed) {
		keys = append(keys, "col."+c.Key)
		if c.Help {
			keys = append(keys, "help."+c.Key)
		}
	}
	for _, f := range l.Filters {
		if f.Kind != "hidden" {
			keys = append(keys, "filter."+f.Name)
		}
		for _, o := range f.Options {
			if !f.Raw {
				keys = append(keys, f.Name+"."+o)
			}
		}
	}
	for i, k := range keys {
		keys[i] = l.Words + "." + k
	}
	if hint := l.Words + ".note-hint"; l.s.words.Has(hint) {
		keys = append(keys, hint)
	}
	for _, a := range l.Acts {
		if a.Form != nil {
			keys = append(keys, "act."+a.name())
			continue
		}
		keys = append(keys, "act."+a.name(), l.Words+".ask."+a.name(), l.Words+".what."+a.name(), l.Words+".these", l.Words+".them")
		if a.Choose != nil {
			keys = append(keys, l.Words+".choose."+a.name(), l.Words+".choose-hint."+a.name())
		}
	}
	return keys
}

// keys lists the words that a page needs.
func (d *setting) keys() []string {
	at := "settings." + d.Words + "."
	list := []string{at + "title", at + "lead"}
	for _, f := range d.Fields {
		list = append(list, at+f.Name)
		if f.Hint {
			list = append(list, at+f.Name+"-hint")
		}
		for _, o := range f.Options {
			list = append(list, at+f.Name+"-"+o)
		}
	}
	for _, a := range d.Acts {
		list = append(list, at+a.Name, at+a.Name+"-hint")
		if a.Field != "" {
			list = append(list, at+a.Name+"-"+a.Field)
		}
	}
	return list
}
