// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"net/http"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/reply"
	"github.com/vedette-mail/vedette/internal/access"
)

// verdictReply puts a verdict into the form the phone understands.
func (g *Gateway) verdictReply(t *trail, d *access.Decision) reply.Reply {
	switch d.Verdict {
	case access.VerdictReject:
		if t.badStatus == eas.StatusCommandNotSupported {
			return reply.UnsupportedCommand(t.form)
		}
		if t.badStatus != 0 {
			return reply.Status(t.form, t.badStatus)
		}
		return reply.Status(t.form, eas.StatusInvalidContent)
	case access.VerdictChallenge:
		return g.unauthorized(t)
	case access.VerdictLater:
		if d.Rule == access.RuleBruteForce {
			return reply.Throttle(t.form, g.shield.wait(t.cred, t.client, g.now()), "TooManyPasswords")
		}
		return reply.Busy(t.form, retryAfter)
	}
	if d.Rule == access.RuleCommandFilter {
		return reply.Deny(t.form, t.asked)
	}
	if d.Rule == access.RuleClientCertificate {
		return reply.Forbid(t.form).With(eas.HeaderThrottle, "ClientCertificateNotSupported")
	}
	return reply.Refuse(t.form)
}

// unauthorized asks for credentials with the challenges the mail server itself would show.
func (g *Gateway) unauthorized(t *trail) reply.Reply {
	lines := t.server.health.challenges()
	if len(lines) == 0 {
		return reply.Unauthorized(t.form, realmOf(t.server))
	}
	a := reply.Reply{Code: http.StatusUnauthorized}
	for _, l := range lines {
		a = a.With("Www-Authenticate", l)
	}
	return a.With("Cache-Control", "private")
}

func realmOf(s *server) string {
	if strings.ContainsAny(s.Realm, "\"\\\r\n") {
		return "mail"
	}
	return s.Realm
}

func basicChallenge(s *server) string { return `Basic realm="` + realmOf(s) + `"` }

// askScheme answers a client that shows an empty Bearer to learn how to sign in: with what the mail
// server says to it, if that is a challenge, and never with anything else.
func (g *Gateway) askScheme(q *ask) {
	h := http.Header{"Authorization": {"Bearer"}}
	resp, err := g.probe(q.r.Context(), q.server, probe{method: http.MethodOptions, header: h, host: q.hostFor(q.server)})
	if err == nil && resp.status == http.StatusUnauthorized {
		q.status = resp.status
		header := q.w.Header()
		for _, l := range plainChallenges(resp.header["Www-Authenticate"]) {
			header.Add("Www-Authenticate", l)
		}
		if len(header["Www-Authenticate"]) > 0 {
			header["Content-Type"] = nil
			header.Set("Cache-Control", "private")
			header.Set("Content-Length", "0")
			q.w.WriteHeader(resp.status)
			return
		}
	}
	q.decision = access.Decision{Verdict: access.VerdictChallenge, Rule: access.RuleNoCredentials}
	g.write(q, g.unauthorized(&q.trail))
}

// settle takes what the mail server's answer says about the credentials, as soon as it is known.
func (g *Gateway) settle(t *trail, resp *http.Response) {
	t.upstream = resp.StatusCode
	t.login = loginOf(resp.StatusCode, resp.Header, t.cred.scheme)
	t.server.health.answered(resp.Header, g.now())
	defer func() { g.flights.land(t.flight, loginUnknown, nil) }() // after the shield has learnt
	if !t.cred.named {
		return
	}
	if t.login == loginUnknown && t.upstream < 500 && t.upstream != http.StatusUnauthorized && t.upstream != http.StatusTooManyRequests &&
		g.shield.accepted(t.cred) {
		t.login = loginAccepted
	}
	g.shield.learn(t.cred, t.client, t.login, g.now())
}

// loginOf reads an answer as a verdict on the credentials. A challenge that the phone could not have
// answered, a server in trouble and a refusal that may have come before the log-in say nothing.
func loginOf(status int, h http.Header, s scheme) login {
	switch {
	case status >= 200 && status < 300, status == 449, status == statusRedirect, status == http.StatusInsufficientStorage:
		return loginAccepted
	case status == http.StatusUnauthorized:
		lines := h["Www-Authenticate"]
		if len(lines) == 0 {
			return loginRefused
		}
		for _, l := range lines {
			for _, c := range splitChallenges(l) {
				word, _, _ := strings.Cut(c, " ")
				if s == schemeBasic && strings.EqualFold(word, "Basic") || s == schemeBearer && strings.EqualFold(word, "Bearer") {
					return loginRefused
				}
			}
		}
	}
	return loginUnknown
}

// answered settles the request's credentials and notes how long the mail server took.
func (q *ask) answered(g *Gateway, resp *http.Response) {
	q.began = time.Duration(g.now().Sub(q.arrived))
	g.settle(&q.trail, resp)
}
