// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eas

import (
	"encoding/base64"
	"strings"
)

// MaxAuthorization is how many bytes an Authorization header may have to be read.
const MaxAuthorization = 8 << 10

// Basic is a pair of credentials as a phone sent them. [RFC 7617], [MS-ASHTTP] 2.2.1.1.2.2
type Basic struct {
	User     string // decoded as UTF-8, or as Latin-1 when it is none: desktop Outlook sends that
	Password string // decoded likewise
	Raw      []byte // the bytes before decoding, user, colon, password, to be forwarded or hashed
}

// CredentialFault is why an Authorization header gives no credentials.
type CredentialFault uint8

// The faults of Authorization headers.
const (
	ErrNotBasic    CredentialFault = iota + 1 // another scheme, or none
	ErrCredentials                            // not base64, or no colon inside
	ErrLongHeader                             // longer than MaxAuthorization
)

// Error names the fault in constant words.
func (f CredentialFault) Error() string {
	switch f {
	case ErrNotBasic:
		return "authorization: not basic"
	case ErrCredentials:
		return "authorization: malformed credentials"
	case ErrLongHeader:
		return "authorization: header too long"
	}
	return "authorization: fault"
}

// ParseBasic reads an Authorization header. The first colon cuts; passwords may hold more of them. User
// and password are told as UTF-8 or Latin-1 together, since one client wrote both. Errors are a
// CredentialFault.
func ParseBasic(header string) (Basic, error) {
	if len(header) > MaxAuthorization {
		return Basic{}, ErrLongHeader
	}
	scheme, rest, _ := strings.Cut(strings.TrimLeft(header, " \t"), " ")
	if !equalASCII(scheme, "basic") {
		return Basic{}, ErrNotBasic
	}
	rest = strings.Trim(rest, " \t")
	enc := base64.StdEncoding
	if len(rest)%4 != 0 {
		enc = base64.RawStdEncoding
	}
	raw, err := enc.DecodeString(rest)
	if err != nil {
		return Basic{}, ErrCredentials
	}
	user, password, ok := strings.Cut(decodeText(string(raw)), ":")
	if !ok {
		return Basic{}, ErrCredentials
	}
	return Basic{User: user, Password: password, Raw: raw}, nil
}
