// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// Why is a decision put into words: the same ones on the page, in the API and in the log (Y-01).
type Why struct {
	Verdict  string    `json:"verdict"`
	Rule     string    `json:"rule"`
	Text     string    `json:"text"`
	Detail   string    `json:"detail,omitempty"`
	Since    time.Time `json:"since,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	By       string    `json:"by,omitempty"`
	Heard    time.Time `json:"heard,omitzero"` // how old the data was: when the console was last heard
	Away     bool      `json:"away,omitempty"`
	Enforced bool      `json:"enforced"`
}

var ruleTexts = [...]string{
	RulePass:               "Allowed: nothing speaks against it.",
	RuleMalformed:          "Refused: the request cannot be judged.",
	RuleClientCertificate:  "Refused: the phone signs in with a certificate, which this mail server's connection cannot take yet.",
	RuleNoCredentials:      "Asked for user name and password.",
	RuleStalePassword:      "Refused: the mail server has just refused this password; the phone has to be given the new one.",
	RuleBruteForce:         "Put off: too many wrong passwords for this account from this network.",
	RuleOtherUser:          "Refused: the request names another user than its credentials.",
	RuleWipe:               "Refused: a wipe has been ordered.",
	RuleWiped:              "Blocked: wiped, and not released since.",
	RuleManualBlock:        "Blocked by an administrator.",
	RuleUserDisabled:       "Blocked: the user is disabled.",
	RuleDeviceRetired:      "Blocked: the device is retired.",
	RuleDeviceLost:         "Blocked: the device is reported lost.",
	RuleDeviceNoncompliant: "Blocked: the device does not comply with its security policy.",
	RuleManualAllow:        "Allowed by an administrator.",
	RuleBlockingRule:       "Blocked by a rule.",
	RulePreApproved:        "Allowed: approved before its first contact.",
	RuleServerType:         "Refused: another account of this device is on another type of server.",
	RuleDeviceLimit:        "Blocked: this mailbox has too many devices.",
	RuleQuarantine:         "Held in quarantine.",
	RuleUnknownConsoleAway: "Refused: never seen before, and the console cannot be asked.",
	RuleStaleVerdict:       "Refused: the console has been away for longer than the last verdict may be used.",
	RuleUnregistered:       "Blocked: not linked to a registered device.",
	RuleUnknownUser:        "Blocked: no user is known to have this account.",
	RuleCommandFilter:      "Refused: this command is not allowed.",
	RuleProvisioning:       "Waiting for the phone to accept its policy.",
	RuleStorm:              "Put off: too many phones at once.",
	RuleWarned:             "Allowed, with a warning by a rule.",
	RuleSpoolFull:          "Put off: the gateway cannot record a new pair at the moment.",
	RuleServerRefused:      "Refused by the mail server.",
	RuleServerUnavailable:  "Put off: the mail server could not be asked.",
}

// Text is the rule as a sentence.
func (r Rule) Text() string {
	if int(r) < len(ruleTexts) {
		return ruleTexts[r]
	}
	return "Unknown rule."
}

// Why puts the decision into words.
func (d *Decision) Why() Why {
	w := Why{
		Verdict: d.Verdict.String(), Rule: d.Rule.String(), Text: d.Rule.Text(), Detail: d.Detail,
		Until: d.Until, Heard: d.Heard, Away: d.Away, Enforced: !d.Shadow,
	}
	if (d.Rule == RuleManualBlock || d.Rule == RuleManualAllow) && d.Record != nil {
		w.Since, w.By = d.Record.Override.At, d.Record.Override.By
	}
	if (d.Rule == RuleWipe || d.Rule == RuleWiped) && d.Record != nil {
		w.Since, w.By = d.Record.Wipe.At, d.Record.Wipe.By
	}
	if d.Approval != nil {
		w.Since, w.By = d.Approval.At, d.Approval.By
	}
	return w
}

// Blocked reports whether the decision shows as Blocked in the Sync Status column. A phone that only has
// to ask for its policy first is not blocked.
func (d *Decision) Blocked() bool {
	return d.Verdict != VerdictPass && d.Rule != RuleProvisioning
}
