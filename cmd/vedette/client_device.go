// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/api"
)

// deviceChoice chooses devices.
type deviceChoice struct {
	Show   string `enum:"all,registered,waiting,pending,active,lost,retired,wiped,noncompliant" default:"all" help:"all, registered, waiting, pending, active, lost, retired, wiped or noncompliant."`
	Search string `help:"Owner, name, model, or one of its numbers."`
	Sort   string `help:"Column to sort by, such as owner or checkin." placeholder:"COLUMN"`
	Desc   bool   `help:"The other way round."`
}

func (c *deviceChoice) values() url.Values { return choice(c.Show, c.Search, c.Sort, c.Desc) }

type deviceListCommand struct {
	listFlags
	deviceChoice
}

func (c *deviceListCommand) Run(s *session) error {
	return list(s, &c.listFlags, "/devices", c.values(), []column[api.Device]{
		{"id", func(d *api.Device) string { return string(d.ID) }},
		{"name", func(d *api.Device) string { return d.Name }},
		{"owner", func(d *api.Device) string { return d.OwnerName }},
		{"model", func(d *api.Device) string { return d.Model }},
		{"os", func(d *api.Device) string { return strings.TrimSpace(d.OS + " " + d.OSVersion) }},
		{"state", func(d *api.Device) string { return string(d.State) }},
		{"compliance", func(d *api.Device) string { return string(d.Compliance) }},
		{"records", func(d *api.Device) string { return strconv.Itoa(d.Records) }},
	})
}

type deviceExportCommand struct {
	clientFlags
	deviceChoice
}

func (c *deviceExportCommand) Run(s *session) error {
	return export(s, &c.clientFlags, "/devices/export", c.values(), []column[api.Device]{
		{"id", func(d *api.Device) string { return string(d.ID) }},
		{"name", func(d *api.Device) string { return d.Name }},
		{"owner", func(d *api.Device) string { return d.OwnerName }},
		{"model", func(d *api.Device) string { return d.Model }},
		{"manufacturer", func(d *api.Device) string { return d.Manufacturer }},
		{"os", func(d *api.Device) string { return d.OS }},
		{"os_version", func(d *api.Device) string { return d.OSVersion }},
		{"number", func(d *api.Device) string { return d.Number }},
		{"imei", func(d *api.Device) string { return d.IMEI }},
		{"serial", func(d *api.Device) string { return d.Serial }},
		{"udid", func(d *api.Device) string { return d.UDID }},
		{"eas_id", func(d *api.Device) string { return d.EASID }},
		{"ownership", func(d *api.Device) string { return string(d.Ownership) }},
		{"source", func(d *api.Device) string { return d.Source }},
		{"state", func(d *api.Device) string { return string(d.State) }},
		{"compliance", func(d *api.Device) string { return string(d.Compliance) }},
		{"noncompliant", func(d *api.Device) string { return d.Noncompliant }},
		{"comment", func(d *api.Device) string { return d.Comment }},
		{"enrolled", func(d *api.Device) string { return stamp(d.Enrolled) }},
		{"last_check_in", func(d *api.Device) string { return stamp(d.LastCheckIn) }},
		{"version", func(d *api.Device) string { return strconv.FormatInt(d.Version, 10) }},
	})
}

type deviceShowCommand struct {
	clientFlags
	ID string `arg:"" help:"Id of the device."`
}

func (c *deviceShowCommand) Run(s *session) error {
	return show(s, &c.clientFlags, "/devices/"+named(c.ID), func(d *api.DeviceDetails) []field {
		lines := []field{{"Id", string(d.ID)}, {"Name", d.Name}, {"State", string(d.State)}, {"Owner", d.OwnerName},
			{"Model", strings.TrimSpace(d.Manufacturer + " " + d.Model)}, {"OS", strings.TrimSpace(d.OS + " " + d.OSVersion)},
			{"Number", d.Number}, {"IMEI", d.IMEI}, {"Serial", d.Serial}, {"UDID", d.UDID}, {"ActiveSync id", d.EASID},
			{"Ownership", string(d.Ownership)}, {"Source", d.Source}, {"Compliance", string(d.Compliance)}, {"Not compliant", d.Noncompliant},
			{"Said by", d.ComplianceSource}, {"Enrolled", moment(d.Enrolled)}, {"Last check-in", moment(d.LastCheckIn)},
			{"Comment", d.Comment}, {"Version", strconv.FormatInt(d.Version, 10)}}
		for _, a := range d.Linked {
			lines = append(lines, field{"Record", a.User + " " + string(a.SyncStatus) + " (" + string(a.ID) + "): " + a.Why.Text})
		}
		for _, a := range d.Reached {
			lines = append(lines, field{"Same phone", a.User + " " + string(a.SyncStatus) + " (" + string(a.ID) + ")"})
		}
		return append(lines, history(d.Timeline)...)
	})
}

