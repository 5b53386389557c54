// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// Expected is a phone that a list from elsewhere names (Y-18): the mail server's own list, or the list of
// another console. It is no association, and gateways never hear of it: it only says who has yet to come
// through the gateway.
type Expected struct {
	ID   string
	Pair Pair   // Account is empty where the list does not say whose the phone is in words of the mail server
	Who  string // as the list calls the owner
	// What the list says of the phone.
	Model      string
	OS         string
	DeviceType string
	UserAgent  string
	IMEI       string
	Number     string
	FirstSync  time.Time
	LastSync   time.Time
	State      string // what the mail server did with it, in its own words
	// Preset is written on the pair's record the moment it is made; NoOverride: nothing is.
	Preset  OverrideKind
	Reason  string // why, of Preset
	By      string // who has brought the list in
	Import  string // which one
	Created time.Time
	Seen    time.Time // when the pair first came through the gateway; zero: it has not yet
	Version int64
}
