// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// hopByHop are headers that belong to one connection. They are never passed on in either direction.
func hopByHop(key string) bool {
	switch key {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return true
	}
	return false
}

// passes reports whether a request header is one that ActiveSync clients send [MS-ASHTTP] 2.2.1.1.2, or
// one of general HTTP that cannot change who asks, from where, or for what. All others stay here: mail
// servers and the fronts they were built to stand behind believe many a header without asking who wrote
// it (X-Forwarded-*, X-Original-URL, X-CommonAccessToken, X-WLID-*, X-Rps-*, Proxy, …), and nobody can
// list them all. Names with an underscore never pass, which CGI cannot tell from a hyphen.
func passes(key string) bool {
	switch key {
	case "Authorization", "Content-Type", "Content-Encoding", "Content-Language", "User-Agent", "Cookie",
		"Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Cache-Control", "Pragma", "Date", "Mime-Version",
		"X-Wlas-Tracing", "X-Ms-Policykey", "X-Ms-Wl", "Client-Request-Id", "Return-Client-Request-Id":
		return true
	}
	return strings.HasPrefix(key, "Ms-As") && strings.IndexByte(key, '_') < 0
}

// named reports whether a Connection header names key, which makes key hop-by-hop.
func named(connection []string, key string) bool {
	for _, list := range connection {
		for list != "" {
			var one string
			one, list, _ = strings.Cut(list, ",")
			if strings.EqualFold(textproto.TrimString(one), key) {
				return true
			}
		}
	}
	return false
}

// appendHead writes the request head for the mail server. The query is passed on byte for byte, header
// values as they came. length is the body's length, or -1 for a chunked one.
func (q *ask) appendHead(b []byte, s *server, length int64) []byte {
	r := q.r
	b = append(b, r.Method...)
	b = append(b, ' ')
	b = append(b, s.path...)
	if raw := q.rawQuery(); raw != "" {
		b = append(b, '?')
		b = append(b, raw...)
	}
	b = append(b, " HTTP/1.1\r\nHost: "...)
	b = append(b, q.hostFor(s)...)
	b = append(b, "\r\n"...)
	connection := r.Header["Connection"]
	reads := q.readsAnswer()
	for key, values := range r.Header {
		if !passes(key) || reads && key == "Accept-Encoding" || key == "Authorization" && q.cred.bound() ||
			key == "X-Ms-Policykey" && q.owned() {
			continue
		}
		// Connection: Authorization would strip what identifies the request: not for these.
		if len(connection) != 0 && key != "Authorization" && key != "Content-Type" && named(connection, key) {
			continue
		}
		for _, v := range values {
			b = appendField(b, key, v)
		}
	}
	if q.serverKey != 0 && !q.query.Base64 && !keyless(q.command) {
		b = append(b, "X-MS-PolicyKey: "...)
		b = strconv.AppendUint(b, uint64(q.serverKey), 10)
		b = append(b, "\r\n"...)
	}
	b = appendField(b, "X-Forwarded-For", q.client.String())
	b = appendField(b, "X-Forwarded-Proto", q.scheme())
	switch {
	case length >= 0 && (length > 0 || r.Method == http.MethodPost):
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, length, 10)
		b = append(b, "\r\n"...)
	case length < 0:
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	}
	return append(b, "\r\n"...)
}

// rawQuery is the query for the mail server: as it came, but with the server's own policy key in place of
// ours, which it could not know, or without. Left out, not zero: some servers let pass who has none and refuse who has a wrong one.
func (q *ask) rawQuery() string {
	if q.query.Base64 && q.serverKey != 0 {
		return q.query.WithPolicyKey(q.serverKey)
	}
	if q.query.Base64 && q.query.Keyed && q.owned() {
		return q.query.WithoutPolicyKey()
	}
	return q.r.URL.RawQuery
}

func appendField(b []byte, key, value string) []byte {
	b = append(b, key...)
	b = append(b, ": "...)
	b = append(b, value...)
	return append(b, "\r\n"...)
}

