// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package autodiscover_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/eas/autodiscover"
)

// internet is a loopback world: every host name leads to one TLS and one plain server, which answer by
// "METHOD scheme://host/path" and keep the order of what was asked.
type internet struct {
	routes map[string]http.HandlerFunc
	srv    []*net.SRV
	asked  []string
	client autodiscover.Client
}

func newInternet(t *testing.T, routes map[string]http.HandlerFunc) *internet {
	t.Helper()
	w := &internet{routes: routes}
	serve := func(scheme string) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) {
			key := r.Method + " " + scheme + "://" + r.Host + r.URL.Path
			w.asked = append(w.asked, key)
			if h := w.routes[key]; h != nil {
				h(rw, r)
				return
			}
			http.NotFound(rw, r)
		}
	}
	plain := httptest.NewServer(serve("http"))
	secure := httptest.NewUnstartedServer(serve("https"))
	cert, roots := certificate(t, "example.com", "*.example.com", "example.org", "*.example.org")
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{cert}}
	secure.StartTLS()
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots},
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			to := secure.Listener.Addr().String()
			if strings.HasSuffix(addr, ":80") {
				to = plain.Listener.Addr().String()
			}
			return new(net.Dialer).DialContext(ctx, network, to)
		},
	}
	t.Cleanup(func() { transport.CloseIdleConnections(); plain.Close(); secure.Close() })
	w.client = autodiscover.Client{
		HTTP: &http.Client{Transport: transport},
		LookupSRV: func(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
			w.asked = append(w.asked, "SRV _"+service+"._"+proto+"."+name)
			if len(w.srv) == 0 {
				return "", nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
			}
			return "", w.srv, nil
		},
		Password: "secret",
	}
	return w
}

