// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"

	gproto "google.golang.org/protobuf/proto"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
)

// ErrFull says that the spool has no room: the console has not taken what is in it, or the disk is
// full. Nothing of what was handed in has been kept.
var ErrFull = errors.New("the spool is full")

// A spool is a row of files on disk. Each begins with a line (magic, name of the spool, number of its
// first sighting) and goes on with sightings: length, CRC-32C, bytes. Files are only ever appended to
// by the process that made them; a start begins a new one, so that a tail torn by a crash stays where
// it is and harms nothing. When a tail was torn, the name changes: the console may have taken sightings
// that are gone here, and their numbers must not be given to others.
const (
	spoolMagic   = "vedette-spool-1"
	spoolSuffix  = ".spool"
	spoolAcked   = "taken"
	frameHead    = 8
	maxSighting  = 256 << 10
	segmentSize  = 4 << 20
	usualSpool   = 64 << 20
	smallestFile = 4 << 10
)

type segment struct {
	path  string
	name  string // of the spool
	first uint64
	count uint64
	start int64 // where sightings begin
	size  int64 // up to here they are good
}

func (s *segment) last() uint64 { return s.first + s.count - 1 }

type spool struct {
	dir  string
	cap  int64
	max  int64 // size of one file
	log  *slog.Logger
	crc  *crc32.Table
	news chan struct{} // something was kept

	commit sync.Mutex // one group at a time is written

	mu       sync.Mutex
	name     string
	next     uint64
	acked    map[string]uint64 // by name of spool
	segments []*segment
	file     *os.File // the last segment; nil: the next write begins one
	group    *group   // gathering while another is written
	full     bool
	closed   bool
	at       cursor

	wiped []access.WipeID // acknowledged orders in the files of earlier runs, taken or not
}

// group is what several callers have handed in to be synced together.
type group struct {
	frames []byte
	count  uint64
	done   chan struct{}
	err    error
}

// cursor remembers where the first sighting lies that the console has not taken.
type cursor struct {
	path   string
	seq    uint64
	offset int64
}

func openSpool(dir string, limit int64, log *slog.Logger) (*spool, error) {
	if limit == 0 {
		limit = usualSpool
	}
	s := &spool{dir: dir, cap: limit, max: max(min(segmentSize, limit/4), smallestFile), log: log,
		crc: crc32.MakeTable(crc32.Castagnoli), news: make(chan struct{}, 1), next: 1, acked: make(map[string]uint64)}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*"+spoolSuffix))
	if err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	slices.Sort(paths)
	s.readAcked()
	torn := false
	for _, p := range paths {
		seg, whole, err := s.scan(p)
		if err != nil {
			// Nothing in it can be told apart; it is kept for whoever wants to look.
			log.Error("spool file cannot be read and was set aside", logkeys.File, p, logkeys.Error, err)
			if err := os.Rename(p, p+".damaged"); err != nil {
				return nil, fmt.Errorf("open spool: %w", err)
			}
			torn = true
			continue
		}
		if !whole {
			log.Warn("spool file ends in a torn sighting", logkeys.File, p, logkeys.Count, int64(seg.count))
		}
		torn = torn || !whole
		s.segments = append(s.segments, seg)
		s.name, s.next = seg.name, max(s.next, seg.first+seg.count)
	}
	s.next = max(s.next, s.acked[s.name]+1)
	if s.name == "" || torn {
		s.name = rand.Text()
	}
	s.tidy()
	if len(s.segments) > 0 {
		s.wake()
	}
	return s, nil
}

