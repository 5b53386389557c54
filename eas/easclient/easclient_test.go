// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
)

// world is a server on loopback with two users, and ana's phone.
type world struct {
	*eastest.Server
	url   string
	phone *easclient.Client
}

func newWorld(t *testing.T, cfg eastest.Config) *world {
	t.Helper()
	s := eastest.New(cfg)
	s.AddUser(eastest.User{Name: "ana", Password: "apw", Display: "Ana Able", Aliases: []string{"a.able@example.com"}})
	s.AddUser(eastest.User{Name: "bob", Password: "bpw", Token: "bearer-of-bob", Display: "Bob Baker"})
	h := httptest.NewUnstartedServer(s)
	h.Config.ConnState = s.ConnState
	h.Start()
	t.Cleanup(func() { s.Close(); h.Close() })
	w := &world{Server: s, url: h.URL + eas.Path}
	w.phone = w.client(t, "ana", "apw", eas.V14_1)
	return w
}

func (w *world) client(t *testing.T, user, password string, v eas.Version) *easclient.Client {
	t.Helper()
	tr := &http.Transport{MaxIdleConnsPerHost: 100}
	t.Cleanup(tr.CloseIdleConnections)
	return &easclient.Client{
		URL: w.url, User: user, Password: password, DeviceID: "PHONE0001", DeviceType: "Lumia", UserAgent: "Test/1.0",
		Version: v, HTTP: &http.Client{Transport: tr},
	}
}

// form is one way a phone may talk.
type form struct {
	version eas.Version
	base64  bool
}

func (f form) String() string {
	if f.base64 {
		return f.version.String() + " base64"
	}
	return f.version.String() + " plain"
}

func forms() (list []form) {
	for _, v := range eas.Versions() {
		list = append(list, form{v, false})
		if v.Base64Query() {
			list = append(list, form{v, true})
		}
	}
	return list
}

func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// TestEveryCommandInEveryForm is the day of a phone: set up, synchronise, answer, move, fetch, tidy up.
func TestEveryCommandInEveryForm(t *testing.T) {
	for _, f := range forms() {
		t.Run(f.String(), func(t *testing.T) {
			w := newWorld(t, eastest.Config{Provision: eastest.ProvisionStrict})
			c := w.phone
			c.Version, c.Base64 = f.version, f.base64
			day(t, w, c)
		})
	}
}

