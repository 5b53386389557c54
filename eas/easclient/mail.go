// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient

import (
	"bytes"
	"context"
	"io"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/httpq"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// Mail is a message to send. Up to 12.1 it travels as it is, with parameters in the URL; from 14.0 on
// inside WBXML. [MS-ASCMD] 2.2.1.17
type Mail struct {
	MIME       []byte    // the message
	Stream     io.Reader // the message as a stream of Size bytes, when MIME is nil
	Size       int64
	ClientID   string // 14.0 and later; makes sending twice harmless. Empty means a fixed word
	SaveInSent bool

	// The message answered or forwarded, for SmartReply and SmartForward.
	FolderID, ItemID, LongID string
	ReplaceMIME              bool // 14.0 and later: the message holds the whole text
}

// SendMail sends a new message.
func (c *Client) SendMail(ctx context.Context, m Mail) (*Reply, error) {
	return c.send(ctx, eas.SendMail, wbxml.ComposeMailSendMail, m)
}

// SmartReply answers a message. [MS-ASCMD] 2.2.1.20
func (c *Client) SmartReply(ctx context.Context, m Mail) (*Reply, error) {
	return c.send(ctx, eas.SmartReply, wbxml.ComposeMailSmartReply, m)
}

// SmartForward forwards a message. [MS-ASCMD] 2.2.1.19
func (c *Client) SmartForward(ctx context.Context, m Mail) (*Reply, error) {
	return c.send(ctx, eas.SmartForward, wbxml.ComposeMailSmartForward, m)
}

func (c *Client) send(ctx context.Context, cmd eas.Command, root wbxml.Tag, m Mail) (*Reply, error) {
	if m.MIME != nil {
		m.Stream, m.Size = bytes.NewReader(m.MIME), int64(len(m.MIME))
	}
	r := Request{Command: cmd, Stream: m.Stream, Size: m.Size, ContentType: eas.TypeMail}
	if cmd.MailBody(c.Version) {
		r.Query = httpq.Query{CollectionID: m.FolderID, ItemID: m.ItemID, LongID: m.LongID, SaveInSent: m.SaveInSent}
	} else {
		head, tail := m.frame(root)
		r.Stream = io.MultiReader(bytes.NewReader(head), m.Stream, bytes.NewReader(tail))
		r.Size += int64(len(head) + len(tail))
		r.ContentType = eas.TypeWBXML
	}
	reply, err := c.call(ctx, r, root)
	if err != nil || reply.Root == nil {
		return reply, err // success has no body
	}
	_, err = check(cmd, reply.Root, wbxml.ComposeMailStatus, 1)
	return reply, err
}

// frame is the WBXML before and after the message, so that a large one need not be held in memory.
func (m Mail) frame(root wbxml.Tag) (head, tail []byte) {
	doc := wbxml.Elem(root)
	add := func(n *wbxml.Node) { doc.Kids = append(doc.Kids, n) }
	if m.ClientID == "" {
		m.ClientID = "easclient"
	}
	add(wbxml.Text(wbxml.ComposeMailClientId, m.ClientID))
	if root != wbxml.ComposeMailSendMail {
		source := wbxml.Elem(wbxml.ComposeMailSource)
		for _, f := range []struct {
			tag  wbxml.Tag
			text string
		}{{wbxml.ComposeMailFolderId, m.FolderID}, {wbxml.ComposeMailItemId, m.ItemID}, {wbxml.ComposeMailLongId, m.LongID}} {
			if f.text != "" {
				source.Kids = append(source.Kids, wbxml.Text(f.tag, f.text))
			}
		}
		add(source)
	}
	if m.SaveInSent {
		add(wbxml.EmptyElem(wbxml.ComposeMailSaveInSentItems))
	}
	if m.ReplaceMIME {
		add(wbxml.EmptyElem(wbxml.ComposeMailReplaceMime))
	}
	head = wbxml.Marshal(doc)
	head = head[:len(head)-1] // the END of the root comes in the tail
	head = append(head, wbxml.ComposeMailMime.Token()|0x40, 0xC3)
	var length [10]byte
	i := len(length) - 1
	length[i] = byte(m.Size & 0x7F)
	for n := m.Size >> 7; n > 0; n >>= 7 {
		i--
		length[i] = byte(n&0x7F) | 0x80
	}
	return append(head, length[i:]...), []byte{1, 1}
}
