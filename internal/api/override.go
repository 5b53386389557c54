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

// LiveOverride is a record that an administrator has allowed or blocked, and what that masks.
type LiveOverride struct {
	Association Association `json:"association"`
	Masks       access.Why  `json:"masks" doc:"What a gateway would say without the override"`
	Idle        bool        `json:"idle" doc:"It would say the same: the override changes nothing now"`
}

func overrideOf(o access.Override) *access.Override {
	if o.Kind == access.NoOverride {
		return nil
	}
	o.At, o.Until = o.At.UTC(), o.Until.UTC()
	return &o
}

type overrideListInput struct {
	Kind   access.OverrideKind `query:"kind" enum:"allow,block" doc:"absent: both"`
	Search string              `query:"search" maxLength:"200" doc:"As of records; what is found comes in the order of a search"`
	Sort   admin.Sort          `query:"sort" enum:"until,at" default:"until" doc:"until: soonest end first, those without one last; at: when it was said"`
	Turn
}

type overrideListOutput struct {
	Body struct {
		Items []LiveOverride `json:"items"`
		PageMarks
	} `nameHint:"OverridePage"`
}

// overrideList answers GET /overrides.
func (s *Server) overrideList(ctx context.Context, who access.Actor, in *overrideListInput) (*overrideListOutput, error) {
	p, err := s.admin.ListOverrides(ctx, who, admin.OverrideQuery{Kind: in.Kind, Search: in.Search, Sort: in.Sort, Desc: in.Order == "desc",
		Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &overrideListOutput{}
	out.Body.PageMarks = PageMarks(p.PageMarks)
	out.Body.Items = mapped(p.Rows, func(r *admin.OverrideRow) LiveOverride {
		return LiveOverride{Association: associationOf(&r.Row), Masks: utcWhy(r.Masks), Idle: r.Idle}
	})
	return out, nil
}

// Approval lets an account on a device through before its first contact.
type Approval struct {
	ID          string       `json:"id"`
	Realm       string       `json:"realm"`
	Account     string       `json:"account" doc:"Canonical account"`
	DeviceID    string       `json:"device_id" doc:"Canonical ActiveSync device id"`
	Reason      string       `json:"reason,omitempty"`
	By          string       `json:"by"`
	At          time.Time    `json:"at"`
	Until       time.Time    `json:"until,omitzero" doc:"When it ends by itself; absent: never"`
	Association *Association `json:"association,omitempty" doc:"The pair's record, once it has come"`
	Masks       access.Why   `json:"masks" doc:"What a gateway would say without the approval"`
	Idle        bool         `json:"idle" doc:"It would say the same: the approval changes nothing now"`
}

func approvalOf(r *admin.ApprovalRow) Approval {
	a := Approval{ID: r.ID, Realm: r.Pair.Realm, Account: r.Pair.Account, DeviceID: r.Pair.Device, Reason: r.Reason, By: r.By, At: r.At.UTC(),
		Until: r.Until.UTC(), Masks: utcWhy(r.Masks), Idle: r.Idle}
	if r.Record != nil {
		as := associationOf(r.Record)
		a.Association = &as
	}
	return a
}

type approvalListInput struct {
	Cursor string `query:"cursor" maxLength:"100" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type approvalListOutput struct {
	Body struct {
		Items []Approval `json:"items" doc:"Newest first"`
		Next  string     `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
	} `nameHint:"ApprovalPage"`
}

// approvalList answers GET /approvals.
func (s *Server) approvalList(ctx context.Context, who access.Actor, in *approvalListInput) (*approvalListOutput, error) {
	p, err := s.admin.ListPreApprovals(ctx, who, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &approvalListOutput{}
	out.Body.Items, out.Body.Next = mapped(p.Rows, approvalOf), p.Next
	return out, nil
}

type approveInput struct {
	Once
	Body struct {
		Realm    string    `json:"realm,omitempty" maxLength:"320" doc:"Absent: the only one there is"`
		Account  string    `json:"account" minLength:"1" maxLength:"320" doc:"In any spelling"`
		DeviceID string    `json:"device_id" minLength:"1" maxLength:"320" doc:"ActiveSync device id in any spelling"`
		Reason   string    `json:"reason,omitempty" doc:"Kept with the approval and in the audit log"`
		Until    time.Time `json:"until,omitzero" doc:"When it ends by itself; absent: never"`
	} `nameHint:"ApprovalRequest"`
}

// approve answers POST /approvals.
func (s *Server) approve(ctx context.Context, who access.Actor, in *approveInput) (*resultOutput, error) {
	b := &in.Body
	return resultOf(s.admin.PreApprove(ctx, who, admin.ApprovalForm{Realm: b.Realm, Account: b.Account, Device: b.DeviceID},
		admin.Act{Key: in.Key, Reason: b.Reason, Until: b.Until.UTC()}))
}

type withdrawInput struct {
	Once
	ID     string `path:"id" maxLength:"100"`
	Reason string `query:"reason" doc:"Kept in the audit log"`
}

// withdraw answers DELETE /approvals/{id}.
func (s *Server) withdraw(ctx context.Context, who access.Actor, in *withdrawInput) (*resultOutput, error) {
	return resultOf(s.admin.WithdrawApproval(ctx, who, in.ID, admin.Act{Key: in.Key, Reason: in.Reason}))
}

type undoInput struct {
	Once
	Body struct {
		Undo   string `json:"undo" minLength:"1" maxLength:"200" doc:"undo of the answer that is taken back"`
		Reason string `json:"reason,omitempty" doc:"Kept in the audit log"`
	} `nameHint:"UndoRequest"`
}

// undo answers POST /undo.
func (s *Server) undo(ctx context.Context, who access.Actor, in *undoInput) (*resultOutput, error) {
	return resultOf(s.admin.Undo(ctx, who, in.Body.Undo, admin.Act{Key: in.Key, Reason: in.Body.Reason}))
}

// undoable are the verbs whose results can be taken back, each by who may do it.
func undoable() []access.Verb {
	return []access.Verb{access.VerbAllow, access.VerbBlock, access.VerbComment, access.VerbRemove, access.VerbLink, access.VerbUnlink,
		access.VerbMatchAgain, access.VerbChangeDevice, access.VerbActivate, access.VerbLose, access.VerbFind, access.VerbRetire,
		access.VerbSetCompliance, access.VerbChangeUser, access.VerbDisableUser, access.VerbEnableUser, access.VerbMergeAccounts,
		access.VerbPreApprove, access.VerbWithdrawApproval, access.VerbAssignPolicy, access.VerbRevertPolicy}
}

func (s *Server) mountOverrides() {
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-overrides", Method: http.MethodGet, Path: "/overrides", Tags: []string{"Overrides"},
		Summary: "One page of the records that somebody has allowed or blocked, and what that masks",
	}, s.overrideList)
	tags := []string{"Approvals"}
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-approvals", Method: http.MethodGet, Path: "/approvals", Tags: tags,
		Summary: "Pairs that are let through before their first contact",
	}, s.approvalList)
	handle(s, access.VerbPreApprove, huma.Operation{
		OperationID: "pre-approve", Method: http.MethodPost, Path: "/approvals", Tags: tags, DefaultStatus: http.StatusCreated,
		Summary: "Let an account on a device through before its first contact",
	}, s.approve)
	handle(s, access.VerbWithdrawApproval, huma.Operation{
		OperationID: "withdraw-approval", Method: http.MethodDelete, Path: "/approvals/{id}", Tags: tags,
		Summary: "Take an approval back", Errors: []int{http.StatusNotFound},
	}, s.withdraw)
	handleAny(s, undoable(), huma.Operation{
		OperationID: "undo", Method: http.MethodPost, Path: "/undo", Tags: []string{"Undo"},
		Summary: "Take back what the token's owner has done, while nobody has changed the thing since",
		Errors:  []int{http.StatusNotFound, http.StatusConflict},
	}, s.undo)
}
