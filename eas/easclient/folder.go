// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient

import (
	"context"

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
