// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"slices"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
)

// MailServers says of backends what the console has to know to spell the names of their accounts as a
// gateway with these backends does. It reads no file of theirs: certificates are the gateway's.
func MailServers(list []Backend) []access.MailServer {
	out := make([]access.MailServer, len(list))
	for i, b := range list {
		out[i] = access.MailServer{Name: b.Name, Type: b.Type, Realm: b.Realm, Domains: b.foldedDomains(),
			Rest: b.Default || len(list) == 1 && len(b.Domains)+len(b.Users) == 0}
		if b.Realm == "" {
			out[i].Realm = b.Name
		}
	}
	return out
}

// Spell gives the canonical name that a gateway with these mail servers has for an account of a realm,
// whatever spelling a person types. ok is false for what can be no account. Of a realm without
// servers nothing is known but its own name, which counts as a domain.
func Spell(servers []access.MailServer, realm, text string) (name string, ok bool) {
	if len(text) > eas.MaxAccount {
		return "", false
	}
	a, ok := readAccount(text)
	if !ok {
		return "", false
	}
	own := slices.DeleteFunc(slices.Clone(servers), func(s access.MailServer) bool { return s.Realm != realm })
	if kind := kindOf(own, a.Domain); kind != "" {
		if read := reads(kind, text); read != text {
			if b, ok := readAccount(read); ok {
				a = b
			}
		}
	}
	if a.Domain == "" || a.Domain == foldDomain(realm) || slices.ContainsFunc(own, hasDomain(a.Domain)) {
		return a.Name, true
	}
	return a.String(), true
}

// kindOf is the type of the server of a realm that has the accounts of a domain: the one that claims it,
// else the one that has all the rest, else any.
func kindOf(own []access.MailServer, domain string) string {
	for _, fits := range []func(access.MailServer) bool{
		hasDomain(domain), func(s access.MailServer) bool { return s.Rest }, func(access.MailServer) bool { return true },
	} {
		if i := slices.IndexFunc(own, fits); i >= 0 {
			return own[i].Type
		}
	}
	return ""
}

func hasDomain(domain string) func(access.MailServer) bool {
	return func(s access.MailServer) bool { return slices.Contains(s.Domains, domain) }
}

// foldedDomains are the server's domains as names are compared with them.
func (b *Backend) foldedDomains() []string {
	out := make([]string, len(b.Domains))
	for i, d := range b.Domains {
		out[i] = foldDomain(d)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
