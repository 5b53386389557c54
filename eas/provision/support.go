// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	_ "embed" // the matrix is a file that people can read
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/vedette-mail/vedette/eas"
)

// Effect is what a client makes of an order to wipe.
type Effect string

// The effects. What nobody has written down is unknown.
const (
	EffectUnknown Effect = "unknown"
	EffectDevice  Effect = "device"  // the whole phone
	EffectApp     Effect = "app"     // what the mail app holds
	EffectAccount Effect = "account" // the account that it came for
	EffectNone    Effect = "none"    // the client does not support it
)

// WipeSupport is what is known of one kind of wipe with one client.
type WipeSupport struct {
	Effect Effect `json:"effect"`
	Since  string `json:"since,omitempty"` // version of the operating system; older ones do not support it
	Text   string `json:"text,omitempty"`  // a sentence for people
	// Source says who says so, Date when that was looked up, as 2006-01. Whatever is not unknown has both.
	Source string `json:"source,omitempty"`
	Date   string `json:"date,omitempty"`
}

// Enforcement is what a client makes of settings.
type Enforcement string

// The ways of a client with a setting.
const (
	EnforceUnknown  Enforcement = "unknown"
	EnforceYes      Enforcement = "enforced"
	EnforceMapped   Enforcement = "mapped"   // something like it, as Note says
	EnforcePlatform Enforcement = "platform" // taken as met by the operating system
	EnforceNo       Enforcement = "ignored"
)

// SettingSupport is what a client makes of some settings.
type SettingSupport struct {
	Answer   Enforcement `json:"answer"`
	Elements []string    `json:"elements"` // "*": all of them
	Note     string      `json:"note,omitempty"`
	Source   string      `json:"source,omitempty"`
	Date     string      `json:"date,omitempty"`
}

// Support is what is known of one client: what it does when it is told to wipe, and which settings of a
// policy it enforces. All of it is what others have said or published; no server can check it.
type Support struct {
	Client   string           `json:"client"`             // for people; empty: a client that nobody has written about
	Families []string         `json:"families,omitempty"` // as eas.ParseUserAgent places it
	Apps     []string         `json:"apps,omitempty"`     // or how the name of its app begins
	OS       []string         `json:"os,omitempty"`       // empty: any
	Full     WipeSupport      `json:"full"`
	Account  WipeSupport      `json:"account"`
	Settings []SettingSupport `json:"settings,omitempty"`
}

//go:embed support.json
var supportFile []byte

var supportMatrix = sync.OnceValue(func() []Support {
	list, err := readSupport(supportFile)
	if err != nil {
		panic(err) // a test reads the same file
	}
	return list
})

// Matrix gives what is known of every client, in the order in which it is looked up.
func Matrix() []Support { return slices.Clone(supportMatrix()) }

// readSupport reads the matrix, and refuses a row that claims anything without a source.
func readSupport(text []byte) (list []Support, err error) {
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("provision: support: %w", err)
	}
	for _, s := range list {
		if s.Client == "" || len(s.Families)+len(s.Apps) == 0 {
			return nil, fmt.Errorf("provision: support: %q: nobody is meant", s.Client)
		}
		for _, w := range []WipeSupport{s.Full, s.Account} {
			if w.Effect == "" || !sourced(w.Effect == EffectUnknown, w.Source, w.Date) {
				return nil, fmt.Errorf("provision: support: %s: effect %q has no source", s.Client, w.Effect)
			}
		}
		for _, e := range s.Settings {
			if e.Answer == "" || !sourced(e.Answer == EnforceUnknown, e.Source, e.Date) {
				return nil, fmt.Errorf("provision: support: %s: answer %q has no source", s.Client, e.Answer)
			}
			for _, name := range e.Elements {
				if _, ok := SettingOf(name); !ok && name != "*" {
					return nil, fmt.Errorf("provision: support: %s: no setting %q", s.Client, name)
				}
			}
		}
	}
	return list, nil
}

func sourced(unknown bool, source, date string) bool {
	return unknown || strings.TrimSpace(source) != "" && len(date) == len("2006-01")
}

// SupportMatrix gives all that is known of clients.
func SupportMatrix() []Support { return slices.Clone(supportMatrix()) }

// SupportOf gives what is known of a client: by its User-Agent, what it is called, and its operating system,
// of which any may be empty. Of an unknown one everything is unknown.
func SupportOf(userAgent, app, os, version string) Support {
	c := eas.ParseUserAgent(userAgent)
	if os == "" {
		os = c.OS
	}
	if app == "" {
		app = c.App
	}
	for _, s := range supportMatrix() {
		if len(s.OS) > 0 && !slices.Contains(s.OS, os) || !s.is(c.Family, app, c.App) {
			continue
		}
		s.Full, s.Account = s.Full.of(version), s.Account.of(version)
		return s
	}
	return Support{Full: WipeSupport{Effect: EffectUnknown}, Account: WipeSupport{Effect: EffectUnknown}}
}

func (s *Support) is(family string, apps ...string) bool {
	if family != "" && slices.Contains(s.Families, family) {
		return true
	}
	for _, prefix := range s.Apps {
		for _, app := range apps {
			if len(app) >= len(prefix) && strings.EqualFold(app[:len(prefix)], prefix) {
				return true
			}
		}
	}
	return false
}

// of is what is known where the operating system has a version.
func (w WipeSupport) of(version string) WipeSupport {
	if w.Since == "" {
		return w
	}
	switch major, ok := leading(version); {
	case !ok:
		return w // the newer ones are the usual ones
	case major < must(leading(w.Since)):
		return WipeSupport{Effect: EffectNone, Text: "It needs version " + w.Since + " of the operating system.", Source: w.Source, Date: w.Date}
	}
	return w
}

func leading(version string) (int, bool) {
	head, _, _ := strings.Cut(version, ".")
	n, err := strconv.Atoi(head)
	return n, err == nil
}

func must(n int, _ bool) int { return n }

// ClientSupport is what one client makes of one setting.
type ClientSupport struct {
	Client string
	SettingSupport
}

// SupportOfSetting gives what clients make of a setting: those of which anything is known.
func SupportOfSetting(element string) (list []ClientSupport) {
	for _, s := range supportMatrix() {
		for _, e := range s.Settings {
			if e.Answer != EnforceUnknown && (slices.Contains(e.Elements, element) || slices.Contains(e.Elements, "*")) {
				list = append(list, ClientSupport{s.Client, e})
			}
		}
	}
	return list
}
