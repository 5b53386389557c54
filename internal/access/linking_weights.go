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
		{Signal: SignalEASID, Name: "eas-id", Points: 100, Identifies: true,
			Says: "the registration names this ActiveSync device id",
			Why:  "the management system has asked the mail app itself"},
		{Signal: SignalSerial, Name: "serial", Points: 85, Identifies: true,
			Says: "the ActiveSync device id is made of its serial number",
			Why:  "older iOS builds its id so, and serial numbers are unique"},
		{Signal: SignalIMEI, Name: "imei", Points: 80, Identifies: true,
			Says: "both report the same IMEI",
			Why:  "unique when its check digit is right, it is no known filler and no other registered phone has it too"},
		{Signal: SignalSibling, Name: "sibling", Points: 75, Identifies: true,
			Says: "another account of the same phone is linked to it",
			Why:  "one id is one phone, if the facts of both accounts agree"},
		{Signal: SignalOwner, Name: "owner", Points: 30,
			Says: "the account belongs to its owner",
			Why:  "most people have few phones, but many have two"},
		{Signal: SignalNumber, Name: "number", Points: 25,
			Says: "both report the same phone number",
			Why:  "SIM cards move between phones, so it never links alone"},
		{Signal: SignalModel, Name: "model", Points: 20,
			Says: "both report the same model",
			Why:  "companies buy many phones of one model"},
		{Signal: SignalName, Name: "name", Points: 15,
			Says: "both have the same name",
			Why:  "people name phones, but many keep the name they came with, and a backup takes it to the next phone"},
		{Signal: SignalOS, Name: "os", Points: 10,
			Says: "both report the same operating system",
			Why:  "half of all phones share it"},
		{Signal: SignalEnrolled, Name: "enrolled", Points: 10,
			Says: "it was first seen within a week after its registration",
			Why:  "a phone is registered, gets its mail profile and comes"},
		{Signal: SignalOSVersion, Name: "os-version", Points: 5,
			Says: "both report the same version of it",
			Why:  "owner, model and version together must not link: a private phone beside the company's may share them"},
		{Signal: SignalOtherVersion, Name: "other-os-version", Points: -3,
			Says: "the versions of the operating system differ",
			Why:  "updates are seen at different times"},
		{Signal: SignalOtherNumber, Name: "other-number", Points: -5,
			Says: "the phone numbers differ",
			Why:  "a swapped SIM card is no other phone"},
		{Signal: SignalGuest, Name: "guest", Points: -5,
			Says: "the account belongs to somebody else, on what is the same phone",
			Why:  "the id is one that phones do not share, and a second mailbox on a phone is common"},
		{Signal: SignalOtherModel, Name: "other-model", Points: -30,
			Says: "the models differ",
			Why:  "model names are spelled in many ways, so it is no proof"},
		{Signal: SignalTaken, Name: "taken", Points: -10, Doubts: true,
			Says: "this account has come from it under another device id",
			Why:  "a new id of the same phone, or a second phone of the same kind: only an identifier tells"},
		{Signal: SignalOtherOwner, Name: "other-owner", Points: -70,
			Says: "the account belongs to somebody else",
			Why:  "people share phones seldom, mailboxes and numbers often, and some ids are copied from phone to phone"},
		{Signal: SignalAlike, Name: "alike", Points: 0, Doubts: true,
			Says: "another registered device of the owner fits the facts as well",
			Why:  "number and name go from one phone of a person to the next; only an identifier tells two of a kind apart"},
		{Signal: SignalRival, Name: "rival", Points: 0, Doubts: true,
			Says: "another phone of this account fits the device as well",
			Why:  "one of the two is not registered, and nothing says which"},
		{Signal: SignalOtherSlot, Name: "other-imei-same-type", Points: 0, Doubts: true,
			Says: "the IMEIs differ, but are of one type of phone",
			Why:  "the two slots of one phone, or two phones of one model"},
		{Signal: SignalOtherEASID, Name: "other-eas-id", Points: 0, Doubts: true,
			Says: "the registration names another ActiveSync device id for the same mail app",
			Why:  "another phone, or the same after it was erased"},
		{Signal: SignalOtherIMEI, Name: "other-imei", Points: 0, Forbids: true,
			Says: "the IMEIs differ",
			Why:  "two valid IMEIs of two types are two phones"},
		{Signal: SignalOtherSerial, Name: "other-serial", Points: 0, Forbids: true,
			Says: "the ActiveSync device id is made of another serial number",
			Why:  "then it is another phone"},
		{Signal: SignalOtherOS, Name: "other-os", Points: 0, Forbids: true,
			Says: "the operating systems differ",
			Why:  "no phone changes it"},
		{Signal: SignalSuperseded, Name: "superseded", Points: 0, Forbids: true,
			Says: "the device was registered anew and comes under another device id since",
			Why:  "the old record is of the phone's life before it was erased"},
		{Signal: SignalRetired, Name: "retired", Points: 0, Forbids: true,
			Says: "the device is retired or wiped",
			Why:  "what comes after that is a new life of the phone, or another phone; links made before stay, so that the refusal of a retired one holds"},
	}
}
