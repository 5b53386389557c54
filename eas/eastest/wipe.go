// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"net/http"
	"strings"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// WipeStatus is how far the server's own order to wipe a phone has come.
type WipeStatus int

// The states. An order belongs to a phone, whatever account it comes with, as Horde's do.
const (
	WipeNone    WipeStatus = iota
	WipePending            // ordered
	WipeDone               // told to the phone (ProvisionHorde), or acknowledged by it (ProvisionStrict)
)

// OrderWipe orders a phone to be wiped. It has no effect with ProvisionNone.
func (s *Server) OrderWipe(id string) { s.setOrder(strings.ToLower(id), WipePending) }

// Wipe is how far the order for a phone has come.
func (s *Server) Wipe(id string) WipeStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.orders[strings.ToLower(id)]
}

func (s *Server) setOrder(id string, w WipeStatus) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.orders == nil {
		s.orders = make(map[string]WipeStatus)
	}
	s.orders[id] = w
}

// orders tells a phone its order in place of a policy, as [MS-ASPROV] 3.2.5.1.2 has it. nil: there is none.
func (e *exchange) order() *answer {
	if e.s.cfg.Provision != ProvisionStrict || e.s.Wipe(e.dev.id) != WipePending {
		return nil
	}
	if e.root.Find(wbxml.ProvisionRemoteWipe, wbxml.ProvisionStatus).Value() == "1" {
		e.s.setOrder(e.dev.id, WipeDone)
		return e.document(wbxml.Elem(wbxml.ProvisionProvision, wbxml.Text(wbxml.ProvisionStatus, "1")))
	}
	return e.document(wbxml.Elem(wbxml.ProvisionProvision, wbxml.Text(wbxml.ProvisionStatus, "1"), wbxml.EmptyElem(wbxml.ProvisionRemoteWipe)))
}

// demandHorde is what Horde answers instead of running a command, or nil: it looks at the key for three
// commands only, takes the key of either round, says 449 in every version, and from 14.0 on puts 142 into
// a body with the token of another code page. An order it tells by 140 in every version.
func (e *exchange) demandHorde() *answer {
	switch e.cmd {
	case eas.FolderSync, eas.Sync, eas.GetItemEstimate:
	default:
		return nil
	}
	say := func(code int, text string) *answer {
		root, _ := wbxml.RootOf(e.cmd)
		a := e.document(wbxml.Elem(root, wbxml.Text(wbxml.AirSyncStatus, text)))
		a.http = code
		return a
	}
	switch {
	case e.s.Wipe(e.dev.id) == WipePending:
		return say(200, "140")
	case e.dev.finalKey != 0 && e.q.PolicyKey == e.dev.finalKey:
		return nil
	case e.q.Version.InBand():
		return say(449, "142")
	}
	return &answer{http: 449}
}

// provisionHorde plays both rounds as Horde does: a body without a policy is an error, device information
// is taken and not answered, and an order comes behind the policy and counts as carried out with that. It
// is repeated from then on, while the key of both rounds is good for everything.
func (e *exchange) provisionHorde() *answer {
	box := e.user.box
	box.mu.Lock()
	defer box.mu.Unlock()
	ordered := e.s.Wipe(e.dev.id)
	var kids []*wbxml.Node
	if status := e.root.Find(wbxml.ProvisionRemoteWipe, wbxml.ProvisionStatus).Value(); status != "" {
		kids = append(kids, wbxml.Text(wbxml.ProvisionStatus, status))
	} else {
		if info := e.root.Child(wbxml.SettingsDeviceInformation); info != nil {
			e.describe(info)
		}
		policy := e.root.Find(wbxml.ProvisionPolicies, wbxml.ProvisionPolicy)
		if policy == nil {
			return &answer{http: http.StatusInternalServerError}
		}
		kids = append(kids, wbxml.Text(wbxml.ProvisionStatus, "1"), wbxml.Elem(wbxml.ProvisionPolicies, e.policyHorde(policy)))
	}
	if ordered != WipeNone {
		kids = append(kids, wbxml.EmptyElem(wbxml.ProvisionRemoteWipe))
		e.s.setOrder(e.dev.id, WipeDone)
	}
	return e.document(wbxml.Elem(wbxml.ProvisionProvision, kids...))
}

// policyHorde needs the mailbox lock. A temporary key is one like any other.
func (e *exchange) policyHorde(asked *wbxml.Node) *wbxml.Node {
	kind := asked.Child(wbxml.ProvisionPolicyType)
	reply := func(status string, kids ...*wbxml.Node) *wbxml.Node {
		return wbxml.Elem(wbxml.ProvisionPolicy, append([]*wbxml.Node{wbxml.Text(wbxml.ProvisionPolicyType, kind.Value()),
			wbxml.Text(wbxml.ProvisionStatus, status)}, kids...)...)
	}
	key := asked.Child(wbxml.ProvisionPolicyKey)
	if key == nil {
		e.dev.tempKey = newKey()
		e.dev.finalKey = e.dev.tempKey
		return reply("1", digits(wbxml.ProvisionPolicyKey, e.dev.tempKey), e.policy())
	}
	if number64(key) != uint64(e.dev.tempKey) || e.dev.tempKey == 0 {
		return reply("5", wbxml.Text(wbxml.ProvisionPolicyKey, key.Value()))
	}
	e.dev.tempKey, e.dev.finalKey = 0, newKey()
	return reply("1", digits(wbxml.ProvisionPolicyKey, e.dev.finalKey))
}
