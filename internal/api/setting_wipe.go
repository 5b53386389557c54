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

// WipeSafety is what limits orders to wipe.
type WipeSafety struct {
	PerHour        int      `json:"per_hour" minimum:"0" doc:"How many can be ordered within an hour by all administrators and tokens together"`
	Delay          int64    `json:"delay_seconds" minimum:"0" doc:"Before a phone is told; the order can be cancelled meanwhile"`
	SecondApprover bool     `json:"second_approver" doc:"Another administrator has to approve every order"`
	ExemptGroups   []string `json:"exempt_groups" maxItems:"100" doc:"Orders for users in these groups always need a second approver"`
}

// Freeze says whether destructive orders are held.
type Freeze struct {
	Frozen bool      `json:"frozen"`
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

type freezeOutput struct {
	ETag string `header:"ETag"`
	Body Freeze
}

type freezeInput struct {
	Conditions
	Body *reasonBody `nameHint:"Reason"`
}

func (s *Server) freeze(frozen bool) func(context.Context, access.Actor, *freezeInput) (*resultOutput, error) {
	return func(ctx context.Context, who access.Actor, in *freezeInput) (*resultOutput, error) {
		act, expected, err := in.begin()
		if err != nil {
			return nil, err
		}
		in.Body.into(&act)
		r, err := s.settings.SetFreeze(ctx, who, frozen, act)
		return resultOf(r, expected.refine(err))
	}
}

func (s *Server) mountWipeSafety() {
	mountSetting(s, "wipe-safety", "What limits orders to wipe", access.VerbViewAudit,
		func(ctx context.Context, who access.Actor) (WipeSafety, admin.Kept, error) {
			w, err := s.settings.WipeSafety(ctx, who)
			return WipeSafety{PerHour: w.PerHour, Delay: int64(w.Delay / time.Second), SecondApprover: w.SecondApprover,
				ExemptGroups: append([]string{}, w.ExemptGroups...)}, w.Kept, err
		}, func(ctx context.Context, who access.Actor, w *WipeSafety, act admin.Act) (admin.Result, error) {
			return s.settings.ChangeWipeSafety(ctx, who, admin.WipeSafety{PerHour: w.PerHour, Delay: seconds(w.Delay),
				SecondApprover: w.SecondApprover, ExemptGroups: w.ExemptGroups}, act)
		})
	tags := []string{"Settings"}
	handle(s, access.VerbView, huma.Operation{
		OperationID: "find-freeze", Method: http.MethodGet, Path: "/settings/freeze", Tags: tags, Summary: "Whether destructive orders are held",
	}, func(ctx context.Context, who access.Actor, _ *struct{}) (*freezeOutput, error) {
		f, err := s.settings.Freeze(ctx, who)
		if err != nil {
			return nil, err
		}
		return &freezeOutput{ETag: etag(f.Version), Body: Freeze{Frozen: f.Frozen, Reason: f.Reason, By: f.By, At: f.At.UTC()}}, nil
	})
	op := func(id, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: "/settings/" + id, Tags: tags, Summary: summary,
			Errors: []int{http.StatusConflict, http.StatusPreconditionFailed}}
	}
	handle(s, access.VerbFreeze, op("freeze", "Hold all destructive orders"), s.freeze(true))
	handle(s, access.VerbUnfreeze, op("unfreeze", "Let destructive orders go again"), s.freeze(false))
}
