// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package h1

// Classes of bytes. RFC 9110 5.5, 5.6.2, RFC 3986 2
const (
	isToken  = 1 << iota // may stand in a method or a header's name
	isField              // may stand in a header's value
	isTarget             // may stand in a request target
	isPlain              // may stand in a path that needs no decoding
	isHost               // may stand in a Host header
)

var classes = classesOfBytes()

func classesOfBytes() (t [256]uint8) {
	for c := range 256 {
		b := byte(c)
		alnum := 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || '0' <= b && b <= '9'
		if alnum || contains("!#$%&'*+-.^_`|~", b) {
			t[c] |= isToken
		}
		if b == '\t' || b >= ' ' && b != 0x7f {
			t[c] |= isField
		}
		if b > ' ' && b != 0x7f && b != '#' {
			t[c] |= isTarget
		}
		if alnum || contains("-._/", b) {
			t[c] |= isPlain
		}
		if alnum || contains("!$%&'()*+,-.:;=@[]_~", b) {
			t[c] |= isHost
		}
	}
	return t
}

func contains(s string, b byte) bool {
	for i := range len(s) {
		if s[i] == b {
			return true
		}
	}
	return false
}

// all reports whether every byte of s is of the class.
func all[T string | []byte](s T, class uint8) bool {
	for i := range len(s) {
		if classes[s[i]]&class == 0 {
			return false
		}
	}
	return true
}

// names are the headers phones send, as they spell them, in the spelling of http.Header. Others are
// spelled anew each time.
var names = map[string]string{
	"Host": "Host", "host": "Host",
	"Content-Type": "Content-Type", "content-type": "Content-Type",
	"Content-Length": "Content-Length", "content-length": "Content-Length",
	"Content-Encoding": "Content-Encoding", "content-encoding": "Content-Encoding",
	"Transfer-Encoding": "Transfer-Encoding", "transfer-encoding": "Transfer-Encoding",
	"Authorization": "Authorization", "authorization": "Authorization",
	"User-Agent": "User-Agent", "user-agent": "User-Agent",
	"Accept": "Accept", "accept": "Accept",
	"Accept-Language": "Accept-Language", "accept-language": "Accept-Language",
	"Accept-Encoding": "Accept-Encoding", "accept-encoding": "Accept-Encoding",
	"Accept-Charset": "Accept-Charset", "accept-charset": "Accept-Charset",
	"Connection": "Connection", "connection": "Connection",
	"Cache-Control": "Cache-Control", "cache-control": "Cache-Control",
	"Cookie": "Cookie", "cookie": "Cookie",
	"Expect": "Expect", "expect": "Expect",
	"Pragma": "Pragma", "pragma": "Pragma",
	"MS-ASProtocolVersion": "Ms-Asprotocolversion", "Ms-Asprotocolversion": "Ms-Asprotocolversion",
	"MS-ASAcceptMultiPart": "Ms-Asacceptmultipart", "Ms-Asacceptmultipart": "Ms-Asacceptmultipart",
	"X-MS-PolicyKey": "X-Ms-Policykey", "X-Ms-PolicyKey": "X-Ms-Policykey", "X-Ms-Policykey": "X-Ms-Policykey",
	"X-MS-WL": "X-Ms-Wl", "X-Forwarded-For": "X-Forwarded-For", "X-Forwarded-Proto": "X-Forwarded-Proto",
	"client-request-id": "Client-Request-Id", "Client-Request-Id": "Client-Request-Id",
}
