// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient

import (
	"context"
	"strconv"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// PingResult is the answer to a Ping. [MS-ASCMD] 2.2.1.13
type PingResult struct {
	*Reply
	Status     int      // 1 interval over, 2 changes; others are a *StatusError
	Changed    []string // folder ids, with Status 2
	Heartbeat  int      // nearest allowed seconds, with Status 5
	MaxFolders int      // with Status 6
}

// Ping waits for changes in folders, at most so many seconds. Values may be left at zero to use those of
// the last Ping; with both the body is empty.
func (c *Client) Ping(ctx context.Context, seconds int, folders ...string) (*PingResult, error) {
	r := Request{Command: eas.Ping}
	var kids []*wbxml.Node
	if seconds > 0 {
		kids = append(kids, wbxml.Text(wbxml.PingHeartbeatInterval, strconv.Itoa(seconds)))
	}
	if len(folders) > 0 {
		all := wbxml.Elem(wbxml.PingFolders)
		for _, id := range folders {
			all.Kids = append(all.Kids, wbxml.Elem(wbxml.PingFolder, wbxml.Text(wbxml.PingId, id), wbxml.Text(wbxml.PingClass, "Email")))
		}
		kids = append(kids, all)
	}
	if len(kids) > 0 {
		r.Node = wbxml.Elem(wbxml.PingPing, kids...)
	}
	reply, err := c.call(ctx, r, wbxml.PingPing)
	if reply == nil {
		return nil, err
	}
	res := &PingResult{Reply: reply}
	if err != nil {
		return res, err
	}
	each(reply.Root.Child(wbxml.PingFolders), wbxml.PingFolder, func(n *wbxml.Node) { res.Changed = append(res.Changed, n.Value()) })
	res.Heartbeat = number(reply.Root.Child(wbxml.PingHeartbeatInterval))
	res.MaxFolders = number(reply.Root.Child(wbxml.PingMaxFolders))
	res.Status, err = check(eas.Ping, reply.Root, wbxml.PingStatus, 1, 2)
	return res, err
}
