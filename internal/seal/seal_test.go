// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package seal_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/seal"
)

func box(t *testing.T, fill byte) *seal.Box {
	t.Helper()
	b, err := seal.New(bytes.Repeat([]byte{fill}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatIsSealedOpensAgainForItsPurposeOnly(t *testing.T) {
	b := box(t, 1)
	sealed := b.Seal("one-time code seed", []byte("JBSWY3DPEHPK3PXP"))
	if strings.Contains(sealed, "JBSWY3") {
		t.Fatal("the sealed text shows the secret")
	}
	if sealed == b.Seal("one-time code seed", []byte("JBSWY3DPEHPK3PXP")) {
		t.Error("sealing twice gave the same text: equal secrets could be told")
	}
	got, err := b.Open("one-time code seed", sealed)
	if err != nil || string(got) != "JBSWY3DPEHPK3PXP" {
		t.Fatalf("Open = %q, %v", got, err)
	}
	var damaged *seal.DamagedError
	if _, err := b.Open("server password", sealed); !errors.As(err, &damaged) {
		t.Errorf("opened for another purpose: %v", err)
	}
}

func TestAnotherKeyIsNamedInTheError(t *testing.T) {
	a, b := box(t, 1), box(t, 2)
	_, err := b.Open("seed", a.Seal("seed", []byte("secret")))
	var wrong *seal.WrongKeyError
	if !errors.As(err, &wrong) || wrong.Sealed != a.ID() || wrong.Loaded != b.ID() {
		t.Fatalf("err = %v", err)
	}
}

func TestDamagedTextIsRefused(t *testing.T) {
	b := box(t, 1)
	sealed := b.Seal("seed", []byte("secret"))
	last := byte('A')
	if sealed[len(sealed)-2] == last {
		last = 'B'
	}
	tests := []struct{ name, text string }{
		{"nothing at all", ""},
		{"plain text", "secret"},
		{"cut short", sealed[:len(sealed)-4]},
		{"only the head", sealed[:13]},
		{"a changed letter", sealed[:len(sealed)-2] + string(last) + sealed[len(sealed)-1:]},
		{"letters that are not base64", sealed[:len(sealed)-1] + "!"},
		{"another version", "v2" + sealed[2:]},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var damaged *seal.DamagedError
			if got, err := b.Open("seed", tt.text); !errors.As(err, &damaged) {
				t.Errorf("Open = %q, %v", got, err)
			}
		})
	}
}

func TestAKeyFileIsMadeOnceAndReadBack(t *testing.T) {
	s := seal.Source{File: filepath.Join(t.TempDir(), "seal.key")}
	if _, err := seal.Load(s); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("before: %v", err)
	}
	first, created, err := seal.LoadOrCreate(s)
	if err != nil || !created {
		t.Fatalf("created %v, %v", created, err)
	}
	info, err := os.Stat(s.File)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	second, created, err := seal.LoadOrCreate(s)
	if err != nil || created || second.ID() != first.ID() {
		t.Fatalf("second start: created %v, %v, key %s after %s", created, err, second.ID(), first.ID())
	}
	if err := seal.CreateKeyFile(s.File); !errors.Is(err, fs.ErrExist) {
		t.Errorf("an existing key was replaced: %v", err)
	}
	left, _ := os.ReadDir(filepath.Dir(s.File))
	if len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestAKeyFileOpenToEverybodyIsRefused(t *testing.T) {
	s := seal.Source{File: filepath.Join(t.TempDir(), "seal.key")}
	if err := seal.CreateKeyFile(s.File); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(s.File, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.Load(s); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("err = %v", err)
	}
}

func TestASystemdCredentialWinsOverTheFile(t *testing.T) {
	file, creds := filepath.Join(t.TempDir(), "seal.key"), t.TempDir()
	for _, p := range []string{file, filepath.Join(creds, seal.CredentialName)} {
		if err := seal.CreateKeyFile(p); err != nil {
			t.Fatal(err)
		}
	}
	only, err := seal.Load(seal.Source{Credentials: creds})
	if err != nil {
		t.Fatal(err)
	}
	both, err := seal.Load(seal.Source{File: file, Credentials: creds})
	if err != nil || both.ID() != only.ID() {
		t.Errorf("key %v, %v; want that of the credential", both, err)
	}
	if err := os.WriteFile(filepath.Join(creds, seal.CredentialName), []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.Load(seal.Source{File: file, Credentials: creds}); err == nil {
		t.Error("a broken credential was passed over in silence")
	}
}

func TestASecretForAnotherPurposeComesFromTheKeyAlone(t *testing.T) {
	derive := func(b *seal.Box, purpose string) string {
		secret, err := b.Derive(purpose)
		if err != nil || len(secret) != seal.KeySize {
			t.Fatalf("%d bytes, %v", len(secret), err)
		}
		return string(secret)
	}
	one := derive(box(t, 1), "policy keys")
	if one != derive(box(t, 1), "policy keys") {
		t.Error("the same key gives another secret")
	}
	if one == derive(box(t, 2), "policy keys") || one == derive(box(t, 1), "something else") {
		t.Error("another key, or purpose, gives the same secret")
	}
}
