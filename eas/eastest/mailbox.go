// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// Ids of the folders every mailbox starts with.
const (
	Inbox    = "1"
	Drafts   = "2"
	Trash    = "3"
	Sent     = "4"
	Calendar = "5"
	Contacts = "6"
)

// mailbox is the folders of one account. Every change gets a number in the log of its folder; a sync key
// is such a number, so keys need no state of their own.
type mailbox struct {
	mu        sync.Mutex
	max       int
	folders   map[string]*folder
	order     []string // ids of folders, oldest first
	hierarchy journal
	wake      chan struct{} // closed at the next change; nil while nobody waits
	nextID    int
}

type folder struct {
	id, parent, name string
	kind             int
	messages         map[string]*Message
	order            []string
	journal
}

// journal is a numbered list of changes; entries below base are forgotten.
type journal struct {
	base    uint64
	entries []entry
}

type entry struct {
	kind   changeKind
	id     string
	device string // which made the change and needs not be told
}

type changeKind uint8

const (
	added changeKind = iota + 1
	updated
	deleted
)

func (j *journal) last() uint64 { return j.base + uint64(len(j.entries)) }

func (j *journal) note(kind changeKind, id, device string) {
	const keep = 4096
	if len(j.entries) >= 2*keep {
		n := len(j.entries) - keep
		j.base += uint64(n)
		j.entries = append([]entry(nil), j.entries[n:]...)
	}
	j.entries = append(j.entries, entry{kind, id, device})
}

// since folds what happened after a number into one change for each id, in order, leaving out what the
// device did itself, and stops after limit ids. next is the number up to which the changes reach; ok is
// false for a number that is from elsewhere or forgotten.
func (j *journal) since(from uint64, device string, limit int) (changes []entry, next uint64, ok bool) {
	if from < j.base || from > j.last() {
		return nil, 0, false
	}
	at := map[string]int{}
	for i, e := range j.entries[from-j.base:] {
		if e.device != "" && e.device == device {
			continue
		}
		k, seen := at[e.id]
		switch {
		case !seen && len(changes) == limit:
			return compact(changes), from + uint64(i), true
		case !seen:
			at[e.id] = len(changes)
			changes = append(changes, e)
		case changes[k].kind == added && e.kind == deleted:
			changes[k].kind = 0 // came and went
		case changes[k].kind == added:
		default:
			changes[k].kind = e.kind
		}
	}
	return compact(changes), j.last(), true
}

func compact(changes []entry) []entry {
	out := changes[:0]
	for _, e := range changes {
		if e.kind != 0 {
			out = append(out, e)
		}
	}
	return out
}

// pending reports whether a device has something to hear after a number.
func (j *journal) pending(from uint64, device string) bool {
	for i := max(from, j.base); i < j.last(); i++ {
		if e := j.entries[i-j.base]; e.device == "" || e.device != device {
			return true
		}
	}
	return false
}

// Sync keys: a generation that tells them from numbers typed by hand, and the number in the log.
func syncKey(n uint64) string { return "1-" + strconv.FormatUint(n, 10) }

func parseKey(s string) (uint64, bool) {
	digits, ok := strings.CutPrefix(s, "1-")
	n, err := strconv.ParseUint(digits, 10, 63)
	return n, ok && err == nil
}

func newMailbox(most int) *mailbox {
	b := &mailbox{max: most, folders: map[string]*folder{}, nextID: 1}
	for i, f := range []struct {
		name string
		kind int
	}{{"Inbox", 2}, {"Drafts", 3}, {"Deleted Items", 4}, {"Sent Items", 5}, {"Calendar", 8}, {"Contacts", 9}} {
		b.addFolder(strconv.Itoa(i+1), "0", f.name, f.kind, "")
	}
	return b
}

// The methods below need b.mu.

func (b *mailbox) addFolder(id, parent, name string, kind int, device string) {
	b.folders[id] = &folder{id: id, parent: parent, name: name, kind: kind, messages: map[string]*Message{}}
	b.order = append(b.order, id)
	b.hierarchy.note(added, id, device)
	b.shout()
}

func (b *mailbox) add(f *folder, m *Message, device string) {
	m.ID = f.id + ":" + strconv.Itoa(b.nextID)
	b.nextID++
	f.messages[m.ID] = m
	f.order = append(f.order, m.ID)
	f.note(added, m.ID, device)
	if len(f.order) > b.max {
		b.remove(f, f.order[0], "")
	}
	b.shout()
}

func (b *mailbox) remove(f *folder, id, device string) bool {
	if f.messages[id] == nil {
		return false
	}
	delete(f.messages, id)
	for i, o := range f.order {
		if o == id {
			f.order = append(f.order[:i:i], f.order[i+1:]...)
			break
		}
	}
	f.note(deleted, id, device)
	b.shout()
	return true
}

// shout wakes whoever waits for a change.
func (b *mailbox) shout() {
	if b.wake != nil {
		close(b.wake)
		b.wake = nil
	}
}

// listen returns a channel that is closed at the next change.
func (b *mailbox) listen() <-chan struct{} {
	if b.wake == nil {
		b.wake = make(chan struct{})
	}
	return b.wake
}

// message finds a mail by the id that says its folder.
func (b *mailbox) message(id string) (*folder, *Message) {
	fid, _, _ := strings.Cut(id, ":")
	f := b.folders[fid]
	if f == nil {
		return nil, nil
	}
	return f, f.messages[id]
}

// Deliver puts a mail into the inbox of a user and wakes requests that wait for it. It returns the id.
func (s *Server) Deliver(user string, m Message) (string, error) {
	a := s.find(user)
	if a == nil {
		return "", fmt.Errorf("eastest: no user %q", user)
	}
	if m.Received.IsZero() {
		m.Received = s.cfg.Now().UTC()
	}
	if m.To == "" {
		m.To = s.profile(a).Address
	}
	a.box.mu.Lock()
	defer a.box.mu.Unlock()
	a.box.add(a.box.folders[Inbox], &m, "")
	return m.ID, nil
}

// Messages lists the mails of a folder, oldest first.
func (s *Server) Messages(user, folderID string) []Message {
	a := s.find(user)
	if a == nil {
		return nil
	}
	a.box.mu.Lock()
	defer a.box.mu.Unlock()
	f := a.box.folders[folderID]
	if f == nil {
		return nil
	}
	out := make([]Message, 0, len(f.order))
	for _, id := range f.order {
		out = append(out, *f.messages[id])
	}
	return out
}
