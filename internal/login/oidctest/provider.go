// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package oidctest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// ClientID and Secret are what the provider knows the console as.
const (
	ClientID = "vedette"
	Secret   = "a secret of the client"
)

// Person is whom the provider vouches for.
type Person struct {
	Subject string
	Name    string
	Groups  any // a list, as most send it, or one word
}

// Provider is a running provider.
type Provider struct {
	URL string

	mu     sync.Mutex
	person Person
	lie    func(claims map[string]any)
	forge  bool
	key    *rsa.PrivateKey
	other  *rsa.PrivateKey
	codes  map[string]asked
	now    func() time.Time
}

type asked struct {
	nonce, challenge, redirect string
}

// New starts a provider that ends with the test. now is its clock; nil: the machine's.
func New(t testing.TB, now func() time.Time) *Provider {
	t.Helper()
	p := &Provider{codes: map[string]asked{}, now: now}
	if now == nil {
		p.now = time.Now
	}
	var err error
	for _, k := range []**rsa.PrivateKey{&p.key, &p.other} {
		if *k, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			t.Fatal(err)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	p.URL = srv.URL
	return p
}

// Is says for whom the provider vouches from now on.
func (p *Provider) Is(who Person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.person = who
}

// Lie changes what ID tokens say, before they are signed; nil: the truth.
func (p *Provider) Lie(fn func(claims map[string]any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lie = fn
}

// Forge signs ID tokens with a key that is not the provider's.
func (p *Provider) Forge(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forge = on
}

func say(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // whoever asked is gone: nobody to tell
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	say(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
		"jwks_uri": p.URL + "/keys", "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"}})
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	enc := base64.RawURLEncoding
	say(w, map[string]any{"keys": []map[string]string{{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1",
		"n": enc.EncodeToString(p.key.N.Bytes()), "e": enc.EncodeToString(big.NewInt(int64(p.key.E)).Bytes())}}})
}

// authorize sends the browser straight back: the person has agreed.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" ||
		q.Get("code_challenge") == "" || q.Get("state") == "" || q.Get("nonce") == "" {
		http.Error(w, "state, nonce and PKCE are asked for here", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	p.mu.Lock()
	p.codes[code] = asked{nonce: q.Get("nonce"), challenge: q.Get("code_challenge"), redirect: q.Get("redirect_uri")}
	p.mu.Unlock()
	back.RawQuery = url.Values{"code": {code}, "state": {q.Get("state")}, "iss": {p.URL}}.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	} else if s, err := url.QueryUnescape(secret); err == nil {
		secret = s
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	a, known := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if id != ClientID || secret != Secret || !known || r.PostFormValue("redirect_uri") != a.redirect ||
		base64.RawURLEncoding.EncodeToString(sum[:]) != a.challenge {
		w.WriteHeader(http.StatusBadRequest)
		say(w, map[string]string{"error": "invalid_grant"})
		return
	}
	now := p.now()
	claims := map[string]any{"iss": p.URL, "aud": ClientID, "sub": p.person.Subject, "nonce": a.nonce, "iat": now.Unix(),
		"exp": now.Add(time.Hour).Unix(), "preferred_username": p.person.Name, "groups": p.person.Groups}
	if p.lie != nil {
		p.lie(claims)
	}
	say(w, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "expires_in": 3600, "id_token": p.sign(claims)})
}

func (p *Provider) sign(claims map[string]any) string {
	enc := base64.RawURLEncoding
	body, err := json.Marshal(claims)
	if err != nil {
		return ""
	}
	text := enc.EncodeToString([]byte(`{"alg":"RS256","kid":"1","typ":"JWT"}`)) + "." + enc.EncodeToString(body)
	key := p.key
	if p.forge {
		key = p.other
	}
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return ""
	}
	return text + "." + enc.EncodeToString(sig)
}
