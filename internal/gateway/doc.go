// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package gateway is the data plane: it stands between phones and mail servers and decides every request
// from memory.
//
// A request comes in through the engine (httpd/h1, behind [Gateway.Serve]; net/http for phones that
// have agreed on HTTP/2), is read by the front desk (who asks, from where, for what), judged by
// access.Decide over one snapshot, and then refused in the form its command and version understand, or
// streamed to the mail server and back untouched. Requests that wait for mail are parked: the engine lets go of the phone's socket, one thread watches the sockets
// of all of them, and the socket goes back to the engine afterwards. What was seen is reported after the
// answer, never before it.
//
// cmd wires it. It may import eas, access, snapshot, httpd and logkeys, and nothing that reaches a
// database: what it needs to know is in the snapshot it is given, what it learns goes into the Sink.
package gateway
