// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// Document is what a policy asks of a phone: values by the names of their elements. What is not in it is
// left open. The value of a List is its items, one a line.
type Document map[string]string

// Bounds of lists in a document.
const (
	maxItems = 200
	maxItem  = 255
)

// ValueError names a value that no phone could take.
type ValueError struct {
	Element string
	Why     string // for a person: what would be right
}

func (e *ValueError) Error() string { return e.Element + ": " + e.Why }

// Check finds values that the protocol does not know, in its order.
func (d Document) Check() []*ValueError {
	var list []*ValueError
	for name := range d {
		if _, ok := SettingOf(name); !ok {
			list = append(list, &ValueError{name, "There is no such setting."})
		}
	}
	slices.SortFunc(list, func(a, b *ValueError) int { return strings.Compare(a.Element, b.Element) })
	for i := range settings {
		s := &settings[i]
		if v, ok := d[s.Name]; ok {
			if why := s.check(v); why != "" {
				list = append(list, &ValueError{s.Name, why})
			}
		}
	}
	return list
}

func (s *Setting) check(v string) string {
	if s.Kind == List {
		items := lines(v)
		if len(items) > maxItems {
			return fmt.Sprintf("At most %d lines.", maxItems)
		}
		for _, it := range items {
			if len(it) > maxItem {
				return fmt.Sprintf("No line may be longer than %d bytes.", maxItem)
			}
			if s.item == wbxml.ProvisionHash {
				if b, err := hex.DecodeString(it); err != nil || len(b) != 20 {
					return "Each line must be a SHA-1 hash: 40 hexadecimal digits."
				}
			}
			if strings.ContainsRune(it, 0) {
				return "A line holds a character that cannot be sent."
			}
		}
		return ""
	}
	if v == "" {
		if s.Open == "" {
			return ""
		}
		return "A value is missing."
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != v {
		return "It must be a whole number."
	}
	switch s.Kind {
	case Flag:
		if n != 0 && n != 1 {
			return "It must be 0 (no) or 1 (yes)."
		}
	case Choice:
		if !slices.Contains(s.Values, n) {
			return fmt.Sprintf("It must be one of %s.", join(s.Values))
		}
	case Number:
		if n < s.Min || n > s.Max {
			return fmt.Sprintf("It must lie between %d and %d.", s.Min, s.Max)
		}
	}
	return ""
}

func join(values []int64) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = strconv.FormatInt(v, 10)
	}
	return strings.Join(list, ", ")
}

func lines(v string) []string {
	var list []string
	for l := range strings.Lines(v) {
		if l = strings.TrimSpace(l); l != "" {
			list = append(list, l)
		}
	}
	return list
}

// Node is the document as a phone of version v gets it. Every element that the version knows is in it,
// the open ones with the value that asks nothing: so a setting that is taken back is taken back on the
// phone too. An empty flag would mean yes, so flags always have a digit. [MS-ASPROV] 2.2.2.28
func (d Document) Node(v eas.Version) *wbxml.Node {
	root := wbxml.Elem(wbxml.ProvisionEASProvisionDoc)
	for i := range settings {
		s := &settings[i]
		if v < s.Since {
			continue
		}
		value, ok := d[s.Name]
		if !ok {
			value = s.Open
		}
		root.Kids = append(root.Kids, s.node(value))
	}
	return root
}

func (s *Setting) node(value string) *wbxml.Node {
	if s.Kind != List {
		if value == "" {
			return wbxml.EmptyElem(s.Tag)
		}
		return wbxml.Text(s.Tag, value)
	}
	items := lines(value)
	if len(items) == 0 {
		return wbxml.EmptyElem(s.Tag)
	}
	n := wbxml.Elem(s.Tag)
	for _, it := range items {
		if s.item == wbxml.ProvisionHash {
			b, _ := hex.DecodeString(it)
			n.Kids = append(n.Kids, wbxml.Opaque(s.item, b))
			continue
		}
		n.Kids = append(n.Kids, wbxml.Text(s.item, it))
	}
	return n
}

// Fingerprint tells documents apart as a phone of version v sees them: what that version does not know
// does not count, or the phone would be asked again and again for what it cannot have.
func (d Document) Fingerprint(v eas.Version) [sha256.Size]byte {
	return sha256.Sum256(wbxml.Marshal(d.Node(v)))
}

// ReadDocument reads a policy document of any server. What is not known or not possible is left out: the
// server may know better, but no phone of ours will hear of it.
func ReadDocument(n *wbxml.Node) Document {
	d := Document{}
	if n == nil {
		return d
	}
	for _, kid := range n.Kids {
		for i := range settings {
			s := &settings[i]
			if s.Tag != kid.Tag {
				continue
			}
			if v, ok := s.read(kid); ok && s.check(v) == "" {
				d[s.Name] = v
			}
		}
	}
	return d
}

func (s *Setting) read(n *wbxml.Node) (string, bool) {
	if s.Kind != List {
		v := strings.TrimSpace(n.Value())
		if v == "" && s.Kind == Flag {
			return "1", true // an empty flag is a yes
		}
		return v, v != "" || s.Open == ""
	}
	var items []string
	for _, kid := range n.Kids {
		if kid.Tag != s.item || len(items) == maxItems {
			continue
		}
		it := kid.Value()
		if s.item == wbxml.ProvisionHash && len(it) == 20 {
			it = hex.EncodeToString([]byte(it))
		}
		items = append(items, strings.TrimSpace(it))
	}
	return strings.Join(items, "\n"), len(items) > 0
}

// Strictest is what meets both documents: of each setting the value that asks more of the phone.
func Strictest(a, b Document) Document {
	d := Document{}
	for i := range settings {
		s := &settings[i]
		x, inA := a[s.Name]
		y, inB := b[s.Name]
		switch {
		case inA && inB:
			d[s.Name] = s.stricter2(x, y)
		case inA:
			d[s.Name] = x
		case inB:
			d[s.Name] = y
		}
	}
	return d
}

func (s *Setting) stricter2(x, y string) string {
	switch s.stricter {
	case both:
		items := lines(x)
		for _, it := range lines(y) {
			if !slices.Contains(items, it) {
				items = append(items, it)
			}
		}
		return strings.Join(items, "\n")
	case shared:
		a, b := lines(x), lines(y)
		if len(a) == 0 || len(b) == 0 {
			return x + y
		}
		a = slices.DeleteFunc(a, func(it string) bool { return !slices.Contains(b, it) })
		return strings.Join(a, "\n")
	}
	m, n := s.weight(x), s.weight(y)
	if m == n { // two spellings of no limit
		return min(x, y)
	}
	if (m < n) == (s.stricter == lower) {
		return x
	}
	return y
}

// weight orders values: no limit is above every limit where lower is stricter, below where higher is.
func (s *Setting) weight(v string) int64 {
	const endless = 1 << 40
	if v == "" || v == s.Endless {
		if s.stricter == lower {
			return endless
		}
		return -endless
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
