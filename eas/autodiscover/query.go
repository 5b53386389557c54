// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package autodiscover

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Protocols a version 2 client may ask for. Others exist; they are not for phones.
const (
	ProtocolActiveSync     = "ActiveSync"
	ProtocolAutodiscoverV1 = "AutodiscoverV1"
)

// MaxRedirects is the largest RedirectCount accepted, and the number of redirects Client follows.
const MaxRedirects = 10

// Query is a version 2 question.
type Query struct {
	Address   string // checked by SplitAddress
	Protocol  string // as sent; ProtocolActiveSync in its own spelling when the case differed
	Redirects int    // RedirectCount: how often the client was sent on already
}

// Fault is a version 2 refusal: an HTTP status and a JSON body. It is an error, too.
type Fault struct {
	HTTP    int    `json:"-"`
	Code    string `json:"ErrorCode"`
	Message string `json:"ErrorMessage"`
}

func (f *Fault) Error() string {
	return fmt.Sprintf("autodiscover: HTTP %d %q: %q", f.HTTP, f.Code, f.Message)
}

// Document is the body that goes with the status, Content-Type application/json.
func (f *Fault) Document() []byte { return encode(f) }

// Codes of Fault. Public sources do not list the exact set; these were seen.
const (
	FaultMissing      = "MandatoryParameterMissing"
	FaultProtocol     = "InvalidProtocol"
	FaultUserNotFound = "UserNotFound"
	FaultInvalid      = "InvalidRequest"
)

func fault(status int, code, message string) *Fault {
	return &Fault{HTTP: status, Code: code, Message: message}
}

// UnknownProtocol is the refusal for a protocol nobody here serves.
func UnknownProtocol() *Fault {
	return fault(http.StatusBadRequest, FaultProtocol, "The protocol is not supported here.")
}

// UserNotFound is the refusal for an address nobody here serves.
func UserNotFound() *Fault {
	return fault(http.StatusNotFound, FaultUserNotFound, "The mail address is not served here.")
}

// ParseQuery reads a version 2 request from the decoded path and the raw query of its URL. The address
// may stand in the query (Email=) or in the path (/v1.0/<address>); names of parameters are compared
// without regard to case; unknown ones are ignored; a parameter given twice with different values is
// refused. The error is always a *Fault ready to be sent.
func ParseQuery(path, rawQuery string) (Query, error) {
	q := Query{}
	if EndpointOf(path) != JSON || len(rawQuery) > MaxText {
		return q, fault(http.StatusBadRequest, FaultInvalid, "The request is not understood.")
	}
	values := map[string]string{}
	if a, ok := pathAddress(path); ok {
		values["email"] = a
	}
	for part := range strings.SplitSeq(rawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, err1 := url.QueryUnescape(name)
		name = strings.ToLower(name)
		switch name {
		case "email", "protocol", "redirectcount":
		default:
			continue
		}
		// In an address a plus sign is a plus sign: phones send it without escaping.
		value, err2 := url.PathUnescape(value)
		old, twice := values[name]
		if err1 != nil || err2 != nil || twice && !strings.EqualFold(old, value) {
			return q, fault(http.StatusBadRequest, FaultInvalid, "A parameter is malformed or given twice.")
		}
		values[name] = value
	}
	if values["email"] == "" {
		return q, fault(http.StatusBadRequest, FaultMissing, "The parameter Email is missing.")
	}
	if values["protocol"] == "" {
		return q, fault(http.StatusBadRequest, FaultMissing, "The parameter Protocol is missing.")
	}
	if _, _, err := SplitAddress(values["email"]); err != nil {
		return q, fault(http.StatusBadRequest, FaultInvalid, "Email is not a mail address.")
	}
	q.Address = values["email"]
	if q.Protocol = protocolName(values["protocol"]); q.Protocol == "" {
		return q, UnknownProtocol()
	}
	if n := values["redirectcount"]; n != "" {
		count, err := strconv.ParseUint(n, 10, 8)
		if err != nil || count > MaxRedirects {
			return Query{}, fault(http.StatusBadRequest, FaultInvalid, "RedirectCount is out of range.")
		}
		q.Redirects = int(count)
	}
	return q, nil
}

// protocolName gives known names their own spelling and refuses what cannot be a name.
func protocolName(s string) string {
	if len(s) > 32 {
		return ""
	}
	for _, known := range []string{ProtocolActiveSync, ProtocolAutodiscoverV1} {
		if strings.EqualFold(s, known) {
			return known
		}
	}
	for _, c := range s {
		if (c|0x20) < 'a' || (c|0x20) > 'z' {
			if c < '0' || c > '9' {
				return ""
			}
		}
	}
	return s
}

// URL is the question as a client sends it to host.
func (q Query) URL(host string) *url.URL {
	values := url.Values{"Email": {q.Address}, "Protocol": {q.Protocol}}
	if q.Redirects > 0 {
		values.Set("RedirectCount", strconv.Itoa(q.Redirects))
	}
	return &url.URL{Scheme: "https", Host: host, Path: pathJSON, RawQuery: values.Encode()}
}

// pathAddress takes the address out of /autodiscover/autodiscover.json/v1.0/<address>.
func pathAddress(path string) (string, bool) {
	const prefix = pathJSON + "/v1.0/"
	if len(path) <= len(prefix) || !strings.EqualFold(path[:len(prefix)], prefix) {
		return "", false
	}
	a := strings.TrimSuffix(path[len(prefix):], "/")
	if a == "" || strings.Contains(a, "/") {
		return "", false
	}
	return a, true
}

// Answer is a version 2 answer.
type Answer struct {
	Protocol string `json:"Protocol"`
	URL      string `json:"Url"`
}

// Document is the body of the answer, Content-Type application/json, HTTP 200.
func (a Answer) Document() []byte { return encode(a) }

// ParseAnswer reads the body of a version 2 answer with the given HTTP status. Refusals come back as a
// *Fault, also when their body is not JSON.
func ParseAnswer(status int, body []byte) (Answer, error) {
	if len(body) > MaxDocument {
		return Answer{}, ErrTooLarge
	}
	if status != http.StatusOK {
		f := &Fault{}
		if json.Unmarshal(body, f) != nil || len(f.Code) > MaxText || len(f.Message) > MaxText {
			f = &Fault{}
		}
		f.HTTP = status
		return Answer{}, f
	}
	var a Answer
	if err := json.Unmarshal(body, &a); err != nil {
		return Answer{}, malformed("not the JSON expected")
	}
	if a.Protocol == "" || a.URL == "" || len(a.Protocol) > MaxText || len(a.URL) > MaxText {
		return Answer{}, malformed("Protocol or Url missing or too long")
	}
	return a, nil
}

func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // addresses may hold an ampersand; phones have simple parsers
	_ = e.Encode(v)        // plain structs of strings do not fail
	return bytes.TrimRight(b.Bytes(), "\n")
}
