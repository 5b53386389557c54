// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/logkeys"
	"github.com/vedette-mail/vedette/internal/store"
)

type callerKey struct{}

// means is how a request says who it comes from. It is one or the other, never both.
type means int

const (
	unknown   means = iota // nobody has asked yet: outside Middleware
	byBrowser              // a session was loaded, of somebody signed in or of nobody
	byToken                // it came with something that may be an API token
)

// caller is who a request comes from, as far as that is known.
type caller struct {
	means         means
	actor         access.Actor
	administrator *store.Administrator // nil when nobody is signed in
	pending       string               // byBrowser: id of who owes the code
	owesFactor    bool                 // byBrowser: the role asks for a second factor that is not set up yet
	secret        []byte               // byBrowser: for the form token
	ends          time.Time            // byToken: zero: never
}

func callerOf(ctx context.Context) *caller {
	if c, ok := ctx.Value(callerKey{}).(*caller); ok {
		return c
	}
	return &caller{}
}

func hasSession(ctx context.Context) bool { return callerOf(ctx).means == byBrowser }

// Actor is who asks. Nobody signed in: the zero Actor, which may do nothing.
func Actor(r *http.Request) access.Actor { return ActorFrom(r.Context()) }

// ActorFrom is Actor for code that only has the context.
func ActorFrom(ctx context.Context) access.Actor { return callerOf(ctx).actor }

// IsSignedIn reports whether the request comes from somebody who is signed in, or from a valid token.
func IsSignedIn(r *http.Request) bool { return callerOf(r.Context()).actor.Role != "" }

// OwesCode reports whether the password was right and the one-time code is still to come.
func OwesCode(r *http.Request) bool { return callerOf(r.Context()).pending != "" }

// OwesFactor reports whether somebody is signed in whose role asks for a second factor, and who has yet to
// set it up. Until then only the own account is open.
func OwesFactor(r *http.Request) bool { return callerOf(r.Context()).owesFactor }

// FormToken is the token that every form of this request's page has to carry.
func (l *Login) FormToken(r *http.Request) string {
	return httpd.FormToken(callerOf(r.Context()).secret)
}

// BackgroundHeader marks requests that a page makes by itself. They do not keep a session from ending
// for want of a person; neither do server-sent events.
const BackgroundHeader = "X-Background"

func background(r *http.Request) bool {
	return r.Header.Get(BackgroundHeader) != "" || r.Header.Get("Accept") == "text/event-stream"
}

// Middleware finds out who is asking and keeps the session. It goes outside the mux whose Guard is
// Login.Guard.
func (l *Login) Middleware(next http.Handler) http.Handler {
	asBrowser := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(context.WithValue(r.Context(), callerKey{}, &caller{means: byBrowser}))
		l.serve(w, r, next)
	})
	saved := l.sessions.LoadAndSave(asBrowser)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case bearer(r) != "":
			r = r.WithContext(context.WithValue(r.Context(), callerKey{}, &caller{means: byToken}))
			l.serve(w, r, next)
		case background(r):
			var token string
			if c, err := r.Cookie(l.sessions.Cookie.Name); err == nil {
				token = c.Value
			}
			ctx, err := l.sessions.Load(r.Context(), token)
			if err != nil {
				l.sessions.ErrorFunc(w, r, err)
				return
			}
			asBrowser.ServeHTTP(w, r.WithContext(ctx))
		default:
			saved.ServeHTTP(w, r)
		}
	})
}

func (l *Login) serve(w http.ResponseWriter, r *http.Request, next http.Handler) {
	c := callerOf(r.Context())
	var err error
	if c.means == byToken {
		err = l.ofToken(r, c)
	} else {
		err = l.ofSession(r, c)
		l.formSecret(w, r, c)
	}
	if err != nil {
		l.sessions.ErrorFunc(w, r, err)
		return
	}
	if c.actor.Name != "" {
		httpd.Note(r.Context(), slog.String(logkeys.Actor, c.actor.Name))
	}
	next.ServeHTTP(w, r)
}

