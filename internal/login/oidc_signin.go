// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
	"golang.org/x/oauth2"
)

// OIDCCallback is the path to which the provider sends people back.
const OIDCCallback = "/sign-in/oidc/callback"

// purposeOIDC binds the sealed cookie of a sign-in that is under way elsewhere.
const purposeOIDC = "OpenID Connect sign-in"

const (
	oidcPatience = 15 * time.Second // for one answer of the provider
	oidcFresh    = 10 * time.Minute // how long what it says of itself is believed
	oidcAnswer   = 1 << 20          // bytes of an answer that are read
)

// oidcCache keeps what a provider has last said of itself.
type oidcCache struct {
	mu       sync.Mutex
	issuer   string
	at       time.Time
	provider *oidc.Provider
}

// underWay is what has to be remembered while somebody is at the provider.
type underWay struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"` // of PKCE
	Next     string `json:"next"`
	Redirect string `json:"redirect"`
	Until    int64  `json:"until"`
}

// OIDCButton is what the sign-in page calls the provider; empty: there is none.
func (l *Login) OIDCButton(ctx context.Context) (string, error) {
	var o OIDC
	_, err := l.store.Setting(ctx, SettingOIDC, &o)
	if o.Issuer == "" || err != nil {
		return "", err
	}
	if o.Button != "" {
		return o.Button, nil
	}
	u, err := url.Parse(o.Issuer)
	if err != nil {
		return "", err
	}
	return u.Host, nil
}

// client is the console as the provider knows it.
type client struct {
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
	set      OIDC
}

func (l *Login) client(ctx context.Context, redirect string) (*client, error) {
	c := &client{}
	st, err := l.store.Setting(ctx, SettingOIDC, &c.set)
	if err != nil {
		return nil, err
	}
	if c.set.Issuer == "" {
		return nil, access.NotFound("sign-in", "Nobody signs in elsewhere here.")
	}
	provider, err := l.provider(ctx, c.set.Issuer)
	if err != nil {
		return nil, access.Unavailable("sign-in", "The provider does not answer. Sign in with a password, or try again later.", err)
	}
	c.oauth = oauth2.Config{ClientID: c.set.ClientID, Endpoint: provider.Endpoint(), RedirectURL: redirect,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}
	if st.Sealed != "" {
		secret, err := l.box.Open(purposeSecret, st.Sealed)
		if err != nil {
			return nil, access.Unavailable("sign-in", "The secret of the provider cannot be read with this key. An administrator has to enter it anew.", err)
		}
		c.oauth.ClientSecret = string(secret)
	}
	c.verifier = provider.Verifier(&oidc.Config{ClientID: c.set.ClientID, Now: l.now})
	return c, nil
}

// outside is the way to the provider: no redirects to other places, and not for ever.
func outside() *http.Client {
	return &http.Client{Timeout: oidcPatience, Transport: http.DefaultTransport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (l *Login) provider(ctx context.Context, issuer string) (*oidc.Provider, error) {
	l.oidc.mu.Lock()
	defer l.oidc.mu.Unlock()
	if l.oidc.issuer == issuer && l.now().Sub(l.oidc.at).Abs() < oidcFresh {
		return l.oidc.provider, nil
	}
	// The provider keeps its context for fetching keys later, so it must not be that of one request.
	p, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), outside()), issuer)
	if err != nil {
		return nil, err
	}
	l.oidc.issuer, l.oidc.at, l.oidc.provider = issuer, l.now(), p
	return p, nil
}

// BeginOIDC gives the address to send a browser to. next is where to go afterwards.
func (l *Login) BeginOIDC(w http.ResponseWriter, r *http.Request, next string) (address string, err error) {
	scheme := "https://"
	if l.cookies.plain {
		scheme = "http://"
	}
	// The provider only sends people back to addresses it has been told, so a wrong Host leads nowhere.
	u := underWay{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: next,
		Redirect: scheme + r.Host + OIDCCallback, Until: l.now().Add(2 * pendingAge).UnixMilli()}
	c, err := l.client(r.Context(), u.Redirect)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(u)
	if err != nil {
		return "", err
	}
	http.SetCookie(w, l.cookies.make("oidc", l.box.Seal(purposeOIDC, b), 2*pendingAge))
	return c.oauth.AuthCodeURL(u.State, oidc.Nonce(u.Nonce), oauth2.S256ChallengeOption(u.Verifier)), nil
}

