// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Fill loads n records that look like a company's: most people with one phone, some with two, some
// phones with two accounts, one record in four linked, one in twenty blocked. The same seed gives the
// same records, but for their ids. In every thousand, one model is "Rarephone Zx9".
func Fill(ctx context.Context, s *store.Store, n int, seed uint64) error {
	g := &grower{r: rand.New(rand.NewPCG(seed, 1)), run: seed, lonely: max(n/7, 1)}
	for n > 0 {
		part := g.grow(min(n, 2000))
		n -= len(part)
		err := s.WithTx(ctx, func(tx *store.Tx) error {
			for _, a := range part {
				if a.Linked() {
					if err := tx.SaveDevice(&access.Device{ID: a.Device, Owner: access.UserID(a.User), State: access.DeviceActive}); err != nil {
						return err
					}
				}
			}
			return tx.CreateAssociations(part)
		})
		if err != nil {
			return fmt.Errorf("fill: %w", err)
		}
	}
	return nil
}

type grower struct {
	r      *rand.Rand
	run    uint64
	made   int
	lonely int // one in so many
}

func (g *grower) grow(n int) []*access.Association {
	models := [...][4]string{{"iPhone 15", "iOS", "17.1", "appl"}, {"iPhone SE", "iOS", "16.4", "appl"}, {"SM-G991B", "Android", "14", "sec"},
		{"Pixel 8", "Android", "15", "android"}, {"Outlook for iOS and Android", "Android", "14", ""}, {"iPad Pro", "iPadOS", "17.0", "appl"}}
	list := make([]*access.Association, 0, n)
	for len(list) < n {
		i := g.made
		g.made++
		m := models[g.r.IntN(len(models))]
		a := seen(fmt.Sprintf("%s%d", given(g.r), i%1_000_000), fmt.Sprintf("%s%012x%x", m[3], g.r.Uint64()>>16, i))
		a.Pair.Realm, a.User, a.Mailbox = "lab", a.Pair.Account+"@lab.example", a.Pair.Account+"@lab.example"
		a.RawDevice, a.Backend, a.Gateway = a.Pair.Device, "sogo", "gw1"
		a.Model, a.OS, a.OSVersion, a.DeviceType = m[0], m[1], m[2], m[1]
		if g.r.IntN(1000) == 0 {
			a.Model = "Rarephone Zx9"
		}
		if i%g.lonely == g.lonely/2 {
			a.Model = "Lonely Q7"
		}
		a.UserAgent, a.Protocol, a.Client = a.Model+"/"+m[2], "16.1", "Mail"
		a.Number = fmt.Sprintf("+49 30 %07d", g.r.IntN(10_000_000))
		a.FirstSync = Start().Add(-time.Duration(g.r.IntN(1000*3600)) * time.Second)
		a.LastSync = a.FirstSync.Add(time.Duration(g.r.IntN(100*3600)) * time.Second)
		a.LastHTTP = 200
		if g.r.IntN(4) == 0 {
			a.Device = access.DeviceID(fmt.Sprintf("dev%d-%08d", g.run, i))
		}
		if g.r.IntN(20) == 0 {
			a.Override = access.Override{Kind: access.OverrideBlock, Reason: "filled", By: "fill", At: a.LastSync}
		}
		list = append(list, a)
		if g.r.IntN(10) == 0 && len(list) < n {
			b := *a
			b.Pair.Account, b.User, b.Device = "team-"+a.Pair.Account, "team-"+a.User, ""
			list = append(list, &b)
		}
	}
	return list
}

func given(r *rand.Rand) string {
	list := [...]string{"ana", "bob", "chen", "dora", "emil", "fatima", "gül", "hugo", "ines", "jörg", "kofi", "lena", "mia", "noor", "olga", "per"}
	return list[r.IntN(len(list))]
}
