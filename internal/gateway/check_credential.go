// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// probe is a small request of the gateway's own to a mail server.
type probe struct {
	method string
	path   string // empty: the server's own
	query  string
	header http.Header
	body   []byte
	host   string
}

type probeAnswer struct {
	status int
	header http.Header
	body   []byte
}

const (
	probeTimeout = 20 * time.Second
	probeBody    = 64 << 10
)

// probe sends it on a new connection and reads the answer, at most probeBody bytes of it.
func (g *Gateway) probe(ctx context.Context, s *server, p probe) (*probeAnswer, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	return s.ask(ctx, p, time.Now)
}

func (s *server) ask(ctx context.Context, p probe, now func() time.Time) (*probeAnswer, error) {
	c, err := s.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.tcp.Close() })
	defer stop()
	var b bytes.Buffer
	path, host := p.path, p.host
	if path == "" {
		path = s.path
	}
	if s.host != "" || host == "" {
		host = s.host
		if host == "" {
			host = s.addr
		}
	}
	b.WriteString(p.method + " " + path)
	if p.query != "" {
		b.WriteString("?" + p.query)
	}
	b.WriteString(" HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n")
	for key, values := range p.header {
		for _, v := range values {
			b.Write(appendField(nil, key, v))
		}
	}
	if p.method == http.MethodPost {
		b.WriteString("Content-Length: " + strconv.Itoa(len(p.body)) + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(p.body)
	c.SetDeadline(now().Add(probeTimeout))
	if _, err := c.Write(b.Bytes()); err != nil {
		return nil, err
	}
	c.open()
	defer c.shut()
	resp, err := c.head(p.method, now())
	if err != nil {
		return nil, err
	}
	c.SetReadDeadline(now().Add(probeTimeout))
	body, err := io.ReadAll(io.LimitReader(resp.Body, probeBody))
	if err != nil {
		return nil, err
	}
	return &probeAnswer{resp.StatusCode, resp.Header, body}, nil
}

// mustCheck reports whether a refusal has to know first if the credentials are any good: where nothing
// is forwarded, so that the mail server does not say it. A record hangs on it, or, where the pair is
// recorded already, what a stranger learns: a wrong password must get the same answer for a blocked pair
// as for one that does not exist. Credentials that were right once give nothing away.
func (g *Gateway) mustCheck(q *ask) bool {
	if q.decision.Verdict != access.VerdictRefuse || q.pair.IsZero() || !q.cred.named {
		return false
	}
	if q.decision.Rule == access.RuleOtherUser || q.decision.Rule == access.RuleClientCertificate {
		return false
	}
	if g.shield.fresh(q.cred, q.arrived) {
		q.login = loginAccepted
		return false
	}
	return !q.blocked() || !g.shield.accepted(q.cred)
}

// blocked reports a refusal that rests on the pair's own record.
func (q *ask) blocked() bool {
	return q.decision.Record != nil && q.decision.Rule != access.RuleUnregistered
}

// blockPatience is how long a block waits for the mail server's word on the credentials.
const blockPatience = 5 * time.Second

// check asks the mail server whether it accepts the credentials of a request that will not be forwarded
// . It reports whether it does; if not, the request has been answered: 401 when the server refused
// them, 503 when it could not say.
func (g *Gateway) check(q *ask) bool {
	l, err := g.ask(q)
	return g.conclude(q, l, err)
}

// vouched reports whether a request may go on as far as the size of its body goes. A large one streams
// while it comes, so whoever sends it has to be known first, or strangers could keep the mail server
// busy with bodies that never end. Where the server cannot say, it has to have accepted the credentials
// before.
func (g *Gateway) vouched(q *ask) bool {
	if q.body.whole || q.cred.sure || !q.cred.named {
		return true
	}
	l, err := g.ask(q)
	if l == loginUnknown && g.shield.accepted(q.cred) {
		return true
	}
	if !g.conclude(q, l, err) {
		return false
	}
	q.login = loginUnknown // what this request itself is worth, its own answer says
	return true
}

// conclude carries out what a check has found.
func (g *Gateway) conclude(q *ask, l login, err error) bool {
	q.login = l
	switch l {
	case loginAccepted:
		q.cred.sure = true
		return true
	case loginRefused:
		q.upstream = http.StatusUnauthorized
		q.decision = access.Decision{Verdict: access.VerdictChallenge, Rule: access.RuleServerRefused, Record: q.decision.Record}
		g.write(q, g.unauthorized(&q.trail))
		return false
	}
	if q.blocked() && q.decision.Verdict == access.VerdictRefuse && err != errLimited {
		return true // a block does not depend on the mail server
	}
	if err == errLimited {
		q.decision = access.Decision{Verdict: access.VerdictLater, Rule: access.RuleBruteForce, Record: q.decision.Record}
		g.write(q, g.verdictReply(&q.trail, &q.decision))
		return false
	}
	q.problem = explain(err)
	q.decision = access.Decision{Verdict: access.VerdictLater, Rule: access.RuleServerUnavailable, Record: q.decision.Record}
	g.write(q, q.busy())
	return false
}

// ask puts the question once for all requests that have it at the same time. Where a request with the
// same credentials is at the mail server already, its answer may do.
func (g *Gateway) ask(q *ask) (login, error) {
	var timer *time.Timer
	for {
		fl, mine := g.flights.board(q.cred, true, time.Now())
		if mine {
			p := g.question(q)
			t := q.apart()
			// Not tied to this request: others wait for the same answer.
			g.enders.Go(func() { g.fly(fl, &t, p) })
		}
		if timer == nil {
			timer = time.NewTimer(q.checkPatience())
			defer timer.Stop()
		}
		select {
		case <-fl.done:
		case <-timer.C:
			return loginUnknown, context.DeadlineExceeded
		case <-q.r.Context().Done():
			return loginUnknown, q.r.Context().Err()
		}
		if fl.check && fl.secret == q.cred.secret {
			return fl.login, fl.err
		}
		switch g.shield.admit(q.cred, q.client, g.now()) {
		case access.ShieldStale:
			return loginRefused, nil
		case access.ShieldLimited:
			return loginUnknown, errLimited
		}
		if q.cred.sure {
			return loginAccepted, nil
		}
	}
}

// checkPatience is how long a request waits for a check.
func (q *ask) checkPatience() time.Duration {
	if q.blocked() {
		return blockPatience
	}
	return probeTimeout + patience
}

var errLimited = errors.New("too many wrong passwords")

func (g *Gateway) fly(fl *flight, t *trail, p probe) {
	defer g.rescue(func() { g.flights.land(fl, loginUnknown, errBroken) })
	g.metrics.checks.Add(1)
	l := loginUnknown
	resp, err := g.probe(context.Background(), t.server, p)
	if err == nil {
		l = loginOf(resp.status, resp.header, t.cred.scheme)
		t.server.health.answered(resp.header, g.now())
	}
	g.shield.learn(t.cred, t.client, l, g.now())
	g.flights.land(fl, l, err)
}

// question is an OPTIONS without query, or, for servers that answer that to anybody, the first
// FolderSync of the phone itself.
func (g *Gateway) question(q *ask) probe {
	h := http.Header{"Authorization": {q.cred.header}}
	if ua := q.r.UserAgent(); ua != "" {
		h["User-Agent"] = []string{ua}
	}
	h["X-Forwarded-For"] = []string{q.client.String()}
	h["X-Forwarded-Proto"] = []string{q.scheme()}
	p := probe{method: http.MethodOptions, header: h, host: q.hostFor(q.server)}
	if q.server.health.openOptions() {
		p.method, p.body = http.MethodPost, []byte(firstFolderSync)
		p.query = "Cmd=FolderSync&User=" + url.QueryEscape(q.cred.user) + "&DeviceId=" + url.QueryEscape(deviceOr(q.pair.Device)) +
			"&DeviceType=" + url.QueryEscape(q.query.DeviceType)
		h["Content-Type"] = []string{"application/vnd.ms-sync.wbxml"}
		h["Ms-Asprotocolversion"] = []string{"14.1"}
		if v := q.query.Version; v.Known() {
			h["Ms-Asprotocolversion"] = []string{v.String()}
		}
	}
	return p
}

// firstFolderSync is FolderSync with SyncKey 0.
const firstFolderSync = "\x03\x01\x6a\x00\x00\x07\x56\x52\x03\x30\x00\x01\x01"

// deviceOr names the asker where the phone has not said which device it is (autodiscover).
func deviceOr(id string) string {
	if id == "" {
		return "VEDETTEPROBE"
	}
	return id
}
