// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/vedette-mail/vedette/internal/httpd"
)

func TestTheClientsAddressIsThatBehindATrustedFront(t *testing.T) {
	fronts, err := httpd.ParseFronts([]string{"10.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, remote, forwarded, want string }{
		{"through a front", "10.1.2.3:4000", "203.0.113.9", "203.0.113.9:4000"},
		{"a stranger's word does not count", "198.51.100.1:4000", "203.0.113.9", "198.51.100.1:4000"},
		{"a front that says nothing", "10.1.2.3:4000", "", "10.1.2.3:4000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = tt.remote
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			var got string
			httpd.ClientAddr(fronts, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })).
				ServeHTTP(httptest.NewRecorder(), r)
			if got != tt.want {
				t.Errorf("address %q, want %q", got, tt.want)
			}
		})
	}
}
