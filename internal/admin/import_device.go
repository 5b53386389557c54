// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"fmt"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// deviceKey is what a line calls its device by. An ActiveSync id in any spelling is brought to its own.
func (a *Admin) deviceKey(f fields) (store.DeviceKey, error) {
	k := store.DeviceKey{IMEI: f["imei"], Serial: f["serial"], UDID: f["udid"]}
	for _, s := range []string{f["eas"], f["imei"], f["serial"], f["udid"]} {
		if hidden(s) {
			return k, unreadable("“" + clipWord(s) + "” is how a number is shown that is covered. A device is found by it only where it stands in full.")
		}
	}
	if f["eas"] != "" {
		id, ok := a.device(f["eas"])
		if !ok {
			return k, unreadable("“" + clipWord(f["eas"]) + "” can be no ActiveSync device id.")
		}
		k.EASID = id
	}
	if k == (store.DeviceKey{}) {
		return k, unreadable("The line has neither ActiveSync device id, IMEI, serial number nor UDID.")
	}
	return k, nil
}

// deviceOf finds the device that a line is about; nil: there is none.
func (a *Admin) deviceOf(tx *store.Tx, f fields) (*access.RegisteredDevice, error) {
	if f["id"] != "" { // our own list
		d, err := tx.FindRegistered(access.DeviceID(f["id"]))
		if known(err) != nil || err == nil {
			return d, err
		}
		if f["eas"] == "" && f["imei"] == "" && f["serial"] == "" && f["udid"] == "" {
			return nil, unreadable("The device of this line is gone, and the line has none of its numbers.")
		}
	}
	k, err := a.deviceKey(f)
	if err != nil {
		return nil, err
	}
	list, err := tx.FindDevicesBy(k)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	if len(list) > 1 {
		return nil, access.Conflict("admin: import", fmt.Sprintf("The numbers of this line are those of different devices: %s and %s.",
			linking.Name(&list[0]), linking.Name(&list[1])))
	}
	return tx.FindRegistered(list[0].ID)
}

// waits says that a line of our own list is about a phone that waits to be registered.
func waits(f fields) bool { return strings.EqualFold(f["status"], string(access.DeviceWaiting)) }

// importDevice carries out one line about a device. What a line leaves empty stays as it is.
func (m *importer) importDevice(tx *store.Tx, f fields) (lineResult, error) {
	a := m.admin
	if waits(f) {
		return lineResult{state: LineSame, text: "It waits to be registered. Lists of devices leave such phones as they are."}, nil
	}
	d, err := a.deviceOf(tx, f)
	if err != nil {
		return lineResult{}, err
	}
	if d != nil && d.State == access.DeviceWaiting { // found by its id
		return lineResult{}, unreadable("The phone of this line waits to be registered. Register it first.")
	}
	if d == nil {
		if m.form.Kind == ImportCompliance {
			return lineResult{}, unreadable("No registered device has these numbers.")
		}
		return m.addDevice(tx, f)
	}
	before, then := *d, *d
	if err := m.fillDevice(tx, &then, f); err != nil {
		return lineResult{}, err
	}
	same := lineResult{state: LineSame, text: linking.Name(d) + " is so already.", object: string(d.ID)}
	if then == before {
		return same, nil
	}
	verb := access.VerbChangeDevice
	if m.form.Kind == ImportCompliance {
		verb = access.VerbSetCompliance
	}
	out, err := a.changeDevice(tx, m.who, verb, d, m.reason(), func(_ *store.Tx, d *access.RegisteredDevice) error {
		*d = then
		return nil
	})
	if err != nil || out.Device == nil { // it was only spelt in another way
		return same, err
	}
	return lineResult{state: LineChange, text: linking.Name(d) + ": " + deviceWords(&before, d), object: string(d.ID),
		before: importBefore{Version: d.Version, Device: &before}}, nil
}

