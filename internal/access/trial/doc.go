// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package trial runs decision scripts: sentences that describe accounts, phones and devices, and ask what a
// gateway would say. The house tests its rules with them, and administrators try theirs.
//
// The language, one sentence a line, # begins a comment:
//
//	device  NAME [state=…] [noncompliant="reason"]
//	account NAME disabled | alias-of=NAME | own
//	assoc   NAME mailbox=ACCOUNT eas=ID [device=DEVICE] [user-unknown] [allow|block[="reason"]] [until=+2h] [wipe=KIND:STATE [from=+1h]]
//	approve NAME [until=+2h] | withdraw NAME
//	policy  NAME
//	assign  POLICY EAS-ID | revert EAS-ID
//	prefer  auto-block|shadow|allow-overrides-compliance|other-user|unknown-users-unregistered|unknown=pass|max-age=1h|default-policy=NAME
//	console away 2h | console back
//	clock   +3h
//	ask     NAME COMMAND [stale|limited|nocredentials|certificate|other-user|malformed|crowded|key=STATE] -> VERDICT RULE [not-enforced] [until=+1h]
//
// An association whose name ends in ? is a pair nobody has recorded. Like its parent, the package has no
// clock and does no input or output but reading the script it is given.
package trial
