// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// Device is one registered device, or a phone that waits to be registered.
type Device struct {
	ID               access.DeviceID    `json:"id"`
	State            access.DeviceState `json:"state" enum:"waiting,pending,active,lost,retired,wiped"`
	Name             string             `json:"name,omitempty" doc:"As its owner or its management calls it"`
	Owner            access.UserID      `json:"owner,omitempty" doc:"The user it is registered for"`
	OwnerName        string             `json:"owner_name,omitempty"`
	OS               string             `json:"os,omitempty"`
	OSVersion        string             `json:"os_version,omitempty"`
	Model            string             `json:"model,omitempty"`
	Manufacturer     string             `json:"manufacturer,omitempty"`
	Number           string             `json:"number,omitempty" doc:"Phone number"`
	IMEI             string             `json:"imei,omitempty"`
	Serial           string             `json:"serial,omitempty"`
	UDID             string             `json:"udid,omitempty"`
	EASID            string             `json:"eas_id,omitempty" doc:"Canonical ActiveSync device id, where the registration names it; a waiting phone always has one"`
	Ownership        access.Ownership   `json:"ownership,omitempty" enum:"company,employee"`
	Source           string             `json:"source,omitempty" doc:"local, csv, api, or the management system it comes from"`
	Enrolled         time.Time          `json:"enrolled,omitzero"`
	LastCheckIn      time.Time          `json:"last_check_in,omitzero"`
	Compliance       access.Compliance  `json:"compliance" enum:"unknown,compliant,noncompliant"`
	Noncompliant     string             `json:"noncompliant,omitempty" doc:"Why it is not compliant"`
	ComplianceSince  time.Time          `json:"compliance_since,omitzero"`
	ComplianceSource string             `json:"compliance_source,omitempty" doc:"Who says so"`
	Comment          string             `json:"comment"`
	Records          int                `json:"records" doc:"How many records are linked to it"`
	Unlinked         int                `json:"unlinked,omitempty" doc:"How many records of the phone it is registered under are linked to no device, while it is in use and has no record"`
	UnlinkedByHand   int                `json:"unlinked_by_hand,omitempty" doc:"How many of them a person has unlinked"`
	Before           *FormerDevice      `json:"before,omitempty" doc:"Of a waiting phone, the retired or wiped device it was before"`
	Actions          []access.Verb      `json:"actions" doc:"Verbs that its state allows, whoever asks"`
	Created          time.Time          `json:"created,omitzero"`
	Updated          time.Time          `json:"updated,omitzero"`
	Version          int64              `json:"version" doc:"Grows with every change; the ETag"`
}

// FormerDevice is the retired or wiped device that a waiting phone was before.
type FormerDevice struct {
	ID        access.DeviceID    `json:"id" doc:"\"outside\": a device that does not belong to the groups of who asks"`
	State     access.DeviceState `json:"state" enum:"retired,wiped"`
	Owner     access.UserID      `json:"owner,omitempty"`
	OwnerName string             `json:"owner_name,omitempty"`
}

// DeviceDetails is a device with what is around it.
type DeviceDetails struct {
	Device
	User      *User         `json:"user,omitempty" doc:"The owner"`
	Linked    []Association `json:"linked" doc:"Records linked to it; of a waiting phone, those of its ActiveSync id"`
	Reached   []Association `json:"reached" doc:"Other records of the same phone: its state and compliance reach them although they are not linked"`
	Loose     []Association `json:"loose" doc:"Records of its phone that are linked to no device, while none is linked to it"`
	Suggested []Association `json:"suggested" doc:"Other records that may belong to it"`
	Lives     []Association `json:"lives" doc:"Records of its phones under earlier or later device ids that are in none of the other lists"`
	Timeline  []AuditEntry  `json:"timeline" doc:"What was done to it and its records, newest first; its timeline has pages and more"`
}

func deviceOf(r *admin.DeviceRow) Device {
	d := Device{
		ID: r.ID, State: r.State, Name: r.Name, Owner: r.Owner, OwnerName: r.OwnerName, OS: r.OS, OSVersion: r.OSVersion,
		Model: r.Model, Manufacturer: r.Manufacturer, Number: r.Number, IMEI: r.IMEI, Serial: r.Serial, UDID: r.UDID, EASID: r.EASID,
		Ownership: r.Ownership, Source: r.Source, Enrolled: r.Enrolled.UTC(), LastCheckIn: r.LastCheckIn.UTC(),
		Compliance: r.Compliance, Noncompliant: r.Noncompliant, ComplianceSince: r.ComplianceSince.UTC(), ComplianceSource: r.ComplianceSource,
		Comment: r.Comment, Records: r.Records, Unlinked: r.Unlinked, UnlinkedByHand: r.UnlinkedByHand, Actions: append([]access.Verb{}, r.Actions...),
		Created: r.Created.UTC(), Updated: r.Updated.UTC(), Version: r.Version,
	}
	if r.Before.ID != "" {
		d.Before = &FormerDevice{ID: r.Before.ID, State: r.Before.State, Owner: r.Before.Owner, OwnerName: r.Before.OwnerName}
	}
	if d.Compliance == "" {
		d.Compliance = access.ComplianceUnknown
	}
	return d
}

// DeviceForm is what is said of a device. It is written as a whole: what is left out becomes empty.
type DeviceForm struct {
	Name         string           `json:"name,omitempty" maxLength:"320"`
	Owner        access.UserID    `json:"owner,omitempty" maxLength:"100" doc:"Id of a user; absent: nobody"`
	OS           string           `json:"os,omitempty" maxLength:"320"`
	OSVersion    string           `json:"os_version,omitempty" maxLength:"320"`
	Model        string           `json:"model,omitempty" maxLength:"320"`
	Manufacturer string           `json:"manufacturer,omitempty" maxLength:"320"`
	Number       string           `json:"number,omitempty" maxLength:"320"`
	IMEI         string           `json:"imei,omitempty" maxLength:"320"`
	Serial       string           `json:"serial,omitempty" maxLength:"320"`
	UDID         string           `json:"udid,omitempty" maxLength:"320"`
	EASID        string           `json:"eas_id,omitempty" maxLength:"320" doc:"ActiveSync device id in any spelling"`
	Ownership    access.Ownership `json:"ownership,omitempty" enum:"company,employee"`
	Source       string           `json:"source,omitempty" maxLength:"100" doc:"Who says so: the name of a management system; absent: local"`
	Enrolled     time.Time        `json:"enrolled,omitzero"`
	LastCheckIn  time.Time        `json:"last_check_in,omitzero"`
	Comment      string           `json:"comment,omitempty"`
}

func (f *DeviceForm) form(state access.DeviceState) admin.DeviceForm {
	return admin.DeviceForm{Name: f.Name, Owner: f.Owner, OS: f.OS, OSVersion: f.OSVersion, Model: f.Model, Manufacturer: f.Manufacturer,
		Number: f.Number, IMEI: f.IMEI, Serial: f.Serial, UDID: f.UDID, EASID: f.EASID, Ownership: f.Ownership, Source: f.Source,
		Enrolled: f.Enrolled.UTC(), LastCheckIn: f.LastCheckIn.UTC(), Comment: f.Comment, State: state}
}
