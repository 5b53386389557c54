// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// formPage is a form about one device or user: to add one, or to change it.
type formPage struct {
	page
	Action  string
	Lead    string
	Back    string
	Key     string
	Version int64
	Problem string // why it was not accepted
	Differ  []formDiffer
	Button  string
	Fields  []formField
	// Accounts of a user, with room for more; nil: the form has none. Realms are where they can be.
	Accounts []access.Account
	Realms   []choice
	RealmsOf func(realm string) []choice // the same, with that of an account chosen
}

// formField is one field. Kind is "", "date", "datetime-local", "email", "tel", "select", "textarea" or
// "owner"; Fixed shows the value without asking.
type formField struct {
	Name, Label, Value, Hint, Kind string
	Choices                        []choice
	Required, Fixed                bool
	Most                           int // characters
}

// deviceEdit is one of the forms of a device, with what it begins with.
type deviceEdit struct {
	id      access.DeviceID
	verb    access.Verb
	path    string
	title   string // key
	lead    string // key
	button  string // key
	state   access.DeviceState
	version int64
	form    admin.DeviceForm
	owner   string      // name as typed
	stands  []formField // what is there now, where somebody was faster
}

// deviceAdd answers GET /devices/new.
func (s *Server) deviceAdd(w http.ResponseWriter, r *http.Request) error {
	return s.showDeviceForm(w, r, s.newDevice(), http.StatusOK, "")
}

func (s *Server) newDevice() *deviceEdit {
	return &deviceEdit{verb: access.VerbAddDevice, path: "/devices/new", title: "devices.add", lead: "device.add-lead", button: "devices.add",
		form: admin.DeviceForm{Enrolled: s.today()}}
}

// today is the day that a form begins with: a day, as the field is, so that the same form sent twice says the
// same.
func (s *Server) today() time.Time { return s.now().UTC().Truncate(24 * time.Hour) }

// editedDevice reads the device that a form is about.
func (s *Server) editedDevice(r *http.Request, kind string) (*deviceEdit, error) {
	found, err := s.admin.FindDevice(r.Context(), login.Actor(r), access.DeviceID(r.PathValue("id")))
	if err != nil {
		return nil, err
	}
	d := &found.RegisteredDevice
	e := &deviceEdit{id: d.ID, verb: access.VerbChangeDevice, path: "/devices/" + kind + "/" + url.PathEscape(string(d.ID)), title: "device.edit",
		lead: "device.edit-lead", button: "form.save", state: d.State, version: d.Version, form: admin.FormOf(d), owner: d.OwnerName}
	if kind == "register" {
		e.verb, e.title, e.lead, e.button = access.VerbAddDevice, "device.register", "device.register-lead", "act.add-device"
		e.form.State, e.form.Enrolled = access.DeviceActive, s.today()
	}
	return e, nil
}

// deviceEditShow answers GET /devices/edit/{id}, deviceRegisterShow GET /devices/register/{id}.
func (s *Server) deviceEditShow(w http.ResponseWriter, r *http.Request) error {
	return s.showEditedDevice(w, r, "edit")
}

func (s *Server) deviceRegisterShow(w http.ResponseWriter, r *http.Request) error {
	return s.showEditedDevice(w, r, "register")
}

func (s *Server) showEditedDevice(w http.ResponseWriter, r *http.Request, kind string) error {
	e, err := s.editedDevice(r, kind)
	if err != nil {
		return err
	}
	return s.showDeviceForm(w, r, e, http.StatusOK, "")
}

