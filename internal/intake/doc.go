// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package intake is the door for machines: what gateways report becomes records.
//
// The hub comes in with reports. Out go records in the store, counts, and what is known of each gateway.
// Nothing else writes on a machine's word.
//
// A report is one transaction. It may come twice: sightings are numbered within a gateway's spool and
// the highest number taken is kept with the records. Take gives a change number only when gateways have
// to learn something, that is when a new record was made.
//
// Who is believed: a pair becomes a record when the mail server has accepted its credentials.
// A new record, and one whose facts have changed, is shown to the matcher in the same transaction,
// and to the blocking rules (Y-16).
// What a known phone tells otherwise than before is a line of the audit log, few enough that no phone can
// fill it (Y-19).
// Every attempt of a known pair moves Last Sync Time, but only an accepted one changes what is said
// about the phone.
package intake
