// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

type overrideInput struct {
	Conditions
	ID   access.AssociationID `path:"id" maxLength:"100"`
	Body *struct {
		Reason string    `json:"reason,omitempty" doc:"Kept with the record and in the audit log"`
		Until  time.Time `json:"until,omitzero" doc:"When it ends by itself; absent: never"`
		Only   bool      `json:"only,omitempty" doc:"For this record alone: its twin, the same pair through the other kind of Sentry, stays as it is"`
	} `nameHint:"OverrideRequest"`
}

// associationAllow answers POST /associations/{id}/allow.
func (s *Server) associationAllow(ctx context.Context, who access.Actor, in *overrideInput) (*resultOutput, error) {
	return in.act(ctx, who, s.admin.AllowAssociation)
}

// associationBlock answers POST /associations/{id}/block.
func (s *Server) associationBlock(ctx context.Context, who access.Actor, in *overrideInput) (*resultOutput, error) {
	return in.act(ctx, who, s.admin.BlockAssociation)
}

func (in *overrideInput) act(ctx context.Context, who access.Actor,
	verb func(context.Context, access.Actor, access.AssociationID, admin.Act) (admin.Result, error)) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	if in.Body != nil {
		act.Reason, act.Until, act.Only = in.Body.Reason, in.Body.Until.UTC(), in.Body.Only
	}
	r, err := verb(ctx, who, in.ID, act)
	return resultOf(r, expected.refine(err))
}

type commentInput struct {
	Conditions
	ID   access.AssociationID `path:"id" maxLength:"100"`
	Body struct {
		Comment string `json:"comment" doc:"Empty: no comment"`
	} `nameHint:"CommentRequest"`
}

// associationComment answers POST /associations/{id}/comment.
func (s *Server) associationComment(ctx context.Context, who access.Actor, in *commentInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	r, err := s.admin.CommentAssociation(ctx, who, in.ID, in.Body.Comment, act)
	return resultOf(r, expected.refine(err))
}

type clearRedirectInput struct {
	Conditions
	ID   access.AssociationID `path:"id" maxLength:"100"`
	Body *struct {
		Reason string `json:"reason,omitempty" doc:"Kept in the audit log"`
	} `nameHint:"ClearRedirectRequest"`
}

// associationClearRedirect answers POST /associations/{id}/clear-redirect.
func (s *Server) associationClearRedirect(ctx context.Context, who access.Actor, in *clearRedirectInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	if in.Body != nil {
		act.Reason = in.Body.Reason
	}
	r, err := s.admin.ClearRedirect(ctx, who, in.ID, act)
	return resultOf(r, expected.refine(err))
}

type removeInput struct {
	Conditions
	ID     access.AssociationID `path:"id" maxLength:"100"`
	Reason string               `query:"reason" doc:"Kept in the audit log"`
}

// associationRemove answers DELETE /associations/{id}.
func (s *Server) associationRemove(ctx context.Context, who access.Actor, in *removeInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Reason
	r, err := s.admin.RemoveAssociation(ctx, who, in.ID, act)
	return resultOf(r, expected.refine(err))
}
