// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"strconv"
	"time"
)

// Verdict is what happens to a request.
type Verdict uint8

// The verdicts.
const (
	VerdictPass      Verdict = iota // let it through to the mail server
	VerdictRefuse                   // blocked
	VerdictChallenge                // ask for credentials (401)
	VerdictReject                   // the request itself is wrong (400)
	VerdictLater                    // come back later (503 with Retry-After)
	VerdictProvision                // ask for the policy, or the order, first (449, or 140 to 144 in the answer)
)

var verdictNames = [...]string{"pass", "refuse", "challenge", "reject", "later", "provision"}

func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return "verdict-" + strconv.Itoa(int(v))
}

// ParseVerdict is the reverse of String; ok is false for a word that is no verdict.
func ParseVerdict(s string) (v Verdict, ok bool) {
	for i, n := range verdictNames {
		if n == s {
			return Verdict(i), true
		}
	}
	return 0, false
}

// Rule names the check that spoke. The order of the constants is the order in which the checks speak
// but for ManualAllow, which a preference moves up.
type Rule uint8

// The rules, in the order of R-3. Those without a speaker yet are named places in Decide.
const (
	RulePass Rule = iota
	RuleMalformed
	RuleClientCertificate
	RuleNoCredentials
	RuleStalePassword
	RuleBruteForce
	RuleWipe
	RuleWiped
	RuleManualBlock
	RuleUserDisabled
	RuleDeviceRetired
	RuleDeviceLost
	RuleDeviceNoncompliant
	RuleOtherUser
	RuleManualAllow
	RuleBlockingRule
	RulePreApproved
	RuleServerType
	RuleDeviceLimit
	RuleQuarantine
	RuleUnknownConsoleAway
	RuleStaleVerdict
	RuleUnregistered
	RuleUnknownUser
	RuleCommandFilter
	RuleProvisioning
	RuleStorm
	RuleWarned
	RuleSpoolFull
	RuleServerRefused
	RuleServerUnavailable
)

var ruleNames = [...]string{
	"pass", "malformed", "client-certificate", "no-credentials", "stale-password", "brute-force",
	"wipe", "wiped", "manual-block", "user-disabled", "device-retired", "device-lost", "device-noncompliant", "other-user",
	"manual-allow", "blocking-rule", "pre-approved", "server-type", "device-limit", "quarantine",
	"unknown-console-away", "stale-verdict", "unregistered", "unknown-user", "command-filter", "provisioning", "storm", "warned", "spool-full",
	"server-refused", "server-unavailable",
}

func (r Rule) String() string {
	if int(r) < len(ruleNames) {
		return ruleNames[r]
	}
	return "rule-" + strconv.Itoa(int(r))
}

// ParseRule is the reverse of String; ok is false for a word that is no rule.
func ParseRule(s string) (r Rule, ok bool) {
	for i, n := range ruleNames {
		if n == s {
			return Rule(i), true
		}
	}
	return 0, false
}

// Decision is the answer to "may it?", with what it rests on. The zero value lets the request pass
// because nothing spoke against it.
type Decision struct {
	Verdict Verdict
	Rule    Rule
	// Record is the record the decision is about, or nil for a pair nobody has recorded.
	Record *Record
	// Device is the registered device whose state spoke, or nil.
	Device *Device
	// Approval is the pre-approval that spoke, or nil.
	Approval *PreApproval
	// Blocking is the blocking rule that spoke, or nil.
	Blocking *Blocking
	// Policy is the ActiveSync policy that the phone has to accept first, or nil.
	Policy *Policy
	// Until is when time alone may change the decision; zero: never.
	Until time.Time
	// Heard and Away carry the age of the data: when the console was last heard, and whether it is away.
	Heard time.Time
	Away  bool
	// Shadow: decided and shown, but not enforced.
	Shadow bool
	// Detail completes the reason: an administrator's own words, a malformation, a compliance reason.
	Detail string
}

// Enforced is the verdict the gateway carries out: the decision's own, or pass in shadow mode.
// A malformed request is refused in shadow mode too: it cannot be forwarded as what it is.
func (d *Decision) Enforced() Verdict {
	if d.Shadow {
		return VerdictPass
	}
	return d.Verdict
}
