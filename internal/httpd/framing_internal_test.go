// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// told is a request as one of two readers sees it.
type told struct {
	method, target string
	body           int
}

// requests gives the requests that framing sees in what a phone sends, each with its whole body, and the
// one whose head has ended but not its body. lost says that it spoiled or gave up something after them.
func (f *framing) requests(in []byte) (list []told, open *told, lost bool) {
	var line []byte
	body := 0
	for _, c := range in {
		fresh, state := *f == framing{}, f.state
		if fresh {
			line, body = nil, 0
		}
		if state == frameRequestLine {
			line = append(line, c)
		}
		if state == frameBody || state == frameChunkData {
			body++
		}
		one := []byte{c}
		f.follow(one)
		if one[0] != c || f.state == frameLost {
			return list, open, true
		}
		method, rest, _ := bytes.Cut(bytes.TrimSuffix(line, []byte("\r\n")), []byte(" "))
		target, _, _ := bytes.Cut(rest, []byte(" "))
		now := told{string(method), string(target), body}
		switch {
		case len(bytes.Trim(line, "\r\n")) == 0: // an empty line before a request
		case *f == framing{}:
			list, open = append(list, now), nil
		case f.state >= frameBody:
			open = &now
		}
	}
	return list, open, false
}

// script is a connection that says what it has to say, in pieces, and notes what it hears.
type script struct {
	mu     sync.Mutex
	in     []byte
	out    bytes.Buffer
	piece  int
	closed chan struct{}
	once   sync.Once
}

func (s *script) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.in) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), s.piece)], s.in)
	s.in = s.in[n:]
	return n, nil
}

func (s *script) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(b)
}

func (s *script) Close() error                   { s.once.Do(func() { close(s.closed) }); return nil }
func (*script) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 443} }
func (*script) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 50000} }
func (*script) SetDeadline(time.Time) error      { return nil }
func (*script) SetReadDeadline(time.Time) error  { return nil }
func (*script) SetWriteDeadline(time.Time) error { return nil }

// pipeListener hands out one connection, and then waits until it is closed.
type pipeListener struct {
	conn chan net.Conn
	done chan struct{}
	once sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}
func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// served gives the requests that net/http's server sees behind a strict listener: those whose handler was
// called and read the whole body, and after them, as broken, one whose body could not be read. stopped says
// that it refused what came then, or closed as it was asked to.
func served(t testing.TB, in []byte, piece int) (list []told, broken *told, stopped bool) {
	t.Helper()
	s := &script{in: bytes.Clone(in), piece: piece, closed: make(chan struct{})}
	inner := &pipeListener{conn: make(chan net.Conn, 1), done: make(chan struct{})}
	inner.conn <- s
	l := NewListener(inner, ListenerConfig{})
	l.Strict()
	var mu sync.Mutex
	var p http.Protocols
	p.SetHTTP1(true)
	srv := &http.Server{Protocols: &p, MaxHeaderBytes: 64 << 10, DisableGeneralOptionsHandler: true, Handler: http.HandlerFunc(
		func(_ http.ResponseWriter, r *http.Request) {
			n, err := io.Copy(io.Discard, r.Body)
			mu.Lock()
			defer mu.Unlock()
			one := told{r.Method, r.RequestURI, int(n)}
			stopped = stopped || r.Close || !r.ProtoAtLeast(1, 1)
			if err != nil {
				broken = &one
				return
			}
			list = append(list, one)
		})}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		srv.Serve(l)
	}()
	select {
	case <-s.closed:
	case <-time.After(20 * time.Second):
		t.Errorf("the server does not end: %q", in)
	}
	srv.Close()
	<-ended
	mu.Lock()
	defer mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	return list, broken, stopped || bytes.Contains(s.out.Bytes(), []byte("Connection: close\r\n"))
}

// agree checks that net/http reads nothing into a connection that framing has not read: the same requests
// in the same order. It may stop earlier, because it refuses more; it never sees another request, or
// another end of one.
func agree(t testing.TB, in []byte, piece int) {
	t.Helper()
	var f framing
	want, open, lost := f.requests(in)
	got, broken, stopped := served(t, in, piece)
	say := func(what string) {
		t.Fatalf("%s\nin       %q\nframing  %+v open %+v lost %v\nnet/http %+v broken %+v stopped %v", what, in, want, open, lost, got, broken, stopped)
	}
	if len(got) > len(want) {
		say("net/http sees more requests than framing")
	}
	for i := range got {
		if got[i] != want[i] {
			say(fmt.Sprintf("request %d is read in two ways", i))
		}
	}
	next := open
	if len(got) < len(want) {
		next = &want[len(got)]
		if broken == nil && !stopped {
			say("net/http does not see a request and does not say so")
		}
	}
	if broken != nil && (next == nil || broken.method != next.method || broken.target != next.target) {
		say("net/http sees the beginning of a request that framing does not see")
	}
}

