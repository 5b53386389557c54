// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// certificateLife is how long a certificate we make ourselves is good for. Nothing renews it yet, so
// it is long; what makes it trusted is the pin, not its age.
const certificateLife = 5 * 365 * 24 * time.Hour

// Pin names the key of a certificate: "sha256:" and the hash of its public key in hexadecimal. A
// certificate made anew for the same key keeps its pin.
func Pin(c *x509.Certificate) string {
	sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// ParsePin checks a pin as a person wrote it and gives it in the form of Pin. Colons between the bytes
// and upper case are taken.
func ParsePin(s string) (string, error) {
	rest, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(s)), "sha256:")
	rest = strings.ReplaceAll(rest, ":", "")
	if b, err := hex.DecodeString(rest); !ok || err != nil || len(b) != sha256.Size {
		return "", access.Invalid("pin", `A pin is "sha256:" and 64 hexadecimal digits.`)
	}
	return "sha256:" + rest, nil
}

// MakeCertificate makes a key and a certificate signed by itself for one end of the link, as PEM.
func MakeCertificate(name string, now time.Time) (cert, key []byte, err error) {
	return makeCertificate(name, now.Add(-time.Hour), now.Add(certificateLife))
}

func makeCertificate(name string, from, until time.Time) (cert, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make link certificate: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, fmt.Errorf("make link certificate: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    from,
		NotAfter:     until,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, nil, fmt.Errorf("make link certificate: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, fmt.Errorf("make link certificate: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}), nil
}

// LoadCertificate reads the certificate of one end of the link, or makes it when neither file is
// there. The Leaf is always set.
func LoadCertificate(certFile, keyFile, name string, now time.Time) (tls.Certificate, error) {
	_, cerr := os.Stat(certFile)
	_, kerr := os.Stat(keyFile)
	if errors.Is(cerr, fs.ErrNotExist) && errors.Is(kerr, fs.ErrNotExist) {
		cert, key, err := MakeCertificate(name, now)
		if err != nil {
			return tls.Certificate{}, err
		}
		if err := writeNew(keyFile, key, 0o600); err != nil {
			return tls.Certificate{}, err
		}
		if err := writeNew(certFile, cert, 0o644); err != nil {
			return tls.Certificate{}, err
		}
	}
	c, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return c, fmt.Errorf("link certificate %s: %w", certFile, err)
	}
	return c, nil
}

func writeNew(path string, b []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("link certificate: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("link certificate: %w", err)
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("link certificate: %w", err)
	}
	return nil
}

// checkLeaf refuses a certificate that is not good at now, in words that say what to do.
func checkLeaf(whose string, c *x509.Certificate, now time.Time) error {
	switch {
	case now.After(c.NotAfter):
		return fmt.Errorf("the %s's link certificate (%s) expired at %s; make a new one for it", whose, Pin(c),
			c.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(c.NotBefore):
		return fmt.Errorf("the %s's link certificate (%s) is not valid before %s; check both clocks", whose, Pin(c),
			c.NotBefore.UTC().Format(time.RFC3339))
	}
	return nil
}

// serverTLS lets nobody in but the holders of pinned keys, before a byte of HTTP is read.
func serverTLS(cert tls.Certificate, pins map[string]access.GatewayID, now func() time.Time) *tls.Config {
	pins = maps.Clone(pins)
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{cert},
		ClientAuth:   tls.RequireAnyClientCert,
		Time:         now,
		NextProtos:   []string{"h2", "http/1.1"},
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 {
				return errors.New("the caller shows no certificate")
			}
			leaf := s.PeerCertificates[0]
			if _, ok := pins[Pin(leaf)]; !ok {
				return fmt.Errorf("no gateway has the pin %s in the console's configuration (certificate name %q)",
					Pin(leaf), leaf.Subject.CommonName)
			}
			return checkLeaf("gateway", leaf, now())
		},
	}
}

// clientTLS talks to nobody but the holder of the console's pinned key.
func clientTLS(cert tls.Certificate, pin string, now func() time.Time) *tls.Config {
	return &tls.Config{
		MinVersion:   tls.VersionTLS13,
		Certificates: []tls.Certificate{cert},
		Time:         now,
		// The pin says more than a chain of signatures would: VerifyConnection compares it, on
		// resumed sessions too. The name in the certificate does not matter.
		InsecureSkipVerify: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			leaf := s.PeerCertificates[0]
			if Pin(leaf) != pin {
				return fmt.Errorf("the console shows the pin %s, not the %s that this gateway was told to expect", Pin(leaf), pin)
			}
			return checkLeaf("console", leaf, now())
		},
	}
}
