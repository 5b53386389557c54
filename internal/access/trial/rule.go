// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// rule takes a line such as: rule old kind=os-below action=block os=iOS version=17
func (w *world) rule(words []string) error {
	if len(words) == 0 {
		return fmt.Errorf("which rule?")
	}
	b := &access.Blocking{ID: access.BlockingID(words[0]), Name: words[0], Order: len(w.rules)}
	for _, o := range words[1:] {
		k, v, _ := strings.Cut(o, "=")
		var err error
		switch k {
		case "kind":
			b.Kind = access.BlockingKind(v)
		case "action":
			b.Action = access.BlockingAction(v)
		case "os":
			b.OS = v
		case "version":
			b.Version = v
		case "names":
			b.Names = strings.Split(v, ",")
		case "days":
			b.Days, err = strconv.Atoi(v)
		case "from", "outside":
			b.Outside = k == "outside"
			for s := range strings.SplitSeq(v, ",") {
				var n netip.Prefix
				if n, err = netip.ParsePrefix(s); err != nil {
					break
				}
				b.Networks = append(b.Networks, n)
			}
		case "commands":
			b.Commands = strings.Split(v, ",")
		case "scoped":
			b.Scoped = true
		default:
			err = fmt.Errorf("unknown option %q", o)
		}
		if err != nil {
			return err
		}
	}
	if err := b.Validate(); err != nil {
		return err
	}
	w.rules = append(w.rules, b)
	access.SortBlockings(w.rules)
	return nil
}

// hold writes down what the console has worked out about a record.
func (w *world) hold(r *access.Record, what string, id access.BlockingID) {
	if r.Ruling == nil {
		r.Ruling = new(access.Ruling)
	}
	switch what {
	case "held":
		r.Ruling.Rules = append(r.Ruling.Rules, id)
	case "released":
		r.Ruling.Released = append(r.Ruling.Released, id)
	default:
		r.Ruling.OverLimit = true
	}
}

// fact takes what a request says of itself; said is false for a word that is none of these.
func (w *world) fact(f *access.Facts, k, v string) (said bool, err error) {
	stranger := func() *access.Traits {
		if f.Stranger == nil {
			f.Stranger = new(access.Traits)
		}
		return f.Stranger
	}
	switch k {
	case "from":
		f.Addr, err = netip.ParseAddr(v)
	case "server":
		f.ServerType = v
	case "feature":
		f.Feature = v
	case "os":
		stranger().OS, stranger().OSVersion, _ = strings.Cut(v, "/")
	case "client":
		stranger().Client = v
	case "model":
		stranger().Model = v
	case "protocol":
		stranger().Protocol = v
	default:
		return false, nil
	}
	return true, err
}