// answerHeader filters the headers of the mail server's answer into h. Challenges that bind a
// connection to a user cannot work through a pool and are left out; where the phone is sent to is kept
// from it.
func answerHeader(h http.Header, from http.Header, challenge string) {
	connection := from["Connection"]
	for key, values := range from {
		if hopByHop(key) || key == "X-Ms-Location" || len(connection) != 0 && named(connection, key) {
			continue
		}
		if key == "Www-Authenticate" {
			values = plainChallenges(values)
			if len(values) == 0 && challenge != "" {
				values = []string{challenge}
			}
			if len(values) == 0 {
				continue
			}
		}
		h[key] = values
	}
}

// offerProvision makes sure that phones know they may provision, where policies of ours exist: mail servers
// without policies leave the command out of their list. [MS-ASHTTP] 2.2.4.1.2.2
func (g *Gateway) offerProvision(h http.Header) {
	list := h[commandsKey]
	if len(list) != 1 || g.cfg.Snapshot.Load().Policies() == 0 {
		return
	}
	for name := range strings.SplitSeq(list[0], ",") {
		if strings.EqualFold(textproto.TrimString(name), "Provision") {
			return
		}
	}
	h[commandsKey] = []string{list[0] + ",Provision"}
}

// commandsKey is MS-ASProtocolCommands as header maps spell it.
const commandsKey = "Ms-Asprotocolcommands"

// plainChallenges leaves NTLM and Negotiate out. A header line may hold several challenges; a line that
// begins with a bound scheme and goes on with another is cut where the next scheme begins.
func plainChallenges(lines []string) []string {
	var kept []string
	for _, line := range lines {
		var list []string
		for _, part := range splitChallenges(line) {
			scheme, _, _ := strings.Cut(part, " ")
			if !boundScheme(scheme) {
				list = append(list, part)
			}
		}
		if len(list) > 0 {
			kept = append(kept, strings.Join(list, ", "))
		}
	}
	return kept
}

func boundScheme(scheme string) bool {
	return strings.EqualFold(scheme, "NTLM") || strings.EqualFold(scheme, "Negotiate") || strings.EqualFold(scheme, "Kerberos")
}

// splitChallenges cuts a header line into challenges: at commas outside quotes that are followed by a
// word and no equals sign.
func splitChallenges(line string) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(line); i++ {
		switch {
		case quoted && line[i] == '\\':
			i++
		case line[i] == '"':
			quoted = !quoted
		case line[i] == ',' && !quoted && beginsChallenge(line[i+1:]):
			parts = append(parts, textproto.TrimString(line[start:i]))
			start = i + 1
		}
	}
	if rest := textproto.TrimString(line[start:]); rest != "" {
		parts = append(parts, rest)
	}
	return parts
}

func beginsChallenge(s string) bool {
	s = textproto.TrimString(s)
	word := strings.IndexAny(s, " ,=\"")
	return s != "" && (word < 0 || s[word] == ' ' && !strings.HasPrefix(textproto.TrimString(s[word:]), "=") || s[word] == ',')
}

// appendAnswerHead writes an answer's head on a connection that the engine has let go of.
func appendAnswerHead(b []byte, status int, h http.Header, length int64, date string, closing bool) []byte {
	b = append(b, "HTTP/1.1 "...)
	b = strconv.AppendInt(b, int64(status), 10)
	b = append(b, ' ')
	b = append(b, http.StatusText(status)...)
	b = append(b, "\r\n"...)
	for key, values := range h {
		if key == "Content-Length" || key == "" || strings.ContainsAny(key, ": \t") || !plain(key) {
			continue
		}
		for _, v := range values {
			if !plain(v) { // it must stay inside its line
				v = strings.Map(func(c rune) rune {
					if c < ' ' && c != '\t' || c == 0x7f {
						return ' '
					}
					return c
				}, v)
			}
			b = appendField(b, key, v)
		}
	}
	if len(h["Date"]) == 0 {
		b = appendField(b, "Date", date)
	}
	switch {
	case length >= 0:
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, length, 10)
		b = append(b, "\r\n"...)
	default:
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	}
	if closing {
		b = append(b, "Connection: close\r\n"...)
	}
	return append(b, "\r\n"...)
}
