// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eas

import "strconv"

// Version is a protocol version as ten times its number, the form of the version byte of a base64 query:
// 141 is 14.1. Versions are ordered. The zero value is VersionUnknown; whoever parsed it keeps the text.
// [MS-ASHTTP] 2.2.1.1.1.2.1
type Version uint8

// The versions that phones and servers of today speak.
const (
	VersionUnknown Version = 0
	V2_5           Version = 25
	V12_0          Version = 120
	V12_1          Version = 121
	V14_0          Version = 140
	V14_1          Version = 141
	V16_0          Version = 160
	V16_1          Version = 161
)

// Versions lists the known versions, oldest first.
func Versions() []Version { return []Version{V2_5, V12_0, V12_1, V14_0, V14_1, V16_0, V16_1} }

// ParseVersion reads a header value such as "14.1". Versions nobody knows, "17.0", get their number as
// long as it fits; ok is false for text that is no version.
func ParseVersion(s string) (v Version, ok bool) {
	dot := len(s) - 2
	if dot < 1 || dot > 2 || s[dot] != '.' || s[0] == '0' {
		return VersionUnknown, false
	}
	n := 0
	for i := range len(s) {
		if i == dot {
			continue
		}
		if s[i] < '0' || s[i] > '9' {
			return VersionUnknown, false
		}
		n = n*10 + int(s[i]-'0')
	}
	if n > 255 {
		return VersionUnknown, false
	}
	return Version(n), true
}

// VersionOf reads the version byte of a base64 query; ok is false below 1.0.
func VersionOf(b uint8) (v Version, ok bool) {
	if b < 10 {
		return VersionUnknown, false
	}
	return Version(b), true
}

// String is the header form, "14.1", or "" for VersionUnknown.
func (v Version) String() string {
	switch v {
	case VersionUnknown:
		return ""
	case V2_5:
		return "2.5"
	case V12_0:
		return "12.0"
	case V12_1:
		return "12.1"
	case V14_0:
		return "14.0"
	case V14_1:
		return "14.1"
	case V16_0:
		return "16.0"
	case V16_1:
		return "16.1"
	}
	return strconv.Itoa(int(v/10)) + "." + strconv.Itoa(int(v%10))
}

// Known says whether this is one of Versions.
func (v Version) Known() bool {
	switch v {
	case V2_5, V12_0, V12_1, V14_0, V14_1, V16_0, V16_1:
		return true
	}
	return false
}

// InBand says whether refusals travel as a Status inside an HTTP 200: from 14.0 on.
// [MS-ASCMD] 2.2.2
func (v Version) InBand() bool { return v >= V14_0 }

// Base64Query says whether the version allows the base64 form of the query. [MS-ASHTTP] 2.2.1.1.1
func (v Version) Base64Query() bool { return v >= V12_1 }
