// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	gproto "google.golang.org/protobuf/proto"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/control/proto"
	"github.com/vedette-mail/vedette/internal/logkeys"
)

// scan reads a file of the last run and finds how much of it is good.
func (s *spool) scan(path string) (seg *segment, whole bool, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 64<<10)
	line, err := in.ReadString('\n')
	if err != nil {
		return nil, false, errors.New("it has no first line")
	}
	words := strings.Fields(line)
	if len(words) != 3 || words[0] != spoolMagic {
		return nil, false, errors.New("it is not a spool file of a version this program reads")
	}
	first, err := strconv.ParseUint(words[2], 10, 64)
	if err != nil {
		return nil, false, errors.New("its first line has no number")
	}
	seg = &segment{path: path, name: words[1], first: first, start: int64(len(line)), size: int64(len(line))}
	for {
		body, err := s.frame(in)
		if err != nil {
			return seg, err == io.EOF, nil
		}
		seg.count++
		seg.size += int64(frameHead + len(body))
		s.recall(body)
	}
}

// recall notes an acknowledged order to wipe. The snapshot of an earlier run may be older than that.
func (s *spool) recall(body []byte) {
	var m proto.Sighting
	if gproto.Unmarshal(body, &m) != nil {
		return
	}
	if w := wipeReportIn(m.GetWipe()); w != nil && w.State == access.WipeAcknowledged {
		s.wiped = append(s.wiped, w.ID)
	}
}

// frame reads one sighting; io.EOF only when the file ends where a sighting does.
func (s *spool) frame(in io.Reader) ([]byte, error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:4])
	if n > maxSighting {
		return nil, errors.New("too long")
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(in, body); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	if crc32.Checksum(body, s.crc) != binary.BigEndian.Uint32(head[4:]) {
		return nil, errors.New("checksum does not match")
	}
	return body, nil
}

// head reads the oldest sightings the console has not taken, at most limit and of one spool name.
func (s *spool) head(limit int) (name string, sightings []access.Sighting, err error) {
	s.mu.Lock()
	var seg segment
	var from uint64
	at := s.at
	for _, c := range s.segments {
		if from = max(c.first, s.acked[c.name]+1); c.count > 0 && from <= c.last() {
			seg = *c
			break
		}
	}
	s.mu.Unlock()
	if seg.count == 0 {
		return "", nil, nil
	}
	f, err := os.Open(seg.path)
	if err != nil {
		return "", nil, fmt.Errorf("read spool: %w", err)
	}
	defer f.Close()
	if at.path != seg.path || at.seq > from {
		at = cursor{seg.path, seg.first, seg.start}
	}
	in := bufio.NewReaderSize(io.NewSectionReader(f, at.offset, seg.size-at.offset), 64<<10)
	for ; at.seq <= seg.last() && len(sightings) < limit; at.seq++ {
		body, err := s.frame(in)
		if err != nil {
			return "", nil, fmt.Errorf("read spool: %w", err)
		}
		if at.seq < from {
			at.offset += int64(frameHead + len(body))
			continue
		}
		var m proto.Sighting
		if err := gproto.Unmarshal(body, &m); err != nil {
			return "", nil, fmt.Errorf("read spool: %w", err)
		}
		m.Seq = at.seq
		sightings = append(sightings, sightingIn(&m))
	}
	// The cursor stays where the first untaken sighting begins; taken moves it on.
	s.mu.Lock()
	s.at = cursor{seg.path, from, at.offset}
	s.mu.Unlock()
	return seg.name, sightings, nil
}

// taken notes that the console has everything of a spool up to seq, and drops files it has whole.
func (s *spool) taken(name string, seq uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if seq <= s.acked[name] {
		return
	}
	s.acked[name] = seq
	s.tidy()
	s.full = s.full && s.bytes() >= s.cap
}

// tidy removes files that hold nothing the console lacks and writes down how far it has come. A lost
// note does no harm: what is sent again is known by its number.
func (s *spool) tidy() {
	kept := s.segments[:0]
	for i, seg := range s.segments {
		active := s.file != nil && i == len(s.segments)-1
		done := seg.count == 0 || seg.last() <= s.acked[seg.name]
		if done && (!active || seg.count > 0 && seg.size > s.max/2 && s.group == nil && s.commit.TryLock()) {
			if active {
				s.file.Close()
				s.file = nil
				s.commit.Unlock()
			}
			if err := os.Remove(seg.path); err != nil {
				s.log.Warn("spool file cannot be removed", logkeys.File, seg.path, logkeys.Error, err)
			}
			continue
		}
		kept = append(kept, seg)
	}
	clear(s.segments[len(kept):])
	s.segments = kept
	names := map[string]bool{s.name: true}
	for _, seg := range s.segments {
		names[seg.name] = true
	}
	var b strings.Builder
	for name, seq := range s.acked {
		if !names[name] {
			delete(s.acked, name)
			continue
		}
		fmt.Fprintf(&b, "%s %d\n", name, seq)
	}
	if err := replaceFile(filepath.Join(s.dir, spoolAcked), []byte(b.String())); err != nil {
		s.log.Warn("spool note cannot be written", logkeys.File, spoolAcked, logkeys.Error, err)
	}
}

func (s *spool) readAcked() {
	b, err := os.ReadFile(filepath.Join(s.dir, spoolAcked))
	if err != nil {
		return
	}
	for line := range strings.Lines(string(b)) {
		name, number, _ := strings.Cut(strings.TrimSpace(line), " ")
		if seq, err := strconv.ParseUint(number, 10, 64); err == nil && name != "" {
			s.acked[name] = seq
		}
	}
}

// replaceFile writes a small file whole or not at all, without waiting for the disk.
func replaceFile(path string, b []byte) error {
	if err := os.WriteFile(path+".new", b, 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
