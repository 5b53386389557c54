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

// Preview says what a change would do now. What it lists is what then happens.
type Preview struct {
	At        time.Time       `json:"at"`
	Number    int64           `json:"number" doc:"Change number it was computed from"`
	Records   int             `json:"records" doc:"How many were asked about"`
	ToBlocked int             `json:"to_blocked" doc:"Pass now, would be refused"`
	ToAllowed int             `json:"to_allowed" doc:"Refused now, would pass"`
	Reworded  int             `json:"reworded" doc:"The same for another reason"`
	Truncated bool            `json:"truncated" doc:"There are more than changes holds"`
	Changes   []PreviewChange `json:"changes"`
	Notes     []string        `json:"notes" doc:"What cannot be counted by records"`
	Refusing
}

// Refusing is what the preview of many says of the rows that the job would not do.
type Refusing struct {
	Rows     int       `json:"rows" doc:"Of many: how many records, devices or users it is for, as far as that was looked at"`
	Refusals int       `json:"refusals" doc:"How many of them would be refused: these rows of the job would fail"`
	Refused  []Refusal `json:"refused" doc:"The first of them, in the order of the job"`
}

// Refusal is a row of a job that would be refused.
type Refusal struct {
	ID    string `json:"id" doc:"Of the record, device or user"`
	Label string `json:"label" doc:"As the row of the job says it; empty when it is gone"`
	Text  string `json:"text" doc:"Why, as the row of the job would say it"`
}

func refusingOf(r *admin.Refusing) Refusing {
	return Refusing{Rows: r.Rows, Refusals: r.Refusals, Refused: mapped(r.Refused, func(f *admin.Refusal) Refusal {
		return Refusal{ID: string(f.ID), Label: f.Label, Text: f.Text}
	})}
}

// PreviewChange is one record whose verdict would change.
type PreviewChange struct {
	ID       access.AssociationID `json:"id"`
	Realm    string               `json:"realm"`
	Account  string               `json:"account"`
	DeviceID string               `json:"device_id"`
	Linked   bool                 `json:"linked"`
	Before   access.Why           `json:"before"`
	After    access.Why           `json:"after"`
}

type previewOutput struct{ Body Preview }

func previewOf(p admin.Preview, err error) (*previewOutput, error) {
	if err != nil {
		return nil, err
	}
	return &previewOutput{Body: Preview{At: p.At.UTC(), Number: p.Position.Number, Records: p.Records, ToBlocked: p.ToBlocked, ToAllowed: p.ToAllowed,
		Reworded: p.Reworded, Truncated: p.Truncated, Notes: append([]string{}, p.Notes...), Refusing: refusingOf(&p.Refusing),
		Changes: mapped(p.Changes, func(c *admin.PreviewChange) PreviewChange {
			return PreviewChange{ID: c.ID, Realm: c.Pair.Realm, Account: c.Pair.Account, DeviceID: c.Pair.Device, Linked: c.Linked,
				Before: utcWhy(c.Before), After: utcWhy(c.After)}
		})}}, nil
}

type devicePreviewInput struct {
	ID   access.DeviceID `path:"id" maxLength:"100"`
	Body struct {
		Verb       access.Verb       `json:"verb" enum:"activate,lose,find,retire,delete-device,set-compliance"`
		Compliance access.Compliance `json:"compliance,omitempty" enum:"unknown,compliant,noncompliant" doc:"For set-compliance"`
		Reasons    []string          `json:"reasons,omitempty" maxItems:"50" doc:"For set-compliance"`
	} `nameHint:"DevicePreviewRequest"`
}

// devicePreview answers POST /devices/{id}/preview. It changes nothing.
func (s *Server) devicePreview(ctx context.Context, who access.Actor, in *devicePreviewInput) (*previewOutput, error) {
	return previewOf(s.admin.PreviewDevice(ctx, who, in.ID, in.Body.Verb,
		admin.ComplianceForm{Compliance: in.Body.Compliance, Reasons: in.Body.Reasons}))
}

type userPreviewInput struct {
	ID   access.UserID `path:"id" maxLength:"100"`
	Body struct {
		Verb access.Verb `json:"verb" enum:"disable-user,enable-user,delete-user"`
	} `nameHint:"UserPreviewRequest"`
}

