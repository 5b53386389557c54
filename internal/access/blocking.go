// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import (
	"net/netip"
	"slices"
	"strings"
	"time"
)

// BlockingID names a blocking rule.
type BlockingID string

// BlockingKind is what a blocking rule looks at.
type BlockingKind string

// The kinds. There are no others and no language to write new ones in: what a rule can say is what
// can be previewed, counted and explained.
const (
	BlockingOS       BlockingKind = "os-below"       // the platform's version is below one
	BlockingProtocol BlockingKind = "protocol-below" // the ActiveSync version is below one
	BlockingClient   BlockingKind = "client"         // the mail app
	BlockingModel    BlockingKind = "model"          // the device's type or model
	BlockingUnseen   BlockingKind = "unseen"         // has not synced for some days
	BlockingNetwork  BlockingKind = "network"        // where the request comes from
	BlockingCommand  BlockingKind = "command"        // what it asks for: the command filter (Y-12)
)

// BlockingKinds lists the kinds in the order in which pages show them.
func BlockingKinds() []BlockingKind {
	return []BlockingKind{BlockingOS, BlockingClient, BlockingModel, BlockingProtocol, BlockingUnseen, BlockingNetwork, BlockingCommand}
}

// BlockingAction is what a blocking rule does with a phone it speaks of.
type BlockingAction string

// The actions.
const (
	ActionBlock      BlockingAction = "block"
	ActionQuarantine BlockingAction = "quarantine" // refuse until somebody releases it, who is told
	ActionWarn       BlockingAction = "warn"       // let it pass and show it
)

// FeatureLibrary stands beside the names of commands: reading documents from file shares through Search
// or ItemOperations. [MS-ASDOC] 2.2
const FeatureLibrary = "DocumentLibrary"

// MaxBlockings is how many blocking rules there may be: a verdict looks at each.
const MaxBlockings = 100

// Blocking is a blocking rule as gateways hold it: what it looks at, and what it does. Which fields
// count is the kind's choice.
type Blocking struct {
	ID     BlockingID     `json:"id"`
	Name   string         `json:"name"`
	Order  int            `json:"order"` // the lower one speaks first
	Kind   BlockingKind   `json:"kind"`
	Action BlockingAction `json:"action"`

	OS       string         `json:"os,omitempty"`       // os-below: the platform, e.g. "iOS"
	Version  string         `json:"version,omitempty"`  // os-below, protocol-below: the first that is good enough
	Names    []string       `json:"names,omitempty"`    // client, model: a star at either end stands for anything
	Days     int            `json:"days,omitempty"`     // unseen
	Networks []netip.Prefix `json:"networks,omitempty"` // network
	Outside  bool           `json:"outside,omitempty"`  // network: speaks of whoever comes from elsewhere
	Commands []string       `json:"commands,omitempty"` // command: their names, or FeatureLibrary

	// Scoped says that the rule is not for everybody: it speaks only of records that name it.
	Scoped bool `json:"scoped,omitempty"`
}

// ByRequest reports whether the kind looks at the request itself. Of all others the console knows which
// records they speak of.
func (k BlockingKind) ByRequest() bool { return k == BlockingNetwork || k == BlockingCommand }

// Traits are what a blocking rule may look at of a phone.
type Traits struct {
	OS, OSVersion string
	Protocol      string // e.g. "16.1"
	Client        string
	UserAgent     string
	Model         string
	DeviceType    string
	LastSync      time.Time // zero: never
}

// Traits gives those of a record.
func (a *Association) Traits() Traits {
	return Traits{OS: a.OS, OSVersion: a.OSVersion, Protocol: a.Protocol, Client: a.Client, UserAgent: a.UserAgent,
		Model: a.Model, DeviceType: a.DeviceType, LastSync: a.LastSuccess}
}

// LastAddr is where the record's last accepted request came from; zero: not known.
func (a *Association) LastAddr() netip.Addr {
	addr, _ := netip.ParseAddr(a.RemoteAddr)
	return addr.Unmap()
}

