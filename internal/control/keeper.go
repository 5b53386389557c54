// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

const (
	// patience is how long a change waits for the disk before it acts without having been kept. A
	// block must not depend on a disk that hangs.
	patience = 500 * time.Millisecond
	// journalMin is how much a journal may hold before the snapshot is written anew, however small
	// that is; of a larger snapshot, a quarter of its size.
	journalMin = 1 << 20
)

// keeper gives changes to the holder, and sees to it that they are on disk before they act: a gateway
// that is killed and starts again without its console still knows every block and every order it has
// ever acted on. Batches go to a journal, many of them at once when they come fast; now and then the
// whole view is saved and the journal begins anew. A full copy acts at once and is saved after that,
// and counts as applied only then.
//
// What the disk refuses, or does not take in time, acts all the same. From then on the disk lags behind
// until the whole view could be saved.
type keeper struct {
	dir    string
	holder *snapshot.Holder
	log    *slog.Logger
	due    chan struct{} // the whole view should be saved, when there is time
	urgent chan struct{} // and at once

	saving sync.Mutex // one save at a time

	mu      sync.Mutex // held while a change is written down and applied
	journal *snapshot.Journal
	append  func(from access.Position, batches []access.Batch) error // of the journal
	late    chan error                                               // an append that takes too long; until it ends nobody touches the journal
	saved   access.Position                                          // of the snapshot file
	sums    snapshot.Sums                                            // of what is in it
	size    int64                                                    // of that file
	copying bool                                                     // batches are parts of a full copy
	owed    bool                                                     // a full copy acts and has yet to be saved
	said    string                                                   // why the snapshot could not be saved the last time

	// Every change that did not get to the disk is a break. The files of the journal that are being
	// written continue a view of after break number based; those on disk all together lead to what the
	// holder has if kept is the number of breaks.
	breaks, based, kept int
}

// openKeeper brings back what the last run has left.
func openKeeper(dir string, holder *snapshot.Holder, log *slog.Logger, now func() time.Time) (*keeper, error) {
	k := &keeper{dir: dir, holder: holder, log: log, due: make(chan struct{}, 1), urgent: make(chan struct{}, 1)}
	var err error
	if k.journal, err = snapshot.OpenJournal(dir); err != nil {
		return nil, err
	}
	k.append = k.journal.Append
	if !k.load(now) {
		k.breaks++
	}
	if k.journal.Size() > 0 {
		signal(k.due)
	}
	return k, nil
}

// load reads the snapshot and what the journal adds. A damaged file is as good as none: the console has
// it all.
func (k *keeper) load(now func() time.Time) bool {
	path := filepath.Join(k.dir, snapshotFile)
	v, heard, err := snapshot.Load(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false
	case err != nil:
		k.log.Error("saved snapshot cannot be used; starting without", logkeys.File, path, logkeys.Error, err)
		return false
	}
	k.isSaved(v)
	v, changes, err := k.journal.Replay(v)
	if err != nil {
		k.log.Error("changes since the saved snapshot cannot all be read", logkeys.File, k.dir, logkeys.Error, err)
	}
	k.log.Info("starting with what was saved", logkeys.Number, v.Position().Number, logkeys.Count, changes)
	if b, err := os.ReadFile(filepath.Join(k.dir, heardFile)); err == nil {
		if t, err := time.Parse(time.RFC3339Nano, string(b)); err == nil && t.After(heard) {
			heard = t
		}
	}
	if now := now(); heard.After(now) {
		heard = now // the clock was wrong when it was written; nothing is known to be younger than now
	}
	k.holder.Restore(v, heard)
	return true
}

// isSaved notes what the snapshot file holds. The view itself is not kept: it would hold on to much that
// is gone from later ones.
func (k *keeper) isSaved(v *snapshot.View) {
	k.saved, k.sums = v.Position(), *v.Sums()
	if info, err := os.Stat(filepath.Join(k.dir, snapshotFile)); err == nil {
		k.size = info.Size()
	}
}

