// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package reply

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// Request is what decides the form of an answer.
type Request struct {
	Command eas.Command
	Version eas.Version
	Keyed   bool   // the request carried a policy key
	Server  string // value for MS-Server-ActiveSync, as the backend sends it; "" for none
}

// Field is one header line.
type Field struct{ Name, Value string }

// Reply is a whole answer: code, headers besides Content-Length and Date, body.
type Reply struct {
	Code   int
	Header []Field
	Body   []byte
}

// With is the reply with one more header line; the reply itself stays as it is.
func (r Reply) With(name, value string) Reply {
	r.Header = append(r.Header[:len(r.Header):len(r.Header)], Field{name, value})
	return r
}

// Get is the value of a header, "" if absent. The name is compared without case.
func (r Reply) Get(name string) string {
	for _, f := range r.Header {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Reason is the reason phrase, also for the codes net/http does not know.
func (r Reply) Reason() string {
	switch r.Code {
	case 449:
		return "Retry after sending a PROVISION command"
	case 451:
		return "Redirect"
	case 456:
		return "Blocked"
	case 457:
		return "Password Expired"
	}
	return http.StatusText(r.Code)
}

// Write writes the reply as the answer of a handler.
func (r Reply) Write(w http.ResponseWriter) error {
	h := w.Header()
	h["Content-Type"] = nil // an empty body must not get a guessed type
	for _, f := range r.Header {
		h.Add(f.Name, f.Value)
	}
	h.Set("Content-Length", strconv.Itoa(len(r.Body)))
	w.WriteHeader(r.Code)
	_, err := w.Write(r.Body)
	return err
}

// AppendHTTP1 appends the reply as bytes of HTTP/1.1, for a connection that no handler holds any more.
// last says that the connection is closed behind it.
func (r Reply) AppendHTTP1(dst []byte, now time.Time, last bool) []byte {
	dst = append(dst, "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(r.Code), 10)
	dst = append(append(append(dst, ' '), r.Reason()...), "\r\n"...)
	for _, f := range r.Header {
		dst = appendLine(dst, f.Name, f.Value)
	}
	dst = appendLine(dst, "Content-Length", strconv.Itoa(len(r.Body)))
	dst = appendLine(dst, "Date", now.UTC().Format(http.TimeFormat))
	if last {
		dst = appendLine(dst, "Connection", "close")
	}
	return append(append(dst, "\r\n"...), r.Body...)
}

func appendLine(dst []byte, name, value string) []byte {
	return append(append(append(append(dst, name...), ": "...), clean(value)...), "\r\n"...)
}

// clean keeps a value inside its line.
func clean(v string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' && c != '\t' || c == 0x7F {
			return -1
		}
		return c
	}, v)
}

// bare is a code without body.
func bare(q Request, code int) Reply {
	r := Reply{Code: code}
	if q.Server != "" {
		r = r.With(eas.HeaderServer, q.Server)
	}
	return r.With("Cache-Control", "private")
}

// typed is a 200 whose body is WBXML. An empty body gets the type too: some phones stumble over any other.
func typed(q Request, body []byte) Reply {
	r := bare(q, http.StatusOK).With("Content-Type", eas.TypeWBXML)
	r.Body = body
	return r
}

// inBand is a document that holds nothing but a status, and whether the command has such.
func inBand(c eas.Command, s eas.Status) ([]byte, bool) {
	root, ok := wbxml.RootOf(c)
	if !ok || c == eas.Notify {
		return nil, false
	}
	status, _ := wbxml.StatusOf(c)
	return wbxml.Marshal(wbxml.Elem(root, wbxml.Text(status, strconv.Itoa(int(s))))), true
}
