// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/httpd"
)

func TestWhatIsTooLargeIsAProblemToo(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "appl1")
	a := w.call("POST", w.path(id, "/comment"), `{"comment":"`+strings.Repeat("x", httpd.MaxFormBody)+`"}`).want(413)
	if p := a.problem(); p.Status != 413 || p.Detail == "" || a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%+v, %s", p, a.Header.Get("Content-Type"))
	}
}

func TestAPanicIsAProblemToo(t *testing.T) {
	w := newWorld(t)
	w.handler = httpd.Events(slog.New(slog.DiscardHandler), httpd.Recover(w.server.Answer,
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the inside of the house") })))
	a := w.call("GET", "/api/v1/associations", nil).want(500)
	if p := a.problem(); p.RequestID == "" || p.RequestID != a.Header.Get(httpd.RequestIDHeader) || strings.Contains(string(a.Body), "inside") {
		t.Errorf("%s", a.Body)
	}
}

// The last resort, where even the answer to errors fails, is a problem below /api/.
func TestTheLastResortIsAProblem(t *testing.T) {
	rec := httptest.NewRecorder()
	httpd.Plain(rec, httptest.NewRequest("GET", "/api/v1/x", nil), http.StatusServiceUnavailable, "Not now.")
	if ct := rec.Header().Get("Content-Type"); rec.Code != 503 || ct != "application/problem+json" || !strings.Contains(rec.Body.String(), `"detail":"Not now."`) {
		t.Errorf("%d %s %s", rec.Code, ct, rec.Body)
	}
}
