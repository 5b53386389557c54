// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package intake_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/intake"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
	"github.com/vedette-mail/vedette/test/parts"
)

// desk is an intake on a store of its own, with a clock the test moves.
type desk struct {
	*testing.T
	in   *intake.Intake
	s    *store.Store
	now  time.Time
	seq  uint64
	skew time.Duration
}

// empty is what every desk begins with on SQLite.
var empty storetest.Template

func both(t *testing.T, test func(*desk)) {
	t.Helper()
	for name, dsn := range map[string]func() string{
		"sqlite":   func() string { return empty.DSN(t) },
		"postgres": func() string { return parts.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			d := &desk{T: t, now: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}
			clock := func() time.Time { return d.now }
			s, err := store.Open(t.Context(), store.Config{DSN: dsn(), Now: clock})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
			d.s, d.in = s, intake.New(s, clock)
			test(d)
		})
	}
}

func sighting(account, device string) access.Sighting {
	return access.Sighting{Pair: access.Pair{Realm: "lab", Account: account, Device: device}, User: account, Raw: device,
		Accepted: true, Attempts: 1, HTTP: 200}
}

// report makes a report of sightings that just happened, by the gateway's own clock.
func (d *desk) report(list ...access.Sighting) access.Report {
	theirs := d.now.Add(d.skew)
	for i := range list {
		d.seq++
		list[i].Seq = d.seq
		if list[i].Last.IsZero() {
			list[i].First, list[i].Last = theirs.Add(-time.Second), theirs.Add(-time.Second)
		}
	}
	return access.Report{Gateway: "gw1", Spool: "s1", Now: theirs, Sightings: list}
}

func (d *desk) take(r access.Report) access.Receipt {
	d.Helper()
	receipt, err := d.in.Take(d.Context(), r)
	if err != nil {
		d.Fatalf("take: %v", err)
	}
	return receipt
}

func (d *desk) all() []access.Association {
	d.Helper()
	p, err := d.s.ListAssociations(d.Context(), store.Query{Sort: store.SortAdded, Limit: 500})
	if err != nil {
		d.Fatal(err)
	}
	return p.Rows
}

func (d *desk) one() access.Association {
	d.Helper()
	list := d.all()
	if len(list) != 1 {
		d.Fatalf("%d records, want one", len(list))
	}
	return list[0]
}

func (d *desk) number() int64 {
	d.Helper()
	p, err := d.s.Position(d.Context())
	if err != nil {
		d.Fatal(err)
	}
	return p.Number
}

func TestEveryAccountOnEveryDeviceIsARecord(t *testing.T) { // A-02 A-04 A-05 M-02 M-03 M-05
	both(t, func(d *desk) {
		second := sighting("ana", "d1")
		second.Pair.Realm, second.Backend = "other-server", "exchange-b"
		d.take(d.report(sighting("ana", "d1"), sighting("sales", "d1"), sighting("ana", "d2"), second))
		list := d.all()
		if len(list) != 4 {
			t.Fatalf("%d records: %+v", len(list), list)
		}
		for _, a := range list {
			if a.Domain.Label() != "Standalone" || a.StatusLabel() != "Unregistered (Unlinked)" || a.SyncStatus != access.Allowed { // C-11 A-11 C-07 X-03
				t.Errorf("%+v", a)
			}
		}
		if n := d.number(); n != 1 {
			t.Errorf("one report took %d numbers", n)
		}
	})
}

func TestAStrangerLeavesNoRecord(t *testing.T) {
	both(t, func(d *desk) {
		s := sighting("ana", "d1")
		s.Accepted, s.HTTP = false, 401
		d.take(d.report(s))
		if list := d.all(); len(list) != 0 || d.number() != 0 {
			t.Fatalf("%+v", list)
		}
	})
}