func (m *importer) addDevice(tx *store.Tx, f fields) (lineResult, error) {
	d := &access.RegisteredDevice{Device: access.Device{State: access.DeviceActive}, Source: "csv"}
	if err := m.fillDevice(tx, d, f); err != nil {
		return lineResult{}, err
	}
	if err := tx.CreateDevice(d); err != nil {
		return lineResult{}, err
	}
	tx.Audit(entry(m.who, string(access.VerbAddDevice), linking.Name(d), string(d.ID),
		beforeAfter("not registered", string(d.State), m.reason())))
	if err := linking.Device(tx, d); err != nil {
		return lineResult{}, err
	}
	linked, err := tx.LinkedRecords(d.ID)
	if err != nil {
		return lineResult{}, err
	}
	return lineResult{state: LineCreate, text: linking.Name(d) + " is new. " + linkedText(len(linked)), object: string(d.ID),
		before: importBefore{Version: d.Version}}, nil
}

// fillDevice writes a line into a device.
func (m *importer) fillDevice(tx *store.Tx, d *access.RegisteredDevice, f fields) error {
	if m.form.Kind == ImportDevices {
		form, err := m.deviceForm(tx, d, f)
		if err != nil {
			return err
		}
		if err := m.admin.fill(tx, m.who, d, form); err != nil {
			return err
		}
		if err := setStatus(d, f["status"]); err != nil {
			return err
		}
	}
	return m.setCompliance(tx, d, f)
}

// deviceForm is the device as it is, with what the line says in its place.
func (m *importer) deviceForm(tx *store.Tx, d *access.RegisteredDevice, f fields) (DeviceForm, error) {
	form := FormOf(d)
	for name, p := range map[string]*string{"name": &form.Name, "os": &form.OS, "os-version": &form.OSVersion, "model": &form.Model,
		"manufacturer": &form.Manufacturer, "number": &form.Number, "imei": &form.IMEI, "serial": &form.Serial, "udid": &form.UDID,
		"eas": &form.EASID, "comment": &form.Comment, "source": &form.Source} {
		if err := f.into(name, p, d); err != nil {
			return form, err
		}
	}
	form.IMEI = bareIMEI(form.IMEI)
	if d.Name == "" && f["name"] == shownAs(d) { // lists call a device without a name by its model or a number
		form.Name = ""
	}
	if whole := strings.TrimSpace(d.OS + " " + d.OSVersion); f["os"] == whole && f["os-version"] == "" && whole != "" {
		form.OS, form.OSVersion = d.OS, d.OSVersion
	} else if i := strings.LastIndexByte(f["os"], ' '); f["os-version"] == "" && i > 0 && strings.ContainsAny(f["os"][i+1:i+2], "0123456789") {
		form.OS, form.OSVersion = strings.TrimSpace(f["os"][:i]), f["os"][i+1:] // "iOS 18.1", as our own lists say it
	}
	var err error
	if form.Enrolled, err = m.time(f["enrolled"], form.Enrolled); err != nil {
		return form, err
	}
	if form.LastCheckIn, err = m.time(f["check-in"], form.LastCheckIn); err != nil {
		return form, err
	}
	switch strings.ToLower(f["ownership"]) {
	case "", "unknown", "not known":
	case "company", "corporate", "c", "business", "company-owned", "company owned", "cope":
		form.Ownership = access.OwnedByCompany
	case "employee", "personal", "e", "byod", "private", "employee-owned", "employee owned":
		form.Ownership = access.OwnedByEmployee
	default:
		return form, unreadable("“" + clipWord(f["ownership"]) + "” is no ownership: company or employee.")
	}
	owner, err := m.owner(tx, f)
	if owner != nil {
		form.Owner = owner.ID
	}
	return form, err
}

// shownAs is what lists call a device.
func shownAs(d *access.RegisteredDevice) string {
	return firstOf(d.Name, d.Model, d.Serial, d.EASID, d.IMEI, d.UDID, string(d.ID))
}

