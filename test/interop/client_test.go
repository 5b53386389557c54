// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/test/parts"
)

// storyClient lets the library's own client live through a short day, in every
// version SOGo speaks and in both forms of the query.
func storyClient(t *testing.T, s site, prefix string) {
	tests := []struct {
		name    string
		version eas.Version
		base64  bool
	}{
		{"2.5 plain", eas.V2_5, false},
		{"12.0 plain", eas.V12_0, false},
		{"12.1 plain", eas.V12_1, false},
		{"12.1 base64", eas.V12_1, true},
		{"14.0 base64", eas.V14_0, true},
		{"14.1 plain", eas.V14_1, false},
		{"14.1 base64", eas.V14_1, true},
	}
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := &day{site: s, subject: fmt.Sprintf("%s day %d", prefix, i), client: &easclient.Client{
				URL: s.url, User: "alice", Password: "alicepw", HTTP: s.client, Version: tt.version, Base64: tt.base64,
				DeviceID: fmt.Sprintf("%sDAY%d", prefix, i), DeviceType: "Interop", UserAgent: "Interop/1.0",
			}}
			d.morning(t)
			d.noon(t)
			d.evening(t)
		})
	}
}

type day struct {
	site    site
	client  *easclient.Client
	subject string

	inbox, trash string
	mail         easclient.Item
	key          string
}

// morning: who are you, may I, what folders are there.
func (d *day) morning(t *testing.T) {
	t.Helper()
	c := d.client
	opt, err := c.Options(t.Context())
	if err != nil {
		t.Fatalf("Options: %v", err)
	}
	if opt.Best() != eas.V14_1 {
		t.Errorf("Options: best version %v", opt.Best())
	}
	// SOGo has no policy and says so; a gateway before it may have one.
	policy, err := c.Provision(t.Context(), easclient.Device{Model: "Story"})
	if err != nil {
		t.Fatalf("Provision: %v", err)
	}
	if policy.PolicyStatus != 1 && policy.PolicyStatus != 2 {
		t.Errorf("Provision: policy status %d", policy.PolicyStatus)
	}
	folders, err := c.FolderSync(t.Context(), "0")
	if err != nil {
		t.Fatalf("FolderSync: %v", err)
	}
	for _, f := range folders.Added {
		switch f.Type {
		case 2:
			d.inbox = f.ID
		case 4:
			d.trash = f.ID
		}
	}
	if d.inbox == "" || d.trash == "" {
		t.Fatalf("inbox %q, trash %q among %d folders", d.inbox, d.trash, len(folders.Added))
	}
	if c.Version >= eas.V12_0 {
		// SOGo does not read the version in a base64 query, and before 14.1 there is no primary address.
		info, err := c.UserInformation(t.Context())
		if err != nil {
			t.Fatalf("UserInformation: %v", err)
		}
		if !slices.Contains(append(info.Addresses, info.Primary), "alice@"+parts.MailDomain) {
			t.Errorf("UserInformation: addresses %v, primary %q", info.Addresses, info.Primary)
		}
	}
}

// noon: a mail comes, with something attached.
func (d *day) noon(t *testing.T) {
	t.Helper()
	c, data := d.client, noise(5000)
	first, err := c.Sync(t.Context(), easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: d.inbox, Key: "0"}}})
	if err != nil {
		t.Fatalf("first Sync: %v", err)
	}
	d.key = first.Collections[0].Key
	d.site.sogo.Deliver(t, "alice", d.subject, parts.Attachment{Name: "n.bin", Data: data})
	d.findMail(t)
	if len(d.mail.Attachments) != 1 || d.mail.Attachments[0].Reference == "" {
		t.Fatalf("attachments: %+v", d.mail.Attachments)
	}
	ref := d.mail.Attachments[0].Reference
	if c.Version >= eas.V12_0 {
		for _, multi := range []bool{false, true} {
			got, err := c.ItemOperations(t.Context(), multi, easclient.Fetch{Reference: ref})
			if err != nil || len(got.Items) != 1 || !bytes.Equal(got.Items[0].Data, data) {
				t.Errorf("ItemOperations, multipart %v: %v", multi, err)
			}
		}
	}
	if c.Version <= eas.V12_1 {
		got, err := c.GetAttachment(t.Context(), ref)
		if err != nil || !bytes.Equal(got.Body, data) {
			t.Errorf("GetAttachment: %v", err)
		}
	}
}

func (d *day) findMail(t *testing.T) {
	t.Helper()
	for range 20 {
		res, err := d.client.Sync(t.Context(), easclient.SyncRequest{
			Collections: []easclient.SyncCollection{{ID: d.inbox, Key: d.key, BodyType: 1, WindowSize: 100}}})
		if err != nil {
			t.Fatalf("Sync: %v", err)
		}
		if res.Empty {
			continue
		}
		d.key = res.Collections[0].Key
		for _, item := range res.Collections[0].Added {
			if item.Subject == d.subject {
				d.mail = item
				return
			}
		}
	}
	t.Fatalf("the mail %q never came", d.subject)
}

// evening: write one, tidy up, look somebody up.
func (d *day) evening(t *testing.T) {
	t.Helper()
	c := d.client
	subject := strings.ReplaceAll(d.subject, " ", "-") + "-reply"
	if _, err := c.SendMail(t.Context(), easclient.Mail{MIME: mimeMail("alice", "carol", subject), ClientID: subject, SaveInSent: true}); err != nil {
		t.Errorf("SendMail: %v", err)
	}
	until(t, "the mail reaches carol", func() bool { return holds(d.site.sogo.Mails(t, "carol", ""), subject) })
	if _, err := c.MoveItem(t.Context(), d.mail.ID, d.inbox, d.trash); err != nil {
		t.Errorf("MoveItem: %v", err)
	}
	until(t, "the mail lies in the trash", func() bool { return holds(d.site.sogo.Mails(t, "alice", "Trash"), d.subject) })
	people, err := c.SearchGAL(t.Context(), "bob", 5)
	if err != nil || len(people) != 1 || people[0].Address != "bob@"+parts.MailDomain {
		t.Errorf("SearchGAL: %+v, %v", people, err)
	}
}
