// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Preferences are the settings with who set them. Version 0 means that nobody has: the defaults.
type Preferences struct {
	access.Preferences
	Version int64
	Changed time.Time
	By      string
}

func (r runner) preferences(ctx context.Context, lock bool) (Preferences, error) {
	p := Preferences{Preferences: access.DefaultPreferences()}
	q := `SELECT value, version, changed, by_whom FROM preferences WHERE id = 1`
	if lock {
		q += r.e.locking()
	}
	err := r.row(ctx, q).Scan(jsonTarget{&p.Preferences}, &p.Version, target(&p.Changed), &p.By)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	return p, err
}

// FindPreferences gives the settings, the defaults when there are none yet.
func (s *Store) FindPreferences(ctx context.Context) (Preferences, error) {
	p, err := s.reader().preferences(ctx, false)
	return p, said("store: preferences", err)
}

// FindPreferences gives the settings and keeps others from changing them until the transaction ends.
func (t *Tx) FindPreferences() (Preferences, error) {
	p, err := t.q.preferences(t.ctx, true)
	return p, said("store: preferences", err)
}

// DeviceLimit is how many devices may sync a mailbox, as this transaction judges; 0: any number.
func (t *Tx) DeviceLimit() int { return t.view.Preferences().DeviceLimit }

// OneServerType reports whether the accounts of a phone have to be on one kind of mail server.
func (t *Tx) OneServerType() bool { return t.view.Preferences().OneServerType }

// SavePreferences writes the settings. version is the one that was read; another one there now is a
// Conflict. The sync status of the records is not touched: run SweepSyncStatus afterwards.
func (t *Tx) SavePreferences(p access.Preferences, version int64, by string) error {
	if err := p.Validate(); err != nil {
		return err
	}
	conflict := access.Conflict("store: save preferences", "Somebody else has changed the preferences in the meantime. Look at them again.")
	old, err := t.FindPreferences()
	if err != nil {
		return err
	}
	if old.Version != version {
		return conflict
	}
	n, err := t.q.exec(t.ctx, `INSERT INTO preferences (id, value, version, changed, by_whom) VALUES (1, $1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET value = $1, version = $2, changed = $3, by_whom = $4 WHERE preferences.version = $5`,
		value(asJSON{p}), version+1, millis(t.now), clean(by, capKey), version)
	if err != nil {
		return said("store: save preferences", err)
	}
	if n == 0 { // two first writers: the row lock could not help, there was no row
		return conflict
	}
	t.touch(access.EntryPreferences, "")
	t.view.forget()
	return nil
}