// begin is for a new link: half a copy from an earlier one does not go on with it.
func (k *keeper) begin() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.copying = false
	k.holder.Drop()
}

// take writes batches down and applies them.
func (k *keeper) take(batches []access.Batch) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(batches) > 0 {
		run := 0
		for run < len(batches) && !k.copying && !batches[run].Full {
			run++
		}
		k.write(batches[:run])
		for i := range run {
			k.holder.Apply(batches[i])
		}
		if batches = batches[run:]; len(batches) > 0 {
			k.copy(batches[0])
			batches = batches[1:]
		}
	}
}

func (k *keeper) copy(b access.Batch) {
	k.copying = b.More
	k.holder.Apply(b)
	if !b.More {
		k.breaks++
		k.owed = true
	}
}

// nudge has a full copy saved that has just been applied.
func (k *keeper) nudge() {
	if _, ok := k.applied(); !ok {
		signal(k.urgent)
	}
}

// write puts batches on disk, or gives up. The caller holds mu.
func (k *keeper) write(batches []access.Batch) {
	if len(batches) == 0 {
		return
	}
	if k.based != k.breaks {
		signal(k.due) // there is nothing on disk that they would continue
		return
	}
	from, done := k.holder.Load().Position(), make(chan error, 1)
	go func() { done <- k.append(from, batches) }()
	enough := time.NewTimer(patience)
	defer enough.Stop()
	var err error
	select {
	case err = <-done:
	case <-enough.C:
		err = errors.New("the disk does not answer")
		k.late = done
	}
	if err != nil {
		k.log.Error("changes act without having been written down", logkeys.File, k.dir, logkeys.Error, err)
		k.breaks++
		signal(k.due)
	} else if k.kept != k.breaks || k.journal.Size() > max(journalMin, k.size/4) {
		signal(k.due)
	}
}

// applied is how far changes have been applied; ok is false while a full copy has yet to be saved.
func (k *keeper) applied() (p access.Position, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.holder.Load().Position(), !k.owed
}

// behind reports whether a start now would not find all that acts.
func (k *keeper) behind() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept != k.breaks
}

// unkept reports whether the disk has refused what acts. A full copy that is about to be saved is not meant.
func (k *keeper) unkept() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept != k.breaks && !k.owed && k.holder.Load().Position() != (access.Position{})
}

// save writes the whole view, unless the snapshot file holds it already.
func (k *keeper) save() {
	k.saving.Lock()
	defer k.saving.Unlock()
	v, of, superfluous, ok := k.turn()
	if !ok {
		return
	}
	path := filepath.Join(k.dir, snapshotFile)
	err := v.Save(path, k.holder.Heard())

	k.mu.Lock()
	defer k.mu.Unlock()
	if of == k.breaks {
		k.owed = false // saved, or refused: this is all that can be done for it
	}
	if err != nil {
		if err.Error() != k.said {
			k.log.Error("snapshot cannot be saved", logkeys.File, path, logkeys.Error, err)
		}
		k.said = err.Error()
		return
	}
	k.said, k.kept = "", of
	k.isSaved(v)
	if k.late == nil {
		if err := k.journal.Forget(superfluous); err != nil {
			k.log.Warn("superfluous changes stay on disk", logkeys.File, k.dir, logkeys.Error, err)
		}
	}
	if k.breaks != of {
		signal(k.due)
	}
}

// turn gives the view to save and has the journal continue it: the number of breaks it comes after, and
// the last file of the journal that will not be needed beside it.
func (k *keeper) turn() (v *snapshot.View, of int, superfluous int64, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for k.late != nil {
		late := k.late
		k.mu.Unlock()
		<-late
		k.mu.Lock()
		k.late = nil
	}
	v = k.holder.Load()
	if v.Position() == (access.Position{}) {
		return nil, 0, 0, false // nothing has ever been heard
	}
	if k.kept == k.breaks && k.journal.Size() == 0 && v.Position() == k.saved && *v.Sums() == k.sums {
		return nil, 0, 0, false
	}
	k.based = k.breaks
	return v, k.breaks, k.journal.Turn(), true
}