func (s *Server) showDeviceForm(w http.ResponseWriter, r *http.Request, e *deviceEdit, status int, problem string) error {
	p, err := s.newPage(w, r, s.say(e.title), "devices")
	if err != nil {
		return err
	}
	p.Width = "narrow"
	fallback := "/devices"
	if e.id != "" {
		fallback = deviceHref(e.id)
	}
	f := &formPage{page: p, Action: e.path, Lead: s.say(e.lead), Back: localPath(cmp.Or(r.PostFormValue("back"), r.URL.Query().Get("back")), fallback),
		Key: s.newKey(), Version: e.version, Problem: problem, Button: s.say(e.button), Fields: s.deviceFields(e)}
	if len(e.stands) > 0 {
		f.Differ = differing(f.Fields, e.stands)
	}
	return s.show(w, status, "thing_form", "layout", f)
}

func (s *Server) deviceFields(e *deviceEdit) []formField {
	d := &e.form
	date := ""
	if !d.Enrolled.IsZero() {
		date = d.Enrolled.UTC().Format(time.DateOnly)
	}
	field := func(name, label, value string, most int) formField {
		return formField{Name: name, Label: s.say(label), Value: value, Most: most}
	}
	list := []formField{
		field("name", "device.name", d.Name, 200),
		{Name: "owner", Label: s.say("device.owner"), Value: e.owner, Kind: "owner", Hint: s.say("device.owner-hint"), Most: 200},
	}
	if e.verb == access.VerbAddDevice {
		list = append(list, formField{Name: "state", Label: s.say("device.state"), Kind: "select", Hint: s.say("device.state-hint"), Choices: []choice{
			{string(access.DeviceActive), s.deviceWord(access.DeviceActive), d.State != access.DevicePending},
			{string(access.DevicePending), s.deviceWord(access.DevicePending), d.State == access.DevicePending}}})
	}
	eas := formField{Name: "eas", Label: s.say("device.eas"), Value: d.EASID, Hint: s.say("device.eas-hint"), Most: 200}
	if e.state == access.DeviceWaiting {
		eas.Fixed, eas.Hint = true, ""
	}
	number := field("number", "details.number", d.Number, 64)
	number.Kind = "tel"
	comment := field("comment", "details.comment", d.Comment, 2000)
	comment.Kind = "textarea"
	return append(list,
		field("manufacturer", "device.manufacturer", d.Manufacturer, 100), field("model", "details.model", d.Model, 200),
		field("os", "device.os", d.OS, 100), field("os_version", "device.os-version", d.OSVersion, 100), number,
		field("imei", "details.imei", d.IMEI, 40), field("serial", "device.serial", d.Serial, 100), field("udid", "device.udid", d.UDID, 100), eas,
		formField{Name: "ownership", Label: s.say("device.ownership"), Kind: "select", Choices: []choice{
			{"", s.say("device.owned.unknown"), d.Ownership == ""},
			{string(access.OwnedByCompany), s.say("device.owned.company"), d.Ownership == access.OwnedByCompany},
			{string(access.OwnedByEmployee), s.say("device.owned.employee"), d.Ownership == access.OwnedByEmployee}}},
		formField{Name: "enrolled", Label: s.say("device.enrolled"), Kind: "date", Value: date}, comment)
}

// deviceCreate answers POST /devices/new.
func (s *Server) deviceCreate(w http.ResponseWriter, r *http.Request) error {
	e := s.newDevice()
	return s.saveDevice(w, r, e, func(act admin.Act) (admin.Result, error) {
		return s.admin.AddDevice(r.Context(), login.Actor(r), e.form, act)
	})
}

// deviceChange answers POST /devices/edit/{id}.
func (s *Server) deviceChange(w http.ResponseWriter, r *http.Request) error {
	e, err := s.editedDevice(r, "edit")
	if err != nil {
		return err
	}
	return s.saveDevice(w, r, e, func(act admin.Act) (admin.Result, error) {
		return s.admin.ChangeDevice(r.Context(), login.Actor(r), e.id, e.form, act)
	})
}

// deviceRegister answers POST /devices/register/{id}.
func (s *Server) deviceRegister(w http.ResponseWriter, r *http.Request) error {
	e, err := s.editedDevice(r, "register")
	if err != nil {
		return err
	}
	return s.saveDevice(w, r, e, func(act admin.Act) (admin.Result, error) {
		form := e.form
		form.EASID = "" // its own, whatever the form says
		return s.admin.RegisterDevice(r.Context(), login.Actor(r), e.id, form, act)
	})
}

