// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

// A Signal is one thing that speaks for or against a record belonging to a registered device.
type Signal uint8

// The signals, in the order of the table of weights.
const (
	SignalEASID Signal = iota
	SignalSerial
	SignalIMEI
	SignalSibling
	SignalOwner
	SignalNumber
	SignalModel
	SignalName
	SignalOS
	SignalEnrolled
	SignalOSVersion
	SignalOtherVersion
	SignalOtherNumber
	SignalGuest
	SignalOtherModel
	SignalTaken
	SignalOtherOwner
	SignalAlike
	SignalRival
	SignalOtherSlot
	SignalOtherEASID
	SignalOtherIMEI
	SignalOtherSerial
	SignalOtherOS
	SignalSuperseded
	SignalRetired
	signals
)

// Weight is what a signal counts, in points.
type Weight struct {
	Signal     Signal
	Name       string
	Points     int
	Identifies bool   // names one phone, and so lifts doubts
	Doubts     bool   // the matcher does not link by itself unless another signal identifies the phone
	Forbids    bool   // the matcher neither links nor suggests, whatever else speaks for it
	Says       string // in words for a person
	Why        string // why it counts so much
}

// A record is linked when its best device has LinkFrom points and is LinkAhead of the next one. From
// SuggestFrom on a device is suggested, and a link that the matcher has made is kept. A suggestion with
// ClearFrom points that is as far ahead is clear: one of those that a person may confirm in bulk.
const (
	LinkFrom    = 70
	LinkAhead   = 20
	ClearFrom   = 60
	SuggestFrom = 30
	fullScore   = 100
)

// Weights is the table of the matcher: every signal once, the strongest first.
func Weights() []Weight {
	t := table()
	return t[:]
}

func table() [signals]Weight {
	return [signals]Weight{
		{SignalEASID, "eas-id", 100, true, false, false, "the registration names this ActiveSync device id",
			"the management system has asked the mail app itself"},
		{SignalSerial, "serial", 85, true, false, false, "the ActiveSync device id is made of its serial number",
			"older iOS builds its id so, and serial numbers are unique"},
		{SignalIMEI, "imei", 80, true, false, false, "both report the same IMEI",
			"unique when its check digit is right, it is no known filler and no other registered phone has it too"},
		{SignalSibling, "sibling", 75, true, false, false, "another account of the same phone is linked to it",
			"one id is one phone, if the facts of both accounts agree"},
		{SignalOwner, "owner", 30, false, false, false, "the account belongs to its owner",
			"most people have few phones, but many have two"},
		{SignalNumber, "number", 25, false, false, false, "both report the same phone number",
			"SIM cards move between phones, so it never links alone"},
		{SignalModel, "model", 20, false, false, false, "both report the same model",
			"companies buy many phones of one model"},
		{SignalName, "name", 15, false, false, false, "both have the same name",
			"people name phones, but many keep the name they came with, and a backup takes it to the next phone"},
		{SignalOS, "os", 10, false, false, false, "both report the same operating system",
			"half of all phones share it"},
		{SignalEnrolled, "enrolled", 10, false, false, false, "it was first seen within a week after its registration",
			"a phone is registered, gets its mail profile and comes"},
		{SignalOSVersion, "os-version", 5, false, false, false, "both report the same version of it",
			"owner, model and version together must not link: a private phone beside the company's may share them"},
		{SignalOtherVersion, "other-os-version", -3, false, false, false, "the versions of the operating system differ",
			"updates are seen at different times"},
		{SignalOtherNumber, "other-number", -5, false, false, false, "the phone numbers differ",
			"a swapped SIM card is no other phone"},
		{SignalGuest, "guest", -5, false, false, false, "the account belongs to somebody else, on what is the same phone",
			"the id is one that phones do not share, and a second mailbox on a phone is common"},
		{SignalOtherModel, "other-model", -30, false, false, false, "the models differ",
			"model names are spelled in many ways, so it is no proof"},
		{SignalTaken, "taken", -10, false, true, false, "this account has come from it under another device id",
			"a new id of the same phone, or a second phone of the same kind: only an identifier tells"},
		{SignalOtherOwner, "other-owner", -70, false, false, false, "the account belongs to somebody else",
			"people share phones seldom, mailboxes and numbers often, and some ids are copied from phone to phone"},
		{SignalAlike, "alike", 0, false, true, false, "another registered device of the owner fits the facts as well",
			"number and name go from one phone of a person to the next; only an identifier tells two of a kind apart"},
		{SignalRival, "rival", 0, false, true, false, "another phone of this account fits the device as well",
			"one of the two is not registered, and nothing says which"},
		{SignalOtherSlot, "other-imei-same-type", 0, false, true, false, "the IMEIs differ, but are of one type of phone",
			"the two slots of one phone, or two phones of one model"},
		{SignalOtherEASID, "other-eas-id", 0, false, true, false, "the registration names another ActiveSync device id for the same mail app",
			"another phone, or the same after it was erased"},
		{SignalOtherIMEI, "other-imei", 0, false, false, true, "the IMEIs differ",
			"two valid IMEIs of two types are two phones"},
		{SignalOtherSerial, "other-serial", 0, false, false, true, "the ActiveSync device id is made of another serial number",
			"then it is another phone"},
		{SignalOtherOS, "other-os", 0, false, false, true, "the operating systems differ",
			"no phone changes it"},
		{SignalSuperseded, "superseded", 0, false, false, true, "the device was registered anew and comes under another device id since",
			"the old record is of the phone's life before it was erased"},
		{SignalRetired, "retired", 0, false, false, true, "the device is retired or wiped",
			"what comes after that is a new life of the phone, or another phone; links made before stay, so that its refusal holds"},
	}
}
