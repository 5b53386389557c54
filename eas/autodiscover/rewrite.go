// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package autodiscover

import (
	"bytes"
	"encoding/xml"
)

// Rewrite replaces Url and Name of every MobileSync server in a backend's version 1 answer by to, so
// that the phone comes to the gateway. Every other byte stays as it was: certificate enrolment, names,
// errors, answers in the schema for desktops. It returns the new document and how many servers were
// changed; with none, the document returned is doc itself.
func Rewrite(doc []byte, to string) ([]byte, int, error) {
	type span struct{ from, to int64 }
	var spans, server []span
	kind, n := "", 0
	err := walk(doc, func(path, text string, from, to int64) error {
		switch path {
		case inServer + "/Type":
			kind = text
		case inServer + "/Url", inServer + "/Name":
			if to > from { // an empty tag has nothing to lead astray
				server = append(server, span{from, to})
			}
		case inServer:
			if kind == TypeMobileSync && len(server) > 0 {
				spans = append(spans, server...)
				n++
			}
			kind, server = "", nil
		}
		return nil
	})
	if err != nil || n == 0 {
		return doc, 0, err
	}
	var text bytes.Buffer
	_ = xml.EscapeText(&text, []byte(to)) // a Buffer does not fail
	out := make([]byte, 0, len(doc)+len(spans)*text.Len())
	last := int64(0)
	for _, s := range spans {
		out = append(out, doc[last:s.from]...)
		out = append(out, text.Bytes()...)
		last = s.to
	}
	return append(out, doc[last:]...), n, nil
}
