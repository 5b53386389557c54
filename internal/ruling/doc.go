// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package ruling works out which blocking rules and limits speak of a record, inside somebody else's
// transaction.
//
// Intake comes in when a record is new, or its facts or its owner have changed; admin with every transaction
// that changes records, owners, users or groups, and walks over all records when a rule or the devices per
// mailbox have changed, and every hour because time goes on. Whether a rule's kind matches what a phone is,
// access.Blocking knows; for whom it is, and how many records it may hold, stands in the store. What comes of it
// is written into the record, from which gateways judge.
//
//	ruling.Record(tx, as) (changed, error)         // the rules that speak of one record
//	ruling.Account(tx, realm, account) (n, error)  // the devices of a mailbox against their number
//	ruling.Servers(tx, devices) error              // the kind of mail server that each phone began on
//	ruling.Arrived(tx, as) error                   // all of them, for a record that is new
//	ruling.Settle(tx) error                        // all that the transaction has moved (Tx.Moved)
//	ruling.Step(ctx, s, after, n) (Progress, error) // the next of all records; StepIn inside a transaction
//	ruling.Speaks(rule, as, now, in) (bool, error)  // what Record goes by, for a preview
//
// Records are looked at in the order in which they were made, and the first ones are held until a rule has as
// many as it may. New ones are held whatever that number. A release out of quarantine lasts as long as the rule speaks of the record: a phone that is
// brought up to date, or whose rule is put out of force, is held anew when it matches again.
package ruling