func TestAPairRefusedByAutoBlockIsRecordedBlocked(t *testing.T) { // X-04 X-05 X-06 X-07 X-08 F-06
	both(t, func(d *desk) {
		p := access.DefaultPreferences()
		p.AutoBlock = true
		d.change(func(tx *store.Tx) error { return tx.SavePreferences(p, 0, "root") })
		s := sighting("ana", "d1")
		s.Reported = access.Reported{Verdict: "refuse", Rule: "unregistered", Enforced: true}
		d.take(d.report(s, sighting("bob", "d2")))
		page, err := d.s.ListAssociations(d.Context(), store.Query{Search: "ana"})
		if err != nil || len(page.Rows) != 1 || page.Rows[0].SyncStatus != access.Blocked || page.Rows[0].Reported.Rule != "unregistered" {
			t.Fatalf("%+v, %v", page, err)
		}
		a := page.Rows[0]
		a.Override = access.Override{Kind: access.OverrideAllow, By: "root", At: d.now}
		d.change(func(tx *store.Tx) error { return tx.SaveAssociation(&a) })
		for _, got := range d.all() {
			want := access.Blocked
			if got.Pair.Account == "ana" {
				want = access.Allowed
			}
			if got.SyncStatus != want {
				t.Errorf("%s is %s", got.Pair, got.SyncStatus)
			}
		}
	})
}

func (d *desk) change(fn func(*store.Tx) error) {
	d.Helper()
	if err := d.s.WithTx(d.Context(), fn); err != nil {
		d.Fatal(err)
	}
}

func TestTimesOfARecord(t *testing.T) { // S-09 S-12 S-13 C-08 C-09 Y-03 R-8
	both(t, func(d *desk) {
		start := d.now
		d.take(d.report(sighting("ana", "d1")))
		if a := d.one(); !a.FirstSync.Equal(start) || !a.LastSync.Equal(start) {
			t.Fatalf("first %v, last %v, want both %v: Last is never before First", a.FirstSync, a.LastSync, start)
		}
		d.now = start.Add(time.Hour)
		d.take(d.report()) // S-12: a report without traffic
		if a := d.one(); !a.LastSync.Equal(start) {
			t.Fatalf("last sync moved to %v without traffic", a.LastSync)
		}
		blocked := sighting("ana", "d1")
		blocked.Accepted, blocked.HTTP = false, 403
		d.take(d.report(blocked)) // S-13
		if a := d.one(); !a.LastSync.Equal(d.now.Add(-time.Second)) || a.LastHTTP != 403 || !a.FirstSync.Equal(start) || !a.LastSuccess.IsZero() {
			t.Fatalf("after a blocked attempt: %+v", a)
		}
		late := sighting("ana", "d1")
		late.Last, late.HTTP = start.Add(10*time.Minute), 500
		d.take(d.report(late))
		if a := d.one(); !a.LastSync.Equal(d.now.Add(-time.Second)) || a.LastHTTP != 403 {
			t.Fatalf("a late report moved the time back: %+v", a)
		}
		good := sighting("ana", "d1")
		good.Success = d.now
		d.take(d.report(good))
		if a := d.one(); !a.LastSuccess.Equal(d.now) || a.LastHTTP != 200 {
			t.Fatalf("%+v", a)
		}
		if n := d.number(); n != 1 {
			t.Errorf("times alone took %d numbers", n-1)
		}
	})
}

func TestAClockThatIsWrongIsCorrected(t *testing.T) {
	both(t, func(d *desk) {
		d.take(d.report(sighting("ana", "d1")))
		for _, skew := range []time.Duration{90 * time.Minute, -48 * time.Hour, 20 * 365 * 24 * time.Hour} {
			d.now, d.skew = d.now.Add(time.Hour), skew
			d.take(d.report(sighting("ana", "d1")))
			if a := d.one(); !a.LastSync.Equal(d.now.Add(-time.Second)) {
				t.Errorf("skew %v: last sync %v, want %v", skew, a.LastSync, d.now.Add(-time.Second))
			}
			if g, err := d.s.ListGateways(d.Context()); err != nil || len(g) != 1 || g[0].Skew != skew || !g[0].LastReport.Equal(d.now) {
				t.Errorf("gateways %+v, %v", g, err)
			}
		}
		future := sighting("ana", "d1")
		future.Last = d.now.Add(d.skew).Add(time.Hour)
		d.take(d.report(future))
		if a := d.one(); a.LastSync.After(d.now) {
			t.Errorf("last sync %v lies in the future", a.LastSync)
		}
	})
}

