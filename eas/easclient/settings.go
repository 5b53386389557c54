// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package easclient

import (
	"context"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// SettingsResult is the answer to a Settings command. [MS-ASCMD] 2.2.1.18
type SettingsResult struct {
	*Reply
	Status       int
	DeviceStatus int // of DeviceInformation; some servers leave it out
	Primary      string
	Addresses    []string // SMTPAddress elements
	DisplayName  string
}

// SetDevice describes the phone to the server, from 12.0 on.
func (c *Client) SetDevice(ctx context.Context, d Device) (*SettingsResult, error) {
	info := d.node()
	if c.Version < eas.V14_0 && d.MobileOperator != "" {
		d.MobileOperator = "" // 14.0 and later
		info = d.node()
	}
	return c.settings(ctx, info)
}

// UserInformation asks for the mail addresses of the account, from 12.0 on. [MS-ASCMD] 2.2.3.188
func (c *Client) UserInformation(ctx context.Context) (*SettingsResult, error) {
	return c.settings(ctx, wbxml.Elem(wbxml.SettingsUserInformation, wbxml.EmptyElem(wbxml.SettingsGet)))
}

func (c *Client) settings(ctx context.Context, what *wbxml.Node) (*SettingsResult, error) {
	reply, err := c.call(ctx, Request{Command: eas.Settings, Node: wbxml.Elem(wbxml.SettingsSettings, what)}, wbxml.SettingsSettings)
	if reply == nil {
		return nil, err
	}
	res := &SettingsResult{Reply: reply}
	if err != nil {
		return res, err
	}
	root := reply.Root
	res.DeviceStatus = number(root.Find(wbxml.SettingsDeviceInformation, wbxml.SettingsStatus))
	get := root.Find(wbxml.SettingsUserInformation, wbxml.SettingsGet)
	// Up to 14.0 the addresses stand in Get, from 14.1 on in one Account or more.
	holders := []*wbxml.Node{get}
	each(get.Child(wbxml.SettingsAccounts), wbxml.SettingsAccount, func(a *wbxml.Node) { holders = append(holders, a) })
	for _, h := range holders {
		if name := h.Child(wbxml.SettingsUserDisplayName).Value(); res.DisplayName == "" {
			res.DisplayName = name
		}
		mail := h.Child(wbxml.SettingsEmailAddresses)
		if primary := mail.Child(wbxml.SettingsPrimarySmtpAddress).Value(); res.Primary == "" {
			res.Primary = primary
		}
		each(mail, wbxml.SettingsSMTPAddress, func(n *wbxml.Node) { res.Addresses = append(res.Addresses, n.Value()) })
	}
	res.Status, err = check(eas.Settings, root, wbxml.SettingsStatus, 1)
	return res, err
}
