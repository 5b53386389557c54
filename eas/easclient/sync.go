// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient

import (
	"context"
	"strconv"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// SyncRequest asks for changes. With Wait or Heartbeat the server holds the answer until there are some.
// [MS-ASCMD] 2.2.1.21
type SyncRequest struct {
	Collections []SyncCollection
	Wait        int  // minutes, 1 to 59, from 12.1 on
	Heartbeat   int  // seconds, 60 to 3540, from 14.0 on
	Partial     bool // the collections not named are as in the last request
}

// SyncCollection is one folder of a request.
type SyncCollection struct {
	ID, Key    string // key "0" starts over; the answer then holds only the next key
	NoChanges  bool   // GetChanges 0
	WindowSize int    // 0 means the server's 100
	BodyType   int    // 1 plain, 2 HTML, 4 MIME; 0 asks for no preference
	Delete     []string
	Read       []string // ids to mark as read
}

// SyncResult is the answer.
type SyncResult struct {
	*Reply
	Empty       bool // no body: nothing has changed
	Status      int  // of the whole; 1 or absent when the collections have their own
	Limit       int  // with Status 14 or 15
	Collections []Changes
}

// Changes is what happened in one folder.
type Changes struct {
	ID, Key, Class string
	Status         int
	More           bool
	Added, Changed []Item
	Deleted        []string
}

// Item is one mail, as far as this client reads it; Node holds the rest.
type Item struct {
	ID, Subject, From, To, Received string
	Read                            bool
	Body                            string
	BodyType                        int
	Attachments                     []Attachment
	Node                            *wbxml.Node // ApplicationData or Properties
}

// Attachment is the metadata of one attachment. [MS-ASAIRS] 2.2.2.8
type Attachment struct {
	Name, Reference, ContentID string
	Size, Method               int
	Inline                     bool
}

// Sync asks for changes. A status of the whole other than 1, and from one collection other than 1, is a
// *StatusError; the result is complete nevertheless.
func (c *Client) Sync(ctx context.Context, r SyncRequest) (*SyncResult, error) {
	root := wbxml.Elem(wbxml.AirSyncSync)
	if len(r.Collections) > 0 {
		all := wbxml.Elem(wbxml.AirSyncCollections)
		for _, col := range r.Collections {
			all.Kids = append(all.Kids, c.collection(col))
		}
		root.Kids = append(root.Kids, all)
	}
	if r.Wait > 0 {
		root.Kids = append(root.Kids, wbxml.Text(wbxml.AirSyncWait, strconv.Itoa(r.Wait)))
	}
	if r.Heartbeat > 0 {
		root.Kids = append(root.Kids, wbxml.Text(wbxml.AirSyncHeartbeatInterval, strconv.Itoa(r.Heartbeat)))
	}
	if r.Partial {
		root.Kids = append(root.Kids, wbxml.EmptyElem(wbxml.AirSyncPartial))
	}
	return c.sync(ctx, Request{Command: eas.Sync, Node: root})
}

// SyncAgain repeats the last request by an empty one, from 12.1 on.
func (c *Client) SyncAgain(ctx context.Context) (*SyncResult, error) {
	return c.sync(ctx, Request{Command: eas.Sync})
}

func (c *Client) collection(col SyncCollection) *wbxml.Node {
	n := wbxml.Elem(wbxml.AirSyncCollection)
	add := func(k *wbxml.Node) { n.Kids = append(n.Kids, k) }
	if c.Version <= eas.V12_0 {
		add(wbxml.Text(wbxml.AirSyncClass, "Email"))
	}
	add(wbxml.Text(wbxml.AirSyncSyncKey, col.Key))
	add(wbxml.Text(wbxml.AirSyncCollectionId, col.ID))
	if col.Key == "0" {
		return n // nothing else is allowed to matter before there is a key
	}
	if col.NoChanges {
		add(wbxml.Text(wbxml.AirSyncGetChanges, "0"))
	} else {
		add(wbxml.EmptyElem(wbxml.AirSyncGetChanges))
	}
	if col.WindowSize > 0 {
		add(wbxml.Text(wbxml.AirSyncWindowSize, strconv.Itoa(col.WindowSize)))
	}
	if col.BodyType > 0 {
		options := wbxml.Elem(wbxml.AirSyncOptions)
		if col.BodyType == 4 {
			options.Kids = append(options.Kids, wbxml.Text(wbxml.AirSyncMIMESupport, "2"))
		}
		if c.Version >= eas.V12_0 {
			options.Kids = append(options.Kids, wbxml.Elem(wbxml.AirSyncBaseBodyPreference,
				wbxml.Text(wbxml.AirSyncBaseType, strconv.Itoa(col.BodyType))))
		}
		if len(options.Kids) > 0 {
			add(options)
		}
	}
	var commands []*wbxml.Node
	for _, id := range col.Delete {
		commands = append(commands, wbxml.Elem(wbxml.AirSyncDelete, wbxml.Text(wbxml.AirSyncServerId, id)))
	}
	for _, id := range col.Read {
		commands = append(commands, wbxml.Elem(wbxml.AirSyncChange, wbxml.Text(wbxml.AirSyncServerId, id),
			wbxml.Elem(wbxml.AirSyncApplicationData, wbxml.Text(wbxml.EmailRead, "1"))))
	}
	if len(commands) > 0 {
		add(wbxml.Elem(wbxml.AirSyncCommands, commands...))
	}
	return n
}

func (c *Client) sync(ctx context.Context, r Request) (*SyncResult, error) {
	reply, err := c.call(ctx, r, wbxml.AirSyncSync)
	if reply == nil {
		return nil, err
	}
	res := &SyncResult{Reply: reply}
	if err != nil {
		return res, err
	}
	if reply.Root == nil {
		res.Empty, res.Status = true, 1
		return res, nil
	}
	root := reply.Root
	res.Limit = number(root.Child(wbxml.AirSyncLimit))
	if res.Status = 1; root.Child(wbxml.AirSyncStatus) != nil {
		res.Status, err = check(eas.Sync, root, wbxml.AirSyncStatus, 1)
	}
	each(root.Child(wbxml.AirSyncCollections), wbxml.AirSyncCollection, func(n *wbxml.Node) {
		ch := changes(n)
		res.Collections = append(res.Collections, ch)
		if ch.Status != 1 && err == nil {
			err = &StatusError{Command: eas.Sync, Element: n.Tag, Status: ch.Status}
		}
	})
	return res, err
}

func changes(n *wbxml.Node) Changes {
	ch := Changes{
		ID:     n.Child(wbxml.AirSyncCollectionId).Value(),
		Key:    n.Child(wbxml.AirSyncSyncKey).Value(),
		Class:  n.Child(wbxml.AirSyncClass).Value(),
		Status: number(n.Child(wbxml.AirSyncStatus)),
		More:   n.Child(wbxml.AirSyncMoreAvailable) != nil,
	}
	commands := n.Child(wbxml.AirSyncCommands)
	each(commands, wbxml.AirSyncAdd, func(k *wbxml.Node) { ch.Added = append(ch.Added, item(k)) })
	each(commands, wbxml.AirSyncChange, func(k *wbxml.Node) { ch.Changed = append(ch.Changed, item(k)) })
	for _, tag := range []wbxml.Tag{wbxml.AirSyncDelete, wbxml.AirSyncSoftDelete} {
		each(commands, tag, func(k *wbxml.Node) { ch.Deleted = append(ch.Deleted, k.Child(wbxml.AirSyncServerId).Value()) })
	}
	return ch
}

func item(n *wbxml.Node) Item {
	it := properties(n.Child(wbxml.AirSyncApplicationData))
	it.ID = n.Child(wbxml.AirSyncServerId).Value()
	return it
}

// properties reads the mail elements of ApplicationData, or of Properties in ItemOperations.
func properties(n *wbxml.Node) Item {
	it := Item{
		Subject:  n.Child(wbxml.EmailSubject).Value(),
		From:     n.Child(wbxml.EmailFrom).Value(),
		To:       n.Child(wbxml.EmailTo).Value(),
		Received: n.Child(wbxml.EmailDateReceived).Value(),
		Read:     n.Child(wbxml.EmailRead).Value() == "1",
		Body:     n.Child(wbxml.EmailBody).Value(), // 2.5
		Node:     n,
	}
	if body := n.Child(wbxml.AirSyncBaseBody); body != nil {
		it.Body = body.Child(wbxml.AirSyncBaseData).Value()
		it.BodyType = number(body.Child(wbxml.AirSyncBaseType))
	}
	each(n.Child(wbxml.AirSyncBaseAttachments), wbxml.AirSyncBaseAttachment, func(a *wbxml.Node) {
		it.Attachments = append(it.Attachments, Attachment{
			Name:      a.Child(wbxml.AirSyncBaseDisplayName).Value(),
			Reference: a.Child(wbxml.AirSyncBaseFileReference).Value(),
			ContentID: a.Child(wbxml.AirSyncBaseContentId).Value(),
			Size:      number(a.Child(wbxml.AirSyncBaseEstimatedDataSize)),
			Method:    number(a.Child(wbxml.AirSyncBaseMethod)),
			Inline:    a.Child(wbxml.AirSyncBaseIsInline).Value() == "1",
		})
	})
	each(n.Child(wbxml.EmailAttachments), wbxml.EmailAttachment, func(a *wbxml.Node) { // 2.5
		it.Attachments = append(it.Attachments, Attachment{
			Name:      a.Child(wbxml.EmailDisplayName).Value(),
			Reference: a.Child(wbxml.EmailAttName).Value(),
			Size:      number(a.Child(wbxml.EmailAttSize)),
			Method:    number(a.Child(wbxml.EmailAttMethod)),
		})
	})
	return it
}
