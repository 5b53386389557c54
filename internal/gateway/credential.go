// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode"

	"github.com/vedette-mail/vedette/eas"
)

type scheme uint8

const (
	schemeNone scheme = iota
	schemeBasic
	schemeBearer
	schemeBound // NTLM, Negotiate: bound to a connection, cannot pass through a pool
	schemeOther
)

// credential is who a request claims to be, as its Authorization header says. Nothing in it is true
// before the mail server has said so.
type credential struct {
	scheme  scheme
	header  string // as sent, and as forwarded
	user    string // as the phone spells it
	account eas.Account
	named   bool // account is set
	secret  hash // of backend, account and credential
	holder  hash // of the account
	sure    bool // the mail server accepted it a short while ago
	empty   bool // a Bearer without token: a client asking how to sign in
}

// bound reports credentials that must not be forwarded.
func (c *credential) bound() bool { return c.scheme == schemeBound }

// readCredential reads the Authorization headers of a request. Two that differ say nothing: a server
// may believe the other one. problem says in words why they cannot be used.
func readCredential(values []string) (c credential, material []byte, problem string) {
	if len(values) == 0 {
		return c, nil, ""
	}
	for _, v := range values[1:] {
		if v != values[0] {
			return c, nil, "two Authorization headers that differ"
		}
	}
	if len(values) > 1 {
		return c, nil, "more than one Authorization header"
	}
	c.header = values[0]
	word, rest, _ := strings.Cut(strings.TrimLeft(c.header, " \t"), " ")
	rest = strings.Trim(rest, " \t")
	switch {
	case strings.EqualFold(word, "Basic"):
		c.scheme = schemeBasic
		b, err := eas.ParseBasic(c.header)
		if err != nil {
			return c, nil, ""
		}
		c.user = b.User
		c.account, c.named = readAccount(b.User)
		return c, b.Raw, ""
	case strings.EqualFold(word, "Bearer"):
		c.scheme = schemeBearer
		if rest == "" {
			c.empty = true
			return c, nil, ""
		}
		c.user = claimedUser(rest)
		c.account, c.named = readAccount(c.user)
		return c, []byte(rest), ""
	case boundScheme(word):
		c.scheme = schemeBound
	default:
		c.scheme = schemeOther
	}
	return c, nil, ""
}

// claimedUser reads who a token says it is for. The signature is not looked at: the name is a hint that
// counts once the mail server has accepted this very token.
func claimedUser(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(token) > eas.MaxAuthorization {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return ""
	}
	var claims struct {
		UPN       string `json:"upn"`
		SMTP      string `json:"smtp"`
		Unique    string `json:"unique_name"`
		Preferred string `json:"preferred_username"`
		Email     string `json:"email"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return ""
	}
	for _, s := range []string{claims.UPN, claims.SMTP, claims.Unique, claims.Preferred, claims.Email} {
		if s != "" && len(s) <= eas.MaxAccount {
			return s
		}
	}
	return ""
}

// display caps and cleans what a phone wrote for logs and pages; it stays hostile otherwise.
func display(s string, n int) string {
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	clean := true
	for _, r := range s {
		if r == unicode.ReplacementChar || unicode.IsControl(r) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
