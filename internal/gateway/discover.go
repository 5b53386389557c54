// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/autodiscover"
	"github.com/vedette-mail/vedette/eas/reply"
	"github.com/vedette-mail/vedette/internal/access"
)

// discover answers autodiscover, so that a phone that knows only a mail address finds this gateway and
// never the mail server behind it. [MS-ASCMD] 2.2.1.1
func (g *Gateway) discover(q *ask) {
	defer g.finish(q)
	q.command = eas.Autodiscover
	q.form = reply.Request{Command: eas.Autodiscover}
	q.server = g.routes.first()
	if autodiscover.EndpointOf(q.r.URL.Path) == autodiscover.JSON {
		g.discoverJSON(q)
		return
	}
	if q.r.Method != http.MethodPost {
		g.write(q, reply.UnsupportedCommand(q.form).With("Allow", "POST"))
		return
	}
	q.body = newBody(q.w, q.r)
	if q.body.length > smallBody {
		g.write(q, reply.TooLarge(q.form).With("Connection", "close"))
		return
	}
	if err := q.body.fillSmall(); err != nil {
		q.phoneGone = true
		return
	}
	if !q.body.whole {
		g.write(q, reply.TooLarge(q.form).With("Connection", "close"))
		return
	}
	g.identify(q)
	if g.shielded(q) {
		return
	}
	req, err := autodiscover.ParseRequest(q.body.bytes())
	switch {
	case err != nil:
		g.document(q, http.StatusOK, "text/xml; charset=utf-8", autodiscover.Invalid().Document())
	case !req.Mobile():
		g.discoverOther(q)
	default:
		g.discoverMobile(q, req)
	}
}

// shielded answers callers without usable credentials, and those the shield stops.
func (g *Gateway) shielded(q *ask) bool {
	d := access.Decision{}
	switch {
	case q.facts.Malformed != "":
		d = access.Decision{Verdict: access.VerdictReject, Rule: access.RuleMalformed, Detail: q.facts.Malformed}
	case q.facts.ClientCertificate:
		d = access.Decision{Verdict: access.VerdictRefuse, Rule: access.RuleClientCertificate}
	case q.facts.Shield == access.ShieldNoAccount || q.cred.empty:
		d = access.Decision{Verdict: access.VerdictChallenge, Rule: access.RuleNoCredentials}
	case q.facts.Shield == access.ShieldStale:
		d = access.Decision{Verdict: access.VerdictChallenge, Rule: access.RuleStalePassword}
	case q.facts.Shield == access.ShieldLimited:
		d = access.Decision{Verdict: access.VerdictLater, Rule: access.RuleBruteForce}
	default:
		return false
	}
	q.decision = d
	g.write(q, g.verdictReply(&q.trail, &d))
	return true
}

// discoverMobile names this gateway to a caller whose credentials the mail server accepts.
func (g *Gateway) discoverMobile(q *ask, req autodiscover.Request) {
	if !g.shield.fresh(q.cred, q.arrived) && !g.check(q) {
		return
	}
	address, ok := g.address(q)
	if !ok {
		g.write(q, reply.Status(q.form, eas.StatusInvalidContent))
		return
	}
	g.document(q, http.StatusOK, "text/xml; charset=utf-8", autodiscover.Response{
		Culture: "en:us", Address: req.Address, DisplayName: req.Address,
		Servers: []autodiscover.Server{{Type: autodiscover.TypeMobileSync, URL: address, Name: address}},
	}.Document())
}

// discoverOther sends requests of desktop clients to the mail server, when it is configured to get
// them. The URL is the configured one; nothing of the phone's goes into it.
func (g *Gateway) discoverOther(q *ask) {
	u, err := url.Parse(q.server.Autodiscover)
	if q.server.Autodiscover == "" || err != nil {
		g.document(q, http.StatusOK, "text/xml; charset=utf-8", autodiscover.NoProvider().Document())
		return
	}
	h := http.Header{"Authorization": {q.cred.header}, "Content-Type": {"text/xml; charset=utf-8"},
		"X-Forwarded-For": {q.client.String()}, "X-Forwarded-Proto": {q.scheme()}}
	resp, err := g.probe(q.r.Context(), q.server, probe{method: http.MethodPost, path: u.EscapedPath(), header: h,
		body: q.body.bytes(), host: q.hostFor(q.server)})
	if err != nil {
		g.unreachable(q, err)
		return
	}
	q.upstream = resp.status
	q.login = loginOf(resp.status, resp.header, q.cred.scheme)
	g.shield.learn(q.cred, q.client, q.login, g.now())
	switch {
	case resp.status == http.StatusUnauthorized:
		g.write(q, g.unauthorized(&q.trail))
	case resp.status >= 300 && resp.status < 400 || resp.status == statusRedirect:
		g.write(q, q.busy()) // it would lead around us
	default:
		g.document(q, resp.status, resp.header.Get("Content-Type"), resp.body)
	}
}

// discoverJSON answers version 2, which is asked without credentials: for addresses of configured
// servers it says where this gateway is, which the caller knows already.
func (g *Gateway) discoverJSON(q *ask) {
	const kind = "application/json; charset=utf-8"
	if q.r.Method != http.MethodGet {
		g.write(q, reply.UnsupportedCommand(q.form).With("Allow", "GET"))
		return
	}
	query, err := autodiscover.ParseQuery(q.r.URL.Path, q.r.URL.RawQuery)
	if fault, ok := errors.AsType[*autodiscover.Fault](err); ok {
		g.document(q, fault.HTTP, kind, fault.Document())
		return
	}
	address, ok := g.address(q)
	account, named := readAccount(query.Address)
	if s, _ := g.routes.find(account); !ok || !named || s == nil {
		fault := autodiscover.UserNotFound()
		g.document(q, fault.HTTP, kind, fault.Document())
		return
	}
	switch query.Protocol {
	case autodiscover.ProtocolActiveSync:
	case autodiscover.ProtocolAutodiscoverV1:
		u, err := url.Parse(address)
		if err != nil {
			return
		}
		address = (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/autodiscover/autodiscover.xml"}).String()
	default:
		fault := autodiscover.UnknownProtocol()
		g.document(q, fault.HTTP, kind, fault.Document())
		return
	}
	g.document(q, http.StatusOK, kind, autodiscover.Answer{Protocol: query.Protocol, URL: address}.Document())
}

// address is where phones find this gateway.
func (g *Gateway) address(q *ask) (string, bool) {
	if g.cfg.ExternalURL != "" {
		return g.cfg.ExternalURL, true
	}
	if !validHost(q.r.Host) {
		return "", false
	}
	scheme := q.scheme()
	if g.cfg.TLS {
		scheme = "https"
	}
	return scheme + "://" + q.r.Host + eas.Path, true
}

// document writes a whole answer with a body.
func (g *Gateway) document(q *ask, status int, kind string, body []byte) {
	q.status = status
	h := q.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "private")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	g.bound(q)
	q.w.WriteHeader(status)
	if _, err := q.w.Write(body); err != nil {
		q.phoneGone = true
	}
}
