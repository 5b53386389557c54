// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
)

// forward sends the request to the mail server and its answer to the phone. The verdict has been given;
// what the mail server answers is the check of the credentials.
func (g *Gateway) forward(q *ask) {
	if !q.body.whole {
		g.stream(q)
		return
	}
	msg := getBuffer()
	*msg = q.message((*msg)[:0], q.server)
	defer putBuffer(msg)
	c, stop, waiting, err := g.begin(q, q.server, *msg)
	if err != nil {
		g.unreachable(q, err)
		return
	}
	if waiting {
		if lasts(q.command) {
			g.flights.land(q.flight, loginUnknown, nil)
		}
		if g.park(q, c, stop) {
			return
		}
		if err := g.hold(q, c, time.Time{}); err != nil {
			stop()
			g.ended(q, c, err)
			return
		}
	}
	g.receive(q, c)
	stop()
}

// message is the whole request for the mail server, framed as the phone framed it.
func (q *ask) message(b []byte, s *server) []byte {
	data, length := q.body.bytes(), q.body.length
	if length < 0 && s.Type == "sogo" { // which answers chunked requests with 500
		length = int64(len(data))
	}
	b = q.appendHead(b, s, length)
	chunked := length < 0
	if chunked && len(data) > 0 {
		b = append(strconv.AppendInt(b, int64(len(data)), 16), "\r\n"...)
	}
	from := len(b)
	b = append(b, data...)
	to := len(b)
	if chunked && len(data) > 0 {
		b = append(b, "\r\n"...)
	}
	if chunked {
		b = append(b, "0\r\n\r\n"...)
	}
	q.body.moveTo(b[from:to])
	return b
}

// begin sends a whole request and waits a little for an answer. waiting says that none has begun when
// it was time to park. A safe command may use a connection that was used before; when that turns out
// to be dead with nothing received, it is sent once more on a new one. Everything else gets a new
// connection, so that a mail server closing an idle one can never be taken for a failed SendMail.
func (g *Gateway) begin(q *ask, s *server, msg []byte) (c *serverConn, stop func() bool, waiting bool, err error) {
	ctx := q.r.Context()
	for safe := q.safe(); ; safe = false {
		if safe {
			c, err = s.take(ctx, g.now())
		} else {
			c, err = s.dial(ctx)
		}
		if err != nil {
			return nil, nil, false, err
		}
		c.open()
		stop = unwatched
		sent := time.Now()
		c.maySend(sent)
		if _, err = c.Write(msg); err == nil {
			// Most answers begin at once: only for the others it is worth watching the phone.
			err = c.wait(sent.Add(min(promptly, g.parkAfter)))
			if err != nil && isTimeout(err) {
				stop = context.AfterFunc(ctx, func() { c.tcp.Close() })
				err = c.wait(sent.Add(g.parkAfter))
			}
			if err == nil {
				return c, stop, false, nil
			}
			if isTimeout(err) {
				return c, stop, true, nil
			}
		}
		stop()
		c.shut()
		c.Close()
		if !safe || !c.reused || ctx.Err() != nil {
			return nil, nil, false, err
		}
		g.metrics.replayed.Inc()
	}
}

// safe reports whether a request may be sent twice when nothing of its first answer has come: a command
// that only asks, and a Sync or ItemOperations whose body brings nothing new. A Sync without Commands
// repeats a question under its key, which servers keep the answer for. [MS-ASCMD] 2.2.1.21
func (q *ask) safe() bool {
	switch {
	case q.command.Safe():
		return true
	case q.command == eas.Settings: // sets what it sets, as often as it is asked to
		return true
	case q.r.Header.Get("Content-Encoding") != "":
		return false
	case q.command == eas.Sync:
		return q.body.length == 0 || wbxml.Lacks(q.body.bytes(), wbxml.AirSyncCommands)
	case q.command == eas.ItemOperations:
		return wbxml.Lacks(q.body.bytes(), wbxml.ItemOperationsMove, wbxml.ItemOperationsEmptyFolderContents)
	}
	return false
}

// promptly is how long nobody looks whether the phone has gone.
const promptly = 20 * time.Millisecond

func unwatched() bool { return true }

// stream sends on a request whose body is large, while an answer may already come.
func (g *Gateway) stream(q *ask) {
	ctx := q.r.Context()
	c, err := q.server.dial(ctx)
	if err != nil {
		g.unreachable(q, err)
		return
	}
	c.open()
	stop := context.AfterFunc(ctx, func() { c.tcp.Close() })
	defer stop()
	phone := http.NewResponseController(q.w)
	// Without it net/http would read the rest of the body before the first byte of an early answer.
	// HTTP/2 is always so and says it does not know the word.
	_ = phone.EnableFullDuplex()
	var cut, stopping atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer g.rescue(func() { cut.Store(true); c.tcp.Close() })
		switch err := g.upload(q, c, phone); {
		case err == nil:
			c.SetReadDeadline(time.Now().Add(maxWait))
		case stopping.Load(): // by us: the answer is there
		case err == errPhoneCut:
			cut.Store(true)
			c.tcp.Close()
		default: // the mail server reads no further: it may have said why
			c.SetReadDeadline(time.Now().Add(headTimeout))
		}
	}()
	err = g.hold(q, c, time.Now().Add(maxUpload))
	early := false
	select {
	case <-done:
	default:
		early = true
		stopping.Store(true)
		c.SetWriteDeadline(past())
		phone.SetReadDeadline(past())
		<-done
	}
	if cut.Load() {
		c.shut()
		c.Close()
		q.phoneGone = true
		panic(http.ErrAbortHandler) // the phone cut its own request: nobody is there to be answered
	}
	if err != nil {
		g.ended(q, c, err)
		return
	}
	if early {
		q.w.Header().Set("Connection", "close")
		q.closing = true
	}
	g.receive(q, c)
}

