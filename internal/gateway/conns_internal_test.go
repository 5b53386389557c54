// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import "testing"

func TestThereAreNoMoreConnectionsThanDescriptorsSufficeFor(t *testing.T) {
	for name, c := range map[string]struct {
		most        int
		descriptors uint64
		want        int
	}{
		"more than enough":         {1000, 1 << 20, 1000},
		"just enough":              {1000, 2256, 1000},
		"too few":                  {1000, 2254, 999},
		"hardly any":               {1000, 64, 10},
		"nobody says":              {1000, 0, 1000},
		"no limit of ours":         {-1, 2256, 1000},
		"no limit anywhere":        {-1, 1<<63 - 1, 1 << 30},
		"as shipped, in our units": {100_000, 262144, 100_000},
	} {
		if got := afford(c.most, c.descriptors); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
