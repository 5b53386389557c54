// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package ruling works out which blocking rules and limits speak of a record, inside somebody else's
// transaction.
//
// Intake comes in when a record is new, or its facts or its owner have changed; admin when a rule, a group, an
// account or the devices per mailbox have; jobs when time has gone on. Whether a rule's kind matches what a
// phone is, access.Blocking knows; for whom it is, and how many records it may hold, stands in the store.
// What comes of it is written into the record, from which gateways judge.
//
//	ruling.Record(tx, as) (changed, error)         // the rules that speak of one record
//	ruling.Account(tx, realm, account) (n, error)  // the devices of a mailbox against their number
//	ruling.Arrived(tx, as) error                   // both, for a record that is new
//	ruling.Step(ctx, s, after, n) (Progress, error) // the next of all records, for a job or the sweep
//	ruling.Speaking(tx, rules, as) (ids, error)    // what Record would write, for a preview
package ruling
