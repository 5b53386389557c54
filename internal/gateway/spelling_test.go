// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"testing"

	"github.com/vedette-mail/vedette/eas/eastest"
)

// a name is another name for the pair that is blocked, or it is not; which it is depends on the
// server that would take it.
func TestNoSpellingIsAWayAroundABlock(t *testing.T) {
	kinds := []string{"exchange", "sogo", "zpush", "grommunio", "horde", "other"}
	all := kinds
	table := map[string][]string{
		"bob":                       all,
		"BOB":                       all,
		" bob ":                     all,
		"bob@lab.example":           all,
		"BOB@Lab.Example.":          all,
		`LAB\bob`:                   all,
		`lab\BOB@lab.example`:       all,
		`\bob`:                      all,
		`.\bob`:                     all,
		"\uff22\uff4f\uff42":        all, // full width
		"b\u00f6b":                  all, // Active Directory passes over accents
		"bo\u0308b":                 all,
		"b\u200bob":                 all, // databases pass over what cannot be seen
		"\u202ebob":                 all,
		"b\xf6b":                    all, // Latin-1
		"bob\uff20lab.example":      all, // a full-width @
		"bob@l\u00e4b.example":      all,
		"l\u00e4b\\bob":             all,
		"bob@lab\u3002example":      all,
		`elsewhere\bob`:             {"sogo", "zpush", "grommunio", "horde"},
		`elsewhere\BOB@lab.example`: all,
		`a\b\bob`:                   {"zpush", "grommunio", "horde"},
		"LAB/bob":                   {"exchange"},
		"bob%40lab.example":         {"sogo"},
		`x\bob%40lab.example`:       {"sogo"},
		"bob@elsewhere.example":     {"zpush", "horde"},
		`x\bob@elsewhere.example`:   {"zpush", "horde"},
		"bob#bob":                   {"zpush"},
		"bob#alice":                 {"zpush"},
		`x\bob#alice@lab.example`:   {"zpush"},
		"bob!bob":                   {"grommunio"},
		"bobby":                     nil,
		"b\u043eb":                  nil, // a Cyrillic letter
		"boeb":                      nil,
		`bob\alice`:                 nil,
		"alice#bob":                 nil,
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w, server := behindOf(t, kind)
			w.apply(record("bob", "PHONEBOB", block("lost")))
			server.SetHook(func(r *eastest.Record) *eastest.Fault {
				if r.Method == http.MethodOptions {
					return &eastest.Fault{HTTP: http.StatusOK} // as a server that takes the spelling does
				}
				return nil
			})
			// Those that are bob first: the others are refused by the server, which the shield remembers.
			for _, want := range []bool{true, false} {
				for login, bob := range table {
					if slices.Contains(bob, kind) != want {
						continue
					}
					p := w.phone("bob")
					p.User = login
					if _, err := p.FolderSync(timeout(t), "0"); (easStatus(err) == 129) != want {
						t.Errorf("%+q is refused as bob: %v, want %v (%v)", login, !want, want, err)
					}
				}
			}
		})
	}
}

// what is no name at all is told so here, and never reaches the mail server.
func TestNamesWithControlCharactersAreNotForwarded(t *testing.T) {
	w, server := behindOf(t, "other")
	for _, login := range []string{"bob\x00", "bo\rb", "bob\u0085", "bob\u2028", "\u200b", "\U0001f600"} {
		p := w.phone("bob")
		p.User = login
		if _, err := p.FolderSync(timeout(t), "0"); statusOf(err) != http.StatusUnauthorized {
			t.Errorf("%+q: %v", login, err)
		}
	}
	for _, r := range server.Requests() {
		if r.Method == http.MethodPost {
			t.Errorf("%s %s was forwarded", r.Method, r.User)
		}
	}
}

// the raw form is forwarded as it was sent.
func TestALoginIsForwardedAsItIsSpelt(t *testing.T) {
	w, server := behindOf(t, "other")
	p := w.phone("bob")
	p.User = "L\u00e4b\\BOB"
	if _, err := p.FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	want, posts := "Basic "+base64.StdEncoding.EncodeToString([]byte(p.User+":bobpw")), 0
	for _, r := range server.Requests() {
		if r.Method != http.MethodPost {
			continue
		}
		posts++
		if got := r.Header.Get("Authorization"); got != want {
			t.Errorf("forwarded as %q, want %q", got, want)
		}
	}
	if posts == 0 {
		t.Error("nothing was forwarded")
	}
}
