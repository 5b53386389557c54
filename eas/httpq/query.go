// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpq

import (
	"strings"

	"github.com/vedette-mail/vedette/eas"
)

// Caps on what a stranger may send.
const (
	MaxQuery  = 8 << 10 // bytes of the raw query
	MaxName   = 255     // bytes of user, device id, device type and command
	MaxValue  = 2 << 10 // bytes of any other value
	MaxParams = 64      // parameters
)

// Headers are the request headers that complete a plain query; a base64 query carries them itself, and
// what it says wins. [MS-ASHTTP] 2.2.1.1.2
type Headers struct {
	Version         string // MS-ASProtocolVersion
	PolicyKey       string // X-MS-PolicyKey
	AcceptMultiPart string // MS-ASAcceptMultiPart
}

// Query is what a request line says. Strings are decoded and otherwise as sent; those of a plain query
// without escapes share the memory of the raw query.
type Query struct {
	Raw    string // the query as it came
	Base64 bool   // which form it has

	Command     eas.Command
	CommandText string // plain: the name as sent
	Code        uint8  // base64: the number as sent
	Version     eas.Version
	VersionText string // plain: the header as sent, also when it is no version
	Locale      uint16 // base64: Windows language id; 0 in a plain query

	User       string // not authenticated; often absent in a base64 query
	DeviceID   string // text or raw bytes; canonical by Device
	DeviceType string

	Keyed     bool   // a policy key was given, in header or query
	PolicyKey uint32 // 0 when none was given, or one that is no number

	AttachmentName string
	CollectionID   string
	ItemID         string
	LongID         string
	Occurrence     string
	SaveInSent     bool
	MultiPart      bool // the client takes ItemOperations answers in parts

	Params []Param // base64: every parameter in order, unknown tags included; nil for a plain query

	blob   []byte // base64: the decoded bytes
	keyAt  int    // offset of the policy key's length in blob
	urlish bool   // base64: written in the URL-safe alphabet
	bare   bool   // base64: written without padding
	seen   uint16 // fields met so far
}

// Param is one parameter of a base64 query. [MS-ASHTTP] 2.2.1.1.1.2.5
type Param struct {
	Tag   uint8
	Value string
}

// Tags of base64 parameters; 2 and 5 are retired. [MS-ASHTTP] 2.2.1.1.1.2.5
const (
	TagAttachmentName = 0
	TagCollectionID   = 1
	TagCollectionName = 2
	TagItemID         = 3
	TagLongID         = 4
	TagParentID       = 5
	TagOccurrence     = 6
	TagOptions        = 7
	TagUser           = 8
)

// Bits of the Options parameter. [MS-ASHTTP] 2.2.1.1.1.2.5
const (
	OptionSaveInSent = 0x01
	OptionMultiPart  = 0x02
)

// Parse reads the raw query of a request. A query that has an ampersand or begins with Cmd= is
// plain, any other must be base64. Missing parameters are no error here, since an OPTIONS may carry some or none; see Check.
// Errors are *Error; the query then holds what was read before. A plain query without escapes is read
// without allocating.
func Parse(raw string, h Headers) (Query, error) {
	q := Query{Raw: raw}
	switch {
	case raw == "":
		return q, &Error{Fault: ErrEmpty}
	case len(raw) > MaxQuery:
		return q, &Error{Fault: ErrTooLong}
	}
	var err error
	if isPlain(raw) {
		err = q.parsePlain()
		q.takeHeaders(h)
	} else {
		err = q.parseBase64()
	}
	return q, err
}

// Check says whether the query names what a POST must: command, device id, device type, version. Errors
// are *Error. [MS-ASHTTP] 2.2.1.1.1
func (q *Query) Check() error {
	switch {
	case q.Command == eas.CommandUnknown:
		return &Error{Fault: ErrCommand, Param: "Cmd"}
	case q.DeviceID == "":
		return &Error{Fault: ErrDeviceID, Param: "DeviceId"}
	case q.DeviceType == "":
		return &Error{Fault: ErrDeviceType, Param: "DeviceType"}
	case q.Version == eas.VersionUnknown:
		return &Error{Fault: ErrVersion, Param: "MS-ASProtocolVersion"}
	}
	if _, ok := q.Device(); !ok {
		return &Error{Fault: ErrDeviceID, Param: "DeviceId"}
	}
	return nil
}

// Device is the canonical device id; ok is false when there is none.
func (q *Query) Device() (id eas.DeviceID, ok bool) { return eas.ParseDeviceID(q.DeviceID) }

// isPlain tells the forms apart. A Cmd= elsewhere than in front needs an ampersand before it; the last
// characters of a base64 query may spell it by chance.
func isPlain(raw string) bool {
	return strings.IndexByte(raw, '&') >= 0 || len(raw) >= 4 && equalASCII(raw[:4], "cmd=")
}

func equalASCII(a, lower string) bool {
	if len(a) != len(lower) {
		return false
	}
	for i := range len(a) {
		c := a[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}