// Matches reports whether the rule speaks of such a phone. A kind that looks at requests, or at something
// that is not known of the phone, speaks of none.
func (b *Blocking) Matches(t *Traits, now time.Time) bool {
	switch b.Kind {
	case BlockingOS:
		return t.OSVersion != "" && samePlatform(t.OS, b.OS) && VersionBelow(version(t.OSVersion), b.Version)
	case BlockingProtocol:
		return t.Protocol != "" && VersionBelow(t.Protocol, b.Version)
	case BlockingClient:
		return b.names(t.Client) || b.names(t.UserAgent)
	case BlockingModel:
		return b.names(t.Model) || b.names(t.DeviceType)
	case BlockingUnseen:
		return !t.LastSync.IsZero() && b.Days > 0 && now.Sub(t.LastSync) >= time.Duration(b.Days)*24*time.Hour
	}
	return false
}

// hits reports whether the rule, of a kind that looks at requests, speaks of this one.
func (b *Blocking) hits(f *Facts) bool {
	switch b.Kind {
	case BlockingNetwork:
		if !f.Addr.IsValid() {
			return false // a question without a request: gateways know where each comes from
		}
		a := f.Addr.Unmap()
		in := slices.ContainsFunc(b.Networks, func(p netip.Prefix) bool { return p.Contains(a) })
		return in != b.Outside
	case BlockingCommand:
		return f.Command != "" && slices.Contains(b.Commands, f.Command) || f.Feature != "" && slices.Contains(b.Commands, f.Feature)
	}
	return false
}

// speaks reports whether the rule speaks of a request, r being its record or nil.
func (b *Blocking) speaks(r *Record, f *Facts, now time.Time) bool {
	switch {
	case r == nil && b.Scoped:
		return false // nobody knows yet whose it is
	case b.Kind.ByRequest():
		return (!b.Scoped || r.Ruling.Names(b.ID)) && b.hits(f)
	case r == nil:
		return f.Stranger != nil && b.Matches(f.Stranger, now)
	}
	return r.Ruling.Names(b.ID)
}

// samePlatform compares names of platforms: phones and people have several for one.
func samePlatform(a, b string) bool {
	if x := platformOf(a); x != "" {
		return x == platformOf(b)
	}
	return a != "" && strings.EqualFold(a, b)
}

// names reports whether one of the rule's names is that of s, whatever its case.
func (b *Blocking) names(s string) bool {
	if s == "" {
		return false
	}
	return slices.ContainsFunc(b.Names, func(n string) bool { return named(n, s) })
}

func named(pattern, s string) bool {
	any, open := strings.CutPrefix(pattern, "*")
	core, end := strings.CutSuffix(any, "*")
	switch {
	case core == "":
		return false // a star alone would be everybody
	case open && end:
		return indexFold(s, core) >= 0
	case open:
		return len(s) >= len(core) && strings.EqualFold(s[len(s)-len(core):], core)
	case end:
		return len(s) >= len(core) && strings.EqualFold(s[:len(core)], core)
	}
	return strings.EqualFold(s, core)
}

func indexFold(s, core string) int {
	for i := 0; i+len(core) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(core)], core) {
			return i
		}
	}
	return -1
}

// VersionBelow compares versions part by part, each as a number: "9.3.5" is below "17". What stands
// behind the numbers of a part (a beta's letter, a build) does not count. A v of one number alone is some
// version that begins with it, as user agents tell it: it is below only what begins with a higher one.
func VersionBelow(v, limit string) bool {
	some := !strings.Contains(v, ".") && v != ""
	for limit != "" {
		var a, b int
		a, v = numberedPart(v)
		b, limit = numberedPart(limit)
		if a != b {
			return a < b
		}
		if some {
			return false
		}
	}
	return false
}

func numberedPart(v string) (n int, rest string) {
	part, rest, _ := strings.Cut(v, ".")
	for _, c := range []byte(part) {
		if c < '0' || c > '9' || n > 1<<24 {
			break
		}
		n = n*10 + int(c-'0')
	}
	return n, rest
}

// SortBlockings puts rules into the order in which they speak.
func SortBlockings(list []*Blocking) {
	slices.SortFunc(list, func(a, b *Blocking) int {
		if a.Order != b.Order {
			return a.Order - b.Order
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
}

// ruling gives the first blocking rule that does so with the request; filter says whether of those that
// filter commands.
func ruling(v View, r *Record, f *Facts, do BlockingAction, filter bool, now time.Time) *Blocking {
	for _, b := range v.Blockings() {
		if b.Action != do || (b.Kind == BlockingCommand) != filter {
			continue
		}
		if do == ActionQuarantine && r != nil && r.Ruling.ReleasedFrom(b.ID) {
			continue
		}
		if b.speaks(r, f, now) {
			return b
		}
	}
	return nil
}
