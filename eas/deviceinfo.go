// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eas

import "strings"

// DeviceInformation is what a phone tells about itself in Provision (14.1 and later) or Settings (12.0
// and later). Every text is its own word. [MS-ASCMD] 2.2.3.45
type DeviceInformation struct {
	Model             string
	IMEI              string
	FriendlyName      string
	OS                string // by convention product name and version, "iOS 16.6 20G75"
	OSLanguage        string
	PhoneNumber       string
	UserAgent         string // 12.1 and later; replaces the header
	EnableOutboundSMS string // 14.0 and later: "0", "1", or "" when not told
	MobileOperator    string // 14.0 and later
}

// MaxDeviceText is how many characters each text may have. [MS-ASCMD] 2.2.3.45
const MaxDeviceText = 1024

// Told lays what the phone told about itself over what its User-Agent gave away: it wins where it says
// anything.
func (c Client) Told(d DeviceInformation) Client {
	if d.UserAgent != "" {
		if told := ParseUserAgent(d.UserAgent); told.Family != "" || c.Family == "" {
			c = told
		}
	}
	if m := Shown(d.Model); m != "" {
		c.Model = m
	}
	if d.OS != "" {
		os, version, build := splitOS(Shown(d.OS))
		c.OS, c.OSVersion = os, version
		if build != "" {
			c.Build = build
		}
	}
	return c
}

// splitOS cuts "iOS 16.6 20G75" and "Windows Phone 8.10" before the first word that begins with a digit.
func splitOS(s string) (os, version, build string) {
	words := strings.Fields(s)
	for i, w := range words {
		if i > 0 && isDigit(w[0]) {
			return strings.Join(words[:i], " "), w, strings.Join(words[i+1:], " ")
		}
	}
	return strings.Join(words, " "), "", ""
}
