// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/httpq"
	"github.com/vedette-mail/vedette/eas/reply"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// trail is what remains of a request when everything else has been let go of: enough to answer it and
// to report it. A parked request keeps nothing more.
type trail struct {
	arrived  time.Time
	form     reply.Request // decides the form of our answers
	server   *server
	cred     *credential
	decision access.Decision
	pair     access.Pair
	client   netip.Addr
	sighting *access.Sighting // made when it is needed

	status    int // what the phone got; 0: nothing
	upstream  int // what the mail server said; 0: nothing
	eas       int // the Status in its answer, where it stands at the beginning; 0: none seen
	login     login
	began     time.Duration // until the mail server's answer began
	phoneGone bool
	parked    bool
	problem   string // why the mail server gave no answer
	badStatus eas.Status
	told      bool        // the console has been told of this request already
	flight    *flight     // this request tries the credentials for others too
	asked     *wbxml.Node // what a body that a rule is about asks for; nil: it was not looked into, or cannot be read
}

// login is what a mail server's answer says about the credentials.
type login uint8

const (
	loginUnknown login = iota
	loginAccepted
	loginRefused
)

// ask is one request while a handler has it.
type ask struct {
	trail
	w          http.ResponseWriter
	r          *http.Request
	query      httpq.Query
	command    eas.Command
	facts      access.Facts
	body       body
	info       *access.DeviceInfo // the phone described itself in this request
	mailbox    string             // the answer named the mailbox
	own        credential         // where cred points
	closing    bool
	fronted    bool          // a trusted front stands between
	shadow     bool          // nothing is enforced
	hops       int           // redirects followed
	retries    int           // with a key of the mail server
	heldKey    uint32        // of the mail server for the pair, when it was judged; 0: none, or nobody looked
	serverKey  uint32        // that is sent in place of the phone's; 0: none
	serverText string        // a new one, sealed for the console
	redirect   *redirect     // this request or an earlier one of the pair was sent to another server
	sent       int64         // bytes of the answer's body
	through    bool          // the door of storms
	later      time.Duration // until its turn there
	traits     access.Traits // where facts.Stranger points
}

// asks are used again: a request makes few others.
var asks = sync.Pool{New: func() any { return new(ask) }}

func newAsk(w http.ResponseWriter, r *http.Request) *ask {
	q := asks.Get().(*ask)
	q.w, q.r = w, r
	q.cred = &q.own
	return q
}

// done gives the request's memory back. Nothing may hold on to it.
func (q *ask) done() {
	q.body.release()
	*q = ask{}
	asks.Put(q)
}

// apart is a copy of the trail that may outlive the request.
func (q *ask) apart() trail {
	t := q.trail
	c := *q.cred
	c.header, c.user = "", ""
	t.cred = &c
	return t
}

// scheme is how the phone reached us, for the mail server.
func (q *ask) scheme() string {
	if q.r.TLS != nil || httpd.TLS(phoneConn(q.r.Context())) != nil {
		return "https"
	}
	if q.fronted {
		if p := q.r.Header.Get("X-Forwarded-Proto"); p == "https" || p == "http" {
			return p
		}
	}
	return "http"
}

// hostFor is the Host header for the mail server: its own when it has one, else the name the phone
// asked for, because servers build addresses from it.
func (q *ask) hostFor(s *server) string {
	if s.host != "" {
		return s.host
	}
	if validHost(q.r.Host) {
		return q.r.Host
	}
	return s.addr
}

// validHost accepts a name or address with optional port, and nothing that could mean more.
func validHost(h string) bool {
	if h == "" || len(h) > 255 {
		return false
	}
	for i := range len(h) {
		switch c := h[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '.', c == '-', c == ':', c == '[', c == ']', c == '_':
		default:
			return false
		}
	}
	return true
}

// readsAnswer reports whether the answer is looked into, so that it must come uncompressed.
func (q *ask) readsAnswer() bool { return q.command == eas.Settings }

// leave gives what remains of the request for reporting, with nothing in it that holds on to the
// request's memory.
func (q *ask) leave() trail {
	q.parked, q.asked = true, nil
	q.sight()
	return q.apart()
}

// sight makes the sighting of the request from its facts.
func (q *ask) sight() *access.Sighting {
	if q.sighting != nil || q.pair.IsZero() {
		return q.sighting
	}
	client := q.server.agents.of(q.r.UserAgent())
	q.sighting = &access.Sighting{
		Pair: clonePair(q.pair), First: q.arrived, Last: q.arrived, Attempts: 1,
		User: display(strings.Clone(q.cred.user), 255), Raw: display(strings.Clone(eas.DeviceIDText(q.query.DeviceID)), 255),
		Command: q.form.Command.String(), Protocol: display(strings.Clone(q.query.VersionText), 16),
		DeviceType: display(strings.Clone(q.query.DeviceType), 255), UserAgent: display(strings.Clone(q.r.UserAgent()), 1024),
		Client: client.App, OS: client.OS, OSVersion: client.OSVersion, Model: client.Model,
		RemoteAddr: q.client.String(), Backend: q.server.Name, Info: q.info,
	}
	if q.query.Base64 {
		q.sighting.Protocol = q.query.Version.String()
	}
	q.redirect.tell(q.sighting)
	q.pair = q.sighting.Pair
	return q.sighting
}

func clonePair(p access.Pair) access.Pair {
	return access.Pair{Realm: p.Realm, Account: strings.Clone(p.Account), Device: strings.Clone(p.Device)}
}

// endingReply is the answer to a waiting request that the gateway ends.
func (t *trail) endingReply(e ending, g *Gateway) reply.Reply {
	switch {
	case e.drain:
		return reply.Drain(t.form, retryAfter)
	case e.late:
		return reply.Drain(t.form, retryAfter)
	case e.decision.Verdict == access.VerdictProvision:
		return demandReply(t.form, demandFor(&e.decision, e.key), false)
	case e.decision.Rule == access.RuleCommandFilter && t.form.Command != eas.Ping:
		return reply.Deny(t.form, nil)
	case e.decision.Verdict == access.VerdictRefuse:
		return reply.Recall(t.form)
	}
	return g.verdictReply(t, &e.decision)
}

// busy is the answer when the mail server gives none.
func (t *trail) busy() reply.Reply { return reply.Busy(t.form, retryAfter) }

// failed notes that the mail server gave no answer.
func (t *trail) failed(err error) {
	t.problem = explain(err)
	t.server.health.failed(t.problem)
}

// challenge is the WWW-Authenticate line to add when the mail server's own cannot work through us.
func (t *trail) challenge(resp *http.Response) string {
	if resp.StatusCode != http.StatusUnauthorized {
		return ""
	}
	return basicChallenge(t.server)
}

func (g *Gateway) date() string { return g.now().UTC().Format(http.TimeFormat) }

// agents remembers what User-Agent headers mean: there are few of them, and many requests.
type agents struct {
	table boundedMap[string, eas.Client]
}

func (a *agents) of(header string) eas.Client {
	if c, ok := a.table.get(header); ok {
		return c
	}
	c := eas.ParseUserAgent(header)
	if len(header) < 256 {
		a.table.put(strings.Clone(header), c, 2000)
	}
	return c
}
