// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"testing"
	"time"
)

func TestOnlyWhenASessionWasLastUsedMayBeLost(t *testing.T) {
	end := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	text := func(deadline time.Time, values map[string]any) []byte {
		b, err := codec{}.Encode(deadline, values)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	was := text(end, map[string]any{keyAdministrator: "a", keySeen: "1"})
	for name, tt := range map[string]struct {
		now  []byte
		same bool
	}{
		"used again":        {text(end, map[string]any{keyAdministrator: "a", keySeen: "2"}), true},
		"somebody else":     {text(end, map[string]any{keyAdministrator: "b", keySeen: "2"}), false},
		"another factor":    {text(end, map[string]any{keyAdministrator: "a", keySeen: "2", keyStrong: "1"}), false},
		"another end":       {text(end.Add(time.Hour), map[string]any{keyAdministrator: "a", keySeen: "1"}), false},
		"something damaged": {[]byte("{"), false},
	} {
		if got := sameButSeen(was, tt.now); got != tt.same {
			t.Errorf("%s: %t", name, got)
		}
	}
}
