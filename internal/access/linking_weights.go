// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

// A Signal is one thing that speaks for or against a record belonging to a registered device.
type Signal string

// The signals.
const (
	SignalEASID         Signal = "eas-id"
	SignalSerial        Signal = "serial"
	SignalIMEI          Signal = "imei"
	SignalSibling       Signal = "sibling"
	SignalNumber        Signal = "number"
	SignalOwner         Signal = "owner"
	SignalModel         Signal = "model"
	SignalOS            Signal = "os"
	SignalOSVersion     Signal = "os-version"
	SignalName          Signal = "name"
	SignalEnrolled      Signal = "enrolled"
	SignalOtherNumber   Signal = "other-number"
	SignalOtherVersion  Signal = "other-os-version"
	SignalTaken         Signal = "taken"
	SignalOtherOwner    Signal = "other-owner"
	SignalOtherModel    Signal = "other-model"
	SignalOtherIMEI     Signal = "other-imei"
	SignalOtherSerial   Signal = "other-serial"
	SignalOtherOS       Signal = "other-os"
	SignalOtherEASID    Signal = "other-eas-id"
	SignalDeviceRetired Signal = "retired"
)

// Weight is what a signal counts, in points. A signal that forbids keeps the matcher from linking
// whatever else speaks for it; one that identifies can carry a link by itself.
type Weight struct {
	Signal     Signal
	Points     int
	Identifies bool
	Forbids    bool
	Says       string // in words for a person
	Why        string // why it counts so much
}

// A record is linked when its best device has LinkFrom points and is LinkAhead of the next one; a device
// is suggested from SuggestFrom on.
const (
	LinkFrom    = 70
	LinkAhead   = 20
	SuggestFrom = 30
	fullScore   = 100
)

// Weights is the table of the matcher: every signal once, the strongest first.
func Weights() []Weight {
	return []Weight{
		{Signal: SignalEASID, Points: 90, Identifies: true, Says: "the registration names this ActiveSync device id",
			Why: "the management system has asked the mail app itself"},
		{Signal: SignalSerial, Points: 85, Identifies: true, Says: "the ActiveSync device id is made of its serial number",
			Why: "older iOS builds its id so, and serial numbers are unique"},
		{Signal: SignalIMEI, Points: 80, Identifies: true, Says: "both report the same IMEI",
			Why: "unique when its check digit is right, it is no known filler and no other candidate has it too"},
		{Signal: SignalSibling, Points: 75, Identifies: true, Says: "another account of the same phone is linked to it",
			Why: "one id is one phone, if the facts of both accounts agree"},
		{Signal: SignalNumber, Points: 25, Says: "both report the same phone number",
			Why: "SIM cards move between phones, so it never links alone"},
		{Signal: SignalOwner, Points: 30, Says: "the account belongs to its owner",
			Why: "most people have few phones, but many have two"},
		{Signal: SignalModel, Points: 20, Says: "both report the same model",
			Why: "companies buy many phones of one model"},
		{Signal: SignalOS, Points: 10, Says: "both report the same operating system",
			Why: "half of all phones share it"},
		{Signal: SignalOSVersion, Points: 10, Says: "both report the same version of it",
			Why: "tells some phones of one model apart for a while"},
		{Signal: SignalName, Points: 15, Says: "both have the same name",
			Why: "people name phones, but many keep the name they came with"},
		{Signal: SignalEnrolled, Points: 10, Says: "it was first seen within a week of its registration",
			Why: "a phone is registered, gets its mail profile and comes"},
		{Signal: SignalOtherNumber, Points: -5, Says: "the phone numbers differ",
			Why: "a swapped SIM card is no other phone"},
		{Signal: SignalOtherVersion, Points: -3, Says: "the versions of the operating system differ",
			Why: "updates are seen at different times"},
		{Signal: SignalTaken, Points: -35, Says: "this account has come from it under another device id lately",
			Why: "then this is likely a second phone of the same kind"},
		{Signal: SignalOtherOwner, Points: -40, Says: "the account belongs to somebody else",
			Why: "families and colleagues share phones seldom, and mailboxes often"},
		{Signal: SignalOtherModel, Points: -30, Says: "the models differ",
			Why: "model names are spelled in many ways, so it is no proof"},
		{Signal: SignalOtherIMEI, Forbids: true, Says: "the IMEIs differ",
			Why: "two valid IMEIs are two phones, or two slots of one: a person decides"},
		{Signal: SignalOtherSerial, Forbids: true, Says: "the ActiveSync device id is made of another serial number",
			Why: "then it is another phone"},
		{Signal: SignalOtherOS, Forbids: true, Says: "the operating systems differ",
			Why: "no phone changes it"},
		{Signal: SignalOtherEASID, Forbids: true, Says: "the registration names another ActiveSync device id for the same mail app",
			Why: "the registration knows the phone's id, and this is not it"},
		{Signal: SignalDeviceRetired, Forbids: true, Says: "the device is retired or wiped",
			Why: "what comes after that is a new life of the phone, or another phone"},
	}
}
