// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// vectors reads the bytes of the shared vectors; our encoder made none of them.
func vectors(t *testing.T) func(id string) []byte {
	t.Helper()
	raw, err := os.ReadFile("../testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct{ ID, Hex, Query string }
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, v := range file.Vectors {
		b, err := hex.DecodeString(v.Hex)
		if err != nil {
			t.Fatalf("%s: %v", v.ID, err)
		}
		if out[v.ID] = b; v.Query != "" {
			out[v.ID] = []byte(v.Query)
		}
	}
	// Published captures that the file does not hold.
	for id, text := range map[string]string{
		"W02": "03016a00000756520330000101",
		"W03": "03016a000007564c03313432000101",
		"W04": "03016a0000124546033100015646033100010101",
	} {
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		out[id] = b
	}
	return func(id string) []byte {
		t.Helper()
		if len(out[id]) == 0 {
			t.Fatalf("there is no vector %s", id)
		}
		return out[id]
	}
}

const head = "\x03\x01\x6a\x00"

// TestRequestsOurEncoderDidNotMake sends foreign bytes for every command to the server. Those without a
// vector are written by hand, token by token.
func TestRequestsOurEncoderDidNotMake(t *testing.T) {
	v := vectors(t)
	for name, c := range map[string]struct {
		cmd     eas.Command
		version eas.Version
		body    []byte
		want    string // whole answer in hex, where it is known from elsewhere or can be written by hand
		path    []wbxml.Tag
		value   string // or one value in it
		mail    bool
	}{
		"FolderSync (W02)":                       {cmd: eas.FolderSync, body: v("W02"), path: []wbxml.Tag{wbxml.FolderHierarchyChanges, wbxml.FolderHierarchyCount}, value: "6"},
		"Provision to a server without (W05)":    {cmd: eas.Provision, version: eas.V14_0, body: v("W05"), want: hex.EncodeToString(v("W15"))},
		"Provision of 14.1 (W08)":                {cmd: eas.Provision, body: v("W08"), path: []wbxml.Tag{wbxml.SettingsDeviceInformation, wbxml.SettingsStatus}, value: "1"},
		"Provision without policies (W20)":       {cmd: eas.Provision, body: v("W20"), path: []wbxml.Tag{wbxml.ProvisionStatus}, value: "2"},
		"Settings (W44)":                         {cmd: eas.Settings, body: v("W44"), want: hex.EncodeToString(v("W04"))},
		"Settings, recovery password (W45)":      {cmd: eas.Settings, body: v("W45"), path: []wbxml.Tag{wbxml.SettingsDevicePassword, wbxml.SettingsStatus}, value: "1"},
		"ItemOperations (W31)":                   {cmd: eas.ItemOperations, body: v("W31"), path: []wbxml.Tag{wbxml.ItemOperationsResponse, wbxml.ItemOperationsFetch, wbxml.ItemOperationsStatus}, value: "15"},
		"Find (W43)":                             {cmd: eas.Find, version: eas.V16_1, body: v("W43"), path: []wbxml.Tag{wbxml.FindResponse, wbxml.FindTotal}, value: "0"},
		"Sync, partial and nothing cached (W42)": {cmd: eas.Sync, body: v("W42"), want: "03016a00454e033133000101"},
		"empty Sync, nothing cached":             {cmd: eas.Sync, want: "03016a00454e033133000101"},
		"empty Ping, nothing cached":             {cmd: eas.Ping, want: "03016a00000d45470333000101"},
		"SendMail without addresses (W29)":       {cmd: eas.SendMail, body: v("W29"), path: []wbxml.Tag{wbxml.ComposeMailStatus}, value: "107"},
		"SendMail (W28)":                         {cmd: eas.SendMail, body: v("W28"), mail: true},
		"SmartForward (W30)":                     {cmd: eas.SmartForward, body: v("W30"), mail: true},
		"SmartReply": {cmd: eas.SmartReply, body: []byte(head + "\x00\x15\x47\x51\x03c\x00\x01\x4b\x4c\x031\x00\x01\x4d\x031:1\x00\x01\x01" +
			"\x50\xc3\x16To: x@example.com\r\n\r\ny\x01\x01"), mail: true},
		"GetItemEstimate": {cmd: eas.GetItemEstimate, body: []byte(head + "\x00\x06\x45\x47\x48\x00\x00\x4b\x031-0\x00\x01\x00\x06\x4a\x031\x00\x01\x01\x01\x01"),
			want: hex.EncodeToString([]byte(head + "\x00\x06\x45\x4d\x4e\x031\x00\x01\x48\x4a\x031\x00\x01\x4c\x031\x00\x01\x01\x01\x01"))},
		"MoveItems": {cmd: eas.MoveItems, body: []byte(head + "\x00\x05\x45\x46\x47\x031:1\x00\x01\x48\x031\x00\x01\x49\x033\x00\x01\x01\x01"),
			want: hex.EncodeToString([]byte(head + "\x00\x05\x45\x4a\x47\x031:1\x00\x01\x4b\x033\x00\x01\x4c\x033:2\x00\x01\x01\x01"))},
		"Search": {cmd: eas.Search, body: []byte(head + "\x00\x0f\x45\x47\x48\x03GAL\x00\x01\x49\x03bob\x00\x01\x4a\x4b\x030-9\x00\x01\x01\x01\x01"),
			path: []wbxml.Tag{wbxml.SearchResponse, wbxml.SearchStore, wbxml.SearchResult, wbxml.SearchProperties, wbxml.GALEmailAddress}, value: "bob@example.com"},
		"ResolveRecipients": {cmd: eas.ResolveRecipients, body: []byte(head + "\x00\x0a\x45\x50\x03bob\x00\x01\x01"),
			path: []wbxml.Tag{wbxml.ResolveRecipientsResponse, wbxml.ResolveRecipientsRecipient, wbxml.ResolveRecipientsEmailAddress}, value: "bob@example.com"},
		"ValidateCert": {cmd: eas.ValidateCert, body: []byte(head + "\x00\x0b\x45\x46\x47\x03TUlJ\x00\x01\x01\x01"),
			path: []wbxml.Tag{wbxml.ValidateCertCertificate, wbxml.ValidateCertStatus}, value: "17"},
		"MeetingResponse": {cmd: eas.MeetingResponse, body: []byte(head + "\x00\x08\x47\x49\x4c\x031\x00\x01\x46\x031\x00\x01\x48\x031:1\x00\x01\x01\x01"),
			path: []wbxml.Tag{wbxml.MeetingResponseResult, wbxml.MeetingResponseStatus}, value: "2"},
		"FolderCreate": {cmd: eas.FolderCreate, body: []byte(head + "\x00\x07\x53\x52\x031-6\x00\x01\x49\x030\x00\x01\x47\x03New\x00\x01\x4a\x0312\x00\x01\x01"),
			path: []wbxml.Tag{wbxml.FolderHierarchySyncKey}, value: "1-7"},
		"FolderUpdate of the inbox": {cmd: eas.FolderUpdate, body: []byte(head + "\x00\x07\x55\x52\x031-6\x00\x01\x48\x031\x00\x01\x49\x030\x00\x01\x47\x03New\x00\x01\x01"),
			want: hex.EncodeToString([]byte(head + "\x00\x07\x55\x4c\x034\x00\x01\x01"))},
		"FolderDelete of the inbox": {cmd: eas.FolderDelete, body: []byte(head + "\x00\x07\x54\x52\x031-6\x00\x01\x48\x031\x00\x01\x01"),
			want: hex.EncodeToString([]byte(head + "\x00\x07\x54\x4c\x034\x00\x01\x01"))},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, eastest.Config{})
			w.AddUser(eastest.User{Name: "x", Address: "x@example.com"})
			w.AddUser(eastest.User{Name: "b", Address: "b@example.com"})
			if _, err := w.Deliver("ana", eastest.Message{Subject: "s"}); err != nil {
				t.Fatal(err)
			}
			if w.phone.Version = c.version; c.version == 0 {
				w.phone.Version = eas.V14_1
			}
			r, err := w.phone.Do(deadline(t), easclient.Request{Command: c.cmd, Body: c.body})
			if err != nil {
				t.Fatal(err)
			}
			if c.mail {
				if len(r.Body) != 0 || len(w.Messages("x", eastest.Inbox))+len(w.Messages("b", eastest.Inbox)) != 1 {
					t.Errorf("answer %x", r.Body)
				}
				return
			}
			if c.want != "" {
				if got := hex.EncodeToString(r.Body); got != c.want {
					t.Errorf("answer %s, want %s", got, c.want)
				}
				return
			}
			root, err := wbxml.Parse(r.Body, wbxml.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got := root.Find(c.path...).Value(); got != c.value {
				t.Errorf("%v is %q, want %q in %x", c.path, got, c.value, r.Body)
			}
		})
	}
}

