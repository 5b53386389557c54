// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

// IfMatch is the header by which a change of an administrator fails when somebody was faster.
type IfMatch struct {
	IfMatch string `header:"If-Match" maxLength:"100" doc:"ETag of what was looked at. When somebody has changed it since, nothing happens and the answer is 412. * or nothing: whatever is there now."`
}

// about finds whom a request is about, and what it expects of him.
func (s *Server) about(ctx context.Context, who access.Actor, id, ifMatch string) (login.Administrator, login.Act, expectation, error) {
	e, err := (&Conditions{IfMatch: ifMatch}).read()
	if err == nil && e.names() && e.version == 0 {
		err = failed("Versions begin at 1.")
	}
	if err != nil {
		return login.Administrator{}, login.Act{}, e, err
	}
	a, err := s.login.FindAdministrator(ctx, who, id)
	return a, login.Act{Version: e.version}, e, err
}

// done says what happened to somebody, with his version after it.
func (s *Server) done(ctx context.Context, who access.Actor, id, text string) (*resultOutput, error) {
	a, err := s.login.FindAdministrator(ctx, who, id)
	if err != nil {
		return nil, err
	}
	return &resultOutput{ETag: etag(a.Version), Body: Result{Text: text, Version: a.Version, ID: id}}, nil
}

type rightsInput struct {
	IfMatch
	ID   string `path:"id" maxLength:"100"`
	Body Rights
}

// rightsChange answers PUT /administrators/{id}/rights.
func (s *Server) rightsChange(ctx context.Context, who access.Actor, in *rightsInput) (*resultOutput, error) {
	a, act, e, err := s.about(ctx, who, in.ID, in.IfMatch.IfMatch)
	if err == nil && !e.given {
		err = errNotNamed()
	}
	if err != nil {
		return nil, err
	}
	if err := s.login.ChangeRights(ctx, who, a.Name, in.Body.Role, scopeOf(in.Body.Groups, in.Body.Users), act); err != nil {
		return nil, e.refine(err)
	}
	return s.done(ctx, who, in.ID, a.Name+" is "+string(in.Body.Role)+" now.")
}

// administratorDeed is something that is done to an administrator and needs nothing else.
type administratorDeed struct {
	name, summary, text string
	do                  func(context.Context, access.Actor, string, ...login.Act) error
}

func (s *Server) administratorDeeds() []administratorDeed {
	return []administratorDeed{
		{"disable", "Keep somebody from signing in, and end what is signed in to", " cannot sign in any more.", s.login.DisableAdministrator},
		{"enable", "Let somebody sign in again", " can sign in again.", s.login.EnableAdministrator},
		{"reset-second-factor", "Remove one-time code, recovery codes and passkeys", " has no second factor now.", s.login.ResetSecondFactor},
		{"sign-out", "End every session of somebody", " is signed out everywhere.", s.login.SignOutEverywhere},
	}
}

type administratorActInput struct {
	IfMatch
	ID string `path:"id" maxLength:"100"`
}

// administratorDo answers POST /administrators/{id}/DEED.
func (s *Server) administratorDo(d administratorDeed) func(context.Context, access.Actor, *administratorActInput) (*resultOutput, error) {
	return func(ctx context.Context, who access.Actor, in *administratorActInput) (*resultOutput, error) {
		a, act, e, err := s.about(ctx, who, in.ID, in.IfMatch.IfMatch)
		if err != nil {
			return nil, err
		}
		if err := d.do(ctx, who, a.Name, act); err != nil {
			return nil, e.refine(err)
		}
		return s.done(ctx, who, in.ID, a.Name+d.text)
	}
}

// setupLinkMake answers POST /administrators/{id}/setup-link.
func (s *Server) setupLinkMake(ctx context.Context, who access.Actor, in *administratorActInput) (*invitationOutput, error) {
	a, act, e, err := s.about(ctx, who, in.ID, in.IfMatch.IfMatch)
	if err != nil {
		return nil, err
	}
	token, expires, err := s.login.NewSetupLink(ctx, who, a.Name, act)
	if err != nil {
		return nil, e.refine(err)
	}
	return invitationOf(a.ID, token, expires), nil
}

// administratorDelete answers DELETE /administrators/{id}.
func (s *Server) administratorDelete(ctx context.Context, who access.Actor, in *administratorActInput) (*resultOutput, error) {
	a, act, e, err := s.about(ctx, who, in.ID, in.IfMatch.IfMatch)
	if err != nil {
		return nil, err
	}
	if err := s.login.DeleteAdministrator(ctx, who, a.Name, act); err != nil {
		return nil, e.refine(err)
	}
	return &resultOutput{Body: Result{Text: a.Name + " is removed."}}, nil
}
