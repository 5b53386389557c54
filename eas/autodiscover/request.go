// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package autodiscover

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// Request is a version 1 question: which endpoint serves this address? [MS-ASCMD] 2.2.1.1.1
type Request struct {
	Address string // EMailAddress as sent, checked by SplitAddress
	Schema  string // AcceptableResponseSchema; SchemaMobileResponse for phones
}

// Mobile reports whether the answer wanted is the one for phones. Anything else is for the mail server.
func (r Request) Mobile() bool { return strings.EqualFold(r.Schema, SchemaMobileResponse) }

// ParseRequest reads a version 1 request. Errors are ErrTooLarge, ErrTooDeep, ErrMalformed or
// ErrAddress; each of them is answered with Invalid(). A missing schema is ErrMalformed, an unknown
// one is not an error.
func ParseRequest(doc []byte) (Request, error) {
	var r Request
	err := walk(doc, func(path string, text string, _, _ int64) error {
		switch path {
		case "Autodiscover/Request/EMailAddress":
			return once(&r.Address, path, text)
		case "Autodiscover/Request/AcceptableResponseSchema":
			return once(&r.Schema, path, text)
		}
		return nil
	})
	if err != nil {
		return Request{}, err
	}
	if r.Schema == "" {
		return Request{}, malformed("no AcceptableResponseSchema")
	}
	// Desktop requests may name a LegacyDN instead of an address; they are not ours to judge.
	if r.Mobile() || r.Address != "" {
		if _, _, err := SplitAddress(r.Address); err != nil {
			return Request{}, err
		}
	}
	return r, nil
}

// Document is the request as a client posts it, Content-Type text/xml.
func (r Request) Document() []byte {
	schema := r.Schema
	if schema == "" {
		schema = SchemaMobileResponse
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	b.WriteString(`<Autodiscover xmlns="` + SchemaMobileRequest + `"><Request>`)
	element(&b, "EMailAddress", r.Address)
	element(&b, "AcceptableResponseSchema", schema)
	b.WriteString(`</Request></Autodiscover>`)
	return b.Bytes()
}

// once stores a value the document may hold only one time: two different addresses in one request are
// a trick, not a question.
func once(dst *string, path, text string) error {
	if *dst != "" && *dst != text {
		return malformed("%s given twice", path)
	}
	*dst = text
	return nil
}

func element(b *bytes.Buffer, name, text string) {
	b.WriteString("<" + name + ">")
	_ = xml.EscapeText(b, []byte(text)) // a Buffer does not fail
	b.WriteString("</" + name + ">")
}

// walk visits the end of every element of a document: path is the local names from the root joined by
// slashes, text the trimmed character data directly inside, from and to the byte offsets of everything
// between its tags. Namespaces are not compared: servers and phones disagree about them and the path
// is unambiguous. Document types are refused, so no entity can be declared.
func walk(doc []byte, visit func(path, text string, from, to int64) error) error {
	if len(doc) > MaxDocument {
		return ErrTooLarge
	}
	type open struct {
		path string
		from int64
		text []byte
	}
	var stack []open
	d := xml.NewDecoder(bytes.NewReader(doc))
	roots := 0
	for {
		before := d.InputOffset()
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return malformed("%v", err)
		}
		switch t := tok.(type) {
		case xml.Directive:
			return malformed("document type or other declaration")
		case xml.StartElement:
			if len(stack) >= MaxDepth {
				return ErrTooDeep
			}
			path := t.Name.Local
			if len(path) > 64 {
				return malformed("name too long")
			}
			if len(stack) > 0 {
				path = stack[len(stack)-1].path + "/" + path
			} else if roots++; roots > 1 {
				return malformed("more than one root")
			}
			stack = append(stack, open{path: path, from: d.InputOffset()})
		case xml.CharData:
			if len(stack) == 0 {
				continue
			}
			o := &stack[len(stack)-1]
			if o.text = append(o.text, t...); len(o.text) > MaxText {
				return malformed("value too long")
			}
		case xml.EndElement:
			o := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			to := max(before, o.from) // <a/> ends where it starts
			if err := visit(o.path, strings.TrimSpace(string(o.text)), o.from, to); err != nil {
				return err
			}
		}
	}
	if roots == 0 {
		return malformed("no root element")
	}
	return nil
}
