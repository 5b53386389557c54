// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient

import (
	"context"
	"strconv"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// EstimateResult is the answer to GetItemEstimate.
type EstimateResult struct {
	*Reply
	Status int
	Count  int
}

// GetItemEstimate asks how many changes wait in a folder. [MS-ASCMD] 2.2.1.9
func (c *Client) GetItemEstimate(ctx context.Context, folder, key string) (*EstimateResult, error) {
	id := wbxml.Text(wbxml.GetItemEstimateCollectionId, folder)
	syncKey := wbxml.Text(wbxml.AirSyncSyncKey, key)
	col := wbxml.Elem(wbxml.GetItemEstimateCollection, syncKey, id, wbxml.Elem(wbxml.AirSyncOptions, wbxml.Text(wbxml.AirSyncFilterType, "0")))
	if c.Version < eas.V14_0 { // the order of 2.5 to 12.1
		col = wbxml.Elem(wbxml.GetItemEstimateCollection, wbxml.Text(wbxml.GetItemEstimateClass, "Email"), id,
			wbxml.Text(wbxml.AirSyncFilterType, "0"), syncKey)
	}
	reply, err := c.call(ctx, Request{Command: eas.GetItemEstimate, Node: wbxml.Elem(wbxml.GetItemEstimateGetItemEstimate,
		wbxml.Elem(wbxml.GetItemEstimateCollections, col))}, wbxml.GetItemEstimateGetItemEstimate)
	if reply == nil {
		return nil, err
	}
	res := &EstimateResult{Reply: reply}
	if err != nil {
		return res, err
	}
	resp := below(reply.Root, wbxml.GetItemEstimateResponse)
	res.Count = number(resp.Find(wbxml.GetItemEstimateCollection, wbxml.GetItemEstimateEstimate))
	res.Status, err = check(eas.GetItemEstimate, resp, wbxml.GetItemEstimateStatus, 1)
	return res, err
}

// below is the child that holds the status when all is well; a refusal of the whole command has its
// status below the root.
func below(root *wbxml.Node, tag wbxml.Tag) *wbxml.Node {
	if n := root.Child(tag); n != nil {
		return n
	}
	return root
}

// MoveResult is the answer to MoveItems.
type MoveResult struct {
	*Reply
	Status int    // 3 is success
	ID     string // of the mail in its new folder
}

// MoveItem moves one mail. [MS-ASCMD] 2.2.1.12
func (c *Client) MoveItem(ctx context.Context, item, from, to string) (*MoveResult, error) {
	reply, err := c.call(ctx, Request{Command: eas.MoveItems, Node: wbxml.Elem(wbxml.MoveMoveItems, wbxml.Elem(wbxml.MoveMove,
		wbxml.Text(wbxml.MoveSrcMsgId, item), wbxml.Text(wbxml.MoveSrcFldId, from), wbxml.Text(wbxml.MoveDstFldId, to)))}, wbxml.MoveMoveItems)
	if reply == nil {
		return nil, err
	}
	res := &MoveResult{Reply: reply}
	if err != nil {
		return res, err
	}
	resp := below(reply.Root, wbxml.MoveResponse)
	res.ID = resp.Child(wbxml.MoveDstMsgId).Value()
	res.Status, err = check(eas.MoveItems, resp, wbxml.MoveStatus, 3)
	return res, err
}

// SearchResult is the answer to a search in the address book.
type SearchResult struct {
	*Reply
	Status   int // of the command, or of the store when that is another
	Contacts []Contact
}

// Contact is one hit in the address book.
type Contact struct{ Name, Address string }

// SearchGAL is Search for those who want only the people.
func (c *Client) SearchGAL(ctx context.Context, text string, limit int) ([]Contact, error) {
	res, err := c.Search(ctx, text, limit)
	if err != nil {
		return nil, err
	}
	return res.Contacts, nil
}

// Search looks for people in the address book, at most limit. [MS-ASCMD] 2.2.1.16
func (c *Client) Search(ctx context.Context, text string, limit int) (*SearchResult, error) {
	reply, err := c.call(ctx, Request{Command: eas.Search, Node: wbxml.Elem(wbxml.SearchSearch, wbxml.Elem(wbxml.SearchStore,
		wbxml.Text(wbxml.SearchName, "GAL"), wbxml.Text(wbxml.SearchQuery, text),
		wbxml.Elem(wbxml.SearchOptions, wbxml.Text(wbxml.SearchRange, "0-"+strconv.Itoa(max(limit, 1)-1)))))}, wbxml.SearchSearch)
	if reply == nil {
		return nil, err
	}
	res := &SearchResult{Reply: reply}
	if err != nil {
		return res, err
	}
	if res.Status, err = check(eas.Search, reply.Root, wbxml.SearchStatus, 1); err != nil {
		return res, err
	}
	store := reply.Root.Find(wbxml.SearchResponse, wbxml.SearchStore)
	each(store, wbxml.SearchResult, func(n *wbxml.Node) {
		if p := n.Child(wbxml.SearchProperties); p != nil {
			res.Contacts = append(res.Contacts, Contact{p.Child(wbxml.GALDisplayName).Value(), p.Child(wbxml.GALEmailAddress).Value()})
		}
	})
	res.Status, err = check(eas.Search, store, wbxml.SearchStatus, 1)
	return res, err
}
