// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package h1

import (
	"bytes"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
)

// Bounds of a head beside its size.
const (
	maxLines  = 256
	maxMethod = 32
	maxEmpty  = 2       // lines before a request line, where they are allowed
	maxLength = 1 << 50 // bytes of a body or a chunk
)

// fault is why a request is refused before anybody sees it.
type fault struct {
	status int
	why    string
}

func bad(why string) *fault { return &fault{http.StatusBadRequest, why} }

var (
	errBareLine = bad("a line of the head does not end in carriage return and line feed")
	errTooLarge = &fault{http.StatusRequestHeaderFieldsTooLarge, "the head is too large"}
)

// lines goes through a head as far as it has come. ends collects where its lines end (behind the line
// feed); the last of them is the empty line. It reports false when more has to come.
func lines(b []byte, ends []int) ([]int, bool, *fault) {
	from := 0
	if n := len(ends); n > 0 {
		from = ends[n-1]
	}
	for {
		i := bytes.IndexByte(b[from:], '\n')
		switch {
		case i < 0:
			return ends, false, nil
		case i == 0 || b[from+i-1] != '\r':
			return ends, false, errBareLine
		case len(ends) >= maxLines:
			return ends, false, errTooLarge
		}
		from += i + 1
		ends = append(ends, from)
		if i == 1 {
			if len(ends) == 1 {
				return ends, false, bad("an empty line where a request should be")
			}
			return ends, true, nil
		}
	}
}

// framing is what the head says about the body and the connection.
type framing struct {
	length    int64 // of the body; -1: chunked
	lengths   int   // headers seen
	codings   int
	hosts     int
	keepAlive bool // "Connection: keep-alive" was said
	expect    bool // 100-continue
}

// parse reads a whole head into the connection's request. It is refused unless there is one way only to
// read it.
func (c *conn) parse(head string, ends []int) *fault {
	r := c.req
	c.room.values = c.room.values[:0]
	c.frame = framing{}
	if f := c.requestLine(head[:ends[0]-2]); f != nil {
		return f
	}
	host := r.Host
	for i, from := range ends[:len(ends)-2] {
		if f := c.field(head[from : ends[i+1]-2]); f != nil {
			return f
		}
	}
	f := &c.frame
	old := r.ProtoMinor == 0
	switch {
	case f.hosts > 1:
		return bad("more than one Host")
	case f.hosts == 0 && !old:
		return bad("no Host")
	case !all(r.Host, isHost):
		return bad("a Host that is none")
	case f.lengths > 1 || f.codings > 1 || f.lengths+f.codings > 1 || f.codings > 0 && old:
		return bad("the end of the body can be read in two ways")
	}
	if host != "" {
		r.Host = host // that of an absolute target counts. RFC 9112 3.2.2
	}
	if f.codings > 0 {
		f.length, r.TransferEncoding = -1, chunkedOnly
	}
	r.ContentLength = f.length
	if old { // which knows nothing of interim answers. RFC 9110 10.1.1
		r.Close, f.expect = r.Close || !f.keepAlive, false
	}
	return nil
}

var chunkedOnly = []string{"chunked"}

// requestLine reads "POST /path HTTP/1.1".
func (c *conn) requestLine(line string) *fault {
	method, rest, ok1 := strings.Cut(line, " ")
	target, proto, ok2 := strings.Cut(rest, " ")
	if !ok1 || !ok2 || method == "" || len(method) > maxMethod || !all(method, isToken) || target == "" || !all(target, isTarget) {
		return bad("the request line is none")
	}
	r := c.req
	switch proto {
	case "HTTP/1.1":
		r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.1", 1, 1
	case "HTTP/1.0":
		r.Proto, r.ProtoMajor, r.ProtoMinor = "HTTP/1.0", 1, 0
	default:
		if _, _, ok := http.ParseHTTPVersion(proto); ok {
			return &fault{http.StatusHTTPVersionNotSupported, "another version of HTTP"}
		}
		return bad("no version of HTTP")
	}
	r.Method, r.RequestURI = method, target
	switch method {
	case http.MethodPost:
		r.Method = http.MethodPost
	case http.MethodOptions:
		r.Method = http.MethodOptions
	}
	path, query, asked := strings.Cut(target, "?")
	if target[0] == '/' && all(path, isPlain) {
		c.url = url.URL{Path: path, RawQuery: query, ForceQuery: asked && query == ""}
		return nil
	}
	if target[0] != '/' && (target != "*" || method != http.MethodOptions) &&
		!strings.HasPrefix(target, "http://") && !strings.HasPrefix(target, "https://") {
		return bad("a target of no known form")
	}
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return bad("a target that cannot be read")
	}
	c.url = *u
	r.Host = u.Host
	return nil
}

// field reads one header line.
func (c *conn) field(line string) *fault {
	colon := strings.IndexByte(line, ':')
	if colon <= 0 || !all(line[:colon], isToken) {
		return bad("a header line without a name, or folded")
	}
	value := strings.Trim(line[colon+1:], " \t")
	if !all(value, isField) {
		return bad("a byte that no header may hold")
	}
	key, known := names[line[:colon]]
	if !known {
		key = textproto.CanonicalMIMEHeaderKey(line[:colon])
	}
	f := &c.frame
	switch key {
	case "Host":
		f.hosts++
		c.req.Host = value
		return nil
	case "Content-Length":
		f.lengths++
		if f.length = decimal(value); f.length < 0 {
			return bad("a Content-Length that is no number")
		}
	case "Transfer-Encoding":
		if f.codings++; f.codings > 1 {
			return bad("two transfer codings")
		}
		if !same(value, "chunked") {
			return &fault{http.StatusNotImplemented, "an unknown transfer coding"}
		}
		return nil
	case "Trailer":
		if listed(value, "Transfer-Encoding") || listed(value, "Content-Length") || listed(value, "Trailer") {
			return bad("a trailer that would change the framing")
		}
		return nil
	case "Connection":
		c.req.Close = c.req.Close || listed(value, "close")
		f.keepAlive = f.keepAlive || listed(value, "keep-alive")
	case "Expect":
		if !same(value, "100-continue") {
			return &fault{http.StatusExpectationFailed, "an expectation nobody here can meet"}
		}
		f.expect = true
	}
	room := c.room
	if old, again := room.header[key]; again {
		room.header[key] = append(old, value)
		return nil
	}
	n := len(room.values)
	room.values = append(room.values, value)
	room.header[key] = room.values[n : n+1 : n+1]
	return nil
}

// decimal reads a Content-Length: digits and nothing else. -1: it is none.
func decimal(s string) int64 {
	if s == "" {
		return -1
	}
	var n int64
	for i := range len(s) {
		d := s[i] - '0'
		if d > 9 || n > maxLength/10 {
			return -1
		}
		n = 10*n + int64(d)
	}
	return n
}

// same compares without regard to case, in ASCII only: to Unicode the Kelvin sign is a k, and to nobody who
// reads the same head.
func same(s, word string) bool { return len(s) == len(word) && strings.EqualFold(s, word) }

// listed reports whether a comma-separated list holds the word.
func listed(list, word string) bool {
	for list != "" {
		var one string
		one, list, _ = strings.Cut(list, ",")
		if same(textproto.TrimString(one), word) {
			return true
		}
	}
	return false
}
