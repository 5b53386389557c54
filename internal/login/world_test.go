// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/seal"
	"github.com/vedette-mail/vedette/internal/store"
	"github.com/vedette-mail/vedette/internal/store/storetest"
)

const password = "dwarf planet kettle"

// world is the room behind a real server, on a real store.
type world struct {
	t     *testing.T
	store *store.Store
	login *login.Login
	clock *clock
	url   string
}

type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// empty is what every world begins with.
var empty storetest.Template

func newWorld(t *testing.T) *world {
	t.Helper()
	// Sessions measure by the machine's clock, so the test's own begins there.
	c := &clock{now: time.Now()}
	s, err := store.Open(t.Context(), store.Config{DSN: empty.DSN(t), Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	box, err := seal.New([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := login.New(login.Config{Store: s, Box: box, Now: c.Now, PlainHTTP: true})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, store: s, login: l, clock: c}
	pages, rest := w.mux(l.Guard), w.mux(l.GuardTokens)
	srv := httptest.NewServer(l.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" && r.Header.Get("X-Pages") == "" {
			rest.ServeHTTP(rw, r)
			return
		}
		pages.ServeHTTP(rw, r)
	})))
	t.Cleanup(func() {
		srv.Close()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	w.url = strings.Replace(srv.URL, "127.0.0.1", "localhost", 1) // passkeys are for names
	return w
}

// mux has a page for every verb of the room, as the console will: for browsers, or for tokens.
func (w *world) mux(guard httpd.Guard) *httpd.Mux {
	l := w.login
	m := httpd.NewMux(guard, func(rw http.ResponseWriter, _ *http.Request, err error) {
		status := map[access.Kind]int{access.KindInvalid: 422, access.KindNotFound: 404, access.KindConflict: 409,
			access.KindForbidden: 403, access.KindUnauthenticated: 401, access.KindUnavailable: 503}[access.KindOf(err)]
		var se *httpd.StatusError
		if errors.As(err, &se) {
			status = se.Status
		}
		if status == 0 {
			w.t.Errorf("internal error: %v", err)
			status = 500
		}
		http.Error(rw, access.TextOf(err), status)
	})
	say := func(rw http.ResponseWriter, s string) error {
		_, err := io.WriteString(rw, s)
		return err
	}
	m.Handle(httpd.Public(), "GET /form", func(rw http.ResponseWriter, r *http.Request) error { return say(rw, l.FormToken(r)) })
	m.Handle(httpd.Public(), "POST /set-up", func(rw http.ResponseWriter, r *http.Request) error {
		step, err := l.SetUp(rw, r, r.FormValue("token"), r.FormValue("name"), r.FormValue("password"))
		if err == nil && step == login.StepCode {
			return say(rw, "code?")
		}
		return err
	})
	m.Handle(httpd.Public(), "POST /sign-in", func(rw http.ResponseWriter, r *http.Request) error {
		step, err := l.SignIn(rw, r, r.FormValue("name"), r.FormValue("password"))
		if err == nil && step == login.StepCode {
			return say(rw, "code?")
		}
		return err
	})
	m.Handle(httpd.Public(), "POST /code", func(rw http.ResponseWriter, r *http.Request) error { return l.VerifyCode(rw, r, r.FormValue("code")) })
	m.Handle(httpd.Public(), "POST /sign-out", func(_ http.ResponseWriter, r *http.Request) error { return l.SignOut(r) })
	m.Handle(httpd.SignedIn(), "GET /me", func(rw http.ResponseWriter, r *http.Request) error { return say(rw, login.Actor(r).Name) })
	m.Handle(httpd.SignedIn(), "POST /password", func(_ http.ResponseWriter, r *http.Request) error {
		return l.ChangePassword(r.Context(), r.FormValue("old"), r.FormValue("new"))
	})
	m.Handle(httpd.SignedIn(), "POST /code/begin", func(rw http.ResponseWriter, r *http.Request) error {
		e, err := l.BeginOneTimeCode(r.Context(), r.FormValue("password"))
		if err != nil {
			return err
		}
		return say(rw, e.Seed)
	})
	m.Handle(httpd.SignedIn(), "POST /code/confirm", func(rw http.ResponseWriter, r *http.Request) error {
		codes, err := l.ConfirmOneTimeCode(r.Context(), r.FormValue("code"))
		if err != nil {
			return err
		}
		return say(rw, strings.Join(codes, " "))
	})
	m.Handle(httpd.SignedIn(), "POST /code/disable", func(_ http.ResponseWriter, r *http.Request) error {
		return l.DisableOneTimeCode(r.Context(), r.FormValue("password"))
	})
	m.Handle(httpd.SignedIn(), "GET /sessions", func(rw http.ResponseWriter, r *http.Request) error {
		list, err := l.Sessions(r.Context())
		if err != nil {
			return err
		}
		var ids []string
		for _, s := range list {
			if s.Current {
				ids = append(ids, "current:"+s.ID)
			} else {
				ids = append(ids, s.ID)
			}
		}
		return say(rw, strings.Join(ids, " "))
	})
	m.Handle(httpd.SignedIn(), "POST /sessions/revoke", func(_ http.ResponseWriter, r *http.Request) error {
		return l.RevokeSession(r.Context(), r.FormValue("id"))
	})
	m.Handle(httpd.Verb("manage-access"), "POST /tokens", func(rw http.ResponseWriter, r *http.Request) error {
		secret, err := l.CreateToken(r.Context(), login.NewToken{Name: r.FormValue("name"), Role: access.Role(r.FormValue("role"))})
		if err != nil {
			return err
		}
		return say(rw, secret)
	})
	m.Handle(httpd.SignedIn(), "POST /own-tokens", func(rw http.ResponseWriter, r *http.Request) error {
		secret, err := l.CreateToken(r.Context(), login.NewToken{Name: r.FormValue("name"), Role: access.Role(r.FormValue("role"))})
		if err != nil {
			return err
		}
		return say(rw, secret)
	})
	m.Handle(httpd.SignedIn(), "POST /own-tokens/revoke", func(_ http.ResponseWriter, r *http.Request) error {
		return l.RevokeToken(r.Context(), login.Actor(r), r.FormValue("id"))
	})
	m.Handle(httpd.Verb("view"), "GET /scope", func(rw http.ResponseWriter, r *http.Request) error {
		if s := login.Actor(r).Scope; s != nil {
			return say(rw, fmt.Sprint(s.Groups))
		}
		return say(rw, "all")
	})
	m.Handle(httpd.SignedIn(), "POST /passkey/begin", func(rw http.ResponseWriter, r *http.Request) error {
		options, err := l.BeginPasskey(r, r.FormValue("password"), r.FormValue("name"))
		if err != nil {
			return err
		}
		return say(rw, options)
	})
	m.Handle(httpd.SignedIn(), "POST /passkey/finish", func(rw http.ResponseWriter, r *http.Request) error {
		codes, err := l.FinishPasskey(r, r.FormValue("response"))
		if err != nil {
			return err
		}
		return say(rw, strings.Join(codes, " "))
	})
	m.Handle(httpd.SignedIn(), "POST /passkey/remove", func(_ http.ResponseWriter, r *http.Request) error {
		return l.RemovePasskey(r.Context(), r.FormValue("password"), r.FormValue("id"))
	})
	m.Handle(httpd.Public(), "GET /passkey/options", func(rw http.ResponseWriter, r *http.Request) error {
		options, err := l.SignInOptions(rw, r)
		if err != nil {
			return err
		}
		return say(rw, options)
	})
	m.Handle(httpd.Public(), "POST /passkey/sign-in", func(rw http.ResponseWriter, r *http.Request) error {
		return l.SignInWithPasskey(rw, r, r.FormValue("response"))
	})
	m.Handle(httpd.Public(), "GET /second", func(rw http.ResponseWriter, r *http.Request) error {
		_, options, err := l.SecondFactor(r)
		if err != nil {
			return err
		}
		return say(rw, options)
	})
	m.Handle(httpd.Public(), "POST /second/passkey", func(rw http.ResponseWriter, r *http.Request) error {
		return l.VerifyPasskey(rw, r, r.FormValue("response"))
	})
	m.Handle(httpd.Public(), "GET /sign-in/oidc", func(rw http.ResponseWriter, r *http.Request) error {
		to, err := l.BeginOIDC(rw, r, "/me")
		if err == nil {
			http.Redirect(rw, r, to, http.StatusSeeOther)
		}
		return err
	})
	m.Handle(httpd.Public(), "GET "+login.OIDCCallback, func(rw http.ResponseWriter, r *http.Request) error {
		next, err := l.FinishOIDC(rw, r)
		if err == nil {
			http.Redirect(rw, r, next, http.StatusSeeOther)
		}
		return err
	})
	m.Handle(httpd.Verb("view"), "GET /records", func(rw http.ResponseWriter, r *http.Request) error { return say(rw, login.Actor(r).Name) })
	m.Handle(httpd.Verb("block"), "POST /block", func(rw http.ResponseWriter, r *http.Request) error { return say(rw, "blocked by "+login.Actor(r).Name) })
	return m
}

// browser keeps cookies and sends form tokens, as a person's does.
type browser struct {
	w *world
	*http.Client
	header http.Header
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{w: w, Client: &http.Client{Jar: jar}, header: http.Header{}}
}

func (b *browser) do(method, path string, form url.Values) (int, string) {
	b.w.t.Helper()
	req, err := http.NewRequestWithContext(b.w.t.Context(), method, b.w.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.w.t.Fatal(err)
	}
	for k, v := range b.header {
		req.Header[k] = v
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := b.Do(req)
	if err != nil {
		b.w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return resp.StatusCode, strings.TrimSpace(string(body))
}

func (b *browser) get(path string) (int, string) {
	b.w.t.Helper()
	return b.do(http.MethodGet, path, nil)
}

// post fetches the form first, as a person would.
func (b *browser) post(path string, fields ...string) (int, string) {
	b.w.t.Helper()
	_, token := b.get("/form")
	form := url.Values{httpd.FormTokenField: {token}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return b.do(http.MethodPost, path, form)
}

func (b *browser) must(status int, path string, fields ...string) string {
	b.w.t.Helper()
	got, body := b.post(path, fields...)
	if got != status {
		b.w.t.Fatalf("POST %s: %d %s, want %d", path, got, body, status)
	}
	return body
}

// setUp makes the first administrator.
func (w *world) setUp() *browser {
	w.t.Helper()
	token, _, err := w.login.SetupLink(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	b := w.browser()
	b.must(200, "/set-up", "token", token, "name", "alice", "password", password)
	return b
}

func (w *world) signedIn() *browser {
	w.t.Helper()
	b := w.browser()
	b.must(200, "/sign-in", "name", "alice", "password", password)
	return b
}

// events lists the audit log, oldest first.
func (w *world) events() []string {
	w.t.Helper()
	list, _, err := w.store.ListAudit(w.t.Context(), store.AuditFilter{Limit: 500})
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Reverse(list)
	var out []string
	for _, e := range list {
		out = append(out, e.Event)
	}
	return out
}
