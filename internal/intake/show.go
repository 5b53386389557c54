// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// show works out what the columns say: what the phone tells of itself speaks before what its user agent
// lets one think. Both stay with the record, for when they disagree.
func show(a *access.Association) {
	t, g := &a.Told, &a.Guessed
	a.Client = g.Client
	a.Model = first(t.Model, g.Model)
	a.OS, a.OSVersion = g.OS, g.OSVersion
	if t.OS != "" {
		a.OS, a.OSVersion = splitOS(t.OS)
		if a.OS == "" { // "17.1" alone: a version of what the user agent names
			a.OS = g.OS
		}
	}
	a.Number, a.IMEI, a.FriendlyName = t.Number, t.IMEI, t.FriendlyName
	a.Language, a.Operator = t.Language, t.Operator
}

func first(list ...string) string {
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			return s
		}
	}
	return ""
}

// splitOS takes "iOS 17.1 21B74" apart into platform and version. The build behind the version stays
// in what was told.
func splitOS(s string) (name, version string) {
	fields := strings.Fields(s)
	for i, f := range fields {
		if f[0] >= '0' && f[0] <= '9' {
			return strings.Join(fields[:i], " "), f
		}
	}
	return strings.Join(fields, " "), ""
}