// ofSession fills in who is signed in. An administrator who is gone, disabled or changed since the
// sign-in is nobody.
func (l *Login) ofSession(r *http.Request, c *caller) error {
	ctx := r.Context()
	if until, err := strconv.ParseInt(l.session(ctx, keyPendingUntil), 10, 64); err == nil && l.now().Before(time.UnixMilli(until)) {
		c.pending = l.session(ctx, keyPending)
	}
	id := l.session(ctx, keyAdministrator)
	if id == "" {
		return nil
	}
	a, err := l.store.FindAdministrator(ctx, id)
	if access.KindOf(err) == access.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if a.Disabled || changedMark(a) != l.session(ctx, keyChanged) {
		return nil
	}
	c.administrator = a
	c.actor = actorOf(a, addrOf(r))
	c.actor.Session = store.SessionHash(l.sessions.Token(ctx))[:16]
	if minute := strconv.FormatInt(l.now().Truncate(time.Minute).UnixMilli(), 10); !background(r) && l.session(ctx, keySeen) != minute {
		l.sessions.Put(ctx, keySeen, minute)
	}
	if a.Source == "" && l.session(ctx, keyStrong) == "" {
		p, err := l.policy(ctx)
		if err != nil {
			return err
		}
		c.owesFactor = slices.Contains(p.SecondFactor, a.Role)
	}
	return nil
}

// actorOf is an administrator as everybody else knows him. A help desk without groups sees nothing.
func actorOf(a *store.Administrator, addr string) access.Actor {
	who := access.Actor{Name: a.Name, Person: a.ID, Role: a.Role, Addr: addr, Scope: a.Scope}
	if who.Role == access.RoleHelpDesk && who.Scope == nil {
		who.Scope = &access.Scope{}
	}
	return who
}

func changedMark(a *store.Administrator) string { return strconv.FormatInt(a.Changed.UnixMilli(), 10) }

// ofToken fills in whose token it is. It may never do more than its owner, and dies with him.
func (l *Login) ofToken(r *http.Request, c *caller) error {
	ctx := r.Context()
	t, err := l.store.FindToken(ctx, hashToken(bearer(r)))
	if access.KindOf(err) == access.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	a, err := l.store.FindAdministrator(ctx, t.Owner)
	if access.KindOf(err) == access.KindNotFound || err == nil && !l.speaksFor(a) {
		return nil
	}
	if err != nil {
		return err
	}
	who, ok := tokenActor(t, actorOf(a, addrOf(r)))
	if !ok {
		return nil
	}
	c.administrator, c.actor, c.ends = a, who, t.Expires
	if l.now().Sub(t.LastUsed) < time.Minute {
		return nil
	}
	if err := l.store.TokenUsed(ctx, t.ID); err != nil {
		httpd.Note(ctx, slog.String("token_used", err.Error())) // the request itself is none the worse
	}
	return nil
}

// OIDCTrust is for how long tokens of somebody who signs in with a provider speak after the last sign-in:
// the provider says only then that the person still belongs to the house.
const OIDCTrust = 14 * 24 * time.Hour

// speaksFor reports whether tokens may speak for an administrator now. For one whom a provider vouches for
// it takes a sign-in since the rights, or the setting they come from, last changed.
func (l *Login) speaksFor(a *store.Administrator) bool {
	if a.Disabled || a.Source == "" {
		return !a.Disabled
	}
	return !a.LastSignIn.Before(a.Changed) && l.now().Sub(a.LastSignIn) < OIDCTrust
}

