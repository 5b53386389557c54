// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// Compliance says whether a registered device keeps its security policy.
type Compliance string

// What can be known about it. Unknown speaks against nobody.
const (
	ComplianceUnknown Compliance = "unknown"
	Compliant         Compliance = "compliant"
	NotCompliant      Compliance = "noncompliant"
)

// DeviceWaiting is the state of a phone that syncs mail and that no registration is known for: it stands
// on the Devices page so that somebody can register it. Gateways never hear of such a device.
const DeviceWaiting DeviceState = "waiting"

// Ownership says who has paid for a device.
type Ownership string

// The kinds of ownership. The zero value: nobody has said.
const (
	OwnedByCompany  Ownership = "company"
	OwnedByEmployee Ownership = "employee"
)

// FormerDevice is a retired or wiped device whose phone syncs mail still, or again. The zero value: none.
type FormerDevice struct {
	ID        DeviceID
	State     DeviceState
	Owner     UserID
	OwnerName string
}

// RegisteredDevice is one device as the console keeps and shows it. Device.Owner is the user it is
// registered for, Device.Noncompliant the reason in words while Compliance is NotCompliant.
type RegisteredDevice struct {
	Device

	Name         string // as its owner or its management calls it
	OwnerName    string // name of the owner, kept beside the id for lists; written by the store
	OS           string
	OSVersion    string
	Model        string
	Manufacturer string
	Number       string
	IMEI         string // its digits alone; what is no IMEI, such as a MEID, as it was given
	Serial       string
	UDID         string
	EASID        string // canonical ActiveSync device id, where the registration names it; of a waiting one always
	Ownership    Ownership
	Source       string // SourceLocal, "csv", "api", or the management system it comes from
	Enrolled     time.Time
	LastCheckIn  time.Time

	Compliance       Compliance
	ComplianceSince  time.Time
	ComplianceSource string
	Comment          string
	Records          int // how many records are linked to it; written by the store
	// Unlinked is how many records of the phone it is registered under (EASID) are linked to no device, while it
	// is in use and has no record; UnlinkedByHand those of them that a person has unlinked. Written by the store.
	Unlinked, UnlinkedByHand int
	// Before is, of a waiting one, the device that its phone was before. Written by the store.
	Before FormerDevice

	Created time.Time
	Updated time.Time
	Version int64
}
