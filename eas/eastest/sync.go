// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/eas"
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

// data is a mail as the phone sees it. [MS-ASEMAIL] 2.2.2
func (e *exchange) data(tag wbxml.Tag, m *Message, kind int) *wbxml.Node {
	n := wbxml.Elem(tag, wbxml.Text(wbxml.EmailTo, m.To), wbxml.Text(wbxml.EmailFrom, m.From), wbxml.Text(wbxml.EmailSubject, m.Subject),
		wbxml.Text(wbxml.EmailDateReceived, m.Received.UTC().Format("2006-01-02T15:04:05.000Z")), flag(wbxml.EmailRead, m.Read),
		wbxml.Text(wbxml.EmailMessageClass, "IPM.Note"))
	if e.q.Version == eas.V2_5 {
		if list := e.attachments(m, true); len(list) > 0 {
			n.Kids = append(n.Kids, wbxml.Elem(wbxml.EmailAttachments, list...))
		}
		n.Kids = append(n.Kids, digits(wbxml.EmailBodySize, len(m.Text)), wbxml.Text(wbxml.EmailBody, m.Text))
		return n
	}
	if list := e.attachments(m, false); len(list) > 0 {
		n.Kids = append(n.Kids, wbxml.Elem(wbxml.AirSyncBaseAttachments, list...))
	}
	n.Kids = append(n.Kids, body(m, kind, 0))
	return n
}

// attachments lists files: AirSyncBase from 12.0 on, the Email page in 2.5.
func (e *exchange) attachments(m *Message, old bool) (list []*wbxml.Node) {
	for i, f := range m.Files {
		ref := reference(m, i)
		if old {
			list = append(list, wbxml.Elem(wbxml.EmailAttachment, wbxml.Text(wbxml.EmailAttMethod, "1"),
				digits(wbxml.EmailAttSize, len(f.Data)), wbxml.Text(wbxml.EmailDisplayName, f.Name), wbxml.Text(wbxml.EmailAttName, ref)))
			continue
		}
		list = append(list, wbxml.Elem(wbxml.AirSyncBaseAttachment, wbxml.Text(wbxml.AirSyncBaseDisplayName, f.Name),
			wbxml.Text(wbxml.AirSyncBaseFileReference, ref), wbxml.Text(wbxml.AirSyncBaseMethod, "1"),
			digits(wbxml.AirSyncBaseEstimatedDataSize, len(f.Data))))
	}
	return list
}

// bodyType is the type preferred first: 1 plain, 2 HTML, 4 MIME.
func bodyType(options *wbxml.Node) int {
	return max(number(options.Find(wbxml.AirSyncBaseBodyPreference, wbxml.AirSyncBaseType)), 1)
}

// body is AirSyncBase:Body; a part above 0 stands for the data. [MS-ASAIRS] 2.2.2.9
func body(m *Message, kind, part int) *wbxml.Node {
	kind, data := content(m, kind)
	n := wbxml.Elem(wbxml.AirSyncBaseBody, digits(wbxml.AirSyncBaseType, kind), digits(wbxml.AirSyncBaseEstimatedDataSize, len(data)))
	if part > 0 {
		n.Kids = append(n.Kids, digits(wbxml.ItemOperationsPart, part))
	} else {
		n.Kids = append(n.Kids, wbxml.Text(wbxml.AirSyncBaseData, data))
	}
	return n
}

func content(m *Message, kind int) (int, string) {
	switch {
	case kind == 4:
		return 4, string(m.source())
	case kind == 2 && m.HTML != "":
		return 2, m.HTML
	}
	return 1, m.Text
}

func flag(tag wbxml.Tag, on bool) *wbxml.Node {
	if on {
		return wbxml.Text(tag, "1")
	}
	return wbxml.Text(tag, "0")
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

// reference names an attachment; percent signs are part of it, as in Exchange.
func reference(m *Message, i int) string { return m.ID + "%3a" + strconv.Itoa(i) }
