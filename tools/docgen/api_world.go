// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/seal"
	"github.com/vedette-mail/vedette/internal/snapshot"
	"github.com/vedette-mail/vedette/internal/store"
)

// apiWorld is a console without pages, with a few phones, in which the examples of the reference happen.
// Its clock moves on a second with every example, so that they come out the same every time.
type apiWorld struct {
	store   *store.Store
	admin   *admin.Admin
	rest    *api.Server
	handler http.Handler
	token   string
	now     time.Time
	close   func() error
}

func newAPIWorld(ctx context.Context) (w *apiWorld, err error) {
	dir, err := os.MkdirTemp("", "docgen-")
	if err != nil {
		return nil, err
	}
	w = &apiWorld{now: time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC), close: func() error { return os.RemoveAll(dir) }}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	clock := func() time.Time { return w.now }
	if w.store, err = store.Open(ctx, store.Config{DSN: "sqlite:" + filepath.Join(dir, "console.db"), Now: clock}); err != nil {
		return nil, err
	}
	w.close = func() error { return errors.Join(w.store.Close(), os.RemoveAll(dir)) }
	box, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		return nil, err
	}
	adm, err := admin.New(admin.Config{Store: w.store, Now: clock, Snapshot: func() admin.Snapshot { return w.look(ctx) }})
	if err != nil {
		return nil, err
	}
	sign, err := login.New(login.Config{Store: w.store, Box: box, Now: clock})
	if err != nil {
		return nil, err
	}
	settings, err := admin.NewSettings(admin.SettingsConfig{Admin: adm, Box: box})
	if err != nil {
		return nil, err
	}
	w.admin = adm
	// The version is that of the API, not of a build: this file must not change with every commit.
	if w.rest, err = api.New(api.Config{Admin: adm, Login: sign, Feed: w.store, Settings: settings, Version: "v1"}); err != nil {
		return nil, err
	}
	w.handler = httpd.Events(slog.New(slog.DiscardHandler), sign.Middleware(httpd.LimitBodyBy(w.rest.BodyLimit, w.rest.Answer, w.rest)))
	if err := sign.CreateAdministrator(ctx, login.House(), "ada", "correct horse battery staple", access.RoleAdministrator); err != nil {
		return nil, err
	}
	if w.token, err = sign.CreateTokenFor(ctx, login.House(), "ada", login.NewToken{Name: "script", Role: access.RoleAdministrator}); err != nil {
		return nil, err
	}
	return w, w.colleague(ctx, sign)
}

// colleague is somebody with a token, who is signed in: the session is written down as login writes it, since
// one that is begun goes by the machine's clock.
func (w *apiWorld) colleague(ctx context.Context, sign *login.Login) error {
	if err := sign.CreateAdministrator(ctx, login.House(), "bea", "correct horse battery staple", access.RoleAuditor); err != nil {
		return err
	}
	if _, err := sign.CreateTokenFor(ctx, login.House(), "bea", login.NewToken{Name: "report", Role: access.RoleAuditor}); err != nil {
		return err
	}
	all, err := sign.ListAdministrators(ctx, login.House())
	if err != nil {
		return err
	}
	bea, ends, now := all[1], w.now.Add(12*time.Hour), strconv.FormatInt(w.now.UnixMilli(), 10)
	text, err := json.Marshal(map[string]any{"deadline": ends, "values": map[string]string{"administrator": bea.ID, "changed": strconv.FormatInt(bea.Version, 10),
		"since": now, "seen": now, "addr": "192.0.2.7", "agent": "Mozilla/5.0", "strong": "1"}})
	if err != nil {
		return err
	}
	return w.store.Sessions().CommitCtx(ctx, "a session of bea", text, ends)
}

// look is what gateways would decide from now.
func (w *apiWorld) look(ctx context.Context) *snapshot.View {
	v, at := snapshot.Empty(), access.Position{}
	for more := true; more; {
		b, err := w.store.ChangesSince(ctx, at, 500)
		if err != nil {
			return snapshot.Empty() // the example that asks will fail by its words
		}
		v, at, more = v.Apply(b), b.Position, b.More
	}
	return v
}

