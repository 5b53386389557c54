// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

// ServerTypes are the kinds of mail servers, as gateways have last told of them (BackendHealth.Type).
type ServerTypes struct{ byName map[[2]string]string }

// NewServerTypes reads them out of what gateways report. Of two that call one server two things, the one that has
// reported last is right.
func NewServerTypes(list []Gateway) ServerTypes {
	t := ServerTypes{byName: map[[2]string]string{}}
	told := map[[2]string]*Gateway{}
	for i := range list {
		g := &list[i]
		for _, b := range g.Status.Backends {
			for _, k := range [][2]string{{b.Realm, b.Name}, {"", b.Name}} {
				if before := told[k]; b.Type != "" && (before == nil || before.LastReport.Before(g.LastReport)) {
					t.byName[k], told[k] = b.Type, g
				}
			}
		}
	}
	return t
}

// Of gives the kind of mail server that a record is on; empty: not known.
func (t ServerTypes) Of(a *Association) string {
	if a.Backend == "" {
		return ""
	}
	if kind := t.byName[[2]string{a.Pair.Realm, a.Backend}]; kind != "" {
		return kind
	}
	return t.byName[[2]string{"", a.Backend}]
}

// First gives the kind of mail server of a phone: that of the earliest of its records. Empty: not known.
func (t ServerTypes) First(phone []Association) string {
	var first *Association
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
