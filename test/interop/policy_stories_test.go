// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/test/parts"
)

// TestPoliciesOfTheGateway lets phones obey the gateway's policy before mail servers that have none and
// before those that insist on their own, simulated and real: who obeys syncs real mail.
//
// D-06; eas.md 3.1, 3.4 to 3.6
func TestPoliciesOfTheGateway(t *testing.T) {
	s := parts.SOGo(t)
	h := s.Horde(t)
	for i, m := range []mailSystem{
		simulated(t, "as SOGo", "sogo", eastest.Config{RootDispatch: true, AnyVersion: true}, eas.V14_1),
		simulated(t, "as Horde", "horde", eastest.Config{Provision: eastest.ProvisionHorde}, eas.V16_0),
		realSOGo(s),
		realHorde(s, h),
	} {
		t.Run(m.name, func(t *testing.T) {
			prefix := fmt.Sprintf("G%d", i)
			g := guard(t, m)
			for _, v := range m.versions {
				t.Run(v.String(), func(t *testing.T) { storyObedient(t, g, v, false, prefix) })
			}
			for _, v := range []eas.Version{eas.V12_1, eas.V14_1} {
				t.Run("base64 query "+v.String(), func(t *testing.T) { storyObedient(t, g, v, true, prefix) })
			}
			if !m.insists {
				return
			}
			t.Run("the strictest of both policies", func(t *testing.T) { storyMerged(t, g, prefix) })
			t.Run("the mail server's own order to wipe", func(t *testing.T) { storyServerWipe(t, g, prefix) })
		})
	}
}

func short(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// told reports what a phone that is not to sync was told: the HTTP status, and the one in the body.
func told(err error) (code, status int) {
	if e, ok := errors.AsType[*easclient.HTTPError](err); ok {
		return e.Status, 0
	}
	if e, ok := errors.AsType[*easclient.StatusError](err); ok {
		return 200, e.Status
	}
	return 0, 0
}

// storyObedient: told to provision, asks, accepts, and then lives as if there were no policy: folders,
// a mail, one of its own, a Ping that new mail wakes.
func storyObedient(t *testing.T, g *guarded, v eas.Version, base64 bool, prefix string) {
	name := strings.ReplaceAll(prefix+v.String(), ".", "")
	if base64 {
		name += "B"
	}
	c := g.phone("bob", name, v, base64)
	_, err := c.FolderSync(short(t), "0")
	if code, status := told(err); v.InBand() && status != 142 || !v.InBand() && code != 449 {
		t.Fatalf("without a key: %v", err)
	}
	res, err := c.Provision(short(t), easclient.Device{Model: "Story", OS: "Story 1"})
	if err != nil {
		t.Fatalf("Provision: %v", err)
	}
	if got := res.Policy.Child(wbxml.ProvisionMinDevicePasswordLength).Value(); got != "6" {
		t.Errorf("the policy asks for %q characters", got)
	}
	acks := 0
	for _, s := range g.sightings(name) {
		if s.Policy != nil && s.Policy.Answer == access.PolicyApplied && s.Policy.Revision == 1 {
			acks++
		}
	}
	if acks != 1 {
		t.Errorf("%d acknowledgements reported", acks)
	}
	obeyed(t, g, c, name)
	if g.mail.insists && !g.mail.keyed(t, name) {
		t.Error("the mail server knows of no policy")
	}
}

// obeyed: the phone has a key, and everything works.
func obeyed(t *testing.T, g *guarded, c *easclient.Client, name string) {
	t.Helper()
	box := inboxOf(t, c)
	g.mail.deliver(t, c.User, name+" first")
	key := syncUntil(t, c, box, "0", name+" first")
	sent := name + "-sent"
	if _, err := c.SendMail(short(t), easclient.Mail{MIME: mimeMail(c.User, "alice", sent), ClientID: sent}); err != nil {
		t.Fatalf("SendMail: %v", err)
	}
	until(t, "the mail reaches alice", func() bool { return g.mail.holds(t, "alice", sent) })
	done := make(chan error, 1)
	go func() {
		res, err := c.Ping(t.Context(), 300, box)
		if err == nil && res.Status != 2 {
			err = fmt.Errorf("Ping status %d", res.Status)
		}
		done <- err
	}()
	select {
	case err := <-done:
		t.Fatalf("Ping did not wait: %v", err)
	case <-time.After(700 * time.Millisecond): // long enough to be parked
	}
	g.mail.deliver(t, c.User, name+" wakes")
	select {
	case err := <-done:
		if err != nil {
			t.Fatalf("Ping: %v", err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the new mail woke nobody")
	}
	syncUntil(t, c, box, key, name+" wakes")
}

func inboxOf(t *testing.T, c *easclient.Client) string {
	t.Helper()
	folders, err := c.FolderSync(short(t), "0")
	if err != nil {
		t.Fatalf("FolderSync: %v %q", err, folders.Reply.Body)
	}
	for _, f := range folders.Added {
		if f.Type == 2 {
			return f.ID
		}
	}
	t.Fatal("no inbox")
	return ""
}

// syncUntil syncs until the mail is there and nothing more comes, and gives the key to go on with.
func syncUntil(t *testing.T, c *easclient.Client, box, key, subject string) string {
	t.Helper()
	found := false
	for range 30 {
		res, err := c.Sync(short(t), easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: box, Key: key, BodyType: 1, WindowSize: 100}}})
		if err != nil {
			t.Fatalf("Sync: %v", err)
		}
		if res.Empty || len(res.Collections) == 0 {
			if found {
				return key
			}
			continue
		}
		before := key
		key = res.Collections[0].Key
		for _, item := range res.Collections[0].Added {
			found = found || item.Subject == subject
		}
		if found && (key == before || len(res.Collections[0].Added) == 0) {
			return key
		}
	}
	t.Fatalf("the mail %q never came", subject)
	return ""
}

