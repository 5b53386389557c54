// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package company

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/vedette-mail/vedette/internal/sim/phone"
)

// Site is a part of the company with a mail server of its own.
type Site struct {
	Name   string // for configuration, "company"
	Domain string // of mail, "company.example"
	Short  string // the directory's short name, as in COMPANY\bob
}

// Sites are the main one and the one of a subsidiary.
func Sites() []Site {
	return []Site{
		{Name: "company", Domain: "company.example", Short: "COMPANY"},
		{Name: "atelier", Domain: "atelier.example", Short: "ATELIER"},
	}
}

// Person is a mailbox with its owner; a group's mailbox is one too.
type Person struct {
	Display  string
	Login    string // lower case, unique in the company whatever the site
	Site     Site
	Password string
	Group    bool
}

// Address is the primary SMTP address.
func (p Person) Address() string { return p.Login + "@" + p.Site.Domain }

// Phone is a handset and the accounts its owner has set up on it.
type Phone struct {
	Owner    string // login; "" for the stranger's
	Handset  phone.Handset
	Accounts []phone.Account
	Why      string // what is special about it, "" for nothing
}

// Company is what New grew. It is not to be changed.
type Company struct {
	Seed   uint64
	People []Person // those with phones, then the groups
	Spare  Person   // nobody's mailbox, for trying a real phone by hand
	Phones []Phone
}

// New grows a company with n phones: a stranger's and a hostile one among them, one of every kind if n
// allows, and the spare mailbox that no phone uses.
func New(seed uint64, n int) *Company {
	g := &grower{rng: rand.New(rand.NewPCG(seed, 0x7EDE77E)), logins: map[string]bool{}, ids: map[string]bool{}}
	c := &Company{Seed: seed}
	c.Spare = Person{Display: "Visitor", Login: "visitor", Site: Sites()[0], Password: g.password()}
	g.logins[c.Spare.Login] = true
	sales := Person{Display: "Sales", Login: "sales", Site: Sites()[0], Password: g.password(), Group: true}
	desk := Person{Display: "Front Desk", Login: "front.desk", Site: Sites()[0], Password: g.password(), Group: true}
	g.logins[sales.Login], g.logins[desk.Login] = true, true
	for i := 0; len(c.Phones) < n; i++ {
		p := g.person(i)
		c.People = append(c.People, p)
		c.Phones = append(c.Phones, g.phone(p, g.kind(len(c.Phones), n)))
		if len(c.Phones) < n && i > len(phone.Kinds()) && g.rng.IntN(4) == 0 { // a second device
			c.Phones = append(c.Phones, g.phone(p, g.kind(len(c.Phones), n)))
		}
	}
	c.People = append(c.People, sales, desk)
	g.special(c, sales, desk)
	return c
}

// special gives some phones what the others do not have.
func (g *grower) special(c *Company, sales, desk Person) {
	boss := c.People[0]
	delegates, groups, guests, stale := 0, 0, 0, 0
	for i := range c.Phones {
		p := &c.Phones[i]
		switch k := p.Handset.Kind; {
		case k == phone.Stranger:
			p.Owner, p.Why = "", "guesses passwords"
			p.Accounts = []phone.Account{{User: boss.Address(), Quiet: true}}
		case k == phone.Hostile:
			p.Why = "sends hostile text"
		case p.Owner == boss.Login || i < len(phone.Kinds())-1 && k != phone.Samsung:
		case k == phone.Samsung && i < len(phone.Kinds()), k != phone.OutlookDesktop && delegates < len(c.Phones)/60:
			p.Accounts = append(p.Accounts, g.account(boss, true))
			p.Why = "has access to the mailbox of " + boss.Display
			delegates++
		case k == phone.Samsung && groups < 1+len(c.Phones)/20:
			box := sales
			if groups%3 == 2 {
				box = desk
			}
			p.Accounts = append(p.Accounts, g.account(box, true))
			p.Why = "has the group mailbox " + box.Display
			groups++
		case k == phone.IOS && guests < len(c.Phones)/70:
			if other := c.elsewhere(p.Owner); other.Login != "" {
				p.Accounts = append(p.Accounts, g.account(other, true))
				p.Why = "has mailboxes on two servers"
				guests++
			}
		case stale < len(c.Phones)/60 && (k == phone.IOS || k == phone.Gmail):
			p.Accounts[0].Password, p.Accounts[0].Stale = "Spring2019!", true
			p.Why = "still sends an old password"
			stale++
		}
	}
}

// elsewhere is somebody of another site than this person.
func (c *Company) elsewhere(login string) Person {
	site := ""
	for _, p := range c.People {
		if p.Login == login {
			site = p.Site.Name
		}
	}
	for _, p := range c.People {
		if p.Site.Name != site && !p.Group {
			return p
		}
	}
	return Person{}
}

