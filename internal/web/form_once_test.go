// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"

	"github.com/vedette-mail/vedette/test/browser"
)

// Who presses the button twice has invited once, and is shown the one link there is; so with tokens.
func TestAFormAboutAccessIsCarriedOutOnce(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	form := v.get("/administrators/new").fields("/administrators")
	form.Set("name", "zoe")
	first := v.post("/administrators", form).wants(http.StatusOK)
	second := v.post("/administrators", form).wants(http.StatusOK)
	if a, b := first.words(".secret"), second.words(".secret"); a == "" || a != b {
		t.Errorf("the first answer shows the link %q, the second %q", a, b)
	}
	if n := strings.Count(v.get("/administrators").words(".records tbody"), "zoe"); n != 1 {
		t.Errorf("zoe is there %d times", n)
	}
	form = v.get("/account").fields("/account/tokens")
	form.Set("name", "script")
	if a, b := v.post("/account/tokens", form).words(".message .secret"), v.post("/account/tokens", form).words(".message .secret"); a == "" || a != b {
		t.Errorf("the first answer shows the token %q, the second %q", a, b)
	}
	if n := len(v.get("/tokens?q=script").all(".records tbody tr")); n != 1 {
		t.Errorf("there are %d tokens", n)
	}
	form.Set("key", "another")
	v.post("/account/tokens", form)
	if n := len(v.get("/tokens?q=script").all(".records tbody tr")); n != 2 {
		t.Errorf("another form made no other token: there are %d", n)
	}
	// What was refused can be sent again.
	form = v.get("/administrators/new").fields("/administrators")
	form.Set("name", "")
	v.post("/administrators", form)
	form.Set("name", "yves")
	v.post("/administrators", form)
	if !strings.Contains(v.get("/administrators").words(".records tbody"), "yves") {
		t.Error("a form that was refused cannot be sent again")
	}
}

func TestEveryFormAboutAccessHasAKey(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	v.get("/administrators/new").submit(v, "/administrators", url.Values{"name": {"zoe"}})
	admin := attr(v.get("/administrators?q=zoe").all(".records tbody a")[0], "href")
	for _, path := range []string{"/account", "/administrators/new", admin, "/administrators/sign-in"} {
		for _, form := range v.get(path).all(`main form[method="post"]`) {
			if len(cascadia.QueryAll(form, cascadia.MustCompile(`input[name="key"]`))) != 1 {
				t.Errorf("%s: the form for %s has no key", path, attr(form, "action"))
			}
		}
	}
}
