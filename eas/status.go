// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eas

// Status is a value of a Status element that means the same under every command from 14.0 on.
// [MS-ASCMD] 2.2.2
type Status uint8

// Common statuses a middlebox sends or reads; 101 to 184 are assigned.
const (
	StatusInvalidContent          Status = 101
	StatusInvalidWBXML            Status = 102
	StatusInvalidXML              Status = 103
	StatusInvalidDateTime         Status = 104
	StatusInvalidCombinationOfIDs Status = 105
	StatusInvalidIDs              Status = 106
	StatusInvalidMIME             Status = 107
	StatusDeviceIDInvalid         Status = 108
	StatusDeviceTypeInvalid       Status = 109
	StatusServerError             Status = 110
	StatusServerErrorRetryLater   Status = 111
	StatusDirectoryAccessDenied   Status = 112
	StatusMailboxQuotaExceeded    Status = 113
	StatusMailboxOffline          Status = 114
	StatusSendQuotaExceeded       Status = 115
	StatusMessageAlreadySent      Status = 118
	StatusUserHasNoMailbox        Status = 123
	StatusUserNotFound            Status = 125
	StatusUserDisabled            Status = 126
	StatusDeviceBlocked           Status = 129
	StatusAccessDenied            Status = 130
	StatusAccountDisabled         Status = 131
	StatusSyncStateNotFound       Status = 132
	StatusCommandNotSupported     Status = 137
	StatusVersionNotSupported     Status = 138
	StatusNotFullyProvisionable   Status = 139
	StatusRemoteWipeRequested     Status = 140
	StatusLegacyDevice            Status = 141
	StatusNotProvisioned          Status = 142
	StatusPolicyRefresh           Status = 143
	StatusInvalidPolicyKey        Status = 144
	StatusExternallyManaged       Status = 145
	StatusEmptyRequestNotCached   Status = 149
	StatusDeviceInfoRequired      Status = 165
	StatusMaximumDevicesReached   Status = 177

	firstCommonStatus = StatusInvalidContent
	lastCommonStatus  = 184
)

// Common says whether the value belongs to the common range.
func (s Status) Common() bool { return s >= firstCommonStatus && s <= lastCommonStatus }

// NeedsProvision says whether a client answers this status by provisioning.
func (s Status) NeedsProvision() bool {
	return s >= StatusRemoteWipeRequested && s <= StatusInvalidPolicyKey
}

// HTTP is the code that stands for the status up to version 12.1. Where the specification names none it
// is the sensible one, and 500 for values without any. keyed says whether the request carried a policy
// key; a wipe is announced by 403 to a phone that never sent one. [MS-ASCMD] 2.2.2
func (s Status) HTTP(keyed bool) int {
	switch s {
	case StatusServerErrorRetryLater, StatusMailboxOffline:
		return 503
	case StatusDirectoryAccessDenied, StatusUserHasNoMailbox, 124, StatusUserNotFound, StatusUserDisabled, 127, 128,
		StatusDeviceBlocked, StatusAccessDenied, StatusAccountDisabled, StatusSyncStateNotFound,
		StatusNotFullyProvisionable, StatusExternallyManaged, StatusMaximumDevicesReached:
		return 403
	case StatusMailboxQuotaExceeded:
		return 507
	case StatusCommandNotSupported:
		return 501
	case StatusVersionNotSupported:
		return 400
	case StatusRemoteWipeRequested:
		if !keyed {
			return 403
		}
		return 449
	case StatusLegacyDevice, StatusNotProvisioned, StatusPolicyRefresh, StatusInvalidPolicyKey:
		return 449
	}
	if s >= firstCommonStatus && s <= StatusDeviceTypeInvalid {
		return 400
	}
	return 500
}
