// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// PolicyID names an ActiveSync policy.
type PolicyID string

// PolicySetting is one element of a policy document, by its name in the protocol, e.g.
// "MinDevicePasswordLength", and its value as text. Names, ranges and versions are eas/provision's.
// [MS-ASPROV] 2.2.2.28
type PolicySetting struct {
	Element string `json:"element"`
	Value   string `json:"value"`
}

// Policy is the part of an ActiveSync policy that gateways hold: what a phone is told in the Provision
// conversation, and what happens with one that does not do as it is told.
type Policy struct {
	ID   PolicyID `json:"id"`
	Name string   `json:"name"`
	// Revision grows with every change of the settings.
	Revision int64           `json:"revision"`
	Settings []PolicySetting `json:"settings,omitempty"` // in the order of the protocol
	// AllowNonProvisionable lets phones pass that cannot apply the policy, apply it in part, are
	// managed by somebody else or never ask for it.
	AllowNonProvisionable bool `json:"allow_non_provisionable,omitempty"`
	// RefreshEvery makes phones ask for the policy anew after this time; zero: only when it changes.
	RefreshEvery time.Duration `json:"refresh_every,omitempty"`
}

// PolicyFor gives the ActiveSync policy of a canonical ActiveSync device id: the one that was assigned
// to it, else the default one. nil: none of ours, the mail server keeps its own.
func PolicyFor(v View, device string) *Policy { return PolicyOf(v, v.EASDevice(device)) }

// PolicyOf is PolicyFor for those who have looked the device id up; e is nil where nothing is known of it.
func PolicyOf(v View, e *EASDevice) *Policy {
	if e != nil && e.Policy != "" {
		if p := v.Policy(e.Policy); p != nil {
			return p
		}
	}
	if id := v.Preferences().DefaultPolicy; id != "" {
		return v.Policy(id)
	}
	return nil
}

// PolicyAnswer is what a phone says it has made of a policy. [MS-ASPROV] 2.2.2.54.1
type PolicyAnswer string

// The answers, in the words of the pages. The zero value: the phone has never been asked.
const (
	PolicyNeverAsked PolicyAnswer = ""
	PolicyApplied    PolicyAnswer = "applied"
	PolicyPartial    PolicyAnswer = "partial"
	PolicyRefused    PolicyAnswer = "refused"
	PolicyExternal   PolicyAnswer = "external" // managed by somebody else
	PolicyIgnored    PolicyAnswer = "ignored"  // has been asked and goes on without
)

// PolicyAck is a phone's answer to one revision of a policy: a claim, never proof.
type PolicyAck struct {
	Policy   PolicyID     `json:"policy"`
	Revision int64        `json:"revision"`
	Answer   PolicyAnswer `json:"answer"`
	Protocol string       `json:"protocol,omitempty"` // e.g. "16.1"
	At       time.Time    `json:"at,omitzero"`
}

// KeyState is what a gateway has found about the policy key of a request.
type KeyState uint8

// The states. The zero value: nobody asks for a key.
const (
	KeyUnneeded KeyState = iota
	KeyCurrent           // of the present revision, or of the one before within its grace
	KeyExcused           // none, from a phone that cannot, under a policy that lets it pass
	KeyMissing           // none, or 0
	KeyOutdated          // was right once
	KeyWrong             // never was
	KeyRefresh           // right, and it is time to ask anew
	KeyNever             // none, from a phone that has been asked again and again, under a strict policy
)

var keyStateNames = [...]string{"unneeded", "current", "excused", "missing", "outdated", "wrong", "refresh", "never"}

func (k KeyState) String() string {
	if int(k) < len(keyStateNames) {
		return keyStateNames[k]
	}
	return "unknown"
}

// Passes reports whether a request with such a key may go on.
func (k KeyState) Passes() bool { return k <= KeyExcused }

// Site is what all gateways of one console share.
type Site struct {
	// Secret is what policy keys are made from, so that every gateway can verify those of every other.
	Secret []byte `json:"-"`
}
