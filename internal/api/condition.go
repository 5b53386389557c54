// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"net/http"
	"strconv"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// Once is the header by which a request that is sent twice happens once.
type Once struct {
	Key string `header:"Idempotency-Key" maxLength:"100" pattern:"^[!-~]+$" doc:"The same key of the same token gives the first answer again and does nothing a second time. With another request it is refused (422)."`
}

// Conditions are the headers that a request which changes something may carry.
type Conditions struct {
	IfMatch string `header:"If-Match" maxLength:"100" doc:"ETag of what was looked at. When somebody has changed it since, nothing happens and the answer is 412. * or nothing: whatever is there now."`
	Once
}

// expectation is the version that If-Match names.
type expectation struct {
	given   bool // a header was there
	any     bool // it was *
	version int64
}

// read takes If-Match apart. A tag that was never ours matches nothing, which is 412 (RFC 9110 13.1.1);
// so is a weak one, since If-Match compares strongly.
func (c *Conditions) read() (expectation, error) {
	switch c.IfMatch {
	case "":
		return expectation{}, nil
	case "*":
		return expectation{given: true, any: true}, nil
	}
	tag := c.IfMatch
	if len(tag) > 2 && tag[0] == '"' && tag[len(tag)-1] == '"' {
		if v, err := strconv.ParseInt(tag[1:len(tag)-1], 10, 64); err == nil && v >= 0 {
			return expectation{given: true, version: v}, nil
		}
	}
	return expectation{}, failed("If-Match does not name one version. Send the ETag of an earlier answer as it was.")
}

// names reports whether the caller said which version it had looked at.
func (e expectation) names() bool { return e.given && !e.any }

// refine makes a conflict about a named version what HTTP calls it: a precondition that failed. Without
// a named version it stays a conflict.
func (e expectation) refine(err error) error {
	if e.names() && access.KindOf(err) == access.KindConflict {
		return failed(access.TextOf(err))
	}
	return err
}

func failed(text string) error {
	return &httpd.StatusError{Status: http.StatusPreconditionFailed, Text: text}
}

// etag is the version of something as a header shows it. It names what people changed, not what phones
// did in between: the last contact of a record moves on under the same tag.
func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// begin begins the Act of a verb on one thing. Versions of records, devices and users begin at 1: for admin 0 means
// "whatever is there", which a caller who names a version never means.
func (c *Conditions) begin() (admin.Act, expectation, error) {
	e, err := c.read()
	if err == nil && e.names() && e.version == 0 {
		err = failed("Versions begin at 1.")
	}
	return admin.Act{Key: c.Key, Version: e.version}, e, err
}

// required is begin for what replaces a thing as a whole: the caller has to say what it had looked at, or
// with * that it does not care.
func (c *Conditions) required() (admin.Act, expectation, error) {
	act, e, err := c.begin()
	if err == nil && !e.given {
		err = errNotNamed()
	}
	return act, e, err
}

func errNotNamed() error {
	return &httpd.StatusError{Status: http.StatusPreconditionRequired,
		Text: "Name what you have looked at: send its ETag as If-Match, or * to replace whatever is there."}
}

// Result is what came of a verb.
type Result struct {
	Text     string `json:"text" doc:"What happened, in words for a person"`
	Number   int64  `json:"number" doc:"Change number. Gateways whose position has reached it obey; 0: gateways are not concerned"`
	Version  int64  `json:"version" doc:"Version of the thing after the change; 0 when it is gone"`
	ID       string `json:"id,omitempty" doc:"Id of what was made"`
	Undo     string `json:"undo,omitempty" doc:"For POST /undo, while nobody has changed the thing since; absent: cannot be undone"`
	Shadow   bool   `json:"shadow" doc:"Shadow mode is on: the change is kept and shown, but not enforced"`
	Replayed bool   `json:"replayed" doc:"This is the answer of the first time; nothing happened now"`
}

type resultOutput struct {
	ETag string `header:"ETag"`
	Body Result
}

func resultOf(r admin.Result, err error) (*resultOutput, error) {
	if err != nil {
		return nil, err
	}
	out := &resultOutput{Body: Result{Text: r.Text, Number: r.Number, Version: r.Version, ID: r.ID, Undo: r.Undo, Shadow: r.Shadow, Replayed: r.Replayed}}
	if r.Version > 0 {
		out.ETag = etag(r.Version)
	}
	return out, nil
}
