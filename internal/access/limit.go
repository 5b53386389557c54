// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"slices"
	"strings"
	"time"
)

// OverLimit says which records of one mailbox are beyond its number of devices: those whose device came last
// go first. A device counts once, however many records it has. A record whose device was wiped, or that
// somebody has blocked, does not count and is over no limit: it is refused as it is. 0: any number.
func OverLimit(list []Association, limit int, now time.Time) []bool {
	over := make([]bool, len(list))
	if limit <= 0 {
		return over
	}
	order := make([]int, 0, len(list))
	for i := range list {
		if a := &list[i]; !a.Wipe.State.Wiped() && (a.Override.Kind != OverrideBlock || !a.Override.Speaks(now)) {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(x, y int) int {
		a, b := &list[x], &list[y]
		if c := a.FirstSync.Compare(b.FirstSync); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	stay := map[string]bool{}
	for _, i := range order {
		device := list[i].Pair.Device
		switch {
		case stay[device]:
		case len(stay) < limit:
			stay[device] = true
		default:
			over[i] = true
		}
	}
	return over
}
