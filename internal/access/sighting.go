// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// Sighting is what a gateway tells the console about one pair: one request, or several of the same
// kind folded into one. Attempts counts them; First and Last are the gateway's clock.
type Sighting struct {
	Seq      uint64    `json:"seq"` // per gateway and spool, so that a replay does no harm
	Pair     Pair      `json:"pair"`
	User     string    `json:"user,omitempty"`     // account as the phone spells it
	Raw      string    `json:"raw,omitempty"`      // device id as the phone spells it
	Accepted bool      `json:"accepted,omitempty"` // the mail server has accepted the credentials: facts count
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
	Success  time.Time `json:"success,omitzero"` // last answer of the mail server that was a success
	Attempts int       `json:"attempts"`

	Command    string `json:"command,omitempty"`
	Protocol   string `json:"protocol,omitempty"`
	DeviceType string `json:"device_type,omitempty"`
	UserAgent  string `json:"user_agent,omitempty"`
	Client     string `json:"client,omitempty"`
	OS         string `json:"os,omitempty"`
	OSVersion  string `json:"os_version,omitempty"`
	Model      string `json:"model,omitempty"`
	RemoteAddr string `json:"remote_addr,omitempty"`
	Backend    string `json:"backend,omitempty"`
	HTTP       int    `json:"http,omitempty"`
	EAS        int    `json:"eas,omitempty"`

	// Info is present when the phone described itself in this request (Settings, Provision).
	Info *DeviceInfo `json:"info,omitempty"`
	// Mailbox is the primary SMTP address when an answer of the mail server named it.
	Mailbox string `json:"mailbox,omitempty"`
	// Redirect is the URL the mail server has sent the pair to, now or before; at most 1024 bytes. It is
	// from when the pair's record had this count of RedirectClears, and void at any other.
	Redirect       string `json:"redirect,omitempty"`
	RedirectClears int64  `json:"redirect_clears,omitempty"`

	Reported Reported `json:"reported,omitzero"`

	// Policy is present when the phone answered a policy of ours in this request.
	Policy *PolicyAck `json:"policy,omitempty"`
	// Wipe is present when an order was told or answered in this request.
	Wipe *WipeReport `json:"wipe,omitempty"`
	// ServerKey is the mail server's policy key for the pair, sealed, when the gateway has got a new one.
	ServerKey string `json:"server_key,omitempty"`
}

// DeviceInfo is what a phone says of itself. Every field is free text of at most 1024 bytes.
type DeviceInfo struct {
	Model        string `json:"model,omitempty"`
	IMEI         string `json:"imei,omitempty"`
	FriendlyName string `json:"friendly_name,omitempty"`
	OS           string `json:"os,omitempty"`
	Language     string `json:"language,omitempty"`
	Number       string `json:"number,omitempty"`
	Operator     string `json:"operator,omitempty"`
	UserAgent    string `json:"user_agent,omitempty"`
}

// Tally counts refusals of one kind on one gateway during one minute, for the dashboard; strangers
// who cannot log in appear here and nowhere else.
type Tally struct {
	Minute  time.Time `json:"minute"`
	Rule    string    `json:"rule"`
	Verdict string    `json:"verdict"`
	Count   int64     `json:"count"`
}

// Report is one batch from a gateway: delivered at least once, in order, made harmless on replay by
// (Gateway, Spool, Seq of the sightings). Now is the gateway's clock when it was sent.
type Report struct {
	Gateway   GatewayID     `json:"gateway"`
	Spool     string        `json:"spool"`
	Now       time.Time     `json:"now"`
	Sightings []Sighting    `json:"sightings,omitempty"`
	Tallies   []Tally       `json:"tallies,omitempty"`
	Status    GatewayStatus `json:"status"`
}

// Receipt acknowledges a report: every sighting up to Seq is kept. Now is the console's clock.
type Receipt struct {
	Seq uint64    `json:"seq"`
	Now time.Time `json:"now"`
}
