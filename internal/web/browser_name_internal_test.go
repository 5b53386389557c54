// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"strings"
	"testing"
)

func TestBrowsersAreCalledWhatPeopleCallThem(t *testing.T) {
	s := declared(t)
	tests := []struct{ agent, want string }{
		{"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36", "Chrome on Windows"},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0", "Edge on Windows"},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1", "Safari on iOS"},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", "Safari on macOS"},
		{"curl/8.9.1", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if got := s.browserName(tt.agent); got != tt.want {
			t.Errorf("%q is called %q, want %q", tt.agent, got, tt.want)
		}
	}
	cell := string(s.browserCell(`Firefox/1 Linux "><script>` + strings.Repeat("x", 5000)))
	if strings.Contains(cell, "<script") || len(cell) > 700 || !strings.Contains(cell, ">Firefox on Linux<") {
		t.Errorf("%.300s", cell)
	}
}
