// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"time"

	"github.com/vedette-mail/vedette/eas/wbxml"
)

// hold waits until changed says so, the time is over, the other side is gone, or the server closes; it
// reports whether there is somebody left to answer. changed is called with the mailbox locked.
func (e *exchange) hold(d time.Duration, changed func() bool) bool {
	box := e.user.box
	timer := time.NewTimer(d)
	defer timer.Stop()
	waiting := false
	defer func() {
		if waiting {
			e.s.tally(func(c *Counters) { c.Waiting-- })
		}
	}()
	for {
		box.mu.Lock()
		if changed() {
			box.mu.Unlock()
			return true
		}
		wake := box.listen()
		box.mu.Unlock()
		if !waiting {
			waiting = true
			e.s.update(func() { e.rec.Waited = true })
			e.s.tally(func(c *Counters) { c.Waiting++ })
		}
		select {
		case <-wake:
		case <-timer.C:
			return true
		case <-e.s.closed:
			return true
		case <-e.ctx.Done():
			return false
		}
	}
}

// ping waits for a change in any of the folders. [MS-ASCMD] 2.2.1.13
func (e *exchange) ping() *answer {
	box := e.user.box
	reply := func(status int, more ...*wbxml.Node) *answer {
		return e.document(wbxml.Elem(wbxml.PingPing, append([]*wbxml.Node{digits(wbxml.PingStatus, status)}, more...)...))
	}
	box.mu.Lock()
	full := wbxml.Elem(wbxml.PingPing)
	for _, tag := range []wbxml.Tag{wbxml.PingHeartbeatInterval, wbxml.PingFolders} {
		k := e.root.Child(tag)
		if k == nil {
			k = e.dev.pingBody.Child(tag)
		}
		if k == nil {
			box.mu.Unlock()
			return reply(3)
		}
		full.Kids = append(full.Kids, k)
	}
	seconds := number(full.Child(wbxml.PingHeartbeatInterval))
	if seconds < e.s.cfg.MinHeartbeat || seconds > e.s.cfg.MaxHeartbeat {
		box.mu.Unlock()
		return reply(5, digits(wbxml.PingHeartbeatInterval, bound(seconds, e.s.cfg.MinHeartbeat, e.s.cfg.MaxHeartbeat)))
	}
	e.dev.pingBody = full
	type watch struct {
		f    *folder
		from uint64
	}
	var list []watch
	hierarchy := box.hierarchy.last()
	gone := false
	each(full.Child(wbxml.PingFolders), wbxml.PingFolder, func(n *wbxml.Node) {
		f := box.folders[n.Child(wbxml.PingId).Value()]
		if f == nil {
			gone = true
			return
		}
		from, known := e.dev.synced[f.id]
		if !known {
			from = f.last()
		}
		list = append(list, watch{f, from})
	})
	box.mu.Unlock()
	if gone {
		return reply(7)
	}
	changed := wbxml.Elem(wbxml.PingFolders)
	moved := false
	if !e.hold(time.Duration(seconds)*time.Second, func() bool {
		for _, w := range list {
			if w.f.pending(w.from, e.dev.id) {
				changed.Kids = append(changed.Kids, wbxml.Text(wbxml.PingFolder, w.f.id))
			}
		}
		moved = box.hierarchy.pending(hierarchy, e.dev.id)
		return moved || len(changed.Kids) > 0
	}) {
		return nil
	}
	switch {
	case len(changed.Kids) > 0:
		return reply(2, changed)
	case moved:
		return reply(7)
	}
	return reply(1)
}
