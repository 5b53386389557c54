// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/httpd"
)

func TestWhereNoRoomCanAnswerEverybodyStillGetsWhatTheyCanRead(t *testing.T) {
	tests := []struct{ name, path, accept, kind, says string }{
		{"a browser gets a page", "/devices", "text/html,*/*;q=0.8", "text/html; charset=utf-8", "<h1>Service Unavailable</h1><p>Not &lt;now&gt;.</p>"},
		{"a program gets a line", "/devices", "*/*", "text/plain; charset=utf-8", "Not <now>."},
		{"a client of the API gets a problem", "/api/v1/devices", "text/html", "application/problem+json", `"status":503`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", tt.path, nil)
			r.Header.Set("Accept", tt.accept)
			w := httptest.NewRecorder()
			httpd.Plain(w, r, 503, "Not <now>.")
			if w.Code != 503 || w.Header().Get("Content-Type") != tt.kind || !strings.Contains(w.Body.String(), tt.says) {
				t.Errorf("%d %s\n%s", w.Code, w.Header().Get("Content-Type"), w.Body)
			}
		})
	}
}