// Again gives somebody who asked before as he is now: what was begun for him goes on with the rights he has
// left, and not at all when he is gone, disabled, or his token was revoked, which is Forbidden. The house is
// always itself.
func (l *Login) Again(ctx context.Context, who access.Actor) (access.Actor, error) {
	if who.Person == "" {
		return who, nil
	}
	gone := access.Forbidden("again", "Whoever began this may not do it any more.")
	a, err := l.store.FindAdministrator(ctx, who.Person)
	if access.KindOf(err) == access.KindNotFound || err == nil && a.Disabled {
		return who, gone
	}
	if err != nil {
		return who, err
	}
	if who.Token == "" {
		now := actorOf(a, who.Addr)
		now.Session = who.Session
		return now, nil
	}
	t, err := l.store.FindTokenByID(ctx, who.Token)
	if access.KindOf(err) == access.KindNotFound || err == nil && (t.Owner != a.ID || !l.speaksFor(a)) {
		return who, gone
	}
	if err != nil {
		return who, err
	}
	now, ok := tokenActor(t, actorOf(a, who.Addr))
	if !ok {
		return who, gone
	}
	return now, nil
}

// formSecret finds what the form token is derived from: the session's own secret once somebody has
// signed in, before that a cookie that nothing has to be stored for.
func (l *Login) formSecret(w http.ResponseWriter, r *http.Request, c *caller) {
	if s := l.session(r.Context(), keySecret); s != "" {
		c.secret = []byte(s)
		return
	}
	if k, err := r.Cookie(l.cookies.name("form")); err == nil && len(k.Value) >= 16 && len(k.Value) <= 64 {
		c.secret = []byte(k.Value)
		return
	}
	if httpd.Changes(r) {
		return
	}
	s := rand.Text()
	c.secret = []byte(s)
	http.SetCookie(w, l.cookies.make("form", s, 0))
}

// onlyByBrowser answers a token where a person has to be.
const onlyByBrowser = "A token cannot be used for this. Sign in with a browser."

// Guard lets a request through to the page it asks for, or says why not. It is the httpd.Guard of the mux
// of the pages, which are for people with browsers: whoever comes with a token is nobody there. What a
// token may not do through the API it could otherwise do through a form.
func (l *Login) Guard(_ http.ResponseWriter, r *http.Request, a httpd.Access) (*http.Request, error) {
	c := callerOf(r.Context())
	if c.means == byToken && (httpd.Changes(r) || !a.IsPublic()) {
		return nil, access.Forbidden("guard", onlyByBrowser)
	}
	if httpd.Changes(r) {
		var tooLong *http.MaxBytesError
		if err := r.ParseForm(); errors.As(err, &tooLong) {
			return nil, &httpd.StatusError{Status: http.StatusRequestEntityTooLarge, Text: "The request is too large."}
		}
		if !httpd.CheckFormToken(r, c.secret) {
			return nil, access.Forbidden("form token", "This form is too old or was not made for you. Load the page again and repeat what you did.")
		}
	}
	if a.IsPublic() {
		return r, nil
	}
	if c.owesFactor && !a.IsSignedIn() {
		return nil, access.Forbidden("second factor", "Your role asks for a second factor. Set one up in your account first.")
	}
	return r, mayPass(c, a)
}

// GuardTokens is the httpd.Guard of the mux of the API: it takes tokens only, so that no page of another
// site can make a browser call it.
func (l *Login) GuardTokens(_ http.ResponseWriter, r *http.Request, a httpd.Access) (*http.Request, error) {
	c := callerOf(r.Context())
	switch {
	case a.IsPublic():
		return r, nil
	case c.means != byToken:
		return nil, access.Unauthenticated("guard", "Send a valid API token.")
	case c.actor.Role != "" && a.IsSignedIn():
		return nil, access.Forbidden("guard", onlyByBrowser)
	}
	return r, mayPass(c, a)
}

// mayPass asks for somebody, and for his verb.
func mayPass(c *caller, a httpd.Access) error {
	if c.actor.Role == "" {
		return access.Unauthenticated("guard", "Sign in first.")
	}
	if v := a.VerbName(); v != "" {
		return c.actor.May(access.Verb(v))
	}
	return nil
}

func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	if token = strings.TrimSpace(token); token == "" {
		return "none"
	}
	return token
}

func addrOf(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
