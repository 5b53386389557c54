// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package wbxml

import "github.com/vedette-mail/vedette/eas"

// RootOf is the root element of a command's bodies, requests and answers alike. ok is false for commands
// that never carry WBXML. [MS-ASCMD] 2.2.1
func RootOf(c eas.Command) (root Tag, ok bool) {
	root, _ = shape(c)
	return root, root != 0
}

// StatusOf is the element that holds a Status directly under the command's root. [MS-ASCMD] 2.2.3.177
func StatusOf(c eas.Command) (status Tag, ok bool) {
	_, status = shape(c)
	return status, status != 0
}

// CommandOf is the command whose bodies have this root, or eas.CommandUnknown.
func CommandOf(root Tag) eas.Command {
	for _, c := range eas.Commands() {
		if r, _ := shape(c); r == root && r != 0 {
			return c
		}
	}
	return eas.CommandUnknown
}

func shape(c eas.Command) (root, status Tag) {
	switch c {
	case eas.Sync:
		return AirSyncSync, AirSyncStatus
	case eas.SendMail:
		return ComposeMailSendMail, ComposeMailStatus
	case eas.SmartForward:
		return ComposeMailSmartForward, ComposeMailStatus
	case eas.SmartReply:
		return ComposeMailSmartReply, ComposeMailStatus
	case eas.FolderSync:
		return FolderHierarchyFolderSync, FolderHierarchyStatus
	case eas.FolderCreate:
		return FolderHierarchyFolderCreate, FolderHierarchyStatus
	case eas.FolderDelete:
		return FolderHierarchyFolderDelete, FolderHierarchyStatus
	case eas.FolderUpdate:
		return FolderHierarchyFolderUpdate, FolderHierarchyStatus
	case eas.MoveItems:
		return MoveMoveItems, MoveStatus
	case eas.GetItemEstimate:
		return GetItemEstimateGetItemEstimate, GetItemEstimateStatus
	case eas.MeetingResponse:
		return MeetingResponseMeetingResponse, MeetingResponseStatus
	case eas.Search:
		return SearchSearch, SearchStatus
	case eas.Settings:
		return SettingsSettings, SettingsStatus
	case eas.Ping:
		return PingPing, PingStatus
	case eas.ItemOperations:
		return ItemOperationsItemOperations, ItemOperationsStatus
	case eas.Provision:
		return ProvisionProvision, ProvisionStatus
	case eas.ResolveRecipients:
		return ResolveRecipientsResolveRecipients, ResolveRecipientsStatus
	case eas.ValidateCert:
		return ValidateCertValidateCert, ValidateCertStatus
	case eas.Find:
		return FindFind, FindStatus
	case eas.Notify:
		return AirNotifyNotify, AirNotifyStatus
	}
	return 0, 0
}
