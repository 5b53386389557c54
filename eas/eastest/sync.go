// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// sync tells and takes changes, and may wait for some. [MS-ASCMD] 2.2.1.21
func (e *exchange) sync() *answer {
	box := e.user.box
	fail := func(status, limit int) *answer {
		root := wbxml.Elem(wbxml.AirSyncSync, digits(wbxml.AirSyncStatus, status))
		if limit > 0 {
			root.Kids = append(root.Kids, digits(wbxml.AirSyncLimit, limit))
		}
		return e.document(root)
	}
	root := e.root
	box.mu.Lock()
	if root == nil {
		if root = e.dev.syncBody; root == nil || e.q.Version < eas.V12_1 {
			box.mu.Unlock()
			return fail(13, 0)
		}
	}
	collections := root.Child(wbxml.AirSyncCollections)
	if collections == nil && root.Child(wbxml.AirSyncPartial) != nil {
		collections = e.dev.syncBody.Child(wbxml.AirSyncCollections)
	}
	box.mu.Unlock()
	if collections == nil {
		return fail(13, 0)
	}
	wait, heartbeat := root.Child(wbxml.AirSyncWait), root.Child(wbxml.AirSyncHeartbeatInterval)
	var d time.Duration
	switch {
	case wait != nil && heartbeat != nil:
		return fail(4, 0)
	case wait != nil:
		n := number(wait)
		if n < 1 || n > 59 {
			return fail(14, bound(n, 1, 59))
		}
		d = time.Duration(n) * time.Minute
	case heartbeat != nil:
		n := number(heartbeat)
		if n < e.s.cfg.MinHeartbeat || n > e.s.cfg.MaxHeartbeat {
			return fail(14, bound(n, e.s.cfg.MinHeartbeat, e.s.cfg.MaxHeartbeat))
		}
		d = time.Duration(n) * time.Second
	}
	take := func() ([]*wbxml.Node, bool) {
		var out []*wbxml.Node
		each(collections, wbxml.AirSyncCollection, func(c *wbxml.Node) {
			if n := e.collection(c); n != nil {
				out = append(out, n)
			}
		})
		return out, len(out) > 0
	}
	var told []*wbxml.Node
	look := func() (found bool) {
		told, found = take()
		return found
	}
	if d > 0 {
		if !e.hold(d, look) {
			return nil
		}
	} else {
		box.mu.Lock()
		look()
		box.mu.Unlock()
	}
	box.mu.Lock()
	e.dev.syncBody = e.remembered(root, collections, told)
	box.mu.Unlock()
	if len(told) == 0 {
		if e.q.Version >= eas.V12_1 {
			return e.document(nil)
		}
		each(collections, wbxml.AirSyncCollection, func(c *wbxml.Node) { told = append(told, e.unchanged(c)) })
	}
	return e.document(wbxml.Elem(wbxml.AirSyncSync, wbxml.Elem(wbxml.AirSyncCollections, told...)))
}

func bound(n, lo, hi int) int { return max(lo, min(n, hi)) }

// remembered is the request an empty Sync repeats: this one with the keys the phone has now, and
// without the commands it has sent already.
func (e *exchange) remembered(root, collections *wbxml.Node, told []*wbxml.Node) *wbxml.Node {
	keys := map[string]string{}
	for _, n := range told {
		keys[n.Child(wbxml.AirSyncCollectionId).Value()] = n.Child(wbxml.AirSyncSyncKey).Value()
	}
	all := wbxml.Elem(wbxml.AirSyncCollections)
	each(collections, wbxml.AirSyncCollection, func(c *wbxml.Node) {
		kept := wbxml.Elem(wbxml.AirSyncCollection)
		for _, k := range c.Kids {
			switch key := keys[c.Child(wbxml.AirSyncCollectionId).Value()]; {
			case k.Tag == wbxml.AirSyncCommands:
			case k.Tag == wbxml.AirSyncSyncKey && key != "":
				kept.Kids = append(kept.Kids, wbxml.Text(k.Tag, key))
			default:
				kept.Kids = append(kept.Kids, k)
			}
		}
		all.Kids = append(all.Kids, kept)
	})
	out := wbxml.Elem(wbxml.AirSyncSync, all)
	for _, tag := range []wbxml.Tag{wbxml.AirSyncWait, wbxml.AirSyncHeartbeatInterval} {
		if k := root.Child(tag); k != nil {
			out.Kids = append(out.Kids, k)
		}
	}
	return out
}

