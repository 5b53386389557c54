// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package interop_test

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"testing"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
	"github.com/vedette-mail/vedette/eas/eastest"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/test/parts"
)

// TestHordeItself asks Horde directly, and what simulates it: both have to do the same, or the stories of
// the gateway before the simulated one prove nothing. What fails here is the parts or the simulator.
func TestHordeItself(t *testing.T) {
	s := parts.SOGo(t)
	for i, m := range []mailSystem{
		simulated(t, "as Horde", "horde", eastest.Config{Provision: eastest.ProvisionHorde}, eas.V16_0),
		realHorde(s, s.Horde(t)),
	} {
		t.Run(m.name, func(t *testing.T) {
			for _, st := range []struct {
				name string
				tell func(*testing.T, mailSystem, string)
			}{
				{"a phone without key is told in two ways at once", storyHordeDemands},
				{"three commands are looked at, no others", storyHordeServes},
				{"the keys of both rounds", storyHordeKeys},
				{"its order to wipe", storyHordeOrders},
				{"the form of the query makes another phone of it", storyHordeForms},
			} {
				t.Run(st.name, func(t *testing.T) { st.tell(t, m, fmt.Sprintf("H%d", i)) })
			}
		})
	}
}

func straight(t *testing.T, m mailSystem, user, device string, v eas.Version) *easclient.Client {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return &easclient.Client{URL: m.url, User: user, Password: user + "pw", DeviceID: device, DeviceType: "Interop", UserAgent: "Interop/1.0",
		Version: v, HTTP: &http.Client{Transport: tr}}
}

// said is an answer as it is: status and body.
func said(t *testing.T, c *easclient.Client, cmd eas.Command, body *wbxml.Node) string {
	t.Helper()
	r, err := c.Do(short(t), easclient.Request{Command: cmd, Node: body})
	if r == nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", r.HTTPStatus, hex.EncodeToString(r.Body))
}

func folderSyncNode() *wbxml.Node {
	return wbxml.Elem(wbxml.FolderHierarchyFolderSync, wbxml.Text(wbxml.FolderHierarchySyncKey, "0"))
}

func syncNode() *wbxml.Node {
	return wbxml.Elem(wbxml.AirSyncSync, wbxml.Elem(wbxml.AirSyncCollections, wbxml.Elem(wbxml.AirSyncCollection,
		wbxml.Text(wbxml.AirSyncSyncKey, "0"), wbxml.Text(wbxml.AirSyncCollectionId, "1"))))
}

func storyHordeDemands(t *testing.T, m mailSystem, prefix string) {
	for _, tt := range []struct {
		version eas.Version
		key     uint32
		cmd     eas.Command
		body    *wbxml.Node
		want    string
	}{
		{eas.V12_1, 0, eas.FolderSync, folderSyncNode(), "449 "},
		{eas.V14_0, 0, eas.FolderSync, folderSyncNode(), "449 03016a0000075600004e03313432000101"},
		{eas.V16_0, 0, eas.FolderSync, folderSyncNode(), "449 03016a0000075600004e03313432000101"},
		{eas.V14_1, 77, eas.FolderSync, folderSyncNode(), "449 03016a0000075600004e03313432000101"}, // never 144
		{eas.V14_1, 0, eas.Sync, syncNode(), "449 03016a00454e03313432000101"},
	} {
		c := straight(t, m, "bob", prefix+"DEMAND", tt.version)
		c.PolicyKey = tt.key
		if got := said(t, c, tt.cmd, tt.body); got != tt.want {
			t.Errorf("%v %v with key %d: %s, want %s", tt.version, tt.cmd, tt.key, got, tt.want)
		}
	}
}

func storyHordeServes(t *testing.T, m mailSystem, prefix string) {
	c := straight(t, m, "bob", prefix+"SERVED", eas.V14_1)
	if _, err := c.FolderSync(short(t), "0"); err == nil {
		t.Error("FolderSync is served without a key")
	}
	if _, err := c.SetDevice(short(t), easclient.Device{Model: "Story"}); err != nil {
		t.Errorf("Settings: %v", err)
	}
	subject := prefix + "-unkeyed"
	if _, err := c.SendMail(short(t), easclient.Mail{MIME: mimeMail("bob", "alice", subject), ClientID: subject}); err != nil {
		t.Errorf("SendMail: %v", err)
	}
	until(t, "the mail reaches alice", func() bool { return m.holds(t, "alice", subject) })
}

