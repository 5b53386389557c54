// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"encoding/csv"
	"strings"
	"testing"
	"unicode"

	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
)

// What a phone says of itself is shown as text and is never anything else: no markup on the page, no
// formula in the export, no line or colour in a log, no statement in the database.
//
// D-05 C-04
func TestWhatAPhoneSaysStaysText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{})
	user := "o'hara<b>&\"x"
	w.mail[0].AddUser(eastest.User{Name: user, Password: secret("hara")})
	p := w.phone(0, user, "PHONEONE")
	p.Password, p.DeviceType = secret("hara"), `\"><img src=x onerror=alert(1)>`
	p.UserAgent = "Evil/1.0 <script>alert('ua')</script> ${jndi:x} '; DROP TABLE association;--"
	expect(t, "passed", p)
	told := easclient.Device{
		Model: "=HYPERLINK(\"http://x.invalid\")", FriendlyName: "<script>alert('name')</script>\x1b[2J\x1b[31m", IMEI: "'; DELETE FROM association; --",
		OS: "@SUM(1+1)\r\nlevel=ERROR msg=forged", PhoneNumber: "+49 (0) 1\u202e23", MobileOperator: "-2+3", OSLanguage: "\t=1",
	}
	if _, err := p.SetDevice(timeout(t), told); err != nil {
		t.Fatal(err)
	}
	var id string
	eventually(t, soon, "what the phone told is on the list", func() bool {
		for _, a := range w.list("PHONEONE") {
			id = string(a.ID)
			return a.Model == told.Model && a.FriendlyName != ""
		}
		return false
	})
	boss := w.signIn()
	for _, path := range []string{"/activesync", "/activesync/" + id, "/activesync?q=%3Cscript", "/activesync?q=%27%3B+DROP", "/audit", "/"} {
		code, body := boss.get(path)
		if code != 200 {
			t.Errorf("%s: %d", path, code)
		}
		for _, bad := range []string{"<script>alert", "<img src=x", "o'hara<b>", "\x1b"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s holds %q", path, bad)
			}
		}
	}
	if page := boss.show("/activesync/" + id); !strings.Contains(page, told.Model) || !strings.Contains(page, "<script>alert('name')") {
		t.Errorf("the details do not show what was told: %.1500s", page)
	}
	_, export := boss.get("/activesync/export.csv")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(export, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("the export: %v, %d rows", err, len(rows))
	}
	for _, cell := range rows[1] {
		if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r\n") {
			t.Errorf("a spreadsheet would calculate %q", cell)
		}
	}
	w.obeyed(w.say("block", w.list("PHONEONE")[0].ID).Number)
	expect(t, "refused", p)
	w.gateways[0].stop()
	w.console.stop()
	for _, pr := range []*process{w.gateways[0], w.console} {
		for line := range strings.Lines(pr.log.String()) {
			if strings.ContainsFunc(strings.TrimSuffix(line, "\n"), unicode.IsControl) || !strings.HasPrefix(line, "time=") {
				t.Errorf("%s logs %q", pr.name, line)
			}
		}
	}
}
