// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// ExpectedQuery chooses expected phones (Y-18). Show is one of store's expected shows ("missing", "seen",
// "all"; empty: all), Sort one of its columns ("user", "device", "model", "last_sync", "added").
type ExpectedQuery struct {
	Show   Show
	Search string // in owner, account, device id, model, device type, IMEI and number; below three characters at the beginning of some
	Sort   Sort
	Desc   bool
	Cursor string
	Limit  int
}

// ExpectedPage is one page of expected phones.
type ExpectedPage struct {
	Rows []access.Expected
	PageMarks
}

// ShadowReport says how many of the phones that lists name have come through the gateway.
type ShadowReport struct {
	Realms []ShadowRealm
	Seen   int
	Total  int
	// Trend is how many had come by the end of each day, the last one today; empty while no list is there.
	Trend []ShadowDay
}

// ShadowRealm is one mail server's part.
type ShadowRealm struct {
	Realm string
	Seen  int
	Total int
}

// ShadowDay is one day of the trend.
type ShadowDay struct {
	Day  time.Time
	Seen int // up to its end
}

// shadowDays is how far the trend goes back.
const shadowDays = 30

// ListExpected gives one page of expected phones. It reaches beyond any group of users.
func (a *Admin) ListExpected(ctx context.Context, who access.Actor, q ExpectedQuery) (ExpectedPage, error) {
	if err := who.May(access.VerbViewAudit); err != nil {
		return ExpectedPage{}, err
	}
	cover, err := a.coverFor(ctx, who)
	if err != nil {
		return ExpectedPage{}, err
	}
	p, err := a.store.ListExpected(ctx, store.ExpectedQuery{Show: store.Show(q.Show), Search: q.Search, Sort: store.Column(q.Sort), Desc: q.Desc,
		Cursor: q.Cursor, Limit: q.Limit, Cover: cover})
	return veiled(ctx, a, who, ExpectedPage{Rows: p.Rows, PageMarks: marks(p.PageMarks)}, err)
}

// ExpectedByID gives expected phones anew.
func (a *Admin) ExpectedByID(ctx context.Context, who access.Actor, ids []string) ([]access.Expected, error) {
	if err := who.May(access.VerbViewAudit); err != nil {
		return nil, err
	}
	list, err := a.store.FindExpectedIDs(ctx, ids)
	return veiled(ctx, a, who, list, err)
}

// ShadowReport counts expected phones.
func (a *Admin) ShadowReport(ctx context.Context, who access.Actor) (ShadowReport, error) {
	if err := who.May(access.VerbViewAudit); err != nil {
		return ShadowReport{}, err
	}
	days, err := a.store.CountExpected(ctx)
	if err != nil {
		return ShadowReport{}, err
	}
	return shadowReport(days, a.now()), nil
}

func shadowReport(days []store.ExpectedDay, now time.Time) (r ShadowReport) {
	today := now.UTC().Truncate(24 * time.Hour)
	first := today.AddDate(0, 0, 1-shadowDays)
	before, came := 0, map[time.Time]int{}
	for _, d := range days {
		if n := len(r.Realms); n == 0 || r.Realms[n-1].Realm != d.Realm {
			r.Realms = append(r.Realms, ShadowRealm{Realm: d.Realm})
		}
		realm, n := &r.Realms[len(r.Realms)-1], int(d.N)
		realm.Total += n
		r.Total += n
		if d.Day.IsZero() {
			continue
		}
		realm.Seen += n
		r.Seen += n
		if d.Day.Before(first) {
			before += n
		} else {
			came[d.Day] += n
		}
	}
	if r.Total == 0 {
		return r
	}
	for day := first; !day.After(today); day = day.AddDate(0, 0, 1) {
		before += came[day]
		r.Trend = append(r.Trend, ShadowDay{day, before})
	}
	return r
}

// ForgetExpected forgets all expected phones: the move is done, or another list is to begin anew. It
// cannot be undone; the file can be brought in again.
func (a *Admin) ForgetExpected(ctx context.Context, who access.Actor, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbImport, "expected", act, nil, func(tx *store.Tx) (outcome, error) {
		n, err := tx.ForgetExpected()
		if err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(access.VerbImport), "expected phones", "", beforeAfter(fmt.Sprintf("%d expected phones", n), "forgotten", act.Reason)))
		return outcome{Result: Result{Text: count(int(n), "expected phone is", "expected phones are") + " forgotten."}}, nil
	})
	return out.Result, err
}
