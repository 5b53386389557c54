// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package provision_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

func TestSettingsStandInTheOrderOfTheirTokens(t *testing.T) {
	last := wbxml.Tag(0)
	for _, s := range provision.Settings() {
		if s.Tag <= last {
			t.Errorf("%s stands at the wrong place", s.Name)
		}
		last = s.Tag
		if s.Tag.Name() != s.Name {
			t.Errorf("%s has the token of %s", s.Name, s.Tag.Name())
		}
		if s.Kind == provision.Flag && s.Open != "0" && s.Open != "1" {
			t.Errorf("%s: a flag must always be sent with a digit", s.Name)
		}
		open := provision.Document{s.Name: s.Open}
		if list := open.Check(); len(list) > 0 {
			t.Errorf("%s: the open value cannot be sent: %v", s.Name, list[0])
		}
	}
	if n := len(provision.Settings()); n != 42 {
		t.Errorf("%d settings", n)
	}
}

func TestCheckNamesWhatNoPhoneCouldTake(t *testing.T) {
	tests := []struct {
		name, value string
		bad         bool
	}{
		{"DevicePasswordEnabled", "1", false},
		{"DevicePasswordEnabled", "", true},
		{"DevicePasswordEnabled", "2", true},
		{"MinDevicePasswordLength", "", false},
		{"MinDevicePasswordLength", "16", false},
		{"MinDevicePasswordLength", "17", true},
		{"MinDevicePasswordLength", "06", true},
		{"MaxDevicePasswordFailedAttempts", "3", true},
		{"MaxDevicePasswordFailedAttempts", "4", false},
		{"AllowBluetooth", "3", true},
		{"MaxCalendarAgeFilter", "1", true},
		{"MaxCalendarAgeFilter", "7", false},
		{"MaxEmailBodyTruncationSize", "-1", false},
		{"MaxEmailBodyTruncationSize", "-2", true},
		{"ApprovedApplicationList", strings.Repeat("ab", 20), false},
		{"ApprovedApplicationList", "calc.exe", true},
		{"UnapprovedInROMApplicationList", "calc.exe\nedit.exe", false},
		{"UnapprovedInROMApplicationList", strings.Repeat("x\n", 201), true},
		{"DocumentBrowseEnabled", "1", true},
	}
	for _, tt := range tests {
		list := provision.Document{tt.name: tt.value}.Check()
		if bad := len(list) > 0; bad != tt.bad {
			t.Errorf("%s=%q: %v", tt.name, tt.value, list)
		}
	}
}

// An open document takes back on the phone what an earlier one asked for.
func TestEverySettingOfTheVersionIsAlwaysSent(t *testing.T) {
	for v, want := range map[eas.Version]int{eas.V12_0: 11, eas.V12_1: 42, eas.V16_1: 42} {
		n := provision.Document{"AllowCamera": "0"}.Node(v)
		if len(n.Kids) != want {
			t.Errorf("%v: %d elements, want %d", v, len(n.Kids), want)
		}
		if got, want := n.Child(wbxml.ProvisionAllowCamera) != nil, v > eas.V12_0; got != want {
			t.Errorf("%v: AllowCamera %v, want %v", v, got, want)
		}
	}
}

func TestAVersionIsNotAskedAgainForWhatItDoesNotKnow(t *testing.T) {
	a, b := provision.Document{"AllowCamera": "0"}, provision.Document{"AllowCamera": "1"}
	if a.Fingerprint(eas.V12_0) != b.Fingerprint(eas.V12_0) {
		t.Error("12.0 does not know cameras")
	}
	if a.Fingerprint(eas.V14_1) == b.Fingerprint(eas.V14_1) {
		t.Error("14.1 does")
	}
}

