// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package company_test

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/sim/company"
	"github.com/vedette-mail/vedette/internal/sim/phone"
)

func TestTheSameSeedGrowsTheSameCompany(t *testing.T) {
	addresses := cmpopts.EquateComparable(netip.Addr{})
	if d := cmp.Diff(company.New(5, 200), company.New(5, 200), addresses); d != "" {
		t.Error(d)
	}
	if cmp.Equal(company.New(5, 200), company.New(6, 200), addresses) {
		t.Error("another seed grows the same company")
	}
}

func TestACompanyIsAsLargeAsAskedFor(t *testing.T) {
	for _, n := range []int{0, 1, 2, 11, 12, 13, 50, 200, 1000} {
		c := company.New(1, n)
		if len(c.Phones) != n {
			t.Errorf("%d phones, want %d", len(c.Phones), n)
		}
		kinds := map[phone.Kind]int{}
		for _, p := range c.Phones {
			kinds[p.Handset.Kind]++
		}
		for _, k := range phone.Kinds() {
			if n >= len(phone.Kinds()) && kinds[k] == 0 {
				t.Errorf("of %d phones none is %s", n, k)
			}
		}
		if kinds[phone.Stranger] > 1 || kinds[phone.Hostile] > 1 {
			t.Errorf("%d strangers, %d hostile ones", kinds[phone.Stranger], kinds[phone.Hostile])
		}
	}
}

//
func TestMailboxesAndDevicesAreTellableApart(t *testing.T) {
	c := company.New(1, 1000)
	logins, ids := map[string]string{}, map[eas.DeviceID]bool{}
	for _, p := range c.At() {
		a, ok := eas.ParseAccount(p.Address())
		if !ok {
			t.Errorf("%s is no account", p.Address())
		}
		if other, twice := logins[a.Name]; twice {
			t.Errorf("%s and %s are the same account", p.Login, other)
		}
		logins[a.Name] = p.Login
		if len(p.Login) > 100 || strings.ContainsFunc(p.Login, unicode.IsSpace) {
			t.Errorf("login %q", p.Login)
		}
	}
	for _, p := range c.Phones {
		id, ok := eas.ParseDeviceID(p.Handset.ID)
		if !ok || ids[id] {
			t.Errorf("device %q of %s, again or malformed", p.Handset.ID, p.Owner)
		}
		ids[id] = true
		for _, a := range p.Accounts {
			account, ok := eas.ParseAccount(a.User)
			if !ok || logins[account.Name] == "" {
				t.Errorf("account %q of %s belongs to nobody", a.User, p.Owner)
			}
		}
	}
}

func TestHandsetsLookLikeTheirOriginals(t *testing.T) {
	want := map[phone.Kind]string{phone.IOS: eas.FamilyIOS, phone.Samsung: eas.FamilySamsung, phone.Gmail: eas.FamilyGmail,
		phone.Android: eas.FamilyAndroid, phone.OutlookMobile: eas.FamilyOutlookMobile, phone.OutlookDesktop: eas.FamilyOutlookDesktop,
		phone.WindowsMail: eas.FamilyWindowsMail, phone.Nine: eas.FamilyNine, phone.Relic: eas.FamilyWindowsMobile, phone.TbSync: eas.FamilyThunderbird}
	for _, p := range company.New(2, 600).Phones {
		h := p.Handset
		got := eas.ParseUserAgent(h.UserAgent)
		if got.Family != want[h.Kind] && h.Kind != phone.Hostile && h.Kind != phone.Stranger {
			t.Errorf("%s %q is taken for %q", h.Kind, h.UserAgent, got.Family)
		}
		if h.Kind == phone.IOS {
			_, build, _ := strings.Cut(strings.TrimPrefix(h.Device.OS, "iOS "), " ")
			if got.Model != h.Device.Model || got.Build != build {
				t.Errorf("%q says %s %s, the device says %s %s", h.UserAgent, got.Model, got.Build, h.Device.Model, h.Device.OS)
			}
		}
		if len(eas.DeviceIDText(h.ID)) > 32 {
			t.Errorf("device id %q is too long", h.ID)
		}
		if !netip.MustParsePrefix("198.18.0.0/15").Contains(h.Address) && !netip.MustParsePrefix("2001:db8::/32").Contains(h.Address) {
			t.Errorf("%s lives at %s, which may be somebody's", h.Kind, h.Address)
		}
	}
}

