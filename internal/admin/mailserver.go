// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Realm is where accounts live, as forms offer it.
type Realm struct {
	Name    string
	Domains []string // those that do not count in the names of its accounts
	Servers []string // mail servers that have its accounts
	// Told says that a gateway, or the console's configuration, has said how its accounts are spelt. Where
	// neither has, only case and accents are folded.
	Told bool
}

// ListRealms gives the realms that gateways and the configuration have told of, by name.
func (a *Admin) ListRealms(ctx context.Context, who access.Actor) ([]Realm, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	b, err := a.bookNow(ctx)
	if err != nil {
		return nil, err
	}
	return slices.Clone(b.realms), nil
}

func (a *Admin) bookNow(ctx context.Context) (*book, error) {
	return a.knownServers(func(m store.GatewayMark) ([]access.Gateway, store.GatewayMark, error) {
		return a.store.GatewaysSince(ctx, m)
	})
}

// book is what is known of the mail servers, and from which word of the gateways it was made.
type book struct {
	mark    store.GatewayMark
	servers []access.MailServer
	realms  []Realm
	differ  []difference
	types   access.ServerTypes
}

// silent is how much older than the newest report of all a gateway's last one may be for its word to
// count: one that was taken away a month ago does not speak for ever.
const silent = 30 * 24 * time.Hour

// knownServers gives the book of the present moment. It is made anew only when a gateway has reported
// since, for an import asks for it with every line.
func (a *Admin) knownServers(since func(store.GatewayMark) ([]access.Gateway, store.GatewayMark, error)) (*book, error) {
	a.mu.Lock()
	old := a.book
	a.mu.Unlock()
	var mark store.GatewayMark
	if old != nil {
		mark = old.mark
	}
	list, now, err := since(mark)
	if err != nil {
		return nil, err
	}
	if old != nil && now == old.mark {
		return old, nil
	}
	b := newBook(a.servers, list)
	b.mark = now
	for _, d := range b.differ {
		if old == nil || !slices.Contains(old.differ, d) {
			a.log.Warn("mail servers are configured in different ways", "difference", d.text)
		}
	}
	a.mu.Lock()
	a.book = b
	a.mu.Unlock()
	return b, nil
}

// spell brings a name that a person types to the account's name in its realm. Without a realm it is the
// only one there is. What cannot be a name comes back as an error for people.
func (a *Admin) spell(tx *store.Tx, realm, text string) (access.Account, error) {
	b, err := a.knownServers(tx.GatewaysSince)
	if err != nil {
		return access.Account{}, err
	}
	return a.spelt(b, realm, text)
}

func (a *Admin) spelt(b *book, realm, text string) (access.Account, error) {
	if realm = strings.TrimSpace(realm); realm == "" && len(b.realms) == 1 {
		realm = b.realms[0].Name
	}
	if realm == "" && len(b.realms) > 1 {
		return access.Account{}, access.Invalid("admin: account", "Say which mail server the account “"+clipWord(text)+"” is of: there are "+
			count(len(b.realms), "server", "servers")+", "+b.realms[0].Name+" is one.")
	}
	name, ok := a.account(b.servers, realm, strings.TrimSpace(text))
	if realm == "" || !ok {
		return access.Account{}, access.Invalid("admin: account", "“"+text+"” can be no account of a mail server.")
	}
	return access.Account{Realm: realm, Account: name}, nil
}

// knownRealm refuses a realm that no mail server has, as far as that can be known: every gateway that speaks has
// told of its realms. A console without gateways, and one with a gateway of an earlier version, takes any.
func (a *Admin) knownRealm(tx *store.Tx, realm string) error {
	b, err := a.knownServers(tx.GatewaysSince)
	if err != nil || len(b.realms) == 0 {
		return err
	}
	var names []string
	for _, r := range b.realms {
		if r.Name == realm || !r.Told {
			return nil
		}
		names = append(names, r.Name)
	}
	if more := len(names) - 5; more > 0 {
		names = append(names[:5], fmt.Sprint(more)+" more")
	}
	return access.Invalid("admin: account", "There is no mail server “"+clipWord(realm)+"”. Those there are: "+strings.Join(names, ", ")+".")
}

// newBook joins what gateways tell with what the console's own configuration says. Records are named by
// gateways, so where one of them tells of a realm, their word counts and not the configuration's.
func newBook(file []access.MailServer, list []access.Gateway) *book {
	b := &book{types: access.NewServerTypes(list)}
	var newest time.Time
	for _, g := range list {
		if g.LastReport.After(newest) {
			newest = g.LastReport
		}
	}
	list = slices.DeleteFunc(slices.Clone(list), func(g access.Gateway) bool { return newest.Sub(g.LastReport) > silent })
	slices.SortStableFunc(list, func(x, y access.Gateway) int { return y.LastReport.Compare(x.LastReport) })
	for _, g := range list {
		for _, s := range serversOf(&g) {
			b.add(s)
		}
	}
	told := len(b.servers)
	for _, s := range file {
		if !slices.ContainsFunc(b.servers[:told], func(t access.MailServer) bool { return t.Realm == s.Realm }) {
			b.add(s)
		}
	}
	b.fillRealms(list)
	b.differ = differences(file, list)
	return b
}

// serversOf gives the servers of which a gateway says how accounts are spelt.
func serversOf(g *access.Gateway) []access.MailServer {
	var list []access.MailServer
	for _, h := range g.Status.Backends {
		if h.Realm != "" {
			list = append(list, access.MailServer{Name: h.Name, Type: h.Type, Realm: h.Realm, Domains: h.Domains, Rest: h.Rest})
		}
	}
	return list
}

// add joins the word of a further gateway to what is known: a domain that one of them names is the
// realm's.
func (b *book) add(s access.MailServer) {
	for i := range b.servers {
		known := &b.servers[i]
		if known.Name != s.Name || known.Realm != s.Realm {
			continue
		}
		known.Domains = union(known.Domains, s.Domains)
		known.Rest = known.Rest || s.Rest
		return
	}
	s.Domains = union(nil, s.Domains)
	b.servers = append(b.servers, s)
}

func union(a, b []string) []string {
	all := append(slices.Clone(a), b...)
	slices.Sort(all)
	return slices.Compact(all)
}

// fillRealms gathers the servers by realm. Gateways of an earlier version tell of servers and not of
// realms: the usual one, which is called like the server, can then be chosen.
func (b *book) fillRealms(list []access.Gateway) {
	add := func(name, server string, domains []string, told bool) {
		if name == "" {
			return
		}
		at := slices.IndexFunc(b.realms, func(r Realm) bool { return r.Name == name })
		if at < 0 {
			b.realms, at = append(b.realms, Realm{Name: name}), len(b.realms)
		}
		r := &b.realms[at]
		r.Servers, r.Domains, r.Told = union(r.Servers, []string{server}), union(r.Domains, domains), r.Told || told
	}
	for _, s := range b.servers {
		add(s.Realm, s.Name, s.Domains, true)
	}
	for _, g := range list {
		for _, h := range g.Status.Backends {
			if h.Realm == "" && !slices.ContainsFunc(b.servers, func(s access.MailServer) bool { return s.Name == h.Name }) {
				add(h.Name, h.Name, nil, false)
			}
		}
	}
	slices.SortFunc(b.realms, func(x, y Realm) int { return strings.Compare(x.Name, y.Name) })
}
