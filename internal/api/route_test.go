// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/login"
)

// description is as much of OpenAPI as the tests look at.
type description struct {
	OpenAPI string `json:"openapi"`
	Paths   map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Summary     string `json:"summary"`
		Responses   map[string]struct {
			Content map[string]struct {
				Schema struct {
					Ref string `json:"$ref"`
				} `json:"schema"`
			} `json:"content"`
		} `json:"responses"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]struct {
			Properties map[string]any `json:"properties"`
		} `json:"schemas"`
	} `json:"components"`
	Security []map[string][]string `json:"security"`
}

func describe(t *testing.T, w *world) description {
	t.Helper()
	a := w.call("GET", api.Prefix+"/openapi.json", nil).want(200)
	if ct := a.Header.Get("Content-Type"); ct != "application/openapi+json" {
		t.Errorf("Content-Type = %q", ct)
	}
	var d description
	if err := json.Unmarshal(a.Body, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEveryRouteIsDescribedAndEveryDescriptionIsRouted(t *testing.T) {
	w := newWorld(t)
	d := describe(t, w)
	var routed, described []string
	for _, r := range w.server.Routes() {
		routed = append(routed, r.Method+" "+r.Path)
	}
	ids := map[string]bool{}
	for path, methods := range d.Paths {
		for method, op := range methods {
			described = append(described, strings.ToUpper(method)+" "+api.Prefix+path)
			if op.Summary == "" || op.OperationID == "" || ids[op.OperationID] {
				t.Errorf("%s %s has no name or summary of its own: %+v", method, path, op)
			}
			ids[op.OperationID] = true
			for _, status := range []string{"401", "403"} {
				if got := op.Responses[status].Content["application/problem+json"].Schema.Ref; got != "#/components/schemas/Problem" {
					t.Errorf("%s %s describes its %s as %q", method, path, status, got)
				}
			}
		}
	}
	slices.Sort(routed)
	slices.Sort(described)
	if diff := cmp.Diff(routed, described); diff != "" {
		t.Errorf("routes (-) and description (+) differ:\n%s", diff)
	}
	for _, r := range roleTable() { // a second list, written by hand
		if !slices.Contains(routed, r.method+" "+api.Prefix+r.path) {
			t.Errorf("%s %s is missing", r.method, r.path)
		}
	}
	if len(d.Security) != 1 || d.OpenAPI != "3.1.0" {
		t.Errorf("OpenAPI %s with security %v", d.OpenAPI, d.Security)
	}
}

func TestNamesAreInSnakeCase(t *testing.T) {
	w := newWorld(t)
	for name, s := range describe(t, w).Components.Schemas {
		if len(s.Properties) == 0 {
			t.Errorf("%s has no properties", name)
		}
		for p := range s.Properties {
			if p != strings.ToLower(p) || strings.ContainsAny(p, "- ") {
				t.Errorf("%s.%s is not in snake_case", name, p)
			}
		}
	}
}

func TestNobodyWithoutATokenComesIn(t *testing.T) {
	w := newWorld(t)
	gone, err := w.login.CreateTokenFor(t.Context(), login.House(), "ada", login.NewToken{Name: "gone", Role: access.RoleAdministrator})
	if err != nil {
		t.Fatal(err)
	}
	revoke(t, w, "gone")
	callers := []struct{ name, header, value string }{
		{"nobody", "Authorization", ""},
		{"a token that never was", "Authorization", "Bearer vdt_AAAAAAAAAAAAAAAAAAAAAAAAAA"},
		{"a revoked token", "Authorization", "Bearer " + gone},
		{"an empty token", "Authorization", "Bearer "},
		{"a token in another scheme", "Authorization", "Basic " + w.root},
	}
	paths := []struct{ method, path string }{{"GET", "/nothing"}, {"GET", ""}, {"PATCH", "/preferences"}, {"OPTIONS", "/associations"},
		{"HEAD", "/associations"}, {"POST", "/associations/../preferences"}, {"GET", "//audit"}}
	for _, r := range w.server.Routes() {
		paths = append(paths, struct{ method, path string }{r.Method, strings.NewReplacer(api.Prefix, "", "{id}", "x", "{name}", "x").Replace(r.Path)})
	}
	for _, c := range callers {
		for _, p := range paths {
			t.Run(c.name+" "+p.method+" "+p.path, func(t *testing.T) {
				// The body is broken: it must not matter, since nobody reads it.
				a := w.call(p.method, api.Prefix+p.path, "{", c.header, c.value)
				a.t = t
				a.want(http.StatusUnauthorized)
				if !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Bearer") {
					t.Errorf("WWW-Authenticate = %q", a.Header.Get("WWW-Authenticate"))
				}
			})
		}
	}
}

func revoke(t *testing.T, w *world, name string) {
	t.Helper()
	list, err := w.login.ListTokens(t.Context(), login.House())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range list {
		if k.Name == name {
			if err := w.login.RevokeToken(t.Context(), login.House(), k.ID); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatalf("there is no token %s", name)
}

func TestABrowsersSessionOpensNothing(t *testing.T) {
	w := newWorld(t)
	var cookies []*http.Cookie
	signIn := w.login.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if _, err := w.login.SignIn(rw, r, "ada", password); err != nil {
			t.Error(err)
		}
	}))
	rec := httptest.NewRecorder()
	signIn.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "POST", "/sign-in", nil))
	cookies = rec.Result().Cookies()

	ask := func(h http.Handler) int {
		r := httptest.NewRequestWithContext(t.Context(), "GET", api.Prefix+"/dashboard", nil)
		for _, c := range cookies {
			r.AddCookie(c)
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec.Code
	}
	signedIn := false
	ask(w.login.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { signedIn = login.IsSignedIn(r) })))
	if !signedIn {
		t.Fatal("the sign-in did not work, so the test would prove nothing")
	}
	if got := ask(w.handler); got != http.StatusUnauthorized {
		t.Errorf("status %d with a session cookie, want 401", got)
	}
	if got := w.call("GET", api.Prefix+"/dashboard", nil); got.Status != 200 {
		t.Errorf("status %d with a token", got.Status)
	}
}

func TestAServerOutsideTheMiddlewareIsClosed(t *testing.T) {
	w := newWorld(t)
	w.handler = w.server
	if a := w.call("GET", api.Prefix+"/dashboard", nil); a.Status != http.StatusUnauthorized {
		t.Errorf("status %d, want 401", a.Status)
	}
}

func TestWhatIsNotThereIsAProblemToo(t *testing.T) {
	w := newWorld(t)
	w.call("GET", api.Prefix+"/nothing", nil).want(404)
	if a := w.call("POST", api.Prefix+"/dashboard", nil).want(405); !strings.Contains(a.Header.Get("Allow"), "GET") {
		t.Errorf("Allow = %q", a.Header.Get("Allow"))
	}
	w.call("POST", api.Prefix+"/preferences/preview", nil, "Sec-Fetch-Site", "cross-site").want(403)
	w.call("GET", api.Prefix+"/associations?serach=x", nil).want(422)
	w.call("GET", api.Prefix+"/associations?limit=501", nil).want(422)
	w.call("GET", api.Prefix+"/associations?sort=password", nil).want(422)
	w.call("GET", api.Prefix+"/associations?cursor=%00%ff", nil).want(422)
	w.call("GET", api.Prefix+"/audit?cursor=x", nil).want(422)
	w.call("GET", api.Prefix+"/audit?since=yesterday", nil).want(422)
	a := w.call("POST", api.Prefix+"/preferences/preview", `{"settings": {"secret word": 1}}`).want(422)
	if p := a.problem(); len(p.Errors) == 0 || strings.Contains(string(a.Body), "secret word\": 1") {
		t.Errorf("the problem names no mistake or repeats the request: %s", a.Body)
	}
	w.call("POST", api.Prefix+"/preferences/preview", `{"settings": `).want(400)
	w.call("POST", api.Prefix+"/preferences/preview", "a=b", "Content-Type", "text/plain").want(415)
}

// TestEveryRouteLetsInExactlyTheRolesOfItsVerb walks every route with a token of every role.
func TestEveryRouteLetsInExactlyTheRolesOfItsVerb(t *testing.T) {
	for _, role := range access.Roles() {
		t.Run(string(role), func(t *testing.T) {
			w := newWorld(t)
			ask := login.NewToken{Name: "walk", Role: role}
			who := access.Actor{Role: role}
			if role == access.RoleHelpDesk {
				who.Scope = &access.Scope{}
			}
			token, err := w.login.CreateTokenFor(t.Context(), login.House(), "ada", ask)
			if err != nil {
				t.Fatal(err)
			}
			only, err := w.login.CreateTokenFor(t.Context(), login.House(), "ada", login.NewToken{Name: "one verb", Role: role, Verbs: []access.Verb{access.VerbView}})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range w.server.Routes() {
				verb := access.Verb(r.Access.VerbName())
				if verb == "" {
					t.Errorf("%s asks for no verb", r.Pattern)
					continue
				}
				path := strings.NewReplacer("{id}", "x", "{name}", "x").Replace(r.Path)
				for key, may := range map[string]bool{token: who.May(verb) == nil, only: who.May(verb) == nil && verb == access.VerbView} {
					switch {
					case !may:
						a := w.call(r.Method, path, nil, "Authorization", "Bearer "+key)
						a.t = t
						a.want(http.StatusForbidden)
					case r.Method == http.MethodGet && !strings.HasSuffix(path, "/events"): // a stream does not end
						if a := w.call(r.Method, path, nil, "Authorization", "Bearer "+key); a.Status == http.StatusForbidden {
							t.Errorf("%s (%s) as %s: 403", r.Pattern, verb, role)
						}
					}
				}
			}
		})
	}
}
