// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// Candidate is one device a record may belong to.
type Candidate struct {
	Device    Device   `json:"device"`
	Score     int      `json:"score" minimum:"0" maximum:"100"`
	Reasons   []string `json:"reasons" doc:"What speaks for it"`
	Against   []string `json:"against" doc:"What speaks against it"`
	Barred    bool     `json:"barred" doc:"The matcher never links it; a person may"`
	Present   bool     `json:"present" doc:"The record is linked to it now"`
	Suggested bool     `json:"suggested" doc:"The matcher would have it"`
	Facts     []Fact   `json:"facts" doc:"What the phone tells by mail beside what its registration says"`
}

// Fact is one fact as both sides tell it.
type Fact struct {
	Name   string `json:"name" enum:"owner,model,os,os-version,number,imei,name,eas-id"`
	Record string `json:"record,omitempty"`
	Device string `json:"device,omitempty"`
	Agrees bool   `json:"agrees" doc:"Both say the same, as the matcher compares them"`
	Known  bool   `json:"known" doc:"Both say something"`
}

func candidateOf(c *admin.LinkCandidate) Candidate {
	out := Candidate{Device: deviceOf(&c.DeviceRow), Score: c.Score, Reasons: append([]string{}, c.Reasons...), Against: append([]string{}, c.Against...),
		Barred: c.Barred, Present: c.Present, Suggested: c.Suggested, Facts: make([]Fact, len(c.Facts))}
	for i, f := range c.Facts {
		out.Facts[i] = Fact(f)
	}
	return out
}

type candidateListInput struct {
	ID     access.AssociationID `path:"id" maxLength:"100"`
	Search string               `query:"search" maxLength:"200" doc:"Without it: what the matcher thinks of. With it: the devices that are found"`
}

type candidateListOutput struct {
	ETag string `header:"ETag" doc:"Of the record, for linking it"`
	Body struct {
		Items []Candidate `json:"items" doc:"Best first, at most 50"`
		Hand  bool        `json:"hand" doc:"A person has linked or unlinked the record: the matcher leaves it alone"`
	} `nameHint:"CandidateList"`
}

// candidateList answers GET /associations/{id}/candidates.
func (s *Server) candidateList(ctx context.Context, who access.Actor, in *candidateListInput) (*candidateListOutput, error) {
	c, err := s.admin.LinkCandidates(ctx, who, in.ID, in.Search)
	if err != nil {
		return nil, err
	}
	out := &candidateListOutput{ETag: etag(c.Record.Version)}
	out.Body.Items, out.Body.Hand = mapped(c.List, candidateOf), c.Hand
	return out, nil
}

type linkInput struct {
	Conditions
	ID   access.AssociationID `path:"id" maxLength:"100"`
	Body struct {
		Device access.DeviceID `json:"device" minLength:"1" maxLength:"100" doc:"Id of the device"`
		Reason string          `json:"reason,omitempty" doc:"Kept in the audit log"`
	} `nameHint:"LinkRequest"`
}

// associationLink answers POST /associations/{id}/link.
func (s *Server) associationLink(ctx context.Context, who access.Actor, in *linkInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Body.Reason
	r, err := s.admin.LinkAssociation(ctx, who, in.ID, in.Body.Device, act)
	return resultOf(r, expected.refine(err))
}

type recordVerbInput struct {
	Conditions
	ID   access.AssociationID `path:"id" maxLength:"100"`
	Body *reasonBody          `nameHint:"Reason"`
}

// associationUnlink answers POST /associations/{id}/unlink.
func (s *Server) associationUnlink(ctx context.Context, who access.Actor, in *recordVerbInput) (*resultOutput, error) {
	return in.act(ctx, who, s.admin.UnlinkAssociation)
}

// associationMatchAgain answers POST /associations/{id}/match-again.
func (s *Server) associationMatchAgain(ctx context.Context, who access.Actor, in *recordVerbInput) (*resultOutput, error) {
	return in.act(ctx, who, s.admin.MatchAgain)
}

type overrideEndInput struct {
	Conditions
	ID   access.AssociationID `path:"id" maxLength:"100"`
	Body *struct {
		Reason string `json:"reason,omitempty" doc:"Kept in the audit log"`
		Only   bool   `json:"only,omitempty" doc:"The record's twin keeps its own"`
	} `nameHint:"EndOverrideRequest"`
}

// overrideEnd answers POST /associations/{id}/end-override.
func (s *Server) overrideEnd(ctx context.Context, who access.Actor, in *overrideEndInput) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	if in.Body != nil {
		act.Reason, act.Only = in.Body.Reason, in.Body.Only
	}
	r, err := s.admin.EndOverride(ctx, who, in.ID, act)
	return resultOf(r, expected.refine(err))
}

func (in *recordVerbInput) act(ctx context.Context, who access.Actor,
	verb func(context.Context, access.Actor, access.AssociationID, admin.Act) (admin.Result, error)) (*resultOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	in.Body.into(&act)
	r, err := verb(ctx, who, in.ID, act)
	return resultOf(r, expected.refine(err))
}