// keep writes sightings and returns when they are on disk. Callers that come while another write is
// under way are written and synced together.
func (s *spool) keep(ctx context.Context, sightings []access.Sighting) error {
	var frames []byte
	for i := range sightings {
		body, err := gproto.Marshal(sightingOut(&sightings[i]))
		if err != nil || len(body) > maxSighting {
			return access.Invalid("keep", "The sighting is too long to be kept.")
		}
		frames = binary.BigEndian.AppendUint32(frames, uint32(len(body)))
		frames = binary.BigEndian.AppendUint32(frames, crc32.Checksum(body, s.crc))
		frames = append(frames, body...)
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return access.Unavailable("keep", "The gateway is stopping.", nil)
	}
	waiting := 0
	if s.group != nil {
		waiting = len(s.group.frames)
	}
	if s.bytes()+int64(waiting+len(frames)) > s.cap {
		s.full = true
		s.mu.Unlock()
		return ErrFull
	}
	g, lead := s.group, s.group == nil
	if lead {
		g = &group{done: make(chan struct{})}
		s.group = g
	}
	g.frames = append(g.frames, frames...)
	g.count += uint64(len(sightings))
	s.mu.Unlock()
	if lead {
		s.write(g)
	}
	select {
	case <-g.done:
		return g.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write commits one group. Whoever opened the group does it, for all that joined.
func (s *spool) write(g *group) {
	s.commit.Lock()
	defer s.commit.Unlock()
	defer close(g.done)
	s.mu.Lock()
	s.group = nil // from here on nobody joins
	if n := len(s.segments); s.file != nil && s.segments[n-1].size >= s.max {
		s.file.Close()
		s.file = nil
	}
	if s.file == nil {
		if g.err = s.begin(); g.err != nil {
			s.full = true
			s.mu.Unlock()
			return
		}
	}
	f, seg := s.file, s.segments[len(s.segments)-1]
	s.mu.Unlock()

	_, err := f.Write(g.frames)
	if err == nil {
		err = f.Sync()
	}

	s.mu.Lock()
	defer s.mu.Unlock()
	s.next += g.count // never given to others, even when the write failed: part of it may be on disk
	if err != nil {
		s.log.Error("spool cannot be written", logkeys.File, seg.path, logkeys.Error, err)
		g.err = fmt.Errorf("%w: %w", ErrFull, err)
		s.full = true
		f.Close()
		s.file = nil
		return
	}
	seg.count += g.count
	seg.size += int64(len(g.frames))
	s.full = false
	s.wake()
}

// begin makes the next file. The caller holds mu.
func (s *spool) begin() error {
	line := fmt.Sprintf("%s %s %d\n", spoolMagic, s.name, s.next)
	path := filepath.Join(s.dir, fmt.Sprintf("%020d-%s%s", s.next, s.name, spoolSuffix))
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		if _, err = f.WriteString(line); err == nil {
			err = syncDir(s.dir)
		}
		if err != nil {
			f.Close()
			os.Remove(path)
		}
	}
	if err != nil {
		s.log.Error("spool cannot be written", logkeys.File, path, logkeys.Error, err)
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	s.file = f
	s.segments = append(s.segments, &segment{path: path, name: s.name, first: s.next, start: int64(len(line)), size: int64(len(line))})
	return nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func (s *spool) wake() {
	select {
	case s.news <- struct{}{}:
	default:
	}
}

func (s *spool) bytes() int64 {
	var n int64
	for _, seg := range s.segments {
		n += seg.size
	}
	return n
}

// state says how much waits for the console, and whether the last attempt to keep something failed.
func (s *spool) state() (waiting int64, full bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, seg := range s.segments {
		if seg.count > 0 && seg.last() > s.acked[seg.name] {
			waiting += seg.size - seg.start
			if s.at.path == seg.path {
				waiting -= s.at.offset - seg.start
			}
		}
	}
	return waiting, s.full
}

func (s *spool) close() {
	s.commit.Lock()
	defer s.commit.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.file != nil {
		s.file.Close()
		s.file = nil
	}
}

// renew gives the spool a new name. It is for a console that knows higher numbers of the old one than
// were ever given out here, as after this machine was brought back from an older copy of itself.
func (s *spool) renew() {
	s.commit.Lock()
	defer s.commit.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.name = rand.Text()
	if s.file != nil {
		s.file.Close()
		s.file = nil
	}
}

// highest is the highest number given out under a name that may still be in use.
func (s *spool) highest() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.next - 1
}
