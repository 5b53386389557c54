// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package h1

import "net"

type wrapper interface{ NetConn() net.Conn }

// abort closes the socket below c and says nothing.
func abort(c net.Conn) {
	for {
		w, ok := c.(wrapper)
		if !ok {
			c.Close()
			return
		}
		c = w.NetConn()
	}
}

// reset makes closing the socket below c tell the other end that something is wrong.
func reset(c net.Conn) {
	for {
		if socket, ok := c.(interface{ SetLinger(int) error }); ok {
			_ = socket.SetLinger(0)
			return
		}
		w, ok := c.(wrapper)
		if !ok {
			return
		}
		c = w.NetConn()
	}
}

// closeWrite says that nothing more is sent, in TLS or by FIN.
func closeWrite(c net.Conn) {
	for {
		if half, ok := c.(interface{ CloseWrite() error }); ok {
			_ = half.CloseWrite()
			return
		}
		w, ok := c.(wrapper)
		if !ok {
			return
		}
		c = w.NetConn()
	}
}
