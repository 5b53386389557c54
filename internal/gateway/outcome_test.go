// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"encoding/hex"
	"net/http"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
)

// Y-03: HTTP says 200 to a phone that gets nothing, too. What counts is the Status inside.
func TestASyncCountsAsSuccessfulByItsStatusNotByItsHTTPCode(t *testing.T) {
	for _, tt := range []struct {
		name, answer string
		chunked      bool
		eas          int
		success      bool
	}{
		{"folders are told", "03016a000007564c033100015203766d0001" + "01", false, 1, true},
		{"folders are told in chunks", "03016a000007564c033100015203766d0001" + "01", true, 1, true},
		{"needs provisioning", "03016a000007564c03313432000101", false, 142, false},
		{"needs provisioning, in chunks, with another page's token", "03016a0000075600004e03313432000101", true, 142, false},
		{"no answer inside", "", false, 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body, err := hex.DecodeString(tt.answer)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, func(s *setting) {
				s.backend = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", "application/vnd.ms-sync.wbxml")
					if tt.chunked {
						w.Header().Set("Transfer-Encoding", "chunked")
					}
					w.Write(body)
				})
			})
			w.apply(record("bob", "PHONEBOB", access.Override{}))
			w.phone("bob").FolderSync(timeout(t), "0") // its error is what the answer says
			w.stop()
			kept, offered := w.sink.lists()
			all := append(kept, offered...)
			if len(all) == 0 {
				t.Fatal("nothing was reported")
			}
			for _, s := range all {
				if s.EAS != tt.eas || s.HTTP != 200 || s.Success.IsZero() == tt.success {
					t.Errorf("status %d, HTTP %d, success at %v; want %d, success %v", s.EAS, s.HTTP, s.Success, tt.eas, tt.success)
				}
			}
		})
	}
}
