// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// Association is one record as the console keeps and shows it: one account on one device.
// Text in it that came from a phone has been capped but is otherwise as hostile as it was sent.
type Association struct {
	Record

	User           string // account name as last accepted by the mail server, for display (C-02)
	RawDevice      string // device id as the phone spells it
	DeviceType     string
	UserAgent      string
	Protocol       string // highest part of the protocol version last used, e.g. "16.1"
	Client         string // mail app, from user agent and device information
	Model          string // C-04
	OS             string // platform: iOS, Android, Windows Phone, … (C-05)
	OSVersion      string
	Number         string // phone number (C-03)
	IMEI           string
	FriendlyName   string
	Language       string
	Operator       string
	Mailbox        string // primary SMTP address, or the canonical account while MailboxDerived (C-10, R-15)
	MailboxDerived bool
	Backend        string // name of the mail server that serves the account
	Redirect       string // where its mail server has sent it, as a URL; empty: nowhere (D-07)
	Gateway        GatewayID
	RemoteAddr     string    // address of the phone as last seen
	FactsAt        time.Time // when the facts above were last confirmed by an accepted request
	FirstSync      time.Time // C-08, S-09
	LastSync       time.Time // last attempt (C-09, S-12, S-13)
	LastSuccess    time.Time // last request the mail server answered with success (Y-03)
	LastHTTP       int       // HTTP status of the last answer
	LastEAS        int       // EAS status of the last answer, 0 when none was seen
	Comment        string    // D-08
	Reported       Reported  // what a gateway last did
	SyncStatus     SyncStatus
	Told           DeviceInfo      // what the phone last said of itself, as it said it; speaks before Guessed
	Guessed        Guessed         // what user agent and request line let us think
	Person         UserID          // owner of the account; written by the store
	Link           Link            // how it came to its registered device
	Suggestion     Suggestion      // the device it may belong to, while it is linked to none
	Replaces       AssociationID   // the record of the same phone under its earlier device id (Y-05)
	MergedFrom     []AssociationID // records that were joined into this one when two accounts turned out to be one
	OtherNames     []string        // other names of the account, by which the record is found too; written by the store
	Version        int64           // grows with every change by a person; guards against two administrators at once
	Change         int64           // change number of the last change that gateways have to apply
}

// Guessed are the facts taken from the user agent and the request line, kept beside what the phone
// says of itself so that both can be compared.
type Guessed struct {
	Client    string `json:"client,omitempty"`
	OS        string `json:"os,omitempty"`
	OSVersion string `json:"os_version,omitempty"`
	Model     string `json:"model,omitempty"`
}

// SyncStatus is the word in the Sync Status column (C-07).
type SyncStatus string

// The words of the Sync Status column.
const (
	Allowed SyncStatus = "allowed"
	Blocked SyncStatus = "blocked"
	Wiped   SyncStatus = "wiped"
)

// Label is the word as the page shows it.
func (s SyncStatus) Label() string {
	switch s {
	case Blocked:
		return "Blocked"
	case Wiped:
		return "Wiped"
	}
	return "Allowed"
}

// Reported is the verdict a gateway reported for the last request of a pair.
type Reported struct {
	Verdict  string    `json:"verdict,omitempty"`
	Rule     string    `json:"rule,omitempty"`
	Detail   string    `json:"detail,omitempty"`
	Enforced bool      `json:"enforced,omitempty"`
	Gateway  GatewayID `json:"gateway,omitempty"`
	Snapshot int64     `json:"snapshot,omitempty"`
	At       time.Time `json:"at,omitzero"`
}

// StatusLabel is the word in the Status column.
func (a *Association) StatusLabel() string {
	if a.Linked() {
		return "Registered(Linked)"
	}
	return "Unregistered (Unlinked)"
}
