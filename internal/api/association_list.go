// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

type associationListInput struct {
	Show   admin.Show `query:"show" enum:"all,linked,unlinked,allowed,blocked" default:"all" doc:"The choices of the Show menu"`
	Search string     `query:"search" maxLength:"200" doc:"User, device id, model or number: anywhere in them from three characters, else from their beginning"`
	Sort   admin.Sort `query:"sort" enum:"added,device,user,number,phone,os,status,sync_status,first_sync,last_sync,mailbox,domain" doc:"Column to sort by. Without it: last contact, newest first"`
	Order  string     `query:"order" enum:"asc,desc" doc:"asc when a column is named"`
	Cursor string     `query:"cursor" maxLength:"2000" doc:"next or prev of another page of the same list"`
	Limit  int        `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type associationListOutput struct {
	Body struct {
		Items       []Association `json:"items"`
		Next        string        `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
		Prev        string        `json:"prev,omitempty" doc:"Cursor of the page before; absent on the first"`
		Total       int           `json:"total" doc:"How many match"`
		TotalIsMore bool          `json:"total_is_more,omitempty" doc:"Counting was given up at total"`
		SearchOrder string        `json:"search_order,omitempty" enum:"newest,matches" doc:"So many match that they come in this order instead of the one asked for"`
		Partial     bool          `json:"partial,omitempty" doc:"The page is short because looking further would have cost too much; next goes on"`
	} `nameHint:"AssociationPage"`
}

type associationFindInput struct {
	ID access.AssociationID `path:"id" maxLength:"100"`
}

// AssociationDetails is a record with what is around it.
type AssociationDetails struct {
	Association
	Told        access.DeviceInfo `json:"told" doc:"What the phone last said of itself"`
	Guessed     access.Guessed    `json:"guessed" doc:"What user agent and request line let us think"`
	SameDevice  []Association     `json:"same_device" doc:"Other accounts on the same device; an action on this record leaves them alone"`
	SameAccount []Association     `json:"same_account" doc:"The same account on other devices"`
	Timeline    []AuditEntry      `json:"timeline" doc:"What was done to it, newest first"`
}

type associationFindOutput struct {
	ETag string `header:"ETag"`
	Body AssociationDetails
}

func (s *Server) mountAssociations() {
	tags := []string{"Associations"}
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-associations", Method: http.MethodGet, Path: "/associations", Tags: tags,
		Summary: "One page of records",
	}, s.associationList)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "find-association", Method: http.MethodGet, Path: "/associations/{id}", Tags: tags,
		Summary: "One record with everything known about it", Errors: []int{http.StatusNotFound},
	}, s.associationFind)
	onRecord := func(id, method, path, summary string) huma.Operation {
		return huma.Operation{OperationID: id, Method: method, Path: path, Tags: tags, Summary: summary,
			Errors: []int{http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed}}
	}
	handle(s, access.VerbAllow, onRecord("allow-association", http.MethodPost, "/associations/{id}/allow",
		"Let one account on one device through"), s.associationAllow)
	handle(s, access.VerbBlock, onRecord("block-association", http.MethodPost, "/associations/{id}/block",
		"Refuse one account on one device from its next request on"), s.associationBlock)
	handle(s, access.VerbComment, onRecord("comment-association", http.MethodPost, "/associations/{id}/comment",
		"Replace the administrators' comment"), s.associationComment)
	handle(s, access.VerbClearRedirect, onRecord("clear-redirect", http.MethodPost, "/associations/{id}/clear-redirect",
		"Make gateways forget to which server the mail server has sent it"), s.associationClearRedirect)
	handle(s, access.VerbRemove, onRecord("remove-association", http.MethodDelete, "/associations/{id}",
		"Take a record off the list; its next contact is judged anew"), s.associationRemove)
}

// associationList answers GET /associations.
func (s *Server) associationList(ctx context.Context, who access.Actor, in *associationListInput) (*associationListOutput, error) {
	q := admin.Query{Show: in.Show, Search: in.Search, Sort: in.Sort, Desc: in.Order == "desc", Cursor: in.Cursor, Limit: in.Limit}
	if q.Sort == "" && in.Order != "" {
		q.Sort = admin.SortLast // the store's own order would overrule the one asked for
	}
	p, err := s.admin.ListAssociations(ctx, who, q)
	if err != nil {
		return nil, err
	}
	out := &associationListOutput{}
	b := &out.Body
	b.Items, b.Next, b.Prev = associationsOf(p.Rows), p.Next, p.Prev
	b.Total, b.TotalIsMore, b.SearchOrder, b.Partial = p.Total, p.TotalIsMore, p.SearchOrder, p.Partial
	return out, nil
}

// associationFind answers GET /associations/{id}.
func (s *Server) associationFind(ctx context.Context, who access.Actor, in *associationFindInput) (*associationFindOutput, error) {
	d, err := s.admin.FindAssociation(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &associationFindOutput{ETag: etag(d.Version), Body: AssociationDetails{
		Association: associationOf(&d.Row), Told: d.Told, Guessed: d.Guessed,
		SameDevice: associationsOf(d.SameDevice), SameAccount: associationsOf(d.SameAccount), Timeline: auditEntriesOf(d.Timeline),
	}}, nil
}