// upload copies the body, in the framing the phone chose.
func (g *Gateway) upload(q *ask, c *serverConn, phone *http.ResponseController) error {
	msg := getBuffer()
	defer putBuffer(msg)
	*msg = q.appendHead((*msg)[:0], q.server, q.body.length)
	c.SetWriteDeadline(time.Now().Add(sendTimeout))
	if _, err := c.Write(*msg); err != nil {
		return err
	}
	chunked := q.body.length < 0
	if data := q.body.bytes(); len(data) > 0 {
		if err := writePart(c, nil, data, chunked); err != nil {
			return err
		}
	}
	buf := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buf)
	pace := pace{window: g.cfg.uploadWindow, since: time.Now()}
	for {
		now := time.Now()
		if pace.slow(now) {
			return errPhoneCut
		}
		phone.SetReadDeadline(now.Add(bodyPause))
		n, err := q.body.src.Read((*buf)[chunkRoom : len(*buf)-2])
		if n > 0 {
			pace.bytes += int64(n)
			c.SetWriteDeadline(now.Add(sendTimeout))
			if werr := writePart(c, *buf, (*buf)[chunkRoom:chunkRoom+n], chunked); werr != nil {
				return werr
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return errPhoneCut
		}
	}
	phone.SetReadDeadline(time.Time{})
	if chunked {
		_, err := c.Write([]byte("0\r\n\r\n"))
		return err
	}
	return nil
}

// chunkRoom is the room for a chunk's size line in front of the data of a copy buffer.
const chunkRoom = 10

// writePart writes data, as one chunk when chunked. room, when not nil, is the buffer in which data
// lies at chunkRoom, so that one write does it.
func writePart(w io.Writer, room, data []byte, chunked bool) error {
	if !chunked {
		_, err := w.Write(data)
		return err
	}
	size := append(strconv.AppendInt(make([]byte, 0, chunkRoom), int64(len(data)), 16), "\r\n"...)
	if room == nil {
		_, err := w.Write(append(append(size, data...), "\r\n"...))
		return err
	}
	from := chunkRoom - len(size)
	copy(room[from:], size)
	copy(room[chunkRoom+len(data):], "\r\n")
	_, err := w.Write(room[from : chunkRoom+len(data)+2])
	return err
}

// hold waits in the handler for an answer to begin: for requests that cannot be parked. The register
// can end them like parked ones. Until is the deadline; zero means as long as any request may wait.
func (g *Gateway) hold(q *ask, c *serverConn, until time.Time) error {
	if until.IsZero() {
		until = time.Now().Add(maxWait)
	}
	over := make(chan ending, 1)
	w := &waiter{facts: q.lasting(), keyed: q.presented(), end: func(e ending) {
		select {
		case over <- e:
			c.tcp.Close()
		default:
		}
	}}
	g.waiting.add(w)
	defer g.waiting.remove(w)
	if e, ok := g.judgeAgain(w); ok {
		w.end(e)
	}
	var timer *time.Timer
	if u := q.decision.Until; !u.IsZero() {
		timer = time.AfterFunc(u.Sub(g.now()), func() {
			if e, ok := g.judgeAgain(w); ok {
				w.end(e)
			}
		})
		defer timer.Stop()
	}
	err := c.wait(until)
	select {
	case e := <-over:
		return &endedError{e}
	case over <- ending{}: // from here on nobody ends it: the connection may be another request's soon
	}
	if err != nil && isTimeout(err) {
		return &endedError{ending{late: true}}
	}
	return err
}

var errPhoneCut = errors.New("the phone cut its request")

// endedError says that the gateway itself ended a waiting request.
type endedError struct{ why ending }

func (*endedError) Error() string { return "the gateway ended the request" }

// ended answers a request that waited in the handler and got no answer.
func (g *Gateway) ended(q *ask, c *serverConn, err error) {
	c.shut()
	c.Close()
	e, ok := err.(*endedError)
	if !ok {
		g.unreachable(q, err)
		return
	}
	if !e.why.drain && !e.why.late {
		q.decision = e.why.decision
	}
	g.write(q, q.endingReply(e.why, g))
}

