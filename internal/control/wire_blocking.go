// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"net/netip"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/control/proto"
)

func blockingOut(b *access.Blocking) *proto.Blocking {
	out := &proto.Blocking{Name: text(b.Name), Order: int64(b.Order), Kind: string(b.Kind), Action: string(b.Action),
		Os: text(b.OS), Version: text(b.Version), Names: texts(b.Names), Days: int64(b.Days), Outside: b.Outside,
		Commands: texts(b.Commands), Scoped: b.Scoped}
	for _, n := range b.Networks {
		out.Networks = append(out.Networks, n.String())
	}
	return out
}

func blockingIn(id string, b *proto.Blocking) *access.Blocking {
	in := &access.Blocking{ID: access.BlockingID(id), Name: b.GetName(), Order: int(b.GetOrder()), Kind: access.BlockingKind(b.GetKind()),
		Action: access.BlockingAction(b.GetAction()), OS: b.GetOs(), Version: b.GetVersion(), Names: b.GetNames(), Days: int(b.GetDays()),
		Outside: b.GetOutside(), Commands: b.GetCommands(), Scoped: b.GetScoped()}
	for _, s := range b.GetNetworks() {
		if n, err := netip.ParsePrefix(s); err == nil {
			in.Networks = append(in.Networks, n)
		}
	}
	return in
}

func namesOut(ids []access.BlockingID) (out []string) {
	for _, id := range ids {
		out = append(out, string(id))
	}
	return out
}

func namesIn(list []string, w words) (ids []access.BlockingID) {
	for _, s := range list {
		ids = append(ids, access.BlockingID(w.once(s)))
	}
	return ids
}
