// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// browser is somebody at the console's pages.
type browser struct {
	t    *testing.T
	base string
	c    *http.Client
}

func (w *world) browser() *browser {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	c := w.client("console", "console")
	c.Jar, c.CheckRedirect = jar, nil
	return &browser{t: w.t, base: "https://" + w.pages, c: c}
}

// signIn is the administrator at the pages.
func (w *world) signIn() *browser {
	w.t.Helper()
	b := w.browser()
	if code, body := b.submit("/sign-in", url.Values{"name": {"boss"}, "password": {w.admin}}); code != http.StatusOK {
		w.t.Fatalf("sign in: %d %s", code, body)
	}
	return b
}

// show gives the words of a page.
func (b *browser) show(path string) string {
	b.t.Helper()
	code, body := b.get(path)
	if code != http.StatusOK {
		b.t.Fatalf("%s: %d %s", path, code, body)
	}
	return words(b.t, body)
}

func (b *browser) get(path string) (int, string) {
	b.t.Helper()
	return get(b.t, b.c, b.base+path)
}

// submit opens a page, fills in its first form that is posted, and sends it off.
func (b *browser) submit(path string, fill url.Values) (int, string) {
	b.t.Helper()
	return b.submitTo(path, "", fill)
}

// submitTo is submit for the form that is sent to action, where a page has several.
func (b *browser) submitTo(path, action string, fill url.Values) (int, string) {
	b.t.Helper()
	code, body := b.get(path)
	if code != http.StatusOK {
		return code, body
	}
	to, values := b.form(path, body, action)
	for k, v := range fill {
		values[k] = v
	}
	return b.post(to, values)
}

// form gives where a form of a page is sent to, and what it carries unseen.
func (b *browser) form(path, body, action string) (string, url.Values) {
	b.t.Helper()
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	selector := "form[method=post]"
	if action != "" {
		selector += `[action="` + action + `"]`
	}
	form := cascadia.Query(doc, cascadia.MustCompile(selector))
	if form == nil {
		b.t.Fatalf("%s has no such form: %s", path, selector)
	}
	values := url.Values{}
	for _, in := range cascadia.QueryAll(form, cascadia.MustCompile("input[type=hidden]")) {
		values.Add(attribute(in, "name"), attribute(in, "value"))
	}
	to, err := url.Parse(b.base + path)
	if err != nil {
		b.t.Fatal(err)
	}
	if to, err = to.Parse(attribute(form, "action")); err != nil {
		b.t.Fatal(err)
	}
	return to.String(), values
}

// post sends a form off, and follows where that leads.
func (b *browser) post(to string, values url.Values) (int, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(timeout(b.t), http.MethodPost, to, strings.NewReader(values.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", b.base)
	resp, err := b.c.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// words is the text of a page without its markup.
func words(t *testing.T, page string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(n.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func contains(s, part string) bool { return strings.Contains(s, part) }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
