// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Setting is one setting as it is kept. Version 0: nobody has set it. Sealed is text that only the
// console's key opens; the store neither seals nor opens.
type Setting struct {
	Name    string
	Value   string // JSON
	Sealed  string
	Version int64
	Changed time.Time
	By      string
}

// ownSettings are the store's own notes, in the same table.
const ownSettings = "upgrade."

func settingColumns(s *Setting) []column {
	return []column{{"name", &s.Name}, {"value", &s.Value}, {"sealed", &s.Sealed}, {"version", &s.Version},
		{"changed", &s.Changed}, {"by_whom", &s.By}}
}

func (r runner) setting(ctx context.Context, lock bool, name string) (Setting, error) {
	st := Setting{Name: name}
	cols := settingColumns(&st)
	q := `SELECT ` + names(cols) + ` FROM setting WHERE name = $1`
	if lock {
		q += r.e.locking()
	}
	err := r.row(ctx, q, name).Scan(targets(cols)...)
	if errors.Is(err, sql.ErrNoRows) {
		return Setting{Name: name}, nil
	}
	return st, err
}

// Setting reads a setting into v, which keeps what it holds where nobody has set anything.
func (s *Store) Setting(ctx context.Context, name string, v any) (Setting, error) {
	return openSetting(s.reader(), ctx, false, name, v)
}

// Setting reads a setting into v and keeps others from changing it until the transaction ends.
func (t *Tx) Setting(name string, v any) (Setting, error) {
	return openSetting(t.q, t.ctx, true, name, v)
}

func openSetting(r runner, ctx context.Context, lock bool, name string, v any) (Setting, error) {
	st, err := r.setting(ctx, lock, name)
	if err == nil && st.Value != "" && v != nil {
		err = json.Unmarshal([]byte(st.Value), v)
	}
	return st, said("store: setting", err)
}

// SaveSetting writes a setting: v as JSON, and sealed beside it. version is the one that was read;
// another one there now is a Conflict.
func (t *Tx) SaveSetting(name string, v any, sealed string, version int64, by string) error {
	const op = "store: save setting"
	if name == "" || clean(name, capShort) != name || strings.HasPrefix(name, ownSettings) {
		return access.Invalid(op, "There can be no setting of this name.")
	}
	b, err := json.Marshal(v)
	if err != nil {
		return access.Invalid(op, "This setting cannot be kept.")
	}
	conflict := access.Conflict(op, "Somebody else has changed this setting in the meantime. Look at it again.")
	old, err := t.q.setting(t.ctx, true, name)
	if err != nil {
		return said(op, err)
	}
	if old.Version != version {
		return conflict
	}
	n, err := t.q.exec(t.ctx, `INSERT INTO setting (name, value, sealed, version, changed, by_whom) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (name) DO UPDATE SET value = $2, sealed = $3, version = $4, changed = $5, by_whom = $6 WHERE setting.version = $7`,
		name, string(b), sealed, version+1, millis(t.now), clean(by, capKey), version)
	if err == nil && n == 0 { // two first writers: there was no row to lock
		return conflict
	}
	return said(op, err)
}

// ListSettings gives every setting, in the order of their names.
func (s *Store) ListSettings(ctx context.Context) ([]Setting, error) {
	var list []Setting
	err := s.reader().each(ctx, func(r *sql.Rows) error {
		var st Setting
		err := r.Scan(targets(settingColumns(&st))...)
		if !strings.HasPrefix(st.Name, ownSettings) {
			list = append(list, st)
		}
		return err
	}, `SELECT `+names(settingColumns(&Setting{}))+` FROM setting ORDER BY name LIMIT 500`)
	return list, said("store: list settings", err)
}
