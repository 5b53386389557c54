// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// DeviceQuery chooses devices. Show is one of store's device shows ("all", "registered", "waiting",
// "pending", "active", "lost", "retired", "wiped", "noncompliant"), Sort one of its device columns ("name",
// "added", "owner", "model", "os", "number", "state", "compliance", "enrolled", "check_in"); empty: all,
// by name. Search looks into owner, name, model, number, IMEI, serial number, UDID and ActiveSync id.
type DeviceQuery Query

// DeviceShows lists every choice of Show of devices.
func DeviceShows() []Show { return shows(store.DeviceShows()) }

// DeviceSorts lists every column devices can be sorted by.
func DeviceSorts() []Sort { return sorts(store.DeviceColumns()) }

func shows(list []store.Show) []Show {
	out := make([]Show, len(list))
	for i, s := range list {
		out[i] = Show(s)
	}
	return out
}

func sorts(list []store.Column) []Sort {
	out := make([]Sort, len(list))
	for i, s := range list {
		out[i] = Sort(s)
	}
	return out
}

// DevicePage is one page of devices.
type DevicePage struct {
	Rows []DeviceRow
	PageMarks
}

// PageMarks say what a page is a part of, as in Page.
type PageMarks struct {
	Next        string
	Prev        string
	Total       int
	TotalIsMore bool
	SearchOrder string
	Partial     bool
}

// DeviceRow is one device as the list shows it. Actions are the verbs its status allows, whoever
// asks; may the actor, and will it work, are asked when it is done.
type DeviceRow struct {
	access.RegisteredDevice
	Actions []access.Verb
}

// DeviceDetails is what the pane shows of one device.
type DeviceDetails struct {
	DeviceRow
	User      *access.User // owner; nil: nobody
	Linked    []Row        // records linked to it; of a waiting one those of its ActiveSync id
	Reached   []Row        // others that its status and compliance reach: the same phone, not linked
	Loose     []Row        // records of its phone that hang on no device, while none is linked to it
	Suggested []Row        // other records that may belong to it
	Lives     []Row        // records of its phones under other device ids that are in none of the lists (Y-05)
	Timeline  []access.AuditEntry
}

// DeviceForm is what a person or a program says of a device. It replaces everything it names.
type DeviceForm struct {
	Name         string
	Owner        access.UserID // empty: nobody
	OS           string
	OSVersion    string
	Model        string
	Manufacturer string
	Number       string
	IMEI         string
	Serial       string
	UDID         string
	EASID        string // ActiveSync device id in any spelling
	Ownership    access.Ownership
	Source       string // empty: access.SourceLocal
	Enrolled     time.Time
	LastCheckIn  time.Time
	Comment      string
	// State is for AddDevice and RegisterDevice alone: access.DevicePending, or DeviceActive, which is
	// what empty means.
	State access.DeviceState
}

// FormOf gives the form that describes a device as it is.
func FormOf(d *access.RegisteredDevice) DeviceForm {
	return DeviceForm{Name: d.Name, Owner: d.Owner, OS: d.OS, OSVersion: d.OSVersion, Model: d.Model, Manufacturer: d.Manufacturer,
		Number: d.Number, IMEI: d.IMEI, Serial: d.Serial, UDID: d.UDID, EASID: d.EASID, Ownership: d.Ownership, Source: d.Source,
		Enrolled: d.Enrolled, LastCheckIn: d.LastCheckIn, Comment: d.Comment, State: d.State}
}

// ComplianceForm says whether a device keeps its security policy (M-06).
type ComplianceForm struct {
	Compliance access.Compliance
	Reasons    []string  // why not, in words; needed when it does not
	Since      time.Time // zero: now
	Source     string    // who says so; empty: access.SourceLocal
}

// DeviceActions lists the verbs that the status of a device allows: one table for pages, API and
// the verbs themselves.
func DeviceActions(state access.DeviceState) []access.Verb {
	switch state {
	case access.DeviceWaiting:
		return []access.Verb{access.VerbAddDevice}
	case access.DevicePending:
		return []access.Verb{access.VerbActivate, access.VerbChangeDevice, access.VerbSetCompliance, access.VerbDeleteDevice}
	case access.DeviceActive:
		return []access.Verb{access.VerbChangeDevice, access.VerbSetCompliance, access.VerbLose, access.VerbRetire, access.VerbDeleteDevice}
	case access.DeviceLost:
		return []access.Verb{access.VerbFind, access.VerbChangeDevice, access.VerbSetCompliance, access.VerbRetire, access.VerbDeleteDevice}
	case access.DeviceRetired:
		return []access.Verb{access.VerbActivate, access.VerbChangeDevice, access.VerbDeleteDevice}
	case access.DeviceWiped: // which does not silence its compliance
		return []access.Verb{access.VerbActivate, access.VerbChangeDevice, access.VerbSetCompliance, access.VerbDeleteDevice}
	}
	return nil
}

func deviceAllows(state access.DeviceState, v access.Verb) bool {
	return slices.Contains(DeviceActions(state), v)
}
