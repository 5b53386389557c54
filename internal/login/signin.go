// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Step says what comes next in signing in.
type Step int

// The steps.
const (
	StepDone Step = iota // signed in
	StepCode             // the password was right; ask for the second factor and call VerifyCode or VerifyPasskey
)

// pendingAge is how long somebody who gave the password may look for the code.
const pendingAge = 5 * time.Minute

// purposeSeed binds sealed seeds of one-time codes.
const purposeSeed = "one-time code seed"

const (
	wrongPassword = "The name or the password is not right."
	wrongCode     = "The code is not right, or has been used."
)

// SignIn checks name and password. When they are right it signs in, or asks for the code. A wrong name
// and a wrong password take the same time and give the same words. Somebody who has to wait is told how
// long.
func (l *Login) SignIn(w http.ResponseWriter, r *http.Request, name, password string) (Step, error) {
	ctx, addr := r.Context(), addrOf(r)
	name = strings.TrimSpace(name)
	a, err := l.store.FindAdministratorByName(ctx, name)
	if access.KindOf(err) == access.KindNotFound || err == nil && checkName(name) != nil {
		a, err = &store.Administrator{}, nil
	}
	if err != nil {
		return 0, err
	}
	keys := throttleKeys(accountKey(a, name), addr, l.device(r, a.ID))
	if err := l.mustWait(ctx, keys, a.Name, addr); err != nil {
		return 0, err
	}
	ok, err := l.hasher.verify(ctx, a.PasswordHash, password)
	if err != nil {
		return 0, err
	}
	if !ok || a.Disabled {
		why := "wrong password"
		if ok {
			why = "the account is disabled"
		}
		l.failed(ctx, a.Name, addr, why)
		return 0, access.Unauthenticated("sign-in", wrongPassword)
	}
	step, err := l.passwordRight(w, r, a, "password")
	if err == nil && step == StepDone {
		l.throttle.succeeded(keys)
	}
	return step, err
}

// passwordRight goes on after the password was right, or a link that stands for it: it signs in, or asks
// for the second factor of somebody who has one.
func (l *Login) passwordRight(w http.ResponseWriter, r *http.Request, a *store.Administrator, how string) (Step, error) {
	ctx := r.Context()
	keys, err := l.store.ListPasskeys(ctx, a.ID)
	if err != nil {
		return 0, err
	}
	if a.TOTPSealed == "" && len(keys) == 0 {
		return StepDone, l.enter(w, r, a, how, false)
	}
	// The failures stay until the code is right as well: else a known password would allow guessing codes
	// without end.
	if err := l.sessions.RenewToken(ctx); err != nil {
		return 0, err
	}
	l.sessions.Remove(ctx, keyAdministrator)
	l.sessions.Put(ctx, keySecret, rand.Text())
	l.sessions.Put(ctx, keyPending, a.ID)
	l.sessions.Put(ctx, keyPendingUntil, strconv.FormatInt(l.now().Add(pendingAge).UnixMilli(), 10))
	return StepCode, nil
}

// accountKey names the account an attempt is about; made-up names count under themselves.
func accountKey(a *store.Administrator, name string) string {
	if a.ID != "" {
		return a.ID
	}
	if len(name) > 90 {
		name = name[:90]
	}
	return "?" + strings.ToLower(name)
}

func (l *Login) mustWait(ctx context.Context, keys []throttleKey, account, addr string) error {
	wait := l.throttle.wait(keys, l.now())
	if wait <= 0 {
		return nil
	}
	l.failed(ctx, account, addr, "put off: too many failures")
	wait = wait.Round(time.Second) + time.Second
	return access.Unavailable("sign-in", fmt.Sprintf("Too many failed attempts. Try again in %s.", wait), nil)
}

