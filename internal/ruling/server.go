// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package ruling

import (
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// maxPhone is how many records of one phone are looked at.
const maxPhone = 500

// Types are the kinds of mail servers, as gateways have last told of them.
type Types struct{ byName map[[2]string]string }

// NewTypes reads them out of what gateways report. Of two that call one server two things, the one that has
// reported last is right.
func NewTypes(list []access.Gateway) Types {
	t := Types{byName: map[[2]string]string{}}
	told := map[[2]string]access.Gateway{}
	for _, g := range list {
		for _, b := range g.Status.Backends {
			for _, k := range [][2]string{{b.Realm, b.Name}, {"", b.Name}} {
				if before, known := told[k]; b.Type != "" && (!known || before.LastReport.Before(g.LastReport)) {
					t.byName[k], told[k] = b.Type, g
				}
			}
		}
	}
	return t
}

// Of gives the kind of mail server that a record is on; empty: not known.
func (t Types) Of(as *access.Association) string {
	if as.Backend == "" {
		return ""
	}
	if kind := t.byName[[2]string{as.Pair.Realm, as.Backend}]; kind != "" {
		return kind
	}
	return t.byName[[2]string{"", as.Backend}]
}

// First gives the kind of mail server of a phone: that of the earliest of its records. Empty: not known.
func (t Types) First(phone []access.Association) string {
	var first *access.Association
	for i := range phone {
		a := &phone[i]
		if first == nil || a.FirstSync.Before(first.FirstSync) || a.FirstSync.Equal(first.FirstSync) && a.ID < first.ID {
			first = a
		}
	}
	if first == nil {
		return ""
	}
	return t.Of(first)
}

// Servers writes down on which kind of mail server the earliest record of each phone is, while anybody wants to
// know that (Preferences.OneServerType). What was known once and is not known any more stays.
func Servers(tx *store.Tx, devices []string) error {
	if !tx.OneServerType() || len(devices) == 0 {
		return nil
	}
	gateways, _, err := tx.GatewaysSince(store.GatewayMark{})
	if err != nil {
		return err
	}
	types := NewTypes(gateways)
	phones, err := tx.Phones(devices, maxPhone)
	if err != nil {
		return err
	}
	for id, list := range phones {
		if kind := types.First(list); kind != "" {
			if _, err := tx.SetServerType(id, kind); err != nil {
				return err
			}
		}
	}
	return nil
}
