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

// WipeOrder is an order to wipe, also of a record that is gone.
type WipeOrder struct {
	ID          access.WipeID        `json:"id"`
	Record      access.AssociationID `json:"record"`
	RecordThere bool                 `json:"record_there" doc:"The record has not been removed"`
	Realm       string               `json:"realm"`
	Account     string               `json:"account"`
	DeviceID    string               `json:"device_id"`
	Phone       string               `json:"phone,omitempty" doc:"What it was called when the order was given"`
	Kind        access.WipeKind      `json:"kind" enum:"full,account"`
	State       access.WipeState     `json:"state" enum:"waiting,pending,delivered,acknowledged,unverified,failed,cancelled,released,closed" doc:"acknowledged: the phone says that it has received the order, which is a claim"`
	Held        string               `json:"held,omitempty" enum:"frozen,approval,delay" doc:"Why the phone is not told yet"`
	NotBefore   time.Time            `json:"not_before,omitzero"`
	Server      bool                 `json:"server,omitempty" doc:"The mail server has ordered it"`
	Reason      string               `json:"reason,omitempty"`
	By          string               `json:"by"`
	At          time.Time            `json:"at"`
	ApprovedBy  string               `json:"approved_by,omitempty"`
	ApprovedAt  time.Time            `json:"approved_at,omitzero"`
	DeliveredAt time.Time            `json:"delivered_at,omitzero"`
	AnsweredAt  time.Time            `json:"answered_at,omitzero"`
	EndedBy     string               `json:"ended_by,omitempty" doc:"Who has cancelled, closed or released it"`
	EndedAt     time.Time            `json:"ended_at,omitzero"`
	Protocol    string               `json:"protocol,omitempty"`
	Addr        string               `json:"addr,omitempty" doc:"Where the answer came from"`
	Can         []access.Verb        `json:"can" doc:"What the caller may do with it now"`
	Version     int64                `json:"version" doc:"The ETag"`
}

func wipeOf(r *admin.WipeRow) WipeOrder {
	w := WipeOrder{ID: r.ID, Record: r.Association, RecordThere: r.Record, Realm: r.Pair.Realm, Account: r.Pair.Account, DeviceID: r.Pair.Device,
		Phone: r.Phone, Kind: r.Kind, State: r.State, Held: r.Held, NotBefore: r.NotBefore.UTC(), Server: r.Server, Reason: r.Reason, By: r.By,
		At: r.At.UTC(), ApprovedBy: r.ApprovedBy, ApprovedAt: r.ApprovedAt.UTC(), DeliveredAt: r.DeliveredAt.UTC(), AnsweredAt: r.AnsweredAt.UTC(),
		EndedBy: r.EndedBy, EndedAt: r.EndedAt.UTC(), Protocol: r.Protocol, Addr: r.Addr, Can: append([]access.Verb{}, r.Can...), Version: r.Version}
	if r.Held == admin.WipeHeldFrozen {
		w.NotBefore = time.Time{}
	}
	return w
}

type wipeListInput struct {
	Open   bool          `query:"open" doc:"Only those that somebody still has to see to"`
	Cursor access.WipeID `query:"cursor" maxLength:"100" doc:"next of the page before"`
	Limit  int           `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type wipeListOutput struct {
	Body struct {
		Items []WipeOrder   `json:"items" doc:"The latest first"`
		Next  access.WipeID `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
	} `nameHint:"WipeList"`
}

