// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
)

func insisting(doc provision.Document) option {
	return func(s *setting) {
		s.mail.Provision = eastest.ProvisionStrict
		s.mail.Policy = doc.Node(eas.V16_1)
	}
}

// provisions is how often the mail server was gone through its handshake with.
func (w *world) provisions() (n int) {
	for _, r := range w.mail.Requests() {
		if strings.Contains(r.RawQuery, "Cmd=Provision") {
			n++
		}
	}
	return n
}

// A mail server that asks for nothing more than our policy does gets its handshake without the phone.
func TestTheGatewayProvisionsAtTheMailServerInThePhonesName(t *testing.T) {
	for _, v := range []eas.Version{eas.V12_1, eas.V14_1, eas.V16_1} {
		t.Run(v.String(), func(t *testing.T) {
			w := newWorld(t, insisting(provision.Document{"MinDevicePasswordLength": "4"}))
			w.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1", "MinDevicePasswordLength", "6"), everybody("p"))
			c := w.phone("bob")
			c.Version = v
			if _, err := c.Provision(timeout(t), easclient.Device{Model: "iPhone 12"}); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if _, err := c.FolderSync(timeout(t), "0"); err != nil {
					t.Fatal(err)
				}
			}
			if n := w.provisions(); n != 2 {
				t.Errorf("%d requests of a handshake", n)
			}
			w.sink.wait(t, "the key, sealed", func(kept, _ []access.Sighting, _ []access.Tally) bool {
				for _, s := range kept {
					if s.ServerKey != "" {
						return true
					}
				}
				return false
			})
		})
	}
}

// What the server asks for beside our policy the phone has to accept first; strictest wins.
func TestThePhoneAcceptsWhatIsStrictestOfBoth(t *testing.T) {
	w := newWorld(t, insisting(provision.Document{"DevicePasswordEnabled": "1", "MinDevicePasswordLength": "8", "AllowCamera": "0"}))
	w.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1", "MinDevicePasswordLength", "6", "AllowSimpleDevicePassword", "0"), everybody("p"))
	c := w.phone("bob")
	if _, err := c.Provision(timeout(t), easclient.Device{}); err != nil {
		t.Fatal(err)
	}
	clockless := func() error { _, err := c.FolderSync(timeout(t), "0"); return err }
	if err := clockless(); easStatus(err) != 144 {
		t.Fatalf("the phone does not know yet what the server asks for: %v", err)
	}
	res, err := c.Provision(timeout(t), easclient.Device{})
	if err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[wbxml.Tag]string{wbxml.ProvisionMinDevicePasswordLength: "8", wbxml.ProvisionAllowCamera: "0",
		wbxml.ProvisionAllowSimpleDevicePassword: "0"} {
		if got := res.Policy.Child(tag).Value(); got != want {
			t.Errorf("%s is %q, want %q", tag.Name(), got, want)
		}
	}
	if err := clockless(); err != nil {
		t.Fatal(err)
	}
}

// Another gateway of the site goes on with the key that the first one has got.
func TestTheServersKeyIsSharedByGateways(t *testing.T) {
	w := newWorld(t, insisting(provision.Document{}))
	w.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1"), everybody("p"))
	c := w.phone("bob")
	if _, err := c.Provision(timeout(t), easclient.Device{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	sealed := ""
	w.sink.wait(t, "the key", func(kept, _ []access.Sighting, _ []access.Tally) bool {
		for _, s := range kept {
			if s.ServerKey != "" {
				sealed = s.ServerKey
			}
		}
		return sealed != ""
	})
	if strings.Contains(sealed, "key") {
		t.Error("not sealed")
	}
	two := newWorld(t, func(s *setting) { s.backend = w.mail })
	e := record("bob", "PHONEBOB", access.Override{})
	e.Record.ServerKey = sealed
	two.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1"), everybody("p"), e)
	before := w.provisions()
	c.URL, c.HTTP = two.url(), two.client()
	if _, err := c.FolderSync(timeout(t), "0"); err != nil {
		t.Fatal(err)
	}
	if n := w.provisions(); n != before {
		t.Errorf("%d more handshakes", n-before)
	}
}

// A server that never takes the key it has given is not asked more than three times an hour.
func TestAServerThatIsNeverSatisfiedIsLeftAlone(t *testing.T) {
	w := newWorld(t, func(s *setting) {
		inner := eastest.New(eastest.Config{AnyVersion: true, Provision: eastest.ProvisionStrict})
		inner.AddUser(eastest.User{Name: "bob", Password: "bobpw", Address: "bob@lab.example"})
		t.Cleanup(inner.Close)
		s.backend = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.RawQuery, "Cmd=FolderSync") {
				rw.WriteHeader(449)
				return
			}
			inner.ServeHTTP(rw, r)
		})
	})
	w.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1", "MinDevicePasswordLength", "6"), everybody("p"))
	c := w.phone("bob")
	if _, err := c.Provision(timeout(t), easclient.Device{}); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		if _, err := c.FolderSync(timeout(t), "0"); statusOf(err) != 503 {
			t.Fatal(err)
		}
	}
}

