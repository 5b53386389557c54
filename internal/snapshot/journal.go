// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// A journal is a row of files beside a saved View, each of them: magic, then one frame for each batch
// (length, CRC-32C, bytes). A batch says which position it continues, so that it never matters which
// files are still there: what does not continue the View at hand was in it already, or belongs to
// another past. Files are appended to by the process that made them and by no other; a tail torn by a
// crash stays where it is and harms nothing.
const (
	journalMagic  = "vedette-changes-1\n"
	journalPrefix = "changes-"
	frameHead     = 8
	// deletion stands where an entry has its kind; the kind of what is gone follows as text.
	deletion byte = 0xff
)

// Journal appends batches to files in a directory. It may be used by one goroutine at a time.
type Journal struct {
	dir     string
	last    int64 // number of the newest file
	file    *os.File
	size    int64 // bytes in all files that have not been forgotten
	scratch []byte
}

// OpenJournal finds what earlier runs have left in a directory.
func OpenJournal(dir string) (*Journal, error) {
	j := &Journal{dir: dir}
	files, err := j.files()
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	for _, n := range files {
		j.last = max(j.last, n)
		if info, err := os.Stat(j.path(n)); err == nil {
			j.size += info.Size()
		}
	}
	return j, nil
}

func (j *Journal) path(n int64) string {
	return filepath.Join(j.dir, fmt.Sprintf("%s%012d", journalPrefix, n))
}

