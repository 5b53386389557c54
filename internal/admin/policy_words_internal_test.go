// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
)

func TestWhatAnAssignmentSaysGoesByHowManyItReaches(t *testing.T) {
	for _, tt := range []struct {
		policy          string
		phones, records int
		want            string
	}{
		{"", 0, 0, "Nothing has changed: no policy was assigned."},
		{"p", 0, 0, "Nothing has changed: it is assigned already."},
		{"", 1, 1, "1 phone has no policy of its own any more. It is asked to accept what goes for all with its next request."},
		{"", 1, 3, "1 phone with 3 records has no policy of its own any more. It is asked to accept what goes for all with its next request."},
		{"", 2, 5, "2 phones with 5 records have no policy of their own any more. Each is asked to accept what goes for all with its next request."},
		{"p", 1, 1, "“Strict” is assigned to 1 phone. The phone is asked to accept it with its next request."},
		{"p", 1, 2, "“Strict” is assigned to 1 phone with 2 records. The phone is asked to accept it with its next request."},
		{"p", 4, 4, "“Strict” is assigned to 4 phones. Each phone is asked to accept it with its next request."},
	} {
		if got := assignText(access.PolicyID(tt.policy), "“Strict”", tt.phones, tt.records); got != tt.want {
			t.Errorf("%d phones, %d records: %s", tt.phones, tt.records, got)
		}
	}
}

func TestWhatAChangeOfAPolicySaysGoesByHowManyPhonesHaveIt(t *testing.T) {
	for n, want := range map[int64]string{
		1: "1 phone is asked to accept it with its next request. If it waits for mail, it is told to come within minutes.",
		7: "7 phones are asked to accept it, each with its next request. Those that wait for mail are told to come within minutes.",
	} {
		if got := askedNotes(n); len(got) != 1 || got[0] != want {
			t.Errorf("%d: %q", n, got)
		}
	}
	if got := askedNotes(0); got != nil {
		t.Errorf("nobody: %q", got)
	}
}
