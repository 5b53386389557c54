// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/test/browser"
	"golang.org/x/net/html"
)

// everyPage lists the address of every page that can be looked at, with a record to look at.
func everyPage(id string) []string {
	return []string{"/", "/activesync", "/activesync/" + id, "/activesync?show=blocked&q=bob&sort=user&cols=user.comment",
		"/activesync/selection/allow?id=" + id, "/activesync/selection/block?id=" + id, "/activesync/selection/comment?id=" + id,
		"/activesync/selection/remove?id=" + id, "/activesync/selection/block?all=1&show=unlinked", "/sentry", "/sentry/preferences",
		"/sentry/preferences/preview?auto_block=yes", "/overrides", "/overrides/approve", "/import", "/expected", "/overrides/records/selection/end-override?id=" + id,
		"/timeline?record=" + id, "/link/" + id, "/activesync/selection/link?all=1&show=suggested", "/search", "/search?q=bob", "/audit", "/jobs", "/account", "/administrators", "/administrators/new",
		"/administrators/roles", "/administrators/sign-in", "/sessions", "/tokens", "/settings", "/settings/mail", "/settings/retention",
		"/settings/retention/preview?records=30&audit=400&tallies=31&jobs=30", "/settings/personal-data?q=nobody", "/settings/masking", "/settings/audit-stream",
		"/settings/backup", "/settings/wipe-safety", "/policies", "/policies/new", "/policies/default", "/policies/no-such-policy", "/rules", "/rules/new", "/rules/new?kind=os-below", "/rules/new?kind=command",
		"/rules/no-such-rule", "/quarantine", "/quarantine?state=released", "/wipes", "/wipes?show=open",
		"/wipes/order/" + id, "/activesync/no-such-record", "/no-such-page"}
}

func TestEveryPageKeepsTheManners(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, append(browser.Three(), browser.Odd()...)...)
	c.ThreeGateways(t)
	c.Refusals(t)
	v := signedIn(t, c)
	outside := newVisitor(t, c)
	for _, path := range everyPage(string(ids[1])) {
		t.Run(path, func(t *testing.T) { manners(t, v.get(path)) })
	}
	t.Run("/sign-in", func(t *testing.T) { manners(t, outside.get("/sign-in")) })
}

func manners(t *testing.T, a *answer) {
	t.Helper()
	if a.words("title") == "" || len(a.all("h1")) != 1 {
		t.Errorf("title %q, %d main headings", a.words("title"), len(a.all("h1")))
	}
	if len(a.all("html[lang]")) != 1 || len(a.all("main#main")) != 1 {
		t.Error("the page has no language or no main part")
	}
	csp := a.header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'self'") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
	for _, n := range a.all("script") {
		if attr(n, "src") == "" {
			t.Error("an inline script")
		}
	}
	if len(a.all("style")) > 0 {
		t.Error("an inline style sheet")
	}
	walk(a.doc, func(n *html.Node) { staysHere(t, n) })
	labelled(t, a)
	for _, f := range a.all(`form[method="post"]`) {
		if cascadia.Query(f, cascadia.MustCompile(`input[name="form_token"][value]:not([value=""])`)) == nil {
			t.Errorf("the form for %s carries no token", attr(f, "action"))
		}
		action := attr(f, "action")
		acts := strings.HasPrefix(action, "/activesync/") || strings.HasPrefix(action, "/sentry/") || strings.HasPrefix(action, "/settings")
		if acts && cascadia.Query(f, cascadia.MustCompile(`input[name="key"][value]:not([value=""])`)) == nil {
			t.Errorf("the form for %s carries no key: sent twice it would act twice", action)
		}
	}
}

// staysHere finds what the policy forbids or what leads elsewhere.
func staysHere(t *testing.T, n *html.Node) {
	t.Helper()
	for _, at := range n.Attr {
		if at.Key == "style" || strings.HasPrefix(at.Key, "on") {
			t.Errorf("<%s> has %s=%q", n.Data, at.Key, at.Val)
		}
		switch at.Key {
		case "href", "src", "action", "formaction", "hx-get", "hx-post":
			if u, err := url.Parse(at.Val); err != nil || u.Host != "" || u.Scheme != "" {
				t.Errorf("<%s %s=%q> leads elsewhere", n.Data, at.Key, at.Val)
			}
		}
	}
}

func walk(n *html.Node, f func(*html.Node)) {
	f(n)
	for c := range n.ChildNodes() {
		walk(c, f)
	}
}

