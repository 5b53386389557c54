// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package reply

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// Status says no with a common status: inside a 200 from 14.0 on, as the HTTP code of the status up to
// 12.1 and for commands whose answers are not WBXML. [MS-ASCMD] 2.2.2
func Status(q Request, s eas.Status) Reply {
	if q.Version.InBand() {
		if body, ok := inBand(q.Command, s); ok {
			return typed(q, body)
		}
	}
	return bare(q, s.HTTP(q.Keyed))
}

// Refuse says that this device may not talk for this user: status 129 from 14.0 on, else 403. Provision
// is refused with 403 always, because some phones answer a 403 of another command by provisioning and
// would take anything softer as success on the way.
func Refuse(q Request) Reply {
	if q.Command == eas.Provision {
		return Forbid(q)
	}
	return Status(q, eas.StatusDeviceBlocked)
}

// Deny says that this one command may not be had, in the command's own words where it has some, so that a
// phone takes neither itself for blocked nor the account for broken: Search in the answer of its store,
// ItemOperations in that of each operation of asked, the document of the request, and in its own status when
// asked is nil; an attachment of old versions by 403, everything else with status 130 from 14.0 on, else 403.
// [MS-ASCMD] 2.2.3.177.13, 2.2.3.177.8, 2.2.2
func Deny(q Request, asked *wbxml.Node) Reply {
	switch q.Command {
	case eas.GetAttachment, eas.Provision:
		return Forbid(q)
	case eas.Search:
		return typed(q, wbxml.Marshal(wbxml.Elem(wbxml.SearchSearch, wbxml.Text(wbxml.SearchStatus, "1"),
			wbxml.Elem(wbxml.SearchResponse, wbxml.Elem(wbxml.SearchStore, wbxml.Text(wbxml.SearchStatus, "5"))))))
	case eas.ItemOperations:
		return typed(q, wbxml.Marshal(denied(asked)))
	}
	return Status(q, eas.StatusAccessDenied)
}

// maxOperations is how many operations one request may hold. [MS-ASCMD] 3.1.5.8
const maxOperations = 100

// denied answers every operation of a request with 16, access denied, and with what names it. One that might
// have been had without its neighbours is refused with them: a phone that is told to try again would send the
// same request for ever.
func denied(asked *wbxml.Node) *wbxml.Node {
	response := wbxml.Elem(wbxml.ItemOperationsResponse)
	if asked != nil && asked.Tag == wbxml.ItemOperationsItemOperations {
		for _, op := range asked.Kids {
			if len(response.Kids) == maxOperations {
				break
			}
			switch op.Tag {
			case wbxml.ItemOperationsFetch, wbxml.ItemOperationsEmptyFolderContents, wbxml.ItemOperationsMove:
				response.Kids = append(response.Kids, deniedOne(op))
			}
		}
	}
	if len(response.Kids) == 0 {
		return wbxml.Elem(wbxml.ItemOperationsItemOperations, wbxml.Text(wbxml.ItemOperationsStatus, itemDenied))
	}
	return wbxml.Elem(wbxml.ItemOperationsItemOperations, wbxml.Text(wbxml.ItemOperationsStatus, "1"), response)
}

const itemDenied = "16"

func deniedOne(op *wbxml.Node) *wbxml.Node {
	one := wbxml.Elem(op.Tag, wbxml.Text(wbxml.ItemOperationsStatus, itemDenied))
	for _, k := range op.Kids {
		switch k.Tag {
		case wbxml.AirSyncCollectionId, wbxml.AirSyncServerId, wbxml.SearchLongId, wbxml.AirSyncBaseFileReference,
			wbxml.DocumentLibraryLinkId, wbxml.ItemOperationsConversationId:
			if len(k.Kids) == 0 {
				one.Kids = append(one.Kids, k)
			}
		}
	}
	return one
}

// Forbid is a 403 under every version and command.
func Forbid(q Request) Reply { return bare(q, http.StatusForbidden) }

// NeedProvision tells the phone to provision and come back; s is one of 140 to 144. A Ping carries no
// policy key, so it is ended with Status 7 and the FolderSync it causes gets the real answer. ok is false
// where the signal must never be given: Provision itself, OPTIONS, Autodiscover. [MS-ASPROV] 3.1.5.1
func NeedProvision(q Request, s eas.Status) (r Reply, ok bool) {
	switch q.Command {
	case eas.Provision, eas.Options, eas.Autodiscover:
		return Reply{}, false
	case eas.Ping:
		return Ping(q, PingFolders), true
	}
	return Status(q, s), true
}

// NeedProvisionLoud is NeedProvision for phones that claim 14.0 or later and overlook the status: code 449
// with the same body.
func NeedProvisionLoud(q Request, s eas.Status) (r Reply, ok bool) {
	r, ok = NeedProvision(q, s)
	if ok && q.Command != eas.Ping && r.Code == http.StatusOK {
		r.Code = s.HTTP(q.Keyed)
	}
	return r, ok
}