func storyHordeKeys(t *testing.T, m mailSystem, prefix string) {
	c := straight(t, m, "bob", prefix+"KEYS", eas.V14_1)
	refused := func(what string) {
		t.Helper()
		if code, _ := told(second(c.FolderSync(short(t), "0"))); code != 449 {
			t.Errorf("%s: HTTP %d", what, code)
		}
	}
	passes := func(what string) {
		t.Helper()
		if _, err := c.FolderSync(short(t), "0"); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	refused("no key")
	first, err := c.ProvisionAsk(short(t), easclient.Device{Model: "Story"})
	if err != nil || first.PolicyStatus != 1 || first.Key == 0 {
		t.Fatalf("the first round: %+v, %v", first, err)
	}
	c.PolicyKey = first.Key
	passes("the temporary key")
	if res, _ := c.ProvisionAcknowledge(short(t), first.Key+1, 1); res == nil || res.PolicyStatus != 5 {
		t.Errorf("a wrong key acknowledged: %+v", res)
	}
	last, err := c.ProvisionAcknowledge(short(t), first.Key, 1)
	if err != nil || last.Key == 0 || last.Key == first.Key {
		t.Fatalf("the second round: %+v, %v", last, err)
	}
	refused("the temporary key afterwards")
	c.PolicyKey = last.Key
	passes("the final key")
	if got := said(t, c, eas.Provision, wbxml.EmptyElem(wbxml.ProvisionProvision)); got != "500 " {
		t.Errorf("a Provision without policies: %s", got)
	}
}

func storyHordeOrders(t *testing.T, m mailSystem, prefix string) {
	device := prefix + "ORDER"
	c := straight(t, m, "bob", device, eas.V14_1)
	if _, err := c.Provision(short(t), easclient.Device{Model: "Story"}); err != nil {
		t.Fatal(err)
	}
	m.order(t, device)
	old := *c
	old.Version = eas.V12_1
	for _, c := range []*easclient.Client{c, &old} {
		if got := said(t, c, eas.FolderSync, folderSyncNode()); got != "200 03016a0000075600004e03313430000101" {
			t.Errorf("%v: %s", c.Version, got)
		}
	}
	if m.wiped(t, device) {
		t.Error("carried out before a Provision")
	}
	res, err := c.ProvisionAsk(short(t), easclient.Device{Model: "Story"})
	if err != nil || !res.Wipe || res.Policy == nil {
		t.Fatalf("the order beside a policy: %+v, %v", res, err)
	}
	if !m.wiped(t, device) {
		t.Error("told, and not taken for carried out")
	}
	if res, err := c.AcknowledgeWipe(short(t), false, 1); err != nil || !res.Wipe || !m.wiped(t, device) {
		t.Errorf("the acknowledgement: %+v, %v", res, err)
	}
	if code, _ := told(second(c.FolderSync(short(t), "0"))); code != 449 {
		t.Errorf("a wiped phone: HTTP %d", code)
	}
	if res, err = c.ProvisionAsk(short(t), easclient.Device{Model: "Story"}); err != nil || !res.Wipe {
		t.Fatalf("it goes on ordering: %+v, %v", res, err)
	}
	if res, err = c.ProvisionAcknowledge(short(t), res.Key, 1); err != nil || !res.Wipe || !m.wiped(t, device) {
		t.Fatalf("and goes on: %+v, %v", res, err)
	}
	if c.PolicyKey = res.Key; second(c.FolderSync(short(t), "0")) != nil {
		t.Error("a phone that takes no notice does not get on, for once")
	}
}

func storyHordeForms(t *testing.T, m mailSystem, prefix string) {
	c := straight(t, m, "bob", prefix+"FORM", eas.V14_1)
	if _, err := c.Provision(short(t), easclient.Device{Model: "Story"}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.FolderSync(short(t), "0"); err != nil {
		t.Fatal(err)
	}
	c.Base64 = true
	if code, _ := told(second(c.FolderSync(short(t), "0"))); code != 449 {
		t.Errorf("the same id and key in a base64 query: HTTP %d", code)
	}
}
