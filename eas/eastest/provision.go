// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"math/rand/v2"
	"strconv"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// provision plays both phases. [MS-ASPROV] 3.2.5.1
func (e *exchange) provision() *answer {
	policy := e.root.Find(wbxml.ProvisionPolicies, wbxml.ProvisionPolicy)
	kind := policy.Child(wbxml.ProvisionPolicyType).Value()
	if kind == "" {
		return e.document(wbxml.Elem(wbxml.ProvisionProvision, wbxml.Text(wbxml.ProvisionStatus, "2")))
	}
	box := e.user.box
	box.mu.Lock()
	defer box.mu.Unlock()
	var told *wbxml.Node
	if info := e.root.Child(wbxml.SettingsDeviceInformation); info != nil {
		e.describe(info)
		told = wbxml.Elem(wbxml.SettingsDeviceInformation, wbxml.Text(wbxml.SettingsStatus, "1"))
	}
	reply := func(kids ...*wbxml.Node) *answer {
		p := wbxml.Elem(wbxml.ProvisionPolicy, append([]*wbxml.Node{wbxml.Text(wbxml.ProvisionPolicyType, kind)}, kids...)...)
		return e.document(wbxml.Elem(wbxml.ProvisionProvision, told, wbxml.Text(wbxml.ProvisionStatus, "1"),
			wbxml.Elem(wbxml.ProvisionPolicies, p)))
	}
	if e.s.cfg.Provision == ProvisionNone {
		return reply(wbxml.Text(wbxml.ProvisionStatus, "2"))
	}
	want := "MS-EAS-Provisioning-WBXML"
	if e.q.Version == eas.V2_5 {
		want = "MS-WAP-Provisioning-XML"
	}
	if kind != want {
		return reply(wbxml.Text(wbxml.ProvisionStatus, "3"))
	}
	key := policy.Child(wbxml.ProvisionPolicyKey)
	if key == nil { // first phase
		if e.q.Version >= eas.V14_1 && told == nil {
			return e.document(wbxml.Elem(wbxml.ProvisionProvision, digits(wbxml.ProvisionStatus, int(eas.StatusDeviceInfoRequired))))
		}
		e.dev.tempKey, e.dev.finalKey = newKey(), 0
		return reply(wbxml.Text(wbxml.ProvisionStatus, "1"), digits(wbxml.ProvisionPolicyKey, e.dev.tempKey),
			e.policy())
	}
	if e.dev.tempKey == 0 || key.Value() != strconv.FormatUint(uint64(e.dev.tempKey), 10) {
		return reply(wbxml.Text(wbxml.ProvisionStatus, "5"))
	}
	switch policy.Child(wbxml.ProvisionStatus).Value() {
	case "1", "2":
	default:
		return reply(wbxml.Text(wbxml.ProvisionStatus, "4"))
	}
	e.dev.tempKey, e.dev.finalKey = 0, newKey()
	return reply(wbxml.Text(wbxml.ProvisionStatus, "1"), digits(wbxml.ProvisionPolicyKey, e.dev.finalKey))
}

func (e *exchange) policy() *wbxml.Node {
	if e.q.Version == eas.V2_5 {
		return wbxml.Text(wbxml.ProvisionData,
			`<wap-provisioningdoc><characteristic type="SecurityPolicy"><parm name="4131" value="1"/></characteristic></wap-provisioningdoc>`)
	}
	doc := e.s.cfg.Policy
	if e.s.cfg.PolicyOf != nil {
		if d := e.s.cfg.PolicyOf(e.user.Name); d != nil {
			doc = d
		}
	}
	if doc == nil {
		doc = wbxml.Elem(wbxml.ProvisionEASProvisionDoc, wbxml.Text(wbxml.ProvisionDevicePasswordEnabled, "1"),
			wbxml.Text(wbxml.ProvisionMinDevicePasswordLength, "6"))
	}
	return wbxml.Elem(wbxml.ProvisionData, doc)
}

// newKey is never 0, which some phones dislike.
func newKey() uint32 { return rand.Uint32N(1<<32-1) + 1 }

// describe keeps DeviceInformation; needs the mailbox lock.
func (e *exchange) describe(info *wbxml.Node) {
	set := info.Child(wbxml.SettingsSet)
	if set == nil {
		return
	}
	for _, k := range set.Kids {
		e.dev.info[k.Tag.Name()] = k.Value()
	}
}

// settings answers each part asked for. [MS-ASCMD] 2.2.1.18
func (e *exchange) settings() *answer {
	out := wbxml.Elem(wbxml.SettingsSettings, wbxml.Text(wbxml.SettingsStatus, "1"))
	one := wbxml.Text(wbxml.SettingsStatus, "1")
	for _, part := range e.root.Kids {
		switch part.Tag {
		case wbxml.SettingsDeviceInformation:
			e.user.box.mu.Lock()
			e.describe(part)
			e.user.box.mu.Unlock()
			out.Kids = append(out.Kids, wbxml.Elem(part.Tag, one))
		case wbxml.SettingsUserInformation:
			out.Kids = append(out.Kids, wbxml.Elem(part.Tag, one, e.userInformation()))
		case wbxml.SettingsOof:
			if part.Child(wbxml.SettingsGet) == nil {
				out.Kids = append(out.Kids, wbxml.Elem(part.Tag, one))
				continue
			}
			out.Kids = append(out.Kids, wbxml.Elem(part.Tag, one,
				wbxml.Elem(wbxml.SettingsGet, wbxml.Text(wbxml.SettingsOofState, "0"))))
		case wbxml.SettingsDevicePassword:
			out.Kids = append(out.Kids, wbxml.Elem(part.Tag, one))
		default:
			return e.status(eas.StatusInvalidXML, 2)
		}
	}
	return e.document(out)
}

// userInformation lists addresses: below Get up to 14.0, below an account from 14.1 on.
// [MS-ASCMD] 2.2.3.188
func (e *exchange) userInformation() *wbxml.Node {
	u := e.s.profile(e.user)
	mails := wbxml.Elem(wbxml.SettingsEmailAddresses, wbxml.Text(wbxml.SettingsSMTPAddress, u.Address))
	for _, alias := range u.Aliases {
		mails.Kids = append(mails.Kids, wbxml.Text(wbxml.SettingsSMTPAddress, alias))
	}
	if e.q.Version < eas.V14_1 {
		return wbxml.Elem(wbxml.SettingsGet, mails)
	}
	mails.Kids = append(mails.Kids, wbxml.Text(wbxml.SettingsPrimarySmtpAddress, u.Address))
	return wbxml.Elem(wbxml.SettingsGet, wbxml.Elem(wbxml.SettingsAccounts, wbxml.Elem(wbxml.SettingsAccount,
		wbxml.Text(wbxml.SettingsUserDisplayName, u.Display), mails)))
}
