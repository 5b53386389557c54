// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/test/browser"
)

// A form sent again with something else in it (by the browser's Back button, say) is told so.
func TestAFormSentAgainWithSomethingElseIsRefused(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	form := v.get("/activesync/selection/block?id=" + string(ids[0])).fields("/activesync/selection/block")
	form.Set("reason", "lost")
	v.post("/activesync/selection/block", form).wants(http.StatusOK)
	form.Set("reason", "stolen")
	v.post("/activesync/selection/block", form).wants(http.StatusOK).
		says(".message.bad", "was sent before with something else in it")
	v.get("/activesync/"+string(ids[0])).says(".why", "lost")
}

func TestAFormThatIsTooLargeIsAnsweredWithAPage(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	a := v.post("/activesync/selection/block", url.Values{"reason": {strings.Repeat("x", httpd.MaxFormBody)}})
	a.wants(http.StatusRequestEntityTooLarge).says("main", "The request is too large.").says("main a", "To the dashboard")
}
