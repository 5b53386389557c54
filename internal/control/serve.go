// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"connectrpc.com/connect"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/control/proto"
	"github.com/vedette-mail/vedette/internal/logkeys"
)

// Pings find a dead connection on an otherwise silent link, from either side.
func pings() *http.HTTP2Config {
	return &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 10 * time.Second, WriteByteTimeout: 20 * time.Second}
}

// Serve answers gateways on a listener until ctx ends. Pins say which key is which gateway's; a caller
// with another key is refused by TLS and logged.
func (h *Hub) Serve(ctx context.Context, ln net.Listener, cert tls.Certificate, pins map[string]access.GatewayID) error {
	byPin := make(map[string]access.GatewayID, len(pins))
	for pin, id := range pins {
		p, err := ParsePin(pin)
		if err != nil {
			return fmt.Errorf("gateway %s: %w", id, err)
		}
		byPin[p] = id
	}
	srv := &http.Server{
		Handler: h.handler(func(r *http.Request) (access.GatewayID, bool) {
			if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
				return "", false
			}
			id, ok := byPin[Pin(r.TLS.PeerCertificates[0])]
			return id, ok
		}),
		TLSConfig:         serverTLS(cert, byPin, h.cfg.Now),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		HTTP2:             pings(),
		ErrorLog:          slog.NewLogLogger(refusals{h.cfg.Logger.Handler()}, slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	done := make(chan error, 1)
	go func() { done <- srv.ServeTLS(ln, "", "") }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	// Streams end with ctx, so this does not take long.
	sctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := srv.Shutdown(sctx); err != nil {
		srv.Close()
	}
	<-done
	return nil
}

// refusals turns the server's own words ("TLS handshake error from …") into an event with a constant
// message, as all ours are.
type refusals struct{ slog.Handler }

func (r refusals) Handle(ctx context.Context, rec slog.Record) error {
	said := rec.Message
	rec = slog.NewRecord(rec.Time, rec.Level, "gateway link refused or broken", 0)
	rec.AddAttrs(slog.String(logkeys.Error, said))
	return r.Handler.Handle(ctx, rec)
}

// Remote says where a gateway's console is and how both ends know each other.
type Remote struct {
	URL         string // https://host:port
	Pin         string // of the console's key
	Certificate tls.Certificate
}

func (r Remote) dial(now func() time.Time) (*remote, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Scheme != "https" || u.Host == "" || (u.Path != "" && u.Path != "/") {
		return nil, access.Invalid("console", "The console's address has to look like https://host:8444.")
	}
	pin, err := ParsePin(r.Pin)
	if err != nil {
		return nil, err
	}
	leaf, err := leafOf(r.Certificate)
	if err != nil {
		return nil, err
	}
	tr := &http.Transport{
		TLSClientConfig:     clientTLS(r.Certificate, pin, now),
		ForceAttemptHTTP2:   true,
		TLSHandshakeTimeout: 10 * time.Second,
		DialContext:         (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		IdleConnTimeout:     2 * time.Minute,
		HTTP2:               pings(),
	}
	client := &http.Client{Transport: explainer{tr, leaf, now}}
	return &remote{
		client: proto.NewLinkClient(client, "https://"+u.Host, connect.WithReadMaxBytes(maxMessage), connect.WithSendGzip(), connect.WithCompressMinBytes(1<<10)),
		close:  tr.CloseIdleConnections,
	}, nil
}

func leafOf(c tls.Certificate) (*x509.Certificate, error) {
	if c.Leaf != nil {
		return c.Leaf, nil
	}
	if len(c.Certificate) == 0 {
		return nil, access.Invalid("link certificate", "The gateway has no certificate for the link to its console.")
	}
	return x509.ParseCertificate(c.Certificate[0])
}

// explainer puts the TLS alert of a console that does not want us into words: an alert is one byte and
// says "bad certificate" at best.
type explainer struct {
	http.RoundTripper
	leaf *x509.Certificate
	now  func() time.Time
}

func (e explainer) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := e.RoundTripper.RoundTrip(r)
	if err == nil {
		return resp, nil
	}
	// The alert may get lost behind our own failed write, but our own dates we know without it.
	if own := checkLeaf("gateway", e.leaf, e.now()); own != nil {
		return nil, fmt.Errorf("%w: %w", own, err)
	}
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "remote error" {
		return nil, err
	}
	return nil, fmt.Errorf("the console does not accept this gateway's certificate; its configuration must list the pin %s: %w",
		Pin(e.leaf), err)
}