// saveDevice reads the form and carries it out. What cannot be accepted is shown again as it was typed.
func (s *Server) saveDevice(w http.ResponseWriter, r *http.Request, e *deviceEdit, do func(admin.Act) (admin.Result, error)) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid(string(e.verb), s.say("error.form"))
	}
	stands := s.deviceFields(e)
	err := s.readDevice(r, e)
	var result admin.Result
	if err == nil {
		result, err = do(admin.Act{Key: r.PostFormValue("key"), Version: atoi(r.PostFormValue("version"))})
	}
	switch access.KindOf(err) {
	case access.KindInvalid:
		return s.showDeviceForm(w, r, e, http.StatusBadRequest, s.textOf(err))
	case access.KindConflict:
		if e.id != "" && atoi(r.PostFormValue("version")) != e.version {
			e.stands = stands
		}
		return s.showDeviceForm(w, r, e, http.StatusConflict, s.textOf(err))
	}
	if err != nil {
		return err
	}
	back := localPath(r.PostFormValue("back"), "/devices")
	if id := cmp.Or(result.ID, string(e.id)); !strings.HasPrefix(back, "/devices/"+url.PathEscape(id)) {
		back = deviceHref(access.DeviceID(id))
	}
	if e.verb == access.VerbAddDevice {
		return s.added(w, r, back, "/devices", result)
	}
	return s.done(w, r, back, result)
}

func (s *Server) readDevice(r *http.Request, e *deviceEdit) error {
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	d := &e.form
	d.Name, d.Manufacturer, d.Model, d.OS, d.OSVersion = get("name"), get("manufacturer"), get("model"), get("os"), get("os_version")
	d.Number, d.IMEI, d.Serial, d.UDID, d.Comment = get("number"), get("imei"), get("serial"), get("udid"), get("comment")
	d.Ownership = access.Ownership(get("ownership"))
	if e.state != access.DeviceWaiting {
		d.EASID = get("eas")
	}
	if e.verb == access.VerbAddDevice {
		d.State = access.DeviceState(get("state"))
	}
	present, before := d.Owner, e.owner
	e.owner = get("owner")
	if day := get("enrolled"); day == "" {
		d.Enrolled = time.Time{}
	} else if day != d.Enrolled.UTC().Format(time.DateOnly) {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return access.Invalid("device", s.say("form.date", s.say("device.enrolled")))
		}
		d.Enrolled = at
	}
	if e.owner == before && present != "" {
		return nil
	}
	id, err := s.userNamed(r.Context(), login.Actor(r), e.owner)
	if err != nil {
		return err
	}
	d.Owner = id
	return nil
}

// userNamed finds the user whom somebody has named, by name, address or the whole display name; "" is
// nobody.
func (s *Server) userNamed(ctx context.Context, who access.Actor, name string) (access.UserID, error) {
	if name == "" {
		return "", nil
	}
	list, err := s.admin.UsersNamed(ctx, who, name)
	if err != nil {
		return "", err
	}
	switch len(list) {
	case 1:
		return list[0].ID, nil
	case 0:
		return "", access.Invalid("user", s.say("user.not-named", clip(visible(name), 100)))
	}
	return "", access.Invalid("user", s.say("user.many-named", clip(visible(name), 100)))
}

// userNames answers GET /users/names with the users that begin to be typed, for a form.
func (s *Server) userNames(w http.ResponseWriter, r *http.Request) error {
	p, err := s.admin.ListUsers(r.Context(), login.Actor(r), admin.UserQuery{Search: clipBytes(strings.TrimSpace(r.URL.Query().Get("owner")), 200), Limit: 12})
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, "thing_form", "user-names", p.Rows)
}