// files gives the numbers of the files there are, oldest first.
func (j *Journal) files() ([]int64, error) {
	found, err := os.ReadDir(j.dir)
	if err != nil {
		return nil, err
	}
	var list []int64
	for _, e := range found {
		digits, ok := strings.CutPrefix(e.Name(), journalPrefix)
		if n, err := strconv.ParseInt(digits, 10, 64); ok && err == nil && n > 0 {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return list, nil
}

// Size is how many bytes of batches there are to be read at the next start.
func (j *Journal) Size() int64 { return j.size }

// Append writes batches, of which the first continues the position from and each other the one before
// it, and returns when they are on disk. None of them may be a part of a full copy. After an error some
// of them may be there or not.
func (j *Journal) Append(from access.Position, batches []access.Batch) error {
	frames := j.scratch[:0]
	for i := range batches {
		frames = appendFrame(frames, from, &batches[i])
		from = batches[i].Position
	}
	if cap(frames) <= 1<<20 {
		j.scratch = frames
	}
	err := j.begin()
	if err == nil {
		if _, err = j.file.Write(frames); err == nil {
			err = j.file.Sync()
		}
	}
	if err != nil {
		j.Turn() // what comes after a torn frame would never be read
		return fmt.Errorf("write journal: %w", err)
	}
	j.size += int64(len(frames))
	return nil
}

// begin makes the next file, unless there is one to go on with.
func (j *Journal) begin() error {
	if j.file != nil {
		return nil
	}
	j.last++
	f, err := os.OpenFile(j.path(j.last), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	j.file = f
	if _, err = f.WriteString(journalMagic); err != nil {
		return err
	}
	j.size += int64(len(journalMagic))
	return syncDir(j.dir)
}

// Turn ends the present file and gives the number of the last one that there is. A View that holds all
// that has been appended so far makes these files superfluous, once it has been saved.
func (j *Journal) Turn() int64 {
	if j.file != nil {
		j.file.Close()
		j.file = nil
	}
	return j.last
}

// Forget removes the files up to a number.
func (j *Journal) Forget(last int64) error {
	files, err := j.files()
	j.size = 0
	for _, n := range files {
		if n <= last {
			err = errors.Join(err, os.Remove(j.path(n)))
		} else if info, serr := os.Stat(j.path(n)); serr == nil {
			j.size += info.Size()
		}
	}
	if err != nil {
		return fmt.Errorf("tidy journal: %w", err)
	}
	return nil
}

// Replay gives the View that the files lead to from the one that was saved, and how many batches that
// took. A file that ends in a torn frame is read up to there.
func (j *Journal) Replay(v *View) (*View, int, error) {
	files, err := j.files()
	if err != nil {
		return v, 0, fmt.Errorf("read journal: %w", err)
	}
	applied, words := 0, make(map[string]string)
	for _, n := range files {
		b, err := os.ReadFile(j.path(n))
		if err != nil {
			return v, applied, fmt.Errorf("read journal: %w", err)
		}
		rest, ok := bytes.CutPrefix(b, []byte(journalMagic))
		for ok {
			var from access.Position
			var batch access.Batch
			if from, batch, rest, ok = nextBatch(rest, words); ok && from == v.position {
				v = v.Apply(batch)
				applied++
			}
		}
	}
	return v, applied, nil
}

func crcTable() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

// nextBatch reads one frame; ok is false at the end, and where a frame is torn.
func nextBatch(b []byte, words map[string]string) (from access.Position, batch access.Batch, rest []byte, ok bool) {
	if len(b) < frameHead {
		return from, batch, nil, false
	}
	n, sum := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	b = b[frameHead:]
	if uint64(n) > uint64(len(b)) || crc32.Checksum(b[:n], crcTable()) != sum {
		return from, batch, nil, false
	}
	from, batch, err := decodeBatch(b[:n], words)
	return from, batch, b[n:], err == nil
}

func appendFrame(b []byte, from access.Position, batch *access.Batch) []byte {
	start := len(b)
	w := writer{append(b, make([]byte, frameHead)...)}
	w.position(from)
	w.position(batch.Position)
	var body []byte
	for i := range batch.Entries {
		e := &batch.Entries[i]
		switch {
		case e.Deleted:
			d := writer{append(body[:0], deletion)}
			d.raw(string(e.Kind))
			d.raw(e.Key)
			body = d.b
		case whole(e):
			body = appendEntry(body[:0], e)
		default:
			continue
		}
		w.b = binary.AppendUvarint(w.b, uint64(len(body)))
		w.b = append(w.b, body...)
	}
	frame := w.b[start+frameHead:]
	binary.BigEndian.PutUint32(w.b[start:], uint32(len(frame)))
	binary.BigEndian.PutUint32(w.b[start+4:], crc32.Checksum(frame, crcTable()))
	return w.b
}

func decodeBatch(body []byte, words map[string]string) (from access.Position, b access.Batch, err error) {
	r := reader{body}
	if from, err = r.position(); err != nil {
		return from, b, err
	}
	if b.Position, err = r.position(); err != nil {
		return from, b, err
	}
	for len(r.b) > 0 {
		one, err := r.bytes()
		if err != nil {
			return from, b, err
		}
		e, err := decodeChange(one, words)
		if err != nil {
			return from, b, err
		}
		b.Entries = append(b.Entries, e)
	}
	return from, b, nil
}

func decodeChange(b []byte, words map[string]string) (access.Entry, error) {
	if len(b) == 0 || b[0] != deletion {
		return decodeEntry(b, words)
	}
	r := reader{b[1:]}
	kind, err := r.bytes()
	if err != nil {
		return access.Entry{}, err
	}
	key, err := r.bytes()
	return access.Entry{Kind: access.EntryKind(kind), Key: string(key), Deleted: true}, err
}

func (w *writer) position(p access.Position) {
	w.raw(p.History)
	w.b = binary.AppendVarint(w.b, p.Number)
	w.raw(p.Token)
}

func (r *reader) position() (p access.Position, err error) {
	history, err := r.bytes()
	if err != nil {
		return p, err
	}
	n, size := binary.Varint(r.b)
	if size <= 0 {
		return p, errEncoding
	}
	r.b = r.b[size:]
	token, err := r.bytes()
	return access.Position{History: string(history), Number: n, Token: string(token)}, err
}
