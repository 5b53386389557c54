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
	to := g.redirectTo(&q.trail, resp)
	if to == nil || to == q.server || !q.body.whole || q.hops > 0 {
		g.write(q, q.busy())
		return true
	}
	q.hops++
	q.server = to
	g.forward(q)
	return true
}

// redirectTo finds the server a redirect names, and remembers it for the pair. Nil: it is none of ours.
func (g *Gateway) redirectTo(t *trail, resp *http.Response) *server {
	location := resp.Header.Get(eas.HeaderLocation)
	to := g.routes.at(location)
	if to == nil {
		t.problem = "it sends the phone to a server that is not configured here"
		g.log.Warn("mail server redirects to a server that is not configured",
			logkeys.Backend, t.server.Name, logkeys.Addr, display(location, 255), logkeys.Account, t.pair.Account)
		return nil
	}
	if to.Realm == t.server.Realm && !t.pair.IsZero() {
		g.moved.remember(clonePair(t.pair), to)
	}
	return to
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
	table boundedMap[access.Pair, *server]
}

const maxMoved = 10000

func (m *moved) remember(p access.Pair, s *server) { m.table.put(p, s, maxMoved) }
func (m *moved) of(p access.Pair) *server          { s, _ := m.table.get(p); return s }
