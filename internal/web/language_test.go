// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/web/words"
	"github.com/vedette-mail/vedette/test/browser"
	"golang.org/x/net/html"
)

// brackets is a language made of English, with brackets around all it says: what stands on a page without any
// does not come from the catalogue.
func brackets(t *testing.T) *words.Book {
	t.Helper()
	en, err := words.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("words/en.txt")
	if err != nil {
		t.Fatal(err)
	}
	same := []string{"language.plural", "number.thousands", "time.exact", "time.day"} // rules, and numbers alone
	var b strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\n ", " ")) {
		key, value, found := strings.Cut(strings.TrimSpace(line), " = ")
		switch {
		case !found || strings.HasPrefix(line, "#"):
			continue
		case key == "time.weekdays":
			value = "‹" + strings.Join(strings.Fields(value), "› ‹") + "›"
		case !slices.Contains(same, key):
			value = "‹" + strings.ReplaceAll(value, " | ", "› | ‹") + "›"
		}
		b.WriteString(key + " = " + value + "\n")
	}
	book, err := words.Parse("tlh", b.String(), en)
	if err != nil {
		t.Fatal(err)
	}
	if missing := book.Missing(); len(missing) > 0 {
		t.Fatalf("the made-up language lacks %v", missing)
	}
	return book
}