// Busy says that the server cannot answer now: 503 with Retry-After in whole seconds, at least one.
func Busy(q Request, after time.Duration) Reply {
	sec := max(1, int((after+time.Second-1)/time.Second))
	return bare(q, http.StatusServiceUnavailable).With("Retry-After", strconv.Itoa(sec))
}

// Throttle is Busy because of the phone itself; reason is a word for X-MS-ASThrottle, such as
// CommandFrequency. [MS-ASHTTP] 2.2.2.1.1.2
func Throttle(q Request, after time.Duration, reason string) Reply {
	return Busy(q, after).With(eas.HeaderThrottle, clean(reason))
}

// BadGateway says that the server cannot be reached or talks nonsense.
func BadGateway(q Request) Reply { return bare(q, http.StatusBadGateway) }

// InvalidWBXML refuses a body that is no document, or another command's. Status 102, or 400.
func InvalidWBXML(q Request) Reply { return Status(q, eas.StatusInvalidWBXML) }

// UnsupportedVersion refuses a version: status 138, 400, or 505 to devices of 1.0.
func UnsupportedVersion(q Request) Reply {
	if q.Version > 0 && q.Version < 20 {
		return bare(q, http.StatusHTTPVersionNotSupported)
	}
	return Status(q, eas.StatusVersionNotSupported)
}

// UnsupportedCommand refuses a command or, with CommandUnknown, a method: status 137, or 501.
func UnsupportedCommand(q Request) Reply { return Status(q, eas.StatusCommandNotSupported) }

// Document is success with a WBXML document.
func Document(q Request, body []byte) Reply { return typed(q, body) }

// NotFound answers any other URL.
func NotFound(q Request) Reply { return bare(q, http.StatusNotFound) }

// TooLarge answers a body above what this middlebox takes.
func TooLarge(q Request) Reply { return bare(q, http.StatusRequestEntityTooLarge) }

// Unauthorized asks for Basic credentials. [RFC 7617] 2
func Unauthorized(q Request, realm string) Reply {
	esc := strings.NewReplacer("\\", "\\\\", "\"", "\\\"")
	return bare(q, http.StatusUnauthorized).With("Www-Authenticate", "Basic realm=\""+esc.Replace(clean(realm))+"\"")
}

// OptionsOK answers OPTIONS with versions and commands, comma lists. [MS-ASHTTP] 2.2.4
func OptionsOK(q Request, versions, commands string) Reply {
	return typed(q, nil).With("Allow", "OPTIONS,POST").With("Public", "OPTIONS,POST").
		With(eas.HeaderProtocolVersions, clean(versions)).With(eas.HeaderProtocolCommands, clean(commands))
}

// Empty is success without content: a Sync without changes, a mail sent. [MS-ASCMD] 2.2.1.21
func Empty(q Request) Reply { return typed(q, nil) }

// PingStatus is a Status of a Ping answer. [MS-ASCMD] 2.2.3.177.11
type PingStatus uint8

// The Ping statuses a middlebox gives.
const (
	PingExpired  PingStatus = 1 // the interval is over, nothing has changed
	PingMissing  PingStatus = 3 // send the full request
	PingSyntax   PingStatus = 4
	PingInterval PingStatus = 5 // another interval, see PingWithin
	PingFolders  PingStatus = 7 // the folders have changed: the phone comes with FolderSync
	PingRetry    PingStatus = 8 // server error
)

// Ping ends a Ping with a status of its own, the same in every version.
func Ping(q Request, s PingStatus) Reply {
	return typed(q, wbxml.Marshal(wbxml.Elem(wbxml.PingPing,
		wbxml.Text(wbxml.PingStatus, strconv.Itoa(int(s))))))
}

// PingWithin ends a Ping with Status 5 and the interval it should ask for, in seconds.
func PingWithin(q Request, seconds int) Reply {
	return typed(q, wbxml.Marshal(wbxml.Elem(wbxml.PingPing,
		wbxml.Text(wbxml.PingStatus, strconv.Itoa(int(PingInterval))),
		wbxml.Text(wbxml.PingHeartbeatInterval, strconv.Itoa(seconds)))))
}

// Drain ends a request that waits, because this middlebox shuts down: as if nothing had happened, so that
// the phone asks again. A Ping ends with Status 1, a Sync of 12.1 and later without changes, anything
// else with 503.
func Drain(q Request, after time.Duration) Reply {
	switch {
	case q.Command == eas.Ping:
		return Ping(q, PingExpired)
	case q.Command == eas.Sync && q.Version >= eas.V12_1:
		return Empty(q)
	}
	return Busy(q, after)
}

// Recall ends a request that waits, because its pair may no longer talk. A Ping ends with Status 7: the
// phone comes with FolderSync at once and gets the refusal in the form it understands. Anything else is
// refused where it stands.
func Recall(q Request) Reply {
	if q.Command == eas.Ping {
		return Ping(q, PingFolders)
	}
	return Refuse(q)
}