// judgeAgain asks whether a waiting request may go on waiting.
func (g *Gateway) judgeAgain(w *waiter) (ending, bool) {
	if g.draining.Load() {
		return ending{drain: true}, true
	}
	now := g.now()
	f := w.facts // several may judge at once
	f.Crowded = false
	g.consoleFacts(&f, now)
	view := g.cfg.Snapshot.Load()
	if access.Canonical(view, f.Pair) != f.Pair {
		// Its account has turned out to be another name of one: the phone asks again, as that one.
		return ending{drain: true}, true
	}
	before := f.Policy
	g.weigh(&f, view, w.keyed, now)
	if w.keyed.command == eas.Ping && !samePolicy(before, f.Policy) {
		// It carries no key, so the phone's next command has to be looked at.
		f.Key = access.KeyOutdated
	}
	d := access.Decide(view, &f, now)
	if d.Enforced() == access.VerdictPass {
		return ending{decision: d}, false
	}
	return ending{decision: d, key: f.Key}, true
}

func samePolicy(a, b *access.Policy) bool {
	return a == b || a != nil && b != nil && a.ID == b.ID && a.Revision == b.Revision
}

// receive reads the answer, which has begun, and passes it on.
func (g *Gateway) receive(q *ask, c *serverConn) {
	resp, err := c.head(q.r.Method, time.Now())
	if err != nil {
		c.shut()
		c.Close()
		g.unreachable(q, err)
		return
	}
	q.answered(g, resp)
	if q.owned() {
		c.awaitBody(resp)
	}
	q.eas = c.easStatus(resp)
	if again := g.redirected(q, c, resp); again {
		return
	}
	if q.insists(resp) {
		c.shut()
		c.Close()
		g.satisfy(q)
		return
	}
	if resp = g.readAnswer(q, c, resp); resp == nil {
		c.shut()
		c.Close()
		g.unreachable(q, io.ErrUnexpectedEOF)
		return
	}
	h := q.w.Header()
	answerHeader(h, resp.Header, q.challenge(resp))
	g.offerProvision(h)
	g.shield.bindCookies(q.cred, h)
	if _, ok := h["Content-Type"]; !ok {
		h["Content-Type"] = nil // or net/http would guess one
	}
	if resp.ContentLength >= 0 && len(h["Content-Length"]) != 1 {
		h["Content-Length"] = []string{strconv.FormatInt(resp.ContentLength, 10)}
	}
	if resp.ContentLength < 0 && q.r.ProtoMajor == 1 && len(resp.TransferEncoding) > 0 {
		h["Transfer-Encoding"] = resp.TransferEncoding // or a short answer would get a length
	}
	q.status = resp.StatusCode
	g.bound(q)
	q.w.WriteHeader(resp.StatusCode)
	n, rerr, werr := g.download(q, c, resp)
	q.sent = n
	clean := c.shut()
	switch {
	case werr != nil:
		c.Close()
		q.phoneGone = true
	case rerr != nil:
		c.Close()
		g.metrics.cut.Inc()
		// The phone must not take half an answer for a whole one. This is a handler's way to say so.
		panic(http.ErrAbortHandler)
	case resp.Close || !clean || q.r.Context().Err() != nil:
		c.Close()
	default:
		q.server.give(c, g.now())
	}
}

// bound bounds the sending of an answer over HTTP/2, where the phone allows each byte of it. Over HTTP/1.1
// the engine does.
func (g *Gateway) bound(q *ask) {
	if q.r.ProtoMajor != 1 {
		_ = http.NewResponseController(q.w).SetWriteDeadline(time.Now().Add(g.cfg.phonePause))
	}
}

// download copies an answer's body as it comes: what the mail server has sent is not held back to fill
// a buffer.
func (g *Gateway) download(q *ask, c *serverConn, resp *http.Response) (n int64, rerr, werr error) {
	w := q.w
	if resp.ContentLength == 0 {
		return 0, nil, nil
	}
	buf := copyBuffers.Get().(*[]byte)
	defer copyBuffers.Put(buf)
	var phone *http.ResponseController                                // a short answer needs none
	flush := resp.ContentLength < 0 || resp.ContentLength > smallBody // the rest of a small one is on its way
	for {
		if int64(c.br.Buffered()) < resp.ContentLength || resp.ContentLength < 0 {
			c.SetReadDeadline(time.Now().Add(answerPause))
		}
		m, err := resp.Body.Read(*buf)
		if m > 0 {
			if n > 0 { // a short answer fits the socket's buffer
				if phone == nil {
					phone = http.NewResponseController(w)
				}
				phone.SetWriteDeadline(time.Now().Add(g.cfg.phonePause))
			}
			n += int64(m)
			if _, werr := w.Write((*buf)[:m]); werr != nil {
				return n, nil, werr
			}
			if flush && err == nil && n != resp.ContentLength && c.br.Buffered() == 0 {
				if werr := http.NewResponseController(w).Flush(); werr != nil {
					return n, nil, werr
				}
			}
		}
		if err == io.EOF || n == resp.ContentLength {
			if phone != nil && q.r.ProtoMajor == 1 {
				phone.SetWriteDeadline(time.Time{})
			}
			return n, nil, nil
		}
		if err != nil {
			return n, err, nil
		}
	}
}
