// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// A file is: magic, position and the time the console was last heard, one length and entry after the
// other, a zero length, the number of entries, and a SHA-256 over all of that.
const (
	fileMagic = "vedette-snapshot-1\n"
	maxEntry  = 1 << 20
	chunk     = 1000 // entries applied at a time while reading
)

// ErrDamaged says that a file is there and cannot be used.
var ErrDamaged = errors.New("the snapshot file is damaged")

// Save writes the View to a file, whole or not at all: it is written beside, synced and renamed.
func (v *View) Save(path string, heard time.Time) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	err = v.write(f, heard)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("save snapshot: %w", err)
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	return nil
}

func (v *View) write(f io.Writer, heard time.Time) error {
	sum := sha256.New()
	out := bufio.NewWriterSize(io.MultiWriter(f, sum), 1<<16)
	head := writer{[]byte(fileMagic)}
	head.raw(v.position.History)
	head.b = binary.AppendVarint(head.b, v.position.Number)
	head.raw(v.position.Token)
	var at int64
	if !heard.IsZero() {
		at = heard.UnixMilli()
	}
	head.b = binary.AppendVarint(head.b, at)
	_, err := out.Write(head.b)
	var body, size []byte
	v.EachEntry(func(e access.Entry) bool {
		if err == nil {
			body = appendEntry(body[:0], &e)
			size = binary.AppendUvarint(size[:0], uint64(len(body)))
			_, err = out.Write(size)
		}
		if err == nil {
			_, err = out.Write(body)
		}
		return err == nil
	})
	if err != nil {
		return err
	}
	if _, err = out.Write(binary.AppendUvarint([]byte{0}, uint64(v.Len()))); err != nil {
		return err
	}
	if err = out.Flush(); err != nil {
		return err
	}
	_, err = f.Write(sum.Sum(nil))
	return err
}

// Load reads a file that Save wrote. The error is fs.ErrNotExist when there is none and ErrDamaged
// when what is there is not what was written; nothing of a damaged file is used.
func Load(path string) (v *View, heard time.Time, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("load snapshot: %w", err)
	}
	defer f.Close()
	v, heard, err = read(f)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("load snapshot: %w: %w", ErrDamaged, err)
	}
	return v, heard, nil
}

// source reads a file and reckons its checksum on the way.
type source struct {
	in  *bufio.Reader
	sum hash.Hash
	one [1]byte
}

func (s *source) ReadByte() (byte, error) {
	c, err := s.in.ReadByte()
	if err == nil {
		s.one[0] = c
		s.sum.Write(s.one[:])
	}
	return c, err
}

func (s *source) take(b []byte) error {
	_, err := io.ReadFull(s.in, b)
	s.sum.Write(b)
	return err
}

// text reads a length and as many bytes, into b if they fit.
func (s *source) text(b []byte) ([]byte, error) {
	n, err := binary.ReadUvarint(s)
	if err != nil {
		return nil, err
	}
	if n > maxEntry {
		return nil, errEncoding
	}
	if uint64(cap(b)) < n {
		b = make([]byte, n)
	}
	b = b[:n]
	return b, s.take(b)
}

func read(f io.Reader) (*View, time.Time, error) {
	s := &source{in: bufio.NewReaderSize(f, 1<<16), sum: sha256.New()}
	p, heard, err := s.head()
	if err != nil {
		return nil, time.Time{}, err
	}
	v := Empty()
	words := make(map[string]string)
	b := access.Batch{Position: p}
	var body []byte
	for {
		if body, err = s.text(body); err != nil {
			return nil, time.Time{}, err
		}
		if len(body) == 0 {
			break
		}
		e, err := decodeEntry(body, words)
		if err != nil {
			return nil, time.Time{}, err
		}
		if b.Entries = append(b.Entries, e); len(b.Entries) == chunk {
			v = v.Apply(b)
			b.Entries = b.Entries[:0]
		}
	}
	v = v.Apply(b)
	if n, err := binary.ReadUvarint(s); err != nil || n != uint64(v.Len()) {
		return nil, time.Time{}, errors.New("entries are missing")
	}
	want := s.sum.Sum(nil)
	got := make([]byte, sha256.Size+1)
	if n, _ := io.ReadFull(s.in, got); n != sha256.Size || !bytes.Equal(got[:n], want) {
		return nil, time.Time{}, errors.New("the checksum does not match")
	}
	return v, heard, nil
}

func (s *source) head() (p access.Position, heard time.Time, err error) {
	magic := make([]byte, len(fileMagic))
	if err := s.take(magic); err != nil || string(magic) != fileMagic {
		return p, heard, errors.New("it is not a snapshot of a version this program reads")
	}
	history, err := s.text(nil)
	if err != nil {
		return p, heard, err
	}
	if p.Number, err = binary.ReadVarint(s); err != nil {
		return p, heard, err
	}
	token, err := s.text(nil)
	if err != nil {
		return p, heard, err
	}
	p.History, p.Token = string(history), string(token)
	at, err := binary.ReadVarint(s)
	if at != 0 {
		heard = time.UnixMilli(at).UTC()
	}
	return p, heard, err
}