// claims are what an ID token says of a person.
type claims struct {
	Subject string `json:"sub"`
	Nonce   string `json:"nonce"`
	Name    string `json:"preferred_username"`
	Email   string `json:"email"`
	groups  []string
}

const refusedElsewhere = "The provider did not let you in, or the answer was not for this browser. Try again."

// FinishOIDC signs in whoever comes back from the provider, and gives where to go.
func (l *Login) FinishOIDC(w http.ResponseWriter, r *http.Request) (next string, err error) {
	ctx, addr := r.Context(), addrOf(r)
	keys := []throttleKey{{"oidc\x00" + network(addr), networkFree, longestWait}}
	if err := l.mustWait(ctx, keys, "", addr); err != nil {
		return "", err
	}
	refuse := func(why string) error {
		l.failed(ctx, "", addr, "OpenID Connect: "+why)
		return access.Unauthenticated("sign-in", refusedElsewhere)
	}
	var u underWay
	if c, cerr := r.Cookie(l.cookies.name("oidc")); cerr == nil {
		if b, oerr := l.box.Open(purposeOIDC, c.Value); oerr != nil || json.Unmarshal(b, &u) != nil {
			u = underWay{}
		}
	}
	http.SetCookie(w, l.cookies.make("oidc", "", -time.Second))
	q := r.URL.Query()
	if u.State == "" || !l.now().Before(time.UnixMilli(u.Until)) || subtle.ConstantTimeCompare([]byte(u.State), []byte(q.Get("state"))) != 1 {
		return "", refuse("the answer does not belong to a question of this browser")
	}
	if q.Get("error") != "" || q.Get("code") == "" {
		return "", refuse("the provider refused")
	}
	c, err := l.client(ctx, u.Redirect)
	if err != nil {
		return "", err
	}
	if iss := q.Get("iss"); iss != "" && iss != c.set.Issuer { // [RFC 9207] 2.4
		return "", refuse("the answer comes from another provider")
	}
	who, err := c.redeem(ctx, q.Get("code"), u)
	if err != nil {
		return "", refuse(err.Error())
	}
	a, err := l.arrive(ctx, c.set, who, addr)
	if err != nil {
		return "", err
	}
	l.throttle.succeeded(keys)
	return u.Next, l.enter(w, r, a, "OpenID Connect", true)
}

// refusal is why an answer was not believed, in words for the audit log.
type refusal string

func (r refusal) Error() string { return string(r) }

// redeem turns the code into what the provider says of the person.
func (c *client) redeem(ctx context.Context, code string, u underWay) (*claims, error) {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, outside()), oidcPatience)
	defer cancel()
	token, err := c.oauth.Exchange(ctx, code, oauth2.VerifierOption(u.Verifier))
	if err != nil {
		return nil, refusal("the code was not redeemed")
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok || len(raw) > oidcAnswer {
		return nil, refusal("there was no ID token")
	}
	id, err := c.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, refusal("the ID token is not valid")
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(u.Nonce)) != 1 {
		return nil, refusal("the ID token is not for this sign-in")
	}
	who := &claims{}
	rest := map[string]json.RawMessage{}
	if id.Claims(who) != nil || id.Claims(&rest) != nil || who.Subject == "" || len(who.Subject) > 255 {
		return nil, refusal("the ID token cannot be read")
	}
	claim := c.set.Claim
	if claim == "" {
		claim = "groups"
	}
	var one string
	if json.Unmarshal(rest[claim], &who.groups) != nil && json.Unmarshal(rest[claim], &one) == nil {
		who.groups = []string{one}
	}
	return who, nil
}