func TestASlowReportDoesNotMakeTheNextOneOldNews(t *testing.T) { // R-8 R-15 R-16
	both(t, func(d *desk) {
		for i, skew := range []time.Duration{0, 90 * time.Minute} {
			d.skew = skew
			device := []string{"d1", "d2"}[i]
			d.take(d.report(sighting("bob", device))) // the clock is known
			first, second := sighting("ana", device), sighting("ana", device)
			first.Last = d.now.Add(skew)
			slow := d.report(first)
			d.now = d.now.Add(300 * time.Millisecond) // on its way
			d.take(slow)
			second.Last, second.Mailbox, second.HTTP = first.Last.Add(5*time.Millisecond), "ana@lab.example", 503
			d.take(d.report(second))
			for _, a := range d.all() {
				if a.Pair.Account == "ana" && a.Pair.Device == device && (a.Mailbox != "ana@lab.example" || a.LastHTTP != 503) {
					t.Errorf("skew %v: mailbox %q, HTTP %d: the second sighting was taken for the older", skew, a.Mailbox, a.LastHTTP)
				}
			}
			d.now = d.now.Add(time.Hour)
		}
	})
}

// A phone says what it is once. Two gateways' clocks do not agree to the millisecond, and a report may come after
// newer ones.
func TestWhatAPhoneSaysOfItselfIsNotLostToAnotherGatewaysClock(t *testing.T) { // A-08 R-8 R-16
	both(t, func(d *desk) {
		say := func(before time.Duration, i access.DeviceInfo) access.Association {
			t := sighting("ana", "d1")
			t.First, t.Last, t.Info = d.now.Add(-before), d.now.Add(-before), &i
			d.take(d.report(t))
			return d.one()
		}
		now := say(0, access.DeviceInfo{Model: "one"})
		if got := say(300*time.Millisecond, access.DeviceInfo{Model: "two", OS: "iOS 17.1"}); got.Told.Model != "two" || got.Told.OS != "iOS 17.1" || !got.FactsAt.Equal(now.FactsAt) {
			t.Errorf("in the same moment: %+v at %v, was at %v", got.Told, got.FactsAt, now.FactsAt)
		}
		if got := say(time.Minute, access.DeviceInfo{Model: "three", IMEI: "353918057752103"}); got.Told.Model != "two" || got.Told.IMEI != "353918057752103" {
			t.Errorf("from a minute before: %+v", got.Told)
		}
	})
}

func TestAReplayDoesNothing(t *testing.T) {
	both(t, func(d *desk) {
		r := d.report(sighting("ana", "d1"), sighting("bob", "d1"))
		r.Tallies = []access.Tally{{Minute: d.now, Rule: "stale-password", Verdict: "challenge", Count: 3}}
		first := d.take(r)
		a := d.all()
		d.change(func(tx *store.Tx) error { return tx.DeleteAssociation(a[1].ID) })
		d.now = d.now.Add(time.Minute)
		for range 2 {
			if again := d.take(r); again.Seq != first.Seq || first.Seq != 2 {
				t.Fatalf("receipts %+v and %+v", first, again)
			}
			r.Now = r.Now.Add(time.Second) // sent anew with a new time
		}
		tallies := access.Report{Gateway: "gw1", Spool: "s1", Now: r.Now.Add(time.Second), Tallies: r.Tallies}
		d.take(tallies)
		d.take(tallies)
		if got := d.all(); len(got) != 1 || !got[0].LastSync.Equal(a[0].LastSync) {
			t.Fatalf("%+v", got)
		}
		sum, err := d.s.SumTallies(d.Context(), d.now.Add(-time.Hour), d.now.Add(time.Hour))
		if err != nil || len(sum) != 1 || sum[0].Count != 6 {
			t.Fatalf("tallies %+v, %v", sum, err)
		}
		other := d.report(sighting("bob", "d1"))
		other.Sightings[0].Seq, other.Spool = 1, "s2" // a new spool counts from the beginning
		d.take(other)
		if len(d.all()) != 2 {
			t.Fatal("the new spool was taken for a replay")
		}
	})
}