func TestEveryWordOfEveryPageComesFromTheCatalogue(t *testing.T) {
	book := brackets(t)
	c := browser.StartSpeaking(t, book)
	ids := c.Add(t, browser.Three()...)
	c.ThreeGateways(t)
	c.Refusals(t)
	who := access.Actor{Name: browser.Administrator, Role: access.RoleAdministrator}
	user, err := c.Admin.AddUser(t.Context(), who, admin.UserForm{Name: "cleo", Email: "cleo@lab.example", Accounts: []access.Account{{Realm: "lab", Account: "cleo"}}}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	device, err := c.Admin.AddDevice(t.Context(), who, admin.DeviceForm{Name: "X1", Owner: access.UserID(user.ID), Model: "SM-S921B", OS: "Android"}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Admin.LinkAssociation(t.Context(), who, ids[2], access.DeviceID(device.ID), admin.Act{}); err != nil {
		t.Fatal(err)
	}
	c.Settle(t)
	v := newVisitor(t, c)
	v.language = "tlh, en;q=0.5"
	stranger := newVisitor(t, c)
	stranger.language = v.language
	v.get("/sign-in").submit(v, "/sign-in", url.Values{"name": {browser.Administrator}, "password": {browser.Password}}).wants(http.StatusOK)
	pages := append(everyPage(string(ids[1])), "/devices", "/devices/"+device.ID, "/devices/new", "/devices/edit/"+device.ID, "/devices/compliance/"+device.ID,
		"/devices/selection/lose?id="+device.ID, "/users", "/users/"+user.ID, "/users/new", "/users/edit/"+user.ID, "/users/merge", "/users/merge?realm=lab&from=bob&to=sales",
		"/users/selection/disable-user?id="+user.ID, "/activesync?cols=device.user.number.phone.os.status.sync.first.last.mailbox.domain.success.client.backend.gateway.comment",
		"/activesync/"+string(ids[0]), "/activesync/"+string(ids[2]), "/search?q=ana", "/search?q=cleo", "/timeline?user="+user.ID, "/timeline?device="+device.ID,
		"/audit?cols=at.actor.event.subject.detail.addr.number.refused.object", "/link/"+string(ids[2]))
	for _, path := range pages {
		t.Run(path, func(t *testing.T) { inBrackets(t, book, v.get(path)) })
	}
	for _, path := range []string{"/sign-in", "/setup?token=made-up"} {
		t.Run("stranger "+path, func(t *testing.T) { inBrackets(t, book, stranger.get(path)) })
	}
	t.Run("done", func(t *testing.T) {
		for _, verb := range []string{"block", "allow", "comment", "remove"} {
			path := "/activesync/selection/" + verb
			inBrackets(t, book, v.get(path+"?id="+string(ids[0])).submit(v, path, url.Values{"reason": {"left in a taxi"}}))
		}
		inBrackets(t, book, v.get("/overrides/approve").submit(v, "/overrides/approve", url.Values{"account": {"new@lab.example"}, "realm": {"lab"}, "device": {"!"}}))
		inBrackets(t, book, v.get("/settings").submit(v, "/settings", url.Values{"zone": {"Nowhere/At-All"}}))
		inBrackets(t, book, stranger.get("/sign-in").submit(stranger, "/sign-in", url.Values{"name": {"nobody"}, "password": {"no password"}}))
	})
}

// inBrackets finds words of a page that nobody has translated. What somebody else has said is data: it is
// isolated from the text around it (bdi), or is a name that is the same in every language.
func inBrackets(t *testing.T, book *words.Book, a *answer) {
	t.Helper()
	if lang := a.all("html[lang]"); len(lang) > 0 && attr(lang[0], "lang") != "tlh" {
		t.Errorf("the page is in %q", attr(lang[0], "lang"))
	}
	seen, depth := map[string]bool{}, 0
	missing := func(where, text string) {
		if !seen[text] {
			seen[text] = true
			t.Errorf("%s: %q is not in the catalogue (%s)", a.path, strings.TrimSpace(text), where)
		}
	}
	var look func(n *html.Node, theirs bool)
	look = func(n *html.Node, theirs bool) {
		if n.Type == html.ElementNode {
			if slices.Contains([]string{"script", "style", "code", "kbd", "textarea"}, n.Data) || strings.Contains(attr(n, "class"), "secret") ||
				n.Data == "option" && (attr(n, "lang") != "" || strings.TrimSpace(wordsOf(n)) == attr(n, "value")) {
				return
			}
			theirs = theirs || n.Data == "bdi"
			for _, name := range []string{"title", "placeholder", "aria-label", "alt"} {
				if bare, _ := outside(attr(n, name), 0); n.Data != "bdi" && !isOpen(n) && ours.MatchString(bare) {
					missing(n.Data+" "+name, attr(n, name))
				}
			}
		}
		if n.Type == html.TextNode {
			var bare string
			bare, depth = outside(n.Data, depth)
			switch {
			case theirs && depth == 0 && book.Hear(n.Data) != n.Data && !strings.Contains(n.Data, "‹"):
				missing("a sentence of ours, in "+n.Parent.Data, n.Data)
			case !theirs && ours.MatchString(bare):
				missing("text in "+n.Parent.Data, n.Data)
			}
		}
		for c := range n.ChildNodes() {
			look(c, theirs)
		}
	}
	look(a.doc, false)
}

// isOpen reports whether an element carries a code behind its words.
func isOpen(n *html.Node) bool {
	return n.Parent != nil && n.Parent.Data == "td" && attr(n.Parent, "data-c") == "event"
}

func wordsOf(n *html.Node) string {
	var b strings.Builder
	gather(n, &b)
	return b.String()
}

// ours are words that no data of this test has.
var ours = regexp.MustCompile(`\p{L}{2,}`)

// data are the texts of the office of this test, and names that are the same everywhere.
var data = regexp.MustCompile(`(Phone )?left in a taxi( on Friday)?\.?|gw-\w+|Vedette|UTC|[KMG]i?B|ActiveSync|ana\.silva|(ana|bob|sales|cleo|ada)(\.silva)?(@lab\.example)?`)

// outside gives what stands outside of all brackets, beginning that deep in them, and how deep it ends.
func outside(s string, depth int) (string, int) {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '‹':
			depth++
		case r == '›':
			depth--
		case depth == 0:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(data.ReplaceAllString(b.String(), "")), depth
}

func TestALanguageIsChosenInTheAccountOrByTheBrowser(t *testing.T) {
	c := browser.StartSpeaking(t, brackets(t))
	v := signedIn(t, c)
	lang := func(accept string) string {
		t.Helper()
		return attr(v.get("/", "Accept-Language", accept).all("html")[0], "lang")
	}
	for accept, want := range map[string]string{"": "en", "tlh": "tlh", "TLH-Latn-x-y": "tlh", "en, tlh": "en", "en;q=0.5, tlh;q=0.9": "tlh", "tlh;q=0": "en",
		"de, *, tlh;q=0.1": "tlh", "tlh;q=x": "en", strings.Repeat("de,", 4000) + "tlh": "en"} {
		if got := lang(accept); got != want {
			t.Errorf("who asks for %.40q gets %s, want %s", accept, got, want)
		}
	}
	v.get("/account").submit(v, "/account/language", url.Values{"language": {"tlh"}}).wants(http.StatusOK).says("h2", "‹Language›")
	if got := lang("en"); got != "tlh" {
		t.Errorf("the choice is forgotten: %s", got)
	}
	v.get("/account").submit(v, "/account/language", url.Values{"language": {"../en"}}).wants(http.StatusBadRequest)
	v.get("/account").submit(v, "/account/language", url.Values{"language": {"en"}}).wants(http.StatusOK)
	if got := lang("tlh"); got != "en" {
		t.Errorf("back in English: %s", got)
	}
}

func TestThereIsNothingToChooseWhileThereIsOneLanguage(t *testing.T) {
	v := signedIn(t, browser.StartSpeaking(t, []*words.Book{}...))
	if a := v.get("/account"); len(words.Languages()) == 1 && len(a.all("#language")) != 0 {
		t.Error("a choice of one")
	}
}
