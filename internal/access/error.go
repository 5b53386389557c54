// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "errors"

// Kind sorts errors by what the person asking can do about them. Web and API each have one function
// from Kind to answer.
type Kind int

// The kinds. Internal is the zero value: its text is never shown, only a request id.
const (
	KindInternal Kind = iota
	KindInvalid
	KindNotFound
	KindConflict
	KindForbidden
	KindUnauthenticated
	KindUnavailable
)

// Error is the error of the house. Text is for the person, Err for the log, Op names the operation.
type Error struct {
	Kind Kind
	Op   string
	Text string
	Err  error
}

func (e *Error) Error() string {
	s := e.Op + ": " + e.Text
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf gives the kind of the first Error in err's chain, and KindInternal when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}

// TextOf gives the words meant for a person, or "" when there are none.
func TextOf(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Kind != KindInternal {
		return e.Text
	}
	return ""
}

// Invalid says that what was asked cannot be done as it was asked.
func Invalid(op, text string) error { return &Error{Kind: KindInvalid, Op: op, Text: text} }

// NotFound says that the thing is not there (or not visible to who asks).
func NotFound(op, text string) error { return &Error{Kind: KindNotFound, Op: op, Text: text} }

// Conflict says that somebody else has changed the thing in between.
func Conflict(op, text string) error { return &Error{Kind: KindConflict, Op: op, Text: text} }

// Forbidden says that who asks may not do this.
func Forbidden(op, text string) error { return &Error{Kind: KindForbidden, Op: op, Text: text} }

// Unauthenticated says that nobody is signed in, or not far enough.
func Unauthenticated(op, text string) error {
	return &Error{Kind: KindUnauthenticated, Op: op, Text: text}
}

// Unavailable says that it may work later.
func Unavailable(op, text string, err error) error {
	return &Error{Kind: KindUnavailable, Op: op, Text: text, Err: err}
}
