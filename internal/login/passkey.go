// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Passkey is a key with which an administrator signs in, as his account shows it.
type Passkey struct {
	ID       string
	Name     string
	Created  time.Time
	LastUsed time.Time
}

// mostPasskeys is how many an administrator may have.
const mostPasskeys = 20

const wrongPasskey = "This passkey was not accepted."

// keyholder is an administrator as the passkey library wants to see one.
type keyholder struct {
	a    *store.Administrator
	keys []store.Passkey
	all  []webauthn.Credential
}

func (k *keyholder) WebAuthnID() []byte                         { return []byte(k.a.ID) }
func (k *keyholder) WebAuthnName() string                       { return k.a.Name }
func (k *keyholder) WebAuthnDisplayName() string                { return k.a.Name }
func (k *keyholder) WebAuthnCredentials() []webauthn.Credential { return k.all }

func newKeyholder(a *store.Administrator, keys []store.Passkey) (*keyholder, error) {
	k := &keyholder{a: a, keys: keys, all: make([]webauthn.Credential, len(keys))}
	for i := range keys {
		if err := json.Unmarshal([]byte(keys[i].Data), &k.all[i]); err != nil {
			return nil, fmt.Errorf("login: passkey: %w", err)
		}
	}
	return k, nil
}

func (l *Login) keyholder(ctx context.Context, a *store.Administrator) (*keyholder, error) {
	keys, err := l.store.ListPasskeys(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return newKeyholder(a, keys)
}

func (l *Login) passkeys(ctx context.Context, id string) ([]Passkey, error) {
	keys, err := l.store.ListPasskeys(ctx, id)
	list := make([]Passkey, len(keys))
	for i, k := range keys {
		list[i] = Passkey{ID: k.ID, Name: k.Name, Created: k.Created, LastUsed: k.LastUsed}
	}
	return list, err
}

// relyingParty is the console under the name it was asked for. A key is bound by the browser to the name
// it really talks to and says which one that was, so a wrong Host leads nowhere [WebAuthn] 7.2.
func (l *Login) relyingParty(r *http.Request) (*webauthn.WebAuthn, error) {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if host == "" || net.ParseIP(strings.Trim(host, "[]")) != nil {
		return nil, access.Invalid("passkey", "Passkeys need the console's name. Open it by name, not by address.")
	}
	scheme := "https://"
	if l.cookies.plain {
		scheme = "http://"
	}
	wa, err := webauthn.New(&webauthn.Config{RPID: host, RPDisplayName: l.issuer, RPOrigins: []string{scheme + r.Host},
		AttestationPreference: protocol.PreferNoAttestation})
	if err != nil {
		return nil, access.Invalid("passkey", "Passkeys cannot be used under this name.")
	}
	return wa, nil
}

// PasskeysUsable reports whether a browser could use passkeys under the name the console was asked for.
func (l *Login) PasskeysUsable(r *http.Request) bool {
	_, err := l.relyingParty(r)
	return err == nil
}

// ceremony is what has to be remembered between a question to a browser and its answer.
type ceremony struct {
	Session webauthn.SessionData `json:"session"`
	Name    string               `json:"name,omitempty"`
	Until   int64                `json:"until"`
}

func (l *Login) newCeremony(s *webauthn.SessionData, name string) (string, error) {
	b, err := json.Marshal(ceremony{Session: *s, Name: name, Until: l.now().Add(pendingAge).UnixMilli()})
	return string(b), err
}

// openCeremony reads it back; text comes from the session or a sealed cookie, not from a person.
func (l *Login) openCeremony(text string) (c ceremony, ok bool) {
	if text == "" || json.Unmarshal([]byte(text), &c) != nil || !l.now().Before(time.UnixMilli(c.Until)) {
		return ceremony{}, false
	}
	return c, true
}

// BeginPasskey gives what the browser needs to make a passkey for whoever is signed in, as JSON for
// navigator.credentials.create. The password is asked for again, since a stolen session must not leave a
// key behind.
func (l *Login) BeginPasskey(r *http.Request, password, name string) (options string, err error) {
	ctx := r.Context()
	a, err := self(ctx)
	if err != nil {
		return "", err
	}
	if a.Source != "" {
		return "", access.Invalid("passkey", "You sign in elsewhere. Passkeys are for those who sign in here.")
	}
	wa, err := l.relyingParty(r)
	if err != nil {
		return "", err
	}
	if err := l.proveAgain(ctx, a, password); err != nil {
		return "", err
	}
	if name = strings.TrimSpace(name); name == "" || utf8.RuneCountInString(name) > 60 || !utf8.ValidString(name) {
		return "", access.Invalid("passkey", "Give the passkey a name of at most 60 letters, so that it can be told from others.")
	}
	k, err := l.keyholder(ctx, a)
	if err != nil {
		return "", err
	}
	if len(k.keys) >= mostPasskeys {
		return "", access.Invalid("passkey", "There are too many passkeys. Remove some first.")
	}
	creation, session, err := wa.BeginRegistration(k,
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementPreferred, UserVerification: protocol.VerificationRequired}),
		webauthn.WithExclusions(webauthn.Credentials(k.all).CredentialDescriptors()))
	if err != nil {
		return "", fmt.Errorf("login: passkey: %w", err)
	}
	text, err := l.newCeremony(session, name)
	if err != nil {
		return "", err
	}
	l.sessions.Put(ctx, keyCeremony, text)
	b, err := json.Marshal(creation.Response)
	return string(b), err
}

