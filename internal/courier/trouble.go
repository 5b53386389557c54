// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package courier

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"os"
	"strings"
	"syscall"
)

// Trouble is why something could not be delivered. Text is for the person who looks after it: what happened
// and what to look at. Err is the cause.
type Trouble struct {
	Text string
	Err  error
}

func (t *Trouble) Error() string { return t.Text }

// Unwrap gives the cause.
func (t *Trouble) Unwrap() error { return t.Err }

// explain puts what went wrong at a step into words.
func explain(step, addr string, err error) error {
	if err == nil {
		return nil
	}
	var known *Trouble
	if errors.As(err, &known) {
		return err
	}
	return &Trouble{Text: step + ": " + reason(addr, err), Err: err}
}

func reason(addr string, err error) string {
	var dns *net.DNSError
	var reply *textproto.Error
	var authority x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var network net.Error
	switch {
	case errors.As(err, &dns):
		return fmt.Sprintf("the name %s cannot be resolved. Look at how it is written and at the name service of this machine.", dns.Name)
	case errors.As(err, &authority):
		return "the certificate was not issued by an authority this console trusts. Give the authority's certificate, or one the system knows."
	case errors.As(err, &name):
		return fmt.Sprintf("the certificate is not for %s but for %s.", name.Host, strings.Join(names(name.Certificate), ", "))
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate has expired, or is not valid yet."
	case errors.As(err, &record):
		return "the other side does not speak TLS on this port. Choose another port or another kind of encryption."
	case errors.As(err, &reply):
		return fmt.Sprintf("it answered %d %s", reply.Code, clip(reply.Msg, 300))
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("nothing listens at %s. Look at host and port.", addr)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return fmt.Sprintf("%s did not answer in time. A firewall between may swallow the connection.", addr)
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, net.ErrClosed), errors.Is(err, syscall.EPIPE):
		return fmt.Sprintf("%s has hung up.", addr)
	}
	return clip(err.Error(), 300)
}

func names(c *x509.Certificate) []string {
	if c == nil {
		return []string{"nobody"}
	}
	if len(c.DNSNames) > 0 {
		return c.DNSNames[:min(len(c.DNSNames), 5)]
	}
	return []string{clip(c.Subject.CommonName, 100)}
}

// clip keeps what a stranger says to one line of bounded length.
func clip(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// Roots reads certificate authorities in PEM form; no text at all means those of the system.
func Roots(text string) (*x509.CertPool, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(text)) {
		return nil, &Trouble{Text: "This is no certificate in PEM form: a text that begins with BEGIN CERTIFICATE."}
	}
	return pool, nil
}
