// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package company

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// HistoryDays is how far back the company's past goes where it is told by the hour.
const HistoryDays = 30

// Refused gives what the company's gateways have refused until now, by the hour: a stranger who guesses, old
// passwords in the morning, phones of people who have left.
func (c *Company) Refused(now time.Time) []access.Tally {
	rng := rand.New(rand.NewPCG(c.Seed, 0x4EF05ED))
	var list []access.Tally
	end := now.UTC().Truncate(time.Hour)
	for h := HistoryDays*24 - 1; h >= 0; h-- {
		at := end.Add(-time.Duration(h) * time.Hour)
		for _, r := range []struct {
			rule    access.Rule
			verdict access.Verdict
			often   float64
		}{
			{access.RuleStalePassword, access.VerdictChallenge, 9 * busy(at)},
			{access.RuleManualBlock, access.VerdictRefuse, 4},
			{access.RuleBruteForce, access.VerdictLater, 1.5},
		} {
			n := int64(r.often * (0.4 + 1.2*rng.Float64()) * float64(max(len(c.Phones), 20)) / 200)
			if r.rule == access.RuleBruteForce && rng.IntN(30) == 0 {
				n += 25 + rng.Int64N(40)
			}
			if n > 0 {
				list = append(list, access.Tally{Minute: at, Rule: r.rule.String(), Verdict: r.verdict.String(), Count: n})
			}
		}
	}
	return list
}

// Waiting is how many of some phones wait for mail at a moment: nearly all, fewer at night, when some are
// off, with a dent now and then. The same moment gives the same number.
func (c *Company) Waiting(phones int, at time.Time) int64 {
	const slot = 10 * time.Minute
	rng := rand.New(rand.NewPCG(c.Seed, uint64(at.Unix()/int64(slot/time.Second))))
	part := 0.8 + 0.12*busy(at) + 0.02*rng.Float64()
	if rng.IntN(200) == 0 {
		part *= 0.6
	}
	return int64(part * float64(phones))
}

// busy is how much of a day's life goes on at an hour of it, from 0 to 1.
func busy(at time.Time) float64 {
	hour := float64(at.UTC().Hour()) + float64(at.UTC().Minute())/60
	b := 0.5 - 0.5*math.Cos((hour-2)/24*2*math.Pi)
	if day := at.UTC().Weekday(); day == time.Saturday || day == time.Sunday {
		b *= 0.6
	}
	return b
}
