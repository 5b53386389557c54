// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpq

import (
	"fmt"

	"github.com/vedette-mail/vedette/eas"
)

// Fault is what is wrong with a query. Compare with errors.Is.
type Fault uint8

// The faults of queries.
const (
	ErrEmpty      Fault = iota + 1 // no query at all
	ErrTooLong                     // the query, or a value, above its cap
	ErrTooMany                     // more parameters than the cap
	ErrName                        // a parameter name no client would write
	ErrEscape                      // a broken percent escape in an identity
	ErrConflict                    // a parameter given twice with different values
	ErrBase64                      // neither plain text nor base64
	ErrTruncated                   // the base64 bytes end inside a field
	ErrPolicyKey                   // a policy key of a length other than 0 and 4
	ErrCommand                     // no command, or a name or number nobody has assigned
	ErrDeviceID                    // device id missing or longer than the cap
	ErrDeviceType                  // device type missing
	ErrVersion                     // version missing or no version
	ErrForm                        // a command or value that the wanted form cannot carry
)

// Error names the fault in constant words, fit for a log.
func (f Fault) Error() string {
	switch f {
	case ErrEmpty:
		return "query: empty"
	case ErrTooLong:
		return "query: too long"
	case ErrTooMany:
		return "query: too many parameters"
	case ErrName:
		return "query: malformed parameter name"
	case ErrEscape:
		return "query: malformed escape"
	case ErrConflict:
		return "query: parameter given twice with different values"
	case ErrBase64:
		return "query: neither plain text nor base64"
	case ErrTruncated:
		return "query: base64 form truncated"
	case ErrPolicyKey:
		return "query: malformed policy key"
	case ErrCommand:
		return "query: command missing or unknown"
	case ErrDeviceID:
		return "query: device id missing or malformed"
	case ErrDeviceType:
		return "query: device type missing"
	case ErrVersion:
		return "query: protocol version missing or malformed"
	case ErrForm:
		return "query: not expressible in this form"
	}
	return "query: fault"
}

// Error is a fault and the parameter it is about.
type Error struct {
	Fault Fault
	Param string // name from the specification, or "" for the query as a whole; never what the phone sent
}

// Error names fault and parameter.
func (e *Error) Error() string {
	if e.Param == "" {
		return e.Fault.Error()
	}
	return fmt.Sprintf("%v: %s", e.Fault, e.Param)
}

// Unwrap lets errors.Is find the fault.
func (e *Error) Unwrap() error { return e.Fault }

// Status is the common status that tells a phone of 14.0 and later what was wrong. [MS-ASCMD] 2.2.2
func (e *Error) Status() eas.Status {
	switch e.Fault {
	case ErrDeviceID:
		return eas.StatusDeviceIDInvalid
	case ErrDeviceType:
		return eas.StatusDeviceTypeInvalid
	case ErrCommand:
		return eas.StatusCommandNotSupported
	case ErrVersion:
		return eas.StatusVersionNotSupported
	}
	return eas.StatusInvalidContent
}
