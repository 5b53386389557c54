// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// purposePasskey binds the sealed cookie with the challenge of a sign-in that nobody is known for yet.
const purposePasskey = "passkey challenge"

// SignInOptions gives what the browser needs to sign in with a passkey alone, as JSON for
// navigator.credentials.get, and remembers the challenge in a sealed cookie: the sign-in page is shown to
// everybody, and must not fill the database. Empty: passkeys cannot be used under this name.
func (l *Login) SignInOptions(w http.ResponseWriter, r *http.Request) (options string, err error) {
	wa, err := l.relyingParty(r)
	if err != nil {
		return "", nil
	}
	assertion, session, err := wa.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return "", fmt.Errorf("login: passkey: %w", err)
	}
	text, err := l.newCeremony(session, "")
	if err != nil {
		return "", err
	}
	http.SetCookie(w, l.cookies.make("passkey", l.box.Seal(purposePasskey, []byte(text)), pendingAge))
	b, err := json.Marshal(assertion.Response)
	return string(b), err
}

// SignInWithPasskey signs in with a passkey alone: it stands for possession and, since the browser has made
// sure of the person, for a second factor. response is the browser's answer as JSON.
func (l *Login) SignInWithPasskey(w http.ResponseWriter, r *http.Request, response string) error {
	ctx, addr := r.Context(), addrOf(r)
	keys := []throttleKey{{"passkey\x00" + network(addr), networkFree, longestWait}}
	if err := l.mustWait(ctx, keys, "", addr); err != nil {
		return err
	}
	wa, err := l.relyingParty(r)
	if err != nil {
		return err
	}
	var sealed []byte
	if c, err := r.Cookie(l.cookies.name("passkey")); err == nil {
		sealed, _ = l.box.Open(purposePasskey, c.Value) // what is not ours counts as none
	}
	http.SetCookie(w, l.cookies.make("passkey", "", -time.Second))
	c, ok := l.openCeremony(string(sealed))
	if !ok || !l.spent.first(c.Session.Challenge, l.now()) {
		return access.Unauthenticated("sign-in", "That took too long. Try again.")
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(response))
	if err != nil {
		return access.Unauthenticated("sign-in", wrongPasskey)
	}
	var holder *keyholder
	find := func(_, handle []byte) (webauthn.User, error) {
		if len(handle) > 64 {
			return nil, access.NotFound("sign-in", wrongPasskey)
		}
		a, err := l.store.FindAdministrator(ctx, string(handle))
		if err != nil {
			return nil, err
		}
		holder, err = l.keyholder(ctx, a)
		return holder, err
	}
	used, err := wa.ValidateDiscoverableLogin(find, c.Session, parsed)
	if holder == nil {
		l.failed(ctx, "", addr, "unknown passkey")
		return access.Unauthenticated("sign-in", wrongPasskey)
	}
	if err := l.checkUse(ctx, holder.a, used, err, addr); err != nil {
		return err
	}
	l.throttle.succeeded(keys)
	return l.enter(w, r, holder.a, "passkey", true)
}

// SecondFactor says what whoever gave the right password can go on with: a code, or a passkey with these
// options as JSON for navigator.credentials.get.
func (l *Login) SecondFactor(r *http.Request) (code bool, options string, err error) {
	ctx := r.Context()
	id := callerOf(ctx).pending
	if id == "" {
		return false, "", access.Unauthenticated("sign-in", "Begin again with name and password.")
	}
	a, err := l.store.FindAdministrator(ctx, id)
	if err != nil {
		return false, "", err
	}
	k, err := l.keyholder(ctx, a)
	if err != nil || len(k.keys) == 0 {
		return true, "", err
	}
	code = a.TOTPSealed != ""
	wa, err := l.relyingParty(r)
	if err != nil {
		return true, "", nil // recovery codes still work
	}
	assertion, session, err := wa.BeginLogin(k, webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return code, "", fmt.Errorf("login: passkey: %w", err)
	}
	text, err := l.newCeremony(session, "")
	if err != nil {
		return code, "", err
	}
	l.sessions.Put(ctx, keyCeremony, text)
	b, err := json.Marshal(assertion.Response)
	return code, string(b), err
}

// VerifyPasskey signs somebody in whose password was right and who shows a passkey as well.
func (l *Login) VerifyPasskey(w http.ResponseWriter, r *http.Request, response string) error {
	ctx, addr := r.Context(), addrOf(r)
	id := callerOf(ctx).pending
	if id == "" {
		return access.Unauthenticated("sign-in", "Begin again with name and password.")
	}
	a, err := l.store.FindAdministrator(ctx, id)
	if err != nil {
		return err
	}
	keys := throttleKeys(a.ID, addr, l.device(r, a.ID))
	if err := l.mustWait(ctx, keys, a.Name, addr); err != nil {
		return err
	}
	wa, err := l.relyingParty(r)
	if err != nil {
		return err
	}
	c, ok := l.openCeremony(l.session(ctx, keyCeremony))
	l.sessions.Remove(ctx, keyCeremony)
	parsed, perr := protocol.ParseCredentialRequestResponseBytes([]byte(response))
	if !ok || perr != nil {
		return access.Unauthenticated("sign-in", wrongPasskey)
	}
	holder, err := l.keyholder(ctx, a)
	if err != nil {
		return err
	}
	used, err := wa.ValidateLogin(holder, c.Session, parsed)
	if err := l.checkUse(ctx, a, used, err, addr); err != nil {
		return err
	}
	l.throttle.succeeded(keys)
	return l.enter(w, r, a, "password and passkey", true)
}

// checkUse decides over the use of a passkey, and keeps its counter: one that stands still although it has
// run before tells of a copy [WebAuthn] 6.1.1.
func (l *Login) checkUse(ctx context.Context, a *store.Administrator, used *webauthn.Credential, err error, addr string) error {
	refuse := func(why string) error {
		l.failed(ctx, a.Name, addr, why)
		return access.Unauthenticated("sign-in", wrongPasskey)
	}
	switch {
	case err != nil:
		return refuse("wrong passkey")
	case a.Disabled:
		return refuse("the account is disabled")
	case used.Authenticator.CloneWarning:
		return refuse("the counter of the passkey went back: there may be a copy of it")
	}
	data, err := json.Marshal(used)
	if err != nil {
		return fmt.Errorf("login: passkey: %w", err)
	}
	id := base64.RawURLEncoding.EncodeToString(used.ID)
	return l.store.WithTx(ctx, func(tx *store.Tx) error {
		keys, err := tx.ListPasskeys(a.ID)
		if err != nil {
			return err
		}
		for i := range keys {
			if keys[i].ID != id {
				continue
			}
			keys[i].Data, keys[i].LastUsed = string(data), tx.Now()
			return tx.SavePasskey(&keys[i])
		}
		return access.Unauthenticated("sign-in", wrongPasskey) // removed in this moment
	})
}

// spent remembers challenges that have been answered, as long as they could be answered again.
type spent struct {
	mu  sync.Mutex
	all map[string]time.Time
}

// first reports whether a challenge is answered for the first time. When more are answered than can be
// remembered, nobody signs in that way for a while: better than letting an answer count twice.
func (s *spent) first(challenge string, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[string]time.Time{}
	}
	if _, seen := s.all[challenge]; seen || challenge == "" {
		return false
	}
	if len(s.all) >= throttleLimit {
		for c, at := range s.all {
			if now.Sub(at) > pendingAge {
				delete(s.all, c)
			}
		}
		if len(s.all) >= throttleLimit {
			return false
		}
	}
	s.all[challenge] = now
	return true
}
