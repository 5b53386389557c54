// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// Policy types. [MS-ASPROV] 2.2.2.43
const (
	TypeWAP   = "MS-WAP-Provisioning-XML"   // 2.5
	TypeWBXML = "MS-EAS-Provisioning-WBXML" // 12.0 and later
)

// TypeFor is the policy type of a version.
func TypeFor(v eas.Version) string {
	if v != eas.VersionUnknown && v < eas.V12_0 {
		return TypeWAP
	}
	return TypeWBXML
}

// MaxKey is how many characters a policy key may have. [MS-ASPROV] 2.2.2.42
const MaxKey = 64

// Wipe is which remote wipe a message speaks of.
type Wipe uint8

// The remote wipes. [MS-ASPROV] 2.2.2.45, 2.2.2.1
const (
	NoWipe      Wipe = iota
	WipeDevice       // RemoteWipe: whatever the client takes the device to be
	WipeAccount      // AccountOnlyRemoteWipe, 16.1
)

func (w Wipe) tag() (wbxml.Tag, bool) {
	switch w {
	case WipeDevice:
		return wbxml.ProvisionRemoteWipe, true
	case WipeAccount:
		return wbxml.ProvisionAccountOnlyRemoteWipe, true
	}
	return 0, false
}

// Acknowledgements of a policy by a phone. [MS-ASPROV] 2.2.2.54.2
const (
	Applied           = 1
	PartlyApplied     = 2
	NotApplied        = 3
	ManagedBySomebody = 4
)

// Statuses of a policy in an answer. [MS-ASPROV] 2.2.2.54.1
const (
	PolicyOK          = 1
	PolicyNone        = 2 // no policy for this phone
	PolicyUnknownType = 3
	PolicyCorrupt     = 4
	PolicyWrongKey    = 5
)

// Request is what a phone sends. With everything empty it is the bare Provision of a phone that was told
// by status 140 to come.
type Request struct {
	Device *eas.DeviceInformation // nil: not told
	Type   string                 // policy type; "" without policy block
	Key    string                 // of the policy acknowledged; "" in the first round
	Ack    int                    // what became of the policy: Applied and so on; 0 in the first round
	Wipe   Wipe                   // a wipe acknowledged
	WipeOK bool                   // it succeeded; otherwise it failed
}

// Acknowledges says whether the request is the second round.
func (r Request) Acknowledges() bool { return r.Ack != 0 || r.Key != "" }

// Bare says whether the request asks for nothing and says nothing: that of a phone that was told to come.
func (r Request) Bare() bool { return r.Type == "" && r.Wipe == NoWipe && !r.Acknowledges() }

// Node is the request as a document. DeviceInformation is told from 14.1 on only. [MS-ASPROV] 3.1.5.1
func (r Request) Node(v eas.Version) *wbxml.Node {
	root := wbxml.Elem(wbxml.ProvisionProvision)
	if r.Device != nil && v >= eas.V14_1 {
		root.Kids = append(root.Kids, DeviceInformation(*r.Device, v))
	}
	if r.Type != "" {
		policy := wbxml.Elem(wbxml.ProvisionPolicy, wbxml.Text(wbxml.ProvisionPolicyType, r.Type))
		if r.Key != "" {
			policy.Kids = append(policy.Kids, wbxml.Text(wbxml.ProvisionPolicyKey, r.Key))
		}
		if r.Ack != 0 {
			policy.Kids = append(policy.Kids, number(wbxml.ProvisionStatus, r.Ack))
		}
		root.Kids = append(root.Kids, wbxml.Elem(wbxml.ProvisionPolicies, policy))
	}
	if tag, ok := r.Wipe.tag(); ok {
		status := 2
		if r.WipeOK {
			status = 1
		}
		root.Kids = append(root.Kids, wbxml.Elem(tag, number(wbxml.ProvisionStatus, status)))
	}
	return root
}

// ParseRequest reads a request in any of the shapes phones send: wipe alone or behind a policy block,
// DeviceInformation in either round, nothing at all. The only error is ErrRoot.
func ParseRequest(root *wbxml.Node) (Request, error) {
	if root == nil || root.Tag != wbxml.ProvisionProvision {
		return Request{}, ErrRoot
	}
	var r Request
	if d, ok := ReadDeviceInformation(root); ok {
		r.Device = &d
	}
	policy := root.Find(wbxml.ProvisionPolicies, wbxml.ProvisionPolicy)
	r.Type = capText(policy.Child(wbxml.ProvisionPolicyType).Value())
	r.Key = capKey(policy.Child(wbxml.ProvisionPolicyKey).Value())
	r.Ack = intOf(policy.Child(wbxml.ProvisionStatus))
	if wipe, n := wipeIn(root); wipe != NoWipe {
		r.Wipe, r.WipeOK = wipe, intOf(n.Child(wbxml.ProvisionStatus)) == 1
	}
	return r, nil
}