func certificate(t *testing.T, names ...string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

const endpoint = "https://gate.example.com/Microsoft-Server-ActiveSync"

// answers posts for an address with the endpoint, if user and password are right.
func answers(w http.ResponseWriter, r *http.Request) {
	user, pass, _ := r.BasicAuth()
	body, _ := io.ReadAll(r.Body)
	req, err := autodiscover.ParseRequest(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if user != req.Address || pass != "secret" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = w.Write(autodiscover.Response{Address: req.Address, Servers: []autodiscover.Server{{Type: autodiscover.TypeMobileSync, URL: endpoint, Name: endpoint}}}.Document())
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}

func TestClientKeepsTheOrder(t *testing.T) {
	w := newInternet(t, nil)
	_, err := w.client.Discover(t.Context(), "ana@example.com")
	var nf *autodiscover.NotFoundError
	if !errors.As(err, &nf) || len(nf.Steps) != 6 {
		t.Fatalf("got %v", err)
	}
	want := []string{
		"POST https://example.com/autodiscover/autodiscover.xml",
		"POST https://autodiscover.example.com/autodiscover/autodiscover.xml",
		"GET http://autodiscover.example.com/autodiscover/autodiscover.xml",
		"SRV _autodiscover._tcp.example.com",
		"GET https://autodiscover.example.com/autodiscover/autodiscover.json",
		"GET https://example.com/autodiscover/autodiscover.json",
	}
	if d := cmp.Diff(want, w.asked); d != "" {
		t.Error(d)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the error shows the password: %v", err)
	}
}

func TestClientFindsTheEndpointOnEveryWay(t *testing.T) {
	post := "/autodiscover/autodiscover.xml"
	for name, c := range map[string]struct {
		routes map[string]http.HandlerFunc
		srv    []*net.SRV
		trust  func(string) bool
		steps  int
	}{
		"on the mail domain":       {routes: map[string]http.HandlerFunc{"POST https://example.com" + post: answers}, steps: 1},
		"on the autodiscover host": {routes: map[string]http.HandlerFunc{"POST https://autodiscover.example.com" + post: answers}, steps: 2},
		"after a redirect between https hosts": {routes: map[string]http.HandlerFunc{
			"POST https://example.com" + post: redirect("https://auto.example.org/x/autodiscover.xml"), "POST https://auto.example.org/x/autodiscover.xml": answers}, steps: 2},
		"after a 451 that names a host": {routes: map[string]http.HandlerFunc{
			"POST https://example.com" + post: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-MS-Location", "https://auto.example.org"+post)
				w.WriteHeader(451)
			}, "POST https://auto.example.org" + post: answers}, steps: 2},
		"after a redirect over plain HTTP to a host below the domain": {routes: map[string]http.HandlerFunc{
			"GET http://autodiscover.example.com" + post: redirect("https://mail.example.com" + post), "POST https://mail.example.com" + post: answers}, steps: 4},
		"after a redirect over plain HTTP to a host that is trusted": {routes: map[string]http.HandlerFunc{
			"GET http://autodiscover.example.com" + post: redirect("https://mail.example.org" + post), "POST https://mail.example.org" + post: answers},
			trust: func(host string) bool { return host == "mail.example.org" }, steps: 4},
		"through an SRV record": {routes: map[string]http.HandlerFunc{"POST https://mail.example.com" + post: answers},
			srv: []*net.SRV{{Target: "Mail.example.com.", Port: 443}}, steps: 5},
		"through an SRV record with another port": {routes: map[string]http.HandlerFunc{"POST https://mail.example.com:8443" + post: answers},
			srv: []*net.SRV{{Target: "mail.example.com.", Port: 8443}}, steps: 5},
		"by version 2": {routes: map[string]http.HandlerFunc{"GET https://autodiscover.example.com/autodiscover/autodiscover.json": func(w http.ResponseWriter, r *http.Request) {
			q, err := autodiscover.ParseQuery(r.URL.Path, r.URL.RawQuery)
			if err != nil || q.Address != "ana@example.com" || r.Header.Get("Authorization") != "" {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			_, _ = w.Write(autodiscover.Answer{Protocol: q.Protocol, URL: endpoint}.Document())
		}}, steps: 5},
		"after a redirect to another address": {routes: map[string]http.HandlerFunc{
			"POST https://example.com" + post: func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write(autodiscover.Response{Redirect: "ana@example.org"}.Document())
			}, "POST https://example.org" + post: answers}, steps: 2},
	} {
		t.Run(name, func(t *testing.T) {
			w := newInternet(t, c.routes)
			w.srv, w.client.Trust = c.srv, c.trust
			got, err := w.client.Discover(t.Context(), "ana@example.com")
			if err != nil {
				t.Fatal(err)
			}
			if got.URL != endpoint || len(got.Steps) != c.steps {
				t.Errorf("got %s after %v", got.URL, got.Steps)
			}
		})
	}
}

func TestCredentialsDoNotGoToHostsNobodyVouchesFor(t *testing.T) {
	steal := func(http.ResponseWriter, *http.Request) {
		t.Error("the credentials reached a host that is not trusted")
	}
	for name, w := range map[string]*internet{
		"plain redirect": newInternet(t, map[string]http.HandlerFunc{
			"GET http://autodiscover.example.com/autodiscover/autodiscover.xml": redirect("https://evil.example.org/a"), "POST https://evil.example.org/a": steal}),
		"downgrade": newInternet(t, map[string]http.HandlerFunc{
			"POST https://example.com/autodiscover/autodiscover.xml": redirect("http://example.com/a"), "POST http://example.com/a": steal}),
		"SRV": newInternet(t, map[string]http.HandlerFunc{"POST https://evil.example.org/autodiscover/autodiscover.xml": steal}),
	} {
		t.Run(name, func(t *testing.T) {
			if name == "SRV" {
				w.srv = []*net.SRV{{Target: "evil.example.org.", Port: 443}}
			}
			_, err := w.client.Discover(t.Context(), "ana@example.com")
			if err == nil || name != "downgrade" && !errors.Is(err, autodiscover.ErrUntrusted) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestSearchEndsWhereItMust(t *testing.T) {
	post := "POST https://example.com/autodiscover/autodiscover.xml"
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		status int
	}{
		"a blocked account":    {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(456) }, 456},
		"an expired password":  {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(457) }, 457},
		"a wheel of redirects": {redirect("https://example.com/autodiscover/autodiscover.xml"), 0},
		"a wheel of addresses": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(autodiscover.Response{Redirect: "ana@example.com"}.Document())
		}, 0},
		"an endless body": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(make([]byte, autodiscover.MaxDocument+1))
		}, 0},
		"an endpoint without https": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write(autodiscover.Response{Servers: []autodiscover.Server{{Type: "MobileSync", URL: "http://x.example.com/"}}}.Document())
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newInternet(t, map[string]http.HandlerFunc{post: c.answer})
			_, err := w.client.Discover(t.Context(), "ana@example.com")
			var he *autodiscover.HTTPError
			var nf *autodiscover.NotFoundError
			switch {
			case c.status != 0 && (!errors.As(err, &he) || he.Status != c.status || len(w.asked) != 1):
				t.Errorf("got %v after %v", err, w.asked)
			case c.status == 0 && !errors.As(err, &nf):
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestSearchEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := newInternet(t, map[string]http.HandlerFunc{"POST https://example.com/autodiscover/autodiscover.xml": func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server sees the client go only once the body is read
		cancel()
		<-r.Context().Done()
	}})
	if _, err := w.client.Discover(ctx, "ana@example.com"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	for _, a := range []string{"", "ana", "@example.com", "ana@", "ana@localhost", "ana@[127.0.0.1]", "a na@example.com", "ana@exa_mple.com", "ana@example.com:1", "ana@-example.com", "ana@example..com", "a\x00@example.com", "<a>@example.com", strings.Repeat("a", 320) + "@example.com"} {
		if _, err := new(autodiscover.Client).Discover(t.Context(), a); !errors.Is(err, autodiscover.ErrAddress) {
			t.Errorf("%q: %v", a, err)
		}
	}
}
