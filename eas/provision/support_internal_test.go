// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"strings"
	"testing"
)

// A-19, M-13
func TestNothingIsClaimedOfAClientWithoutASource(t *testing.T) {
	list, err := readSupport(supportFile)
	if err != nil || len(list) < 10 {
		t.Fatalf("%d rows, %v", len(list), err)
	}
	for name, text := range map[string]string{
		"a supported wipe without a source": `[{"client":"x","families":["nine"],"full":{"effect":"device","date":"2026-11"},"account":{"effect":"unknown"}}]`,
		"one without a date":                `[{"client":"x","families":["nine"],"full":{"effect":"app","source":"vendor"},"account":{"effect":"unknown"}}]`,
		"one that says nothing":             `[{"client":"x","families":["nine"],"full":{"effect":"unknown"},"account":{}}]`,
		"an enforced setting without one":   `[{"client":"x","families":["nine"],"full":{"effect":"unknown"},"account":{"effect":"unknown"},"settings":[{"answer":"enforced","elements":["AllowCamera"]}]}]`,
		"a setting that is none":            `[{"client":"x","families":["nine"],"full":{"effect":"unknown"},"account":{"effect":"unknown"},"settings":[{"answer":"unknown","elements":["AllowFlying"]}]}]`,
		"several accounts without a source": `[{"client":"x","families":["nine"],"full":{"effect":"unknown"},"account":{"effect":"unknown"},"several":{"answer":"yes","date":"2026-11"}}]`,
		"several accounts, perhaps":         `[{"client":"x","families":["nine"],"full":{"effect":"unknown"},"account":{"effect":"unknown"},"several":{"answer":"maybe","source":"vendor","date":"2026-11"}}]`,
		"nobody":                            `[{"client":"x","full":{"effect":"unknown"},"account":{"effect":"unknown"}}]`,
	} {
		if _, err := readSupport([]byte(text)); err == nil {
			t.Errorf("%s is let through", name)
		}
	}
}

//
func TestAClientIsFoundByWhatItSaysOfItself(t *testing.T) {
	tests := []struct {
		name, agent, app, os, version string
		full, account                 Effect
	}{
		{"an iPhone", "Apple-iPhone15C2/2001.5", "Mail", "iOS", "18.1", EffectDevice, EffectAccount},
		{"an iPhone of long ago", "Apple-iPhone/705.18", "Mail", "iOS", "9.3", EffectDevice, EffectNone},
		{"an iPhone that keeps its version to itself", "Apple-iPhone15C2/2001.5", "", "iOS", "", EffectDevice, EffectAccount},
		{"Gmail", "Android-Mail/2025.08.10.123.Release", "Gmail", "Android", "15", EffectAccount, EffectNone},
		{"Email+ on Android", "Email+/5.1", "Email+", "Android", "14", EffectNone, EffectUnknown},
		{"Email+ on Android that is told by its app alone", "", "email+ 5", "Android", "", EffectNone, EffectUnknown},
		{"Email+ on an iPhone", "Email+/5.1", "Email+", "iOS", "18", EffectUnknown, EffectUnknown},
		{"Samsung", "SAMSUNG-SM-N900V/101.403", "", "Android", "14", EffectUnknown, EffectUnknown},
		{"Outlook", "Outlook-iOS-Android/1.0", "Outlook", "iOS", "18.1", EffectApp, EffectNone},
		{"nobody", "", "", "", "", EffectUnknown, EffectUnknown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := SupportOf(tt.agent, tt.app, tt.os, tt.version)
			if s.Full.Effect != tt.full || s.Account.Effect != tt.account {
				t.Errorf("full %s, account %s", s.Full.Effect, s.Account.Effect)
			}
			if s.Full.Effect != EffectUnknown && s.Full.Source == "" {
				t.Error("without a source")
			}
		})
	}
}

// M-13
func TestWhoHoldsSeveralAccountsIsSaidWithASourceOrUnknown(t *testing.T) {
	for _, tt := range []struct {
		name, agent, app, os string
		want                 Several
	}{
		{"an iPhone", "Apple-iPhone15C2/2001.5", "Mail", "iOS", SeveralYes},
		{"Samsung", "SAMSUNG-SM-N900V/101.403", "", "Android", SeveralYes},
		{"Email+ on Android", "Email+/5.1", "Email+", "Android", SeveralYes},
		{"Email+ on an iPhone", "Email+/5.1", "Email+", "iOS", SeveralUnknown},
		{"Nine", "Nine-SM-G998B/4.9", "Nine", "Android", SeveralUnknown},
		{"nobody", "", "", "", SeveralUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := SupportOf(tt.agent, tt.app, tt.os, "").Several
			if s.Answer != tt.want || (s.Source == "") != (tt.want == SeveralUnknown) {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestWhatClientsMakeOfASettingIsKnownOrNotSaid(t *testing.T) {
	var names []string
	for _, c := range SupportOfSetting("MinDevicePasswordLength") {
		names = append(names, c.Client+": "+string(c.Answer))
	}
	text := strings.Join(names, "\n")
	for _, want := range []string{"Apple Mail: enforced", "Gmail on Android: mapped", "Thunderbird with EAS-4-TbSync: ignored"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "unknown") {
		t.Error("what is unknown is said")
	}
}
