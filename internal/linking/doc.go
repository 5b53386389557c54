// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package linking brings records to their registered devices, inside somebody else's transaction.
//
// Intake comes in when a record is new or its facts have changed, admin when a device or a user has. What
// is thought of a pair of record and device is access.Match, which knows no database; here the evidence is
// gathered by indexes, and what comes of it is written and put into the audit log, in the same
// transaction. A change touches its candidates and nobody else.
//
//	linking.Record(tx, as) error           // one record, and what its link says about the phone's other accounts
//	linking.Device(tx, d) error            // every record that may belong to a device
//	linking.Accounts(tx, accounts) error   // every record of some accounts
//	linking.Look(tx, as) (Seen, error)     // what the matcher thinks, without doing anything
package linking
