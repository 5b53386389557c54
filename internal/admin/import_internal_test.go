// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTimesAreReadAsProgramsAndLanguagesWriteThem(t *testing.T) {
	at := time.Date(2026, 3, 4, 17, 6, 7, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2026-03-04T17:06:07Z":      at,
		"2026-03-04T18:06:07+01:00": at,
		"2026-03-04 17:06:07":       at,
		"2026-03-04 17:06:07 +0000": at,
		"04.03.2026 17:06:07":       at,
		"4.3.2026 17:06":            at.Truncate(time.Minute),
		"04-03-2026 17:06:07":       at,
		"2026/3/4 17:06:07":         at,
		"2026. 3. 4. 17:06:07":      at,
		"2026-03-04":                time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC),
		"3/4/2026 5:06:07\u202fPM":  at,
		"3/4/2026 5:06:07 pm":       at,
	} {
		if got, err := readTime(text, false); err != nil || !got.Equal(want) {
			t.Errorf("%q is %v, want %v, %v", text, got, want, err)
		}
	}
	if got, err := readTime("04/03/2026 17:06:07", true); err != nil || !got.Equal(at) {
		t.Errorf("the day first: %v, %v", got, err)
	}
	for _, text := range []string{"soon", "31.02.2026", "13/13/2026", "2026-03-04 25:00:00"} {
		if got, err := readTime(text, false); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

func TestANumberAboveTwelveShowsWhetherTheDayComesFirst(t *testing.T) {
	for _, c := range []struct {
		times     []string
		yes, sure bool
	}{{[]string{"3/4/2026", "13/4/2026"}, true, true}, {[]string{"3/4/2026", "3/14/2026"}, false, true}, {[]string{"3/4/2026"}, false, false},
		{[]string{"2026-03-14"}, false, false}} {
		var list []fields
		for _, at := range c.times {
			list = append(list, fields{"first": at})
		}
		if yes, sure := dayFirst(list); yes != c.yes || sure != c.sure {
			t.Errorf("%v: %v, %v", c.times, yes, sure)
		}
	}
}

func TestTablesAreReadAsSpreadsheetsWriteThem(t *testing.T) {
	want := [][]string{{"Name", "Comment"}, {"Zoë", `says "hi"; or, not`}, {"0123", "two\nlines"}}
	for name, file := range map[string]string{
		"commas":            "Name,Comment\n Zoë ,\"says \"\"hi\"\"; or, not\"\n\n0123,\"two\nlines\"\n",
		"semicolons":        "Name;Comment\r\nZoë;\"says \"\"hi\"\"; or, not\"\r\n;\r\n=\"0123\";\"two\r\nlines\"",
		"tabs and a mark":   "\xEF\xBB\xBFName\tComment\nZoë\t\"says \"\"hi\"\"; or, not\"\n0123\t\"two\nlines\"",
		"sep=":              "sep=|\nName|Comment\nZoë|\"says \"\"hi\"\"; or, not\"\n0123|\"two\nlines\"\n",
		"PowerShell":        "#TYPE Some.Type\n\"Name\",\"Comment\"\n\"Zoë\",\"says \"\"hi\"\"; or, not\"\n\"0123\",\"two\nlines\"\n",
		"the code of old":   "Name,Comment\nZo\xEB,\"says \"\"hi\"\"; or, not\"\n0123,\"two\nlines\"\n",
		"defused formulas":  "Name,Comment\nZoë,\"says \"\"hi\"\"; or, not\"\n0123,\"two\nlines\"\n",
		"an Apple of old":   "Name,Comment\rZoë,\"says \"\"hi\"\"; or, not\"\r0123,\"two\rlines\"\r",
		"blanks all around": "\n\nName,Comment\nZoë,\"says \"\"hi\"\"; or, not\"\n0123,\"two\nlines\"\n\n\n",
	} {
		table, err := readTable([]byte(file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := [][]string{table.heads}
		for _, l := range table.lines {
			got = append(got, l.cells)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got := tidyCell("'=1+1"); got != "=1+1" {
		t.Errorf("a formula that an export has defused: %q", got)
	}
}

func TestTheNumberOfALineIsThatOfTheFile(t *testing.T) {
	table, err := readTable([]byte("#TYPE X\nName\nana\n\n\"two\nlines\"\nben\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, l := range table.lines {
		got = append(got, l.number)
	}
	if diff := cmp.Diff([]int{3, 5, 7}, got); diff != "" {
		t.Error(diff)
	}
}

func TestWhatExchangeCallsADeviceIsTakenApart(t *testing.T) {
	for text, want := range map[string][2]string{
		"lab.example/Users/Ana Smith/ExchangeActiveSyncDevices/iPhone§APPL1": {"Ana Smith", "APPL1"},
		"Ana Smith\\ExchangeActiveSyncDevices\\iPhone§APPL1":                 {"Ana Smith", "APPL1"},
		"lab.example/Users/Ana/ExchangeActiveSyncDevices/iPhone\ufffdAPPL1":  {"Ana", "APPL1"},
		"nothing": {"", ""},
		"":        {"", ""},
	} {
		owner, device := identity(text)
		if owner != want[0] || device != want[1] {
			t.Errorf("%q is %q and %q", text, owner, device)
		}
	}
}

func FuzzReadTable(f *testing.F) {
	for _, s := range []string{"Name,IMEI\na,1\n", "sep=;\na;b\n\"", "\xFF\xFEN\x00\n\x00a\x00", "#TYPE x\n\"a", "Identity\n/§\n", strings.Repeat(",", 300)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		table, err := readTable(file)
		if err != nil {
			return
		}
		for _, l := range table.lines {
			for _, c := range l.cells {
				identity(c)
				_, _ = readTime(c, true)
			}
		}
	})
}
