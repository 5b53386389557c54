// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package parts_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/test/parts"
)

func TestSOGoSpeaksActiveSync(t *testing.T) {
	before, beforeErr := os.ReadFile("/etc/sogo/sogo.conf")
	var dir string
	t.Run("while it runs", func(t *testing.T) {
		s := parts.SOGo(t)
		dir = filepath.Dir(filepath.Dir(s.Log))
		t.Run("OPTIONS names the versions", func(t *testing.T) {
			answer, _ := ask(t, s, http.MethodOptions, "", nil)
			if got := answer.Header.Get("MS-ASProtocolVersions"); answer.StatusCode != 200 || !strings.Contains(got, "14.1") {
				t.Errorf("status %d, versions %q", answer.StatusCode, got)
			}
		})
		t.Run("FolderSync answers in WBXML", func(t *testing.T) {
			body := []byte("\x03\x01\x6a\x00\x00\x07\x56\x52\x03\x30\x00\x01\x01")
			answer, got := ask(t, s, http.MethodPost, "?Cmd=FolderSync&User=bob&DeviceId=PARTS0001&DeviceType=Parts", body)
			if answer.StatusCode != 200 || !bytes.HasPrefix(got, []byte("\x03\x01\x6a\x00\x00\x07\x56\x4c\x03\x31\x00\x01\x52")) {
				t.Errorf("status %d, body %x", answer.StatusCode, got)
			}
			if !bytes.Contains(got, []byte("mail%2F")) {
				t.Errorf("no mail folder in %q", got)
			}
		})
		t.Run("a delivered mail lies in the mailbox and only there", func(t *testing.T) {
			s.Deliver(t, "bob", "First", parts.Attachment{Name: "a.bin", Data: bytes.Repeat([]byte{0, 1, 2}, 1000)})
			if got := s.Mails(t, "bob", ""); len(got) != 1 || !strings.Contains(got[0], "Subject: First") {
				t.Errorf("bob has %d mails", len(got))
			}
			if got := s.Mails(t, "alice", ""); len(got) != 0 {
				t.Errorf("alice has %d mails", len(got))
			}
		})
	})
	if dir == "" {
		return // it never ran, and said why
	}
	after, afterErr := os.ReadFile("/etc/sogo/sogo.conf")
	if !bytes.Equal(before, after) || (beforeErr == nil) != (afterErr == nil) {
		t.Errorf("the machine's own sogo.conf changed (%v, %v)", beforeErr, afterErr)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the state directory is still there: %v", err)
	}
}

func ask(t *testing.T, s *parts.SOGoServer, method, query string, body []byte) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL()+query, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth("bob", "bobpw")
	req.Header.Set("Content-Type", "application/vnd.ms-sync.wbxml")
	req.Header.Set("MS-ASProtocolVersion", "14.1")
	req.Close = true // sogod hangs up after each answer without saying so
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, got
}
