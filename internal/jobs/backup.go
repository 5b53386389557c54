// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package jobs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// backupDue gives the last hour of backups. One that was set in the past of today waits for tomorrow.
func (j *Jobs) backupDue(ctx context.Context, _ admin.Task, now time.Time) (time.Time, error) {
	b, err := j.settings.Backups(ctx, reader())
	if err != nil || !b.On {
		return time.Time{}, err
	}
	hour, minute, ok := admin.Clock(b.At)
	if !ok {
		return time.Time{}, access.Invalid("jobs: backup", "The hour of backups cannot be read.")
	}
	zone, err := j.zone(ctx)
	if err != nil {
		return time.Time{}, err
	}
	at := lastTime(now, zone, hour, minute)
	if at.Before(b.Changed) {
		return time.Time{}, nil
	}
	return at, nil
}

// Backups have these names, and nothing else in the folder is ever touched.
const (
	backupPrefix = "vedette-"
	backupSuffix = ".db"
	backupStamp  = "20060102-150405"
	halfPrefix   = ".half-"
)

// backup writes one and removes the oldest beyond those that are kept. It is written under another name
// first: what has its name is whole.
func (j *Jobs) backup(ctx context.Context) (text string, err error) {
	b, err := j.settings.Backups(ctx, reader())
	if err != nil {
		return "", err
	}
	folder := j.settings.BackupFolder(b)
	file := filepath.Join(folder, backupPrefix+j.now().UTC().Format(backupStamp)+backupSuffix)
	size, err := j.writeBackup(ctx, folder, file)
	var removed int
	if err == nil {
		removed, err = tidyBackups(folder, b.Keep)
	}
	if noted := j.settings.BackupDone(context.WithoutCancel(ctx), file, removed, err); err == nil {
		err = noted
	}
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("Written to %s, %s.", file, sizeInWords(size)), nil
}

func (j *Jobs) writeBackup(ctx context.Context, folder, file string) (int64, error) {
	if folder == "" {
		return 0, access.Invalid("jobs: backup", "No folder for backups is set.")
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return 0, inFolder(folder, err)
	}
	half := filepath.Join(folder, halfPrefix+filepath.Base(file))
	if err := j.store.Backup(ctx, half); err != nil {
		return 0, inFolder(folder, err)
	}
	info, err := os.Stat(half)
	if err == nil {
		err = os.Rename(half, file)
	}
	if err != nil {
		return 0, inFolder(folder, err)
	}
	return info.Size(), nil
}

// inFolder says what can be done about a folder that does not take a backup.
func inFolder(folder string, err error) error {
	text := "The folder " + folder + " cannot be used: " + err.Error() + "."
	if errors.Is(err, os.ErrPermission) {
		text = "The console may not write to " + folder + ". Give its user the right to; a service manager may have to allow the path too."
	} else if _, known := errors.AsType[*access.Error](err); known {
		return err
	}
	return access.Unavailable("jobs: backup", text, err)
}

// tidyBackups removes all but the newest, and halves that a console has left which was cut off.
func tidyBackups(folder string, keep int) (removed int, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return 0, inFolder(folder, err)
	}
	var names []string
	for _, e := range entries {
		name, half := strings.CutPrefix(e.Name(), halfPrefix)
		stamp, isOurs := strings.CutPrefix(name, backupPrefix)
		stamp, isBackup := strings.CutSuffix(stamp, backupSuffix)
		if _, err := time.Parse(backupStamp, stamp); !isOurs || !isBackup || err != nil || !e.Type().IsRegular() {
			continue
		}
		if !half {
			names = append(names, name)
			continue
		}
		if err := os.Remove(filepath.Join(folder, e.Name())); err != nil {
			return removed, inFolder(folder, err)
		}
	}
	slices.Sort(names)
	for len(names) > keep {
		if err := os.Remove(filepath.Join(folder, names[0])); err != nil {
			return removed, inFolder(folder, err)
		}
		names, removed = names[1:], removed+1
	}
	return removed, nil
}

func sizeInWords(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d KiB", (n+1023)/1024)
}
