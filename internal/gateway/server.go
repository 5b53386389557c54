// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Limits of the leg to the mail server.
const (
	dialTimeout     = 10 * time.Second
	sendTimeout     = 60 * time.Second // without progress
	headTimeout     = 30 * time.Second // from the first byte of an answer to the end of its head
	idleServerConns = 256              // kept per mail server
	idleServerAge   = 30 * time.Second
	justUsed        = 100 * time.Millisecond
	maxAnswerHead   = 256 << 10
)

// server is one mail server as this gateway reaches it: its configuration, its idle connections and
// what is known of its health.
type server struct {
	Backend
	addr  string // host:port
	path  string // as sent in requests
	host  string // Host header when the backend has its own, or ""
	tls   *tls.Config
	reach func(ctx context.Context) (net.Conn, error) // opens a connection below TLS

	mu     sync.Mutex
	idle   []*serverConn // the youngest last
	closed bool

	health health
	agents agents
}

func newServer(b Backend) (*server, error) {
	u, err := url.Parse(b.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" {
		return nil, fmt.Errorf("backend %q: %q is not the address of a mail server (http://host:port/path or https://…)", b.Name, b.URL)
	}
	s := &server{Backend: b, path: u.EscapedPath(), host: b.Host}
	if s.path == "" || s.path == "/" {
		s.path = "/Microsoft-Server-ActiveSync"
	}
	port := u.Port()
	if u.Scheme == "https" {
		if port == "" {
			port = "443"
		}
		if s.tls, err = backendTLS(b, u.Hostname()); err != nil {
			return nil, err
		}
	} else if port == "" {
		port = "80"
	}
	s.addr = net.JoinHostPort(u.Hostname(), port)
	dialer := net.Dialer{Timeout: dialTimeout, KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 60 * time.Second, Interval: 15 * time.Second, Count: 4,
	}}
	s.reach = func(ctx context.Context) (net.Conn, error) { return dialer.DialContext(ctx, "tcp", s.addr) }
	return s, nil
}

func backendTLS(b Backend, host string) (*tls.Config, error) {
	cfg := &tls.Config{
		MinVersion: tls.VersionTLS12, ServerName: host, NextProtos: []string{"http/1.1"},
		ClientSessionCache: tls.NewLRUClientSessionCache(64),
	}
	if b.ServerName != "" {
		cfg.ServerName = b.ServerName
	}
	if b.CAFile == "" {
		return cfg, nil
	}
	pem, err := os.ReadFile(b.CAFile)
	if err != nil {
		return nil, fmt.Errorf("backend %q: certificate authority: %w", b.Name, err)
	}
	cfg.RootCAs = x509.NewCertPool()
	if !cfg.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("backend %q: %s holds no certificate", b.Name, b.CAFile)
	}
	return cfg, nil
}

// serverConn is one connection to a mail server.
type serverConn struct {
	net.Conn                 // TLS or TCP
	tcp      net.Conn        // below TLS
	raw      syscall.RawConn // its socket; nil when it has none
	br       *bufio.Reader   // only while an answer is read
	left     int64           // bytes the head of an answer may still have
	reused   bool
	since    time.Time // idle since
	sendBy   time.Time // deadline for writing, where maySend has set it
}

// maySend sets the deadline for a request that is written at once. One that is far enough away stays.
func (c *serverConn) maySend(now time.Time) {
	if c.sendBy.Sub(now) < sendTimeout {
		c.sendBy = now.Add(2 * sendTimeout)
		c.SetWriteDeadline(c.sendBy)
	}
}

// Read bounds the head of an answer, so that a mail server gone mad cannot fill the memory.
func (c *serverConn) Read(b []byte) (int, error) {
	if c.left <= 0 {
		return 0, errHeadTooLong
	}
	if int64(len(b)) > c.left {
		b = b[:c.left]
	}
	n, err := c.Conn.Read(b)
	if c.left != math.MaxInt64 {
		c.left -= int64(n)
	}
	return n, err
}

var (
	errHeadTooLong = errors.New("head of the answer is too long")
	errBadStatus   = errors.New("the answer has no usable status")
	errNoHTTP      = errors.New("the answer is not HTTP")
)

// take gives an idle connection that is alive, or a new one.
func (s *server) take(ctx context.Context, now time.Time) (*serverConn, error) {
	for {
		s.mu.Lock()
		n := len(s.idle)
		if n == 0 {
			s.mu.Unlock()
			return s.dial(ctx)
		}
		c := s.idle[n-1]
		s.idle[n-1] = nil
		s.idle = s.idle[:n-1]
		s.mu.Unlock()
		// One that was used a moment ago is not looked at: only requests that may be repeated get here.
		if idle := now.Sub(c.since); idle < justUsed || idle < idleServerAge && c.raw != nil && alive(c.raw) {
			c.reused = true
			return c, nil
		}
		c.Close()
	}
}

