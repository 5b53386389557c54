// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// submit takes a mail, bare up to 12.1 and inside WBXML from 14.0 on. [MS-ASCMD] 2.2.1.17
func (e *exchange) submit(bare bool) *answer {
	source, save := e.body, e.q.SaveInSent
	if !bare {
		if e.root == nil {
			return e.refuse(eas.StatusInvalidContent)
		}
		source = nil
		if mime := e.root.Child(wbxml.ComposeMailMime); mime != nil {
			source = mime.Text
		}
		save = e.root.Child(wbxml.ComposeMailSaveInSentItems) != nil
	}
	m, to, err := readMessage(source)
	if err != nil || len(to) == 0 {
		return e.refuse(eas.StatusInvalidMIME)
	}
	m.Received = e.s.cfg.Now().UTC()
	if m.From == "" {
		m.From = e.s.profile(e.user).Address
	}
	for _, address := range to {
		e.s.mu.Lock()
		a := e.s.byAddress(address)
		e.s.mu.Unlock()
		if a == nil {
			e.s.tally(func(c *Counters) { c.Outbound++ })
			continue
		}
		mine := *m
		a.box.mu.Lock()
		a.box.add(a.box.folders[Inbox], &mine, "")
		a.box.mu.Unlock()
	}
	if save {
		mine := *m
		mine.Read = true
		e.user.box.mu.Lock()
		e.user.box.add(e.user.box.folders[Sent], &mine, "")
		e.user.box.mu.Unlock()
	}
	return e.document(nil)
}
