// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"strconv"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// data is a mail as the phone sees it. [MS-ASEMAIL] 2.2.2
func (e *exchange) data(tag wbxml.Tag, m *Message, kind int) *wbxml.Node {
	n := wbxml.Elem(tag, wbxml.Text(wbxml.EmailTo, m.To), wbxml.Text(wbxml.EmailFrom, m.From), wbxml.Text(wbxml.EmailSubject, m.Subject),
		wbxml.Text(wbxml.EmailDateReceived, m.Received.UTC().Format("2006-01-02T15:04:05.000Z")), flag(wbxml.EmailRead, m.Read),
		wbxml.Text(wbxml.EmailMessageClass, "IPM.Note"))
	if e.q.Version == eas.V2_5 {
		if list := e.attachments(m, true); len(list) > 0 {
			n.Kids = append(n.Kids, wbxml.Elem(wbxml.EmailAttachments, list...))
		}
		n.Kids = append(n.Kids, digits(wbxml.EmailBodySize, len(m.Text)), wbxml.Text(wbxml.EmailBody, m.Text))
		return n
	}
	if list := e.attachments(m, false); len(list) > 0 {
		n.Kids = append(n.Kids, wbxml.Elem(wbxml.AirSyncBaseAttachments, list...))
	}
	n.Kids = append(n.Kids, body(m, kind, 0))
	return n
}

// attachments lists files: AirSyncBase from 12.0 on, the Email page in 2.5.
func (e *exchange) attachments(m *Message, old bool) (list []*wbxml.Node) {
	for i, f := range m.Files {
		ref := reference(m, i)
		if old {
			list = append(list, wbxml.Elem(wbxml.EmailAttachment, wbxml.Text(wbxml.EmailAttMethod, "1"),
				digits(wbxml.EmailAttSize, len(f.Data)), wbxml.Text(wbxml.EmailDisplayName, f.Name), wbxml.Text(wbxml.EmailAttName, ref)))
			continue
		}
		list = append(list, wbxml.Elem(wbxml.AirSyncBaseAttachment, wbxml.Text(wbxml.AirSyncBaseDisplayName, f.Name),
			wbxml.Text(wbxml.AirSyncBaseFileReference, ref), wbxml.Text(wbxml.AirSyncBaseMethod, "1"),
			digits(wbxml.AirSyncBaseEstimatedDataSize, len(f.Data))))
	}
	return list
}

// bodyType is the type preferred first: 1 plain, 2 HTML, 4 MIME.
func bodyType(options *wbxml.Node) int {
	return max(number(options.Find(wbxml.AirSyncBaseBodyPreference, wbxml.AirSyncBaseType)), 1)
}

// body is AirSyncBase:Body; a part above 0 stands for the data. [MS-ASAIRS] 2.2.2.9
func body(m *Message, kind, part int) *wbxml.Node {
	kind, data := content(m, kind)
	n := wbxml.Elem(wbxml.AirSyncBaseBody, digits(wbxml.AirSyncBaseType, kind), digits(wbxml.AirSyncBaseEstimatedDataSize, len(data)))
	if part > 0 {
		n.Kids = append(n.Kids, digits(wbxml.ItemOperationsPart, part))
	} else {
		n.Kids = append(n.Kids, wbxml.Text(wbxml.AirSyncBaseData, data))
	}
	return n
}

func content(m *Message, kind int) (int, string) {
	switch {
	case kind == 4:
		return 4, string(m.source())
	case kind == 2 && m.HTML != "":
		return 2, m.HTML
	}
	return 1, m.Text
}

func flag(tag wbxml.Tag, on bool) *wbxml.Node {
	if on {
		return wbxml.Text(tag, "1")
	}
	return wbxml.Text(tag, "0")
}

// reference names an attachment; percent signs are part of it, as in Exchange.
func reference(m *Message, i int) string { return m.ID + "%3a" + strconv.Itoa(i) }
