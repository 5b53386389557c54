// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"fmt"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
)

// routes says which mail server has which account, and what the account is called in every spelling
//
type routes struct {
	servers []*server
	users   map[eas.Account]*server
	domains map[string]*server
	rest    *server
}

func newRoutes(list []Backend) (routes, error) {
	r := routes{users: make(map[eas.Account]*server), domains: make(map[string]*server)}
	names := make(map[string]bool)
	for _, b := range list {
		if b.Name == "" || names[b.Name] {
			return r, fmt.Errorf("backend %q: every backend needs a name of its own", b.Name)
		}
		names[b.Name] = true
		if b.Realm == "" {
			b.Realm = b.Name
		}
		s, err := newServer(b)
		if err != nil {
			return r, err
		}
		r.servers = append(r.servers, s)
		for _, d := range b.Domains {
			d = foldDomain(d)
			if other := r.domains[d]; other != nil {
				return r, fmt.Errorf("backend %q: the domain %q belongs to backend %q already", b.Name, d, other.Name)
			}
			r.domains[d] = s
		}
		for _, u := range b.Users {
			a, ok := readAccount(u)
			if !ok {
				return r, fmt.Errorf("backend %q: %q is not an account", b.Name, u)
			}
			if other := r.users[a]; other != nil {
				return r, fmt.Errorf("backend %q: the user %q belongs to backend %q already", b.Name, u, other.Name)
			}
			r.users[a] = s
		}
		if b.Default {
			if r.rest != nil {
				return r, fmt.Errorf("backend %q: %q is the default already", b.Name, r.rest.Name)
			}
			r.rest = s
		}
	}
	if len(r.servers) == 0 {
		return r, fmt.Errorf("no backend is configured: the gateway needs a mail server behind it")
	}
	if r.rest == nil && len(r.servers) == 1 && len(r.domains) == 0 && len(r.users) == 0 {
		r.rest = r.servers[0]
	}
	return r, nil
}

// find gives the mail server of an account and the account's canonical name there; nil when no server
// is configured for it. A user named in the configuration goes first, then the domain, then the default.
func (r *routes) find(a eas.Account) (s *server, account string) {
	home := r.domains[a.Domain]
	switch {
	case r.users[a] != nil:
		s = r.users[a]
	case home != nil && r.users[eas.Account{Name: a.Name}] != nil:
		// "bob" in the list of users means bob of every domain of that server, not of others.
		if u := r.users[eas.Account{Name: a.Name}]; u.Realm == home.Realm {
			s = u
		} else {
			s = home
		}
	case home != nil:
		s = home
	default:
		s = r.rest
	}
	if s == nil {
		return nil, a.String()
	}
	return s, r.called(s, a)
}

// called is the canonical name of an account at its mail server.
func (r *routes) called(s *server, a eas.Account) string {
	home := r.domains[a.Domain]
	if a.Domain == "" || home != nil && home.Realm == s.Realm || a.Domain == foldDomain(s.Realm) {
		return a.Name
	}
	return a.String()
}

// whose is find for a user as the phone spells it, with the spellings that only one kind of mail server
// takes.
func (r *routes) whose(user string, a eas.Account) (*server, string) {
	s, account := r.find(a)
	if s == nil {
		return s, account
	}
	if read := s.reads(user); read != user {
		if own, ok := readAccount(read); ok {
			account = r.called(s, own)
		}
	}
	return s, account
}

// whose finds the mail server and the account a user name stands for. A name that the console knows as
// another name of an account is that account.
func (g *Gateway) whose(user string, a eas.Account) (*server, string) {
	s, account := g.routes.whose(user, a)
	if s == nil {
		return nil, account
	}
	pair := access.Canonical(g.cfg.Snapshot.Load(), access.Pair{Realm: s.Realm, Account: account})
	return s, pair.Account
}

// first is the server asked when no account is known yet.
func (r *routes) first() *server {
	if r.rest != nil {
		return r.rest
	}
	return r.servers[0]
}
