// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
)

// limits of the documents that are looked into. Nothing else is ever decoded.
var infoLimits = wbxml.Limits{Depth: 16, Size: smallBody, Nodes: 2000}

const maxInfo = 1024 // bytes of one field of a DeviceInformation [MS-ASCMD] 2.2.3.45

// readInfo reads what the phone says of itself in a Settings or Provision request. A document that
// cannot be read is the mail server's business.
func (g *Gateway) readInfo(q *ask) {
	if q.command != eas.Settings && q.command != eas.Provision || !q.body.whole ||
		q.r.Header.Get("Content-Encoding") != "" || !bytes.Contains(q.body.bytes(), []byte{0x56}) {
		return
	}
	doc, err := wbxml.Parse(q.body.bytes(), infoLimits)
	if err != nil {
		return
	}
	set := doc.Find(wbxml.SettingsDeviceInformation, wbxml.SettingsSet)
	if set == nil {
		return
	}
	text := func(tag wbxml.Tag) string { return display(set.Child(tag).Value(), maxInfo) }
	q.info = &access.DeviceInfo{
		Model: text(wbxml.SettingsModel), IMEI: text(wbxml.SettingsIMEI), FriendlyName: text(wbxml.SettingsFriendlyName),
		OS: text(wbxml.SettingsOS), Language: text(wbxml.SettingsOSLanguage), Number: text(wbxml.SettingsPhoneNumber),
		Operator: text(wbxml.SettingsMobileOperator), UserAgent: text(wbxml.SettingsUserAgent),
	}
	if *q.info == (access.DeviceInfo{}) {
		q.info = nil
	}
}

// readAnswer reads a small answer to Settings whole, to learn the mailbox from it, and puts it
// back in front. Nil: the answer broke off.
func (g *Gateway) readAnswer(q *ask, c *serverConn, resp *http.Response) *http.Response {
	if !q.readsAnswer() || resp.StatusCode != http.StatusOK || resp.ContentLength == 0 || resp.ContentLength > smallBody ||
		resp.Header.Get("Content-Encoding") != "" {
		return resp
	}
	c.SetReadDeadline(time.Now().Add(answerPause))
	b, err := io.ReadAll(io.LimitReader(resp.Body, smallBody+1))
	if err != nil {
		return nil
	}
	rest := resp.Body
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(b), rest), rest}
	if len(b) <= smallBody {
		q.mailbox = primaryAddress(b)
	}
	return resp
}

// primaryAddress finds the main mail address in a Settings answer: named as such from 14.1 on, before
// that the only one there is. [MS-ASCMD] 2.2.3.137
func primaryAddress(b []byte) string {
	doc, err := wbxml.Parse(b, infoLimits)
	if err != nil {
		return ""
	}
	info := doc.Find(wbxml.SettingsUserInformation)
	get := info.Child(wbxml.SettingsGet)
	if get == nil {
		get = info
	}
	if get == nil {
		return ""
	}
	list := get.Child(wbxml.SettingsEmailAddresses)
	if accounts := get.Child(wbxml.SettingsAccounts); accounts != nil {
		list = accounts.Find(wbxml.SettingsAccount, wbxml.SettingsEmailAddresses)
	}
	if list == nil {
		return ""
	}
	address := list.Child(wbxml.SettingsPrimarySmtpAddress).Value()
	if address == "" && len(list.Kids) == 1 {
		address = list.Child(wbxml.SettingsSMTPAddress).Value()
	}
	address = strings.TrimSpace(display(address, 320))
	if !strings.Contains(address, "@") {
		return ""
	}
	return address
}
