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

// capTold is for how long an order that the cap of wipes has stopped is told of (Y-10), and mostCapLines how
// many of them are counted.
const (
	capTold      = day
	mostCapLines = 500
)

// CapHit says that the cap of wipes has stopped orders, one after another with less than an hour between.
// Somebody may be wiping who should not, or the cap may be too low on a bad day.
type CapHit struct {
	First, Last time.Time
	Times       int      // a bulk counts each of its rows that was refused
	By          []string // who was stopped
}

// LastCapHit gives the last time that the cap of wipes has stopped orders, to those who may hold all of them.
// nil: not within a day, or an administrator has saved the limits of wipes or used the switch since.
func (s *Settings) LastCapHit(ctx context.Context, who access.Actor) (*CapHit, error) {
	if err := who.May(access.VerbView); err != nil || who.May(access.VerbFreeze) != nil {
		return nil, err
	}
	hits, err := s.capHits(ctx)
	if err != nil || len(hits) == 0 {
		return nil, err
	}
	last := &hits[len(hits)-1]
	for _, name := range []string{settingWipes, settingFreeze} {
		k, _, err := s.read(ctx, name, &struct{}{})
		if err != nil || k.Changed.After(last.Last) {
			return nil, err
		}
	}
	return last, nil
}

// capHits gives when the cap has stopped orders, the earliest first.
func (s *Settings) capHits(ctx context.Context) (list []CapHit, err error) {
	lines, _, err := s.admin.store.ListAudit(ctx, store.AuditFilter{Event: eventWipeCap, Since: s.admin.now().Add(-capTold), Limit: mostCapLines})
	for _, l := range slices.Backward(lines) {
		if n := len(list); n == 0 || l.At.Sub(list[n-1].Last) > capWithin {
			list = append(list, CapHit{First: l.At})
		}
		h := &list[len(list)-1]
		h.Last = l.At
		h.Times++
		if !slices.Contains(h.By, l.Actor) {
			h.By = append(h.By, l.Actor)
		}
	}
	return list, err
}

// capWorries are told by letter, each run of stopped orders once.
func (s *Settings) capWorries(ctx context.Context, _ time.Time) (list []worry, err error) {
	hits, err := s.capHits(ctx)
	for _, h := range hits {
		list = append(list, worry{fmt.Sprintf("%s/%d", eventWipeCap, h.First.Unix()),
			fmt.Sprintf("The cap of wipes has stopped orders since %s, given by %s. If that is not what you expect, hold all orders: Settings, Wipe Safety, Hold.",
				atTime(h.First), strings.Join(h.By, ", "))})
	}
	return list, err
}
