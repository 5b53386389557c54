// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package provision

import (
	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// Kind is the type of a setting's value.
type Kind uint8

// The types. All of them are text on the wire.
const (
	Flag   Kind = iota // 0 or 1
	Number             // decimal
	Choice             // one of Setting.Values
	List               // several texts: names or hashes of programs
)

// Group puts settings together the way an administrator thinks of them.
type Group uint8

// The groups.
const (
	GroupPassword Group = iota
	GroupEncryption
	GroupMail
	GroupMessages // signed and encrypted mail
	GroupFeatures
	GroupPrograms
)

// stricter says which of two values asks more of the phone.
type stricter uint8

const (
	higher stricter = iota
	lower
	both   // lists of what is forbidden: everything on either
	shared // lists of what is allowed: what is on both
)

// Setting describes one element of a policy document. [MS-ASPROV] 2.2.2.28
type Setting struct {
	Name  string
	Tag   wbxml.Tag
	Since eas.Version
	Kind  Kind
	Group Group
	// Min and Max bound a Number, in Unit. Values are those of a Choice.
	Min, Max int64
	Unit     string // seconds, days, bytes, characters, tries, passwords, groups
	Values   []int64
	// Open is the value that asks nothing of the phone; "" where that is the element without a value.
	Open string
	// Endless is a value that stands for no limit although it is a number, where there is one.
	Endless string
	// WithPassword: the setting means nothing unless DevicePasswordEnabled is 1.
	WithPassword bool

	stricter stricter
	item     wbxml.Tag // the elements of a List
}

// Settings lists the settings in the order of the protocol, which strict phones insist on.
func Settings() []Setting { return settings[:] }

// SettingOf finds a setting by its element's name.
func SettingOf(name string) (Setting, bool) {
	for i := range settings {
		if settings[i].Name == name {
			return settings[i], true
		}
	}
	return Setting{}, false
}

var settings = [...]Setting{
	{Name: "DevicePasswordEnabled", Tag: wbxml.ProvisionDevicePasswordEnabled, Since: eas.V12_0, Group: GroupPassword, Open: "0"},
	{Name: "AlphanumericDevicePasswordRequired", Tag: wbxml.ProvisionAlphanumericDevicePasswordRequired, Since: eas.V12_0, Group: GroupPassword, Open: "0", WithPassword: true},
	{Name: "RequireStorageCardEncryption", Tag: wbxml.ProvisionRequireStorageCardEncryption, Since: eas.V12_1, Group: GroupEncryption, Open: "0"},
	{Name: "PasswordRecoveryEnabled", Tag: wbxml.ProvisionPasswordRecoveryEnabled, Since: eas.V12_0, Group: GroupPassword, Open: "0", WithPassword: true},
	{Name: "AttachmentsEnabled", Tag: wbxml.ProvisionAttachmentsEnabled, Since: eas.V12_0, Group: GroupMail, Open: "1", stricter: lower},
	{Name: "MinDevicePasswordLength", Tag: wbxml.ProvisionMinDevicePasswordLength, Since: eas.V12_0, Kind: Number, Group: GroupPassword, Min: 1, Max: 16, Unit: "characters", WithPassword: true},
	{Name: "MaxInactivityTimeDeviceLock", Tag: wbxml.ProvisionMaxInactivityTimeDeviceLock, Since: eas.V12_0, Kind: Number, Group: GroupPassword, Min: 1, Max: 9999, Unit: "seconds", Endless: "9999", WithPassword: true, stricter: lower},
	{Name: "MaxDevicePasswordFailedAttempts", Tag: wbxml.ProvisionMaxDevicePasswordFailedAttempts, Since: eas.V12_0, Kind: Number, Group: GroupPassword, Min: 4, Max: 16, Unit: "tries", WithPassword: true, stricter: lower},
	{Name: "MaxAttachmentSize", Tag: wbxml.ProvisionMaxAttachmentSize, Since: eas.V12_0, Kind: Number, Group: GroupMail, Min: 0, Max: 1<<31 - 1, Unit: "bytes", stricter: lower},
	{Name: "AllowSimpleDevicePassword", Tag: wbxml.ProvisionAllowSimpleDevicePassword, Since: eas.V12_0, Group: GroupPassword, Open: "1", WithPassword: true, stricter: lower},
	{Name: "DevicePasswordExpiration", Tag: wbxml.ProvisionDevicePasswordExpiration, Since: eas.V12_0, Kind: Number, Group: GroupPassword, Min: 0, Max: 730, Unit: "days", Open: "0", Endless: "0", WithPassword: true, stricter: lower},
	{Name: "DevicePasswordHistory", Tag: wbxml.ProvisionDevicePasswordHistory, Since: eas.V12_0, Kind: Number, Group: GroupPassword, Min: 0, Max: 50, Unit: "passwords", Open: "0", WithPassword: true},
	{Name: "AllowStorageCard", Tag: wbxml.ProvisionAllowStorageCard, Since: eas.V12_1, Group: GroupFeatures, Open: "1", stricter: lower},
	{Name: "AllowCamera", Tag: wbxml.ProvisionAllowCamera, Since: eas.V12_1, Group: GroupFeatures, Open: "1", stricter: lower},
	{Name: "RequireDeviceEncryption", Tag: wbxml.ProvisionRequireDeviceEncryption, Since: eas.V12_1, Group: GroupEncryption, Open: "0"},
	{Name: "AllowUnsignedApplications", Tag: wbxml.ProvisionAllowUnsignedApplications, Since: eas.V12_1, Group: GroupPrograms, Open: "1", stricter: lower},
	{Name: "AllowUnsignedInstallationPackages", Tag: wbxml.ProvisionAllowUnsignedInstallationPackages, Since: eas.V12_1, Group: GroupPrograms, Open: "1", stricter: lower},
	{Name: "MinDevicePasswordComplexCharacters", Tag: wbxml.ProvisionMinDevicePasswordComplexCharacters, Since: eas.V12_1, Kind: Number, Group: GroupPassword, Min: 1, Max: 4, Unit: "groups", Open: "1", WithPassword: true},
	{Name: "AllowWiFi", Tag: wbxml.ProvisionAllowWiFi, Since: eas.V12_1, Group: GroupFeatures, Open: "1", stricter: lower},
	{Name: "AllowTextMessaging", Tag: wbxml.ProvisionAllowTextMessaging, Since: eas.V12_1, Group: GroupFeatures, Open: "1", stricter: lower},
	{Name: "AllowPOPIMAPEmail", Tag: wbxml.ProvisionAllowPOPIMAPEmail, Since: eas.V12_1, Group: GroupPrograms, Open: "1", stricter: lower},
	{Name: "AllowBluetooth", Tag: wbxml.ProvisionAllowBluetooth, Since: eas.V12_1, Kind: Choice, Group: GroupFeatures, Values: []int64{0, 1, 2}, Open: "2", stricter: lower},
	{Name: "AllowIrDA", Tag: wbxml.ProvisionAllowIrDA, Since: eas.V12_1, Group: GroupFeatures, Open: "1", stricter: lower},
	{Name: "RequireManualSyncWhenRoaming", Tag: wbxml.ProvisionRequireManualSyncWhenRoaming, Since: eas.V12_1, Group: GroupMail, Open: "0"},
	{Name: "AllowDesktopSync", Tag: wbxml.ProvisionAllowDesktopSync, Since: eas.V12_1, Group: GroupFeatures, Open: "1", stricter: lower},
	{Name: "MaxCalendarAgeFilter", Tag: wbxml.ProvisionMaxCalendarAgeFilter, Since: eas.V12_1, Kind: Choice, Group: GroupMail, Values: []int64{0, 4, 5, 6, 7}, Open: "0", Endless: "0", stricter: lower},
	{Name: "AllowHTMLEmail", Tag: wbxml.ProvisionAllowHTMLEmail, Since: eas.V12_1, Group: GroupMail, Open: "1", stricter: lower},
	{Name: "MaxEmailAgeFilter", Tag: wbxml.ProvisionMaxEmailAgeFilter, Since: eas.V12_1, Kind: Choice, Group: GroupMail, Values: []int64{0, 1, 2, 3, 4, 5}, Open: "0", Endless: "0", stricter: lower},
	{Name: "MaxEmailBodyTruncationSize", Tag: wbxml.ProvisionMaxEmailBodyTruncationSize, Since: eas.V12_1, Kind: Number, Group: GroupMail, Min: -1, Max: 1<<31 - 1, Unit: "kilobytes", Open: "-1", Endless: "-1", stricter: lower},
	{Name: "MaxEmailHTMLBodyTruncationSize", Tag: wbxml.ProvisionMaxEmailHTMLBodyTruncationSize, Since: eas.V12_1, Kind: Number, Group: GroupMail, Min: -1, Max: 1<<31 - 1, Unit: "kilobytes", Open: "-1", Endless: "-1", stricter: lower},
	{Name: "RequireSignedSMIMEMessages", Tag: wbxml.ProvisionRequireSignedSMIMEMessages, Since: eas.V12_1, Group: GroupMessages, Open: "0"},
	{Name: "RequireEncryptedSMIMEMessages", Tag: wbxml.ProvisionRequireEncryptedSMIMEMessages, Since: eas.V12_1, Group: GroupMessages, Open: "0"},
	{Name: "RequireSignedSMIMEAlgorithm", Tag: wbxml.ProvisionRequireSignedSMIMEAlgorithm, Since: eas.V12_1, Kind: Choice, Group: GroupMessages, Values: []int64{0, 1}, Open: "0", stricter: lower},
	{Name: "RequireEncryptionSMIMEAlgorithm", Tag: wbxml.ProvisionRequireEncryptionSMIMEAlgorithm, Since: eas.V12_1, Kind: Choice, Group: GroupMessages, Values: []int64{0, 1, 2, 3, 4}, Open: "0", stricter: lower},
	{Name: "AllowSMIMEEncryptionAlgorithmNegotiation", Tag: wbxml.ProvisionAllowSMIMEEncryptionAlgorithmNegotiation, Since: eas.V12_1, Kind: Choice, Group: GroupMessages, Values: []int64{0, 1, 2}, Open: "2", stricter: lower},
	{Name: "AllowSMIMESoftCerts", Tag: wbxml.ProvisionAllowSMIMESoftCerts, Since: eas.V12_1, Group: GroupMessages, Open: "1", stricter: lower},
	{Name: "AllowBrowser", Tag: wbxml.ProvisionAllowBrowser, Since: eas.V12_1, Group: GroupPrograms, Open: "1", stricter: lower},
	{Name: "AllowConsumerEmail", Tag: wbxml.ProvisionAllowConsumerEmail, Since: eas.V12_1, Group: GroupPrograms, Open: "1", stricter: lower},
	{Name: "AllowRemoteDesktop", Tag: wbxml.ProvisionAllowRemoteDesktop, Since: eas.V12_1, Group: GroupPrograms, Open: "1", stricter: lower},
	{Name: "AllowInternetSharing", Tag: wbxml.ProvisionAllowInternetSharing, Since: eas.V12_1, Group: GroupFeatures, Open: "1", stricter: lower},
	{Name: "UnapprovedInROMApplicationList", Tag: wbxml.ProvisionUnapprovedInROMApplicationList, Since: eas.V12_1, Kind: List, Group: GroupPrograms, stricter: both, item: wbxml.ProvisionApplicationName},
	{Name: "ApprovedApplicationList", Tag: wbxml.ProvisionApprovedApplicationList, Since: eas.V12_1, Kind: List, Group: GroupPrograms, stricter: shared, item: wbxml.ProvisionHash},
}
