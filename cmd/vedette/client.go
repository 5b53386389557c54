// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/api"
)

// Exit codes of the commands that ask a console.
const (
	exitRefused  = 4 // the token is not valid, or does not allow this
	exitNotFound = 5
	exitTooLate  = 6 // somebody else was faster, or the thing's state does not allow this
	exitAway     = 7 // the console cannot be reached, or is not well
)

// clientFlags are what every command that asks a console takes.
type clientFlags struct {
	Server    string `help:"Address of the console." placeholder:"URL" env:"VEDETTE_SERVER" default:"https://127.0.0.1:8443"`
	TokenFile string `name:"token-file" help:"File with the API token." placeholder:"FILE" env:"VEDETTE_TOKEN_FILE"`
	CA        string `name:"ca" help:"Certificate of the console, or of who has signed it; otherwise the system's." placeholder:"FILE" env:"VEDETTE_CA"`
	JSON      bool   `name:"json" help:"JSON, one object a line."`
}

// clientVariables are read from the environment by the client commands, and are no settings of a server.
func clientVariables() []string {
	return []string{"VEDETTE_SERVER", "VEDETTE_TOKEN_FILE", "VEDETTE_CA"}
}

// clientError is why a console did not do what was asked.
type clientError struct {
	code int
	text string
}

func (e *clientError) Error() string { return e.text }

// client asks a console.
type client struct {
	base  *url.URL
	token string
	http  *http.Client
}

// open makes the client of a command.
func (f *clientFlags) open() (*client, error) {
	base, err := url.Parse(strings.TrimSuffix(f.Server, "/"))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, &clientError{exitUsage, "--server is not an address such as https://console.example:8443"}
	}
	if base.Scheme == "http" && !loopback(base.Hostname()) {
		return nil, &clientError{exitUsage, "--server: the token would go over the network for everybody to read. Use https."}
	}
	if f.TokenFile == "" {
		return nil, &clientError{exitUsage, "--token-file is missing: a file with an API token (vedette admin token, or the page of your account)"}
	}
	text, err := os.ReadFile(f.TokenFile)
	if err != nil {
		return nil, fmt.Errorf("cannot read the token: %w", err)
	}
	c := &client{base: base, token: strings.TrimSpace(string(text))}
	if c.token == "" || strings.ContainsAny(c.token, " \t\r\n") {
		return nil, fmt.Errorf("%s does not hold one token and nothing else", f.TokenFile)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if f.CA != "" {
		pem, err := os.ReadFile(f.CA)
		if err != nil {
			return nil, fmt.Errorf("cannot read the certificate: %w", err)
		}
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate (PEM)", f.CA)
		}
	}
	// A console does not send its programs elsewhere; whoever does is not it, and gets no token.
	c.http = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return c, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// send asks once, and gives an answer that is not an error. The body is the caller's to close.
func (c *client) send(ctx context.Context, method, path string, body []byte, headers map[string]string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base.String()+api.Prefix+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("User-Agent", "vedette/"+version())
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	a, err := c.http.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, &clientError{exitAway, "the console cannot be reached: " + err.Error()}
	}
	if a.StatusCode >= 200 && a.StatusCode < 300 {
		return a, nil
	}
	defer a.Body.Close()
	return nil, problem(a)
}

// problem puts an answer that is an error into words.
func problem(a *http.Response) error {
	text, err := io.ReadAll(io.LimitReader(a.Body, 1<<20))
	var p api.Problem
	if err != nil || json.Unmarshal(text, &p) != nil || p.Status != a.StatusCode {
		return &clientError{exitAway, "what answers there is not a console of this version: " + a.Status}
	}
	words := []string{p.Detail}
	for _, m := range p.Errors {
		words = append(words, strings.TrimPrefix(m.Location, "body.")+": "+m.Message)
	}
	code := exitFailed
	switch {
	case p.Status == http.StatusUnauthorized || p.Status == http.StatusForbidden:
		code = exitRefused
	case p.Status == http.StatusNotFound:
		code = exitNotFound
	case p.Status == http.StatusConflict || p.Status == http.StatusPreconditionFailed:
		code = exitTooLate
	case p.Status >= 500:
		code = exitAway
	}
	return &clientError{code, plain(strings.Join(words, "\n  "))}
}

// get asks for something.
func (c *client) get(ctx context.Context, path string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	a, err := c.send(ctx, http.MethodGet, path, nil, nil)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	return decode(a.Body, into)
}

func decode(r io.Reader, into any) error {
	if err := json.NewDecoder(r).Decode(into); err != nil {
		return &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
	}
	return nil
}

// act changes something. What a network swallows is sent a second time, which the console takes for once.
func (c *client) act(ctx context.Context, method, path string, body any, ifVersion int64) (json.RawMessage, error) {
	ifMatch := ""
	if ifVersion > 0 {
		ifMatch = tagOf(ifVersion)
	}
	return c.actIf(ctx, method, path, body, ifMatch)
}

// tagOf is the ETag of a version.
func tagOf(version int64) string { return fmt.Sprintf("%q", fmt.Sprint(version)) }

// actIf is act with an If-Match of any kind; empty: none.
func (c *client) actIf(ctx context.Context, method, path string, body any, ifMatch string) (json.RawMessage, error) {
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			return nil, err
		}
	}
	headers := map[string]string{}
	if ifMatch != "" {
		headers["If-Match"] = ifMatch
	}
	return c.twice(ctx, time.Minute, method, path, text, headers)
}

// twice sends a change, and sends it again when the answer does not come.
func (c *client) twice(ctx context.Context, patience time.Duration, method, path string, body []byte, headers map[string]string) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	headers["Idempotency-Key"] = rand.Text()
	var out json.RawMessage
	for try := 0; ; try++ {
		a, err := c.send(ctx, method, path, body, headers)
		if err == nil {
			err = decode(a.Body, &out)
			a.Body.Close()
		}
		var e *clientError
		if err == nil || try > 0 || !errors.As(err, &e) || e.code != exitAway || ctx.Err() != nil {
			return out, err
		}
	}
}

// named is a part of a path.
func named(id string) string { return url.PathEscape(id) }
