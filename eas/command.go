// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eas

// Command is what a request asks for. The zero value is CommandUnknown, so that a forgotten field never
// reads as Sync, whose code on the wire is 0.
type Command uint8

// The commands of [MS-ASHTTP] 2.2.1.1.1.2.2, then names of old versions that exist only in plain
// queries, then two words that are no POST commands: OPTIONS, which Outlook mobile repeats as a Cmd, and
// Autodiscover, which has its own URL.
const (
	CommandUnknown Command = iota
	Sync
	SendMail
	SmartForward
	SmartReply
	GetAttachment
	FolderSync
	FolderCreate
	FolderDelete
	FolderUpdate
	MoveItems
	GetItemEstimate
	MeetingResponse
	Search
	Settings
	Ping
	ItemOperations
	Provision
	ResolveRecipients
	ValidateCert
	Find
	GetHierarchy
	CreateCollection
	DeleteCollection
	MoveCollection
	Notify
	Options
	Autodiscover

	lastCommand = Autodiscover
)

const noCode = 0xFF

// row is what is fixed about a command.
func (c Command) row() (name string, code uint8) {
	switch c {
	case Sync:
		return "Sync", 0
	case SendMail:
		return "SendMail", 1
	case SmartForward:
		return "SmartForward", 2
	case SmartReply:
		return "SmartReply", 3
	case GetAttachment:
		return "GetAttachment", 4
	case FolderSync:
		return "FolderSync", 9
	case FolderCreate:
		return "FolderCreate", 10
	case FolderDelete:
		return "FolderDelete", 11
	case FolderUpdate:
		return "FolderUpdate", 12
	case MoveItems:
		return "MoveItems", 13
	case GetItemEstimate:
		return "GetItemEstimate", 14
	case MeetingResponse:
		return "MeetingResponse", 15
	case Search:
		return "Search", 16
	case Settings:
		return "Settings", 17
	case Ping:
		return "Ping", 18
	case ItemOperations:
		return "ItemOperations", 19
	case Provision:
		return "Provision", 20
	case ResolveRecipients:
		return "ResolveRecipients", 21
	case ValidateCert:
		return "ValidateCert", 22
	case Find:
		return "Find", 23
	case GetHierarchy:
		return "GetHierarchy", noCode
	case CreateCollection:
		return "CreateCollection", noCode
	case DeleteCollection:
		return "DeleteCollection", noCode
	case MoveCollection:
		return "MoveCollection", noCode
	case Notify:
		return "Notify", noCode
	case Options:
		return "Options", noCode
	case Autodiscover:
		return "Autodiscover", noCode
	}
	return "", noCode
}

// Commands lists every command but CommandUnknown, in the order of their numbers here.
func Commands() []Command {
	all := make([]Command, 0, lastCommand)
	for c := Sync; c <= lastCommand; c++ {
		all = append(all, c)
	}
	return all
}

// String is the name as the specification spells it, "" for CommandUnknown.
func (c Command) String() string {
	name, _ := c.row()
	return name
}

// Code is the number in a base64 query; ok is false for commands that have none.
// [MS-ASHTTP] 2.2.1.1.1.2.2
func (c Command) Code() (code uint8, ok bool) {
	_, code = c.row()
	return code, code != noCode
}

// CommandOf is the command with this number, or CommandUnknown.
func CommandOf(code uint8) Command {
	if code == noCode {
		return CommandUnknown
	}
	for c := Sync; c <= Find; c++ {
		if _, n := c.row(); n == code {
			return c
		}
	}
	return CommandUnknown
}

// ParseCommand finds a command by name. Letters are compared without case as ASCII, so that no exotic
// letter that folds to a plain one passes as it. It does not allocate.
func ParseCommand(name string) Command {
	for c := Sync; c <= lastCommand; c++ {
		if n, _ := c.row(); equalASCII(n, name) {
			return c
		}
	}
	return CommandUnknown
}

// LongPoll says whether the server may hold the answer for up to an hour: Ping, and Sync from 12.1 on.
// [MS-ASCMD] 2.2.1.13, 2.2.1.21
func (c Command) LongPoll(v Version) bool {
	return c == Ping || c == Sync && (v == VersionUnknown || v >= V12_1)
}

// Safe says whether a request may be sent to the server a second time when nothing of the first answer
// has arrived and it is unknown whether the first was served. Sync is not among them, although a repeated
// SyncKey is meant to repair a lost answer: with the key of a finished round it may carry new items.
func (c Command) Safe() bool {
	switch c {
	case Ping, FolderSync, GetItemEstimate, GetAttachment, Search, Find, ResolveRecipients, ValidateCert,
		GetHierarchy, Options, Autodiscover:
		return true
	}
	return false
}

// EmptyBody says whether the command may come without body: a Sync or Ping that repeats the last one, a
// GetAttachment, an OPTIONS, and commands of old versions. [MS-ASCMD] 2.2.1.21, 2.2.1.13
func (c Command) EmptyBody() bool {
	switch c {
	case Sync, Ping, GetAttachment, GetHierarchy, CreateCollection, DeleteCollection, MoveCollection, Options:
		return true
	}
	return false
}

// MailBody says whether the body is a bare mail message: the sending commands up to 12.1. Of an unknown
// version it may be either. [MS-ASHTTP] 2.2.1.1.2.3
func (c Command) MailBody(v Version) bool {
	return c.Sends() && v < V14_0
}

// Sends says whether the command submits a mail.
func (c Command) Sends() bool { return c == SendMail || c == SmartForward || c == SmartReply }

func equalASCII(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lowerASCII(a[i]) != lowerASCII(b[i]) {
			return false
		}
	}
	return true
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
