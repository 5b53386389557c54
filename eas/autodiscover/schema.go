// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package autodiscover

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// XML namespaces of version 1. The value of AcceptableResponseSchema in a phone's request is
// SchemaMobileResponse. [MS-ASCMD] 2.2.1.1
const (
	SchemaMobileRequest  = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/requestschema/2006"
	SchemaMobileResponse = "http://schemas.microsoft.com/exchange/autodiscover/mobilesync/responseschema/2006"
	SchemaResponse       = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
)

// Server types in a version 1 answer. [MS-ASCMD] 2.2.3.190
const (
	TypeMobileSync = "MobileSync"
	TypeCertEnroll = "CertEnroll"
)

// Caps on what is read. A document longer than MaxDocument bytes, or nested deeper than MaxDepth, is
// refused before it is looked at further; so is any single value longer than MaxText.
const (
	MaxDocument = 64 << 10
	MaxDepth    = 16
	MaxText     = 4 << 10
	MaxAddress  = 320 // 64 for the local part, one sign, 255 for the domain: RFC 5321 4.5.3.1
)

// Errors that say what is wrong with a document.
var (
	ErrTooLarge  = errors.New("autodiscover: document too large")
	ErrTooDeep   = errors.New("autodiscover: document nested too deeply")
	ErrMalformed = errors.New("autodiscover: malformed document")
	ErrAddress   = errors.New("autodiscover: not a mail address")
)

// Endpoint tells which of the two protocols a URL path belongs to.
type Endpoint int

// The endpoints of autodiscover.
const (
	None Endpoint = iota // some other path
	XML                  // /autodiscover/autodiscover.xml
	JSON                 // /autodiscover/autodiscover.json, with or without /v1.0/<address>
)

const (
	pathXML  = "/autodiscover/autodiscover.xml"
	pathJSON = "/autodiscover/autodiscover.json"
)

// EndpointOf classifies a decoded URL path. Paths are matched without regard to case, and with or
// without a slash at the end; nothing is cleaned, so a path with dot segments is None.
func EndpointOf(path string) Endpoint {
	if len(path) > 2*MaxAddress {
		return None
	}
	p := strings.TrimSuffix(path, "/")
	switch {
	case strings.EqualFold(p, pathXML):
		return XML
	case strings.EqualFold(p, pathJSON):
		return JSON
	}
	if _, ok := pathAddress(path); ok {
		return JSON
	}
	return None
}

// SplitAddress checks a mail address and returns the part before the last at sign and the domain, the
// domain in lower case. It is stricter than RFC 5321: no quoted local parts, no address literals, no
// white space, nothing that means something in a URL, because the domain becomes a host name.
func SplitAddress(address string) (local, domain string, err error) {
	at := strings.LastIndexByte(address, '@')
	if len(address) > MaxAddress || at < 1 || !utf8.ValidString(address) {
		return "", "", ErrAddress
	}
	local, domain = address[:at], strings.ToLower(address[at+1:])
	for _, r := range local {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) || strings.ContainsRune(`@"(),:;<>[\]/?#%`, r) {
			return "", "", ErrAddress
		}
	}
	if !hostName(domain) {
		return "", "", ErrAddress
	}
	return local, domain, nil
}

// hostName reports whether s can be used as the host of a URL: labels of letters, digits and inner
// hyphens, two labels at least. Letters beyond ASCII are allowed: net/http turns them into the
// ASCII form.
func hostName(s string) bool {
	if s == "" || len(s) > 253 || !strings.Contains(s, ".") {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			switch {
			case r == '-', r >= '0' && r <= '9', r >= 'a' && r <= 'z':
			case r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)):
			default:
				return false
			}
		}
	}
	return true
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}
