// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// AuditEntry is one line of the audit log: who did what to which thing, when, from where and why.
// Event is a Verb, or a sign-in event. Nothing secret is ever in it.
type AuditEntry struct {
	ID      int64
	At      time.Time
	Actor   string
	Addr    string
	Event   string
	Subject string // what it was done to, in words
	Object  string // id of the thing, when it has one
	Detail  string // reason or change, in words
	Number  int64  // change number, 0 when gateways are not concerned
	Failed  bool   // the attempt was refused
}
