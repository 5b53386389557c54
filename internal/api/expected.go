// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// ExpectedPhone is a phone that a list names which was brought in, and whether it has come.
type ExpectedPhone struct {
	ID         string              `json:"id"`
	Realm      string              `json:"realm"`
	Account    string              `json:"account,omitempty" doc:"Canonical account; absent: the list does not say it in words of the mail server"`
	DeviceID   string              `json:"device_id" doc:"Canonical ActiveSync device id"`
	Who        string              `json:"who,omitempty" doc:"As the list calls the owner"`
	Model      string              `json:"model,omitempty"`
	OS         string              `json:"os,omitempty"`
	DeviceType string              `json:"device_type,omitempty"`
	UserAgent  string              `json:"user_agent,omitempty"`
	IMEI       string              `json:"imei,omitempty"`
	Number     string              `json:"number,omitempty"`
	FirstSync  time.Time           `json:"first_sync,omitzero"`
	LastSync   time.Time           `json:"last_sync,omitzero"`
	State      string              `json:"state,omitempty" doc:"What the mail server did with it, in its own words"`
	Preset     access.OverrideKind `json:"preset,omitempty" doc:"What is written on the record the moment it is made; absent: nothing"`
	Reason     string              `json:"reason,omitempty" doc:"Why, of preset"`
	By         string              `json:"by,omitempty" doc:"Who has brought the list in"`
	Import     string              `json:"import,omitempty"`
	Created    time.Time           `json:"created"`
	Seen       time.Time           `json:"seen,omitzero" doc:"When it first came through the gateway; absent: it has not yet"`
}

func expectedOf(e *access.Expected) ExpectedPhone {
	return ExpectedPhone{ID: e.ID, Realm: e.Pair.Realm, Account: e.Pair.Account, DeviceID: e.Pair.Device, Who: e.Who, Model: e.Model, OS: e.OS,
		DeviceType: e.DeviceType, UserAgent: e.UserAgent, IMEI: e.IMEI, Number: e.Number, FirstSync: e.FirstSync.UTC(), LastSync: e.LastSync.UTC(),
		State: e.State, Preset: e.Preset, Reason: e.Reason, By: e.By, Import: e.Import, Created: e.Created.UTC(), Seen: e.Seen.UTC()}
}

type expectedListInput struct {
	Show   admin.Show `query:"show" enum:"missing,seen,all" default:"all" doc:"missing: those that have not come yet"`
	Search string     `query:"search" maxLength:"200" doc:"Owner, account, device id, model, device type, IMEI or number: anywhere in them from three characters, else from the beginning of the owner or account, the device id or the model"`
	Sort   admin.Sort `query:"sort" enum:"user,device,model,last_sync,added" default:"user"`
	Turn
}

type expectedListOutput struct {
	Body struct {
		Items []ExpectedPhone `json:"items"`
		PageMarks
	} `nameHint:"ExpectedPage"`
}

// expectedList answers GET /expected.
func (s *Server) expectedList(ctx context.Context, who access.Actor, in *expectedListInput) (*expectedListOutput, error) {
	p, err := s.admin.ListExpected(ctx, who, admin.ExpectedQuery{Show: in.Show, Search: in.Search, Sort: in.Sort, Desc: in.Order == "desc",
		Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &expectedListOutput{}
	out.Body.PageMarks, out.Body.Items = PageMarks(p.PageMarks), mapped(p.Rows, expectedOf)
	return out, nil
}

// ShadowReport says how many of the phones that lists name have come through the gateway.
type ShadowReport struct {
	Realms []ShadowRealm `json:"realms"`
	Seen   int           `json:"seen"`
	Total  int           `json:"total"`
	Trend  []ShadowDay   `json:"trend" doc:"How many had come by the end of each of the last days, the last one today; empty while no list is there"`
}

// ShadowRealm is one mail server's part of a report.
type ShadowRealm struct {
	Realm string `json:"realm"`
	Seen  int    `json:"seen"`
	Total int    `json:"total"`
}

// ShadowDay is one day of the trend.
type ShadowDay struct {
	Day  time.Time `json:"day"`
	Seen int       `json:"seen" doc:"Up to its end"`
}

type shadowOutput struct{ Body ShadowReport }

// shadowReport answers GET /expected/report.
func (s *Server) shadowReport(ctx context.Context, who access.Actor, _ *struct{}) (*shadowOutput, error) {
	r, err := s.admin.ShadowReport(ctx, who)
	if err != nil {
		return nil, err
	}
	return &shadowOutput{Body: ShadowReport{Seen: r.Seen, Total: r.Total,
		Realms: mapped(r.Realms, func(x *admin.ShadowRealm) ShadowRealm { return ShadowRealm(*x) }),
		Trend:  mapped(r.Trend, func(d *admin.ShadowDay) ShadowDay { return ShadowDay{d.Day.UTC(), d.Seen} })}}, nil
}

type expectedForgetInput struct {
	Once
	Body *reasonBody `nameHint:"Reason"`
}

// expectedForget answers POST /expected/forget.
func (s *Server) expectedForget(ctx context.Context, who access.Actor, in *expectedForgetInput) (*resultOutput, error) {
	act := admin.Act{Key: in.Key}
	in.Body.into(&act)
	return resultOf(s.admin.ForgetExpected(ctx, who, act))
}

func (s *Server) mountExpected() {
	tags := []string{"Expected"}
	handle(s, access.VerbViewAudit, huma.Operation{
		OperationID: "list-expected", Method: http.MethodGet, Path: "/expected", Tags: tags,
		Summary: "One page of the phones that are expected",
	}, s.expectedList)
	handle(s, access.VerbViewAudit, huma.Operation{
		OperationID: "shadow-report", Method: http.MethodGet, Path: "/expected/report", Tags: tags,
		Summary: "How many of the expected phones have come through the gateway",
	}, s.shadowReport)
	handle(s, access.VerbImport, huma.Operation{
		OperationID: "forget-expected", Method: http.MethodPost, Path: "/expected/forget", Tags: tags,
		Summary: "Forget all expected phones; it cannot be undone, but the file can be brought in again",
	}, s.expectedForget)
}
