// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// deviceName is what a device is called: its name, or else what is known that tells it from others.
func deviceName(d *access.RegisteredDevice) string {
	for _, name := range []string{d.Name, d.Model, d.Serial, d.EASID, d.IMEI, d.UDID} {
		if name != "" {
			return name
		}
	}
	return string(d.ID)
}

// spaced joins what is there of two words.
func spaced(a, b string) string { return strings.TrimSpace(a + " " + b) }

// deviceState is the Status column of a device: words and a sign, not a colour alone. Beside it stands what
// became of a phone that is not linked.
func (s *Server) deviceState(d *admin.DeviceRow) template.HTML {
	state := s.stateChip(d.State)
	switch {
	case d.Unlinked > 0:
		state += " " + s.chip("plain under", "unlink", s.say("device.phone-not-linked"), s.phoneUnlinked(&d.RegisteredDevice))
	case d.Before.ID != "":
		state += " " + s.chip("plain under", "history", s.say("device.registered-before"), s.phoneBefore(&d.RegisteredDevice))
	}
	return state
}

func (s *Server) stateChip(state access.DeviceState) template.HTML {
	words := s.deviceWord(state)
	switch state {
	case access.DeviceWaiting:
		return s.chip("plain", "clock", words, "")
	case access.DevicePending:
		return s.chip("plain", "hourglass", words, "")
	case access.DeviceActive:
		return s.chip("good bare", "circle-check", words, "")
	case access.DeviceLost:
		return s.chip("bad", "map-pin-question", words, "")
	case access.DeviceWiped:
		return s.chip("bad", "eraser", words, "")
	}
	return s.chip("plain", "archive", words, "")
}

// deviceWord names a status; one the catalogue does not know is shown as it is.
func (s *Server) deviceWord(state access.DeviceState) string {
	if key := "device.state." + string(state); s.words.Has(key) {
		return s.say(key)
	}
	return visible(clip(string(state), 40))
}

// deviceCompliance is the Compliance column. Of a phone that waits nothing is known.
func (s *Server) deviceCompliance(d *admin.DeviceRow) template.HTML {
	if d.State == access.DeviceWaiting {
		return ""
	}
	switch d.Compliance {
	case access.Compliant:
		return s.chip("good bare", "shield-check", s.say("device.compliant"), "")
	case access.NotCompliant:
		return s.chip("bad", "shield-x", s.say("device.noncompliant"), clip(visible(d.Noncompliant), 300))
	}
	return soft(s.say("device.unknown"))
}

func (s *Server) complianceWord(c access.Compliance) string {
	switch c {
	case access.Compliant:
		return s.say("device.compliant")
	case access.NotCompliant:
		return s.say("device.noncompliant")
	}
	return s.say("device.unknown")
}
