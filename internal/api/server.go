// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// Prefix is where every path of the API begins.
const Prefix = "/api/v1"

// Config is what the room needs to do its work.
type Config struct {
	Admin *admin.Admin
	Login *login.Login
	Feed  Feed // for the events stream; nil: there is none
	// Settings are what is set on the pages under Settings; nil: there are no routes for them.
	Settings *admin.Settings
	Logger   *slog.Logger
	Version  string // of the product, for the description; empty: unknown
}

// Server answers for everything below Prefix, and for what is asked for beside it. It has to stand inside
// Login.Middleware: without it every request is refused.
type Server struct {
	admin    *admin.Admin
	settings *admin.Settings
	login    *login.Login
	feed     Feed
	beat     time.Duration
	streams  streams
	log      *slog.Logger
	mux      *httpd.Mux
	api      huma.API
}

// New registers every route.
func New(c Config) (*Server, error) {
	if c.Admin == nil || c.Login == nil {
		return nil, access.Invalid("api", "Admin and login are needed.")
	}
	s := &Server{admin: c.Admin, settings: c.Settings, login: c.Login, feed: c.Feed, beat: beatEvery, log: c.Logger}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	s.mux = httpd.NewMux(c.Login.GuardTokens, s.Answer)
	s.api = huma.NewAPI(describe(c.Version), &adapter{s.mux})
	s.mountAssociations()
	s.mountAssign()
	s.mountPolicies()
	s.mountWipes()
	s.mountRules()
	s.mountDevices()
	s.mountUsers()
	s.mountAccounts()
	s.mountOverrides()
	s.mountExports()
	s.mountImports()
	s.mountExpected()
	s.mountSearch()
	s.mountPreviews()
	s.mountEvents()
	if s.settings != nil {
		s.mountSettings()
		s.mountPersonalData()
	}
	s.mountAccess()
	s.mountJobs()
	s.mountPreferences()
	s.mountReads()
	s.mountDescription()
	describeFailures(s.api.OpenAPI())
	return s, nil
}

// ServeHTTP asks who calls before anything of the request is looked at, its path included: whoever has
// no token does not even learn which paths there are.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !hasBearer(r) || !login.IsSignedIn(r) {
		s.Answer(w, r, access.Unauthenticated("api", "Send a valid API token: Authorization: Bearer vdt_…"))
		return
	}
	s.mux.ServeHTTP(w, r)
}

// hasBearer reports whether the request means to come with a token. Login.Middleware looks at nothing
// else then, so that whoever is signed in afterwards is so by the token and not by a browser's cookie.
func hasBearer(r *http.Request) bool {
	scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "bearer")
}

// Routes lists every route, for the test that walks them.
func (s *Server) Routes() []httpd.Route { return s.mux.Routes() }

// adapter registers the operations of the description on our own mux, which asks Login.GuardTokens about the
// verb before anything of the request is parsed. An operation without a verb lets nobody in.
type adapter struct{ mux *httpd.Mux }

// verbKey is where an operation keeps the verb it needs, anyKey where it keeps several of which one will do.
const (
	verbKey = "verb"
	anyKey  = "any"
)

// verbsExtension names, in the description, the verb an operation needs, or several of which the one that
// is meant is asked for.
const verbsExtension = "x-verbs"

func (a *adapter) Handle(op *huma.Operation, h func(huma.Context)) {
	var need httpd.Access
	if v, ok := op.Metadata[verbKey].(access.Verb); ok {
		need = httpd.Verb(string(v))
	}
	anyOf, _ := op.Metadata[anyKey].([]access.Verb)
	a.mux.Handle(need, op.Method+" "+Prefix+op.Path, func(w http.ResponseWriter, r *http.Request) error {
		if err := mayAny(login.Actor(r), anyOf); err != nil {
			return err
		}
		h(humago.NewContext(op, r, w))
		return nil
	})
}

// mayAny asks for one of the verbs; none asks for nothing.
func mayAny(who access.Actor, verbs []access.Verb) (err error) {
	for _, v := range verbs {
		if err = who.May(v); err == nil {
			return nil
		}
	}
	return err
}

func (a *adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// handle registers h for an operation that needs a verb. Errors of h become problems.
func handle[I, O any](s *Server, verb access.Verb, op huma.Operation, h func(ctx context.Context, who access.Actor, in *I) (*O, error)) {
	if op.Metadata == nil {
		op.Metadata = map[string]any{}
	}
	op.Metadata[verbKey] = verb
	if op.Extensions == nil {
		op.Extensions = map[string]any{verbsExtension: []access.Verb{verb}}
	}
	op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden)
	if op.Method != http.MethodGet && op.Method != http.MethodDelete {
		op.Errors = append(op.Errors, http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType)
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, login.ActorFrom(ctx), in)
		if err != nil {
			return nil, problemOf(ctx, err)
		}
		return out, nil
	})
}

// handleAny registers h for an operation whose verb is only known once its body is read, which is after the
// door: whoever may do one of the verbs, and look, comes in, and admin asks for the one that is meant.
func handleAny[I, O any](s *Server, verbs []access.Verb, op huma.Operation, h func(ctx context.Context, who access.Actor, in *I) (*O, error)) {
	op.Metadata, op.Extensions = map[string]any{anyKey: verbs}, map[string]any{verbsExtension: verbs}
	handle(s, access.VerbView, op, h)
}

// formats are what bodies are written in: JSON, with the characters escaped that could make a browser
// take it for a page.
func formats() map[string]huma.Format {
	f := huma.Format{
		Marshal:   func(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) },
		Unmarshal: json.Unmarshal,
	}
	return map[string]huma.Format{"application/json": f, "json": f}
}
