// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"bytes"
	"net/http"
	"testing"
)

// A disguise is a FolderSync that does not look like one. runs says whether SOGo alone sees through it
// and runs it; the gateway must let none of them pass.
type disguise struct {
	name, cmd, kind, packing string
	body                     []byte
	runs                     bool
}

func disguises() []disguise {
	const wbxmlType = "application/vnd.ms-sync.wbxml"
	plain := folderSync0()
	prolog := func(p string) []byte { return append([]byte(p), plain[4:]...) }
	letter := prolog("C\x01\x6a\x00")
	return []disguise{
		{"a word about packing", "Ping", wbxmlType, "gzip", plain, true},
		{"an unknown word about packing", "Ping", wbxmlType, "br", plain, true},
		{"a version that is a letter, as a mail", "SendMail", wbxmlType, "", letter, true},
		{"the same with a mail's type and a parameter", "SendMail", "message/rfc822; charset=utf-8", "", letter, true},
		{"the same with a mail's type", "SendMail", "message/rfc822", "", letter, false},
		{"a command without a body", "GetAttachment", wbxmlType, "", plain, true},
		{"an unknown version", "GetAttachment", wbxmlType, "", letter, true},
		{"a public id from the string table", "GetAttachment", wbxmlType, "", prolog("\x03\x00\x00\x6a\x00"), true},
		{"a processing instruction first", "GetAttachment", wbxmlType, "", prolog("\x03\x01\x6a\x00\x43\x01\x01"), true},
	}
}

// storyDisguises: SOGo runs what the root says, and reads more kinds of WBXML than there are.
func storyDisguises(t *testing.T, s site, prefix string) {
	p := s.phoneOf("bob", prefix+"DIS")
	for _, d := range disguises() {
		t.Run(d.name, func(t *testing.T) {
			header := http.Header{"Content-Type": {d.kind}}
			if d.packing != "" {
				header.Set("Content-Encoding", d.packing)
			}
			a := p.do(t, t.Context(), http.MethodPost, p.query(d.cmd), d.body, header)
			ran := a.status == http.StatusOK && bytes.Contains(a.body, []byte("mail%2F"))
			if want := d.runs && !s.judgesRoot; ran != want {
				t.Errorf("it ran: %v, want %v; status %d, body %.80q", ran, want, a.status, a.body)
			}
		})
	}
}
