// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package h1 is the HTTP/1.1 server that phones talk to: small, strict, and made for requests that wait.
//
// It calls an ordinary http.Handler, one goroutine per connection, and is strict where net/http is
// lenient: a request whose end could be read in two ways is refused with 400 and the connection closed
// (RFC 9112 2.2, 5.2, 6.1, 6.3). What it costs less than net/http comes from four things: a head is gone
// through once and copied once; nobody looks whether the phone is still there until the handler asks
// ([http.Request.Context] is watched from the first call of Done on); deadlines that are far away are not
// moved with every request; head and small body of an answer are one write.
//
// The gateway may come in. Connections pass through, new ones and those that come back after having been
// taken out with [Response.Take]; connections that have agreed on HTTP/2 are passed on to somebody else.
package h1