// TestProvisioningOurEncoderDidNotMake plays both phases with foreign bytes; only the key is put in.
func TestProvisioningOurEncoderDidNotMake(t *testing.T) {
	v, ctx := vectors(t), deadline(t)
	for _, version := range []eas.Version{eas.V2_5, eas.V12_1, eas.V14_1} {
		w := newWorld(t, eastest.Config{Provision: eastest.ProvisionStrict})
		c := w.phone
		c.Version = version
		ask, ack := v("W05"), v("W11")
		switch version {
		case eas.V2_5:
			ask, ack = v("W06"), []byte(strings.Replace(string(ack), "MS-EAS-Provisioning-WBXML", "MS-WAP-Provisioning-XML", 1))
		case eas.V14_1:
			ask = v("W07")
		}
		r, err := c.Do(ctx, easclient.Request{Command: eas.Provision, Body: ask})
		if err != nil {
			t.Fatal(err)
		}
		root, err := wbxml.Parse(r.Body, wbxml.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		temporary := root.Find(wbxml.ProvisionPolicies, wbxml.ProvisionPolicy, wbxml.ProvisionPolicyKey).Value()
		// The vector acknowledges a key the server never gave: refused with exactly these bytes.
		r, err = c.Do(ctx, easclient.Request{Command: eas.Provision, Body: ack})
		if err != nil {
			t.Fatal(err)
		}
		if want := string(v("W14")); version != eas.V2_5 && string(r.Body) != want {
			t.Errorf("%s: wrong key answered with %x", version, r.Body)
		}
		r, err = c.Do(ctx, easclient.Request{Command: eas.Provision, Body: []byte(strings.Replace(string(ack), "1307199584", temporary, 1))})
		if err != nil {
			t.Fatal(err)
		}
		d, _ := w.Device("ana", c.DeviceID)
		if d.PolicyKey == 0 {
			t.Errorf("%s: not provisioned after %x", version, r.Body)
		}
	}
}

// TestPingOurEncoderDidNotMake waits with foreign bytes until the server is closed.
func TestPingOurEncoderDidNotMake(t *testing.T) {
	v, w := vectors(t), newWorld(t, eastest.Config{})
	done := make(chan string, 1)
	go func() {
		r, err := w.phone.Do(deadline(t), easclient.Request{Command: eas.Ping, Body: v("W38")})
		if err != nil {
			done <- err.Error()
			return
		}
		done <- hex.EncodeToString(r.Body)
	}()
	if err := w.Wait(deadline(t), func(n eastest.Counters) bool { return n.Waiting == 1 }); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if got := <-done; got != "03016a00000d45470331000101" {
		t.Errorf("answer %s", got)
	}
}

// TestQueriesOurEncoderDidNotMake sends the query lines of the vectors.
func TestQueriesOurEncoderDidNotMake(t *testing.T) {
	v, w := vectors(t), newWorld(t, eastest.Config{})
	folderSync := v("W02")
	for _, id := range []string{"Q03", "Q11"} {
		if _, err := w.phone.Do(deadline(t), easclient.Request{RawQuery: string(v(id)), Body: folderSync}); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, ok := w.Device("ana", "6F24CAD599A5BF1A690246B8C68FAE8D"); !ok {
		t.Error("the device of the vector is not known")
	}
	// Q06 names an attachment that does not exist: 500 says so.
	var he *easclient.HTTPError
	if _, err := w.phone.Do(deadline(t), easclient.Request{RawQuery: string(v("Q06"))}); !errors.As(err, &he) || he.Status != http.StatusInternalServerError {
		t.Errorf("GetAttachment: %v", err)
	}
	for _, id := range []string{"Q20", "Q21", "Q22", "Q23", "Q24"} {
		if _, err := w.phone.Do(deadline(t), easclient.Request{RawQuery: string(v(id)), Body: folderSync}); !errors.As(err, &he) || he.Status != http.StatusBadRequest {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// TestAnswersOurEncoderDidNotMake has the client read foreign bytes.
func TestAnswersOurEncoderDidNotMake(t *testing.T) {
	v := vectors(t)
	type call func(context.Context, *easclient.Client) (any, error)
	sync := func(ctx context.Context, c *easclient.Client) (any, error) {
		r, err := c.SyncAgain(ctx)
		if err != nil {
			return r.Limit, err
		}
		ch := r.Collections[0]
		for i := range ch.Added {
			ch.Added[i].Node = nil
		}
		return ch, err
	}
	ping := func(ctx context.Context, c *easclient.Client) (any, error) {
		r, err := c.Ping(ctx, 0)
		return []any{r.Status, r.Heartbeat, strings.Join(r.Changed, ",")}, err
	}
	folders := func(ctx context.Context, c *easclient.Client) (any, error) {
		r, err := c.FolderSync(ctx, "0")
		return r.Status, err
	}
	provision := func(ctx context.Context, c *easclient.Client) (any, error) {
		r, err := c.ProvisionAsk(ctx, easclient.Device{})
		settings := 0
		if r.Policy != nil {
			settings = len(r.Policy.Kids)
		}
		return []any{r.PolicyStatus, r.Key, settings, r.PolicyXML, r.Wipe, r.AccountWipe}, err
	}
	device := func(ctx context.Context, c *easclient.Client) (any, error) {
		r, err := c.SetDevice(ctx, easclient.Device{Model: "m"})
		return r.DeviceStatus, err
	}
	estimate := func(ctx context.Context, c *easclient.Client) (any, error) {
		r, err := c.GetItemEstimate(ctx, "1", "1")
		return r.Status, err
	}
	fetch := func(ctx context.Context, c *easclient.Client) (any, error) {
		r, err := c.ItemOperations(ctx, true, easclient.Fetch{Reference: "5%3a12%3a0"})
		return []any{r.MultiPart, r.Items}, err
	}
	for _, s := range []struct {
		name   string
		body   []byte
		kind   string
		call   call
		want   any
		status int // of the *StatusError wanted
	}{
		{name: "a contact (W01)", body: v("W01"), call: sync, want: easclient.Changes{ID: "2", Key: "2", Class: "Contacts", Status: 1, Added: []easclient.Item{{ID: "2:1", BodyType: 1}}}},
		{name: "two attachments (W35)", body: v("W35"), call: sync, want: easclient.Changes{ID: "5", Key: "77", Status: 1, Added: []easclient.Item{{ID: "5:12", Subject: "s", Body: "<p/>", BodyType: 2, Attachments: []easclient.Attachment{
			{Name: "a.pdf", Reference: "5%3a12%3a0", Size: 1024, Method: 1}, {Name: "i.png", Reference: "5%3a12%3a1", Size: 77, Method: 6, ContentID: "i@x", Inline: true}}}}}},
		{name: "an old attachment (W37)", body: v("W37"), call: sync, want: easclient.Changes{ID: "5", Key: "8", Class: "Email", Status: 1, Added: []easclient.Item{{ID: "5:14", Attachments: []easclient.Attachment{{Name: "b.txt", Reference: "5:14:0", Size: 9, Method: 1}}}}}},
		{name: "opaque values (W36)", body: v("W36"), call: sync, want: easclient.Changes{ID: "5", Key: "77", Status: 1, More: true, Added: []easclient.Item{{ID: "5:13"}}}},
		{name: "Sync limit (W41)", body: v("W41"), call: sync, want: 59, status: 14},
		{name: "Sync refused (W21)", body: v("W21"), call: sync, want: 0, status: 142},
		{name: "FolderSync blocked (W24)", body: v("W24"), call: folders, want: 129, status: 129},
		{name: "FolderSync unprovisioned (W03)", body: v("W03"), call: folders, want: 142, status: 142},
		{name: "Ping changes (W40)", body: v("W40"), call: ping, want: []any{2, 0, "5"}},
		{name: "Ping limit (W39)", body: v("W39"), call: ping, want: []any{5, 3540, ""}, status: 5},
		{name: "temporary key and policy (W09)", body: v("W09"), call: provision, want: []any{1, uint32(1307199584), 8, "", false, false}},
		{name: "largest key (W10)", body: v("W10"), call: provision, want: []any{1, uint32(4294967295), 9, "", false, false}},
		{name: "final key (W13)", body: v("W13"), call: provision, want: []any{1, uint32(3942919513), 0, "", false, false}},
		{name: "key refused (W14)", body: v("W14"), call: provision, want: []any{5, uint32(0), 0, "", false, false}, status: 5},
		{name: "no policy (W15)", body: v("W15"), call: provision, want: []any{2, uint32(0), 0, "", false, false}},
		{name: "wipe (W16)", body: v("W16"), call: provision, want: []any{0, uint32(0), 0, "", true, false}},
		{name: "account wipe (W18)", body: v("W18"), call: provision, want: []any{0, uint32(0), 0, "", false, true}},
		{name: "policy as XML (W46)", body: v("W46"), call: provision, want: []any{1, uint32(1234), 0, `<wap-provisioningdoc><characteristic type="SecurityPolicy"><parm name="4131" value="1"/></characteristic></wap-provisioningdoc>`, false, false}},
		{name: "Settings (W04)", body: v("W04"), call: device, want: 1},
		{name: "Settings refused (W25)", body: v("W25"), call: device, want: 0, status: 144},
		{name: "estimate refused (W27)", body: v("W27"), call: estimate, want: 142, status: 142},
		{name: "fetch all refused (W26)", body: v("W26"), call: fetch, want: []any{false, []easclient.Fetched(nil)}, status: 143},
		{name: "fetch inline (W32)", body: v("W32"), call: fetch, want: []any{false, []easclient.Fetched{{Status: 1, Reference: "5%3a12%3a0", ContentType: "text/plain", Data: []byte("hello")}}}},
		{name: "fetch refused (W34)", body: v("W34"), call: fetch, want: []any{false, []easclient.Fetched{{Status: 16, Reference: "5%3a12%3a0"}}}},
		{name: "fetch in parts (U01)", body: v("U01"), kind: eas.TypeMultipart, call: fetch, want: []any{true, []easclient.Fetched{{Status: 1, Reference: "5%3a12%3a0", ContentType: "text/plain", Data: []byte("hello")}}}},
	} {
		t.Run(s.name, func(t *testing.T) {
			w := newWorld(t, eastest.Config{})
			w.SetHook(func(*eastest.Record) *eastest.Fault {
				f := &eastest.Fault{Body: s.body}
				if s.kind != "" {
					f.Header = http.Header{"Content-Type": {s.kind}}
				}
				return f
			})
			got, err := s.call(deadline(t), w.phone)
			var se *easclient.StatusError
			if s.status == 0 && err != nil || s.status != 0 && (!errors.As(err, &se) || se.Status != s.status) {
				t.Errorf("error %v", err)
			}
			if d := cmp.Diff(s.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}