func day(t *testing.T, w *world, c *easclient.Client) {
	ctx := deadline(t)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	o, err := c.Options(ctx)
	must(err)
	if o.Best() != eas.V16_1 || len(o.Commands) != 24 || o.Server != "16.1" {
		t.Errorf("options: %v %v %q", o.Versions, o.Commands, o.Server)
	}

	// Before provisioning every command is refused, in the form of the version.
	_, err = c.FolderSync(ctx, "0")
	var he *easclient.HTTPError
	var se *easclient.StatusError
	if c.Version.InBand() {
		if !errors.As(err, &se) || se.Status != int(eas.StatusNotProvisioned) {
			t.Fatalf("unprovisioned: %v", err)
		}
	} else if !errors.As(err, &he) || he.Status != 449 {
		t.Fatalf("unprovisioned: %v", err)
	}
	p, err := c.Provision(ctx, easclient.Device{Model: "Pixel", OS: "Android 16", IMEI: "350000000000001", MobileOperator: "Net"})
	must(err)
	if c.PolicyKey == 0 || p.Key != c.PolicyKey || (p.Policy == nil) != (c.Version == eas.V2_5) || (p.PolicyXML == "") != (c.Version != eas.V2_5) {
		t.Errorf("provisioned: %+v", p)
	}
	d, ok := w.Device("ana", "phone0001")
	if !ok || d.PolicyKey != c.PolicyKey || c.Version >= eas.V12_0 && (d.Info["Model"] != "Pixel" || d.Info["IMEI"] == "") {
		t.Errorf("the server knows %+v", d)
	}

	fs, err := c.FolderSync(ctx, "0")
	must(err)
	if fs.Inbox() != eastest.Inbox || len(fs.Added) != 6 {
		t.Fatalf("folders: %+v", fs.Added)
	}
	made, err := c.FolderCreate(ctx, fs.Key, "0", "Projects")
	must(err)
	renamed, err := c.FolderUpdate(ctx, made.Key, made.ID, "0", "Work")
	must(err)
	if again, err := c.FolderSync(ctx, renamed.Key); err != nil || len(again.Added)+len(again.Updated)+len(again.Deleted) != 0 {
		t.Errorf("own changes come back: %+v %v", again, err)
	}

	_, err = w.Deliver("ana", eastest.Message{From: "eve@example.org", Subject: "Grüße", Text: "hello", HTML: "<p>hello</p>",
		Files: []eastest.File{{Name: "a.pdf", Type: "application/pdf", Data: []byte("%PDF-\x00\xff")}}})
	must(err)
	first, err := c.Sync(ctx, easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: fs.Inbox(), Key: "0"}}})
	must(err)
	key := first.Collections[0].Key
	n, err := c.GetItemEstimate(ctx, fs.Inbox(), key)
	must(err)
	if n.Count != 1 || n.HTTPStatus != 200 {
		t.Errorf("estimate %+v", n)
	}
	got, err := c.Sync(ctx, easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: fs.Inbox(), Key: key, BodyType: 1}}})
	must(err)
	ch := got.Collections[0]
	if len(ch.Added) != 1 || ch.Key == key {
		t.Fatalf("changes: %+v", ch)
	}
	mail := ch.Added[0]
	mail.Node = nil
	want := easclient.Item{ID: mail.ID, Subject: "Grüße", From: "eve@example.org", To: "ana@example.com", Received: mail.Received,
		Body: "hello", Attachments: []easclient.Attachment{{Name: "a.pdf", Reference: mail.Attachments[0].Reference, Size: 7, Method: 1}}}
	if c.Version >= eas.V12_0 {
		want.BodyType = 1
	}
	if diff := cmp.Diff(want, mail); diff != "" {
		t.Error(diff)
	}

	ref := mail.Attachments[0].Reference
	if c.Version < eas.V14_0 {
		a, err := c.GetAttachment(ctx, ref)
		must(err)
		if !bytes.Equal(a.Body, []byte("%PDF-\x00\xff")) || a.Header.Get("Content-Type") != "application/pdf" {
			t.Errorf("attachment %q %v", a.Body, a.Header)
		}
	} else if _, err := c.GetAttachment(ctx, ref); !errors.As(err, &he) || he.Status != 501 {
		t.Errorf("GetAttachment is not for 14.0: %v", err)
	}
	if c.Version >= eas.V12_0 {
		for _, multi := range []bool{false, true} {
			f, err := c.ItemOperations(ctx, multi, easclient.Fetch{Reference: ref}, easclient.Fetch{Reference: ref, Range: "1-3"},
				easclient.Fetch{Reference: "9:9%3a0"}, easclient.Fetch{FolderID: fs.Inbox(), ItemID: mail.ID, BodyType: 2})
			must(err)
			if f.MultiPart != multi || len(f.Items) != 4 || string(f.Items[0].Data) != "%PDF-\x00\xff" || string(f.Items[1].Data) != "PDF" ||
				f.Items[1].Total != 7 || f.Items[2].Status != 15 || f.Items[3].Item.Body != "<p>hello</p>" {
				t.Errorf("fetch, parts %v: %+v", multi, f.Items)
			}
		}
		ui, err := c.UserInformation(ctx)
		must(err)
		if diff := cmp.Diff([]string{"ana@example.com", "a.able@example.com"}, ui.Addresses); diff != "" || (ui.Primary == "ana@example.com") != (c.Version >= eas.V14_1) {
			t.Errorf("user information %+v", ui)
		}
	}

	// Marking as read, and nothing new.
	got, err = c.Sync(ctx, easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: fs.Inbox(), Key: ch.Key, Read: []string{mail.ID}}}})
	must(err)
	if !w.Messages("ana", eastest.Inbox)[0].Read {
		t.Error("still unread")
	}
	key = got.Collections[0].Key
	got, err = c.Sync(ctx, easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: fs.Inbox(), Key: key}}})
	must(err)
	if got.Empty != (c.Version >= eas.V12_1) {
		t.Errorf("nothing new, body %q", got.Body)
	}

	moved, err := c.MoveItem(ctx, mail.ID, fs.Inbox(), made.ID)
	must(err)
	if len(w.Messages("ana", eastest.Inbox)) != 0 || w.Messages("ana", made.ID)[0].ID != moved.ID {
		t.Error("not moved")
	}
	_, err = c.FolderDelete(ctx, renamed.Key, made.ID)
	must(err)

	source := []byte("From: ana@example.com\r\nTo: Bob <bob@example.com>, x@elsewhere.example\r\nSubject: =?utf-8?q?r=C3=A9?=\r\n\r\nbody\r\n")
	for i, send := range []func(context.Context, easclient.Mail) (*easclient.Reply, error){c.SendMail, c.SmartReply, c.SmartForward} {
		r, err := send(ctx, easclient.Mail{MIME: source, ClientID: "c", SaveInSent: i == 0, FolderID: fs.Inbox(), ItemID: "1:1"})
		must(err)
		if len(r.Body) != 0 {
			t.Errorf("sending answers %q", r.Body)
		}
	}
	inbox := w.Messages("bob", eastest.Inbox)
	if len(inbox) != 3 || inbox[0].Subject != "ré" || inbox[0].Text != "body\r\n" || !bytes.Equal(inbox[0].MIME, source) {
		t.Errorf("bob has %+v", inbox)
	}
	if len(w.Messages("ana", eastest.Sent)) != 1 || w.Counters().Outbound != 3 {
		t.Errorf("sent %d, outbound %d", len(w.Messages("ana", eastest.Sent)), w.Counters().Outbound)
	}
	people, err := c.Search(ctx, "baker", 10)
	must(err)
	if diff := cmp.Diff([]easclient.Contact{{Name: "Bob Baker", Address: "bob@example.com"}}, people.Contacts); diff != "" || people.Status != 1 {
		t.Error(people.Status, diff)
	}
	if none, err := c.SearchGAL(ctx, "nobody", 10); err != nil || len(none) != 0 {
		t.Errorf("found %v %v", none, err)
	}

	waiting(t, w, c, key)
	for _, r := range w.Requests() {
		if r.Method == http.MethodPost && (r.Query.Base64 != c.Base64 || r.Query.Version != c.Version || r.Header.Get("User-Agent") != "Test/1.0" || r.User != "ana") {
			t.Errorf("sent as %+v", r)
		}
		if r.Query.Command == eas.Ping && r.Query.Keyed {
			t.Error("a Ping carries a policy key")
		}
	}
}

