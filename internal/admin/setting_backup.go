// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Backups says when backups are written, where to, and how many are kept.
type Backups struct {
	On     bool   `json:"on"`
	At     string `json:"at"`     // hh:mm, in the time zone that is set
	Keep   int    `json:"keep"`   // how many of the newest
	Folder string `json:"folder"` // on the console's machine; empty: "backups" in its data directory
	Kept   `json:"-"`
}

func defaultBackups() Backups { return Backups{At: "03:30", Keep: 14} }

// Backups gives the setting.
func (s *Settings) Backups(ctx context.Context, who access.Actor) (Backups, error) {
	b := defaultBackups()
	if err := mayRead(who); err != nil {
		return b, err
	}
	var err error
	b.Kept, _, err = s.read(ctx, settingBackup, &b)
	return b, err
}

// BackupFolder is where backups go.
func (s *Settings) BackupFolder(b Backups) string {
	if b.Folder != "" {
		return b.Folder
	}
	return s.backups
}

// Clock gives hour and minute of "hh:mm".
func Clock(text string) (hour, minute int, ok bool) {
	t, err := time.Parse("15:04", text)
	return t.Hour(), t.Minute(), err == nil
}

// ChangeBackups sets it.
func (s *Settings) ChangeBackups(ctx context.Context, who access.Actor, b Backups, act Act) (Result, error) {
	const op = "admin: backups"
	b.Folder = strings.TrimSpace(b.Folder)
	if _, _, ok := Clock(b.At); !ok {
		return Result{}, access.Invalid(op, "The time is written hh:mm, such as 03:30.")
	}
	if b.Keep < 1 || b.Keep > 1000 {
		return Result{}, access.Invalid(op, "Keep between 1 and 1000 backups.")
	}
	if b.Folder != "" && !filepath.IsAbs(b.Folder) {
		return Result{}, access.Invalid(op, "The folder is a whole path on the console's machine, such as /var/backups/vedette.")
	}
	old := defaultBackups()
	return s.change(ctx, who, settingBackup, "Backups", b, &old, nil, act, func() []string {
		var d diffs
		d.add("Write backups", old.On, b.On)
		d.add("Time", old.At, b.At)
		d.add("Keep", old.Keep, b.Keep)
		d.add("Folder", old.Folder, b.Folder)
		return d
	})
}

// BackupDone writes down that a backup was written, or was not.
func (s *Settings) BackupDone(ctx context.Context, file string, removed int, cause error) error {
	line := entry(house(), eventBackUp, filepath.Base(file), "task-"+string(TaskBackup), "written to "+file)
	if removed > 0 {
		line.Detail += fmt.Sprintf("; %d older removed", removed)
	}
	if cause != nil {
		line.Detail = "failed: " + cause.Error()
	}
	return s.note(ctx, line)
}

// overdue is how long after its time a backup that has not been written is worth a word.
const overdue = 26 * time.Hour

// SettingNeeds says what of the settings waits for somebody: a backup that failed, lines of the audit log
// that cannot be delivered, a purge that failed, a letter that the mail server did not take.
func (s *Settings) SettingNeeds(ctx context.Context, who access.Actor) ([]Need, error) {
	if mayRead(who) != nil {
		return nil, nil // what a person cannot look after is no news for that person
	}
	var list []Need
	b, err := s.Backups(ctx, who)
	if err != nil {
		return nil, err
	}
	t, err := s.Task(ctx, who, TaskBackup)
	if err != nil {
		return nil, err
	}
	now := s.admin.now()
	switch {
	case t.Failed:
		list = append(list, Need{Kind: NeedBackup, Urgent: true, Count: 1, Text: "The last backup failed. " + t.Text})
	case b.On && t.Succeeded.IsZero() && now.Sub(b.Changed) > overdue, b.On && !t.Succeeded.IsZero() && now.Sub(t.Succeeded) > overdue && now.Sub(b.Changed) > overdue:
		list = append(list, Need{Kind: NeedBackup, Urgent: true, Count: 1, Text: "No backup has been written for more than a day."})
	}
	if t, err = s.Task(ctx, who, TaskPurge); err != nil {
		return nil, err
	}
	if t.Failed {
		list = append(list, Need{Kind: NeedPurge, Count: 1, Text: "What should have been forgotten is still there. " + t.Text})
	}
	var l letters
	if _, _, err := s.read(ctx, settingLetters, &l); err != nil {
		return nil, err
	}
	if l.Trouble != "" {
		list = append(list, Need{Kind: NeedMail, Count: 1, Text: "A letter to the recipients of Settings > Mail could not be sent. " + l.Trouble})
	}
	for _, way := range StreamWays() {
		c, err := s.StreamCursor(ctx, way)
		if err != nil {
			return nil, err
		}
		if c.Trouble != "" {
			list = append(list, Need{Kind: NeedStream, Urgent: true, Count: 1,
				Text: "The audit log is not delivered since " + atTime(c.Since) + ". " + c.Trouble})
		}
	}
	return list, nil
}

// The kinds of needs that settings have.
const (
	NeedBackup NeedKind = "backup" // one failed, or is overdue
	NeedPurge  NeedKind = "purge"  // failed
	NeedStream NeedKind = "stream" // the audit log is not delivered
	NeedMail   NeedKind = "mail"   // a letter could not be sent
)
