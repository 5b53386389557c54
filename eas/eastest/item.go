// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// file finds an attachment by its reference. Needs the mailbox lock.
func (b *mailbox) file(ref string) *File {
	id, index, ok := strings.Cut(ref, "%3a")
	i, err := strconv.ParseUint(index, 10, 16)
	_, m := b.message(id)
	if !ok || err != nil || m == nil || i >= uint64(len(m.Files)) {
		return nil
	}
	return &m.Files[i]
}

// getAttachment sends the raw bytes; not from 14.0 on. [MS-ASCMD] 2.2.1.8
func (e *exchange) getAttachment() *answer {
	if e.q.Version >= eas.V14_0 {
		return &answer{http: http.StatusNotImplemented}
	}
	box := e.user.box
	box.mu.Lock()
	defer box.mu.Unlock()
	f := box.file(e.q.AttachmentName)
	if f == nil {
		return &answer{http: http.StatusInternalServerError}
	}
	return &answer{http: http.StatusOK, body: f.Data, kind: f.kind()}
}

// itemOperations fetches attachments and mails, inline or in parts. [MS-ASCMD] 2.2.1.10
func (e *exchange) itemOperations() *answer {
	box := e.user.box
	box.mu.Lock()
	defer box.mu.Unlock()
	var parts [][]byte
	resp := wbxml.Elem(wbxml.ItemOperationsResponse)
	each(e.root, wbxml.ItemOperationsFetch, func(n *wbxml.Node) {
		if ref := n.Child(wbxml.AirSyncBaseFileReference); ref != nil {
			resp.Kids = append(resp.Kids, e.fetchFile(n, ref.Value(), &parts))
		} else {
			resp.Kids = append(resp.Kids, e.fetchMail(n, &parts))
		}
	})
	each(e.root, wbxml.ItemOperationsEmptyFolderContents, func(n *wbxml.Node) {
		id := n.Child(wbxml.AirSyncCollectionId).Value()
		status := "2"
		if f := box.folders[id]; f != nil {
			for len(f.order) > 0 {
				box.remove(f, f.order[0], e.dev.id)
			}
			status = "1"
		}
		resp.Kids = append(resp.Kids, wbxml.Elem(n.Tag, wbxml.Text(wbxml.ItemOperationsStatus, status), wbxml.Text(wbxml.AirSyncCollectionId, id)))
	})
	a := e.document(wbxml.Elem(wbxml.ItemOperationsItemOperations, wbxml.Text(wbxml.ItemOperationsStatus, "1"), resp))
	if len(parts) > 0 {
		a.body, a.kind = joinParts(append([][]byte{a.body}, parts...)), eas.TypeMultipart
	}
	return a
}

func (e *exchange) fetchFile(n *wbxml.Node, ref string, parts *[][]byte) *wbxml.Node {
	name := wbxml.Text(wbxml.AirSyncBaseFileReference, ref)
	fail := func(status string) *wbxml.Node {
		return wbxml.Elem(wbxml.ItemOperationsFetch, wbxml.Text(wbxml.ItemOperationsStatus, status), name)
	}
	f := e.user.box.file(ref)
	if f == nil {
		return fail("15")
	}
	data := f.Data
	props := wbxml.Elem(wbxml.ItemOperationsProperties)
	if r := n.Find(wbxml.ItemOperationsOptions, wbxml.ItemOperationsRange); r != nil {
		lo, hi, ok := strings.Cut(r.Value(), "-")
		from, err1 := strconv.Atoi(lo)
		to, err2 := strconv.Atoi(hi)
		if !ok || err1 != nil || err2 != nil || from < 0 || to < from || from >= len(data) {
			return fail("8")
		}
		to = min(to, len(data)-1)
		props.Kids = append(props.Kids, wbxml.Text(wbxml.ItemOperationsRange, strconv.Itoa(from)+"-"+strconv.Itoa(to)),
			digits(wbxml.ItemOperationsTotal, len(data)))
		data = data[from : to+1]
	}
	props.Kids = append(props.Kids, wbxml.Text(wbxml.AirSyncBaseContentType, f.kind()))
	if e.q.MultiPart {
		*parts = append(*parts, data)
		props.Kids = append(props.Kids, digits(wbxml.ItemOperationsPart, len(*parts)))
	} else {
		props.Kids = append(props.Kids, wbxml.Text(wbxml.ItemOperationsData, base64.StdEncoding.EncodeToString(data)))
	}
	return wbxml.Elem(wbxml.ItemOperationsFetch, wbxml.Text(wbxml.ItemOperationsStatus, "1"), name, props)
}

