// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// ListenerConfig says how connections come in.
type ListenerConfig struct {
	// TLS, when set, is spoken on every connection.
	TLS *tls.Config
	// ProxyProtocol: connections from Fronts begin with a PROXY header that names the real client.
	ProxyProtocol bool
	Fronts        Fronts
	// HeaderTimeout bounds the wait for a PROXY header; 5 s when zero.
	HeaderTimeout time.Duration
}

// Listener accepts connections: *tls.Conn when TLS is on, whose hands are shaken by whoever serves them.
type Listener struct {
	inner net.Listener
	cfg   ListenerConfig
	conns chan net.Conn
	done  chan struct{}
	ctx   context.Context // ends with the listener
	end   context.CancelFunc
	begin sync.Once
	once  sync.Once
	door  Porter
	err   error
	group sync.WaitGroup
}

// Listen opens addr ("host:port") with TCP keep-alive probes that notice a vanished phone within about
// two minutes.
func Listen(ctx context.Context, addr string, cfg ListenerConfig) (*Listener, error) {
	lc := net.ListenConfig{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 60 * time.Second, Interval: 15 * time.Second, Count: 4,
	}}
	inner, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return NewListener(inner, cfg), nil
}

// NewListener accepts from inner, which it closes when it is closed itself.
func NewListener(inner net.Listener, cfg ListenerConfig) *Listener {
	if cfg.HeaderTimeout == 0 {
		cfg.HeaderTimeout = 5 * time.Second
	}
	l := &Listener{inner: inner, cfg: cfg, conns: make(chan net.Conn), done: make(chan struct{})}
	l.ctx, l.end = context.WithCancel(context.Background())
	return l
}

// Porter decides about new connections. It is asked by several goroutines at a time.
type Porter interface {
	// Enter is asked about every new connection, before TLS is spoken on it: client is who it comes from,
	// or who a front says it comes from. With a nil leave the connection is closed at once; any other
	// counts, whoever has it, until it is closed, and then leave is called.
	Enter(client net.Addr) (leave func())
	// Mute hears of a front whose PROXY header was wrong or did not come. Its connection has been closed.
	Mute(front net.Addr, err error)
}

// Guard puts a porter at the door. It must be called before the first Accept.
func (l *Listener) Guard(p Porter) { l.door = p }

// Accept returns the next connection.
func (l *Listener) Accept() (net.Conn, error) {
	l.begin.Do(func() { l.group.Go(l.run) })
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, l.err
	}
}

// Addr is where the listener listens.
func (l *Listener) Addr() net.Addr { return l.inner.Addr() }

// Close stops accepting. Connections that were handed out stay open.
func (l *Listener) Close() error {
	err := l.inner.Close()
	l.begin.Do(func() {})
	l.stop(net.ErrClosed)
	l.group.Wait()
	return err
}

func (l *Listener) stop(err error) {
	l.once.Do(func() {
		l.err = err
		close(l.done)
		l.end()
	})
}

func (l *Listener) run() {
	const shortest, longest = 5 * time.Millisecond, time.Second
	pause := shortest
	for {
		c, err := l.inner.Accept()
		if err != nil {
			// Out of descriptors passes; a closed listener does not.
			//lint:ignore SA1019 it is the only sign the net package gives
			if timeout, ok := errors.AsType[net.Error](err); !ok || !timeout.Temporary() {
				l.stop(err)
				return
			}
			select {
			case <-time.After(pause):
			case <-l.done:
				return
			}
			pause = min(2*pause, longest)
			continue
		}
		pause = shortest
		if l.cfg.ProxyProtocol && l.cfg.Fronts.Trust(addrOf(c.RemoteAddr())) {
			l.group.Go(func() { l.introduce(c) })
			continue
		}
		l.hand(c)
	}
}

// introduce reads the PROXY header. It has a goroutine of its own, so that a front that is slow to
// speak keeps nobody else waiting.
func (l *Listener) introduce(c net.Conn) {
	stop := context.AfterFunc(l.ctx, func() { c.Close() })
	defer stop()
	c.SetReadDeadline(time.Now().Add(l.cfg.HeaderTimeout))
	remote, err := readProxyHeader(c)
	if err != nil {
		c.Close()
		if l.door != nil && err != io.EOF && l.ctx.Err() == nil { // one that says nothing only looks whether we are there
			l.door.Mute(c.RemoteAddr(), err)
		}
		return
	}
	c.SetReadDeadline(time.Time{})
	if remote != nil {
		c = &frontedConn{Conn: c, remote: remote}
	}
	l.hand(c)
}

func (l *Listener) hand(c net.Conn) {
	if l.door != nil {
		leave := l.door.Enter(c.RemoteAddr())
		if leave == nil {
			c.Close()
			return
		}
		c = &countedConn{Conn: c, leave: leave}
	}
	if l.cfg.TLS != nil {
		c = tls.Server(c, l.cfg.TLS)
	}
	select {
	case l.conns <- c:
	case <-l.done:
		c.Close()
	}
}

// countedConn is a connection that was let in, and says when it is closed. It does not show what is below
// it, which could be closed without its noticing.
type countedConn struct {
	net.Conn
	leave func()
	left  atomic.Bool
}

func (c *countedConn) Close() error {
	err := c.Conn.Close()
	if c.left.CompareAndSwap(false, true) {
		c.leave()
	}
	return err
}

// CloseWrite sends FIN, where there is a socket below.
func (c *countedConn) CloseWrite() error {
	if t := TCP(c.Conn); t != nil {
		return t.CloseWrite()
	}
	return nil
}

// SetLinger says how closing ends what has not been sent, where there is a socket below.
func (c *countedConn) SetLinger(sec int) error {
	if t := TCP(c.Conn); t != nil {
		return t.SetLinger(sec)
	}
	return nil
}

// frontedConn is a connection whose other end is a front; remote is the client the front named.
type frontedConn struct {
	net.Conn
	remote net.Addr
}

func (c *frontedConn) RemoteAddr() net.Addr { return c.remote }

// NetConn gives the connection to the front.
func (c *frontedConn) NetConn() net.Conn { return c.Conn }

// TLS gives the TLS connection at or below c, or nil when there is none.
func TLS(c net.Conn) *tls.Conn {
	for {
		switch x := c.(type) {
		case *tls.Conn:
			return x
		case *countedConn:
			c = x.Conn
		case interface{ NetConn() net.Conn }:
			c = x.NetConn()
		default:
			return nil
		}
	}
}

// TCP gives the TCP connection below c, through TLS and PROXY protocol, or nil when there is none. It is for
// asking the socket; what closes a connection has to close c.
func TCP(c net.Conn) *net.TCPConn {
	for {
		switch x := c.(type) {
		case *net.TCPConn:
			return x
		case *countedConn:
			c = x.Conn
		case interface{ NetConn() net.Conn }:
			c = x.NetConn()
		default:
			return nil
		}
	}
}
