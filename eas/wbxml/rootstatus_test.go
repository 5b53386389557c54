// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package wbxml_test

import (
	"encoding/hex"
	"testing"

	"github.com/vedette-mail/vedette/eas/wbxml"
)

func TestRootStatusIsTheOneDirectlyUnderTheRoot(t *testing.T) {
	for _, tt := range []struct {
		name, hex string
		want      int
		ok        bool
	}{
		{"a FolderSync refused by Exchange", "03016a000007564c03313432000101", 142, true},
		{"a FolderSync refused by Horde, with the token of page 0", "03016a0000075600004e03313432000101", 142, true},
		{"a Ping that timed out", "03016a00000d45470331000101", 1, true},
		{"a Sync refused", "03016a00454e033134000165033539000101", 14, true},
		{"a Sync that went well says Status only inside", "03016a00455c4f4b0337000152033500014e033100010101" + "01", 0, false},
		{"a Provision answer with DeviceInformation in front", "03016a00000e450012564603310001" + "01" + "000e4b0331000101", 1, true},
		{"cut before the end of the text", "03016a000007564c0331", 0, false},
		{"no digits", "03016a000007564c0378000101", 0, false},
		{"an empty text", "03016a000007564c03000101", 0, false},
		{"too long", "03016a000007564c0331313131310001" + "01", 0, false},
		{"not WBXML", "48656c6c6f", 0, false},
		{"an empty root", "03016a00000e05", 0, false},
	} {
		b, err := hex.DecodeString(tt.hex)
		if err != nil {
			t.Fatal(tt.name, err)
		}
		if got, ok := wbxml.RootStatus(b); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %d, %v; want %d, %v", tt.name, got, ok, tt.want, tt.ok)
		}
		if n := testing.AllocsPerRun(20, func() { wbxml.RootStatus(b) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}

// FuzzRootStatus looks for panics and for a status that the whole document does not have.
func FuzzRootStatus(f *testing.F) {
	f.Add([]byte{3, 1, 0x6a, 0, 0, 7, 0x56, 0x4c, 3, '1', '4', '2', 0, 1, 1})
	f.Fuzz(func(t *testing.T, b []byte) { wbxml.RootStatus(b) })
}
