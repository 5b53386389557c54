// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package wbxml

import "math"

// Limits bounds what a decoder takes from a stranger. A zero field means its default; a negative one
// means no limit.
type Limits struct {
	Depth       int  // open elements at once; default 32
	Size        int  // bytes of the document; default 1 MiB for Parse, 256 MiB for a Reader
	Text        int  // bytes of one inline string; default Size
	Opaque      int  // bytes of one opaque value; default Size
	StringTable int  // bytes of the string table, which is skipped; default 256, at most 512
	Nodes       int  // elements of the whole document; default 65,536 for Parse, none for a Reader
	KnownPages  bool // refuse code pages above 25 instead of passing them on
}

const (
	defaultDepth       = 32
	defaultParseSize   = 1 << 20
	defaultReaderSize  = 256 << 20
	defaultStringTable = 256
	defaultNodes       = 1 << 16

	// maxProlog bounds header, string table and page switches before the root element. Root and Reader
	// share it, so that they never disagree about where a root may stand.
	maxProlog = 1024
	maxTable  = 512
)

// filled puts defaults in place of zeros and the largest number in place of negatives.
func (l Limits) filled(size, nodes int) Limits {
	l.Depth = orDefault(l.Depth, defaultDepth)
	l.Size = orDefault(l.Size, size)
	l.Text = orDefault(l.Text, l.Size)
	l.Opaque = orDefault(l.Opaque, l.Size)
	l.StringTable = min(orDefault(l.StringTable, defaultStringTable), maxTable)
	l.Nodes = orDefault(l.Nodes, nodes)
	return l
}

func orDefault(v, d int) int {
	switch {
	case v < 0:
		return math.MaxInt
	case v == 0:
		return d
	}
	return v
}