// Response is what a server answers.
type Response struct {
	DeviceStatus int     // answer to DeviceInformation; 0: none
	Status       int     // 1 done, 2 protocol error, 3 server error, or a common status; 0: left out
	Policy       *Policy // nil: no policy block
	Wipe         Wipe    // an order to wipe
}

// Policy is the policy block of an answer. In the first round it has Document or WAP and a temporary
// key, in the second the final key alone.
type Policy struct {
	Type     string
	Status   int
	Key      string
	Document *wbxml.Node // EASProvisionDoc, as it came; nil: none
	WAP      string      // the XML text of 2.5; "" for none
}

// HasData says whether the answer carries a policy.
func (p *Policy) HasData() bool { return p != nil && (p.Document != nil || p.WAP != "") }

// Node is the answer as a document. [MS-ASPROV] 3.2.5.1
func (r Response) Node() *wbxml.Node {
	root := wbxml.Elem(wbxml.ProvisionProvision)
	add := func(n *wbxml.Node) { root.Kids = append(root.Kids, n) }
	if r.DeviceStatus != 0 {
		add(wbxml.Elem(wbxml.SettingsDeviceInformation, number(wbxml.SettingsStatus, r.DeviceStatus)))
	}
	if r.Status != 0 {
		add(number(wbxml.ProvisionStatus, r.Status))
	}
	if r.Policy != nil {
		add(wbxml.Elem(wbxml.ProvisionPolicies, r.Policy.node()))
	}
	if tag, ok := r.Wipe.tag(); ok {
		add(wbxml.EmptyElem(tag))
	}
	return root
}

func (p *Policy) node() *wbxml.Node {
	n := wbxml.Elem(wbxml.ProvisionPolicy, wbxml.Text(wbxml.ProvisionPolicyType, p.Type),
		number(wbxml.ProvisionStatus, p.Status))
	if p.Key != "" {
		n.Kids = append(n.Kids, wbxml.Text(wbxml.ProvisionPolicyKey, p.Key))
	}
	switch {
	case p.Document != nil:
		n.Kids = append(n.Kids, wbxml.Elem(wbxml.ProvisionData, p.Document))
	case p.WAP != "":
		n.Kids = append(n.Kids, wbxml.Text(wbxml.ProvisionData, p.WAP))
	}
	return n
}

// ParseResponse reads an answer, with or without the outer status, which some servers leave out. The only
// error is ErrRoot.
func ParseResponse(root *wbxml.Node) (Response, error) {
	if root == nil || root.Tag != wbxml.ProvisionProvision {
		return Response{}, ErrRoot
	}
	r := Response{
		DeviceStatus: intOf(root.Find(wbxml.SettingsDeviceInformation, wbxml.SettingsStatus)),
		Status:       intOf(root.Child(wbxml.ProvisionStatus)),
	}
	r.Wipe, _ = wipeIn(root)
	if n := root.Find(wbxml.ProvisionPolicies, wbxml.ProvisionPolicy); n != nil {
		data := n.Child(wbxml.ProvisionData)
		r.Policy = &Policy{
			Type:     capText(n.Child(wbxml.ProvisionPolicyType).Value()),
			Status:   intOf(n.Child(wbxml.ProvisionStatus)),
			Key:      capKey(n.Child(wbxml.ProvisionPolicyKey).Value()),
			Document: data.Child(wbxml.ProvisionEASProvisionDoc),
			WAP:      data.Value(),
		}
	}
	return r, nil
}

// KeyNumber is a policy key as the number it should be. Keys are compared as numbers, since a header may
// write them with zeros in front. [MS-ASPROV] 2.2.2.42
func KeyNumber(key string) (n uint32, ok bool) {
	v, err := strconv.ParseUint(strings.TrimSpace(key), 10, 32)
	if err != nil {
		return 0, false
	}
	return uint32(v), true
}

// wipeIn finds a wipe in a document. The wider one wins where a hostile document has both.
func wipeIn(root *wbxml.Node) (Wipe, *wbxml.Node) {
	for _, w := range []Wipe{WipeDevice, WipeAccount} {
		tag, _ := w.tag()
		if n := root.Child(tag); n != nil {
			return w, n
		}
	}
	return NoWipe, nil
}

func number(tag wbxml.Tag, n int) *wbxml.Node { return wbxml.Text(tag, strconv.Itoa(n)) }

// intOf is the number in an element, 0 for none, -1 for what is no number up to 999.
func intOf(n *wbxml.Node) int {
	s := strings.TrimSpace(n.Value())
	if n == nil {
		return 0
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < 0 || v > 999 {
		return -1
	}
	return v
}

func capKey(s string) string {
	if s = strings.ToValidUTF8(s, ""); len(s) > MaxKey {
		return ""
	}
	return s
}