// VerifyCode checks the one-time code, or a recovery code, of somebody whose password was right, and
// signs him in.
func (l *Login) VerifyCode(w http.ResponseWriter, r *http.Request, code string) error {
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
	var how string
	err = l.store.WithTx(ctx, func(tx *store.Tx) error {
		if a, err = tx.FindAdministrator(id); err != nil {
			return err
		}
		how, err = l.useCode(a, code)
		if err != nil {
			return err
		}
		return tx.SaveAdministrator(a)
	})
	if access.KindOf(err) == access.KindUnauthenticated {
		l.failed(ctx, a.Name, addr, "wrong one-time code")
	}
	if err != nil {
		return err
	}
	if a.Disabled {
		return access.Unauthenticated("sign-in", wrongPassword)
	}
	l.throttle.succeeded(keys)
	return l.enter(w, r, a, how, true)
}

// useCode checks a code and marks it as used in a.
func (l *Login) useCode(a *store.Administrator, code string) (how string, err error) {
	if a.TOTPSealed != "" {
		seed, err := l.box.Open(purposeSeed, a.TOTPSealed)
		if err != nil {
			return "", fmt.Errorf("login: %w", err)
		}
		if s, ok := matchStep(string(seed), code, l.now(), a.TOTPStep); ok {
			a.TOTPStep = s
			return "password and one-time code", nil
		}
	}
	var hashes []string
	if a.Recovery != "" {
		if err := json.Unmarshal([]byte(a.Recovery), &hashes); err != nil {
			return "", fmt.Errorf("login: recovery codes: %w", err)
		}
	}
	left, ok := useRecoveryCode(hashes, code)
	if !ok {
		return "", access.Unauthenticated("sign-in", wrongCode)
	}
	text, err := json.Marshal(left)
	a.Recovery = string(text)
	return fmt.Sprintf("password and recovery code, %d left", len(left)), err
}

// enter signs an administrator in: a new session token, so that one that was planted beforehand is worth
// nothing, and an audit line. strong says that more than a password was shown.
func (l *Login) enter(w http.ResponseWriter, r *http.Request, a *store.Administrator, how string, strong bool) error {
	ctx := r.Context()
	err := l.store.WithTx(ctx, func(tx *store.Tx) error {
		fresh, err := tx.FindAdministrator(a.ID)
		if err != nil {
			return err
		}
		if fresh.Disabled { // since the password was looked at
			return access.Unauthenticated("sign-in", wrongPassword)
		}
		fresh.LastSignIn = tx.Now()
		if fresh.LastSignIn.Before(fresh.Changed) { // both within a millisecond: the rights are those of this sign-in
			fresh.LastSignIn = fresh.Changed
		}
		if err := tx.SaveAdministrator(fresh); err != nil {
			return err
		}
		tx.Audit(access.AuditEntry{Actor: a.Name, Addr: addrOf(r), Event: EventSignIn, Detail: how})
		return nil
	})
	if err != nil {
		return err
	}
	if err := l.sessions.RenewToken(ctx); err != nil {
		return err
	}
	l.sessions.Remove(ctx, keyPending)
	l.sessions.Remove(ctx, keyPendingUntil)
	l.sessions.Remove(ctx, keyCeremony)
	l.sessions.Remove(ctx, keyStrong)
	if strong {
		l.sessions.Put(ctx, keyStrong, "1")
	}
	agent := r.UserAgent()
	if len(agent) > 200 {
		agent = strings.ToValidUTF8(agent[:200], "")
	}
	for k, v := range map[string]string{
		keyAdministrator: a.ID, keyChanged: changedMark(a), keySecret: rand.Text(),
		keySince: strconv.FormatInt(l.now().UnixMilli(), 10), keyAddr: addrOf(r), keyAgent: agent,
	} {
		l.sessions.Put(ctx, k, v)
	}
	l.setDevice(w, a.ID)
	return nil
}

// SignOut ends the session of the request.
func (l *Login) SignOut(r *http.Request) error {
	c := callerOf(r.Context())
	if c.means != byBrowser {
		return nil
	}
	if err := l.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	if c.actor.Name != "" {
		l.audit(r.Context(), access.AuditEntry{Actor: c.actor.Name, Addr: c.actor.Addr, Event: EventSignOut})
	}
	return nil
}
