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
		if problem != "" && !more {
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
	if enc := q.r.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		// Some servers do not unpack and run the bytes as they are, so a word about packing must not make
		// anybody look away: what cannot be looked into does not pass.
		plain, more := unpacked(q, enc, b, whole)
		if plain == nil {
			return "the body is packed in a way that cannot be looked into", more
		}
		b, whole = plain, true // what came out has to do
	}
	want, has := wbxml.RootOf(q.command)
	if q.command.Sends() && q.sendsMail() && b[0] != 0x01 && b[0] != 0x02 && b[0] != 0x03 {
		return "", false // a bare mail: it begins with a letter, never with a WBXML version
	}
	root, need, err := wbxml.Root(b)
	switch {
	case err != nil && has:
		return "the body is not what the command needs", false
	case err != nil: // lenient readers see a root where ours sees none
		return "the command has no body", false
	case need && !whole && len(b) < peekBytes:
		return "", true
	case need:
		return "the body ends before its first element", false
	case root != want:
		return "the body belongs to another command", false
	}
	return "", false
}

// sendsMail reports whether the body of a command that sends may be a bare mail. SOGo takes for WBXML,
// and runs, whatever does not call itself a mail and nothing more; others go by Cmd and version.
func (q *ask) sendsMail() bool {
	kind := q.r.Header.Get("Content-Type")
	return q.server.Type != "sogo" || kind == "" || strings.EqualFold(kind, eas.TypeMail)
}

// unpacked gives the first bytes of a packed body, or nil; more asks for more of it. For SOGo, which
// never unpacks, nothing is.
func unpacked(q *ask, enc string, b []byte, whole bool) (plain []byte, more bool) {
	if q.server.Type == "sogo" || !strings.EqualFold(enc, "gzip") && !strings.EqualFold(enc, "x-gzip") {
		return nil, false
	}
	if plain = unzipped(b); len(plain) == 0 {
		return nil, !whole && len(b) < peekBytes
	}
	return plain, false
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
