// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/gateway"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// from makes the client come from another address: the gateway trusts this test's word about it.
func from(c *easclient.Client, addr string) *easclient.Client {
	c.Header = http.Header{"X-Forwarded-For": {addr}}
	return c
}

func trusting(s *setting) {
	fronts, _ := httpd.ParseFronts([]string{"127.0.0.1"})
	s.gateway.Fronts = fronts
}

// posts counts the requests with credentials that reached the mail server.
func (w *world) posts() (n int) {
	for _, r := range w.mail.Requests() {
		if r.Header.Get("Authorization") != "" {
			n++
		}
	}
	return n
}

// Y-11
func TestAPasswordTheServerRefusedIsRefusedHereForAWhile(t *testing.T) {
	now := &clock{at: time.Now()}
	w := newWorld(t, func(s *setting) { s.gateway.Now = now.now })
	p := w.phone("bob")
	p.Password = "old"
	for i := range 10 {
		if _, err := p.FolderSync(timeout(t), "0"); statusOf(err) != 401 {
			t.Fatalf("%d: %v", i, err)
		}
		if _, err := p.Options(timeout(t)); statusOf(err) != 401 {
			t.Fatalf("%d: OPTIONS: %v", i, err)
		}
	}
	if n := w.posts(); n != 1 {
		t.Errorf("the mail server saw the wrong password %d times, want once", n)
	}
	p.Password = "bobpw"
	if _, err := p.FolderSync(timeout(t), "0"); err != nil {
		t.Errorf("the right password: %v", err)
	}
	p.Password = "old"
	now.add(6 * time.Minute)
	if _, err := p.FolderSync(timeout(t), "0"); statusOf(err) != 401 || w.posts() != 3 {
		t.Errorf("after a while it is asked again: %v, %d requests", err, w.posts())
	}
	w.sink.wait(t, "the right password", func(kept, _ []access.Sighting, _ []access.Tally) bool { return len(kept) > 0 })
	if kept, offered := w.sink.lists(); len(offered) != 0 || len(kept) != 1 {
		t.Errorf("recorded: %+v %+v", kept, offered)
	}
}

// TestAStrangerCannotLockAUserOut: however much a stranger guesses, the mail server sees few wrong
// passwords, and the user's phones go on, at home, on the road, and with a new password at home. Y-11
func TestAStrangerCannotLockAUserOut(t *testing.T) {
	w := newWorld(t, trusting)
	home := from(w.phone("bob"), "192.0.2.10")
	if _, err := home.FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	before := w.posts()
	stranger := w.phone("bob")
	limited := 0
	for i := range 60 {
		from(stranger, fmt.Sprintf("198.51.%d.7", i%20)) // twenty networks
		stranger.Password = fmt.Sprint("guess", i)
		_, err := stranger.FolderSync(timeout(t), "0")
		if e, ok := errors.AsType[*easclient.HTTPError](err); ok && e.Status == 503 {
			limited++
			if e.Header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		}
	}
	if n := w.posts() - before; n > 8 {
		t.Errorf("the mail server saw %d wrong passwords", n)
	}
	if limited < 50 {
		t.Errorf("only %d tries were limited", limited)
	}
	if _, err := home.FolderSync(timeout(t), "0"); err != nil {
		t.Errorf("at home: %v", err)
	}
	if _, err := from(w.phone("bob"), "203.0.113.5").FolderSync(timeout(t), "0"); err != nil {
		t.Errorf("on the road, with the password that was accepted last: %v", err)
	}
	w.mail.SetPassword("bob", "brandnew")
	home.Password = "brandnew"
	if _, err := home.FolderSync(timeout(t), "0"); err != nil {
		t.Errorf("at home with the new password: %v", err)
	}
	if _, err := from(w.phone("alice"), "198.51.3.7").FolderSync(timeout(t), "0"); err != nil {
		t.Errorf("another account from the stranger's network: %v", err)
	}
}

// Y-11
func TestManyGuessesAtOnceAreCountedBeforeTheirAnswers(t *testing.T) {
	w := newWorld(t)
	w.mail.SetHook(func(r *eastest.Record) *eastest.Fault { return &eastest.Fault{Delay: 100 * time.Millisecond} })
	var group sync.WaitGroup
	for i := range 40 {
		p := w.phone("bob")
		p.Password = fmt.Sprint("guess", i)
		group.Go(func() { p.FolderSync(timeout(t), "0") })
	}
	group.Wait()
	if n := w.posts(); n > 5 {
		t.Errorf("%d wrong passwords from one network reached the mail server", n)
	}
}