// storyMerged: the mail server asks for more than the gateway. Once it has been found out, the phone is
// asked for the strictest of both, and with that it syncs.
func storyMerged(t *testing.T, g *guarded, prefix string) {
	c := g.phone(parts.Strict, prefix+"MERGED", eas.V14_1, false)
	if _, err := c.Provision(short(t), easclient.Device{Model: "Story"}); err != nil {
		t.Fatal(err)
	}
	_, err := c.FolderSync(short(t), "0")
	if _, status := told(err); status != int(eas.StatusInvalidPolicyKey) {
		t.Fatalf("the phone does not know yet what the mail server asks for: %v", err)
	}
	res, err := c.Provision(short(t), easclient.Device{Model: "Story"})
	if err != nil {
		t.Fatal(err)
	}
	for tag, want := range map[wbxml.Tag]string{wbxml.ProvisionMinDevicePasswordLength: "6", wbxml.ProvisionAlphanumericDevicePasswordRequired: "1",
		wbxml.ProvisionRequireDeviceEncryption: "1"} {
		if got := res.Policy.Child(tag).Value(); got != want {
			t.Errorf("%s is %q, want %q", tag.Name(), got, want)
		}
	}
	obeyed(t, g, c, prefix+"MERGED")
}

// storyServerWipe: the mail server's administrator orders a wipe. The order becomes one of the console's,
// the phone gets it, and when it has said so the mail server hears of it.
func storyServerWipe(t *testing.T, g *guarded, prefix string) {
	device := prefix + "WIPE"
	c := g.phone("alice", device, eas.V14_1, false)
	if _, err := c.Provision(short(t), easclient.Device{Model: "Story"}); err != nil {
		t.Fatal(err)
	}
	inboxOf(t, c)
	g.mail.order(t, device)
	_, err := c.FolderSync(short(t), "0")
	if code, _ := told(err); code != 503 {
		t.Fatalf("the console does not know of the order yet: %v", err)
	}
	if g.mail.wiped(t, device) {
		t.Error("the mail server believes that it is done, and the phone has not heard of it")
	}
	var order *access.WipeReport
	var pair access.Pair
	for _, s := range g.sightings(device) {
		if s.Wipe != nil {
			order, pair = s.Wipe, s.Pair
		}
	}
	if order == nil || order.State != access.WipePending || order.ID != "" {
		t.Fatalf("reported: %+v", order)
	}
	// What the console makes of it.
	rec := &access.Record{ID: "r", Domain: access.Standalone, Pair: pair,
		Wipe: access.Wipe{ID: "w", Kind: access.WipeFull, State: access.WipePending, Server: true, At: time.Now()}}
	g.apply(access.Entry{Kind: access.EntryRecord, Key: "r", Record: rec})
	_, err = c.FolderSync(short(t), "0")
	if _, status := told(err); status != int(eas.StatusRemoteWipeRequested) {
		t.Fatalf("the phone is not told: %v", err)
	}
	res, err := c.ProvisionAsk(short(t), easclient.Device{Model: "Story"})
	if err != nil || !res.Wipe {
		t.Fatalf("no order: %+v, %v", res, err)
	}
	if _, err := c.AcknowledgeWipe(short(t), false, 1); err != nil {
		t.Fatal(err)
	}
	if !g.mail.wiped(t, device) {
		t.Error("the mail server was not told")
	}
	// Another account on the same phone is none of its business, R-2.
	other := g.phone("bob", device, eas.V14_1, false)
	if _, err := other.Provision(short(t), easclient.Device{Model: "Story"}); err != nil {
		t.Fatal(err)
	}
	inboxOf(t, other)
	// Its own list goes on saying so whenever it is asked for a policy. Released here, the phone is a
	// good one again, and the old order is not told a second time.
	released := *rec
	released.Wipe.State = access.WipeReleased
	g.apply(access.Entry{Kind: access.EntryRecord, Key: "r", Record: &released})
	if _, err := c.Provision(short(t), easclient.Device{Model: "Story"}); err != nil {
		t.Fatal(err)
	}
	inboxOf(t, c)
	orders := 0
	for _, s := range g.sightings(device) {
		if s.Wipe != nil && s.Wipe.State == access.WipePending {
			orders++
		}
	}
	if orders != 1 {
		t.Errorf("%d orders", orders)
	}
	// A new one is a new one.
	g.mail.order(t, device)
	if code, _ := told(second(c.FolderSync(short(t), "0"))); code != 503 {
		t.Errorf("a second order: HTTP %d", code)
	}
}

func second[T any](_ T, err error) error { return err }
