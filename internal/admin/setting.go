// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
	"github.com/vedette-mail/vedette/internal/store"
)

// Settings are what administrators set on the pages under Settings, and what is done on their word. They lie
// in the database and speak from the moment they are saved, in every console. It is safe for use by several
// goroutines.
type Settings struct {
	admin   *Admin
	box     Sealer
	backups string
	wake    chan struct{}
}

// Sealer keeps secrets that the database must not give away.
type Sealer interface {
	Seal(purpose string, plaintext []byte) string
	Open(purpose, sealed string) ([]byte, error)
}

// SettingsConfig is what settings need.
type SettingsConfig struct {
	Admin *Admin
	Box   Sealer
	// Backups is the folder for backups where the setting names none.
	Backups string
}

// NewSettings checks the configuration.
func NewSettings(c SettingsConfig) (*Settings, error) {
	if c.Admin == nil || c.Box == nil {
		return nil, access.Invalid("admin: settings", "The room and a box for secrets are needed.")
	}
	return &Settings{admin: c.Admin, box: c.Box, backups: c.Backups, wake: make(chan struct{}, 1)}, nil
}

// Woken gives something when a setting has changed, or somebody wants something done, in this console.
func (s *Settings) Woken() <-chan struct{} { return s.wake }

// Kept says which version of a setting is kept, and since when. Version 0: nobody has set it.
type Kept struct {
	Version int64
	Changed time.Time
	By      string
}

// The names of the settings, which are the objects of their audit lines too.
const (
	settingZone      = "time-zone"
	settingMail      = "mail"
	settingRetention = "retention"
	settingMasking   = "masking"
	settingStream    = "audit-stream"
	settingBackup    = "backup"
)

func objectOf(setting string) string { return "setting-" + setting }

// mayRead says who may look at settings: whoever may read the audit log, which tells of every change.
func mayRead(who access.Actor) error { return who.May(access.VerbViewAudit) }

// change saves a setting when it differs as it is kept, in JSON. v is the new one and into the one there was,
// with its defaults; words names the differences for people, once into has been read: what they leave out is
// saved all the same. secret nil keeps the secret there is, and "" drops it.
func (s *Settings) change(ctx context.Context, who access.Actor, name, title string, v, into any, secret *string, act Act,
	words func() []string) (Result, error) {
	with := struct {
		Name   string
		Value  any
		Secret bool
	}{name, v, secret != nil}
	out, err := s.admin.act(ctx, who, access.VerbChangeSettings, objectOf(name), act, with, func(tx *store.Tx) (outcome, error) {
		before, err := tx.Setting(name, into)
		if err != nil {
			return outcome{}, err
		}
		if before.Version != act.Version {
			return outcome{}, stale(objectOf(name), "This setting")
		}
		diff, sealed := words(), before.Sealed
		if secret != nil && (*secret != "" || sealed != "") {
			diff, sealed = append(diff, "password: changed"), ""
			if *secret != "" {
				sealed = s.box.Seal(objectOf(name), []byte(*secret))
			}
		}
		same, err := sameJSON(into, v)
		switch {
		case err != nil:
			return outcome{}, err
		case same && len(diff) == 0:
			return outcome{Result: Result{Version: before.Version, Text: "Nothing has changed."}}, nil
		case len(diff) == 0:
			diff = append(diff, "changed")
		}
		if err := tx.SaveSetting(name, v, sealed, before.Version, who.Name); err != nil {
			return outcome{}, err
		}
		detail := strings.Join(diff, "; ")
		if act.Reason != "" {
			detail += "; " + act.Reason
		}
		tx.Audit(entry(who, string(access.VerbChangeSettings), title, objectOf(name), detail))
		return outcome{Result: Result{Version: before.Version + 1, Text: "Saved. " + strings.Join(diff, "; ") + "."}}, nil
	})
	if err == nil && !out.Result.Replayed {
		wake(s.wake)
	}
	return out.Result, err
}

// sameJSON says that two settings are kept as the same text.
func sameJSON(a, b any) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, fmt.Errorf("admin: settings: %w", err)
	}
	y, err := json.Marshal(b)
	if err != nil {
		return false, fmt.Errorf("admin: settings: %w", err)
	}
	return bytes.Equal(x, y), nil
}

// read gives a setting over its defaults.
func (s *Settings) read(ctx context.Context, name string, into any) (Kept, string, error) {
	st, err := s.admin.store.Setting(ctx, name, into)
	return Kept{Version: st.Version, Changed: st.Changed, By: st.By}, st.Sealed, err
}

// diffs gathers differences in words.
type diffs []string

func (d *diffs) add(name string, before, after any) {
	if before != after {
		*d = append(*d, fmt.Sprintf("%s: %v → %v", name, shown(before), shown(after)))
	}
}

func shown(v any) any {
	switch v := v.(type) {
	case bool:
		if v {
			return "Yes"
		}
		return "No"
	case string:
		if v == "" {
			return "none"
		}
	}
	return v
}

// note writes an audit line of its own about something that was done on the word of a setting.
func (s *Settings) note(ctx context.Context, e access.AuditEntry) error {
	err := s.admin.store.WithTx(ctx, func(tx *store.Tx) error {
		tx.Audit(e)
		return nil
	})
	if err != nil {
		s.admin.log.LogAttrs(ctx, slog.LevelError, "audit line lost", slog.String(logkeys.Actor, e.Actor),
			slog.String(logkeys.Event, e.Event), slog.Any(logkeys.Error, err))
	}
	return err
}

// The events that are no verbs of their own.
const (
	eventPurge    = "purge"
	eventBackUp   = "back-up"
	eventTestMail = "test-mail"
)

// house is who does what nobody presses a button for.
func house() access.Actor { return access.Actor{Name: "vedette", Role: access.RoleAdministrator} }