// The server's own order becomes one of the console's; when the phone has carried it out the server hears of it.
func TestAWipeOrderedByTheMailServer(t *testing.T) {
	acknowledged := make(chan struct{}, 4)
	w := newWorld(t, func(s *setting) {
		s.backend = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", eas.TypeWBXML)
			switch q := r.URL.RawQuery; {
			case r.Method == http.MethodOptions:
			case strings.Contains(q, "Cmd=Provision"):
				body := make([]byte, 256)
				n, _ := r.Body.Read(body)
				doc, err := wbxml.Parse(body[:n], wbxml.Limits{})
				if req, _ := provision.ParseRequest(doc); err == nil && req.Wipe == provision.WipeDevice {
					acknowledged <- struct{}{}
				}
				rw.Write(wbxml.Marshal(provision.Response{Status: 1, Wipe: provision.WipeDevice}.Node()))
			default:
				rw.Write(wbxml.Marshal(wbxml.Elem(wbxml.FolderHierarchyFolderSync, wbxml.Text(wbxml.FolderHierarchyStatus, "140"))))
			}
		})
	})
	w.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1"), everybody("p"))
	c := w.phone("bob")
	if _, err := c.Provision(timeout(t), easclient.Device{}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.FolderSync(timeout(t), "0"); statusOf(err) != 503 {
		t.Fatalf("the console does not know of the order yet: %v", err)
	}
	list := w.sink.wipes()
	if len(list) != 1 || list[0].State != access.WipePending || list[0].ID != "" {
		t.Fatalf("told: %+v", list)
	}
	e := record("bob", "PHONEBOB", access.Override{})
	e.Record.Wipe = access.Wipe{ID: "w1", Kind: access.WipeFull, State: access.WipePending, Server: true, At: time.Now()}
	w.apply(e)
	if res, err := c.ProvisionAsk(timeout(t), easclient.Device{}); err != nil || !res.Wipe {
		t.Fatalf("%+v, %v", res, err)
	}
	if _, err := c.AcknowledgeWipe(timeout(t), false, 1); err != nil {
		t.Fatal(err)
	}
	select {
	case <-acknowledged:
	case <-time.After(10 * time.Second):
		t.Fatal("the mail server was not told")
	}
}

// The mail server takes its time to say that it insists. Nothing of that is for the phone.
func TestAServerThatInsistsSlowly(t *testing.T) {
	slow := false
	var mu sync.Mutex
	w := newWorld(t, func(s *setting) {
		inner := eastest.New(eastest.Config{AnyVersion: true, Provision: eastest.ProvisionHorde})
		inner.AddUser(userNamed("bob"))
		t.Cleanup(inner.Close)
		s.backend = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			mu.Lock()
			wait := slow && r.Header.Get("X-Ms-Policykey") == ""
			mu.Unlock()
			if wait {
				time.Sleep(200 * time.Millisecond) // longer than a request waits unparked
			}
			inner.ServeHTTP(rw, r)
		})
	})
	w.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1", "MinDevicePasswordLength", "6"), everybody("p"))
	for _, v := range []eas.Version{eas.V12_1, eas.V14_1} {
		c := w.phone("bob")
		c.Version, c.DeviceID = v, "SLOW"+strings.ReplaceAll(v.String(), ".", "")
		if _, err := c.Provision(timeout(t), easclient.Device{Model: "iPhone 12"}); err != nil {
			t.Fatal(err)
		}
		mu.Lock()
		slow = true
		mu.Unlock()
		sync := func() error {
			_, err := c.Sync(timeout(t), easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: "1", Key: "0"}}})
			return err
		}
		if err := sync(); statusOf(err) != 503 {
			t.Errorf("%v: a Sync that was parked: %v", v, err)
		}
		if _, err := c.FolderSync(timeout(t), "0"); err != nil {
			t.Errorf("%v: %v", v, err)
		}
		if err := sync(); err != nil {
			t.Errorf("%v: a Sync afterwards: %v", v, err)
		}
		mu.Lock()
		slow = false
		mu.Unlock()
	}
}

// What a phone says of itself in a Provision reaches the mail server after it has served the phone, in the
// form of query that the phone uses: some servers take the other form for another phone.
func TestTheMailServerHearsWhatAPhoneSaysOfItself(t *testing.T) {
	for _, base64 := range []bool{false, true} {
		w := newWorld(t)
		w.apply(site(), policy("p", 1, false, "DevicePasswordEnabled", "1"), everybody("p"))
		c := w.phone("bob")
		c.Base64 = base64
		if _, err := c.Provision(timeout(t), easclient.Device{Model: "iPhone 12", OS: "iOS 18"}); err != nil {
			t.Fatal(err)
		}
		posts := func() (n int) {
			for _, r := range w.mail.Requests() {
				if r.Method == http.MethodPost {
					n++
				}
			}
			return n
		}
		if n := posts(); n != 0 {
			t.Errorf("%d requests before the phone's own first one", n)
		}
		for range 2 {
			if _, err := c.FolderSync(timeout(t), "0"); err != nil {
				t.Fatal(err)
			}
		}
		until(t, "the mail server knows the model", func() bool {
			d, _ := w.mail.Device("bob", c.DeviceID)
			return d.Info["Model"] == "iPhone 12" && d.Info["OS"] == "iOS 18"
		})
		if n := posts(); n != 3 {
			t.Errorf("%d requests, want two of the phone and one of ours", n)
		}
		for _, r := range w.mail.Requests() {
			if r.Method == http.MethodPost && r.Query.Base64 != base64 {
				t.Errorf("%v came in the other form", r.Query.Command)
			}
		}
	}
}
