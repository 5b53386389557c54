// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bufio"
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// watchedPhone notes how its deadline for reading is moved.
type watchedPhone struct {
	http.ResponseWriter
	until []time.Time
}

func (w *watchedPhone) SetReadDeadline(t time.Time) error { w.until = append(w.until, t); return nil }

// TestLookingIntoABodyBuysNoTime: who sends the first bytes one by one gets the time of one look for all.
func TestLookingIntoABodyBuysNoTime(t *testing.T) {
	w := &watchedPhone{ResponseWriter: httptest.NewRecorder()}
	r := httptest.NewRequest("POST", "/", strings.NewReader("body"))
	r.ContentLength = 10 * smallBody
	b := newBody(w, r)
	for n := range 3 {
		if err := b.fill(n + 1); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.until) == 0 {
		t.Fatal("no deadline")
	}
	for _, u := range w.until {
		if !u.Equal(w.until[0]) {
			t.Errorf("the deadline moves from %v to %v", w.until[0], u)
		}
	}
}

// TestAParkedAnswersHeadKeepsItsLines whatever the mail server puts into a header.
func TestAParkedAnswersHeadKeepsItsLines(t *testing.T) {
	b := appendAnswerHead(nil, 200, http.Header{"X-A": {"b\rX-Evil: 1", "c\r\nX-Evil: 1\x00"}, "X-\r\nB": {"d"}, "": {"e"}}, 0, "now", false)
	resp, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(b)), nil)
	if err != nil || resp.Header.Get("X-Evil") != "" || len(resp.Header["X-A"]) != 2 || bytes.Contains(b, []byte("\rX")) || bytes.Contains(b, []byte{0}) {
		t.Errorf("%q %v", b, err)
	}
}