func labelled(t *testing.T, a *answer) {
	t.Helper()
	named := map[string]bool{}
	for _, l := range a.all("label[for]") {
		named[attr(l, "for")] = true
	}
	for _, n := range a.all(`input:not([type="hidden"]), select, textarea`) {
		inside := false
		for p := n.Parent; p != nil; p = p.Parent {
			inside = inside || p.Data == "label"
		}
		if !inside && !named[attr(n, "id")] {
			t.Errorf("<%s name=%q> has no label", n.Data, attr(n, "name"))
		}
	}
}

func TestNoPageIsShownToWhoHasNotSignedIn(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := newVisitor(t, c)
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	public := map[string]bool{"GET /assets/": true, "GET /setup": true, "POST /setup": true, "GET /sign-in": true, "POST /sign-in": true,
		"GET /sign-in/code": true, "POST /sign-in/code": true, "POST /sign-in/passkey": true, "POST /sign-in/code/passkey": true,
		"GET /sign-in/oidc": true, "GET /sign-in/oidc/callback": true, "POST /sign-out": true}
	token := v.get("/sign-in").fields("/sign-in").Get("form_token")
	routes := c.Mux.Routes()
	if len(routes) < 20 {
		t.Fatalf("only %d routes", len(routes))
	}
	for _, r := range routes {
		if r.Access.IsPublic() != public[r.Pattern] {
			t.Errorf("%s is registered as %s", r.Pattern, r.Access)
		}
		if r.Access.IsPublic() {
			continue
		}
		path := strings.NewReplacer("{id}", string(ids[0]), "{verb}", "block", "{number}", "1", "{$}", "").Replace(r.Path)
		var a *answer
		if r.Method == http.MethodGet {
			a = v.get(path)
		} else {
			a = v.post(path, url.Values{"form_token": {token}, "id": {string(ids[0])}})
		}
		if a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/sign-in") {
			t.Errorf("%s without credentials: %d to %q", r.Pattern, a.status, a.header.Get("Location"))
		}
		if strings.Contains(a.body, "ana.silva") {
			t.Errorf("%s shows a record to a stranger", r.Pattern)
		}
	}
}

// TestNoPageIsForTokens walks every route with the token of an administrator: what a token may not do
// through the API, such as making another administrator, it must not do through a form either.
func TestNoPageIsForTokens(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	secret, err := c.Login.CreateTokenFor(t.Context(), login.House(), browser.Administrator, login.NewToken{Name: "robot", Role: access.RoleAdministrator})
	if err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, c)
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	v.client.Transport = asBearer(secret)
	for _, r := range c.Mux.Routes() {
		path := strings.NewReplacer("{id}", string(ids[0]), "{verb}", "block", "{deed}", "link", "{number}", "1", "{$}", "").Replace(r.Path)
		var a *answer
		switch {
		case r.Method != http.MethodGet:
			a = v.post(path, url.Values{"id": {string(ids[0])}, "name": {"evil"}, "role": {"administrator"}})
		case r.Access.IsPublic():
			continue // there is nothing of anybody's in it
		default:
			a = v.get(path)
		}
		if a.status != http.StatusForbidden && a.status != http.StatusUnauthorized {
			t.Errorf("%s with a token: %d", r.Pattern, a.status)
		}
		if strings.Contains(a.body, "ana.silva") {
			t.Errorf("%s shows a record to a token", r.Pattern)
		}
	}
	if _, err := c.Store.FindAdministratorByName(t.Context(), "evil"); access.KindOf(err) != access.KindNotFound {
		t.Errorf("a token has made an administrator: %v", err)
	}
}

// asBearer sends every request with a token.
type asBearer string

func (b asBearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+string(b))
	return http.DefaultTransport.RoundTrip(r)
}

func TestAFormFromElsewhereChangesNothing(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	v := signedIn(t, c)
	form := v.get("/activesync/selection/block?id=" + string(ids[0])).fields("/activesync/selection/block")
	form.Set("form_token", "made-up")
	v.post("/activesync/selection/block", form).wants(http.StatusForbidden)
	v.get("/activesync?show=blocked").says(".list-foot", "1 record matches")
}

func TestTheErrorPagesSayWhereToGo(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	v.get("/activesync/no-such-record").wants(http.StatusNotFound).says("h1", "Nothing here").says(".button", "To the records")
	v.get("/nowhere").wants(http.StatusNotFound).says("h1", "Nothing here")
	v.get("/activesync/selection/block").wants(http.StatusBadRequest).says("main", "Select at least one record")
	v.get("/activesync/selection/wipe?id=1").wants(http.StatusNotFound)
	v.post("/activesync", url.Values{}).wants(http.StatusMethodNotAllowed)
}