// M-02, M-03, M-05, Y-11
func TestThereIsSomebodyOfEverySort(t *testing.T) {
	c := company.New(1, 200)
	for _, want := range []string{"has access to the mailbox of", "has the group mailbox", "has mailboxes on two servers",
		"still sends an old password", "guesses passwords", "sends hostile text"} {
		n := 0
		for _, p := range c.Phones {
			if strings.HasPrefix(p.Why, want) {
				n++
			}
		}
		if n == 0 || n > 20 {
			t.Errorf("%d phones: %s", n, want)
		}
	}
	var arabic, hebrew, han, latin, long bool
	for _, p := range c.People {
		for _, r := range p.Login {
			arabic = arabic || unicode.Is(unicode.Arabic, r)
			hebrew = hebrew || unicode.Is(unicode.Hebrew, r)
			han = han || unicode.Is(unicode.Han, r)
			latin = latin || r == 'ü'
		}
		long = long || len(p.Login) >= 60
	}
	if !arabic || !hebrew || !han || !latin || !long {
		t.Errorf("logins: arabic %v, hebrew %v, han %v, umlaut %v, long %v", arabic, hebrew, han, latin, long)
	}
	for _, p := range c.Phones {
		for _, a := range p.Accounts {
			if strings.Contains(a.User, c.Spare.Login) {
				t.Errorf("%s uses the spare mailbox", p.Owner)
			}
		}
	}
}

func TestLettersGoToColleaguesOfTheSameSite(t *testing.T) {
	c := company.New(1, 100)
	rng := rand.New(rand.NewPCG(1, 1))
	to := map[string]bool{}
	for range 200 {
		l := c.Letter(rng, "sales@company.example")
		if !strings.HasSuffix(l.To, "@company.example") || l.To == "sales@company.example" || l.Subject == "" || l.Text == "" {
			t.Fatalf("letter %+v", l)
		}
		to[l.To] = true
	}
	if len(to) < 20 {
		t.Errorf("only %d people get letters", len(to))
	}
	if l := c.Letter(rng, "x@elsewhere.example"); l.To != "" {
		t.Errorf("a letter from elsewhere goes to %s", l.To)
	}
}

func TestACompanysRecordsAreTheSameEachTime(t *testing.T) {
	now := time.Date(2026, 2, 11, 9, 41, 0, 0, time.UTC)
	c := company.New(1, 200)
	list := c.Visits(now)
	if d := cmp.Diff(list, company.New(1, 200).Visits(now)); d != "" {
		t.Error(d)
	}
	pairs, devices := map[access.Pair]bool{}, map[string]bool{}
	for i, v := range list {
		s := &v.Sighting
		if pairs[s.Pair] || s.Pair.Account == "" || s.Pair.Device == "" {
			t.Errorf("pair %v comes twice or is none", s.Pair)
		}
		pairs[s.Pair], devices[s.Pair.Device] = true, true
		if s.Last.After(now) || s.Last.Before(v.First) || s.First != v.First || i > 0 && !list[i-1].First.Before(v.First) {
			t.Errorf("%s: first %s, last %s", s.User, v.First, s.Last)
		}
		p := &c.Phones[v.Phone]
		if p.Handset.Kind == phone.Stranger || p.Why == "still sends an old password" {
			t.Errorf("%s is let in, who %s", s.User, p.Why)
		}
	}
	if len(devices) < 190 || len(pairs) <= len(devices) {
		t.Errorf("%d records on %d phones", len(pairs), len(devices))
	}
}

func TestOddPeopleAreThereInForce(t *testing.T) {
	c := company.Odd(1)
	hostile, rtl := 0, 0
	for _, p := range c.Phones {
		if p.Handset.Kind == phone.Hostile {
			hostile++
		}
		if strings.ContainsFunc(p.Owner, func(r rune) bool { return unicode.In(r, unicode.Arabic, unicode.Hebrew) }) {
			rtl++
		}
	}
	if hostile < 3 || rtl < 2 || len(c.Visits(time.Now())) != len(c.Phones) {
		t.Errorf("%d hostile, %d right to left, %d visits of %d", hostile, rtl, len(c.Visits(time.Now())), len(c.Phones))
	}
}