// arrive finds or makes the administrator whom the provider vouches for, with the role that his groups give
// him now. A local administrator of the same name is somebody else.
func (l *Login) arrive(ctx context.Context, set OIDC, who *claims, addr string) (*store.Administrator, error) {
	m, ok := set.fits(who.groups)
	if !ok {
		if err := l.strip(ctx, set.Issuer+" "+who.Subject, addr); err != nil {
			return nil, err
		}
		l.failed(ctx, "", addr, "OpenID Connect: no group of "+clipName(who.label())+" has a role")
		return nil, access.Unauthenticated("sign-in", "You are known, but none of your groups has a role here.")
	}
	var a *store.Administrator
	err := l.store.WithTx(ctx, func(tx *store.Tx) (err error) {
		subject := set.Issuer + " " + who.Subject
		a, err = tx.FindAdministratorBySubject(SourceOIDC, subject)
		if access.KindOf(err) == access.KindNotFound {
			name, err := freeName(tx, who.label(), set.Issuer)
			if err != nil {
				return err
			}
			a = &store.Administrator{Name: name, Role: m.Role, Scope: m.Scope, Source: SourceOIDC, Subject: subject, Changed: tx.Now()}
			if err := tx.SaveAdministrator(a); err != nil {
				return err
			}
			tx.Audit(access.AuditEntry{Actor: a.Name, Addr: addr, Event: EventCreateAdministrator, Subject: a.Name, Object: a.ID,
				Detail: rights(a.Role, a.Scope) + ", OpenID Connect group " + m.Group})
			return nil
		}
		if err != nil {
			return err
		}
		before := rights(a.Role, a.Scope)
		if before == rights(m.Role, m.Scope) {
			return nil
		}
		a.Role, a.Scope = m.Role, m.Scope
		touchChanged(a, tx.Now())
		tx.Audit(access.AuditEntry{Actor: a.Name, Addr: addr, Event: EventChangeRights, Subject: a.Name, Object: a.ID,
			Detail: before + " → " + rights(a.Role, a.Scope) + ", OpenID Connect group " + m.Group})
		return tx.SaveAdministrator(a)
	})
	if err != nil {
		return nil, err
	}
	if a.Disabled {
		l.failed(ctx, a.Name, addr, "OpenID Connect: the account is disabled")
		return nil, access.Unauthenticated("sign-in", "This account is disabled.")
	}
	return a, nil
}

// strip takes the rights of somebody whom no group gives any now: without it open sessions and tokens would
// go on with those of the last time. They come back with a group.
func (l *Login) strip(ctx context.Context, subject, addr string) error {
	err := l.store.WithTx(ctx, func(tx *store.Tx) error {
		a, err := tx.FindAdministratorBySubject(SourceOIDC, subject)
		if err != nil {
			return err
		}
		before, none := rights(a.Role, a.Scope), &access.Scope{}
		if before == rights(access.RoleHelpDesk, none) {
			return nil
		}
		a.Role, a.Scope = access.RoleHelpDesk, none
		touchChanged(a, tx.Now())
		tx.Audit(access.AuditEntry{Actor: a.Name, Addr: addr, Event: EventChangeRights, Subject: a.Name, Object: a.ID,
			Detail: before + " → " + rights(a.Role, a.Scope) + ", no OpenID Connect group has a role"})
		return tx.SaveAdministrator(a)
	})
	if access.KindOf(err) == access.KindNotFound {
		return nil
	}
	return err
}

// label is how the provider calls the person: text from elsewhere.
func (c *claims) label() string {
	for _, s := range []string{c.Name, c.Email, c.Subject} {
		if s = strings.TrimSpace(s); s != "" && checkName(s) == nil {
			return s
		}
	}
	return "somebody"
}

func clipName(s string) string {
	if len(s) > 90 {
		s = strings.ToValidUTF8(s[:90], "")
	}
	return s
}

// freeName gives a name that nobody has yet.
func freeName(tx *store.Tx, name, issuer string) (string, error) {
	host := "elsewhere"
	if u, err := url.Parse(issuer); err == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	for _, try := range []string{name, clipName(name) + " @ " + clipName(host), clipName(name) + " " + rand.Text()[:8]} {
		_, err := tx.FindAdministratorByName(try)
		if access.KindOf(err) == access.KindNotFound {
			return try, nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", access.Conflict("sign-in", "There is an administrator of this name already.")
}
