// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package wbxml

import "fmt"

// Fault is what is wrong with a document. Compare with errors.Is.
type Fault uint8

// The faults a decoder reports.
const (
	ErrEmpty       Fault = iota + 1 // no bytes at all: not WBXML, yet legal for some commands
	ErrTruncated                    // the bytes end inside the document
	ErrHeader                       // not a WBXML header of a version, public id or charset we read
	ErrStringTable                  // a string table longer than the limit, or a reference into one
	ErrNoRoot                       // something other than an element where the root belongs
	ErrAttributes                   // a tag with the attribute bit; ActiveSync has no attributes
	ErrToken                        // a global token ActiveSync never uses
	ErrInteger                      // a multi-byte integer above 32 bits
	ErrPage                         // an undefined code page, and the limits ask to refuse those
	ErrMixed                        // text beside elements, which a tree cannot hold
	ErrDepth                        // more open elements than the limit
	ErrSize                         // more bytes than the limit
	ErrText                         // a text longer than the limit
	ErrOpaque                       // an opaque value longer than the limit
	ErrNodes                        // more elements than the limit
)

// Error names the fault in constant words, fit for a log.
func (f Fault) Error() string {
	switch f {
	case ErrEmpty:
		return "wbxml: no document"
	case ErrTruncated:
		return "wbxml: truncated"
	case ErrHeader:
		return "wbxml: unsupported header"
	case ErrStringTable:
		return "wbxml: string table not used by this protocol"
	case ErrNoRoot:
		return "wbxml: no root element"
	case ErrAttributes:
		return "wbxml: attributes not used by this protocol"
	case ErrToken:
		return "wbxml: token not used by this protocol"
	case ErrInteger:
		return "wbxml: integer overflow"
	case ErrPage:
		return "wbxml: unknown code page"
	case ErrMixed:
		return "wbxml: text beside elements"
	case ErrDepth:
		return "wbxml: nested too deep"
	case ErrSize:
		return "wbxml: document too large"
	case ErrText:
		return "wbxml: text too long"
	case ErrOpaque:
		return "wbxml: opaque value too long"
	case ErrNodes:
		return "wbxml: too many elements"
	}
	return "wbxml: fault"
}

// SyntaxError is a fault with its place.
type SyntaxError struct {
	Fault  Fault
	Offset int64 // bytes from the start of the document
}

// Error names fault and place.
func (e *SyntaxError) Error() string { return fmt.Sprintf("%v at byte %d", e.Fault, e.Offset) }

// Unwrap lets errors.Is find the fault.
func (e *SyntaxError) Unwrap() error { return e.Fault }
