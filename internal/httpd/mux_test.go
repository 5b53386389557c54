// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vedette-mail/vedette/internal/httpd"
)

type callerKey struct{}

func testMux() *httpd.Mux {
	guard := func(_ http.ResponseWriter, r *http.Request, a httpd.Access) (*http.Request, error) {
		if !a.IsPublic() && r.Header.Get("Authorization") == "" {
			return nil, errors.New("nobody is signed in")
		}
		return r.WithContext(context.WithValue(r.Context(), callerKey{}, "root")), nil
	}
	m := httpd.NewMux(guard, func(w http.ResponseWriter, r *http.Request, err error) {
		if r.URL.Path == "" { // an answer needs the request, whoever refused it
			panic("no path")
		}
		status := http.StatusUnauthorized
		var se *httpd.StatusError
		if errors.As(err, &se) {
			status = se.Status
		}
		http.Error(w, "mapped: "+err.Error(), status)
	})
	say := func(w http.ResponseWriter, r *http.Request) error {
		_, err := w.Write([]byte("hello " + r.Context().Value(callerKey{}).(string)))
		return err
	}
	m.Handle(httpd.Public(), "GET /open", say)
	m.Handle(httpd.SignedIn(), "GET /mine", say)
	m.Handle(httpd.Verb("block"), "POST /block/{id}", say)
	m.Handle(httpd.Access{}, "GET /forgotten", say)
	return m
}

func TestTheMuxRefusesByDefault(t *testing.T) {
	tests := []struct {
		name, method, path string
		header             http.Header
		want               int
	}{
		{"a public page is open", "GET", "/open", nil, 200},
		{"a private page is not", "GET", "/mine", nil, 401},
		{"a private page opens to who is known", "GET", "/mine", http.Header{"Authorization": {"x"}}, 200},
		{"a route registered without access is closed to everybody", "GET", "/forgotten", http.Header{"Authorization": {"x"}}, 403},
		{"what is not registered is not there", "GET", "/block", nil, 404},
		{"the wrong method is named", "GET", "/block/1", nil, 405},
		{"a form of another site is refused before anybody is asked for", "POST", "/block/1",
			http.Header{"Authorization": {"x"}, "Sec-Fetch-Site": {"cross-site"}}, 403},
		{"an old browser's Origin counts too", "POST", "/block/1",
			http.Header{"Authorization": {"x"}, "Origin": {"https://evil.example"}}, 403},
		{"our own form passes", "POST", "/block/1",
			http.Header{"Authorization": {"x"}, "Sec-Fetch-Site": {"same-origin"}}, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.path, nil)
			for k, v := range tt.header {
				r.Header[k] = v
			}
			w := httptest.NewRecorder()
			testMux().ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("status %d, want %d: %s", w.Code, tt.want, w.Body)
			}
			if w.Code >= 400 && !strings.HasPrefix(w.Body.String(), "mapped: ") {
				t.Errorf("an error went past the error answer: %q", w.Body)
			}
			if w.Code == 405 && w.Header().Get("Allow") != "POST" {
				t.Errorf("Allow = %q", w.Header().Get("Allow"))
			}
		})
	}
}

func TestTheRoutesCanBeWalked(t *testing.T) {
	var got []string
	for _, r := range testMux().Routes() {
		got = append(got, r.Method+" "+r.Path+": "+r.Access.String())
	}
	want := []string{"GET /open: public", "GET /mine: signed-in", "POST /block/{id}: block", "GET /forgotten: nobody"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheFormTokenBelongsToItsSession(t *testing.T) {
	mine, other := []byte("secret of mine"), []byte("secret of another")
	form := func(token string) *http.Request {
		r := httptest.NewRequest("POST", "/x", strings.NewReader(httpd.FormTokenField+"="+token))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return r
	}
	header := httptest.NewRequest("POST", "/x", nil)
	header.Header.Set(httpd.FormTokenHeader, httpd.FormToken(mine))
	query := httptest.NewRequest("POST", "/x?"+httpd.FormTokenField+"="+httpd.FormToken(mine), nil)
	tests := []struct {
		name   string
		r      *http.Request
		secret []byte
		want   bool
	}{
		{"the right token in the form", form(httpd.FormToken(mine)), mine, true},
		{"the right token in the header", header, mine, true},
		{"another session's token", form(httpd.FormToken(other)), mine, false},
		{"no token", form(""), mine, false},
		{"a token in the query does not count", query, mine, false},
		{"a session without a secret", form(httpd.FormToken(nil)), nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := httpd.CheckFormToken(tt.r, tt.secret); got != tt.want {
				t.Errorf("CheckFormToken = %v, want %v", got, tt.want)
			}
		})
	}
}
