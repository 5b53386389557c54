// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// CertificateBetween makes a certificate for tests that is good only between two moments.
func CertificateBetween(name string, from, until time.Time) (tls.Certificate, string, error) {
	cert, key, err := makeCertificate(name, from, until)
	if err != nil {
		return tls.Certificate{}, "", err
	}
	c, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return c, "", err
	}
	leaf, err := x509.ParseCertificate(c.Certificate[0])
	if err != nil {
		return c, "", err
	}
	return c, Pin(leaf), nil
}

func TestAPinIsTakenAsPeopleWriteIt(t *testing.T) {
	digits := strings.Repeat("0a", 32)
	for in, want := range map[string]string{
		"sha256:" + digits:                           "sha256:" + digits,
		" SHA256:" + strings.ToUpper(digits) + "\n":  "sha256:" + digits,
		"sha256:" + strings.Repeat("0A:", 31) + "0A": "sha256:" + digits,
		digits:                               "",
		"sha256:" + digits[2:]:               "",
		"sha256:" + strings.Repeat("0g", 32): "",
		"sha1:" + digits:                     "",
		"":                                   "",
	} {
		got, err := ParsePin(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
}

func TestACertificateIsMadeOnceAndKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "link")
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	now := time.Now()
	first, err := LoadCertificate(cert, key, "gw1", now)
	if err != nil {
		t.Fatal(err)
	}
	second, err := LoadCertificate(cert, key, "gw1", now)
	if err != nil || Pin(first.Leaf) != Pin(second.Leaf) {
		t.Errorf("another key the second time: %v", err)
	}
	if st, err := os.Stat(key); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v, %v", st.Mode(), err)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadCertificate(cert, key, "gw1", now); err == nil || !strings.Contains(err.Error(), cert) {
		t.Errorf("a certificate without its key: %v", err)
	}
	if _, err := os.Stat(key); err == nil {
		t.Error("a key was made for a certificate of another")
	}
}
