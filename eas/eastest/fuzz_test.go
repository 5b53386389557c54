// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/eastest"
)

// FuzzServer sends anything to the server, which must answer every request and keep its head.
func FuzzServer(f *testing.F) {
	const head = "\x03\x01\x6a\x00"
	f.Add("Cmd=FolderSync&User=ana&DeviceId=D&DeviceType=T", "14.1", []byte(head+"\x00\x07\x56\x52\x030\x00\x01\x01"))
	f.Add("Cmd=Ping&User=ana&DeviceId=D&DeviceType=T", "2.5", []byte(head+"\x00\x0d\x45\x48\x033540\x00\x01\x49\x4a\x4b\x031\x00\x01\x01\x01\x01"))
	f.Add("Cmd=Sync&User=ana&DeviceId=D&DeviceType=T", "12.1", []byte(head+"\x45\x5c\x4f\x4b\x031-0\x00\x01\x52\x031\x00\x01\x13\x01\x01\x64\x031\x00\x01\x01"))
	f.Add("Cmd=SendMail&User=ana&DeviceId=D&DeviceType=T", "12.1", []byte("To: ana@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"))
	f.Add("Cmd=ItemOperations&User=ana&DeviceId=D&DeviceType=T", "16.1", []byte(head+"\x00\x14\x45\x46\x47\x03Mailbox\x00\x01\x00\x11\x51\x031:1%3a0\x00\x01\x00\x14\x48\x49\x030-1\x00\x01\x01\x01\x01"))
	f.Add("jQkHBBBvJMrVmaW/GmkCRrjGj66NBFktBOsLV2luZG93c01haWw=", "", []byte(head+"\x00\x07\x56\x52\x031-6\x00\x01\x01"))
	f.Fuzz(func(t *testing.T, query, version string, body []byte) {
		s := eastest.New(eastest.Config{RootDispatch: true, AnyVersion: true})
		s.AddUser(eastest.User{Name: "ana", Password: "apw"})
		if _, err := s.Deliver("ana", eastest.Message{Subject: "s", Files: []eastest.File{{Name: "a", Data: []byte("abc")}}}); err != nil {
			t.Fatal(err)
		}
		s.Close() // nobody waits in here
		r := httptest.NewRequest(http.MethodPost, eas.Path, bytes.NewReader(body))
		r.URL = &url.URL{Path: eas.Path, RawQuery: query}
		r.Header.Set(eas.HeaderProtocolVersion, version)
		r.SetBasicAuth("ana", "apw")
		for range 2 { // the second time with what the first one left behind
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code < 200 || w.Code > 599 {
				t.Fatalf("HTTP %d", w.Code)
			}
			r.Body = http.NoBody
		}
		if c := s.Counters(); c.Running != 0 || c.Waiting != 0 || c.Served != 2 {
			t.Fatalf("%+v", c)
		}
	})
}
