// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/url"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// madeOutput is the answer of a verb that makes something: Location says where it is.
type madeOutput struct {
	Location string `header:"Location"`
	ETag     string `header:"ETag"`
	Body     Result
}

// madeAt answers a verb that has made something below path.
func madeAt(path string, r admin.Result, err error) (*madeOutput, error) {
	out, err := resultOf(r, err)
	if err != nil {
		return nil, err
	}
	return &madeOutput{Location: Prefix + path + "/" + url.PathEscape(r.ID), ETag: out.ETag, Body: out.Body}, nil
}

// NewDevice is a DeviceForm for a device that is not there yet.
type NewDevice struct {
	DeviceForm
	State  access.DeviceState `json:"state,omitempty" enum:"active,pending" doc:"absent: active"`
	Reason string             `json:"reason,omitempty" doc:"Kept in the audit log"`
}

type deviceAddInput struct {
	Once
	Body NewDevice
}

// deviceAdd answers POST /devices.
func (s *Server) deviceAdd(ctx context.Context, who access.Actor, in *deviceAddInput) (*madeOutput, error) {
	r, err := s.admin.AddDevice(ctx, who, in.Body.form(in.Body.State), admin.Act{Key: in.Key, Reason: in.Body.Reason})
	return madeAt("/devices", r, err)
}

type deviceRegisterInput struct {
	Conditions
	ID   access.DeviceID `path:"id" maxLength:"100"`
	Body *NewDevice
}

// deviceRegister answers POST /devices/{id}/register. What the form leaves out is what the phone tells of
// itself, so that no body at all is enough.
func (s *Server) deviceRegister(ctx context.Context, who access.Actor, in *deviceRegisterInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	f := NewDevice{}
	if in.Body != nil {
		f = *in.Body
	}
	act.Reason = f.Reason
	r, err := s.admin.RegisterDevice(ctx, who, in.ID, f.form(f.State), act)
	return resultOf(r, expected.refine(err))
}

// DeviceChange is a DeviceForm for a device that is there.
type DeviceChange struct {
	DeviceForm
	Reason string `json:"reason,omitempty" doc:"Kept in the audit log"`
}

type deviceChangeInput struct {
	Conditions
	ID   access.DeviceID `path:"id" maxLength:"100"`
	Body DeviceChange
}

// deviceChange answers PUT /devices/{id}.
func (s *Server) deviceChange(ctx context.Context, who access.Actor, in *deviceChangeInput) (*resultOutput, error) {
	act, expected, err := in.required()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Body.Reason
	r, err := s.admin.ChangeDevice(ctx, who, in.ID, in.Body.form(""), act)
	return resultOf(r, expected.refine(err))
}

type deviceComplianceInput struct {
	Conditions
	ID   access.DeviceID `path:"id" maxLength:"100"`
	Body struct {
		Compliance access.Compliance `json:"compliance" enum:"unknown,compliant,noncompliant"`
		Reasons    []string          `json:"reasons,omitempty" maxItems:"50" doc:"Why not, in words; needed for noncompliant. The help desk and the owner are told"`
		Since      time.Time         `json:"since,omitzero" doc:"absent: now"`
		Source     string            `json:"source,omitempty" maxLength:"100" doc:"Who says so: the name of a management system; absent: local"`
		Reason     string            `json:"reason,omitempty" doc:"Why this is said, for the audit log"`
	} `nameHint:"ComplianceForm"`
}

// deviceCompliance answers POST /devices/{id}/set-compliance.
func (s *Server) deviceCompliance(ctx context.Context, who access.Actor, in *deviceComplianceInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Body.Reason
	f := admin.ComplianceForm{Compliance: in.Body.Compliance, Reasons: in.Body.Reasons, Source: in.Body.Source}
	if !in.Body.Since.IsZero() {
		f.Since = in.Body.Since.UTC()
	}
	r, err := s.admin.SetCompliance(ctx, who, in.ID, f, act)
	return resultOf(r, expected.refine(err))
}

type deviceVerbInput struct {
	Conditions
	ID   access.DeviceID `path:"id" maxLength:"100"`
	Body *reasonBody     `nameHint:"Reason"`
}

// deviceVerb answers POST /devices/{id}/… for the verbs that need nothing but a reason.
func (s *Server) deviceVerb(verb func(context.Context, access.Actor, access.DeviceID, admin.Act) (admin.Result, error)) func(
	context.Context, access.Actor, *deviceVerbInput) (*resultOutput, error) {
	return func(ctx context.Context, who access.Actor, in *deviceVerbInput) (*resultOutput, error) {
		act, expected, err := in.begin()
		if err != nil {
			return nil, err
		}
		in.Body.into(&act)
		r, err := verb(ctx, who, in.ID, act)
		return resultOf(r, expected.refine(err))
	}
}

type deviceDeleteInput struct {
	Conditions
	ID     access.DeviceID `path:"id" maxLength:"100"`
	Reason string          `query:"reason" doc:"Kept in the audit log"`
}

// deviceDelete answers DELETE /devices/{id}.
func (s *Server) deviceDelete(ctx context.Context, who access.Actor, in *deviceDeleteInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Reason
	r, err := s.admin.DeleteDevice(ctx, who, in.ID, act)
	return resultOf(r, expected.refine(err))
}