// give keeps a connection for the next request.
func (s *server) give(c *serverConn, now time.Time) {
	c.since = now
	var old *serverConn
	s.mu.Lock()
	switch {
	case s.closed:
		old = c
	case len(s.idle) >= idleServerConns:
		old = s.idle[0]
		copy(s.idle, s.idle[1:])
		s.idle[len(s.idle)-1] = c
	default:
		s.idle = append(s.idle, c)
	}
	s.mu.Unlock()
	if old != nil {
		old.Close()
	}
}

// sweep closes connections that have been idle for too long.
func (s *server) sweep(now time.Time) {
	s.mu.Lock()
	n := 0
	for n < len(s.idle) && now.Sub(s.idle[n].since) >= idleServerAge {
		n++
	}
	old := append([]*serverConn(nil), s.idle[:n]...)
	s.idle = append(s.idle[:0], s.idle[n:]...)
	s.mu.Unlock()
	for _, c := range old {
		c.Close()
	}
}

func (s *server) close() {
	s.mu.Lock()
	old := s.idle
	s.idle, s.closed = nil, true
	s.mu.Unlock()
	for _, c := range old {
		c.Close()
	}
}

func (s *server) dial(ctx context.Context) (*serverConn, error) {
	c, err := s.reach(ctx)
	if err != nil {
		return nil, err
	}
	tcp := c
	var raw syscall.RawConn
	if socket, ok := c.(syscall.Conn); ok {
		if raw, err = socket.SyscallConn(); err != nil {
			c.Close()
			return nil, err
		}
	}
	if s.tls != nil {
		t := tls.Client(c, s.tls)
		hctx, cancel := context.WithTimeout(ctx, dialTimeout)
		err := t.HandshakeContext(hctx)
		cancel()
		if err != nil {
			c.Close()
			return nil, err
		}
		c = t
	}
	return &serverConn{Conn: c, tcp: tcp, raw: raw, left: math.MaxInt64}, nil
}

var readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 4<<10) }}

// open readies the connection for reading an answer.
func (c *serverConn) open() {
	if c.br == nil {
		c.br = readers.Get().(*bufio.Reader)
		c.br.Reset(c)
	}
	c.left = maxAnswerHead
}

// shut gives the read buffer back. It reports false when bytes were left in it.
func (c *serverConn) shut() bool {
	if c.br == nil {
		return true
	}
	clean := c.br.Buffered() == 0
	c.br.Reset(nil)
	readers.Put(c.br)
	c.br, c.left = nil, math.MaxInt64
	return clean
}

// wait waits until an answer begins, or the deadline.
func (c *serverConn) wait(until time.Time) error {
	c.SetReadDeadline(until)
	_, err := c.br.Peek(1)
	return err
}

// methodOf holds requests for http.ReadResponse, which only looks at the method.
var postRequest, optionsRequest = &http.Request{Method: http.MethodPost}, &http.Request{Method: http.MethodOptions}

// head reads the head of the answer, past informational ones.
func (c *serverConn) head(method string, now time.Time) (*http.Response, error) {
	r := postRequest
	if method == http.MethodOptions {
		r = optionsRequest
	}
	if resp := c.usual(); resp != nil {
		c.left = math.MaxInt64
		return resp, nil
	}
	for range 8 {
		c.SetReadDeadline(now.Add(headTimeout))
		resp, err := http.ReadResponse(c.br, r)
		if err != nil {
			if _, cut := errors.AsType[net.Error](err); !cut && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				err = fmt.Errorf("%w: %w", errNoHTTP, err)
			}
			return nil, err
		}
		switch {
		case resp.StatusCode == http.StatusSwitchingProtocols || resp.StatusCode < 100:
			return nil, errBadStatus
		case resp.StatusCode < 200:
			continue
		}
		c.left = math.MaxInt64
		return resp, nil
	}
	return nil, errBadStatus
}

// isTimeout tells a deadline from a dead connection.
func isTimeout(err error) bool {
	t, ok := errors.AsType[net.Error](err)
	return ok && t.Timeout()
}

// explain puts the failure of a connection into words that name no more than they must.
func explain(err error) string {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &unknown):
		return "its certificate is signed by an authority nobody here knows"
	case errors.As(err, &name):
		return "its certificate is for another name"
	case errors.As(err, &invalid):
		return "its certificate is not valid: " + strings.TrimPrefix(invalid.Error(), "x509: ")
	case errors.Is(err, syscall.ECONNREFUSED):
		return "it refuses the connection"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "it closed the connection"
	case isTimeout(err):
		return "it does not answer in time"
	case errors.Is(err, errNoHTTP), errors.Is(err, errBadStatus), errors.Is(err, errHeadTooLong):
		return "what it answers is not HTTP"
	case errors.As(err, new(tls.RecordHeaderError)):
		return "it does not speak TLS"
	}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return "its name cannot be resolved"
	}
	return "it cannot be reached"
}