func value(t *rapid.T, s provision.Setting) string {
	switch s.Kind {
	case provision.Flag:
		return rapid.SampledFrom([]string{"0", "1"}).Draw(t, s.Name)
	case provision.Choice:
		return []string{"0", "1", "2", "4", "5"}[rapid.IntRange(0, 4).Draw(t, s.Name)]
	case provision.List:
		return rapid.SampledFrom([]string{"", strings.Repeat("0a", 20), strings.Repeat("0b", 20) + "\n" + strings.Repeat("0a", 20)}).Draw(t, s.Name)
	}
	return rapid.SampledFrom([]string{"", "4", "7", "16", "0", "-1", "9999"}).Draw(t, s.Name)
}

func anyDocument(t *rapid.T) provision.Document {
	d := provision.Document{}
	for _, s := range provision.Settings() {
		if !rapid.Bool().Draw(t, "has "+s.Name) {
			continue
		}
		if one := (provision.Document{s.Name: value(t, s)}); len(one.Check()) == 0 {
			d[s.Name] = one[s.Name]
		}
	}
	return d
}

func TestADocumentComesBackFromTheWireAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := anyDocument(t)
		n, err := wbxml.Parse(wbxml.Marshal(d.Node(eas.V16_1)), wbxml.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		got := provision.ReadDocument(n)
		for _, s := range provision.Settings() {
			want, ok := d[s.Name]
			if !ok {
				want = s.Open
			}
			if got[s.Name] != want {
				t.Fatalf("%s: %q, want %q", s.Name, got[s.Name], want)
			}
		}
	})
}

func TestTheStrictestAsksAtLeastWhatBothAsk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyDocument(t), anyDocument(t)
		both := provision.Strictest(a, b)
		if diff := cmp.Diff(both, provision.Strictest(b, a)); diff != "" && len(a["UnapprovedInROMApplicationList"]+a["ApprovedApplicationList"]) == 0 {
			t.Fatalf("order matters: %s", diff)
		}
		if diff := cmp.Diff(provision.Strictest(both, a), both); diff != "" {
			t.Fatalf("one of the two is stricter than both: %s", diff)
		}
		if list := both.Check(); len(list) > 0 {
			t.Fatal(list[0])
		}
	})
}

func TestTheStricterOfTwoValues(t *testing.T) {
	tests := []struct{ name, a, b, want string }{
		{"DevicePasswordEnabled", "0", "1", "1"},
		{"AllowCamera", "0", "1", "0"},
		{"MinDevicePasswordLength", "", "6", "6"},
		{"MinDevicePasswordLength", "8", "6", "8"},
		{"MaxInactivityTimeDeviceLock", "", "300", "300"},
		{"MaxInactivityTimeDeviceLock", "9999", "300", "300"},
		{"MaxDevicePasswordFailedAttempts", "10", "6", "6"},
		{"MaxAttachmentSize", "", "0", "0"},
		{"DevicePasswordExpiration", "0", "90", "90"},
		{"MaxEmailAgeFilter", "0", "2", "2"},
		{"MaxEmailBodyTruncationSize", "-1", "0", "0"},
		{"AllowBluetooth", "1", "2", "1"},
		{"RequireEncryptionSMIMEAlgorithm", "0", "4", "0"},
		{"UnapprovedInROMApplicationList", "a\nb", "b\nc", "a\nb\nc"},
	}
	for _, tt := range tests {
		got := provision.Strictest(provision.Document{tt.name: tt.a}, provision.Document{tt.name: tt.b})[tt.name]
		if got != tt.want {
			t.Errorf("%s of %q and %q: %q, want %q", tt.name, tt.a, tt.b, got, tt.want)
		}
	}
}

func FuzzReadDocument(f *testing.F) {
	f.Add(wbxml.Marshal(provision.Document{"MinDevicePasswordLength": "6"}.Node(eas.V14_1)))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := wbxml.Parse(b, wbxml.Limits{})
		if err != nil {
			return
		}
		if list := provision.ReadDocument(n).Check(); len(list) > 0 {
			t.Fatal(list[0])
		}
	})
}