// userPreview answers POST /users/{id}/preview. It changes nothing.
func (s *Server) userPreview(ctx context.Context, who access.Actor, in *userPreviewInput) (*previewOutput, error) {
	return previewOf(s.admin.PreviewUser(ctx, who, in.ID, in.Body.Verb))
}

type bulkPreviewInput struct {
	Body BulkRequest
}

// bulkPreview answers POST /bulk/preview. It changes nothing.
func (s *Server) bulkPreview(ctx context.Context, who access.Actor, in *bulkPreviewInput) (*previewOutput, error) {
	b, act := in.Body.bulk()
	return previewOf(s.admin.PreviewBulk(ctx, who, b, act))
}

// LinkPreview says which records a bulk of link would link, and to what.
type LinkPreview struct {
	Links     []LinkStep `json:"links" doc:"The first of them"`
	Clear     int        `json:"clear" doc:"How many would be linked"`
	Unclear   int        `json:"unclear" doc:"Chosen, and left alone: no device alone comes into question, or a person has decided"`
	Truncated bool       `json:"truncated" doc:"There are more than were looked at"`
	Refusing
}

// LinkStep is one link that a bulk would make.
type LinkStep struct {
	Association Association `json:"association"`
	Device      Device      `json:"device"`
	Score       int         `json:"score"`
	Reasons     []string    `json:"reasons"`
	After       access.Why  `json:"after" doc:"What a gateway would say then"`
}

type linkPreviewInput struct {
	Body struct {
		IDs   []access.AssociationID `json:"ids,omitempty" maxItems:"1000" doc:"The records by id; or a query"`
		Query *BulkQuery             `json:"query,omitempty"`
	} `nameHint:"LinkPreviewRequest"`
}

type linkPreviewOutput struct{ Body LinkPreview }

// linkPreview answers POST /bulk/preview-links. It changes nothing.
func (s *Server) linkPreview(ctx context.Context, who access.Actor, in *linkPreviewInput) (*linkPreviewOutput, error) {
	req := BulkRequest{Verb: access.VerbLink, IDs: in.Body.IDs, Query: in.Body.Query}
	b, _ := req.bulk()
	if b.Query == nil && len(b.IDs) == 0 {
		return nil, access.Invalid("api: preview", "Choose records first.")
	}
	p, err := s.admin.PreviewLinks(ctx, who, b)
	if err != nil {
		return nil, err
	}
	return &linkPreviewOutput{Body: LinkPreview{Clear: p.Clear, Unclear: p.Unclear, Truncated: p.Truncated, Refusing: refusingOf(&p.Refusing),
		Links: mapped(p.Links, func(l *admin.LinkStep) LinkStep {
			return LinkStep{Association: associationOf(&l.Record), Device: deviceOf(&l.Device), Score: l.Score,
				Reasons: append([]string{}, l.Reason...), After: utcWhy(l.After)}
		})}}, nil
}

func (s *Server) mountPreviews() {
	preview := func(id, path, tag, summary string, errs ...int) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: path, Tags: []string{tag}, Summary: summary, Errors: errs}
	}
	handleAny(s, []access.Verb{access.VerbActivate, access.VerbLose, access.VerbFind, access.VerbRetire, access.VerbDeleteDevice, access.VerbSetCompliance},
		preview("preview-device", "/devices/{id}/preview", "Devices", "What a verb on a device would do now, record by record",
			http.StatusNotFound, http.StatusConflict), s.devicePreview)
	handleAny(s, []access.Verb{access.VerbDisableUser, access.VerbEnableUser, access.VerbDeleteUser},
		preview("preview-user", "/users/{id}/preview", "Users", "What a verb on a user would do now, record by record",
			http.StatusNotFound), s.userPreview)
	handleAny(s, admin.BulkVerbs(),
		preview("preview-bulk", "/bulk/preview", "Jobs", "What a verb on many records would do now, record by record"), s.bulkPreview)
	handle(s, access.VerbLink,
		preview("preview-links", "/bulk/preview-links", "Jobs", "Which records a bulk of link would link now, and to what"), s.linkPreview)
}
