// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/vedette-mail/vedette/eas/reply"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/httpd/h1"
)

// parked is a request that waits for its answer without a goroutine: the sockets of phone and mail
// server are watched by the poller, and the engine has let go of the phone's. Whoever ends the wait first
// (the answer, the phone, a change of the verdict, time) claims it; the others find it taken.
type parked struct {
	waiter
	g      *Gateway
	phone  net.Conn
	raw    syscall.RawConn // the phone's socket
	c      *serverConn
	server *server
	trail  trail // what is left to report
	id     uint64
	until  time.Time // no request waits longer
	timer  *time.Timer
	method string
	last   bool // the phone wants the connection closed after the answer

	mu      sync.Mutex
	over    bool
	prefix  []byte // the phone's next request, when it came early
	reading sync.Mutex
}

// park takes a waiting request out of the engine. It reports false when the request cannot be parked, or
// must not be because its answer is looked into, and has to wait in the handler. stop undoes the watch over
// the request's context.
func (g *Gateway) park(q *ask, c *serverConn, stop func() bool) bool {
	if q.readsAnswer() || q.owned() && !lasts(q.command) || !canPark || g.poll == nil || q.r.ProtoMajor != 1 || q.r.ProtoMinor < 1 || g.draining.Load() || c.br.Buffered() > 0 {
		return false
	}
	w, ours := q.w.(*h1.Response)
	tcp := httpd.TCP(phoneConn(q.r.Context()))
	if !ours || tcp == nil {
		return false
	}
	raw, err := tcp.SyscallConn()
	if err != nil || !stop() {
		return false // the phone is gone already: the handler sees it
	}
	phone, early, ok := w.Take()
	if !ok {
		c.tcp.Close() // the phone has gone just now: the handler sees that too
		return false
	}
	c.shut()
	c.SetDeadline(time.Time{})
	phone.SetDeadline(time.Time{})
	now := g.now()
	p := &parked{
		waiter: waiter{facts: q.lasting(), keyed: q.presented()}, g: g, phone: phone, raw: raw, c: c, server: q.server, trail: q.leave(),
		until: now.Add(maxWait), method: q.r.Method, last: q.r.Close, prefix: early,
	}
	p.waiter.facts.Pair = p.trail.pair // the same, without the head of the request around it
	p.waiter.end = p.end
	g.parkedCount.Add(1)
	g.parkedTotal.Add(1)
	g.reports.begun(&p.trail)
	p.id = g.poll.add(p)
	wake := p.until
	if u := q.decision.Until; !u.IsZero() && u.Before(wake) {
		wake = u
	}
	p.mu.Lock()
	p.timer = time.AfterFunc(wake.Sub(now), p.guarded(p.timeUp))
	p.mu.Unlock()
	g.waiting.add(&p.waiter)
	if e, ended := g.judgeAgain(&p.waiter); ended {
		p.end(e)
		return true
	}
	p.watchPhone()
	p.watchServer()
	return true
}

func (p *parked) watchPhone() {
	p.mu.Lock()
	events := uint32(eventsData)
	if p.prefix != nil {
		events = eventsGone
	}
	over := p.over
	p.mu.Unlock()
	if !over && p.g.poll.arm(p.id, sidePhone, p.raw, events) != nil {
		p.aside(p.phoneGone)
	}
}

func (p *parked) watchServer() {
	p.mu.Lock()
	over := p.over
	p.mu.Unlock()
	if !over && p.g.poll.arm(p.id, sideServer, p.c.raw, eventsData) != nil {
		p.aside(p.answer)
	}
}

// ready is called by the poller.
func (p *parked) ready(side int, broken bool) {
	switch {
	case side == sideServer:
		p.aside(p.answer)
	case broken:
		p.aside(p.phoneGone)
	default:
		p.aside(p.phoneSpoke)
	}
}

// claim makes the caller the one who ends the wait.
func (p *parked) claim() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		return false
	}
	p.over = true
	p.timer.Stop()
	p.g.poll.drop(p.id)
	p.g.waiting.remove(&p.waiter)
	p.g.parkedCount.Add(-1)
	return true
}

// phoneSpoke looks what the phone has to say while it waits: good-bye, nothing that matters (a TLS
// message), or its next request, which is kept for later.
func (p *parked) phoneSpoke() {
	p.reading.Lock()
	p.mu.Lock()
	if p.over {
		p.mu.Unlock()
		p.reading.Unlock()
		return
	}
	early := p.prefix != nil
	p.phone.SetReadDeadline(time.Now().Add(time.Second))
	p.mu.Unlock()
	var b [1]byte
	n, err := 0, error(nil)
	if early {
		err = io.EOF // only its hanging up was watched for
	} else {
		n, err = p.phone.Read(b[:])
	}
	if n > 0 {
		p.mu.Lock()
		p.prefix = append(p.prefix, b[:n]...)
		p.mu.Unlock()
	}
	p.reading.Unlock()
	if n == 0 && err != nil && !isTimeout(err) {
		p.phoneGone()
		return
	}
	p.watchPhone()
}

// phoneGone ends the request at the mail server at once, so that no worker there goes on waiting for
// nobody.
func (p *parked) phoneGone() {
	if !p.claim() {
		return
	}
	p.c.tcp.Close()
	closeNow(p.phone)
	p.trail.phoneGone = true
	p.g.report(&p.trail)
}

