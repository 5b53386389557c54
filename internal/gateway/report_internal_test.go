// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
)

// TestWhatPhonesSayOfThemselvesIsBoundedInBytes: not only in number.
func TestWhatPhonesSayOfThemselvesIsBoundedInBytes(t *testing.T) {
	r := newReports(nil)
	long := strings.Repeat("x", 16<<10)
	for i := range 2 * maxFoldedBytes / len(long) {
		r.fold(&access.Sighting{Pair: access.Pair{Realm: "lab", Account: "bob", Device: fmt.Sprint(i)}, UserAgent: long})
	}
	sum := 0
	for _, s := range r.folded {
		sum += weigh(s)
	}
	if sum > maxFoldedBytes || sum < maxFoldedBytes/2 || sum != r.weight {
		t.Errorf("%d bytes are held, counted as %d", sum, r.weight)
	}
	first := access.Pair{Realm: "lab", Account: "bob", Device: "0"}
	r.fold(&access.Sighting{Pair: first, UserAgent: "short"})
	if want := sum - len(long) + len("short"); r.weight != want {
		t.Errorf("after a change %d, want %d", r.weight, want)
	}
}
