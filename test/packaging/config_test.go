// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package packaging_test keeps what packaging/ holds usable.
package packaging_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/config"
)

func examples() map[string]config.Role {
	return map[string]config.Role{
		"serve.toml": config.RoleServe, "console.toml": config.RoleConsole, "gateway.toml": config.RoleGateway,
	}
}

func directory(name string) string { return filepath.Join("..", "..", "packaging", name) }

func TestEveryExampleConfigurationIsAcceptedAsItIs(t *testing.T) {
	entries, err := os.ReadDir(directory("config"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Run(e.Name(), func(t *testing.T) {
			role, listed := examples()[e.Name()]
			if !listed {
				t.Fatal("this test does not know whose configuration it is")
			}
			if _, err := config.Load(filepath.Join(directory("config"), e.Name()), nil, role); err != nil {
				t.Error(err)
			}
		})
	}
	if len(entries) != len(examples()) {
		t.Errorf("%d examples, want %d", len(entries), len(examples()))
	}
}

// Settings that are only shown must not rot: with their # taken away, and files put where the examples
// say there are some, they have to be accepted too.
func TestWhatExamplesOnlyShowIsAcceptedToo(t *testing.T) {
	shown := regexp.MustCompile(`(?m)^#([a-z][a-z0-9_]* = )`)
	for name, role := range examples() {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(directory("config"), name))
			if err != nil {
				t.Fatal(err)
			}
			if !shown.Match(text) {
				t.Fatal("the example shows nothing")
			}
			dir := t.TempDir()
			cert, key := pair(t)
			for file, text := range map[string][]byte{"console.crt": cert, "console.key": key, "mail.crt": cert, "mail.key": key, "internal-ca.crt": cert} {
				if err := os.WriteFile(filepath.Join(dir, file), text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			doc := shown.ReplaceAllString(string(text), "$1")
			doc = strings.ReplaceAll(doc, "/etc/vedette/tls/", filepath.ToSlash(dir)+"/")
			if _, err := config.Parse(name, []byte(doc), nil, role); err != nil {
				t.Error(err)
			}
		})
	}
}

// pair makes a certificate and its key.
func pair(t *testing.T) (cert, key []byte) {
	t.Helper()
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	public, err := x509.CreateCertificate(rand.Reader, c, c, secret.Public(), secret)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: public}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
}

// A reader copies what the pages show: every setting in it has to exist, with a value of its kind.
func TestSettingsShownInTheDocsExist(t *testing.T) {
	block := regexp.MustCompile("(?ms)^ *```toml\n(.*?)^ *```")
	pages, err := filepath.Glob(filepath.Join("..", "..", "docs", "*", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range block.FindAllStringSubmatch(string(text), -1) {
			shown++
			doc := m[1]
			if !strings.Contains(doc, "[") || strings.HasPrefix(doc, "trusted_fronts") {
				doc = "[gateway]\n" + doc // a piece of that table
			}
			// Most are pieces of a file: what is missing, and files that are not here, do not count.
			var bad *config.Error
			if _, err := config.Parse(filepath.Base(page), []byte(doc), nil, config.RoleServe); errors.As(err, &bad) {
				for _, p := range bad.Problems {
					if p.Line > 0 && !strings.Contains(p.Text, "cannot be read") {
						t.Errorf("%s shows: %s", page, p)
					}
				}
			}
		}
	}
	if shown < 3 {
		t.Errorf("%d pieces of configuration found in the docs", shown)
	}
}
