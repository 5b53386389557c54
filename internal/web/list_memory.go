// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"encoding/base64"
	"hash/fnv"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

// A list is shown again as its reader left it: order, filters and length of a page, each person for themself
// and each list on its own. Kept is what the address of the page would say, in a cookie of that page. It
// speaks only where the address says nothing at all of the list: an address that names anything is shown as
// it is, so that a link means the same to everybody. What is searched for is a question of the moment and is
// not kept, nor is what only links ask for (filters of the kind "hidden").

// viewCookie keeps the view of a list. It begins with whose it is: several people may share a browser.
const viewCookie = "view"

func (sc *scheme) viewCookie() string { return viewCookie + strings.TrimSuffix("."+sc.prefix, ".") }

// whose tells readers apart without naming them.
func whose(who access.Actor) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(who.Name)) // a hash takes everything
	return strconv.FormatUint(uint64(h.Sum32()), 36)
}

// lasting are the names in an address that are kept.
func (sc *scheme) lasting() []string {
	names := []string{"sort", "desc", "limit"}
	for _, f := range sc.filters {
		if f.Kind != "hidden" {
			names = append(names, f.Name)
		}
	}
	return names
}

// says reports whether an address says anything of the list.
func (sc *scheme) says(q url.Values) bool {
	for _, name := range append(append(sc.lasting(), filterNames(sc.filters)...), "q", "cursor", "cols", "col", "reset") {
		if q.Has(sc.prefix + name) {
			return true
		}
	}
	return false
}

// recalled gives what the reader's browser keeps of the list; nil: nothing.
func (sc *scheme) recalled(r *http.Request) url.Values {
	c, err := r.Cookie(sc.viewCookie())
	if err != nil {
		return nil
	}
	owner, text, _ := strings.Cut(c.Value, ".")
	kept, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || owner != whose(login.Actor(r)) {
		return nil
	}
	all, err := url.ParseQuery(string(kept))
	if err != nil {
		return nil
	}
	out := url.Values{}
	for _, name := range sc.lasting() { // the list may have changed since
		if v := all.Get(sc.prefix + name); v != "" {
			out.Set(sc.prefix+name, v)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// recall shows the list as it was left, where the address of its page says nothing of it.
func (sc *scheme) recall(r *http.Request, v *view) {
	if r.URL.Path != sc.page || sc.says(r.URL.Query()) {
		return
	}
	if kept := sc.recalled(r); kept != nil {
		v.query, v.recalled = sc.readQuery(kept), true
	}
}

// remember keeps the view for the next visit, when the address names what is kept.
func (sc *scheme) remember(w http.ResponseWriter, r *http.Request, v view) {
	q := r.URL.Query()
	named, kept := false, url.Values{}
	all := v.values()
	for _, name := range sc.lasting() {
		named = named || q.Has(sc.prefix+name)
		if x := all.Get(sc.prefix + name); x != "" {
			kept.Set(sc.prefix+name, x)
		}
	}
	for _, f := range sc.filters {
		if f.Kind == "hidden" && v.Filter[f.Name] != "" {
			return // a link's own view
		}
	}
	if named && r.URL.Path == sc.page {
		sc.keep(w, r, kept)
	}
}

// keep writes the cookie, or takes it away where everything is as usual.
func (sc *scheme) keep(w http.ResponseWriter, r *http.Request, kept url.Values) {
	c := &http.Cookie{Name: sc.viewCookie(), Path: sc.page, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode, MaxAge: -1}
	if len(kept) > 0 {
		c.Value = whose(login.Actor(r)) + "." + base64.RawURLEncoding.EncodeToString([]byte(kept.Encode()))
		c.MaxAge = 365 * 24 * 3600
	}
	if len(c.Value) > 2000 { // browsers give up beyond four thousand
		return
	}
	http.SetCookie(w, c)
}

// resets forgets the view when the address asks for it, and leads to the list as everybody sees it first.
func (sc *scheme) resets(w http.ResponseWriter, r *http.Request) bool {
	q := r.URL.Query()
	if !q.Has(sc.prefix + "reset") {
		return false
	}
	sc.keep(w, r, nil)
	for _, name := range append(append(sc.lasting(), filterNames(sc.filters)...), "q", "cursor", "reset") {
		q.Del(sc.prefix + name)
	}
	to := sc.page
	if len(q) > 0 {
		to += "?" + q.Encode()
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return true
}

// resetHref is the address that forgets the view.
func (v view) resetHref() string {
	q := url.Values{}
	q.Set(v.prefix+"reset", "1")
	if v.chosen {
		q.Set(v.prefix+"cols", strings.Join(v.columns, "."))
	}
	return v.page + "?" + q.Encode()
}
