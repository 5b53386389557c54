// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"errors"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/store"
)

func TestWhatTheDashboardDrawsIsThere(t *testing.T) { // Y-17
	w := newWorld(t)
	if err := w.store.WithTx(t.Context(), func(tx *store.Tx) error {
		tx.AddParked("gw1", 12)
		return errors.Join(tx.AddTallies("gw1", []access.Tally{{Minute: w.now.Add(-time.Minute), Rule: "manual-block", Verdict: "refuse", Count: 3}}))
	}); err != nil {
		t.Fatal(err)
	}
	w.record("ana", "appl1")
	d := read[api.Trends](w.call("GET", api.Prefix+"/trends", nil).want(200))
	last, point := len(d.Bars)-1, len(d.Points)-1
	if d.Span != admin.SpanDay || last != 23 || d.New[last]+d.New[last-1] != 1 || len(d.NewLinked) != 24 || d.Records[last] != 1 || d.Records[0] != admin.Unknown || d.Linked[last] != 0 {
		t.Errorf("of a day: %+v", d)
	}
	if len(d.Refusals) != 1 || d.Refusals[0].Total != 3 || len(d.Refusals[0].Counts) != 24 || d.Parked[point] != 12 || d.Parked[0] != admin.Unknown || len(d.Gateways) != 1 || d.Gateways[0].Name != "gw1" {
		t.Errorf("of a day: %+v", d)
	}
	if m := read[api.Trends](w.call("GET", api.Prefix+"/trends?span=month", nil).want(200)); len(m.Bars) != 30 || m.New[29] != 1 || m.Bars[0].Location() != time.UTC {
		t.Errorf("of a month: %+v", m)
	}
	w.call("GET", api.Prefix+"/trends?span=year", nil).want(422)
}