// timeUp is called when the verdict may change by time alone, or when the request has waited for as
// long as any may.
func (p *parked) timeUp() {
	now := p.g.now()
	if !now.Before(p.until) {
		p.end(ending{late: true})
		return
	}
	e, ended := p.g.judgeAgain(&p.waiter)
	if ended {
		p.end(e)
		return
	}
	wake := p.until
	if u := e.decision.Until; u.After(now) && u.Before(wake) {
		wake = u
	}
	p.mu.Lock()
	if !p.over {
		p.timer.Reset(wake.Sub(now))
	}
	p.mu.Unlock()
}

// end gives the phone an answer of ours and lets it go on, or closes when the gateway shuts down.
func (p *parked) end(e ending) {
	if !p.claim() {
		return
	}
	p.g.enders.Go(p.guarded(func() {
		p.c.tcp.Close()
		if !e.drain && !e.late {
			p.trail.decision = e.decision
		}
		p.say(p.trail.endingReply(e, p.g), e.drain)
	}))
}

// say writes an answer of ours and finishes with the phone.
func (p *parked) say(a reply.Reply, closing bool) {
	p.trail.status = a.Code
	closing = closing || p.last
	msg := getBuffer()
	defer putBuffer(msg)
	*msg = a.AppendHTTP1((*msg)[:0], p.g.now(), closing)
	p.phone.SetWriteDeadline(time.Now().Add(10 * time.Second))
	_, err := p.phone.Write(*msg)
	p.finish(err == nil && !closing)
}

// answer is called when the mail server has something: the answer, or its hanging up.
func (p *parked) answer() {
	c := p.c
	c.open()
	err := c.wait(time.Now().Add(5 * time.Second))
	if err != nil && isTimeout(err) {
		c.shut()
		p.watchServer() // it was a TLS message, not an answer
		return
	}
	if !p.claim() {
		c.shut()
		return
	}
	if err == nil {
		var resp *http.Response
		if resp, err = c.head(p.method, time.Now()); err == nil {
			p.pass(resp)
			return
		}
	}
	c.shut()
	c.Close()
	p.trail.failed(err)
	p.say(p.trail.busy(), false)
}

// pass sends the mail server's answer to the phone.
func (p *parked) pass(resp *http.Response) {
	g, c := p.g, p.c
	g.settle(&p.trail, resp)
	if resp.StatusCode == statusRedirect {
		// The request has waited too long to be sent elsewhere; the phone's next one is.
		g.redirectTo(&p.trail, resp).tell(p.trail.sighting)
		c.shut()
		c.Close()
		p.say(p.trail.busy(), false)
		return
	}
	p.trail.status, p.trail.eas = resp.StatusCode, c.easStatus(resp)
	if p.insists() {
		c.shut()
		c.Close()
		p.say(p.trail.busy(), false)
		return
	}
	h := make(http.Header, len(resp.Header))
	answerHeader(h, resp.Header, p.trail.challenge(resp))
	g.offerProvision(h)
	g.shield.bindCookies(p.trail.cred, h)
	msg := getBuffer()
	defer putBuffer(msg)
	*msg = appendAnswerHead((*msg)[:0], resp.StatusCode, h, resp.ContentLength, g.date(), p.last)
	rerr, werr := p.copy(msg, resp)
	clean := c.shut()
	if rerr != nil || resp.Close || !clean {
		c.Close()
	} else {
		p.server.give(c, g.now())
	}
	if rerr != nil {
		g.metrics.cut.Inc()
	}
	p.trail.phoneGone = werr != nil
	p.finish(rerr == nil && werr == nil && !p.last)
}

// copy writes head and body. Body of unknown length is chunked, as it was.
func (p *parked) copy(msg *[]byte, resp *http.Response) (rerr, werr error) {
	write := func(b []byte) error {
		p.phone.SetWriteDeadline(time.Now().Add(p.g.cfg.phonePause))
		_, err := p.phone.Write(b)
		return err
	}
	buf := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buf)
	chunked := resp.ContentLength < 0
	for done := resp.ContentLength == 0; ; {
		var m int
		if !done {
			p.c.SetReadDeadline(time.Now().Add(answerPause))
			var err error
			m, err = resp.Body.Read(*buf)
			if err == io.EOF {
				done = true
			} else if err != nil {
				if len(*msg) > 0 {
					write(*msg)
				}
				return err, nil
			}
		}
		if chunked && m > 0 {
			*msg = append(strconv.AppendInt(*msg, int64(m), 16), "\r\n"...)
		}
		*msg = append(*msg, (*buf)[:m]...)
		if chunked && m > 0 {
			*msg = append(*msg, "\r\n"...)
		}
		if chunked && done {
			*msg = append(*msg, "0\r\n\r\n"...)
		}
		if err := write(*msg); err != nil {
			return nil, err
		}
		*msg = (*msg)[:0]
		if done {
			return nil, nil
		}
	}
}

// finish reports, and gives the phone's connection back to the engine, or closes it.
func (p *parked) finish(keep bool) {
	p.g.report(&p.trail)
	if !keep {
		p.phone.Close()
		return
	}
	// A read of phoneSpoke may still be running: end it before the connection changes hands.
	p.phone.SetReadDeadline(past())
	p.reading.Lock()
	prefix := p.prefix
	p.reading.Unlock()
	p.phone.SetWriteDeadline(time.Time{})
	p.g.poll.disarm(p.raw)
	p.g.release(p.phone, p.raw, prefix)
}

// closeNow closes without the polite TLS farewell that could wait for a dead peer.
func closeNow(c net.Conn) {
	if t, ok := c.(*tls.Conn); ok {
		t.NetConn().Close()
		return
	}
	c.Close()
}