// phones come before the examples begin.
func (w *apiWorld) phones(ctx context.Context) (ids []string, err error) {
	err = w.store.WithTx(ctx, func(tx *store.Tx) error {
		ids = nil
		for i, p := range [][4]string{{"ana", "APPLF17KQ1ABCDEF", "iPhone 15", "iOS"}, {"ana", "SEC1A2B3C4D5E6F7", "Galaxy S24", "Android"},
			{"bob", "APPLDMPQ2ABCDEFG", "iPad Air", "iPadOS"}, {"a.vidal", "APPLF17KQ1ABCDEF", "iPhone 15", "iOS"}} {
			a := &access.Association{Record: access.Record{Domain: access.Standalone, Pair: access.Pair{Realm: "lab.example", Account: p[0], Device: p[1]}},
				User: p[0] + "@lab.example", RawDevice: p[1], Model: p[2], OS: p[3], Mailbox: p[0] + "@lab.example", Backend: "mail",
				FirstSync: w.now.Add(-time.Duration(30-i) * 24 * time.Hour), LastSync: w.now.Add(-time.Duration(i) * time.Minute)}
			if err := tx.CreateAssociation(a); err != nil {
				return err
			}
			ids = append(ids, string(a.ID))
		}
		return nil
	})
	return ids, err
}

// work carries out the jobs that wait, and the look at all records that a rule asks for.
func (w *apiWorld) work(ctx context.Context) error {
	run, stop := context.WithTimeout(ctx, time.Minute)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.admin.Run(run) // always the context's own error
	}()
	defer func() { stop(); <-done }()
	for {
		list, err := w.admin.ListJobs(ctx, login.House(), 100)
		if err != nil {
			return err
		}
		rules, err := w.admin.ListRules(ctx, login.House())
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(list, func(j admin.Job) bool { return !j.Over() }) &&
			!slices.ContainsFunc(rules, func(r admin.RuleRow) bool { return r.Walk.On }) {
			return nil
		}
		select {
		case <-time.After(20 * time.Millisecond): // jobs have no hook to wait on
		case <-run.Done():
			return errors.New("the jobs do not end")
		}
	}
}

// ask carries out one example.
func (w *apiWorld) ask(ctx context.Context, method, path string, headers [][2]string, body string) (status int, header http.Header, text []byte, err error) {
	w.now = w.now.Add(time.Second)
	if path == "/events" {
		return w.listen(ctx, headers)
	}
	var in io.Reader
	if body != "" {
		in = strings.NewReader(body)
	}
	r := w.request(ctx, method, api.Prefix+path, in, headers)
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	return rec.Code, rec.Header(), rec.Body.Bytes(), nil
}

func (w *apiWorld) request(ctx context.Context, method, url string, in io.Reader, headers [][2]string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, method, url, in)
	r.Header.Set("Authorization", "Bearer "+w.token)
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		r.Header.Set(h[0], h[1])
	}
	return r
}

// listen reads the stream's first event, over a connection of its own.
func (w *apiWorld) listen(ctx context.Context, headers [][2]string) (int, http.Header, []byte, error) {
	srv := httptest.NewServer(w.handler)
	defer srv.Close()
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	r := w.request(ctx, http.MethodGet, srv.URL+api.Prefix+"/events", nil, headers)
	r.RequestURI = ""
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, nil, err
	}
	defer a.Body.Close()
	var text []byte
	for buf := make([]byte, 4096); bytes.Count(text, []byte("\n\n")) < 2; {
		n, err := a.Body.Read(buf)
		text = append(text, buf[:n]...)
		if err != nil {
			return 0, nil, nil, fmt.Errorf("the stream has ended: %w", err)
		}
	}
	return a.StatusCode, a.Header, text, nil
}
