// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/httpd"
)

func serveLogged(t *testing.T, r *http.Request, h http.Handler) (*httptest.ResponseRecorder, map[string]any, string) {
	t.Helper()
	var buf bytes.Buffer
	w := httptest.NewRecorder()
	httpd.Events(slog.New(slog.NewJSONHandler(&buf, nil)), h).ServeHTTP(w, r)
	if n := strings.Count(buf.String(), "\n"); n != 1 {
		t.Fatalf("%d log lines, want one: %s", n, &buf)
	}
	var line map[string]any
	if err := json.Unmarshal(buf.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	return w, line, buf.String()
}

func TestOneEventPerRequestWithoutPathQueryOrSecrets(t *testing.T) {
	r := httptest.NewRequest("POST", "/open/alice?token=hunter2", strings.NewReader("password=hunter2"))
	r.Header.Set("Cookie", "session=hunter2")
	r.Header.Set("Authorization", "Basic hunter2")
	r.Header.Set(httpd.RequestIDHeader, "forged\nline")
	w, line, text := serveLogged(t, r, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		httpd.Note(r.Context(), slog.String("record", "a1"))
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("short"))
	}))
	for _, secret := range []string{"hunter2", "alice", "forged"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log line shows %q: %s", secret, text)
		}
	}
	if line["status"] != 418.0 || line["bytes"] != 5.0 || line["record"] != "a1" || line["level"] != "INFO" {
		t.Errorf("line = %v", line)
	}
	if id := w.Header().Get(httpd.RequestIDHeader); id == "" || line["request_id"] != id {
		t.Errorf("request id %q, logged %v", id, line["request_id"])
	}
}

func TestAPanicBecomesA500ThatNamesTheRequest(t *testing.T) {
	w, line, _ := serveLogged(t, httptest.NewRequest("GET", "/", nil), http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic("the inside of the house")
	}))
	if w.Code != 500 || strings.Contains(w.Body.String(), "inside") {
		t.Errorf("status %d, body %q", w.Code, w.Body)
	}
	if id := w.Header().Get(httpd.RequestIDHeader); !strings.Contains(w.Body.String(), id) {
		t.Errorf("body %q does not name request %s", w.Body, id)
	}
	if line["level"] != "ERROR" || !strings.Contains(line["stack"].(string), "event_test.go") {
		t.Errorf("line = %v", line)
	}
}

func TestAPanicIsAnsweredAsEveryOtherError(t *testing.T) {
	said := func(w http.ResponseWriter, r *http.Request, err error) {
		w.WriteHeader(http.StatusInternalServerError)
		fmt.Fprint(w, "the page of errors names "+httpd.RequestID(r.Context()))
	}
	for name, tt := range map[string]struct {
		h    http.HandlerFunc
		ans  httpd.ErrorAnswer
		path string
		want string
	}{
		"nothing answered yet": {func(http.ResponseWriter, *http.Request) { panic("inside") }, said, "/", "the page of errors names "},
		"the page panics too": {func(http.ResponseWriter, *http.Request) { panic("inside") },
			func(http.ResponseWriter, *http.Request, error) { panic("inside again") }, "/", "Something went wrong. Request "},
		"the API's problem panics too": {func(http.ResponseWriter, *http.Request) { panic("inside") },
			func(http.ResponseWriter, *http.Request, error) { panic("inside again") }, "/api/v1/x",
			`{"status":500,"title":"Internal Server Error","detail":"Something went wrong.","request_id":"`},
		"in the middle of an answer": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "half of")
			panic("inside")
		}, said, "/", "half of"},
	} {
		t.Run(name, func(t *testing.T) {
			w, line, _ := serveLogged(t, httptest.NewRequest("GET", tt.path, nil), httpd.Recover(tt.ans, tt.h))
			if !strings.HasPrefix(w.Body.String(), tt.want) || strings.Contains(w.Body.String(), "inside") {
				t.Errorf("%q, want %q", w.Body, tt.want)
			}
			if line["level"] != "ERROR" || !strings.Contains(line["stack"].(string), "event_test.go") {
				t.Errorf("line = %v", line)
			}
		})
	}
}

func TestAStrangeMethodIsNotRepeatedInTheLog(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.Method = "\x1b[31mEVIL"
	_, line, _ := serveLogged(t, r, http.NotFoundHandler())
	if line["method"] != "other" {
		t.Errorf("method = %v", line["method"])
	}
}

func TestAnswersCarrySafeHeaders(t *testing.T) {
	w := httptest.NewRecorder()
	httpd.SafeHeaders(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("GET", "https://console.example/", nil))
	csp := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
		if !strings.Contains(csp, want) {
			t.Errorf("policy lacks %s: %s", want, csp)
		}
	}
	if strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
		t.Errorf("policy is not strict: %s", csp)
	}
	for k, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
		"Cache-Control": "no-store", "Strict-Transport-Security": "max-age=31536000",
	} {
		if got := w.Header().Get(k); got != want {
			t.Errorf("%s = %q, want %q", k, got, want)
		}
	}
}

func TestLongBodiesAreRefused(t *testing.T) {
	answer := func(w http.ResponseWriter, _ *http.Request, err error) {
		of, ok := errors.AsType[*httpd.StatusError](err)
		if !ok {
			t.Fatalf("%v", err)
		}
		w.WriteHeader(of.Status)
	}
	h := httpd.LimitBodyBy(func(*http.Request) int64 { return 10 }, answer, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			http.Error(w, "too long", http.StatusRequestEntityTooLarge)
		}
	}))
	for _, tt := range []struct {
		name, body string
		unknown    bool
		want       int
	}{
		{"a short one passes", "a=1", false, 200},
		{"a long one that says so", strings.Repeat("a", 11), false, 413},
		{"a long one that does not", strings.Repeat("a", 11), true, 413},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", strings.NewReader(tt.body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if tt.unknown {
				r.ContentLength = -1
			}
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("status %d, want %d", w.Code, tt.want)
			}
		})
	}
}
