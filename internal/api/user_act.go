// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

type userAddInput struct {
	Once
	Body UserForm
}

// userAdd answers POST /users.
func (s *Server) userAdd(ctx context.Context, who access.Actor, in *userAddInput) (*madeOutput, error) {
	r, err := s.admin.AddUser(ctx, who, in.Body.form(), admin.Act{Key: in.Key, Reason: in.Body.Reason})
	return madeAt("/users", r, err)
}

type userChangeInput struct {
	Conditions
	ID   access.UserID `path:"id" maxLength:"100"`
	Body UserForm
}

// userChange answers PUT /users/{id}.
func (s *Server) userChange(ctx context.Context, who access.Actor, in *userChangeInput) (*resultOutput, error) {
	act, expected, err := in.required()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Body.Reason
	r, err := s.admin.ChangeUser(ctx, who, in.ID, in.Body.form(), act)
	return resultOf(r, expected.refine(err))
}

type userVerbInput struct {
	Conditions
	ID   access.UserID `path:"id" maxLength:"100"`
	Body *reasonBody   `nameHint:"Reason"`
}

// userVerb answers POST /users/{id}/… for the verbs that need nothing but a reason.
func (s *Server) userVerb(verb func(context.Context, access.Actor, access.UserID, admin.Act) (admin.Result, error)) func(
	context.Context, access.Actor, *userVerbInput) (*resultOutput, error) {
	return func(ctx context.Context, who access.Actor, in *userVerbInput) (*resultOutput, error) {
		act, expected, err := in.begin()
		if err != nil {
			return nil, err
		}
		in.Body.into(&act)
		r, err := verb(ctx, who, in.ID, act)
		return resultOf(r, expected.refine(err))
	}
}

type userDeleteInput struct {
	Conditions
	ID     access.UserID `path:"id" maxLength:"100"`
	Reason string        `query:"reason" doc:"Kept in the audit log"`
}

// userDelete answers DELETE /users/{id}.
func (s *Server) userDelete(ctx context.Context, who access.Actor, in *userDeleteInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Reason
	r, err := s.admin.DeleteUser(ctx, who, in.ID, act)
	return resultOf(r, expected.refine(err))
}