// unchanged is the answer for a folder without changes in 2.5 and 12.0, which know no empty answer.
func (e *exchange) unchanged(c *wbxml.Node) *wbxml.Node {
	return e.head(c.Child(wbxml.AirSyncCollectionId).Value(), c.Child(wbxml.AirSyncSyncKey).Value(), "1")
}

func (e *exchange) head(id, key, status string) *wbxml.Node {
	n := wbxml.Elem(wbxml.AirSyncCollection)
	if e.q.Version <= eas.V12_0 {
		n.Kids = append(n.Kids, wbxml.Text(wbxml.AirSyncClass, "Email"))
	}
	n.Kids = append(n.Kids, wbxml.Text(wbxml.AirSyncSyncKey, key), wbxml.Text(wbxml.AirSyncCollectionId, id), wbxml.Text(wbxml.AirSyncStatus, status))
	return n
}

// collection serves one folder; nil means nothing to tell. Needs the mailbox lock.
func (e *exchange) collection(c *wbxml.Node) *wbxml.Node {
	id, key := c.Child(wbxml.AirSyncCollectionId).Value(), c.Child(wbxml.AirSyncSyncKey).Value()
	f := e.user.box.folders[id]
	if f == nil {
		return e.head(id, key, "8")
	}
	if key == "0" {
		e.dev.synced[id] = f.base
		return e.head(id, syncKey(f.base), "1")
	}
	from, ok := parseKey(key)
	if !ok || from < f.base || from > f.last() {
		return e.head(id, "0", "3")
	}
	did := e.apply(f, c.Child(wbxml.AirSyncCommands))
	limit := 100
	if w := c.Child(wbxml.AirSyncWindowSize); w != nil {
		if limit = number(w); limit < 1 || limit > 512 {
			limit = 512
		}
	}
	if c.Child(wbxml.AirSyncGetChanges).Value() == "0" {
		limit = 0
	}
	list, next, _ := f.since(from, e.dev.id, limit)
	if limit == 0 && next == f.last() && len(list) == 0 && !did {
		return nil
	}
	e.dev.synced[id] = next
	if len(list) == 0 && !did {
		return nil
	}
	n := e.head(id, syncKey(next), "1")
	if next < f.last() && limit > 0 && f.pending(next, e.dev.id) {
		n.Kids = append(n.Kids, wbxml.EmptyElem(wbxml.AirSyncMoreAvailable))
	}
	if commands := e.commands(f, list, c); len(commands) > 0 {
		n.Kids = append(n.Kids, wbxml.Elem(wbxml.AirSyncCommands, commands...))
	}
	return n
}

// commands writes changes as the phone has to play them.
func (e *exchange) commands(f *folder, list []entry, c *wbxml.Node) []*wbxml.Node {
	var out []*wbxml.Node
	for _, ch := range list {
		m := f.messages[ch.id]
		id := wbxml.Text(wbxml.AirSyncServerId, ch.id)
		switch {
		case m == nil:
			out = append(out, wbxml.Elem(wbxml.AirSyncDelete, id))
		case ch.kind == added:
			out = append(out, wbxml.Elem(wbxml.AirSyncAdd, id, e.data(wbxml.AirSyncApplicationData, m, bodyType(c.Child(wbxml.AirSyncOptions)))))
		default:
			out = append(out, wbxml.Elem(wbxml.AirSyncChange, id, wbxml.Elem(wbxml.AirSyncApplicationData, flag(wbxml.EmailRead, m.Read))))
		}
	}
	return out
}

// apply plays what the phone did, and reports whether there was anything.
func (e *exchange) apply(f *folder, commands *wbxml.Node) bool {
	if commands == nil {
		return false
	}
	box := e.user.box
	each(commands, wbxml.AirSyncDelete, func(n *wbxml.Node) {
		id := n.Child(wbxml.AirSyncServerId).Value()
		m := f.messages[id]
		if box.remove(f, id, e.dev.id) && f.id != Trash {
			kept := *m
			box.add(box.folders[Trash], &kept, "")
		}
	})
	each(commands, wbxml.AirSyncChange, func(n *wbxml.Node) {
		m := f.messages[n.Child(wbxml.AirSyncServerId).Value()]
		read := n.Find(wbxml.AirSyncApplicationData, wbxml.EmailRead)
		if m == nil || read == nil {
			return
		}
		m.Read = read.Value() == "1"
		f.note(updated, m.ID, e.dev.id)
		box.shout()
	})
	// Commands are played once, also when the request then waits and looks again.
	commands.Kids = nil
	return true
}
