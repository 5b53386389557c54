// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"net/http"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// easLook is how much of an answer is looked at for its Status.
const easLook = 128

// easStatus is the Status at the beginning of an answer, from what has come together with its head: the
// phone does not wait for it. 0: there is none, or it is not there yet.
func (c *serverConn) easStatus(resp *http.Response) int {
	if resp.ContentLength == 0 || resp.Header.Get("Content-Encoding") != "" {
		return 0
	}
	b, _ := c.br.Peek(min(c.br.Buffered(), easLook))
	if resp.ContentLength < 0 { // behind the size of its first chunk
		_, after, found := bytes.Cut(b, []byte("\r\n"))
		if !found {
			return 0
		}
		b = after
	}
	status, _ := wbxml.RootStatus(b)
	return status
}

// awaitBody waits for the first bytes of an answer that a demand may stand in: it is not for the phone
// then. Most have come together with the head.
func (c *serverConn) awaitBody(resp *http.Response) {
	if resp.StatusCode != http.StatusOK || resp.ContentLength == 0 || c.br.Buffered() > 0 {
		return
	}
	c.SetReadDeadline(time.Now().Add(bodyPatience))
	_, _ = c.br.Peek(1) // without it there is no status; what is wrong the reader of the body will find
}

// bodyPatience is how long the first bytes of an answer may come after its head.
const bodyPatience = 5 * time.Second

// succeeded reports whether the mail server did what the phone asked for: by HTTP, and by the Status
// where one was seen. A Ping that found changes says 2. [MS-ASCMD] 2.2.3.177
func (t *trail) succeeded() bool {
	if t.upstream < 200 || t.upstream > 299 {
		return false
	}
	return t.eas <= 1 || t.eas == 2 && t.form.Command == eas.Ping
}
