// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package wbxml_test

import (
	"testing"

	"github.com/vedette-mail/vedette/eas/wbxml"
)

func TestLacksSaysNoWhereverTheElementStandsAndWheneverInDoubt(t *testing.T) {
	plain := wbxml.Marshal(wbxml.Elem(wbxml.AirSyncSync, wbxml.Elem(wbxml.AirSyncCollections, wbxml.Elem(wbxml.AirSyncCollection,
		wbxml.Text(wbxml.AirSyncSyncKey, "V\x01\x16"), wbxml.Text(wbxml.AirSyncCollectionId, "5"), wbxml.EmptyElem(wbxml.AirSyncGetChanges)))))
	sends := wbxml.Marshal(wbxml.Elem(wbxml.AirSyncSync, wbxml.Elem(wbxml.AirSyncCollections, wbxml.Elem(wbxml.AirSyncCollection,
		wbxml.Text(wbxml.AirSyncSyncKey, "7"), wbxml.Elem(wbxml.AirSyncCommands, wbxml.Opaque(wbxml.AirSyncClientId, []byte{1, 0, 1}))))))
	if !wbxml.Lacks(plain, wbxml.AirSyncCommands) {
		t.Error("a Sync that only asks lacks Commands, even where the text looks like the token")
	}
	if wbxml.Lacks(sends, wbxml.AirSyncCommands) {
		t.Error("a Sync with Commands does not lack them")
	}
	if !wbxml.Lacks(sends, wbxml.ItemOperationsMove, wbxml.ItemOperationsEmptyFolderContents) {
		t.Error("the same token of another page is another element")
	}
	for n := range len(plain) {
		if wbxml.Lacks(plain[:n], wbxml.AirSyncCommands) {
			t.Errorf("cut after %d bytes nothing can be said", n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { wbxml.Lacks(plain, wbxml.AirSyncCommands) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzLacks holds the quick look against the tree: whoever lacks an element here lacks it there.
func FuzzLacks(f *testing.F) {
	f.Add([]byte{3, 1, 0x6a, 0, 0x45, 0x5c, 0x4f, 0x56, 1, 1, 1, 1})
	f.Add([]byte{3, 1, 0x6a, 0, 0, 0x14, 0x45, 0x16, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if !wbxml.Lacks(b, wbxml.AirSyncCommands) {
			return
		}
		n, err := wbxml.Parse(b, wbxml.Limits{})
		if err == nil && holds(n, wbxml.AirSyncCommands) {
			t.Errorf("% x", b)
		}
	})
}

func holds(n *wbxml.Node, tag wbxml.Tag) bool {
	if n.Tag == tag {
		return true
	}
	for _, k := range n.Kids {
		if holds(k, tag) {
			return true
		}
	}
	return false
}
