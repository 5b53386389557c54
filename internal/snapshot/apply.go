// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package snapshot

import (
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
)

// Touched says what a change of the View may have changed verdicts of: these pairs, or possibly every
// one. Position is that of the new View.
type Touched struct {
	All      bool
	Pairs    []access.Pair
	Position access.Position
}

// Apply gives the View after a batch. A Full batch starts from nothing; whether a copy is complete is
// the Holder's business. Entries are kept as they are: whoever made the batch must not change them
// afterwards. An entry that holds nothing of its kind is passed over.
func (v *View) Apply(b access.Batch) *View {
	next, _ := v.apply(b)
	return next
}

func (v *View) apply(b access.Batch) (*View, Touched) {
	a := applier{edit: new(edit)}
	if b.Full {
		a.view = *Empty()
		a.touched.All = true
	} else {
		a.view = *v
	}
	sums := *a.view.sums
	a.sums = &sums
	for i := range b.Entries {
		a.entry(&b.Entries[i])
	}
	a.view.sums = a.sums
	a.view.position = b.Position
	a.touched.Position = b.Position
	if a.touched.All {
		a.touched.Pairs = nil
	}
	return &a.view, a.touched
}

// applier is one run of changes on its way into a new View.
type applier struct {
	view    View
	edit    *edit
	sums    *Sums
	touched Touched
	scratch []byte
}

func (a *applier) entry(e *access.Entry) {
	old, had := a.view.Entry(e.Kind, e.Key)
	if !e.Deleted && !whole(e) {
		return
	}
	if had {
		a.sums.take(&old, &a.scratch)
	}
	if !e.Deleted {
		a.sums.add(e, &a.scratch)
	}
	v := &a.view
	switch e.Kind {
	case access.EntryRecord:
		if had {
			a.dropRecord(old.Record)
		}
		if !e.Deleted {
			a.putRecord(e.Record)
		}
		return
	case access.EntryEASDevice:
		if e.Deleted {
			v.eas, _ = v.eas.del(a.edit, e.Key)
		} else {
			v.eas, _ = v.eas.put(a.edit, e.EASDevice)
		}
	case access.EntryDevice:
		if e.Deleted {
			v.devices, _ = v.devices.del(a.edit, access.DeviceID(e.Key))
		} else {
			v.devices, _ = v.devices.put(a.edit, e.Device)
		}
	case access.EntryAccount:
		if had {
			v.accounts, _ = v.accounts.del(a.edit, keyOfAccount(old.Account))
		}
		if !e.Deleted {
			v.accounts, _ = v.accounts.put(a.edit, e.Account)
		}
	case access.EntryPreApproval:
		if had {
			a.dropApproval(old.PreApproval)
		}
		if !e.Deleted {
			a.touch(e.PreApproval.Pair)
			v.approvals, _ = v.approvals.put(a.edit, e.PreApproval)
			v.approved, _ = v.approved.put(a.edit, e.PreApproval)
		}
		return
	case access.EntryPolicy:
		if e.Deleted {
			v.policies, _ = v.policies.del(a.edit, access.PolicyID(e.Key))
		} else {
			v.policies, _ = v.policies.put(a.edit, e.Policy)
		}
	case access.EntryBlocking:
		list := slices.DeleteFunc(slices.Clone(v.blockings), func(b *access.Blocking) bool { return string(b.ID) == e.Key })
		if !e.Deleted {
			list = append(list, e.Blocking)
			access.SortBlockings(list)
		}
		v.blockings = list
	case access.EntrySite:
		v.site = e.Site
		if e.Deleted {
			v.site = nil
		}
	case access.EntryPreferences:
		v.prefs = e.Preferences
		if e.Deleted {
			v.prefs = nil
		}
	}
	// Finding the pairs of a device or an account would mean looking at every record; asking again
	// for the few requests that wait is cheaper.
	a.touched.All = a.touched.All || had || !e.Deleted
}

// whole reports whether an entry holds what its kind and key promise.
func whole(e *access.Entry) bool {
	switch e.Kind {
	case access.EntryRecord:
		return e.Record != nil && string(e.Record.ID) == e.Key
	case access.EntryEASDevice:
		return e.EASDevice != nil && e.EASDevice.ID == e.Key
	case access.EntryDevice:
		return e.Device != nil && string(e.Device.ID) == e.Key
	case access.EntryAccount:
		return e.Account != nil && e.Account.Realm+"/"+e.Account.Account == e.Key
	case access.EntryPreApproval:
		return e.PreApproval != nil && e.PreApproval.ID == e.Key
	case access.EntryPolicy:
		return e.Policy != nil && string(e.Policy.ID) == e.Key
	case access.EntryBlocking:
		return e.Blocking != nil && string(e.Blocking.ID) == e.Key
	case access.EntrySite:
		return e.Site != nil && e.Key == ""
	case access.EntryPreferences:
		return e.Preferences != nil && e.Key == ""
	}
	return false
}

func (a *applier) dropApproval(p *access.PreApproval) {
	v := &a.view
	a.touch(p.Pair)
	v.approvals, _ = v.approvals.del(a.edit, p.ID)
	if v.approved.get(p.Pair) == p { // else the next one of the pair has taken its place
		v.approved, _ = v.approved.del(a.edit, p.Pair)
	}
}

func (a *applier) putRecord(r *access.Record) {
	v := &a.view
	a.touch(r.Pair)
	v.records, _ = v.records.put(a.edit, r)
	var before *access.Record
	v.pairs, before = v.pairs.put(a.edit, r)
	if before != nil {
		v.hidden, _ = v.hidden.put(a.edit, before)
	}
}

func (a *applier) dropRecord(r *access.Record) {
	v := &a.view
	a.touch(r.Pair)
	v.records, _ = v.records.del(a.edit, r.ID)
	if v.hidden.count > 0 {
		var was *access.Record
		if v.hidden, was = v.hidden.del(a.edit, r.ID); was != nil {
			return
		}
	}
	v.pairs, _ = v.pairs.del(a.edit, r.Pair)
	if v.hidden.count == 0 {
		return
	}
	// The pair goes back to the record that had to stand aside; to the greatest id if there are
	// several, so that it does not depend on the order of the trie.
	var heir *access.Record
	v.hidden.each(func(h *access.Record) bool {
		if h.Pair == r.Pair && (heir == nil || h.ID > heir.ID) {
			heir = h
		}
		return true
	})
	if heir != nil {
		v.hidden, _ = v.hidden.del(a.edit, heir.ID)
		v.pairs, _ = v.pairs.put(a.edit, heir)
	}
}

func (a *applier) touch(p access.Pair) {
	if n := len(a.touched.Pairs); !a.touched.All && (n == 0 || a.touched.Pairs[n-1] != p) {
		a.touched.Pairs = append(a.touched.Pairs, p)
	}
}