// framingSeeds are honest connections, and those of the smuggling tests.
func framingSeeds() []string {
	const line = "POST /Microsoft-Server-ActiveSync?Cmd=FolderSync&User=bob&DeviceId=PHONEBOB&DeviceType=iPhone HTTP/1.1\r\nHost: m\r\n"
	const hidden = "GET /hidden HTTP/1.1\r\nHost: m\r\n\r\n"
	seeds := []string{
		line + "Content-Length: 5\r\n\r\nab\r\n " + hidden,
		line + "Transfer-Encoding: chunked\r\n\r\n4;x=y\r\nwxyz\r\n0A\r\n0123456789\r\n0\r\nX-Trailer: 1\r\n\r\n" + hidden,
		line + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc" + hidden,
		hidden + "OPTIONS /a HTTP/1.1\r\nHost: m\r\nContent-Length: 0\r\n\r\n" + hidden,
		"GET / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nab" + hidden,
		"HEAD / HTTP/1.1\r\nHost: m\r\nContent-Length: 2\r\n\r\nab" + hidden,
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + hidden,
		line + "Content-Length: 3\r\n\r\nabc\r\n" + hidden,
		line + "Content-Length: 3\r\n\r\nabc\r\n\r\n\r\n" + hidden,
		line + "Content-Length: 3\r\n\r\nabc\n" + line + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
		line + "Content-Length: 3\r\n\r\nabc\r" + line + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + hidden,
		"\r\n" + hidden, "\n" + hidden, "\r" + hidden,
		"CONNECT m:443 HTTP/1.1\r\nHost: m\r\nContent-Length: 2\r\n\r\nab" + hidden,
		line + "Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nab" + hidden,
	}
	for _, rest := range []string{
		"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
		"Content-Length: 13\r\nContent-Length: 14\r\n\r\n0123456789abc", "Content-Length: 13, 14\r\n\r\n0123456789abc", "Content-Length: +3\r\n\r\nabc",
		"Content-Length: -1\r\n\r\nabc", "Content-Length: 0x3\r\n\r\nabc", "Content-Length: 1 2\r\n\r\n0123456789ab", "Content-Length:\t3 \r\n\r\nabc",
		"Content-Length: 003\r\n\r\nabc", "Content-Length: 99999999999999999999\r\n\r\nabc", "X-A: b\r\n Content-Length: 3\r\nContent-Length: 0\r\n\r\n",
		"Content-Length : 3\r\n\r\nabc", "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n", "Transfer-Encoding: Chunked \r\n\r\n0\r\n\r\n", "Transfer-Encoding:\r\n\r\n0\r\n\r\n",
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", "X-A: b\x00c\r\nContent-Length: 3\r\n\r\nabc",
		"X-A: b\rContent-Length: 3\r\n\r\n", "X-A: b\nContent-Length: 3\r\n\r\nabc", "Content-Length: 3\n\r\nabc", "Content-Length: 3\r\n\nabc",
		"Content-Length: 3\r\r\n\r\nabc", ": 3\r\n\r\n", "Content-Length\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n",
		"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n40000000000000\r\nx\r\n0\r\n\r\n",
		"Transfer-Encoding: chunked\r\n\r\n3 ;a\r\nabc\r\n0 \r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n", "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
		"Transfer-Encoding: chunked\r\n\r\n3\r\nabcX\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 5\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n0\r\nX: 1\n\n",
		"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n0;\n\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n0\r\n\rX: 1\r\n\r\n",
		"Transfer-Encoding: chunked\r\n\r\n1;a=\"\r\n\"\r\nx\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1;a\rb\r\nx\r\n0\r\n\r\n",
		"\xffContent-Length: 3\r\n\r\nabc", "CONTENT-length: 3\r\n\r\nabc", "Content-Length: 3\r\nX-Very-Long-Name-Of-A-Header: y\r\n\r\nabc",
	} {
		seeds = append(seeds, line+rest+hidden)
	}
	return seeds
}

func TestFramingAndTheServerReadTheSameRequests(t *testing.T) {
	for i, in := range framingSeeds() {
		for _, piece := range []int{1, 7, 1 << 20} {
			t.Run(fmt.Sprintf("seed %d in pieces of %d", i, piece), func(t *testing.T) { agree(t, []byte(in), piece) })
		}
	}
	// The honest ones are not only read alike, but read.
	var f framing
	want, open, lost := f.requests([]byte(framingSeeds()[1]))
	if got, _, _ := served(t, []byte(framingSeeds()[1]), 3); len(got) != 2 || len(want) != 2 || open != nil || lost || got[0].body != 14 {
		t.Errorf("framing %+v, net/http %+v", want, got)
	}
}

// FuzzFramingAgreesWithTheServer compares two readers of the same bytes: framing, which spoils what can be
// read in two ways, and net/http's server behind it.
func FuzzFramingAgreesWithTheServer(f *testing.F) {
	for _, s := range framingSeeds() {
		f.Add([]byte(s), 1<<20)
	}
	f.Fuzz(func(t *testing.T, in []byte, piece int) {
		if len(in) > 8<<10 {
			return
		}
		agree(t, in, max(1, piece&0xffff))
	})
}
