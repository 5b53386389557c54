// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// canPark: sockets of waiting requests can be watched without a goroutine each.
const canPark = true

// Sides of a watched thing, and what may be asked about a socket.
const (
	sidePhone  = 0
	sideServer = 1

	eventsData = unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLONESHOT
	eventsGone = unix.EPOLLRDHUP | unix.EPOLLONESHOT
)

// watched is told when one of its sockets has something. The call must not block: it runs on the one
// goroutine that serves all.
type watched interface {
	ready(side int, broken bool)
}

// poller watches the sockets of all waiting requests and idle phones with one thread, so that a request
// that waits for an hour costs no goroutine. Watches are one-shot: each is armed anew by arm.
type poller struct {
	epoll int
	wake  int // eventfd

	mu   sync.Mutex
	all  map[uint64]watched
	last uint64
	done chan struct{}
}

func newPoller() (*poller, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err == nil {
		err = unix.EpollCtl(epoll, unix.EPOLL_CTL_ADD, wake, &unix.EpollEvent{Events: unix.EPOLLIN})
	}
	if err != nil {
		unix.Close(epoll)
		return nil, err
	}
	p := &poller{epoll: epoll, wake: wake, all: make(map[uint64]watched), done: make(chan struct{})}
	go p.run()
	return p, nil
}

// add takes w in. Its sockets are watched once they are armed.
func (p *poller) add(w watched) (id uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	p.all[p.last] = w
	return p.last
}

// drop forgets w; an event already on its way finds nobody.
func (p *poller) drop(id uint64) {
	p.mu.Lock()
	delete(p.all, id)
	p.mu.Unlock()
}

// arm watches a socket for one event. The first time the socket is taken in.
func (p *poller) arm(id uint64, side int, c syscall.RawConn, events uint32) error {
	token := id<<1 | uint64(side)
	ev := unix.EpollEvent{Events: events, Fd: int32(uint32(token)), Pad: int32(uint32(token >> 32))}
	var err error
	cerr := c.Control(func(fd uintptr) {
		err = unix.EpollCtl(p.epoll, unix.EPOLL_CTL_MOD, int(fd), &ev)
		if err == unix.ENOENT {
			err = unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, int(fd), &ev)
		}
	})
	if cerr != nil {
		return cerr
	}
	return err
}

// disarm takes a socket out that goes on living elsewhere. A closed socket leaves by itself.
func (p *poller) disarm(c syscall.RawConn) {
	c.Control(func(fd uintptr) { unix.EpollCtl(p.epoll, unix.EPOLL_CTL_DEL, int(fd), nil) })
}

func (p *poller) run() {
	defer close(p.done)
	events := make([]unix.EpollEvent, 256)
	for {
		n, err := unix.EpollWait(p.epoll, events, -1)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return
		}
		for _, ev := range events[:n] {
			token := uint64(uint32(ev.Fd)) | uint64(uint32(ev.Pad))<<32
			if token == 0 {
				return
			}
			p.mu.Lock()
			w := p.all[token>>1]
			p.mu.Unlock()
			if w != nil {
				w.ready(int(token&1), ev.Events&(unix.EPOLLHUP|unix.EPOLLERR) != 0)
			}
		}
	}
}

func (p *poller) close() {
	unix.Write(p.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	<-p.done
	unix.Close(p.epoll)
	unix.Close(p.wake)
}

// alive reports whether an idle connection is still open and silent. One that has something to say
// without having been asked is not to be trusted.
func alive(c syscall.RawConn) bool {
	n, err := peek(c)
	return n < 0 && err == unix.EAGAIN
}

// peek looks at the next byte of a socket without waiting: 1 for a byte, 0 for a closed connection,
// -1 and EAGAIN for silence.
func peek(c syscall.RawConn) (n int, err error) {
	var b [1]byte
	cerr := c.Control(func(fd uintptr) {
		for {
			n, _, err = unix.Recvfrom(int(fd), b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
			if err != unix.EINTR {
				return
			}
		}
	})
	if cerr != nil {
		return 0, cerr
	}
	if err != nil {
		return -1, err
	}
	return n, nil
}

// long ago, for deadlines that end a read at once.
func past() time.Time { return time.Unix(1, 0) }