// owner finds the user a line names: by the name, or by the part of an address before the @.
func (m *importer) owner(tx *store.Tx, f fields) (*access.User, error) {
	name := firstOf(f["owner"], f["email"])
	if name == "" {
		return nil, nil
	}
	for _, n := range []string{f["owner"], f["email"], before(f["owner"], "@"), before(f["email"], "@")} {
		if n == "" {
			continue
		}
		u, err := tx.FindUserByName(n)
		if known(err) != nil {
			return nil, err
		}
		if err == nil {
			return u, nil
		}
	}
	return nil, unreadable("There is no user “" + clipWord(name) + "” to own the device. Import users first, or leave the owner empty.")
}

func before(s, mark string) string {
	s, _, _ = strings.Cut(s, mark)
	return s
}

// setStatus brings a device to the status a line names, where that is allowed.
func setStatus(d *access.RegisteredDevice, word string) error {
	want := access.DeviceState(strings.ToLower(word))
	switch want {
	case "", d.State:
		return nil
	case "enrolled", "registered", "in use":
		want = access.DeviceActive
	}
	if d.Version == 0 { // new
		if want != access.DeviceActive && want != access.DevicePending {
			return unreadable("A new device is active or pending, not “" + clipWord(word) + "”.")
		}
		d.State = want
		return nil
	}
	verb, ok := map[access.DeviceState]access.Verb{access.DeviceActive: access.VerbActivate, access.DeviceLost: access.VerbLose,
		access.DeviceRetired: access.VerbRetire}[want]
	if d.State == access.DeviceLost && want == access.DeviceActive {
		verb = access.VerbFind
	}
	if d.State == want {
		return nil
	}
	if !ok || !deviceAllows(d.State, verb) {
		return unreadable("A device that is " + stateWord(d.State) + " cannot become “" + clipWord(word) + "”.")
	}
	d.State = want
	return nil
}

// setCompliance writes what a line says of compliance; a line that says nothing changes nothing.
func (m *importer) setCompliance(tx *store.Tx, d *access.RegisteredDevice, f fields) error {
	if f["compliance"] == "" {
		return nil
	}
	form := ComplianceForm{Source: firstOf(f["compliance-source"], "csv")}
	switch strings.ToLower(strings.ReplaceAll(f["compliance"], "-", "")) {
	case "unknown", "not known", "not evaluated", "notevaluated", "pending":
		form.Compliance = access.ComplianceUnknown
	case "compliant", "in compliance", "is compliant":
		form.Compliance = access.Compliant
	case "noncompliant", "not compliant", "not_compliant", "out of compliance", "non compliant", "error", "conflict":
		form.Compliance = access.NotCompliant
	default:
		yes, ok := readYes(f["compliance"])
		if !ok {
			return unreadable("“" + clipWord(f["compliance"]) + "” is no compliance: compliant, not compliant or unknown.")
		}
		form.Compliance = access.Compliant
		if !yes {
			form.Compliance = access.NotCompliant
		}
	}
	if form.Compliance == access.NotCompliant {
		reasons := d.Noncompliant // a line that gives none leaves those there are
		if err := f.into("reasons", &reasons, d); err != nil {
			return err
		}
		form.Reasons = []string{reasons}
	}
	var err error
	if form.Since, err = m.time(f["since"], d.ComplianceSince); err != nil {
		return err
	}
	if form.Compliance == d.Compliance && strings.TrimSpace(strings.Join(form.Reasons, "")) == d.Noncompliant && form.Since.Equal(d.ComplianceSince) {
		return nil
	}
	if f["since"] == "" {
		form.Since = time.Time{}
	}
	if err := form.validate(tx.Now()); err != nil {
		return err
	}
	if d.Version > 0 && !deviceAllows(d.State, access.VerbSetCompliance) {
		return unreadable("The device is " + stateWord(d.State) + ": its compliance does not count.")
	}
	form.apply(d, tx.Now())
	return nil
}

// bareIMEI takes away what people put into an IMEI to make it readable; what is none stays.
func bareIMEI(s string) string {
	bare := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '/' || r == '.' {
			return -1
		}
		return r
	}, s)
	if len(bare) < 14 || len(bare) > 16 || strings.Trim(bare, "0123456789") != "" {
		return s
	}
	return bare
}