// wipeList answers GET /wipes.
func (s *Server) wipeList(ctx context.Context, who access.Actor, in *wipeListInput) (*wipeListOutput, error) {
	p, err := s.admin.ListWipes(ctx, who, admin.WipeQuery{Open: in.Open, Before: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &wipeListOutput{}
	out.Body.Items, out.Body.Next = mapped(p.Rows, wipeOf), p.Next
	return out, nil
}

type wipeFindInput struct {
	ID access.WipeID `path:"id" maxLength:"100"`
}

type wipeFindOutput struct {
	ETag string `header:"ETag"`
	Body WipeOrder
}

// wipeFind answers GET /wipes/{id}.
func (s *Server) wipeFind(ctx context.Context, who access.Actor, in *wipeFindInput) (*wipeFindOutput, error) {
	r, err := s.admin.FindWipe(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &wipeFindOutput{ETag: etag(r.Version), Body: wipeOf(&r)}, nil
}

type wipeOrderInput struct {
	Conditions
	ID   access.AssociationID `path:"id" maxLength:"100"`
	Body struct {
		Kind   access.WipeKind `json:"kind" enum:"full,account" doc:"full: what the client makes of it, up to a reset of the whole phone"`
		Reason string          `json:"reason,omitempty" doc:"Kept with the order and in the audit log"`
	} `nameHint:"WipeRequest"`
}

// wipeOrder answers POST /associations/{id}/wipe.
func (s *Server) wipeOrder(ctx context.Context, who access.Actor, in *wipeOrderInput) (*madeOutput, error) {
	act, expected, err := in.begin()
	if err != nil {
		return nil, err
	}
	act.Reason = in.Body.Reason
	r, err := s.admin.OrderWipe(ctx, who, in.ID, in.Body.Kind, act)
	return madeAt("/wipes", r, expected.refine(err))
}

// WipePreview says what an order would do.
type WipePreview struct {
	Kind      access.WipeKind `json:"kind" enum:"full,account"`
	Effect    string          `json:"effect" doc:"What this client does when it is told, in a sentence"`
	Known     bool            `json:"known" doc:"Somebody has written down what it does"`
	Supported bool            `json:"supported"`
	Source    string          `json:"source,omitempty" doc:"Who says so"`
	Date      string          `json:"date,omitempty" doc:"When that was looked up"`
	Others    []Association   `json:"others" doc:"Other accounts of the phone that would go with it"`
	Warnings  []string        `json:"warnings"`
	Refused   string          `json:"refused,omitempty" doc:"Why it cannot be ordered now"`
	CapLeft   int             `json:"cap_left" doc:"How many more can be ordered within this hour"`
	Delay     int64           `json:"delay_seconds" doc:"Before the phone is told"`
	Approval  bool            `json:"approval" doc:"Another administrator has to approve it"`
}

type wipePreviewInput struct {
	ID   access.AssociationID `path:"id" maxLength:"100"`
	Body struct {
		Kind access.WipeKind `json:"kind" enum:"full,account"`
	} `nameHint:"WipePreviewRequest"`
}

type wipePreviewOutput struct{ Body WipePreview }

// wipePreview answers POST /associations/{id}/preview-wipe.
func (s *Server) wipePreview(ctx context.Context, who access.Actor, in *wipePreviewInput) (*wipePreviewOutput, error) {
	p, err := s.admin.PreviewWipe(ctx, who, in.ID, in.Body.Kind)
	if err != nil {
		return nil, err
	}
	return &wipePreviewOutput{Body: WipePreview{Kind: p.Kind, Effect: p.Effect, Known: p.Known, Supported: p.Supported, Source: p.Source, Date: p.Date,
		Others: associationsOf(p.Others), Warnings: append([]string{}, p.Warnings...), Refused: p.Refused, CapLeft: p.CapLeft,
		Delay: int64(p.Delay / time.Second), Approval: p.Approval}}, nil
}

type wipeVerbInput struct {
	Conditions
	ID   access.WipeID `path:"id" maxLength:"100"`
	Body *reasonBody   `nameHint:"Reason"`
}

// wipeVerb answers POST /wipes/{id}/….
func (s *Server) wipeVerb(verb func(context.Context, access.Actor, access.WipeID, admin.Act) (admin.Result, error)) func(
	context.Context, access.Actor, *wipeVerbInput) (*resultOutput, error) {
	return func(ctx context.Context, who access.Actor, in *wipeVerbInput) (*resultOutput, error) {
		act, expected, err := in.begin()
		if err != nil {
			return nil, err
		}
		in.Body.into(&act)
		r, err := verb(ctx, who, in.ID, act)
		return resultOf(r, expected.refine(err))
	}
}

func (s *Server) mountWipes() {
	tags := []string{"Wipes"}
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-wipes", Method: http.MethodGet, Path: "/wipes", Tags: tags, Summary: "Orders to wipe",
	}, s.wipeList)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "find-wipe", Method: http.MethodGet, Path: "/wipes/{id}", Tags: tags, Summary: "One order, and how far it is", Errors: []int{http.StatusNotFound},
	}, s.wipeFind)
	op := func(id, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: http.MethodPost, Path: path, Tags: tags, Summary: summary,
			Errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed}}
	}
	order := op("order-wipe", "/associations/{id}/wipe", "Order the phone wiped for one record")
	order.DefaultStatus = http.StatusCreated
	handle(s, access.VerbWipe, order, s.wipeOrder)
	handle(s, access.VerbWipe, op("preview-wipe", "/associations/{id}/preview-wipe", "What an order would do with this client"), s.wipePreview)
	handle(s, access.VerbCancelWipe, op("cancel-wipe", "/wipes/{id}/cancel", "Take an order back that no phone has been told of"), s.wipeVerb(s.admin.CancelWipe))
	handle(s, access.VerbApproveWipe, op("approve-wipe", "/wipes/{id}/approve", "Let the order of another administrator go"), s.wipeVerb(s.admin.ApproveWipe))
	handle(s, access.VerbCloseWipe, op("close-wipe", "/wipes/{id}/close", "Give an order up that nobody has acknowledged"), s.wipeVerb(s.admin.CloseWipe))
	handle(s, access.VerbReleaseWipe, op("release-wipe", "/wipes/{id}/release", "Let a wiped record go again"), s.wipeVerb(s.admin.ReleaseWipe))
}
