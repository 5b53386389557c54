// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"strings"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// deviceField binds one text of DeviceInformation to its element and to the version that brought it.
type deviceField struct {
	tag   wbxml.Tag
	since eas.Version
	text  *string
}

// deviceFields lists the texts in the order of the schema. [MS-ASCMD] 2.2.3.45
func deviceFields(d *eas.DeviceInformation) []deviceField {
	return []deviceField{
		{wbxml.SettingsModel, eas.V12_0, &d.Model},
		{wbxml.SettingsIMEI, eas.V12_0, &d.IMEI},
		{wbxml.SettingsFriendlyName, eas.V12_0, &d.FriendlyName},
		{wbxml.SettingsOS, eas.V12_0, &d.OS},
		{wbxml.SettingsOSLanguage, eas.V12_0, &d.OSLanguage},
		{wbxml.SettingsPhoneNumber, eas.V12_0, &d.PhoneNumber},
		{wbxml.SettingsUserAgent, eas.V12_1, &d.UserAgent},
		{wbxml.SettingsEnableOutboundSMS, eas.V14_0, &d.EnableOutboundSMS},
		{wbxml.SettingsMobileOperator, eas.V14_0, &d.MobileOperator},
	}
}

// DeviceInformation is the element Settings:DeviceInformation with what this version may tell. Empty
// texts are left out. [MS-ASCMD] 2.2.3.45
func DeviceInformation(d eas.DeviceInformation, v eas.Version) *wbxml.Node {
	set := wbxml.Elem(wbxml.SettingsSet)
	for _, f := range deviceFields(&d) {
		if *f.text != "" && v >= f.since {
			set.Kids = append(set.Kids, wbxml.Text(f.tag, *f.text))
		}
	}
	return wbxml.Elem(wbxml.SettingsDeviceInformation, set)
}

// SettingsRequest is a Settings command that tells DeviceInformation, as phones of 12.0 to 14.0 send it
// after provisioning. [MS-ASCMD] 2.2.1.18
func SettingsRequest(d eas.DeviceInformation, v eas.Version) *wbxml.Node {
	return wbxml.Elem(wbxml.SettingsSettings, DeviceInformation(d, v))
}

// SettingsResponse answers SettingsRequest.
func SettingsResponse() *wbxml.Node {
	return wbxml.Elem(wbxml.SettingsSettings, wbxml.Text(wbxml.SettingsStatus, "1"),
		wbxml.Elem(wbxml.SettingsDeviceInformation, wbxml.Text(wbxml.SettingsStatus, "1")))
}

// ReadDeviceInformation finds what a phone tells about itself in a Settings or Provision request; ok is
// false when it tells nothing. Texts are cut at eas.MaxDeviceText characters, and what is no UTF-8 in them
// is dropped; otherwise they are as sent and not fit to be shown unescaped.
func ReadDeviceInformation(root *wbxml.Node) (d eas.DeviceInformation, ok bool) {
	if root == nil || root.Tag != wbxml.SettingsSettings && root.Tag != wbxml.ProvisionProvision {
		return d, false
	}
	set := root.Find(wbxml.SettingsDeviceInformation, wbxml.SettingsSet)
	if set == nil {
		return d, false
	}
	for _, f := range deviceFields(&d) {
		if n := set.Child(f.tag); n != nil {
			*f.text = capText(n.Value())
			ok = true
		}
	}
	return d, ok
}

func capText(s string) string {
	s = strings.ToValidUTF8(s, "")
	if utf8.RuneCountInString(s) <= eas.MaxDeviceText {
		return s
	}
	return string([]rune(s)[:eas.MaxDeviceText])
}