func TestAnExemptNetworkIsNotLimited(t *testing.T) {
	w := newWorld(t, trusting, func(s *setting) { s.gateway.Shield.Exempt = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")} })
	for i := range 20 {
		p := from(w.phone("bob"), "192.0.2.1")
		p.Password = fmt.Sprint("wrong", i)
		if _, err := p.FolderSync(timeout(t), "0"); statusOf(err) != 401 {
			t.Fatalf("%d: %v", i, err)
		}
	}
}

// TestAServerInTroubleTeachesNothing: 5xx, 429 and a challenge nobody could answer are no refusal. R-7
func TestAServerInTroubleTeachesNothing(t *testing.T) {
	for _, status := range []int{500, 503, 429, 401} {
		w := newWorld(t)
		w.mail.SetHook(func(r *eastest.Record) *eastest.Fault {
			return &eastest.Fault{HTTP: status, Header: http.Header{"Www-Authenticate": {"NTLM"}}}
		})
		p := w.phone("bob")
		if _, err := p.FolderSync(timeout(t), "0"); statusOf(err) != status {
			t.Fatalf("%d: %v", status, err)
		}
		w.mail.SetHook(nil)
		if _, err := p.FolderSync(timeout(t), "0"); err != nil {
			t.Errorf("after %d: %v", status, err)
		}
	}
}

// X-05 X-06 X-07 X-08
func TestAnUnlinkedPairIsRefusedAndRecordedUntilItIsAllowed(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.prefs.AutoBlock = true })
	bob, alice := w.phone("bob"), w.phone("alice")
	for range 3 {
		if _, err := bob.FolderSync(timeout(t), "0"); easStatus(err) != 129 {
			t.Fatalf("unlinked: %v", err)
		}
	}
	w.sink.wait(t, "the refused pair", func(kept, _ []access.Sighting, _ []access.Tally) bool {
		return len(kept) == 1 && kept[0].Accepted && kept[0].Pair.Account == "bob" && kept[0].Reported.Rule == "unregistered" && kept[0].Reported.Enforced
	})
	asked := 0
	for _, r := range w.mail.Requests() {
		if r.Method != http.MethodOptions || r.RawQuery != "" {
			t.Errorf("the mail server was asked %s %s", r.Method, r.RawQuery)
		}
		asked++
	}
	if asked != 1 {
		t.Errorf("the credentials were checked %d times, want once", asked)
	}
	w.apply(record("bob", "PHONEBOB", access.Override{Kind: access.OverrideAllow, At: time.Now()}))
	if _, err := bob.FolderSync(timeout(t), "0"); err != nil {
		t.Errorf("allowed: %v", err)
	}
	if _, err := alice.FolderSync(timeout(t), "0"); easStatus(err) != 129 {
		t.Errorf("the other unlinked pair: %v", err)
	}
}

//
func TestAStrangerLeavesNoRecord(t *testing.T) {
	for _, auto := range []bool{false, true} {
		w := newWorld(t, func(s *setting) { s.prefs.AutoBlock = auto })
		p := w.phone("bob")
		p.Password = "wrong"
		if _, err := p.FolderSync(timeout(t), "0"); statusOf(err) != 401 {
			t.Fatalf("auto-block %v: %v", auto, err)
		}
		w.sink.wait(t, "the refusal in the counts", func(_, _ []access.Sighting, tallies []access.Tally) bool {
			return len(tallies) == 1 && tallies[0].Rule == "server-refused" && tallies[0].Count == 1
		})
		if kept, offered := w.sink.lists(); len(kept)+len(offered) != 0 {
			t.Errorf("auto-block %v: recorded %+v %+v", auto, kept, offered)
		}
	}
}

//
func TestCredentialsThatCannotBeCheckedGive503AndNoRecord(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.prefs.AutoBlock = true })
	w.mail.SetHook(func(*eastest.Record) *eastest.Fault { return &eastest.Fault{HTTP: 500} })
	p := w.phone("bob")
	_, err := p.FolderSync(timeout(t), "0")
	if e, ok := errors.AsType[*easclient.HTTPError](err); !ok || e.Status != 503 || e.Header.Get("Retry-After") == "" {
		t.Fatalf("%v", err)
	}
	w.mail.SetHook(nil)
	if _, err := p.FolderSync(timeout(t), "0"); easStatus(err) != 129 {
		t.Errorf("afterwards: %v", err)
	}
}

//
func TestTheSameCredentialsAreCheckedOnceAtATime(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.prefs.AutoBlock = true })
	w.mail.SetHook(func(*eastest.Record) *eastest.Fault { return &eastest.Fault{Delay: 200 * time.Millisecond} })
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := w.phone("bob").FolderSync(timeout(t), "0"); easStatus(err) != 129 {
				t.Errorf("%v", err)
			}
		})
	}
	group.Wait()
	if n := w.posts(); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

