// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/test/browser"
)

// drawn gives the figures of a chart, by the name of the series.
func drawn(a *answer, card string) map[string][]*float64 {
	a.t.Helper()
	list := a.all(`[data-live-part="trend-` + card + `"] [data-figures]`)
	if len(list) != 1 || attr(list[0], "data-figures") == "" {
		return nil
	}
	var f struct {
		Labels, Names []string
		Series        []struct {
			Name   string
			Values []*float64
		}
	}
	if err := json.Unmarshal([]byte(attr(list[0], "data-figures")), &f); err != nil {
		a.t.Fatal(err)
	}
	out := map[string][]*float64{}
	for _, s := range f.Series {
		if len(s.Values) != len(f.Labels) || len(s.Values) != len(f.Names) {
			a.t.Errorf("%s: %d values, %d labels, %d names", s.Name, len(s.Values), len(f.Labels), len(f.Names))
		}
		out[s.Name] = s.Values
	}
	return out
}

func TestADashboardWithNothingToDrawSaysSo(t *testing.T) {
	v := signedIn(t, browser.Start(t, true))
	a := v.get("/")
	for card, words := range map[string]string{"refused": "Nothing was refused", "new": "No phone has come yet", "match": "No phone has come yet", "parked": "No gateway has reported"} {
		a.says(`[data-live-part="trend-`+card+`"]`, words)
		if drawn(a, card) != nil {
			t.Errorf("%s draws something", card)
		}
	}
	if n := len(a.all(".trend .chart[hidden]")); n != 4 {
		t.Errorf("%d of 4 empty charts take room", n)
	}
}

// A help desk without groups is not told that nothing needs it, and one with groups why nothing is drawn.
func TestTheDashboardOfAHelpDeskSaysWhyItIsEmpty(t *testing.T) {
	a := asHelpDesk(t, browser.Start(t, true)).get("/")
	a.says(`[data-live-part="needs"]`, "No groups of users have been given to you yet").says("main", "counted for all users together")
	if a.words(".needs .calm") != "" {
		t.Errorf("it says %q", a.words(".needs"))
	}
}

func TestTheDashboardDrawsTrendsAndSaysTheSameInTables(t *testing.T) {
	c := browser.Start(t, true)
	addRecord(t, c, func(a *access.Association) {})
	now := c.Now()
	if err := c.Store.WithTx(t.Context(), func(tx *store.Tx) error {
		tx.AddParked("gw-a", 300)
		tx.AddParked("gw-b", 12)
		return errors.Join(tx.AddTallies("gw-a", []access.Tally{{Minute: now, Rule: "manual-block", Verdict: "refuse", Count: 17}}))
	}); err != nil {
		t.Fatal(err)
	}
	v := signedIn(t, c)
	for _, span := range []string{"", "?span=week", "?span=month", "?span=nonsense"} {
		a := v.get("/" + span)
		parked, fresh, match := drawn(a, "parked"), drawn(a, "new"), drawn(a, "match")
		if last := parked["All gateways"]; len(last) == 0 || last[len(last)-1] == nil || *last[len(last)-1] != 312 || last[0] != nil || len(parked) != 3 {
			t.Errorf("%s: parked %v", span, parked)
		}
		var sum float64
		for _, n := range fresh["New"] {
			sum += *n
		}
		if sum != 1 {
			t.Errorf("%s: %v came new", span, sum)
		}
		if all := match["Of all records"]; len(all) == 0 || all[len(all)-1] == nil || *all[len(all)-1] != 0 || all[0] != nil {
			t.Errorf("%s: match rate %v", span, all)
		}
		a.says(`[data-live-part="trend-refused"]`, "Blocked by an administrator.").says(`[data-live-part="trend-refused-sum"]`, "17 requests")
		a.says(`table[data-live-part="trend-parked-table"] tbody tr:last-child`, "312")
		if heads := a.all(`table[data-live-part="trend-parked-table"] th[scope="col"]`); len(heads) != 4 {
			t.Errorf("%s: %d heads of parked phones", span, len(heads))
		}
		if current := a.all(`.spans a[aria-current]`); len(current) != 1 {
			t.Errorf("%s: %d spans are chosen", span, len(current))
		}
	}
}

func TestTrendTablesNameTheirTimeZone(t *testing.T) {
	c := browser.Start(t, true)
	addRecord(t, c, func(a *access.Association) { a.FirstSync = c.Now().Add(-time.Minute) })
	signedIn(t, c).get("/").says(`table[data-live-part="trend-new-table"] th`, "From (UTC)")
}
