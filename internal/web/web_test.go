// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"github.com/vedette-mail/vedette/test/browser"
	"golang.org/x/net/html"
)

// visitor is a browser without script: it keeps cookies and reads pages.
type visitor struct {
	t      *testing.T
	c      *browser.Console
	client *http.Client
	// language is what the browser asks for.
	language string
}

// answer is a page that came.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	path   string // where the visitor ended up
	body   string
	doc    *html.Node
}

func newVisitor(t *testing.T, c *browser.Console) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t: t, c: c, client: &http.Client{Jar: jar}}
}

// signedIn is a visitor who has signed in.
func signedIn(t *testing.T, c *browser.Console) *visitor {
	t.Helper()
	v := newVisitor(t, c)
	v.get("/sign-in").submit(v, "/sign-in", url.Values{"name": {browser.Administrator}, "password": {browser.Password}}).wants(http.StatusOK)
	return v
}

func (v *visitor) get(path string, header ...string) *answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodGet, v.c.URL+path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return v.do(r)
}

func (v *visitor) post(path string, form url.Values) *answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.c.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.do(r)
}

func (v *visitor) do(r *http.Request) *answer {
	v.t.Helper()
	if v.language != "" {
		r.Header.Set("Accept-Language", v.language)
	}
	resp, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		v.t.Fatal(err)
	}
	return &answer{v.t, resp.StatusCode, resp.Header, resp.Request.URL.RequestURI(), string(body), doc}
}

func (a *answer) wants(status int) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: status %d, want %d\n%s", a.path, a.status, status, a.words("main"))
	}
	return a
}

func (a *answer) all(selector string) []*html.Node {
	a.t.Helper()
	s, err := cascadia.ParseGroup(selector)
	if err != nil {
		a.t.Fatal(err)
	}
	return cascadia.QueryAll(a.doc, s)
}

// words gives the text of what a selector finds, with single spaces.
func (a *answer) words(selector string) string {
	a.t.Helper()
	var b strings.Builder
	for _, n := range a.all(selector) {
		gather(n, &b)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func gather(n *html.Node, b *strings.Builder) {
	if n.Type == html.TextNode {
		b.WriteString(n.Data + " ")
	}
	for c := range n.ChildNodes() {
		gather(c, b)
	}
}

func (a *answer) says(selector, words string) *answer {
	a.t.Helper()
	if got := a.words(selector); !strings.Contains(got, words) {
		a.t.Errorf("%s: %q does not say %q but %q", a.path, selector, words, got)
	}
	return a
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// fields gives what the form with this action would send.
func (a *answer) fields(action string) url.Values {
	a.t.Helper()
	forms := a.all(`form[action="` + action + `"]`)
	if len(forms) == 0 {
		a.t.Fatalf("%s has no form for %s", a.path, action)
	}
	q := url.Values{}
	for _, n := range cascadia.QueryAll(forms[0], cascadia.MustCompile("input, select, textarea")) {
		name := attr(n, "name")
		switch {
		case name == "", attr(n, "type") == "checkbox" && !has(n, "checked"), attr(n, "type") == "radio" && !has(n, "checked"):
		case n.Data == "select":
			for _, o := range cascadia.QueryAll(n, cascadia.MustCompile("option")) {
				if has(o, "selected") || !q.Has(name) {
					q.Set(name, attr(o, "value"))
				}
			}
		case n.Data == "textarea":
			var b strings.Builder
			gather(n, &b)
			q.Add(name, strings.TrimSpace(b.String()))
		default:
			q.Add(name, attr(n, "value"))
		}
	}
	return q
}

// submit fills in a form of the page and sends it.
func (a *answer) submit(v *visitor, action string, fill url.Values) *answer {
	a.t.Helper()
	q := a.fields(action)
	for name, values := range fill {
		q[name] = values
	}
	return v.post(action, q)
}
