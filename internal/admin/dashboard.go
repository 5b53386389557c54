// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Dashboard answers at a glance: how many, what was refused and why, who is there, what needs me.
type Dashboard struct {
	At       time.Time
	Counts   Counts
	Blocked  []RuleCount    // records blocked now, by the rule that speaks
	Hours    []time.Time    // beginnings of the last 24 hours, oldest first
	Refusals []RefusalCount // requests refused in these hours, by rule, most first
	Gateways []GatewayRow
	Needs    []Need // most urgent first
	Shadow   bool
}

// Counts are records by status.
type Counts struct {
	Total, Allowed, Blocked, Linked, Unlinked int
}

// RuleCount counts records by rule.
type RuleCount struct {
	Rule  string
	Text  string
	Count int
}

// RefusalCount counts refused requests by rule, in all and per hour of Dashboard.Hours.
type RefusalCount struct {
	Rule  string
	Text  string
	Total int64
	Hours []int64
}

// Need is one thing that waits for somebody. Kind is a constant word that pages know a link for.
type Need struct {
	Kind   NeedKind
	Urgent bool
	Text   string
	Object string // gateway or backend it is about
	Count  int
}

// NeedKind says what a need is about.
type NeedKind string

// The kinds of needs.
const (
	NeedNoGateway   NeedKind = "no-gateway"   // no gateway has ever reported
	NeedGatewayAway NeedKind = "gateway-away" // one was there and is not connected
	NeedBackendDown NeedKind = "backend-down"
	NeedCertificate NeedKind = "certificate" // expires within three weeks
	NeedClockSkew   NeedKind = "clock-skew"  // over five seconds
	NeedSpool       NeedKind = "spool"       // reports pile up on a gateway
	NeedBehind      NeedKind = "behind"      // a gateway is connected and does not apply changes
	NeedStorm       NeedKind = "storm"       // phones that come back all at once are put off
	NeedDiffering   NeedKind = "differing"   // two configurations of the mail servers do not agree
	NeedShadow      NeedKind = "shadow"      // nothing is enforced
	NeedNewcomers   NeedKind = "newcomers"   // unlinked records blocked in the last day
	NeedRule        NeedKind = "rule-waits"  // a blocking rule speaks of more records than it may hold
	NeedQuarantine  NeedKind = "quarantine"  // phones wait to be released
	NeedNoGroups    NeedKind = "no-groups"   // whoever asks sees some users only, and none have been given
	NeedBlocked     NeedKind = "blocked"     // records blocked now, for those who look after some users
)

// GatewayRow is a gateway as Services > Sentry lists it.
type GatewayRow struct {
	access.Gateway
	Behind   int64  // changes it has not applied yet; -1: it has another history, and is getting a full copy
	Problems []Need // what is wrong with it
	// ReconcileEvery is the interval of the full comparison, NextReconcile when the next one is due at the
	// latest (S-01); zero for a gateway that is away or has never been compared: that happens on connect.
	ReconcileEvery time.Duration
	NextReconcile  time.Time
}
