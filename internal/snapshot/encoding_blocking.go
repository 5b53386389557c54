// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"net/netip"

	"github.com/vedette-mail/vedette/internal/access"
)

func (w *writer) blocking(b *access.Blocking) {
	w.str(1, b.Name)
	w.num(2, int64(b.Order))
	w.str(3, string(b.Kind))
	w.str(4, string(b.Action))
	w.str(5, b.OS)
	w.str(6, b.Version)
	for _, n := range b.Names {
		w.str(7, n)
	}
	w.num(8, int64(b.Days))
	for _, n := range b.Networks {
		w.str(9, n.String())
	}
	w.yes(10, b.Outside)
	for _, c := range b.Commands {
		w.str(11, c)
	}
	w.yes(12, b.Scoped)
}

func blockingField(b *access.Blocking) func(field) {
	return func(f field) {
		switch f.tag {
		case 1:
			b.Name = string(f.text)
		case 2:
			b.Order = int(f.num)
		case 3:
			b.Kind = access.BlockingKind(f.text)
		case 4:
			b.Action = access.BlockingAction(f.text)
		case 5:
			b.OS = string(f.text)
		case 6:
			b.Version = string(f.text)
		case 7:
			b.Names = append(b.Names, string(f.text))
		case 8:
			b.Days = int(f.num)
		case 9:
			if n, err := netip.ParsePrefix(string(f.text)); err == nil {
				b.Networks = append(b.Networks, n)
			}
		case 10:
			b.Outside = f.num != 0
		case 11:
			b.Commands = append(b.Commands, string(f.text))
		case 12:
			b.Scoped = f.num != 0
		}
	}
}
