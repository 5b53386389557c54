// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// DeviceChoice chooses devices.
type DeviceChoice struct {
	Show   admin.Show `query:"show" enum:"all,registered,waiting,pending,active,lost,retired,wiped,noncompliant" default:"all" doc:"waiting: phones that sync and are not registered; registered: all others"`
	Search string     `query:"search" maxLength:"200" doc:"Owner, name, model, number, IMEI, serial number, UDID or ActiveSync id: anywhere in them from three characters, else from the beginning of the first four"`
	Sort   admin.Sort `query:"sort" enum:"name,added,owner,model,os,number,state,compliance,enrolled,checkin" doc:"Column to sort by. Without it: by name"`
}

type deviceListInput struct {
	DeviceChoice
	Turn
}

type deviceListOutput struct {
	Body struct {
		Items []Device `json:"items"`
		PageMarks
	} `nameHint:"DevicePage"`
}

// deviceList answers GET /devices.
func (s *Server) deviceList(ctx context.Context, who access.Actor, in *deviceListInput) (*deviceListOutput, error) {
	p, err := s.admin.ListDevices(ctx, who, admin.DeviceQuery{Show: in.Show, Search: in.Search, Sort: in.Sort, Desc: in.Order == "desc",
		Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &deviceListOutput{}
	out.Body.Items, out.Body.PageMarks = mapped(p.Rows, deviceOf), PageMarks(p.PageMarks)
	return out, nil
}

type deviceCountOutput struct {
	Body struct {
		States       map[access.DeviceState]int64 `json:"states" doc:"How many devices are in each state, of the users whom the token may see"`
		Noncompliant int64                        `json:"noncompliant" doc:"How many are not compliant"`
		Hint         string                       `json:"hint,omitempty" doc:"Why nothing is counted: no groups of users have been given to the token's owner"`
	} `nameHint:"DeviceCounts"`
}

// deviceCount answers GET /devices/counts.
func (s *Server) deviceCount(ctx context.Context, who access.Actor, _ *struct{}) (*deviceCountOutput, error) {
	c, err := s.admin.CountDevices(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &deviceCountOutput{}
	out.Body.States, out.Body.Noncompliant, out.Body.Hint = c.States, c.Noncompliant, admin.NoGroups(who)
	if out.Body.States == nil {
		out.Body.States = map[access.DeviceState]int64{}
	}
	return out, nil
}

type deviceFindInput struct {
	ID access.DeviceID `path:"id" maxLength:"100"`
}

type deviceFindOutput struct {
	ETag string `header:"ETag"`
	Body DeviceDetails
}

// deviceFind answers GET /devices/{id}.
func (s *Server) deviceFind(ctx context.Context, who access.Actor, in *deviceFindInput) (*deviceFindOutput, error) {
	d, err := s.admin.FindDevice(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	out := &deviceFindOutput{ETag: etag(d.Version), Body: DeviceDetails{Device: deviceOf(&d.DeviceRow), Linked: associationsOf(d.Linked),
		Reached: associationsOf(d.Reached), Loose: associationsOf(d.Loose), Suggested: associationsOf(d.Suggested), Lives: associationsOf(d.Lives), Timeline: auditEntriesOf(d.Timeline)}}
	if d.User != nil {
		u := userOf(d.User)
		out.Body.User = &u
	}
	return out, nil
}

func (s *Server) mountDevices() {
	tags := []string{"Devices"}
	read := func(id, path, summary string, errs ...int) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodGet, Path: path, Tags: tags, Summary: summary, Errors: errs}
	}
	handle(s, access.VerbView, read("list-devices", "/devices", "One page of devices"), s.deviceList)
	handle(s, access.VerbView, read("count-devices", "/devices/counts", "How many devices there are in each state"), s.deviceCount)
	handle(s, access.VerbView, read("find-device", "/devices/{id}", "One device with owner and records", http.StatusNotFound), s.deviceFind)
	handle(s, access.VerbView, read("device-timeline", "/devices/{id}/timeline", "What has happened to a device and its records", http.StatusNotFound),
		s.deviceTimeline)
	handle(s, access.VerbAddDevice, huma.Operation{
		OperationID: "add-device", Method: http.MethodPost, Path: "/devices", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary: "Register a device; records that are clearly its own are linked to it", Errors: []int{http.StatusConflict},
	}, s.deviceAdd)
	verb := func(id, method, path, summary string, more ...int) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: tags, Summary: summary,
			Errors: append([]int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed}, more...)}
	}
	handle(s, access.VerbAddDevice, verb("register-device", http.MethodPost, "/devices/{id}/register",
		"Register a phone that waits; all its records are linked to it"), s.deviceRegister)
	handle(s, access.VerbChangeDevice, verb("change-device", http.MethodPut, "/devices/{id}",
		"Replace what is known of a device, but for its state and compliance", http.StatusPreconditionRequired), s.deviceChange)
	handle(s, access.VerbSetCompliance, verb("set-compliance", http.MethodPost, "/devices/{id}/set-compliance",
		"Say whether a device keeps its security policy; this reaches every record of the phone"), s.deviceCompliance)
	handle(s, access.VerbActivate, verb("activate-device", http.MethodPost, "/devices/{id}/activate",
		"Take a pending device into use, or a retired or wiped one back into use"), s.deviceVerb(s.admin.ActivateDevice))
	handle(s, access.VerbLose, verb("lose-device", http.MethodPost, "/devices/{id}/lose",
		"Mark a device as lost: every record of the phone is refused"), s.deviceVerb(s.admin.LoseDevice))
	handle(s, access.VerbFind, verb("find-lost-device", http.MethodPost, "/devices/{id}/find",
		"Mark a lost device as found"), s.deviceVerb(s.admin.FoundDevice))
	handle(s, access.VerbRetire, verb("retire-device", http.MethodPost, "/devices/{id}/retire",
		"Take a device out of use: every record of the phone is refused"), s.deviceVerb(s.admin.RetireDevice))
	handle(s, access.VerbDeleteDevice, verb("delete-device", http.MethodDelete, "/devices/{id}",
		"Forget a device; its records go back to the matcher. This cannot be undone"), s.deviceDelete)
}
