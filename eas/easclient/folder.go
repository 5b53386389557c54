// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient

import (
	"context"
	"strconv"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// Folder is one folder of the hierarchy. Type 2 is the inbox, 3 drafts, 4 deleted items, 5 sent items, 12
// a mail folder made by the user. [MS-ASCMD] 2.2.3.186
type Folder struct {
	ID, Parent, Name string
	Type             int
}

// FolderSyncResult is the changes since a key. [MS-ASCMD] 2.2.1.5
type FolderSyncResult struct {
	*Reply
	Status         int
	Key            string
	Added, Updated []Folder
	Deleted        []string
}

// FolderSync asks for the hierarchy; key "0" starts over.
func (c *Client) FolderSync(ctx context.Context, key string) (*FolderSyncResult, error) {
	reply, err := c.call(ctx, Request{Command: eas.FolderSync, Node: wbxml.Elem(wbxml.FolderHierarchyFolderSync,
		wbxml.Text(wbxml.FolderHierarchySyncKey, key))}, wbxml.FolderHierarchyFolderSync)
	if reply == nil {
		return nil, err
	}
	res := &FolderSyncResult{Reply: reply}
	if err != nil {
		return res, err
	}
	res.Key = reply.Root.Child(wbxml.FolderHierarchySyncKey).Value()
	changes := reply.Root.Child(wbxml.FolderHierarchyChanges)
	each(changes, wbxml.FolderHierarchyAdd, func(n *wbxml.Node) { res.Added = append(res.Added, folder(n)) })
	each(changes, wbxml.FolderHierarchyUpdate, func(n *wbxml.Node) { res.Updated = append(res.Updated, folder(n)) })
	each(changes, wbxml.FolderHierarchyDelete, func(n *wbxml.Node) {
		res.Deleted = append(res.Deleted, n.Child(wbxml.FolderHierarchyServerId).Value())
	})
	res.Status, err = check(eas.FolderSync, reply.Root, wbxml.FolderHierarchyStatus, 1)
	return res, err
}

// Inbox is the id of the first folder of type 2, or "".
func (r *FolderSyncResult) Inbox() string {
	for _, f := range r.Added {
		if f.Type == 2 {
			return f.ID
		}
	}
	return ""
}

func folder(n *wbxml.Node) Folder {
	return Folder{
		ID:     n.Child(wbxml.FolderHierarchyServerId).Value(),
		Parent: n.Child(wbxml.FolderHierarchyParentId).Value(),
		Name:   n.Child(wbxml.FolderHierarchyDisplayName).Value(),
		Type:   number(n.Child(wbxml.FolderHierarchyType)),
	}
}

// FolderChange is the answer to creating, renaming or deleting a folder.
type FolderChange struct {
	*Reply
	Status  int
	Key, ID string
}

// FolderCreate makes a mail folder below parent, "0" for the root. [MS-ASCMD] 2.2.1.3
func (c *Client) FolderCreate(ctx context.Context, key, parent, name string) (*FolderChange, error) {
	return c.folderChange(ctx, eas.FolderCreate, wbxml.Elem(wbxml.FolderHierarchyFolderCreate,
		wbxml.Text(wbxml.FolderHierarchySyncKey, key), wbxml.Text(wbxml.FolderHierarchyParentId, parent),
		wbxml.Text(wbxml.FolderHierarchyDisplayName, name), wbxml.Text(wbxml.FolderHierarchyType, "12")))
}

// FolderUpdate renames or moves a folder. [MS-ASCMD] 2.2.1.6
func (c *Client) FolderUpdate(ctx context.Context, key, id, parent, name string) (*FolderChange, error) {
	return c.folderChange(ctx, eas.FolderUpdate, wbxml.Elem(wbxml.FolderHierarchyFolderUpdate,
		wbxml.Text(wbxml.FolderHierarchySyncKey, key), wbxml.Text(wbxml.FolderHierarchyServerId, id),
		wbxml.Text(wbxml.FolderHierarchyParentId, parent), wbxml.Text(wbxml.FolderHierarchyDisplayName, name)))
}

// FolderDelete deletes a folder with what is in it. [MS-ASCMD] 2.2.1.4
func (c *Client) FolderDelete(ctx context.Context, key, id string) (*FolderChange, error) {
	return c.folderChange(ctx, eas.FolderDelete, wbxml.Elem(wbxml.FolderHierarchyFolderDelete,
		wbxml.Text(wbxml.FolderHierarchySyncKey, key), wbxml.Text(wbxml.FolderHierarchyServerId, id)))
}

func (c *Client) folderChange(ctx context.Context, cmd eas.Command, body *wbxml.Node) (*FolderChange, error) {
	reply, err := c.call(ctx, Request{Command: cmd, Node: body}, body.Tag)
	if reply == nil {
		return nil, err
	}
	res := &FolderChange{Reply: reply}
	if err != nil {
		return res, err
	}
	res.Key = reply.Root.Child(wbxml.FolderHierarchySyncKey).Value()
	res.ID = reply.Root.Child(wbxml.FolderHierarchyServerId).Value()
	res.Status, err = check(cmd, reply.Root, wbxml.FolderHierarchyStatus, 1)
	return res, err
}

// GetItemEstimate asks how many changes wait in a folder. [MS-ASCMD] 2.2.1.9
func (c *Client) GetItemEstimate(ctx context.Context, folder, key string) (int, error) {
	id := wbxml.Text(wbxml.GetItemEstimateCollectionId, folder)
	syncKey := wbxml.Text(wbxml.AirSyncSyncKey, key)
	col := wbxml.Elem(wbxml.GetItemEstimateCollection, syncKey, id, wbxml.Elem(wbxml.AirSyncOptions, wbxml.Text(wbxml.AirSyncFilterType, "0")))
	if c.Version < eas.V14_0 { // the order of 2.5 to 12.1
		col = wbxml.Elem(wbxml.GetItemEstimateCollection, wbxml.Text(wbxml.GetItemEstimateClass, "Email"), id,
			wbxml.Text(wbxml.AirSyncFilterType, "0"), syncKey)
	}
	reply, err := c.call(ctx, Request{Command: eas.GetItemEstimate, Node: wbxml.Elem(wbxml.GetItemEstimateGetItemEstimate,
		wbxml.Elem(wbxml.GetItemEstimateCollections, col))}, wbxml.GetItemEstimateGetItemEstimate)
	if err != nil {
		return 0, err
	}
	// A status below the root is the global form; the normal one is in Response.
	resp := reply.Root.Child(wbxml.GetItemEstimateResponse)
	if resp == nil {
		resp = reply.Root
	}
	if _, err := check(eas.GetItemEstimate, resp, wbxml.GetItemEstimateStatus, 1); err != nil {
		return 0, err
	}
	return number(resp.Find(wbxml.GetItemEstimateCollection, wbxml.GetItemEstimateEstimate)), nil
}

// MoveItem moves one mail and returns its new id. Status 3 means success here. [MS-ASCMD] 2.2.1.12
func (c *Client) MoveItem(ctx context.Context, item, from, to string) (string, error) {
	reply, err := c.call(ctx, Request{Command: eas.MoveItems, Node: wbxml.Elem(wbxml.MoveMoveItems, wbxml.Elem(wbxml.MoveMove,
		wbxml.Text(wbxml.MoveSrcMsgId, item), wbxml.Text(wbxml.MoveSrcFldId, from), wbxml.Text(wbxml.MoveDstFldId, to)))}, wbxml.MoveMoveItems)
	if err != nil {
		return "", err
	}
	resp := reply.Root.Child(wbxml.MoveResponse)
	if resp == nil {
		resp = reply.Root
	}
	if _, err := check(eas.MoveItems, resp, wbxml.MoveStatus, 3); err != nil {
		return "", err
	}
	return resp.Child(wbxml.MoveDstMsgId).Value(), nil
}

// Contact is one hit in the address book.
type Contact struct{ Name, Address string }

// SearchGAL looks for people. [MS-ASCMD] 2.2.1.16
func (c *Client) SearchGAL(ctx context.Context, text string, limit int) ([]Contact, error) {
	reply, err := c.call(ctx, Request{Command: eas.Search, Node: wbxml.Elem(wbxml.SearchSearch, wbxml.Elem(wbxml.SearchStore,
		wbxml.Text(wbxml.SearchName, "GAL"), wbxml.Text(wbxml.SearchQuery, text),
		wbxml.Elem(wbxml.SearchOptions, wbxml.Text(wbxml.SearchRange, "0-"+strconv.Itoa(max(limit, 1)-1)))))}, wbxml.SearchSearch)
	if err != nil {
		return nil, err
	}
	if _, err := check(eas.Search, reply.Root, wbxml.SearchStatus, 1); err != nil {
		return nil, err
	}
	store := reply.Root.Find(wbxml.SearchResponse, wbxml.SearchStore)
	if _, err := check(eas.Search, store, wbxml.SearchStatus, 1); err != nil {
		return nil, err
	}
	var out []Contact
	each(store, wbxml.SearchResult, func(n *wbxml.Node) {
		if p := n.Child(wbxml.SearchProperties); p != nil {
			out = append(out, Contact{p.Child(wbxml.GALDisplayName).Value(), p.Child(wbxml.GALEmailAddress).Value()})
		}
	})
	return out, nil
}
