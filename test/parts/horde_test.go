// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package parts_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/test/parts"
)

// etc lists the machine's own configuration of Horde, with sizes and times.
func etc(t *testing.T) string {
	t.Helper()
	out, err := exec.Command("find", "/etc/horde", "-type", "f", "-printf", "%p %s %T@\n").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestHordeInsistsOnPolicies(t *testing.T) {
	before := etc(t)
	t.Run("while it runs", func(t *testing.T) {
		h := parts.SOGo(t).Horde(t)
		ask := func(method, query string, body []byte, header ...string) (*http.Response, []byte) {
			t.Helper()
			req, err := http.NewRequestWithContext(t.Context(), method, h.URL+query, bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			req.SetBasicAuth("bob", "bobpw")
			req.Header.Set("Content-Type", "application/vnd.ms-sync.wbxml")
			req.Header.Set("MS-ASProtocolVersion", "16.0")
			for i := 0; i < len(header); i += 2 {
				req.Header.Set(header[i], header[i+1])
			}
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
		answer, _ := ask(http.MethodOptions, "", nil)
		if got := answer.Header.Get("MS-ASProtocolVersions"); answer.StatusCode != 200 || !strings.Contains(got, "16.0") {
			t.Fatalf("OPTIONS: status %d, versions %q", answer.StatusCode, got)
		}
		folderSync := []byte("\x03\x01\x6a\x00\x00\x07\x56\x52\x03\x30\x00\x01\x01")
		answer, got := ask(http.MethodPost, "?Cmd=FolderSync&User=bob&DeviceId=PARTS0002&DeviceType=Parts", folderSync)
		if want := "\x03\x01\x6a\x00\x00\x07\x56\x00\x00\x4e\x03142\x00\x01\x01"; answer.StatusCode != 449 || string(got) != want {
			t.Errorf("without a key: status %d, body %x", answer.StatusCode, got)
		}
		if status, key, ok := h.Device(t, "PARTS0002"); !ok || status != parts.WipeOK && status != parts.WipeNone || key != "0" && key != "" {
			t.Errorf("the phone in its database: %d, key %q, %v", status, key, ok)
		}
		h.OrderWipe(t, "parts0002")
		answer, got = ask(http.MethodPost, "?Cmd=FolderSync&User=bob&DeviceId=PARTS0002&DeviceType=Parts", folderSync)
		if want := "\x03\x01\x6a\x00\x00\x07\x56\x00\x00\x4e\x03140\x00\x01\x01"; answer.StatusCode != 200 || string(got) != want {
			t.Errorf("with an order: status %d, body %x", answer.StatusCode, got)
		}
		if _, err := os.Stat(h.Log); err != nil {
			t.Error(err)
		}
	})
	if after := etc(t); after != before {
		t.Errorf("the machine's own configuration of Horde changed:\n%s\n%s", before, after)
	}
}