// waiting delivers while the phone waits by Ping, empty Ping, and Sync.
func waiting(t *testing.T, w *world, c *easclient.Client, key string) {
	ctx := deadline(t)
	during := func(name string, wait func() error) {
		t.Helper()
		done := make(chan error, 1)
		go func() { done <- wait() }()
		if err := w.Wait(ctx, func(n eastest.Counters) bool { return n.Waiting == 1 }); err != nil {
			t.Fatalf("%s does not wait: %v", name, err)
		}
		if _, err := w.Deliver("ana", eastest.Message{Subject: name}); err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	look := func() {
		t.Helper()
		got, err := c.Sync(ctx, easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: eastest.Inbox, Key: key}}})
		if err != nil {
			t.Fatal(err)
		}
		key = got.Collections[0].Key
	}
	for name, folders := range map[string][]string{"Ping": {eastest.Inbox}} {
		during(name, func() error {
			p, err := c.Ping(ctx, 120, folders...)
			if err == nil && (p.Status != 2 || p.Changed[0] != eastest.Inbox) {
				t.Errorf("%+v", p)
			}
			return err
		})
	}
	look()
	during("empty Ping", func() error {
		p, err := c.Ping(ctx, 0)
		if err == nil && p.Status != 2 {
			t.Errorf("%+v", p)
		}
		return err
	})
	look()
	if c.Version < eas.V12_1 {
		return
	}
	r := easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: eastest.Inbox, Key: key}}, Wait: 1}
	if c.Version >= eas.V14_0 {
		r.Wait, r.Heartbeat = 0, 60
	}
	during("Sync", func() error {
		got, err := c.Sync(ctx, r)
		if err == nil && got.Collections[0].Added[0].Subject != "Sync" {
			t.Errorf("%+v", got)
		}
		return err
	})
	during("empty Sync", func() error {
		got, err := c.SyncAgain(ctx)
		if err == nil && got.Collections[0].Added[0].Subject != "empty Sync" {
			t.Errorf("%+v", got)
		}
		return err
	})
}

func TestServerWithoutPoliciesLeavesTheKeyAlone(t *testing.T) {
	w := newWorld(t, eastest.Config{})
	p, err := w.phone.Provision(deadline(t), easclient.Device{Model: "X"})
	if err != nil || p.PolicyStatus != 2 || w.phone.PolicyKey != 0 {
		t.Errorf("%+v %v", p, err)
	}
}

func TestBearerAndDeviceIDOfRawBytes(t *testing.T) {
	w := newWorld(t, eastest.Config{})
	c := w.client(t, "", "", eas.V16_1)
	c.Bearer, c.DeviceID, c.Base64 = "bearer-of-bob", "\x6f\x24\xca\xd5\x99\xa5\xbf\x1a\x69\x02\x46\xb8\xc6\x8f\xae\x8d", true
	if _, err := c.FolderSync(deadline(t), "0"); err != nil {
		t.Fatal(err)
	}
	if _, ok := w.Device("bob", "6F24CAD599A5BF1A690246B8C68FAE8D"); !ok {
		t.Error("the device is not known by the hex form of its id")
	}
	c.Base64 = false
	if _, err := c.FolderSync(deadline(t), "0"); err != nil {
		t.Fatal(err)
	}
	if got := w.Requests()[1].Query.DeviceID; got != "6F24CAD599A5BF1A690246B8C68FAE8D" {
		t.Errorf("plain id %q", got)
	}
}