//
func TestAServerThatAnswersOptionsToAnybodyIsAskedWithFolderSync(t *testing.T) {
	w := newWorld(t, func(s *setting) {
		s.prefs.AutoBlock = true
		s.mail.OpenOptions = true
		s.gateway.ProbeEvery = 20 * time.Millisecond
	})
	until(t, "the open OPTIONS is found", func() bool {
		for _, r := range w.mail.Requests() {
			if r.Method == "OPTIONS" && strings.HasPrefix(r.Header.Get("Authorization"), "Basic ") && r.Done {
				return true
			}
		}
		return false
	})
	p := w.phone("bob")
	p.Password = "wrong"
	until(t, "a wrong password is noticed", func() bool {
		_, err := p.FolderSync(timeout(t), "0")
		return statusOf(err) == 401
	})
	if _, err := w.phone("bob").FolderSync(timeout(t), "0"); easStatus(err) != 129 {
		t.Errorf("right password, unlinked pair: %v", err)
	}
}

//
func TestCallersWithoutUsableCredentialsAreAskedForThem(t *testing.T) {
	w := newWorld(t, func(s *setting) { s.plain = true })
	for name, header := range map[string]string{
		"none":         "",
		"empty":        "Authorization: \r\n",
		"no user":      "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(":pw")) + "\r\n",
		"no colon":     "Authorization: Basic Ym9i\r\n",
		"no base64":    "Authorization: Basic !!!\r\n",
		"empty token":  "Authorization: Bearer\r\n",
		"opaque token": "Authorization: Bearer abc\r\n",
		"control":      "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("bo\x00b:pw")) + "\r\n",
		"very long":    "Authorization: Basic " + strings.Repeat("QUFB", 4000) + "\r\n",
	} {
		raw := strings.Replace(post("FolderSync", "", folderSync), "Authorization: "+basic("bob")+"\r\n", header, 1)
		resp, _ := w.say(w.dial(), raw)
		if resp.StatusCode != 401 || !strings.HasPrefix(resp.Header.Get("Www-Authenticate"), "Basic") {
			t.Errorf("%s: %d %v", name, resp.StatusCode, resp.Header)
		}
	}
	for _, r := range w.mail.Requests() {
		if r.Method == http.MethodPost {
			t.Errorf("reached the mail server: %+v", r.Header)
		}
	}
}

//
func TestATokenCountsOnceTheServerAcceptedIt(t *testing.T) {
	w := newWorld(t)
	p := w.phone("bob")
	p.Bearer = "h." + claims("bob") + ".s"
	if _, err := p.FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	w.sink.wait(t, "the pair of the token", func(kept, _ []access.Sighting, _ []access.Tally) bool {
		return len(kept) == 1 && kept[0].Pair.Account == "bob"
	})
	p.Bearer = "h." + claims("alice") + ".forged"
	if _, err := p.FolderSync(timeout(t), "0"); statusOf(err) != 401 {
		t.Errorf("a forged token: %v", err)
	}
	if kept, offered := w.sink.lists(); len(kept) != 1 || len(offered) != 0 {
		t.Errorf("a forged token left %+v %+v", kept, offered)
	}
}

func TestEveryAccountGoesToItsMailServer(t *testing.T) {
	one, two := eastest.New(eastest.Config{AnyVersion: true}), eastest.New(eastest.Config{AnyVersion: true})
	for _, m := range []*eastest.Server{one, two} {
		m.AddUser(eastest.User{Name: "bob", Password: "bobpw"})
		m.AddUser(eastest.User{Name: "carol", Password: "bobpw"})
	}
	urls := []string{serveMail(t, one), serveMail(t, two)}
	w := newWorld(t, func(s *setting) {
		s.gateway.Backends = []gateway.Backend{
			{Name: "one", Default: true, Domains: []string{"One.Example", "ONE"}, URL: urls[0]},
			{Name: "two", Domains: []string{"two.example", "TWO"}, Users: []string{"carol", "dave@elsewhere.example"}, URL: urls[1]},
		}
	})
	for user, want := range map[string]access.Pair{
		"bob": {Realm: "one", Account: "bob"}, "bob@one.example": {Realm: "one", Account: "bob"}, `one\BOB`: {Realm: "one", Account: "bob"},
		"bob@two.example": {Realm: "two", Account: "bob"}, `TWO\bob`: {Realm: "two", Account: "bob"},
		"bob@third.example": {Realm: "one", Account: "bob@third.example"}, "carol": {Realm: "two", Account: "carol"},
		"carol@two.example": {Realm: "two", Account: "carol"}, "carol@one.example": {Realm: "one", Account: "carol"},
	} {
		p := w.phone("bob")
		p.User = user
		p.DeviceID = "D" + fmt.Sprintf("%x", user)
		p.FolderSync(timeout(t), "0")
		w.sink.wait(t, user, func(kept, _ []access.Sighting, _ []access.Tally) bool {
			for _, s := range kept {
				if s.User == user {
					return s.Pair.Realm == want.Realm && s.Pair.Account == want.Account
				}
			}
			return false
		})
	}
}

func serveMail(t *testing.T, m *eastest.Server) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: m}
	go srv.Serve(l)
	t.Cleanup(func() { m.Close(); srv.Close() })
	return "http://" + l.Addr().String() + eas.Path
}

// clock is a time that the test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}
