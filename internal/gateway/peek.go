// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// peekBytes is as much as the root element of any honest body needs.
const peekBytes = 512

// peek looks at the first bytes of the body. Some servers run the command that the body's root element
// names, whatever the request line says; so a request whose two commands differ must not pass as
// either. A small body is read whole, because parking and repeating need it; of a large one no more
// than is there and needed. It reports false when the phone cut its request.
func (g *Gateway) peek(q *ask) bool {
	q.body = newBody(q.w, q.r)
	if err := q.body.fillSmall(); err != nil {
		q.phoneGone = true
		// Half a request deserves no whole answer, but the connection must not be reused.
		q.w.Header().Set("Connection", "close")
		q.status = 400
		q.w.WriteHeader(400)
		return false
	}
	for more := true; more; {
		var problem string
		problem, more = disagreement(q, q.body.bytes(), q.body.whole)
		if problem != "" {
			q.facts.Malformed, q.badStatus = problem, eas.StatusInvalidWBXML
			return true
		}
		if more {
			if err := q.body.fill(min(len(q.body.bytes())+1, peekBytes)); err != nil {
				q.phoneGone = true
				return false
			}
		}
	}
	g.readInfo(q)
	return true
}

// disagreement says in words why body and command do not belong together; more asks for more bytes.
func disagreement(q *ask, b []byte, whole bool) (problem string, more bool) {
	if len(b) == 0 {
		return "", false // nothing that could name another command
	}
	enc := q.r.Header.Get("Content-Encoding")
	switch {
	case enc == "" || strings.EqualFold(enc, "identity"):
	case strings.EqualFold(enc, "gzip") || strings.EqualFold(enc, "x-gzip"):
		b = unzipped(b)
		if len(b) == 0 {
			return "", false // not readable here, so not to the server as anything else
		}
		whole = true // what came out has to do
	default:
		return "", false
	}
	want, has := wbxml.RootOf(q.command)
	if q.command.Sends() && b[0] != 0x01 && b[0] != 0x02 && b[0] != 0x03 {
		return "", false // a bare mail: it begins with a letter, never with a WBXML version
	}
	root, need, err := wbxml.Root(b)
	switch {
	case err != nil && has:
		return "the body is not what the command needs", false
	case err != nil:
		return "", false
	case need && !whole && len(b) < peekBytes:
		return "", true
	case need && has:
		return "the body ends before its first element", false
	case need:
		return "", false
	case root != want:
		return "the body belongs to another command", false
	}
	return "", false
}

// unzipped gives the first bytes of a compressed body.
func unzipped(b []byte) []byte {
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil
	}
	out := make([]byte, 64)
	n, _ := io.ReadFull(z, out)
	return out[:n]
}