func TestOnlyAcceptedRequestsChangeFacts(t *testing.T) { // R-16 A-17
	both(t, func(d *desk) {
		s := sighting("ana", "d1")
		s.Model, s.OS, s.UserAgent, s.RemoteAddr, s.Client = "iPhone", "iOS", "Apple-iPhone/1", "192.0.2.1", "Mail"
		d.take(d.report(s))
		before := d.one()
		d.now = d.now.Add(time.Hour)
		stranger := sighting("ana", "d1")
		stranger.Accepted, stranger.HTTP = false, 401
		stranger.Model, stranger.OS, stranger.UserAgent, stranger.RemoteAddr = "evil", "evil", "evil", "203.0.113.9"
		stranger.Mailbox, stranger.Info = "evil@x", &access.DeviceInfo{Model: "evil", Number: "666"}
		d.take(d.report(stranger))
		after := d.one()
		want := before
		want.LastSync, want.LastHTTP = d.now.Add(-time.Second), 401
		if diff := cmp.Diff(want, after); diff != "" {
			t.Fatalf("a stranger changed more than the time:\n%s", diff)
		}
	})
}

func TestWhatThePhoneTellsSpeaksBeforeGuesses(t *testing.T) { // C-03 C-04 C-05 A-10 D-04 D-05
	both(t, func(d *desk) {
		told := sighting("ana", "d1")
		told.Model, told.OS, told.OSVersion = "iPhone15C2", "iOS", "17"
		told.Info = &access.DeviceInfo{Model: "iPhone 15", OS: "iOS 17.1.2 21B101", Number: "+49 30 1", FriendlyName: "Ana's", Operator: "Telco"}
		d.take(d.report(told))
		d.now = d.now.Add(time.Minute)
		guess := sighting("ana", "d1")
		guess.Model, guess.OS, guess.OSVersion, guess.UserAgent = "iPhone15C2", "iOS", "18", "Apple-iPhone15C2/2201"
		d.take(d.report(guess))
		a := d.one()
		if a.Model != "iPhone 15" || a.OS != "iOS" || a.OSVersion != "17.1.2" || a.Number != "+49 30 1" || a.FriendlyName != "Ana's" {
			t.Errorf("shown: %+v", a)
		}
		if a.Guessed.OSVersion != "18" || a.Guessed.Model != "iPhone15C2" || a.Told.OS != "iOS 17.1.2 21B101" || a.UserAgent != "Apple-iPhone15C2/2201" {
			t.Errorf("kept: %+v %+v", a.Told, a.Guessed)
		}
	})
}

