// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// manyPhones is a snapshot of n phones, each with a record and an entry of its own, and their pairs in an order
// that no cache foresees.
func manyPhones(n int) (*snapshot.View, []access.Pair) {
	prefs := access.DefaultPreferences()
	prefs.DefaultPolicy = "p"
	entries := []access.Entry{
		{Kind: access.EntryPreferences, Preferences: &prefs},
		{Kind: access.EntrySite, Site: &access.Site{Secret: []byte("the secret of a benchmark's site")}},
		{Kind: access.EntryPolicy, Key: "p", Policy: &access.Policy{ID: "p", Revision: 1}},
	}
	pairs := make([]access.Pair, n)
	for i := range n {
		id := fmt.Sprintf("APPLDN%08d", i)
		pairs[i] = access.Pair{Realm: "lab", Account: fmt.Sprintf("user%d@lab.example", i), Device: id}
		entries = append(entries,
			access.Entry{Kind: access.EntryRecord, Key: id, Record: &access.Record{ID: access.AssociationID(id), Domain: access.Standalone, Pair: pairs[i]}},
			access.Entry{Kind: access.EntryEASDevice, Key: id, EASDevice: &access.EASDevice{ID: id, Policy: "p"}})
	}
	v := snapshot.Empty().Apply(access.Batch{Full: true, Position: access.Position{History: "h", Number: 1, Token: "t"}, Entries: entries})
	r := rand.New(rand.NewPCG(11, 12))
	r.Shuffle(n, func(i, j int) { pairs[i], pairs[j] = pairs[j], pairs[i] })
	return v, pairs
}

// verdict weighs the policy key of a request and asks for the verdict, as judge does.
func verdict(g *Gateway, v *snapshot.View, pair access.Pair, key uint32, now time.Time) access.Decision {
	f := access.Facts{Pair: pair, ConsoleHeard: now}
	g.weigh(&f, v, presented{key: key, version: eas.V14_1, command: eas.Sync}, now)
	return access.Decide(v, &f, now)
}

// phonesWithKeys are manyPhones that have accepted their policy.
func phonesWithKeys(g *Gateway, n int, now time.Time) (v *snapshot.View, pairs []access.Pair, keys []uint32) {
	v, pairs = manyPhones(n)
	sum := g.policies.sheet(v.Policy("p"), serverKey{}).sum(eas.V14_1)
	ring := g.policies.keys(v.Site())
	for _, pair := range pairs {
		since, _ := epoch(0, pair, now)
		keys = append(keys, ring.key(keyFinal, pair, sum, 0, since))
	}
	return v, pairs, keys
}

func TestAVerdictUnderAPolicyAllocatesNothing(t *testing.T) {
	g, now, i := &Gateway{}, time.Unix(1_800_000_000, 0), 0
	v, pairs, keys := phonesWithKeys(g, 100, now)
	if n := testing.AllocsPerRun(1000, func() {
		if d := verdict(g, v, pairs[i%100], keys[i%100], now); d.Verdict != access.VerdictPass {
			t.Fatal(d.Verdict, d.Rule)
		}
		i++
	}); n != 0 && stride == 1 { // under the race detector pools forget what they are given
		t.Errorf("%v allocations", n)
	}
	if d := verdict(g, v, pairs[0], keys[1], now); d.Verdict != access.VerdictProvision {
		t.Errorf("with another phone's key: %v", d.Verdict)
	}
}

// BenchmarkVerdictUnderAPolicy is what a snapshot's size costs a request whose policy key is right.
func BenchmarkVerdictUnderAPolicy(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			g, now := &Gateway{}, time.Unix(1_800_000_000, 0)
			v, pairs, keys := phonesWithKeys(g, n, now)
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				if d := verdict(g, v, pairs[i%n], keys[i%n], now); d.Verdict != access.VerdictPass {
					b.Fatal(d.Verdict, d.Rule)
				}
			}
		})
	}
}
