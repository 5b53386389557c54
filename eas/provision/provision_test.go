// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package provision_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

func vector(t testing.TB, id string) []byte {
	t.Helper()
	b, err := os.ReadFile("../testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Vectors []struct{ ID, Hex string } }
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	for _, v := range file.Vectors {
		if v.ID == id {
			raw, err := hex.DecodeString(v.Hex)
			if err != nil {
				t.Fatal(err)
			}
			return raw
		}
	}
	t.Fatalf("no vector %s", id)
	return nil
}

func parse(t testing.TB, raw []byte) *wbxml.Node {
	t.Helper()
	n, err := wbxml.Parse(raw, wbxml.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRequestsAreTheVectorsBothWays(t *testing.T) {
	full := &eas.DeviceInformation{Model: "SM-G998B", IMEI: "490154203237518", FriendlyName: "B\u00fcro Galaxy", OS: "Android 13",
		OSLanguage: "de-DE", PhoneNumber: "+491701234567", UserAgent: "Android-SAMSUNG-SM-G998B/101.13000", EnableOutboundSMS: "0",
		MobileOperator: "Example (26201)"}
	for _, c := range []struct {
		id      string
		version eas.Version
		want    provision.Request
	}{
		{"W05", eas.V12_0, provision.Request{Type: provision.TypeWBXML}},
		{"W06", eas.V2_5, provision.Request{Type: provision.TypeWAP}},
		{"W07", eas.V14_1, provision.Request{Type: provision.TypeWBXML, Device: &eas.DeviceInformation{Model: "iPhone14C5"}}},
		{"W08", eas.V16_1, provision.Request{Type: provision.TypeWBXML, Device: full}},
		{"W11", eas.V14_1, provision.Request{Type: provision.TypeWBXML, Key: "1307199584", Ack: provision.Applied}},
		{"W12", eas.V14_1, provision.Request{Type: provision.TypeWBXML, Key: "1307199584", Ack: provision.PartlyApplied}},
		{"W17", eas.V14_1, provision.Request{Wipe: provision.WipeDevice, WipeOK: true}},
		{"W19", eas.V16_1, provision.Request{Wipe: provision.WipeAccount, WipeOK: true}},
		{"W20", eas.V14_1, provision.Request{}},
	} {
		t.Run(c.id, func(t *testing.T) {
			raw := vector(t, c.id)
			got, err := provision.ParseRequest(parse(t, raw))
			if d := cmp.Diff(c.want, got); d != "" || err != nil {
				t.Error(d, err)
			}
			if out := wbxml.Marshal(c.want.Node(c.version)); !bytes.Equal(out, raw) {
				t.Errorf("built %x, want %x", out, raw)
			}
			if got.Acknowledges() != (c.want.Key != "") {
				t.Error("taken for the other round")
			}
		})
	}
}

func TestResponsesAreTheVectorsBothWays(t *testing.T) {
	for _, c := range []struct {
		id   string
		want provision.Response
		data bool
	}{
		{"W09", provision.Response{Status: 1, Policy: &provision.Policy{Type: provision.TypeWBXML, Status: 1, Key: "1307199584"}}, true},
		{"W10", provision.Response{DeviceStatus: 1, Status: 1, Policy: &provision.Policy{Type: provision.TypeWBXML, Status: 1, Key: "4294967295"}}, true},
		{"W13", provision.Response{Status: 1, Policy: &provision.Policy{Type: provision.TypeWBXML, Status: 1, Key: "3942919513"}}, false},
		{"W14", provision.Response{Status: 1, Policy: &provision.Policy{Type: provision.TypeWBXML, Status: provision.PolicyWrongKey}}, false},
		{"W15", provision.Response{Status: 1, Policy: &provision.Policy{Type: provision.TypeWBXML, Status: provision.PolicyNone}}, false},
		{"W16", provision.Response{Status: 1, Wipe: provision.WipeDevice}, false},
		{"W18", provision.Response{Status: 1, Wipe: provision.WipeAccount}, false},
		{"W46", provision.Response{Status: 1, Policy: &provision.Policy{Type: provision.TypeWAP, Status: 1, Key: "1234"}}, true},
	} {
		t.Run(c.id, func(t *testing.T) {
			raw := vector(t, c.id)
			got, err := provision.ParseResponse(parse(t, raw))
			if err != nil || got.Policy.HasData() != c.data {
				t.Fatalf("%+v, %v", got, err)
			}
			if out := wbxml.Marshal(got.Node()); !bytes.Equal(out, raw) {
				t.Errorf("built %x, want %x", out, raw)
			}
			if p := got.Policy; p != nil {
				p.Document, p.WAP = nil, ""
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestOddShapesAreRead(t *testing.T) {
	policies := wbxml.Elem(wbxml.ProvisionPolicies, wbxml.Elem(wbxml.ProvisionPolicy, wbxml.Text(wbxml.ProvisionStatus, "1")))
	wiped := func(s string) *wbxml.Node {
		return wbxml.Elem(wbxml.ProvisionRemoteWipe, wbxml.Text(wbxml.ProvisionStatus, s))
	}
	for _, c := range []struct {
		name string
		root *wbxml.Node
		want provision.Request
	}{
		{"a policy block before the wipe, as old iOS sends", wbxml.Elem(wbxml.ProvisionProvision, policies, wiped("1")),
			provision.Request{Ack: 1, Wipe: provision.WipeDevice, WipeOK: true}},
		{"a wipe that failed", wbxml.Elem(wbxml.ProvisionProvision, wiped("2")), provision.Request{Wipe: provision.WipeDevice}},
		{"a wipe without status is no success", wbxml.Elem(wbxml.ProvisionProvision, wbxml.EmptyElem(wbxml.ProvisionRemoteWipe)),
			provision.Request{Wipe: provision.WipeDevice}},
		{"a status that is no number", wbxml.Elem(wbxml.ProvisionProvision, wiped("one")), provision.Request{Wipe: provision.WipeDevice}},
		{"an empty telling", wbxml.Elem(wbxml.ProvisionProvision, wbxml.EmptyElem(wbxml.SettingsDeviceInformation)), provision.Request{}},
		{"a key beyond its length", wbxml.Elem(wbxml.ProvisionProvision, wbxml.Elem(wbxml.ProvisionPolicies, wbxml.Elem(wbxml.ProvisionPolicy,
			wbxml.Text(wbxml.ProvisionPolicyKey, strings.Repeat("1", 65))))), provision.Request{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := provision.ParseRequest(c.root)
			if d := cmp.Diff(c.want, got); d != "" || err != nil {
				t.Error(d, err)
			}
		})
	}
	for _, n := range []*wbxml.Node{nil, wbxml.EmptyElem(wbxml.AirSyncSync)} {
		if _, err := provision.ParseRequest(n); !errors.Is(err, provision.ErrRoot) {
			t.Error(err)
		}
		if _, err := provision.ParseResponse(n); !errors.Is(err, provision.ErrRoot) {
			t.Error(err)
		}
	}
}

// settingsDone is the answer of a real Exchange to DeviceInformation.
const settingsDone = "03016a0000124546033100015646033100010101"

func TestDeviceInformationInSettings(t *testing.T) { // D-05
	raw := vector(t, "W44")
	want := eas.DeviceInformation{Model: "Lumia 950", FriendlyName: "Phone", OS: "Windows 10.0.15254", UserAgent: "MSFT-WP/10.0.15254"}
	got, ok := provision.ReadDeviceInformation(parse(t, raw))
	if d := cmp.Diff(want, got); d != "" || !ok {
		t.Error(d, ok)
	}
	if out := wbxml.Marshal(provision.SettingsRequest(want, eas.V12_1)); !bytes.Equal(out, raw) {
		t.Errorf("built %x", out)
	}
	if out := wbxml.Marshal(provision.SettingsResponse()); hex.EncodeToString(out) != settingsDone {
		t.Errorf("answer %x", out)
	}
	if got, ok := provision.ReadDeviceInformation(parse(t, vector(t, "W48"))); !ok || got != (eas.DeviceInformation{}) {
		t.Errorf("an empty phone number: %+v, %v", got, ok)
	}
	done, err := hex.DecodeString(settingsDone)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := provision.ReadDeviceInformation(parse(t, done)); ok {
		t.Errorf("an answer tells %+v", got)
	}
	for _, id := range []string{"W45", "W38"} {
		if got, ok := provision.ReadDeviceInformation(parse(t, vector(t, id))); ok {
			t.Errorf("%s tells %+v", id, got)
		}
	}
}

func TestTextsOfAPhoneAreCapped(t *testing.T) {
	d := eas.DeviceInformation{Model: strings.Repeat("\u00e4", 2000), OS: "a\xffb"}
	got, _ := provision.ReadDeviceInformation(provision.SettingsRequest(d, eas.V14_1))
	if n := len([]rune(got.Model)); n != eas.MaxDeviceText || got.OS != "ab" {
		t.Errorf("%d characters, %q", n, got.OS)
	}
}

func TestOldVersionsTellLess(t *testing.T) {
	d := eas.DeviceInformation{Model: "m", UserAgent: "u", MobileOperator: "o", EnableOutboundSMS: "1"}
	for v, want := range map[eas.Version]int{eas.V12_0: 1, eas.V12_1: 2, eas.V14_0: 4} {
		if n := len(provision.DeviceInformation(d, v).Child(wbxml.SettingsSet).Kids); n != want {
			t.Errorf("%v: %d elements, want %d", v, n, want)
		}
	}
	if n := (provision.Request{Device: &d}).Node(eas.V14_0); len(n.Kids) != 0 {
		t.Error("14.0 told DeviceInformation in Provision")
	}
	if provision.TypeFor(eas.V2_5) != provision.TypeWAP || provision.TypeFor(eas.V12_0) != provision.TypeWBXML {
		t.Error("policy type of the wrong version")
	}
}

func TestKeysAreNumbers(t *testing.T) {
	for _, c := range []struct {
		key string
		n   uint32
		ok  bool
	}{{"0", 0, true}, {" 0077 ", 77, true}, {"4294967295", 4294967295, true}, {"4294967296", 0, false}, {"", 0, false}, {"x", 0, false}} {
		if n, ok := provision.KeyNumber(c.key); n != c.n || ok != c.ok {
			t.Errorf("%q: %d, %v", c.key, n, ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, id := range []string{"W05", "W06", "W07", "W08", "W09", "W10", "W11", "W16", "W17", "W18", "W19", "W20", "W46"} {
		f.Add(vector(f, id))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		n, err := wbxml.Parse(raw, wbxml.Limits{})
		if err != nil {
			return
		}
		if r, err := provision.ParseRequest(n); err == nil {
			again, err := provision.ParseRequest(r.Node(eas.V16_1))
			if err != nil || again.Wipe != r.Wipe || again.WipeOK != r.WipeOK || again.Type != r.Type {
				t.Fatalf("%+v became %+v, %v", r, again, err)
			}
		}
		if r, err := provision.ParseResponse(n); err == nil {
			again, err := provision.ParseResponse(r.Node())
			if err != nil || again.Wipe != r.Wipe || again.Policy.HasData() != r.Policy.HasData() {
				t.Fatalf("%+v became %+v, %v", r, again, err)
			}
		}
	})
}

func ExampleParseResponse() {
	root, err := wbxml.Parse([]byte("\x03\x01\x6a\x00\x00\x0e\x45\x4b\x031\x00\x01\x0c\x01"), wbxml.Limits{})
	if err != nil {
		panic(err)
	}
	r, err := provision.ParseResponse(root)
	fmt.Println(r.Status, r.Wipe == provision.WipeDevice, err)
	// Output: 1 true <nil>
}