// At lists the mailboxes of the named sites, the spare one included; without names all.
func (c *Company) At(sites ...string) []Person {
	var out []Person
	for _, p := range append([]Person{c.Spare}, c.People...) {
		ok := len(sites) == 0
		for _, s := range sites {
			ok = ok || s == p.Site.Name
		}
		if ok {
			out = append(out, p)
		}
	}
	return out
}

// Letter gives a mail from one of the company to another of the same site.
func (c *Company) Letter(rng *rand.Rand, from string) phone.Letter {
	domain := from[strings.LastIndexByte(from, '@')+1:]
	for range 20 {
		to := c.People[rng.IntN(len(c.People))]
		if to.Site.Domain == domain && to.Address() != from && to.plain() {
			subject, text := Words(rng)
			return phone.Letter{To: to.Address(), Subject: subject, Text: text}
		}
	}
	return phone.Letter{}
}

// plain reports an address that mail headers carry without extensions. The others are read from phones
// like any other, and never written to or from.
func (p Person) plain() bool {
	for i := range len(p.Login) {
		if p.Login[i] >= 0x80 {
			return false
		}
	}
	return true
}

// Fleet makes the phones of the company, switched off, on a network. Without a Letter in n they write
// what Letter gives.
func (c *Company) Fleet(n phone.Network) *phone.Fleet {
	if n.Letter == nil {
		n.Letter = c.Letter
	}
	phones := make([]*phone.Phone, len(c.Phones))
	for i, p := range c.Phones {
		phones[i] = phone.New(n, p.Handset, p.Accounts...)
	}
	return phone.NewFleet(phones...)
}

// grower is the state of New.
type grower struct {
	rng    *rand.Rand
	logins map[string]bool
	ids    map[string]bool
}

// kind is one of each first, then what the world looks like.
func (g *grower) kind(i, n int) phone.Kind {
	if all := phone.Kinds(); i < len(all) {
		return all[i]
	}
	for _, share := range []struct {
		percent int
		kind    phone.Kind
	}{
		{40, phone.IOS}, {18, phone.Samsung}, {15, phone.Gmail}, {11, phone.OutlookMobile}, {6, phone.OutlookDesktop},
		{4, phone.WindowsMail}, {3, phone.Nine}, {2, phone.Android},
	} {
		if g.rng.IntN(100) < share.percent {
			return share.kind
		}
	}
	return phone.IOS
}

func (g *grower) phone(p Person, k phone.Kind) Phone {
	for {
		h := phone.NewHandset(k, g.rng, p.Display)
		if id := strings.ToLower(h.ID); !g.ids[id] {
			g.ids[id] = true
			return Phone{Owner: p.Login, Handset: h, Accounts: []phone.Account{g.account(p, false)}}
		}
	}
}

// account spells the name one of the ways people type it.
func (g *grower) account(p Person, quiet bool) phone.Account {
	a := phone.Account{User: p.Address(), Password: p.Password, Address: p.Address(), Quiet: quiet || !p.plain()}
	switch g.rng.IntN(8) {
	case 0:
		a.User = p.Site.Short + `\` + p.Login
	case 1:
		a.User = strings.ToLower(p.Site.Short) + `\` + p.Login
	case 2:
		if p.plain() {
			a.User = strings.ToUpper(p.Login[:1]) + p.Login[1:] + "@" + p.Site.Domain
		}
	case 3:
		if p.Site == Sites()[0] {
			a.User = p.Login
		}
	}
	return a
}

func (g *grower) password() string {
	w := []string{"Anker", "Birke", "Cumulus", "Distel", "Eule", "Fjord", "Garnet", "Hazel", "Indigo", "Juniper", "Kestrel", "Lark"}
	return fmt.Sprintf("%s-%s-%04d", w[g.rng.IntN(len(w))], w[g.rng.IntN(len(w))], g.rng.IntN(10000))
}

// person is one of the notable people first, then anybody.
func (g *grower) person(i int) Person {
	p := Person{Site: Sites()[0], Password: g.password()}
	if first := notable(); i < len(first) {
		p.Display, p.Login = first[i].display, first[i].login
		g.logins[p.Login] = true
		if i == 0 {
			p.Password = "Größe-Maß-1848"
		}
		return p
	}
	if g.rng.IntN(9) == 0 {
		p.Site = Sites()[1]
	}
	c := cultures()[g.rng.IntN(len(cultures()))]
	given, glogin, _ := strings.Cut(c.given[g.rng.IntN(len(c.given))], "|")
	family, flogin, _ := strings.Cut(c.family[g.rng.IntN(len(c.family))], "|")
	if p.Display = given + " " + family; c.familyFirst {
		p.Display = family + " " + given
	}
	p.Login = glogin + "." + flogin
	for n := 2; g.logins[p.Login]; n++ {
		p.Login = fmt.Sprintf("%s.%s%d", glogin, flogin, n)
	}
	g.logins[p.Login] = true
	return p
}
