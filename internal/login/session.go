// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/internal/store"
)

// Keys of what a session holds. Values are text.
const (
	keyAdministrator = "administrator" // id of who is signed in
	keyChanged       = "changed"       // Administrator.Changed at sign-in: later ones end the session
	keyPending       = "pending"       // id of who has given the password and still owes the code
	keyPendingUntil  = "pending_until"
	keySecret        = "secret" // what the form token is derived from
	keySince         = "since"
	keyAddr          = "addr"
	keyAgent         = "agent"
	keySeen          = "seen"     // last request of a person, to the minute
	keyStrong        = "strong"   // more than a password was shown
	keyCeremony      = "ceremony" // a passkey that is being added or asked for
)

// codec writes sessions as JSON of text: nothing that is read back can be more than text.
type codec struct{}

type sessionText struct {
	Deadline time.Time         `json:"deadline"`
	Values   map[string]string `json:"values"`
}

// Encode is called by scs.
func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	t := sessionText{Deadline: deadline, Values: make(map[string]string, len(values))}
	for k, v := range values {
		if s, ok := v.(string); ok {
			t.Values[k] = s
		}
	}
	return json.Marshal(t)
}

// Decode is called by scs.
func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	var t sessionText
	if err := json.Unmarshal(b, &t); err != nil {
		return time.Time{}, nil, err
	}
	values := make(map[string]any, len(t.Values))
	for k, v := range t.Values {
		values[k] = v
	}
	return t.Deadline, values, nil
}

// sessionStore stands between scs and the store. It writes a session that has not changed once a minute
// instead of with every request, and does not let a request that was under way bring back a session
// that has been ended meanwhile.
type sessionStore struct {
	*store.Sessions
	now func() time.Time

	mu      sync.Mutex
	written map[string]written   // by hash
	ended   map[string]time.Time // by hash
}

type written struct {
	data   []byte
	expiry time.Time
}

// endedFor is how long an ended session is remembered: longer than any request of its may last.
const endedFor = 15 * time.Minute

func newSessionStore(s *store.Sessions, now func() time.Time) *sessionStore {
	return &sessionStore{Sessions: s, now: now, written: map[string]written{}, ended: map[string]time.Time{}}
}

// CommitCtx is called by scs at the end of a request.
func (s *sessionStore) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	hash := store.SessionHash(token)
	s.mu.Lock()
	_, gone := s.ended[hash]
	last, known := s.written[hash]
	s.mu.Unlock()
	if gone || known && bytes.Equal(last.data, b) && expiry.Sub(last.expiry).Abs() < time.Minute {
		return nil
	}
	if err := s.Sessions.CommitCtx(ctx, token, b, expiry); err != nil {
		if known && sameButSeen(last.data, b) {
			return nil // a page can be read although the database cannot write
		}
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.written) > 10_000 {
		clear(s.written)
	}
	s.written[hash] = written{data: b, expiry: expiry}
	return nil
}

// sameButSeen says that two texts of a session differ in nothing but when it was last used.
func sameButSeen(a, b []byte) bool {
	var x, y sessionText
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil || !x.Deadline.Equal(y.Deadline) {
		return false
	}
	delete(x.Values, keySeen)
	delete(y.Values, keySeen)
	return maps.Equal(x.Values, y.Values)
}

// FindCtx is called by scs at the beginning of a request.
func (s *sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	s.mu.Lock()
	_, gone := s.ended[store.SessionHash(token)]
	s.mu.Unlock()
	if gone {
		return nil, false, nil
	}
	return s.Sessions.FindCtx(ctx, token)
}

// DeleteCtx is called by scs when a session ends.
func (s *sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.end(ctx, store.SessionHash(token))
}

// end ends a session by its hash.
func (s *sessionStore) end(ctx context.Context, hash string) error {
	s.mu.Lock()
	now := s.now()
	for h, at := range s.ended {
		if now.Sub(at) > endedFor {
			delete(s.ended, h)
		}
	}
	s.ended[hash] = now
	delete(s.written, hash)
	s.mu.Unlock()
	return s.DeleteHash(ctx, hash)
}
