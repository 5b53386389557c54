// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd

import (
	"net/http"
	"slices"
	"strings"
)

// Access says what a route asks of whoever calls it. The zero value lets nobody in.
type Access struct {
	kind string
	verb string
}

// Public lets everybody in: the sign-in page, assets, health.
func Public() Access { return Access{kind: "public"} }

// SignedIn lets in whoever is signed in, whatever the role: one's own account.
func SignedIn() Access { return Access{kind: "signed-in"} }

// Verb lets in whoever is signed in with a role that covers the verb. The verb itself checks again, in
// its transaction; this is the outer door.
func Verb(verb string) Access { return Access{kind: "verb", verb: verb} }

// IsPublic reports whether everybody may come in.
func (a Access) IsPublic() bool { return a.kind == "public" }

// IsSignedIn reports whether signing in is all it takes.
func (a Access) IsSignedIn() bool { return a.kind == "signed-in" }

// VerbName is the verb a role has to cover, or "".
func (a Access) VerbName() string { return a.verb }

// String names the access as the list of routes shows it.
func (a Access) String() string {
	switch {
	case a.kind == "":
		return "nobody"
	case a.verb != "":
		return a.verb
	}
	return a.kind
}

// Route is one line of the list of routes.
type Route struct {
	Method  string
	Path    string
	Access  Access
	Pattern string // method and path, as http.ServeMux knows it
}

// Guard says who is asking and whether a may let them in. It gives the request on (with the caller in
// its context) or an error, which is answered as a handler's error is. It is called for every route,
// public ones too, since a public page may want to know who looks at it.
type Guard func(w http.ResponseWriter, r *http.Request, a Access) (*http.Request, error)

// Mux is a ServeMux on which nothing can be registered without saying who may come in, and whose routes
// can be listed. Requests that change something and come from another site are refused before the guard.
type Mux struct {
	mux    *http.ServeMux
	guard  Guard
	answer ErrorAnswer
	origin *http.CrossOriginProtection
	routes []Route
}

// NewMux makes a mux that answers errors with answer and asks guard who may come in.
func NewMux(guard Guard, answer ErrorAnswer) *Mux {
	return &Mux{mux: http.NewServeMux(), guard: guard, answer: answer, origin: http.NewCrossOriginProtection()}
}

// Handle registers h for a pattern with a method, such as "POST /activesync/{id}/block". Like
// http.ServeMux it panics on a pattern that is malformed or taken: that is a mistake in the program.
func (m *Mux) Handle(a Access, pattern string, h Handler) {
	method, path, found := strings.Cut(pattern, " ")
	if !found {
		method, path = "", pattern
	}
	m.routes = append(m.routes, Route{Method: method, Path: path, Access: a, Pattern: pattern})
	m.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		noteRoute(r.Context(), pattern)
		if err := m.origin.Check(r); err != nil {
			m.answer(w, r, &StatusError{Status: http.StatusForbidden, Text: "This form was sent from another site."})
			return
		}
		if a.kind == "" {
			m.answer(w, r, &StatusError{Status: http.StatusForbidden, Text: "Nobody may come in here."})
			return
		}
		in, err := m.guard(w, r, a)
		if err != nil {
			m.answer(w, r, err) // a guard that refuses has no request to give on
			return
		}
		if err := h(w, in); err != nil {
			m.answer(w, in, err)
		}
	})
}

// Routes lists every route in the order of registration, for the test that walks them.
func (m *Mux) Routes() []Route { return slices.Clone(m.routes) }

// ServeHTTP answers r. What no route answers goes through the error answer too, as a StatusError of
// 404 or 405, so that it looks like every other error page.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h, pattern := m.mux.Handler(r)
	if pattern != "" {
		m.mux.ServeHTTP(w, r)
		return
	}
	// The ServeMux's own answer is only asked for its status and the Allow header.
	p := &probe{header: http.Header{}}
	h.ServeHTTP(p, r)
	if p.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", p.header.Get("Allow"))
		m.answer(w, r, &StatusError{Status: http.StatusMethodNotAllowed, Text: "This page cannot be used that way."})
		return
	}
	m.answer(w, r, &StatusError{Status: http.StatusNotFound, Text: "There is no such page."})
}

// probe is a ResponseWriter that keeps status and header of an answer and drops the rest.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }
