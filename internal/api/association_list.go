// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

type associationListInput struct {
	AssociationChoice
	Turn
}

type associationListOutput struct {
	Body struct {
		Items []Association `json:"items"`
		PageMarks
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
	OtherPolicy []Association     `json:"other_policy" doc:"Records of other mail apps of the same registered device that have another ActiveSync policy"`
	Several     SeveralAccounts   `json:"several_accounts"`
	Ruled       []RecordRule      `json:"ruled" doc:"The blocking rules that speak of it, in the order in which they do"`
	Timeline    []AuditEntry      `json:"timeline" doc:"What was done to it, newest first; its timeline has pages and more"`
}

// SeveralAccounts says whether a mail app holds more than one Exchange account.
type SeveralAccounts struct {
	Answer provision.Several `json:"answer" enum:"yes,no,unknown" doc:"Whether the phone's mail app holds several Exchange accounts; unknown where nobody has written it down"`
	Text   string            `json:"text,omitempty"`
	Source string            `json:"source,omitempty"`
	Date   string            `json:"date,omitempty" doc:"When the source was looked up, as 2006-01"`
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
	handle(s, access.VerbAllow, onRecord("end-override", http.MethodPost, "/associations/{id}/end-override",
		"Take back an Allow or Block: the rest decides"), s.overrideEnd)
	handle(s, access.VerbLink, onRecord("link-association", http.MethodPost, "/associations/{id}/link",
		"Link a record to a registered device; the matcher leaves it alone from then on"), s.associationLink)
	handle(s, access.VerbUnlink, onRecord("unlink-association", http.MethodPost, "/associations/{id}/unlink",
		"Take a record off its device; the matcher does not link it again"), s.associationUnlink)
	handle(s, access.VerbAddUser, onRecord("make-user", http.MethodPost, "/associations/{id}/make-user",
		"Make a local user of an account that belongs to nobody"), s.associationMakeUser)
	handle(s, access.VerbChangeUser, onRecord("give-account", http.MethodPost, "/associations/{id}/give",
		"Give an account that belongs to nobody to a user"), s.associationGive)
	handle(s, access.VerbMatchAgain, onRecord("match-again", http.MethodPost, "/associations/{id}/match-again",
		"Give a record back to the matcher"), s.associationMatchAgain)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-candidates", Method: http.MethodGet, Path: "/associations/{id}/candidates", Tags: tags,
		Summary: "Devices a record may belong to, with what speaks for and against each", Errors: []int{http.StatusNotFound},
	}, s.candidateList)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "association-timeline", Method: http.MethodGet, Path: "/associations/{id}/timeline", Tags: tags,
		Summary: "What has happened to a record", Errors: []int{http.StatusNotFound},
	}, s.associationTimeline)
}

// associationList answers GET /associations.
func (s *Server) associationList(ctx context.Context, who access.Actor, in *associationListInput) (*associationListOutput, error) {
	q := admin.Query{Show: in.Show, Search: in.Search, Sort: in.Sort, Desc: in.Order == "desc", Cursor: in.Cursor, Limit: in.Limit, Year: in.Year}
	if q.Sort == "" && in.Order != "" {
		q.Sort = admin.SortLast // the store's own order would overrule the one asked for
	}
	p, err := s.admin.ListAssociations(ctx, who, q)
	if err != nil {
		return nil, err
	}
	out := &associationListOutput{}
	out.Body.Items = associationsOf(p.Rows)
	out.Body.PageMarks = PageMarks{Next: p.Next, Prev: p.Prev, Total: p.Total, TotalIsMore: p.TotalIsMore, SearchOrder: p.SearchOrder, Partial: p.Partial}
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
		SameDevice: associationsOf(d.SameDevice), SameAccount: associationsOf(d.SameAccount), OtherPolicy: associationsOf(d.OtherPolicy),
		Several: SeveralAccounts(admin.SeveralOn(&d.Row)), Ruled: mapped(d.Ruled, recordRuleOf), Timeline: auditEntriesOf(d.Timeline),
	}}, nil
}
