// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package logkeys

// Names of attributes. None of them may ever carry a password, a token, a cookie, a body or a policy key.
const (
	Account    = "account"     // canonical account
	Actor      = "actor"       // administrator, token or the house
	Addr       = "addr"        // address of the other end
	Attempts   = "attempts"    // how often
	Backend    = "backend"     // name of a mail server
	Bytes      = "bytes"       // size of what was sent
	Command    = "command"     // ActiveSync command
	Count      = "count"       // how many
	Device     = "device"      // canonical ActiveSync device id
	Duration   = "duration"    // how long, as a duration
	Error      = "error"       // what went wrong, for the operator
	Event      = "event"       // word of an audited event
	File       = "file"        // path of a file of ours
	Gateway    = "gateway"     // gateway id
	Job        = "job"         // bulk job id
	Listener   = "listener"    // which of our listeners
	Method     = "method"      // HTTP method
	Number     = "number"      // change number
	Operation  = "op"          // operation of an access.Error
	Reason     = "reason"      // why, in one word
	Realm      = "realm"       // account realm of a backend
	Record     = "record"      // association id
	RequestID  = "request_id"  // ties an error page to its log line
	Route      = "route"       // pattern that answered, never the path that was asked for
	Rule       = "rule"        // check that spoke
	Shadow     = "shadow"      // decided but not enforced
	Stack      = "stack"       // where a panic came from
	Status     = "status"      // HTTP status
	Subject    = "subject"     // what an audited event was about
	Until      = "until"       // when it ends
	UserAgent  = "user_agent"  // what the client calls itself
	Verdict    = "verdict"     // what happened to a request
	Version    = "version"     // version of the other end
	RetryAfter = "retry_after" // seconds the other end was asked to wait
)
