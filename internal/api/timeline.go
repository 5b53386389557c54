// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// Moment is one line of a timeline.
type Moment struct {
	At     time.Time `json:"at"`
	Kind   string    `json:"kind" doc:"An event of the audit log, or first-seen, last-seen, override-ends, enrolled, not-compliant"`
	Who    string    `json:"who,omitempty" doc:"vedette: the machine itself"`
	Text   string    `json:"text,omitempty"`
	ID     int64     `json:"id,omitempty" doc:"Of the audit line; absent: not from there"`
	Object string    `json:"object" doc:"The record, device or user it is about"`
}

// TimelineTurn is how a timeline is turned over.
type TimelineTurn struct {
	Cursor string `query:"cursor" maxLength:"20" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type timelineOutput struct {
	Body struct {
		Items []Moment `json:"items" doc:"Newest first"`
		Next  string   `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
	} `nameHint:"Timeline"`
}

func (s *Server) timeline(ctx context.Context, who access.Actor, turn TimelineTurn, q admin.TimelineQuery) (*timelineOutput, error) {
	q.Limit = turn.Limit
	if turn.Cursor != "" {
		n, err := strconv.ParseInt(turn.Cursor, 10, 64)
		if err != nil || n <= 0 {
			return nil, access.Invalid("api: timeline", "This cursor cannot be read. Begin at the first page.")
		}
		q.Before = n
	}
	t, err := s.admin.Timeline(ctx, who, q)
	if err != nil {
		return nil, err
	}
	out := &timelineOutput{}
	out.Body.Items = mapped(t.Moments, func(m *admin.Moment) Moment {
		return Moment{At: m.At.UTC(), Kind: m.Kind, Who: m.Who, Text: m.Text, ID: m.ID, Object: m.Object}
	})
	if t.Older > 0 {
		out.Body.Next = strconv.FormatInt(t.Older, 10)
	}
	return out, nil
}

type associationTimelineInput struct {
	ID access.AssociationID `path:"id" maxLength:"100"`
	TimelineTurn
}

// associationTimeline answers GET /associations/{id}/timeline.
func (s *Server) associationTimeline(ctx context.Context, who access.Actor, in *associationTimelineInput) (*timelineOutput, error) {
	return s.timeline(ctx, who, in.TimelineTurn, admin.TimelineQuery{Record: in.ID})
}

type deviceTimelineInput struct {
	ID access.DeviceID `path:"id" maxLength:"100"`
	TimelineTurn
}

// deviceTimeline answers GET /devices/{id}/timeline.
func (s *Server) deviceTimeline(ctx context.Context, who access.Actor, in *deviceTimelineInput) (*timelineOutput, error) {
	return s.timeline(ctx, who, in.TimelineTurn, admin.TimelineQuery{Device: in.ID})
}

type userTimelineInput struct {
	ID access.UserID `path:"id" maxLength:"100"`
	TimelineTurn
}

// userTimeline answers GET /users/{id}/timeline.
func (s *Server) userTimeline(ctx context.Context, who access.Actor, in *userTimelineInput) (*timelineOutput, error) {
	return s.timeline(ctx, who, in.TimelineTurn, admin.TimelineQuery{User: in.ID})
}
