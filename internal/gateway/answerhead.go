// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"io"
	"net/http"
	"net/textproto"
	"strings"
)

// usualHead is the head of an answer such as mail servers nearly always give: HTTP/1.1, whole in the
// buffer, with one Content-Length and nothing about which two readers could differ. Everything else net/http
// reads, which knows more and costs more.
type usualHead struct {
	resp   http.Response
	body   usualBody
	values [16]string
}

// usual gives the answer that begins in the buffer, and takes its head out; nil: it is not a usual one,
// and nothing was taken.
func (c *serverConn) usual() *http.Response {
	b, _ := c.br.Peek(c.br.Buffered())
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 || !bytes.HasPrefix(b, []byte("HTTP/1.1 ")) {
		return nil
	}
	head := string(b[:end+2])
	a := &usualHead{}
	if !a.read(head) {
		return nil
	}
	c.br.Discard(end + 4)
	a.body = usualBody{c: c, left: a.resp.ContentLength}
	a.resp.Body = &a.body
	return &a.resp
}

// read reads lines that all end in carriage return and line feed.
func (a *usualHead) read(head string) bool {
	line, rest, _ := strings.Cut(head, "\r\n")
	r := &a.resp
	if r.StatusCode = statusIn(line); r.StatusCode < 200 || r.StatusCode == http.StatusNoContent || r.StatusCode == http.StatusNotModified {
		return false
	}
	r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.1", 1, 1
	r.Header = make(http.Header, 8)
	r.ContentLength = -1
	for n := 0; rest != ""; n++ {
		line, rest, _ = strings.Cut(rest, "\r\n")
		key, value, ok := field(line)
		if !ok || n == len(a.values) {
			return false
		}
		switch key {
		case "Content-Length":
			if r.ContentLength >= 0 {
				return false
			}
			if r.ContentLength = digits(value); r.ContentLength < 0 {
				return false
			}
		case "Transfer-Encoding", "Trailer", "Connection", "Pragma": // they may change what the others mean
			return false
		}
		a.values[n] = value
		if old, again := r.Header[key]; again {
			r.Header[key] = append(old, value)
		} else {
			r.Header[key] = a.values[n : n+1 : n+1]
		}
	}
	return r.ContentLength >= 0
}

// statusIn reads "HTTP/1.1 200 OK"; 0: it is none.
func statusIn(line string) int {
	const at = len("HTTP/1.1 ")
	if len(line) < at+4 || line[at+3] != ' ' || !plain(line) {
		return 0
	}
	n := 0
	for _, c := range []byte(line[at : at+3]) {
		if c < '0' || c > '9' {
			return 0
		}
		n = 10*n + int(c-'0')
	}
	return n
}

// field reads a header line. What is not quite right is not ok.
func field(line string) (key, value string, ok bool) {
	colon := strings.IndexByte(line, ':')
	if colon <= 0 || !plain(line) {
		return "", "", false
	}
	for _, c := range []byte(line[:colon]) {
		if c != '-' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return "", "", false
		}
	}
	key, known := answerNames[line[:colon]]
	if !known {
		key = textproto.CanonicalMIMEHeaderKey(line[:colon])
	}
	return key, strings.Trim(line[colon+1:], " \t"), true
}

// plain reports whether s is made of printable bytes, blanks and tabs.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// digits reads a Content-Length; -1: it is none.
func digits(s string) int64 {
	if s == "" || len(s) > 15 {
		return -1
	}
	var n int64
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = 10*n + int64(s[i]-'0')
	}
	return n
}

// answerNames are headers as mail servers spell them, in the spelling of http.Header.
var answerNames = map[string]string{
	"Content-Type": "Content-Type", "Content-Length": "Content-Length", "Content-Encoding": "Content-Encoding",
	"Cache-Control": "Cache-Control", "Date": "Date", "Server": "Server", "Vary": "Vary", "Set-Cookie": "Set-Cookie",
	"Transfer-Encoding": "Transfer-Encoding", "Connection": "Connection", "Expires": "Expires",
	"WWW-Authenticate": "Www-Authenticate", "Www-Authenticate": "Www-Authenticate", "X-Powered-By": "X-Powered-By",
	"MS-Server-ActiveSync": "Ms-Server-Activesync", "Ms-Server-Activesync": "Ms-Server-Activesync",
	"request-id": "Request-Id", "X-FEServer": "X-Feserver", "X-BEServer": "X-Beserver",
	"X-CalculatedBETarget": "X-Calculatedbetarget", "X-DiagInfo": "X-Diaginfo",
}

// usualBody reads a body of known length.
type usualBody struct {
	c    *serverConn
	left int64
}

// Read gives the end together with the last bytes.
func (b *usualBody) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, io.EOF
	}
	n, err := b.c.br.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	switch {
	case b.left == 0:
		err = io.EOF
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (b *usualBody) Close() error { return nil }
