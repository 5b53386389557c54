// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eas

// Path is where phones and servers expect the service; compared without case. [MS-ASHTTP] 2.2.1.1.1
const Path = "/Microsoft-Server-ActiveSync"

// Header names of [MS-ASHTTP] 2.2.1.1.2 and 2.2.2.1.1, in Go's canonical spelling, so that they work as
// keys of an http.Header.
const (
	HeaderProtocolVersion  = "Ms-Asprotocolversion"
	HeaderProtocolVersions = "Ms-Asprotocolversions"
	HeaderProtocolCommands = "Ms-Asprotocolcommands"
	HeaderPolicyKey        = "X-Ms-Policykey"
	HeaderAcceptMultiPart  = "Ms-Asacceptmultipart"
	HeaderServer           = "Ms-Server-Activesync"
	HeaderResync           = "X-Ms-Rp"
	HeaderLocation         = "X-Ms-Location"
	HeaderThrottle         = "X-Ms-Asthrottle"
	HeaderBackOff          = "X-Ms-Backoffduration"
	HeaderExpire           = "X-Ms-Credentials-Expire"
	HeaderServiceURL       = "X-Ms-Credential-Service-Url"
)

// Content types of bodies. [MS-ASHTTP] 2.2.1.1.2.3
const (
	TypeWBXML      = "application/vnd.ms-sync.wbxml"
	TypeWBXMLShort = "application/vnd.ms-sync"
	TypeMultipart  = "application/vnd.ms-sync.multipart"
	TypeMail       = "message/rfc822"
)

// AllCommands is the list of MS-ASProtocolCommands without Find, which belongs to 16.1.
// [MS-ASHTTP] 2.2.2.1.1.2
const AllCommands = "Sync,SendMail,SmartForward,SmartReply,GetAttachment,GetHierarchy,CreateCollection," +
	"DeleteCollection,MoveCollection,FolderSync,FolderCreate,FolderDelete,FolderUpdate,MoveItems," +
	"GetItemEstimate,MeetingResponse,Search,Settings,Ping,ItemOperations,Provision,ResolveRecipients," +
	"ValidateCert"