// FinishPasskey keeps the passkey that the browser has made. response is its answer as JSON. With the first
// second factor come recovery codes, which are shown now and never again.
func (l *Login) FinishPasskey(r *http.Request, response string) (recovery []string, err error) {
	ctx := r.Context()
	a, err := self(ctx)
	if err != nil {
		return nil, err
	}
	wa, err := l.relyingParty(r)
	if err != nil {
		return nil, err
	}
	c, ok := l.openCeremony(l.session(ctx, keyCeremony))
	l.sessions.Remove(ctx, keyCeremony)
	if !ok || c.Name == "" {
		return nil, access.Invalid("passkey", "That took too long. Begin again.")
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(response))
	if err != nil {
		return nil, access.Invalid("passkey", wrongPasskey)
	}
	k, err := l.keyholder(ctx, a)
	if err != nil {
		return nil, err
	}
	made, err := wa.CreateCredential(k, c.Session, parsed)
	if err != nil {
		return nil, access.Invalid("passkey", wrongPasskey)
	}
	data, err := json.Marshal(made)
	if err != nil {
		return nil, fmt.Errorf("login: passkey: %w", err)
	}
	codes, hashes := newRecoveryCodes()
	kept, err := json.Marshal(hashes)
	if err != nil {
		return nil, fmt.Errorf("login: recovery codes: %w", err)
	}
	err = l.changeWith(ctx, a.ID, EventAddPasskey, c.Name, func(tx *store.Tx, a *store.Administrator) error {
		if a.Recovery == "" {
			a.Recovery = string(kept)
		} else {
			codes = nil
		}
		return tx.CreatePasskey(&store.Passkey{ID: base64.RawURLEncoding.EncodeToString(made.ID), Administrator: a.ID, Name: c.Name, Data: string(data)})
	})
	if access.KindOf(err) == access.KindConflict {
		return nil, access.Conflict("passkey", "This passkey is in use already.")
	}
	if err != nil {
		return nil, err
	}
	l.proven(ctx)
	return codes, nil
}

// RenamePasskey gives a passkey of whoever is signed in another name.
func (l *Login) RenamePasskey(ctx context.Context, id, name string) error {
	a, err := self(ctx)
	if err != nil {
		return err
	}
	if name = strings.TrimSpace(name); name == "" || utf8.RuneCountInString(name) > 60 || !utf8.ValidString(name) {
		return access.Invalid("passkey", "Give the passkey a name of at most 60 letters, so that it can be told from others.")
	}
	return l.store.WithTx(ctx, func(tx *store.Tx) error {
		keys, err := tx.ListPasskeys(a.ID)
		if err != nil {
			return err
		}
		for i := range keys {
			if keys[i].ID == id {
				keys[i].Name = name
				return tx.SavePasskey(&keys[i])
			}
		}
		return access.NotFound("passkey", "This passkey is gone already.")
	})
}

// RemovePasskey takes a passkey away from whoever is signed in.
func (l *Login) RemovePasskey(ctx context.Context, password, id string) error {
	a, err := self(ctx)
	if err != nil {
		return err
	}
	if err := l.proveAgain(ctx, a, password); err != nil {
		return err
	}
	keys, err := l.store.ListPasskeys(ctx, a.ID)
	if err != nil {
		return err
	}
	left, name := 0, ""
	if a.TOTPSealed != "" {
		left++
	}
	for _, k := range keys {
		if k.ID == id {
			name = k.Name
		} else {
			left++
		}
	}
	if err := l.mayDoWithout(ctx, a, left); err != nil {
		return err
	}
	err = l.changeWith(ctx, a.ID, EventRemovePasskey, name, func(tx *store.Tx, a *store.Administrator) error {
		if left == 0 {
			a.Recovery = ""
		}
		return tx.DeletePasskey(a.ID, id)
	})
	if access.KindOf(err) == access.KindNotFound {
		return access.NotFound("passkey", "This passkey is gone already.")
	}
	return err
}
