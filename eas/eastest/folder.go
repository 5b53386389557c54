// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"strconv"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// folderSync tells the hierarchy. [MS-ASCMD] 2.2.1.5
func (e *exchange) folderSync() *answer {
	box := e.user.box
	box.mu.Lock()
	defer box.mu.Unlock()
	text := e.root.Child(wbxml.FolderHierarchySyncKey).Value()
	from, ok := parseKey(text)
	changes := wbxml.Elem(wbxml.FolderHierarchyChanges)
	count := 0
	node := func(tag wbxml.Tag, f *folder) *wbxml.Node {
		return wbxml.Elem(tag, wbxml.Text(wbxml.FolderHierarchyServerId, f.id), wbxml.Text(wbxml.FolderHierarchyParentId, f.parent),
			wbxml.Text(wbxml.FolderHierarchyDisplayName, f.name), digits(wbxml.FolderHierarchyType, f.kind))
	}
	var kids []*wbxml.Node
	if text == "0" {
		for _, id := range box.order {
			kids = append(kids, node(wbxml.FolderHierarchyAdd, box.folders[id]))
		}
	} else {
		var list []entry
		if ok {
			list, _, ok = box.hierarchy.since(from, e.dev.id, -1)
		}
		if !ok {
			return e.document(wbxml.Elem(wbxml.FolderHierarchyFolderSync, wbxml.Text(wbxml.FolderHierarchyStatus, "9")))
		}
		for _, c := range list {
			f := box.folders[c.id]
			switch {
			case f == nil:
				kids = append(kids, wbxml.Elem(wbxml.FolderHierarchyDelete, wbxml.Text(wbxml.FolderHierarchyServerId, c.id)))
			case c.kind == added:
				kids = append(kids, node(wbxml.FolderHierarchyAdd, f))
			default:
				kids = append(kids, node(wbxml.FolderHierarchyUpdate, f))
			}
		}
	}
	count = len(kids)
	changes.Kids = append([]*wbxml.Node{digits(wbxml.FolderHierarchyCount, count)}, kids...)
	a := e.document(wbxml.Elem(wbxml.FolderHierarchyFolderSync, wbxml.Text(wbxml.FolderHierarchyStatus, "1"),
		wbxml.Text(wbxml.FolderHierarchySyncKey, syncKey(box.hierarchy.last())), changes))
	if text == "0" {
		a.header = e.offers(map[string][]string{})
	}
	return a
}

// folderChange creates, renames and deletes. [MS-ASCMD] 2.2.1.3, 2.2.1.4, 2.2.1.6
func (e *exchange) folderChange() *answer {
	box := e.user.box
	box.mu.Lock()
	defer box.mu.Unlock()
	fail := func(status string) *answer {
		return e.document(wbxml.Elem(e.root.Tag, wbxml.Text(wbxml.FolderHierarchyStatus, status)))
	}
	from, ok := parseKey(e.root.Child(wbxml.FolderHierarchySyncKey).Value())
	if !ok || from > box.hierarchy.last() {
		return fail("9")
	}
	id := e.root.Child(wbxml.FolderHierarchyServerId).Value()
	name := e.root.Child(wbxml.FolderHierarchyDisplayName).Value()
	parent := e.root.Child(wbxml.FolderHierarchyParentId).Value()
	if parent != "" && parent != "0" && box.folders[parent] == nil {
		return fail("5")
	}
	f := box.folders[id]
	if e.cmd != eas.FolderCreate && (f == nil || f.kind != 12) {
		return fail("4")
	}
	var made *wbxml.Node
	switch e.cmd {
	case eas.FolderCreate:
		for _, f := range box.folders {
			if f.name == name && f.parent == parent {
				return fail("2")
			}
		}
		box.nextID++
		id = "f" + strconv.Itoa(box.nextID)
		box.addFolder(id, parent, name, 12, e.dev.id)
		made = wbxml.Text(wbxml.FolderHierarchyServerId, id)
	case eas.FolderUpdate:
		f.name, f.parent = name, parent
		box.hierarchy.note(updated, id, e.dev.id)
		box.shout()
	case eas.FolderDelete:
		delete(box.folders, id)
		for i, o := range box.order {
			if o == id {
				box.order = append(box.order[:i:i], box.order[i+1:]...)
				break
			}
		}
		box.hierarchy.note(deleted, id, e.dev.id)
		box.shout()
	}
	return e.document(wbxml.Elem(e.root.Tag, wbxml.Text(wbxml.FolderHierarchyStatus, "1"),
		wbxml.Text(wbxml.FolderHierarchySyncKey, syncKey(box.hierarchy.last())), made))
}
