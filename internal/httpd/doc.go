// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package httpd is our manners on the wire: listeners, limits, a request id, one wide event per request,
// a handler that may return an error, safe headers, a mux that refuses by default, assets.
//
// Every room that answers HTTP may come in. Requests and answers pass through; what they are about does
// not: this room knows nothing of ActiveSync, of records or of who may do what. A console's stack, from
// outside in:
//
//	httpd.Events(logger, httpd.SafeHeaders(login.Middleware(httpd.Recover(answer, httpd.LimitBodyBy(limit, answer, mux)))))
//
// where mux is a *Mux whose Guard (package login) says who is asking.
package httpd
