// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"strings"

	"golang.org/x/net/idna"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
)

// readAccount reads a login name into the account that all its spellings share. The name is
// folded before it is cut: some directories take a full-width @ for an @.
func readAccount(user string) (eas.Account, bool) {
	if len(user) > eas.MaxAccount {
		return eas.Account{}, false
	}
	folded, ok := access.FoldAccount(user)
	if !ok {
		return eas.Account{}, false
	}
	a, ok := eas.ParseAccount(folded)
	if strings.Contains(a.Domain, "xn--") {
		a.Domain = foldDomain(a.Domain)
	}
	return a, ok
}

// foldDomain is readAccount for a domain alone. Names in the letters of their language and in the letters
// of the name system are one.
func foldDomain(d string) string {
	if folded, ok := access.FoldAccount(d); ok {
		d = folded
	}
	if strings.Contains(d, "xn--") {
		if u, err := idna.ToUnicode(d); err == nil {
			if folded, ok := access.FoldAccount(u); ok {
				d = folded
			}
		}
	}
	return strings.TrimRight(d, ". ")
}

// reads is how a kind of mail server takes a login name apart, where that is not how everybody does:
// which part of it it looks up. It says nothing about which server is asked.
//
//   - SOGo drops what stands before the first backslash and reads %40 as @ (seen, see docs/protocol).
//   - Z-Push, grommunio and Horde drop what stands before the last backslash, whatever it is. Z-Push and
//     grommunio let bob open another mailbox as bob#other or bob!other, with bob's password: that is bob.
//     Z-Push and Horde can be told to drop what follows the first @; Z-Push does unless it is told not to.
//   - Windows takes a slash for a backslash.
//
// What is dropped is dropped here too, or a block is a matter of spelling.
func (s *server) reads(user string) string { return reads(s.Type, user) }

func reads(kind, user string) string {
	switch kind {
	case "sogo":
		if _, rest, cut := strings.Cut(user, `\`); cut {
			user = rest
		}
		return strings.ReplaceAll(user, "%40", "@")
	case "exchange":
		if i := strings.IndexAny(user, `\/`); i >= 0 {
			return user[:i] + `\` + user[i+1:]
		}
	case "zpush":
		return localPart(impersonator(lastPart(user), "#"))
	case "grommunio":
		return impersonator(lastPart(user), "!")
	case "horde":
		return lastPart(localPart(user))
	}
	return user
}

func lastPart(user string) string { return user[strings.LastIndexByte(user, '\\')+1:] }

func localPart(user string) string {
	local, _, _ := strings.Cut(user, "@")
	return local
}

func impersonator(user, mark string) string {
	who, _, _ := strings.Cut(user, mark)
	return who
}
