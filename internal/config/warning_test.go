// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package config_test

import (
	"fmt"
	"testing"

	"github.com/vedette-mail/vedette/internal/config"
)

// a short directory name that is missing makes another account only where the server looks at it.
func TestAMissingShortNameIsSaidWhereItMatters(t *testing.T) {
	for kind, want := range map[string]int{"exchange": 1, "other": 1, "sogo": 0, "zpush": 0, "grommunio": 0, "horde": 0} {
		for domains, n := range map[string]int{`"lab.example"`: want, `"lab.example", "LAB"`: 0} {
			c, err := config.Parse("test.toml", fmt.Appendf(nil, "data = \"data\"\n[[backend]]\nname = \"mail\"\ntype = %q\nurl = \"http://127.0.0.1:1\"\ndomains = [%s]\n",
				kind, domains), nil, config.RoleBackends)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.Warnings(); len(got) != n {
				t.Errorf("%s with %s: %q", kind, domains, got)
			}
		}
	}
}
