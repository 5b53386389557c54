// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// GatewayStatus is what a gateway says about itself with every report.
type GatewayStatus struct {
	Version     string          `json:"version"`
	Started     time.Time       `json:"started"`
	Position    Position        `json:"position"`              // how far it has applied changes
	Reconciled  time.Time       `json:"reconciled,omitzero"`   // last full comparison that ended with both sides equal
	Repaired    int64           `json:"repaired,omitempty"`    // entries the last comparison had to repair
	Parked      int64           `json:"parked"`                // requests waiting for mail
	Requests    int64           `json:"requests"`              // since it started
	SpoolBytes  int64           `json:"spool_bytes,omitempty"` // reports on disk that the console has not taken yet
	SpoolFull   bool            `json:"spool_full,omitempty"`
	CertExpires time.Time       `json:"cert_expires,omitzero"` // certificate shown to phones
	LinkExpires time.Time       `json:"link_expires,omitzero"` // certificate shown to the console
	Backends    []BackendHealth `json:"backends,omitempty"`
	// StormSince is when more phones began to come back than are let in at a time; zero: they do not.
	// StormPutOff is how many requests have been put off since.
	StormSince  time.Time `json:"storm_since,omitzero"`
	StormPutOff int64     `json:"storm_put_off,omitempty"`
	PutOff      int64     `json:"put_off,omitempty"` // requests put off so, since it started
	// Unkept: it acts on what it could not write to its disk, and would not know after a restart.
	Unkept bool `json:"unkept,omitempty"`
	// ExternalURL is the address phones use for this gateway, such as "https://mail.example.com";
	// empty: the gateway was told none and goes by the name each phone used.
	ExternalURL string `json:"external_url,omitempty"`
}

// BackendHealth is how one mail server looks from one gateway.
type BackendHealth struct {
	Name     string    `json:"name"`
	Type     string    `json:"type"`
	URL      string    `json:"url"`
	Up       bool      `json:"up"`
	Since    time.Time `json:"since,omitzero"`
	Problem  string    `json:"problem,omitempty"`
	Versions string    `json:"versions,omitempty"` // protocol versions it offers
	Accounts string    `json:"accounts,omitempty"` // which accounts it serves, in words
	// Realm is where its accounts live. Empty: the gateway is of a version that does not tell, nor the
	// two that follow.
	Realm   string   `json:"realm,omitempty"`
	Domains []string `json:"domains,omitempty"` // domains whose accounts it has, folded; not in front of a name that is canonical
	Rest    bool     `json:"rest,omitempty"`    // it serves the accounts that no other server claims
}

// Gateway is a gateway as the console shows it on Services > Sentry.
type Gateway struct {
	ID         GatewayID
	Status     GatewayStatus
	FirstSeen  time.Time
	LastReport time.Time     // console's clock
	Connected  bool          // a link is open now
	Skew       time.Duration // gateway clock minus console clock
}