// deviceFlags are what verbs on one device take.
type deviceFlags struct {
	verbFlags
	ID string `arg:"" help:"Id of the device."`
}

func (f *deviceFlags) run(s *session, path string) error {
	return f.act(s, http.MethodPost, "/devices/"+named(f.ID)+path, map[string]any{"reason": f.Reason})
}

type deviceActivateCommand struct{ deviceFlags }

func (c *deviceActivateCommand) Run(s *session) error { return c.run(s, "/activate") }

type deviceLoseCommand struct{ deviceFlags }

func (c *deviceLoseCommand) Run(s *session) error { return c.run(s, "/lose") }

type deviceFindCommand struct{ deviceFlags }

func (c *deviceFindCommand) Run(s *session) error { return c.run(s, "/find") }

type deviceRetireCommand struct{ deviceFlags }

func (c *deviceRetireCommand) Run(s *session) error { return c.run(s, "/retire") }

type deviceComplianceCommand struct {
	verbFlags
	ID         string   `arg:"" help:"Id of the device."`
	Compliance string   `arg:"" enum:"compliant,noncompliant,unknown" help:"compliant, noncompliant or unknown."`
	Why        []string `name:"why" sep:"none" help:"Why it is not compliant; may be given several times."`
	Source     string   `help:"Who says so."`
}

func (c *deviceComplianceCommand) Run(s *session) error {
	return c.act(s, http.MethodPost, "/devices/"+named(c.ID)+"/set-compliance",
		map[string]any{"compliance": c.Compliance, "reasons": append([]string{}, c.Why...), "source": c.Source, "reason": c.Reason})
}

type deviceDeleteCommand struct {
	deviceFlags
	Yes bool `help:"Needed: this cannot be undone."`
}

func (c *deviceDeleteCommand) Run(s *session) error {
	if !c.Yes {
		return &clientError{exitUsage, "a device that is deleted does not come back. Say --yes if you mean it."}
	}
	return c.act(s, http.MethodDelete, "/devices/"+named(c.ID)+"?"+url.Values{"reason": {c.Reason}}.Encode(), nil)
}

// deviceForm are the facts of a device that add and register take. They are fewer than the API's.
type deviceForm struct {
	Name      string `help:"As its owner calls it."`
	Owner     string `help:"Name or id of the user it is registered for." placeholder:"USER"`
	Model     string `help:"Model."`
	OS        string `name:"os" help:"Operating system."`
	Number    string `help:"Phone number."`
	IMEI      string `name:"imei" help:"IMEI."`
	Serial    string `help:"Serial number."`
	Ownership string `enum:",company,employee" default:"" help:"company or employee."`
	Pending   bool   `help:"Not in use yet."`
}

func (f *deviceForm) body(s *session, c *client, reason string) (map[string]any, error) {
	body := map[string]any{"name": f.Name, "model": f.Model, "os": f.OS, "number": f.Number, "imei": f.IMEI, "serial": f.Serial, "reason": reason}
	if f.Ownership != "" {
		body["ownership"] = f.Ownership
	}
	if f.Pending {
		body["state"] = "pending"
	}
	if f.Owner != "" {
		id, err := c.user(s.ctx, f.Owner)
		if err != nil {
			return nil, err
		}
		body["owner"] = id
	}
	return body, nil
}

type deviceAddCommand struct {
	clientFlags
	deviceForm
	EASID  string `name:"eas-id" help:"ActiveSync device id."`
	Reason string `help:"Kept in the audit log."`
}

func (c *deviceAddCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	body, err := c.body(s, cl, c.Reason)
	if err != nil {
		return err
	}
	body["eas_id"] = c.EASID
	return say(s, &c.clientFlags, cl, http.MethodPost, "/devices", body, 0)
}

type deviceRegisterCommand struct {
	verbFlags
	deviceForm
	ID string `arg:"" help:"Id of the waiting phone, from: vedette device list --show=waiting"`
}

func (c *deviceRegisterCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	body, err := c.body(s, cl, c.Reason)
	if err != nil {
		return err
	}
	return say(s, &c.clientFlags, cl, http.MethodPost, "/devices/"+named(c.ID)+"/register", body, c.IfVersion)
}

// linesOf decodes the lines of a page.
func linesOf[T any](p pageOf) ([]T, error) {
	out := make([]T, len(p.Items))
	for i, item := range p.Items {
		if err := json.Unmarshal(item, &out[i]); err != nil {
			return nil, &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
		}
	}
	return out, nil
}
