// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

// errUndone ends a transaction that was only to be looked at.
var errUndone = errors.New("undone")

func BenchmarkMatcherOnSQLite(b *testing.B)   { benchMatcher(b, sqlite()) }
func BenchmarkMatcherOnPostgres(b *testing.B) { benchMatcher(b, postgres()) }

// question is one thing the matcher is asked, of the n-th of many.
type question struct {
	name string
	ask  func(tx *store.Tx, n int) error
}

// benchMatcher measures what the matcher costs in a transaction, at all sizes in turn. Nothing is kept of
// what it does.
func benchMatcher(b *testing.B, e storetest.Engine) {
	all := sizes(b)
	stores, questions := make([]*store.Store, len(all)), make([][]question, len(all))
	for i, n := range all {
		stores[i] = worldStore(b, e, n)
		questions[i] = matcherQuestions(b, stores[i])
	}
	for q := range questions[0] {
		b.Run("matcher/"+questions[0][q].name, func(b *testing.B) {
			took := make([][]float64, len(all))
			round := 0
			for b.Loop() {
				for i := range all {
					if err := stores[i].WithTx(b.Context(), func(tx *store.Tx) error {
						began := time.Now()
						if err := questions[i][q].ask(tx, round); err != nil {
							return err
						}
						took[i] = append(took[i], float64(time.Since(began).Nanoseconds())/1000)
						return errUndone
					}); !errors.Is(err, errUndone) {
						b.Fatal(err)
					}
				}
				round++
			}
			b.ReportMetric(0, "ns/op") // of all sizes together, which says nothing
			for i, n := range all {
				slices.Sort(took[i])
				b.ReportMetric(took[i][len(took[i])/2], fmt.Sprintf("us@%d", n))
				b.ReportMetric(took[i][0], fmt.Sprintf("lowest@%d", n))
				b.ReportMetric(took[i][len(took[i])-1], fmt.Sprintf("highest@%d", n))
			}
		})
	}
}

func matcherQuestions(b *testing.B, s *store.Store) []question {
	b.Helper()
	records, err := s.ListAssociations(b.Context(), store.Query{Show: store.ShowSuggested, Limit: 200})
	if err != nil || len(records.Rows) == 0 {
		b.Fatal(err, len(records.Rows))
	}
	devices, err := s.ListDevices(b.Context(), store.DeviceQuery{Show: store.ShowActive, Sort: store.SortNumber, Limit: 200})
	if err != nil || len(devices.Rows) == 0 {
		b.Fatal(err, len(devices.Rows))
	}
	users, err := s.ListUsers(b.Context(), store.UserQuery{Sort: store.SortEmail, Limit: 200})
	if err != nil || len(users.Rows) == 0 {
		b.Fatal(err, len(users.Rows))
	}
	var kiosk *access.Association
	if err := s.WithTx(b.Context(), func(tx *store.Tx) error {
		list, err := tx.RecordsOfAccount("lab", "kiosk", 1)
		if err == nil && len(list) > 0 {
			kiosk = &list[0]
		}
		return err
	}); err != nil || kiosk == nil {
		b.Fatal("no record of the account on many phones", err)
	}
	return []question{
		{"a-record", func(tx *store.Tx, n int) error {
			_, err := linking.Look(tx, &records.Rows[n%len(records.Rows)])
			return err
		}},
		{"a-device", func(tx *store.Tx, n int) error { return linking.Device(tx, &devices.Rows[n%len(devices.Rows)]) }},
		{"a-user", func(tx *store.Tx, n int) error {
			return linking.Accounts(tx, users.Rows[n%len(users.Rows)].Accounts...)
		}},
		{"a-user-disabled", func(tx *store.Tx, n int) error {
			u := users.Rows[n%len(users.Rows)]
			u.Disabled = !u.Disabled
			return tx.SaveUser(&u)
		}},
		{"a-record-of-an-account-on-many-phones", func(tx *store.Tx, _ int) error {
			_, err := linking.Look(tx, kiosk)
			return err
		}},
	}
}
