// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package seal

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CredentialName is the name under which systemd hands over the key (LoadCredential=, SetCredential=).
const CredentialName = "vedette-seal-key"

// Source says where the key may come from. A credential wins over a file, since whoever set one up
// meant it.
type Source struct {
	File        string // path of the key file
	Credentials string // $CREDENTIALS_DIRECTORY, empty when there is none
}

// Load reads the key from the first place that has one. The error wraps fs.ErrNotExist when no place
// has one.
func Load(s Source) (*Box, error) {
	if s.Credentials != "" {
		b, err := readKey(filepath.Join(s.Credentials, CredentialName))
		if !errors.Is(err, fs.ErrNotExist) {
			return b, err
		}
	}
	if s.File == "" {
		return nil, fmt.Errorf("seal: no key file is set and no systemd credential %q is there: %w", CredentialName, fs.ErrNotExist)
	}
	info, err := os.Stat(s.File)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if info.Mode().Perm()&0o007 != 0 {
		return nil, fmt.Errorf("seal: everybody on this machine can reach the key file %s (mode %04o): run chmod 600 on it",
			s.File, info.Mode().Perm())
	}
	return readKey(s.File)
}

// LoadOrCreate is Load for the first start of a console: where no place has a key, a new one is written
// to the file. created tells that this happened, so that it can be said loudly: without a copy of this
// file a backup of the database is incomplete.
func LoadOrCreate(s Source) (b *Box, created bool, err error) {
	b, err = Load(s)
	if err == nil || !errors.Is(err, fs.ErrNotExist) || s.File == "" {
		return b, false, err
	}
	if err := CreateKeyFile(s.File); err != nil {
		return nil, false, err
	}
	b, err = Load(s)
	return b, err == nil, err
}

// CreateKeyFile writes a new random key with mode 0600. A file that is there already is an error
// (wrapping fs.ErrExist), never replaced: what it sealed would be lost. The file appears whole or not
// at all.
func CreateKeyFile(path string) error {
	key := make([]byte, KeySize)
	rand.Read(key) // never fails
	tmp, err := os.CreateTemp(filepath.Dir(path), ".seal-*")
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(hex.EncodeToString(key) + "\n")
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Link(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("seal: %w", err)
	}
	return nil
}

func readKey(path string) (*Box, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != KeySize {
		return nil, fmt.Errorf("seal: %s does not hold a key: expected %d hexadecimal digits", path, 2*KeySize)
	}
	return New(key)
}
