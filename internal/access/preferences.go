// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// Answer is what a preference says to do with a pair.
type Answer string

// The two answers.
const (
	AnswerRefuse Answer = "refuse"
	AnswerPass   Answer = "pass"
)

// Preferences are the settings of Services > Sentry > Preferences that verdicts depend on.
type Preferences struct {
	// AutoBlock refuses pairs that are not linked to a registered device
	// ("Auto Block Unregistered(unlinked) Devices", default No).
	AutoBlock bool `json:"auto_block"`
	// UnknownWhenAway says what happens to a pair never seen before while the console is away.
	UnknownWhenAway Answer `json:"unknown_when_away"`
	// MaxVerdictAge is how long known pairs live on their last known verdict while the console is
	// away; after it they are treated as unknown. Zero: for ever.
	MaxVerdictAge time.Duration `json:"max_verdict_age"`
	// ReconcileEvery is the interval of the full comparison between gateway and console (S-01).
	ReconcileEvery time.Duration `json:"reconcile_every"`
	// Shadow decides and shows everything and enforces nothing.
	Shadow bool `json:"shadow"`
	// RefuseOtherUser refuses a request whose User parameter names another account than its
	// credentials; otherwise that is only an event.
	RefuseOtherUser bool `json:"refuse_other_user"`
	// AllowOverridesCompliance lets a manual Allow speak before "device not compliant".
	AllowOverridesCompliance bool `json:"allow_overrides_compliance"`
	// DefaultPolicy is the ActiveSync policy of every device that none is assigned to, unknown ones too;
	// empty: the mail server keeps its own.
	DefaultPolicy PolicyID `json:"default_policy,omitempty"`
	// UnknownUsersUnregistered treats a record whose account belongs to no known user as unregistered,
	// whatever it is linked to: Auto Block refuses it. Otherwise it is only flagged.
	UnknownUsersUnregistered bool `json:"unknown_users_unregistered"`
	// OneServerType refuses an account of a phone that has one on another kind of mail server (M-04, R-6).
	OneServerType bool `json:"one_server_type"`
	// DeviceLimit is how many phones may sync a mailbox: the earliest First Sync Times stay. 0: any number.
	DeviceLimit int `json:"device_limit"`
}

// DefaultPreferences are what a new console starts with.
func DefaultPreferences() Preferences {
	return Preferences{
		UnknownWhenAway: AnswerRefuse,
		MaxVerdictAge:   7 * 24 * time.Hour,
		ReconcileEvery:  12 * time.Hour,
	}
}

// Validate names the first setting that cannot be used, in words for a person.
func (p Preferences) Validate() error {
	switch {
	case p.UnknownWhenAway != AnswerRefuse && p.UnknownWhenAway != AnswerPass:
		return Invalid("preferences", "Choose whether unknown pairs are refused or let through while the console is away.")
	case p.DeviceLimit < 0 || p.DeviceLimit > 1000:
		return Invalid("preferences", "The devices per mailbox must lie between 0 (any number) and 1000.")
	case p.MaxVerdictAge < 0 || p.MaxVerdictAge > 365*24*time.Hour:
		return Invalid("preferences", "The maximum age of the last verdict must lie between 0 (no limit) and 365 days.")
	case p.ReconcileEvery < time.Minute || p.ReconcileEvery > 31*24*time.Hour:
		return Invalid("preferences", "The reconciliation interval must lie between one minute and 31 days.")
	}
	return nil
}
