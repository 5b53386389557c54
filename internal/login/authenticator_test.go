// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
)

// authenticator is a security key made of software [WebAuthn] 6: one key, one counter.
type authenticator struct {
	t      *testing.T
	origin string
	rp     string
	id     []byte
	key    *ecdsa.PrivateKey
	user   []byte
	count  uint32
	seen   bool // it has made sure of the person
}

func newAuthenticator(t *testing.T, origin string) *authenticator {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	host := strings.TrimPrefix(origin, "http://")
	host, _, _ = strings.Cut(host, ":")
	return &authenticator{t: t, origin: origin, rp: host, id: []byte("key " + rand.Text()), key: key, seen: true}
}

var b64 = base64.RawURLEncoding

// asked is as much of the options as a key looks at.
type asked struct {
	Challenge string `json:"challenge"`
	User      struct {
		ID string `json:"id"`
	} `json:"user"`
	Allow []struct {
		ID string `json:"id"`
	} `json:"allowCredentials"`
	Verify string `json:"userVerification"`
}

func (k *authenticator) read(options string) asked {
	k.t.Helper()
	var o asked
	if err := json.Unmarshal([]byte(options), &o); err != nil || o.Challenge == "" {
		k.t.Fatalf("options %s: %v", options, err)
	}
	return o
}

func (k *authenticator) said(kind, challenge string) []byte {
	b, err := json.Marshal(map[string]any{"type": "webauthn." + kind, "challenge": challenge, "origin": k.origin, "crossOrigin": false})
	if err != nil {
		k.t.Fatal(err)
	}
	return b
}

func (k *authenticator) data(flags byte) []byte {
	sum := sha256.Sum256([]byte(k.rp))
	if k.seen {
		flags |= 0x04
	}
	k.count++
	return binary.BigEndian.AppendUint32(append(sum[:], flags|0x01), k.count)
}

// create answers navigator.credentials.create.
func (k *authenticator) create(options string) string {
	k.t.Helper()
	o := k.read(options)
	user, err := b64.DecodeString(o.User.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	k.user = user
	d := k.data(0x40)
	d = append(d, make([]byte, 16)...)
	d = binary.BigEndian.AppendUint16(d, uint16(len(k.id)))
	d = append(d, k.id...)
	point, err := k.key.PublicKey.Bytes()
	if err != nil {
		k.t.Fatal(err)
	}
	d = append(d, 0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20) // COSE: EC2, ES256, P-256, x, y
	d = append(append(append(d, point[1:33]...), 0x22, 0x58, 0x20), point[33:]...)
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), byte(len(d)))
	object = append(object, d...)
	return k.answer(map[string]string{"clientDataJSON": b64.EncodeToString(k.said("create", o.Challenge)), "attestationObject": b64.EncodeToString(object)})
}

// get answers navigator.credentials.get.
func (k *authenticator) get(options string) string {
	k.t.Helper()
	o := k.read(options)
	d, said := k.data(0), k.said("get", o.Challenge)
	sum := sha256.Sum256(said)
	all := sha256.Sum256(append(append([]byte{}, d...), sum[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, k.key, all[:])
	if err != nil {
		k.t.Fatal(err)
	}
	return k.answer(map[string]string{"clientDataJSON": b64.EncodeToString(said), "authenticatorData": b64.EncodeToString(d),
		"signature": b64.EncodeToString(sig), "userHandle": b64.EncodeToString(k.user)})
}

func (k *authenticator) answer(response map[string]string) string {
	b, err := json.Marshal(map[string]any{"id": b64.EncodeToString(k.id), "rawId": b64.EncodeToString(k.id), "type": "public-key",
		"response": response, "clientExtensionResults": map[string]any{}})
	if err != nil {
		k.t.Fatal(err)
	}
	return string(b)
}
