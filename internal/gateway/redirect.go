// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
)

// statusRedirect is "use another server". [MS-ASHTTP] 2.2.2.1.1
const statusRedirect = 451

// redirected absorbs a redirect: the phone is never sent around us. A request that is read whole
// is sent once more to the named server, when that is one of ours; otherwise the phone is told to come
// back later and an event says why. It reports whether the request has been answered here.
func (g *Gateway) redirected(q *ask, c *serverConn, resp *http.Response) bool {
	if resp.StatusCode != statusRedirect {
		return false
	}
	c.shut()
	c.Close()
	q.redirect = g.redirectTo(&q.trail, resp)
	q.redirect.tell(q.sighting)
	to := q.redirect.server
	if to == nil || to == q.server || !q.body.whole || q.hops > 0 {
		g.write(q, q.busy())
		return true
	}
	q.hops++
	q.server = to
	g.forward(q)
	return true
}

// redirect is where a mail server has sent a pair.
type redirect struct {
	server   *server // nil: it is none of ours
	location string  // for the record
	clears   int64   // of the pair's record, when this was learnt
}

// tell puts the redirect into what is reported of the pair, if there is one. Each sighting says it, those
// too that went straight to the new server: a record made anew shows it again.
func (r *redirect) tell(s *access.Sighting) {
	if r != nil && s != nil {
		s.Redirect, s.RedirectClears = r.location, r.clears
	}
}

// redirectTo reads where a redirect leads, and remembers it for the pair when that is one of our servers.
// A server of another realm is none of the pair's: it may have an account of the same name that is somebody
// else's, and the password would be told to a server it was never meant for.
func (g *Gateway) redirectTo(t *trail, resp *http.Response) *redirect {
	location := resp.Header.Get(eas.HeaderLocation)
	r := &redirect{server: g.routes.at(location), location: shown(location), clears: g.clears(t.pair)}
	switch {
	case r.server == nil:
		t.problem = "it sends the phone to a server that is not configured here"
		g.log.Warn("mail server redirects to a server that is not configured",
			logkeys.Backend, t.server.Name, logkeys.Addr, display(r.location, 255), logkeys.Account, t.pair.Account)
		return r
	case r.server.Realm != t.server.Realm:
		r.server = nil
		t.problem = "it sends the phone to a server of another realm"
		g.log.Warn("mail server redirects to a server of another realm",
			logkeys.Backend, t.server.Name, logkeys.Addr, display(r.location, 255), logkeys.Account, t.pair.Account)
		return r
	}
	if !t.pair.IsZero() {
		g.moved.remember(clonePair(t.pair), r)
	}
	return r
}

// redirectOf is what is remembered for a pair. An administrator may have cleared it since: then the
// first server is asked again.
func (g *Gateway) redirectOf(p access.Pair) *redirect {
	r := g.moved.of(p)
	if r != nil && r.clears != g.clears(p) {
		return nil
	}
	return r
}

// clears says how often the redirect of a pair has been cleared.
func (g *Gateway) clears(p access.Pair) int64 {
	if r := g.cfg.Snapshot.Load().Record(p); r != nil {
		return r.RedirectClears
	}
	return 0
}

// shown is a location as it is kept and logged: without a password that may stand in it.
func shown(location string) string {
	if u, err := url.Parse(location); err == nil && u.User != nil {
		u.User = nil
		location = u.String()
	}
	return strings.Clone(display(location, 1024))
}

// at is the configured server a URL leads to.
func (r *routes) at(location string) *server {
	u, err := url.Parse(location)
	if err != nil || u.Hostname() == "" || len(location) > 1024 {
		return nil
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[strings.ToLower(u.Scheme)]
	}
	addr := net.JoinHostPort(strings.ToLower(u.Hostname()), port)
	for _, s := range r.servers {
		if strings.EqualFold(s.addr, addr) && (s.tls != nil) == strings.EqualFold(u.Scheme, "https") {
			return s
		}
	}
	return nil
}

// moved remembers which pairs were sent to another server, so that only the first request takes the
// long way. It is bounded: what falls out is simply sent on again.
type moved struct {
	table boundedMap[access.Pair, *redirect]
}

const maxMoved = 10000

func (m *moved) remember(p access.Pair, r *redirect) { m.table.put(p, r, maxMoved) }
func (m *moved) of(p access.Pair) *redirect          { r, _ := m.table.get(p); return r }