func TestRefusalsAreTyped(t *testing.T) {
	ctx := deadline(t)
	w := newWorld(t, eastest.Config{})
	w.phone.Password = "wrong"
	_, err := w.phone.FolderSync(ctx, "0")
	var he *easclient.HTTPError
	if !errors.As(err, &he) || he.Status != 401 || !strings.HasPrefix(he.Header.Get("WWW-Authenticate"), "Basic ") {
		t.Errorf("wrong password: %v", err)
	}
	if strings.Contains(err.Error(), "wrong") {
		t.Error("the error shows the password")
	}
	w.phone.Password = "apw"
	w.SetHook(func(*eastest.Record) *eastest.Fault {
		return &eastest.Fault{HTTP: 503, Header: http.Header{"Retry-After": {"30"}}}
	})
	if _, err = w.phone.Options(ctx); !errors.As(err, &he) || he.RetryAfter() != 30*time.Second {
		t.Errorf("throttled: %v", err)
	}
	for _, junk := range []string{"<html>", "\x03\x01\x6a\x00\x45\x4e", "\x03\x01\x6a\x00\x00\x0d\x45\x47\x031\x00\x01\x01"} {
		w.SetHook(func(*eastest.Record) *eastest.Fault { return &eastest.Fault{Body: []byte(junk)} })
		if _, err := w.phone.FolderSync(ctx, "0"); err == nil || errors.As(err, &he) && he.Status == 200 {
			t.Errorf("%q: %v", junk, err)
		}
	}
	w.SetHook(func(*eastest.Record) *eastest.Fault { return &eastest.Fault{Cut: 5} })
	if r, err := w.phone.FolderSync(ctx, "0"); err == nil || len(r.Body) != 5 {
		t.Errorf("cut off: %v", err)
	}
	w.SetHook(func(*eastest.Record) *eastest.Fault { return &eastest.Fault{Drop: true} })
	if _, err := w.phone.FolderSync(ctx, "0"); err == nil {
		t.Error("a dropped connection is no error")
	}
	w.SetHook(nil)
	var se *easclient.StatusError
	if _, err := w.phone.FolderSync(ctx, "nonsense"); !errors.As(err, &se) || se.Status != 9 {
		t.Errorf("bad key: %v", err)
	}
	if r, err := w.phone.Sync(ctx, easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: "1", Key: "nonsense"}}}); !errors.As(err, &se) || se.Status != 3 || r.Collections[0].Status != 3 {
		t.Errorf("bad key: %v", err)
	}
	if r, err := w.phone.Ping(ctx, 5, "1"); !errors.As(err, &se) || se.Status != 5 || r.Heartbeat != 60 {
		t.Errorf("short interval: %v", err)
	}
}

func TestCancellingEndsTheRequestOnBothSides(t *testing.T) {
	w := newWorld(t, eastest.Config{})
	ctx, cancel := context.WithCancel(deadline(t))
	done := make(chan error, 1)
	go func() { _, err := w.phone.Ping(ctx, 600, "1"); done <- err }()
	if err := w.Wait(deadline(t), func(n eastest.Counters) bool { return n.Waiting == 1 }); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := w.Wait(deadline(t), func(n eastest.Counters) bool { return n.Running == 0 && n.Cancelled == 1 }); err != nil {
		t.Errorf("the server did not notice: %+v", w.Counters())
	}
}

func TestMailStreamsWithoutBeingHeld(t *testing.T) {
	w := newWorld(t, eastest.Config{})
	body := "From: ana@example.com\r\nTo: bob@example.com\r\n\r\n" + strings.Repeat("0123456789abcdef", 1<<16)
	for _, v := range []eas.Version{eas.V12_1, eas.V16_1} {
		w.phone.Version = v
		if _, err := w.phone.SendMail(deadline(t), easclient.Mail{Stream: strings.NewReader(body), Size: int64(len(body))}); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range w.Messages("bob", eastest.Inbox) {
		if string(m.MIME) != body {
			t.Errorf("arrived with %d bytes of %d", len(m.MIME), len(body))
		}
	}
	if n := len(w.Messages("bob", eastest.Inbox)); n != 2 {
		t.Errorf("%d mails", n)
	}
}

func FuzzSplitParts(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x00\x0c\x00\x00\x00\x01\x00\x00\x00x"))
	f.Fuzz(func(t *testing.T, body []byte) {
		parts, err := easclient.SplitParts(body)
		if err == nil && len(parts) == 0 {
			t.Error("no parts and no error")
		}
	})
}
