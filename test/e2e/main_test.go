// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"
)

// sideBySide is how many stories run at the same time. They wait more than they work.
const sideBySide = 4

// TestMain lets more stories run side by side than there are processors, unless somebody has said how many.
func TestMain(m *testing.M) {
	becomeDisk()
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "test.parallel" })
	if n := flag.Lookup("test.parallel"); !said && n != nil {
		if err := n.Value.Set(strconv.Itoa(max(sideBySide, parallel(n)))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func parallel(f *flag.Flag) int {
	n, err := strconv.Atoi(f.Value.String())
	if err != nil {
		return 0
	}
	return n
}