func (e *exchange) fetchMail(n *wbxml.Node, parts *[][]byte) *wbxml.Node {
	id := wbxml.Text(wbxml.AirSyncServerId, n.Child(wbxml.AirSyncServerId).Value())
	folderID := wbxml.Text(wbxml.AirSyncCollectionId, n.Child(wbxml.AirSyncCollectionId).Value())
	_, m := e.user.box.message(id.Value())
	if m == nil {
		return wbxml.Elem(wbxml.ItemOperationsFetch, wbxml.Text(wbxml.ItemOperationsStatus, "6"), folderID, id)
	}
	kind := bodyType(n.Child(wbxml.ItemOperationsOptions))
	props := e.data(wbxml.ItemOperationsProperties, m, kind)
	if e.q.MultiPart {
		_, text := content(m, kind)
		*parts = append(*parts, []byte(text))
		props.Kids[len(props.Kids)-1] = body(m, kind, len(*parts))
	}
	return wbxml.Elem(wbxml.ItemOperationsFetch, wbxml.Text(wbxml.ItemOperationsStatus, "1"), folderID, id,
		wbxml.Text(wbxml.AirSyncClass, "Email"), props)
}

// joinParts writes the multipart form: count, pairs of offset and length, then the parts.
// [MS-ASCMD] 2.2.1.10.1
func joinParts(parts [][]byte) []byte {
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(parts)))
	at := 4 + 8*len(parts)
	for _, p := range parts {
		b = binary.LittleEndian.AppendUint32(b, uint32(at))
		b = binary.LittleEndian.AppendUint32(b, uint32(len(p)))
		at += len(p)
	}
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// estimate counts waiting changes. [MS-ASCMD] 2.2.1.9
func (e *exchange) estimate() *answer {
	box := e.user.box
	box.mu.Lock()
	defer box.mu.Unlock()
	out := wbxml.Elem(wbxml.GetItemEstimateGetItemEstimate)
	each(e.root.Child(wbxml.GetItemEstimateCollections), wbxml.GetItemEstimateCollection, func(n *wbxml.Node) {
		id := n.Child(wbxml.GetItemEstimateCollectionId).Value()
		from, ok := parseKey(n.Child(wbxml.AirSyncSyncKey).Value())
		status, count := 1, 0
		if f := box.folders[id]; f == nil {
			status = 2
		} else if list, _, known := f.since(from, e.dev.id, -1); !ok || !known {
			status = 4
		} else {
			count = len(list)
		}
		resp := wbxml.Elem(wbxml.GetItemEstimateResponse, digits(wbxml.GetItemEstimateStatus, status))
		if status == 1 {
			resp.Kids = append(resp.Kids, wbxml.Elem(wbxml.GetItemEstimateCollection,
				wbxml.Text(wbxml.GetItemEstimateCollectionId, id), digits(wbxml.GetItemEstimateEstimate, count)))
		}
		out.Kids = append(out.Kids, resp)
	})
	return e.document(out)
}

// move puts mails into other folders. [MS-ASCMD] 2.2.1.12
func (e *exchange) move() *answer {
	box := e.user.box
	box.mu.Lock()
	defer box.mu.Unlock()
	out := wbxml.Elem(wbxml.MoveMoveItems)
	each(e.root, wbxml.MoveMove, func(n *wbxml.Node) {
		id := n.Child(wbxml.MoveSrcMsgId).Value()
		src, m := box.message(id)
		dst := box.folders[n.Child(wbxml.MoveDstFldId).Value()]
		status := 3
		var now *wbxml.Node
		switch {
		case m == nil || src.id != n.Child(wbxml.MoveSrcFldId).Value():
			status = 1
		case dst == nil:
			status = 2
		case dst == src:
			status = 4
		default:
			moved := *m
			box.remove(src, id, e.dev.id)
			box.add(dst, &moved, e.dev.id)
			now = wbxml.Text(wbxml.MoveDstMsgId, moved.ID)
		}
		out.Kids = append(out.Kids, wbxml.Elem(wbxml.MoveResponse, wbxml.Text(wbxml.MoveSrcMsgId, id), digits(wbxml.MoveStatus, status), now))
	})
	return e.document(out)
}
