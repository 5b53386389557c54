// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"testing"

	"github.com/vedette-mail/vedette/test/browser"
)

// M-04 R-6
func TestPhonesOfAMailboxAndOneTypeOfMailServerAreChosenWithAPreview(t *testing.T) {
	c := browser.Start(t, true)
	c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	form := v.get("/sentry/preferences").wants(http.StatusOK)
	form.says("label", "Accounts of one phone must be on one type of mail server").says("label", "Phones per mailbox")
	if n := attr(form.all("#device_limit")[0], "value"); n != "0" {
		t.Errorf("a new console begins with %q phones per mailbox", n)
	}
	preview := v.get("/sentry/preferences/preview?one_server_type=yes&device_limit=2").wants(http.StatusOK)
	preview.says("tbody", "Accounts of one phone must be on one type of mail server No Yes").says("tbody", "Phones per mailbox any number 2")
	preview.submit(v, "/sentry/preferences", nil).wants(http.StatusOK).says(".message", "Saved")
	form = v.get("/sentry/preferences")
	if q := form.fields("/sentry/preferences/preview"); q.Get("one_server_type") != "yes" || q.Get("device_limit") != "2" {
		t.Errorf("the form has %v", q)
	}
	// What a link does not name stays as it is.
	v.get("/sentry/preferences/preview?auto_block=yes").submit(v, "/sentry/preferences", nil).wants(http.StatusOK)
	if q := v.get("/sentry/preferences").fields("/sentry/preferences/preview"); q.Get("one_server_type") != "yes" || q.Get("device_limit") != "2" {
		t.Errorf("another change has put them back: %v", q)
	}
	v.get("/sentry/preferences/preview?device_limit=").says("tbody", "Phones per mailbox 2 any number")
}

func TestANumberOfPhonesThatIsNoneIsRefusedInWords(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	v.get("/sentry/preferences/preview?device_limit=many").says(".message.bad", "Phones per mailbox: write a whole number, or 0.")
	v.get("/sentry/preferences/preview?device_limit=5000").says(".message.bad", "must lie between 0 (any number) and 1000")
}
