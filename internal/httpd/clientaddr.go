// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd

import (
	"net"
	"net/http"
)

// ClientAddr makes RemoteAddr the address of the client where a trusted front stands in between, for
// everything behind it: limits, sessions, audit lines. The port is that of the connection.
func ClientAddr(f Fronts, next http.Handler) http.Handler {
	if len(f) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, port, err := net.SplitHostPort(r.RemoteAddr)
		if a := f.Client(r.RemoteAddr, r.Header.Values("X-Forwarded-For")); a.IsValid() && err == nil {
			r.RemoteAddr = net.JoinHostPort(a.String(), port)
		}
		next.ServeHTTP(w, r)
	})
}
