// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient

import (
	"context"
	"strconv"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// Device is what a phone tells about itself. Empty fields are not sent. [MS-ASCMD] 2.2.3.45
type Device struct {
	Model, IMEI, FriendlyName, OS, OSLanguage, PhoneNumber, UserAgent, MobileOperator string
}

// Policy types. [MS-ASPROV] 2.2.2.43
const (
	PolicyTypeXML   = "MS-WAP-Provisioning-XML"   // 2.5
	PolicyTypeWBXML = "MS-EAS-Provisioning-WBXML" // 12.0 and later
)

// ProvisionResult is one answer of the provisioning conversation. [MS-ASPROV] 3.1.5.1
type ProvisionResult struct {
	*Reply
	Status       int
	PolicyStatus int    // 1 policy follows, 2 there is none for this phone, others refuse
	Key          uint32 // temporary in the first answer, final in the second
	Policy       *wbxml.Node
	PolicyXML    string // 2.5
	Wipe         bool   // RemoteWipe ordered: call AcknowledgeWipe
	AccountWipe  bool   // AccountOnlyRemoteWipe ordered
}

// Provision runs the whole conversation: asks, acknowledges the policy as applied, keeps the final key in
// c.PolicyKey. From 14.1 on the device is described in the first request; from 12.0 to 14.0 in a Settings
// command afterwards, if d holds anything. A server without policies (Policy status 2) is no error: the
// key stays 0. An ordered wipe ends the conversation early. [MS-ASPROV] 3.1.5.1
func (c *Client) Provision(ctx context.Context, d Device) (*ProvisionResult, error) {
	c.PolicyKey = 0
	res, err := c.ProvisionAsk(ctx, d)
	if err != nil || res.Wipe || res.AccountWipe || res.PolicyStatus != 1 {
		return res, err
	}
	first := res
	c.PolicyKey = res.Key
	res, err = c.ProvisionAcknowledge(ctx, res.Key, 1)
	if err != nil || res.Wipe || res.AccountWipe {
		return res, err
	}
	c.PolicyKey = res.Key
	res.Policy, res.PolicyXML = first.Policy, first.PolicyXML
	if c.Version >= eas.V12_0 && c.Version < eas.V14_1 && d != (Device{}) {
		_, err = c.SetDevice(ctx, d)
	}
	return res, err
}

// ProvisionAsk is the first request. From 14.1 on it carries the device, with a model at least.
func (c *Client) ProvisionAsk(ctx context.Context, d Device) (*ProvisionResult, error) {
	var info *wbxml.Node
	if c.Version >= eas.V14_1 {
		if d.Model == "" {
			d.Model = c.DeviceType
		}
		info = d.node()
	}
	return c.provision(ctx, wbxml.Elem(wbxml.ProvisionProvision, info,
		wbxml.Elem(wbxml.ProvisionPolicies, wbxml.Elem(wbxml.ProvisionPolicy, c.policyType()))))
}

// ProvisionAcknowledge is the second request: status 1 says the policy is applied, 2 in part, 3 not, 4
// that somebody else manages the phone. [MS-ASPROV] 2.2.2.54.2
func (c *Client) ProvisionAcknowledge(ctx context.Context, key uint32, status int) (*ProvisionResult, error) {
	return c.provision(ctx, wbxml.Elem(wbxml.ProvisionProvision,
		wbxml.Elem(wbxml.ProvisionPolicies, wbxml.Elem(wbxml.ProvisionPolicy, c.policyType(),
			wbxml.Text(wbxml.ProvisionPolicyKey, strconv.FormatUint(uint64(key), 10)),
			wbxml.Text(wbxml.ProvisionStatus, strconv.Itoa(status))))))
}

// AcknowledgeWipe answers a wipe order, status 1 for done, 2 for failed. account chooses
// AccountOnlyRemoteWipe. [MS-ASPROV] 3.1.5.2
func (c *Client) AcknowledgeWipe(ctx context.Context, account bool, status int) (*ProvisionResult, error) {
	tag := wbxml.ProvisionRemoteWipe
	if account {
		tag = wbxml.ProvisionAccountOnlyRemoteWipe
	}
	return c.provision(ctx, wbxml.Elem(wbxml.ProvisionProvision,
		wbxml.Elem(tag, wbxml.Text(wbxml.ProvisionStatus, strconv.Itoa(status)))))
}

func (c *Client) policyType() *wbxml.Node {
	if c.Version == eas.V2_5 {
		return wbxml.Text(wbxml.ProvisionPolicyType, PolicyTypeXML)
	}
	return wbxml.Text(wbxml.ProvisionPolicyType, PolicyTypeWBXML)
}

func (c *Client) provision(ctx context.Context, body *wbxml.Node) (*ProvisionResult, error) {
	reply, err := c.call(ctx, Request{Command: eas.Provision, Node: body}, wbxml.ProvisionProvision)
	if reply == nil {
		return nil, err
	}
	res := &ProvisionResult{Reply: reply}
	if err != nil {
		return res, err
	}
	root := reply.Root
	policy := root.Find(wbxml.ProvisionPolicies, wbxml.ProvisionPolicy)
	res.PolicyStatus = number(policy.Child(wbxml.ProvisionStatus))
	key, _ := strconv.ParseUint(policy.Child(wbxml.ProvisionPolicyKey).Value(), 10, 32)
	res.Key = uint32(key)
	data := policy.Child(wbxml.ProvisionData)
	res.Policy, res.PolicyXML = data.Child(wbxml.ProvisionEASProvisionDoc), data.Value()
	res.Wipe = root.Child(wbxml.ProvisionRemoteWipe) != nil
	res.AccountWipe = root.Child(wbxml.ProvisionAccountOnlyRemoteWipe) != nil
	if res.Status, err = check(eas.Provision, root, wbxml.ProvisionStatus, 1); err != nil {
		return res, err
	}
	if policy != nil && res.PolicyStatus != 2 {
		_, err = check(eas.Provision, policy, wbxml.ProvisionStatus, 1)
	}
	return res, err
}

// node is DeviceInformation with Set, in the order of [MS-ASCMD] 2.2.3.45; nil without content.
func (d Device) node() *wbxml.Node {
	set := wbxml.Elem(wbxml.SettingsSet)
	for _, f := range []struct {
		tag  wbxml.Tag
		text string
	}{
		{wbxml.SettingsModel, d.Model}, {wbxml.SettingsIMEI, d.IMEI}, {wbxml.SettingsFriendlyName, d.FriendlyName},
		{wbxml.SettingsOS, d.OS}, {wbxml.SettingsOSLanguage, d.OSLanguage}, {wbxml.SettingsPhoneNumber, d.PhoneNumber},
		{wbxml.SettingsUserAgent, d.UserAgent}, {wbxml.SettingsMobileOperator, d.MobileOperator},
	} {
		if f.text != "" {
			set.Kids = append(set.Kids, wbxml.Text(f.tag, f.text))
		}
	}
	if len(set.Kids) == 0 {
		return nil
	}
	return wbxml.Elem(wbxml.SettingsDeviceInformation, set)
}
