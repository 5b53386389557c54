// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/eas/provision"
)

// supportOf says what mail apps make of a setting, as far as somebody has written it down. Those that make the
// same of every setting are named once for the page, see ignorant.
func (s *Server) supportOf(element string) []clientSupport {
	var list []clientSupport
	for _, c := range provision.SupportOfSetting(element) {
		if slices.Contains(c.Elements, "*") {
			continue
		}
		shown := clientSupport{Client: c.Client, Word: s.say("policy.support." + string(c.Answer)), Icon: "circle-check", Kind: "good", Source: s.say("policy.source", c.Source, c.Date), Note: c.Note}
		switch c.Answer {
		case provision.EnforceMapped, provision.EnforcePlatform:
			shown.Icon, shown.Kind = "equal", ""
		case provision.EnforceNo:
			shown.Icon, shown.Kind = "x", "bad"
		}
		list = append(list, shown)
	}
	return list
}

// ignorant names the mail apps that keep none of the settings; empty: of none is that known.
func ignorant() string {
	var names []string
	for _, c := range provision.Matrix() {
		for _, set := range c.Settings {
			if set.Answer == provision.EnforceNo && slices.Contains(set.Elements, "*") {
				names = append(names, c.Client)
			}
		}
	}
	return strings.Join(names, ", ")
}
