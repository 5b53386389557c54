// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

// Successor gives the record that this one has replaced: the same account in the same mail app on a
// phone with the same facts, which has not been heard of since this one came (Y-05, W-01). Empty: none,
// or more than one may be it.
func Successor(e Evidence) (AssociationID, []string) {
	r := e.Record
	var found AssociationID
	var reasons []string
	for i := range e.Near {
		n := &e.Near[i]
		if n.ID == r.ID || n.Pair.Account != r.Pair.Account || n.Pair.Realm != r.Pair.Realm || n.Pair.Device == r.Pair.Device ||
			n.Domain != r.Domain || !n.FirstSync.Before(r.FirstSync) || Outlives(n, r) || !sameApp(n, r) {
			continue
		}
		why := samePhone(n, r)
		if len(why) == 0 {
			continue
		}
		if found != "" {
			return "", nil
		}
		found, reasons = n.ID, why
	}
	return found, reasons
}

// Outlives says that a record has been heard of since another one came, so that the other one is not what
// became of it.
func Outlives(before, after *Association) bool { return before.LastSync.After(after.FirstSync) }

// samePhone says in words why two records under different ids are one phone.
func samePhone(a, b *Association) (why []string) {
	x, y := identityOf(a), identityOf(b)
	if differ(x.platform, y.platform) || differ(x.imei, y.imei) {
		return nil
	}
	switch {
	case x.imei != "" && x.imei == y.imei:
		return []string{"both report the same IMEI"}
	case a.Device != "" && a.Device == b.Device:
		return []string{"both are linked to the same device"}
	}
	model, _ := modelOf(a.Model, "").is(modelOf(b.Model, ""))
	number, known := sameNumber(a.Number, b.Number)
	if model && (number || !known && sameName(a.FriendlyName, b.FriendlyName)) {
		return []string{"both report the same model, name or number, and the earlier one has been silent since"}
	}
	return nil
}
