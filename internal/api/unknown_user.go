// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
)

// associationMakeUser answers POST /associations/{id}/make-user.
func (s *Server) associationMakeUser(ctx context.Context, who access.Actor, in *recordVerbInput) (*resultOutput, error) {
	return in.act(ctx, who, s.admin.MakeUser)
}

type giveInput struct {
	Conditions
	ID   access.AssociationID `path:"id" maxLength:"100"`
	Body struct {
		User   string `json:"user" minLength:"1" maxLength:"320" doc:"Name of the user"`
		Reason string `json:"reason,omitempty" doc:"Kept in the audit log"`
	} `nameHint:"GiveRequest"`
}

// associationGive answers POST /associations/{id}/give.
func (s *Server) associationGive(ctx context.Context, who access.Actor, in *giveInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Body.Reason
	r, err := s.admin.GiveAccount(ctx, who, in.ID, in.Body.User, act)
	return resultOf(r, expected.refine(err))
}
