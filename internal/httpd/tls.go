// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vedette-mail/vedette/internal/logkeys"
)

// Certificate is a server certificate on disk. A changed file is taken up while connections go on; a
// file that cannot be used is reported, and the certificate in use stays.
type Certificate struct {
	certFile, keyFile string
	current           atomic.Pointer[tls.Certificate]
	mu                sync.Mutex
	seen              [2]fileMark
}

type fileMark struct {
	at   time.Time
	size int64
}

// LoadCertificate reads a PEM certificate with its chain, and its key.
func LoadCertificate(certFile, keyFile string) (*Certificate, error) {
	c := &Certificate{certFile: certFile, keyFile: keyFile}
	if _, err := c.Reload(); err != nil {
		return nil, err
	}
	return c, nil
}

// Reload looks whether the files have changed and takes them up.
func (c *Certificate) Reload() (changed bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var marks [2]fileMark
	for i, name := range []string{c.certFile, c.keyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return false, err
		}
		marks[i] = fileMark{info.ModTime(), info.Size()}
	}
	if marks == c.seen {
		return false, nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return false, fmt.Errorf("certificate %s with key %s: %w", c.certFile, c.keyFile, err)
	}
	// Marked as seen only now: half-written files are tried again.
	c.seen = marks
	c.current.Store(&pair)
	return true, nil
}

// Watch reloads every so often until ctx ends.
func (c *Certificate) Watch(ctx context.Context, every time.Duration, log *slog.Logger) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		switch changed, err := c.Reload(); {
		case err != nil:
			log.Error("certificate not reloaded", logkeys.File, c.certFile, logkeys.Error, err)
		case changed:
			log.Info("certificate reloaded", logkeys.File, c.certFile, logkeys.Until, c.Expires())
		}
	}
}

// Get is for tls.Config.GetCertificate. Clients without SNI get the certificate too.
func (c *Certificate) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return c.current.Load(), nil
}

// Expires is when the certificate in use ends.
func (c *Certificate) Expires() time.Time {
	if leaf := c.current.Load().Leaf; leaf != nil {
		return leaf.NotAfter.UTC()
	}
	return time.Time{}
}

// ServerTLS speaks TLS 1.2 and later with the certificate. HTTP/2 is offered only when asked for.
func ServerTLS(c *Certificate, http2 bool) *tls.Config {
	// A short answer is one record and one write from the first one on.
	cfg := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.Get, NextProtos: []string{"http/1.1"}, DynamicRecordSizingDisabled: true}
	if http2 {
		cfg.NextProtos = []string{"h2", "http/1.1"}
	}
	return cfg
}

// AskCertificate makes a server ask clients for a certificate, without insisting and without checking
// it: only so can it tell a phone that signs in with one why that does not work. Some clients show
// people a chooser when they are asked.
func AskCertificate(cfg *tls.Config) { cfg.ClientAuth = tls.RequestClientCert }

// TrialCertificate gives a self-made certificate for trials, kept in dir under name so that it stays
// the same over restarts, and made anew when it is about to end. hosts are names and addresses.
func TrialCertificate(dir, name string, hosts []string, now time.Time) (*Certificate, error) {
	certFile, keyFile := filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	c, err := LoadCertificate(certFile, keyFile)
	if err == nil && c.Expires().After(now.Add(7*24*time.Hour)) {
		return c, nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := makeCertificate(certFile, keyFile, hosts, now); err != nil {
		return nil, err
	}
	return LoadCertificate(certFile, keyFile)
}

func makeCertificate(certFile, keyFile string, hosts []string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	t := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Trial certificate"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(365 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else if h != "" {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, key.Public(), key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := writePEM(keyFile, 0o600, "PRIVATE KEY", secret); err != nil {
		return err
	}
	return writePEM(certFile, 0o644, "CERTIFICATE", der)
}

func writePEM(file string, mode fs.FileMode, kind string, der []byte) error {
	tmp := file + ".new"
	if err := os.WriteFile(tmp, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode); err != nil {
		return err
	}
	return os.Rename(tmp, file)
}
