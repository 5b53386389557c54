// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"mime"
	"strconv"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/httpq"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// Fetch names one thing to fetch: an attachment by Reference, or a mail by FolderID and ItemID.
type Fetch struct {
	Reference        string
	FolderID, ItemID string
	BodyType         int    // of a mail; 0 means 1, plain text
	Range            string // bytes, for example 0-1023
}

// Fetched is one answer. A Status other than 1 concerns this one only: 15 unknown, 16 refused.
// [MS-ASCMD] 2.2.1.10
type Fetched struct {
	Status      int
	Reference   string
	ItemID      string
	ContentType string
	Range       string
	Total       int
	Data        []byte // of an attachment, decoded
	Item        Item   // of a mail
}

// FetchResult is the answer to ItemOperations.
type FetchResult struct {
	*Reply
	MultiPart bool // whether the server answered in parts
	Status    int
	Items     []Fetched
}

// ItemOperations fetches attachments and mails, from 12.0 on. With multi the server may answer in parts;
// it need not.
func (c *Client) ItemOperations(ctx context.Context, multi bool, what ...Fetch) (*FetchResult, error) {
	root := wbxml.Elem(wbxml.ItemOperationsItemOperations)
	for _, f := range what {
		root.Kids = append(root.Kids, f.node())
	}
	reply, err := c.Do(ctx, Request{Command: eas.ItemOperations, Node: root, Query: httpq.Query{MultiPart: multi}})
	if reply == nil {
		return nil, err
	}
	res := &FetchResult{Reply: reply}
	if err != nil {
		return res, err
	}
	doc, parts := reply.Body, [][]byte(nil)
	if kind, _, _ := mime.ParseMediaType(reply.Header.Get("Content-Type")); kind == eas.TypeMultipart {
		res.MultiPart = true
		if parts, err = SplitParts(reply.Body); err != nil {
			return res, err
		}
		doc = parts[0]
	}
	if reply.Root, err = wbxml.Parse(doc, limits()); err != nil {
		return res, fmt.Errorf("easclient: ItemOperations: %w", err)
	}
	each(reply.Root.Child(wbxml.ItemOperationsResponse), wbxml.ItemOperationsFetch, func(n *wbxml.Node) {
		f, ferr := fetched(n, parts)
		res.Items = append(res.Items, f)
		err = errors.Join(err, ferr)
	})
	if err != nil {
		return res, err
	}
	res.Status, err = check(eas.ItemOperations, reply.Root, wbxml.ItemOperationsStatus, 1)
	return res, err
}

func (f Fetch) node() *wbxml.Node {
	n := wbxml.Elem(wbxml.ItemOperationsFetch, wbxml.Text(wbxml.ItemOperationsStore, "Mailbox"))
	options := wbxml.Elem(wbxml.ItemOperationsOptions)
	if f.Range != "" {
		options.Kids = append(options.Kids, wbxml.Text(wbxml.ItemOperationsRange, f.Range))
	}
	if f.Reference != "" {
		n.Kids = append(n.Kids, wbxml.Text(wbxml.AirSyncBaseFileReference, f.Reference))
	} else {
		n.Kids = append(n.Kids, wbxml.Text(wbxml.AirSyncCollectionId, f.FolderID), wbxml.Text(wbxml.AirSyncServerId, f.ItemID))
		options.Kids = append(options.Kids, wbxml.Elem(wbxml.AirSyncBaseBodyPreference,
			wbxml.Text(wbxml.AirSyncBaseType, strconv.Itoa(max(f.BodyType, 1)))))
	}
	if len(options.Kids) > 0 {
		n.Kids = append(n.Kids, options)
	}
	return n
}

func fetched(n *wbxml.Node, parts [][]byte) (Fetched, error) {
	p := n.Child(wbxml.ItemOperationsProperties)
	f := Fetched{
		Status:      number(n.Child(wbxml.ItemOperationsStatus)),
		Reference:   n.Child(wbxml.AirSyncBaseFileReference).Value(),
		ItemID:      n.Child(wbxml.AirSyncServerId).Value(),
		ContentType: p.Child(wbxml.AirSyncBaseContentType).Value(),
		Range:       p.Child(wbxml.ItemOperationsRange).Value(),
		Total:       number(p.Child(wbxml.ItemOperationsTotal)),
	}
	if f.Reference == "" {
		f.Item = properties(p)
		f.Item.ID = f.ItemID
		if part, err := partOf(p.Child(wbxml.AirSyncBaseBody), parts); err != nil {
			return f, err
		} else if part != nil {
			f.Item.Body = string(part)
		}
		return f, nil
	}
	part, err := partOf(p, parts)
	if err != nil || part != nil {
		f.Data = part
		return f, err
	}
	if data := p.Child(wbxml.ItemOperationsData); data != nil && data.Opaque {
		f.Data = data.Text // some servers send the bytes as they are
	} else if data != nil {
		if f.Data, err = base64.StdEncoding.DecodeString(data.Value()); err != nil {
			return f, fmt.Errorf("easclient: ItemOperations: %w", err)
		}
	}
	return f, nil
}

func partOf(n *wbxml.Node, parts [][]byte) ([]byte, error) {
	ref := n.Child(wbxml.ItemOperationsPart)
	if ref == nil {
		return nil, nil
	}
	i := number(ref)
	if i < 1 || i >= len(parts) {
		return nil, fmt.Errorf("easclient: ItemOperations: there is no part %d", i)
	}
	return parts[i], nil
}

// SplitParts cuts a body of type application/vnd.ms-sync.multipart: part 0 is the WBXML document, the
// others are raw. Parts share the memory of body. [MS-ASCMD] 2.2.1.10.1
func SplitParts(body []byte) ([][]byte, error) {
	bad := errors.New("easclient: malformed multipart body")
	if len(body) < 4 {
		return nil, bad
	}
	n := uint64(binary.LittleEndian.Uint32(body))
	if n == 0 || 4+8*n > uint64(len(body)) {
		return nil, bad
	}
	parts := make([][]byte, 0, n)
	for i := range n {
		at := uint64(binary.LittleEndian.Uint32(body[4+8*i:]))
		size := uint64(binary.LittleEndian.Uint32(body[8+8*i:]))
		if at < 4+8*n || at+size > uint64(len(body)) {
			return nil, bad
		}
		parts = append(parts, body[at:at+size])
	}
	return parts, nil
}

// GetAttachment fetches an attachment in the way of 2.5 to 12.1; the bytes are in Body.
// [MS-ASCMD] 2.2.1.8
func (c *Client) GetAttachment(ctx context.Context, reference string) (*Reply, error) {
	return c.Do(ctx, Request{Command: eas.GetAttachment, Query: httpq.Query{AttachmentName: reference}})
}