func TestARedirectIsKeptUntilItIsClearedAndOldReportsOfItAreVoid(t *testing.T) { // R-21 D-07
	both(t, func(d *desk) {
		const there, elsewhere = "https://two.lab.example/eas", "https://three.lab.example/eas"
		sent := func(to string, clears int64, accepted bool) {
			d.Helper()
			d.now = d.now.Add(time.Minute)
			s := sighting("ana", "D1")
			s.Redirect, s.RedirectClears, s.Accepted = to, clears, accepted
			d.take(d.report(s))
		}
		want := func(when, redirect string) {
			d.Helper()
			if a := d.one(); a.Redirect != redirect {
				d.Errorf("%s: redirect %q, want %q", when, a.Redirect, redirect)
			}
		}
		sent(there, 0, true)
		want("a new record", there)
		sent("", 0, true)
		want("a request that says nothing of it", there)
		sent(elsewhere, 0, false)
		want("a stranger's request", there)
		sent(elsewhere, 0, true)
		want("sent on once more", elsewhere)
		d.change(func(tx *store.Tx) error {
			a, err := tx.FindAssociation(d.one().ID)
			if err != nil {
				return err
			}
			a.RedirectClears++
			return tx.SaveAssociation(a)
		})
		want("cleared", "")
		sent(elsewhere, 0, true)
		want("a report from before it was cleared", "")
		sent(there, 1, true)
		want("learnt anew", there)
		sent("https://"+strings.Repeat("x", 5000), 1, true)
		if n := len(d.one().Redirect); n > 1024 {
			d.Errorf("%d bytes of it are kept", n)
		}
	})
}

func TestTheMailboxIsDerivedUntilItIsLearned(t *testing.T) { // C-10 R-15
	both(t, func(d *desk) {
		d.take(d.report(sighting("ana", "d1")))
		if a := d.one(); a.Mailbox != "ana" || !a.MailboxDerived {
			t.Fatalf("%q, derived %v", a.Mailbox, a.MailboxDerived)
		}
		s := sighting("ana", "d1")
		s.Mailbox = "ana.b@lab.example"
		d.take(d.report(s, sighting("ana", "d1")))
		if a := d.one(); a.Mailbox != "ana.b@lab.example" || a.MailboxDerived {
			t.Fatalf("%q, derived %v", a.Mailbox, a.MailboxDerived)
		}
	})
}

func TestHostileReports(t *testing.T) {
	both(t, func(d *desk) {
		s := sighting("ana", "d1")
		s.Model = strings.Repeat("M", 5000)
		s.User = "<script>alert(1)</script>\x00\xff"
		d.take(d.report(s, sighting(strings.Repeat("a", 500), "d2"), sighting("a\x00b", "d3"), sighting("", ""), sighting("bob", "d4")))
		list := d.all()
		if len(list) != 2 || len(list[0].Model) != 1024 || list[0].User != "<script>alert(1)</script>\uFFFD\uFFFD" {
			t.Fatalf("%d records: %+v", len(list), list)
		}
		for _, r := range []access.Report{{}, {Gateway: "gw\x00"}, {Gateway: access.GatewayID(strings.Repeat("g", 200))},
			{Gateway: "g", Sightings: make([]access.Sighting, 20_000)}, {Gateway: "g", Sightings: []access.Sighting{{Seq: 1 << 63}}}} {
			if _, err := d.in.Take(d.Context(), r); access.KindOf(err) != access.KindInvalid || err == nil {
				t.Errorf("%.40s: %v", fmt.Sprintf("%+v", r), err)
			}
		}
	})
}

func TestManyGatewaysReportTheSamePairsAtOnce(t *testing.T) {
	both(t, func(d *desk) {
		const gateways, pairs = 6, 30
		var group sync.WaitGroup
		for g := range gateways {
			group.Go(func() {
				var list []access.Sighting
				for i := range pairs {
					s := sighting(fmt.Sprintf("u%d", (i*7+g*11)%pairs), "d")
					s.Seq, s.Last = uint64(i+1), d.now
					list = append(list, s)
				}
				r := access.Report{Gateway: access.GatewayID(fmt.Sprintf("gw%d", g)), Spool: "s", Now: d.now, Sightings: list}
				if _, err := d.in.Take(t.Context(), r); err != nil {
					t.Errorf("gateway %d: %v", g, err)
				}
			})
		}
		group.Wait()
		if got := len(d.all()); got != pairs {
			t.Fatalf("%d records, want %d", got, pairs)
		}
		if c, err := d.s.CountAssociations(d.Context()); err != nil || c.Total != pairs || c.Allowed != pairs {
			t.Fatalf("counts %+v, %v", c, err)
		}
	})
}
