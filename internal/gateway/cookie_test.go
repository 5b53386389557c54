// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// cookieMail is a mail server that gives each log-in a session, and says which cookies came with it.
type cookieMail struct {
	*wire
	got chan string
}

// newCookieMail answers after the time a request waits unparked when late is set.
func newCookieMail(t *testing.T, late bool, set ...string) *cookieMail {
	m := &cookieMail{got: make(chan string, 16)}
	m.wire = newWire(t, func(_ int, c net.Conn, br *bufio.Reader) {
		for {
			r, _, err := request(br)
			if err != nil {
				return
			}
			m.got <- strings.Join(r.Header["Cookie"], "|")
			if late {
				time.Sleep(150 * time.Millisecond) // longer than a request waits unparked
			}
			lines := ""
			for _, s := range set {
				lines += "Set-Cookie: " + s + "\r\n"
			}
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"+lines+"\r\n")
		}
	})
	return m
}

// tell sends a request with the cookies of the Cookie lines, and gives what the mail server got and set.
func (m *cookieMail) tell(w *world, user, command, body string, lines ...string) (got string, set []string) {
	m.t.Helper()
	extra := ""
	for _, l := range lines {
		extra += "Cookie: " + l + "\r\n"
	}
	raw := strings.NewReplacer(basic("bob"), basic(user), "User=bob", "User="+user).Replace(post(command, extra, body))
	c := w.dial()
	defer c.Close()
	resp, _ := w.say(c, raw)
	if resp.StatusCode != http.StatusOK {
		m.t.Fatalf("status %d", resp.StatusCode)
	}
	return <-m.got, resp.Header["Set-Cookie"]
}

// pairs gives what a phone sends back of what was set.
func pairs(set []string) string {
	var list []string
	for _, line := range set {
		one, _, _ := strings.Cut(line, ";")
		list = append(list, one)
	}
	return strings.Join(list, "; ")
}

func TestCookiesOfTheMailServerComeBackToItAsItMadeThem(t *testing.T) {
	set := []string{"X-BackEndCookie=abc=%2B/~1; path=/Microsoft-Server-ActiveSync; secure; HttpOnly", `session="a b"`, "empty=; expires=Thu, 01 Jan 1970 00:00:00 GMT"}
	for name, late := range map[string]bool{"at once": false, "parked": true} {
		t.Run(name, func(t *testing.T) {
			m := newCookieMail(t, late, set...)
			w := m.behind()
			_, given := m.tell(w, "bob", "Ping", pingBody)
			if len(given) != 3 || !strings.HasSuffix(given[0], ".abc=%2B/~1; path=/Microsoft-Server-ActiveSync; secure; HttpOnly") ||
				!strings.HasPrefix(given[0], "X-BackEndCookie=") || strings.HasPrefix(given[0], "X-BackEndCookie=abc") {
				t.Fatalf("the phone was given %q", given)
			}
			const want = `X-BackEndCookie=abc=%2B/~1; session="a b"; empty=`
			if got, _ := m.tell(w, "bob", "FolderSync", folderSync, pairs(given)); got != want {
				t.Errorf("in one line: the mail server got %q", got)
			}
			if got, _ := m.tell(w, "BOB", "FolderSync", folderSync, strings.Split(pairs(given), "; ")...); got != want {
				t.Errorf("in lines of their own, another spelling of the account: the mail server got %q", got)
			}
			if got, _ := m.tell(w, "bob", "FolderSync", folderSync, strings.ReplaceAll(pairs(given), `"`, "")); !strings.Contains(got, "session=a b") {
				t.Errorf("without the quotes: the mail server got %q", got)
			}
		})
	}
}

// the verdict is about the account whose password it is. A server that believes a session more than a
// password would give bob's request alice's mail.
func TestASessionOfAnotherUserDoesNotReachTheMailServer(t *testing.T) {
	m := newCookieMail(t, false, "session=of-the-one-who-logged-in")
	w := m.behind()
	_, alices := m.tell(w, "alice", "FolderSync", folderSync)
	_, bobs := m.tell(w, "bob", "FolderSync", folderSync)
	alice, bob := pairs(alices), pairs(bobs)
	_, value, _ := strings.Cut(alice, ".")
	tag, _, _ := strings.Cut(bob, ".")
	other := newCookieMail(t, false, "session=of-the-one-who-logged-in")
	_, elsewhere := other.tell(other.behind(), "bob", "FolderSync", folderSync)
	for name, lines := range map[string][]string{
		"alice's":                     {alice},
		"alice's, of web mail":        {"session=of-the-one-who-logged-in"},
		"alice's value, bob's tag":    {tag + ".alices" + value},
		"bob's tag on another name":   {"admin" + bob},
		"bob's, of another gateway":   {pairs(elsewhere)},
		"alice's, in a list":          {"a=b; " + alice + "; c"},
		"alice's, in another line":    {"a=b", alice},
		"where Exchange shall go":     {"X-BEResource=there~1; X-AnonResource=true; X-BackEndOverrideCookie=there"},
		"not a cookie at all":         {";;=; =;x=", strings.Repeat("x", 17)},
		"a tag of the right form":     {"session=AAAAAAAAAAAAAAAA.of-the-one-who-logged-in"},
		"a comma instead of a line":   {"a=b, " + alice},
		"alice's, quoted and cut off": {strings.Replace(alice, "=", `="`, 1)},
	} {
		if got, _ := m.tell(w, "bob", "FolderSync", folderSync, lines...); got != "" {
			t.Errorf("%s: the mail server got %q beside bob's password", name, got)
		}
	}
	if got, _ := m.tell(w, "bob", "FolderSync", folderSync, alice+"; "+bob); got != "session=of-the-one-who-logged-in" {
		t.Errorf("bob's own beside alice's: %q", got)
	}
}
