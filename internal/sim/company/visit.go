// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package company

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/sim/phone"
)

// Visit is one account on one phone as a gateway would tell of it, and when it came by first.
type Visit struct {
	Phone    int // of Phones
	First    time.Time
	Sighting access.Sighting
}

// Visits gives what gateways have told by now of a company that has used them for most of a year, the
// oldest visitor first: the records of the demo without waiting for its phones. Accounts that the mail
// server refuses do not visit. No two have the same first moment.
func (c *Company) Visits(now time.Time) []Visit {
	rng := rand.New(rand.NewPCG(c.Seed, 0x7151735))
	var list []Visit
	taken := map[time.Time]bool{}
	for i := range c.Phones {
		p := &c.Phones[i]
		since := age(rng)
		for _, a := range p.Accounts {
			ago := quiet(rng)
			if p.Handset.Kind == phone.Stranger || a.Stale {
				continue
			}
			first := now.Add(-since).Truncate(time.Second)
			for taken[first] {
				first = first.Add(-time.Second)
			}
			taken[first] = true
			last := now.Add(-ago)
			if last.Before(first) {
				last = first
			}
			list = append(list, Visit{Phone: i, First: first, Sighting: c.sighting(p, a, first, last)})
		}
	}
	slices.SortFunc(list, func(a, b Visit) int { return a.First.Compare(b.First) })
	return list
}

// age is how long ago a phone came for the first time: some in the last days, most long before.
func age(rng *rand.Rand) time.Duration {
	if rng.IntN(8) == 0 {
		return time.Duration(float64(3*time.Minute) * math.Pow(1440, rng.Float64()))
	}
	return 72*time.Hour + time.Duration(rng.Int64N(int64(300*24*time.Hour)))
}

// quiet is how long ago it came last: most phones wait for mail all the time.
func quiet(rng *rand.Rand) time.Duration {
	switch n := rng.IntN(100); {
	case n < 78:
		return time.Duration(rng.Int64N(int64(9 * time.Minute)))
	case n < 95:
		return time.Duration(rng.Int64N(int64(30 * time.Hour)))
	}
	return time.Duration(rng.Int64N(int64(60 * 24 * time.Hour)))
}

func (c *Company) sighting(p *Phone, a phone.Account, first, last time.Time) access.Sighting {
	h := &p.Handset
	domain := a.Address[strings.LastIndexByte(a.Address, '@')+1:]
	site := Sites()[0]
	for _, s := range Sites() {
		if s.Domain == domain {
			site = s
		}
	}
	account, _ := eas.ParseAccount(a.Address)
	id, _ := eas.ParseDeviceID(h.ID)
	client := eas.ParseUserAgent(h.UserAgent)
	s := access.Sighting{
		Pair: access.Pair{Realm: site.Name, Account: account.Name, Device: string(id)}, User: a.User, Raw: eas.DeviceIDText(h.ID),
		Accepted: true, First: first, Last: last, Success: last, Attempts: 1,
		Command: eas.Ping.String(), Protocol: speaks(h.Kind), DeviceType: eas.Shown(h.Type), UserAgent: eas.Shown(h.UserAgent),
		Client: client.App, OS: client.OS, OSVersion: client.OSVersion, Model: client.Model,
		RemoteAddr: h.Address.String(), Backend: site.Name, HTTP: 200,
	}
	if d := &h.Device; d.Model != "" || d.OS != "" {
		s.Info = &access.DeviceInfo{Model: eas.Shown(d.Model), IMEI: eas.Shown(d.IMEI), FriendlyName: eas.Shown(d.FriendlyName), OS: eas.Shown(d.OS),
			Language: eas.Shown(d.OSLanguage), Number: eas.Shown(d.PhoneNumber), Operator: eas.Shown(d.MobileOperator), UserAgent: eas.Shown(d.UserAgent)}
		if !a.Quiet { // an answer has named it
			s.Mailbox = a.Address
		}
	}
	return s
}

// speaks is the protocol version that a kind of phone and a present server agree on.
func speaks(k phone.Kind) string {
	switch k {
	case phone.IOS:
		return eas.V16_1.String()
	case phone.Gmail, phone.Nine:
		return eas.V16_0.String()
	case phone.OutlookDesktop, phone.TbSync:
		return eas.V14_0.String()
	case phone.Relic:
		return eas.V2_5.String()
	}
	return eas.V14_1.String()
}

// Odd grows the company's people whose names have broken software elsewhere, and phones that write attacks
// wherever they may write text.
func Odd(seed uint64) *Company {
	g := &grower{rng: rand.New(rand.NewPCG(seed, 0x0DD)), logins: map[string]bool{}, ids: map[string]bool{}}
	c := &Company{Seed: seed}
	for i := range notable() {
		p := g.person(i)
		c.People = append(c.People, p)
		c.Phones = append(c.Phones, g.phone(p, phone.Kinds()[1+i%8]))
	}
	for i := range 3 {
		ph := g.phone(c.People[2+i], phone.Hostile)
		ph.Why = "sends hostile text"
		c.Phones = append(c.Phones, ph)
	}
	return c
}
