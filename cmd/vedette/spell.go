// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/config"
)

// spellDevice gives the canonical form of an ActiveSync device id that a person types.
func spellDevice(text string) (string, bool) {
	id, ok := eas.ParseDeviceID(text)
	return string(id), ok
}

// spellAccount gives the canonical name of an account that a person types, in a realm, as gateways do: a
// domain of the realm's mail servers does not count, another one does.
func spellAccount(backends []config.Backend) func(realm, text string) (string, bool) {
	own := map[[2]string]bool{}
	for _, b := range backends {
		realm := b.Realm
		if realm == "" {
			realm = b.Name
		}
		own[[2]string{realm, foldDomain(realm)}] = true
		for _, d := range b.Domains {
			own[[2]string{realm, foldDomain(d)}] = true
		}
	}
	return func(realm, text string) (string, bool) {
		folded, ok := access.FoldAccount(text)
		if !ok {
			return "", false
		}
		a, ok := eas.ParseAccount(folded)
		if !ok {
			return "", false
		}
		if a.Domain == "" || own[[2]string{realm, foldDomain(a.Domain)}] {
			return a.Name, true
		}
		a.Domain = foldDomain(a.Domain)
		return a.String(), true
	}
}

func foldDomain(s string) string {
	s = strings.TrimRight(strings.TrimSpace(s), ".")
	if folded, ok := access.FoldAccount(s); ok {
		return folded
	}
	return s
}
