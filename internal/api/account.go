// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// Merge names two names of a realm that are one account: whoever comes as from is to.
type Merge struct {
	Realm string `json:"realm,omitempty" maxLength:"320" doc:"Absent: the only one there is"`
	From  string `json:"from" minLength:"1" maxLength:"320" doc:"In any spelling"`
	To    string `json:"to" minLength:"1" maxLength:"320" doc:"In any spelling"`
}

// MergeStep is one record of the first name. Where the second has a record of the same device the two
// become one.
type MergeStep struct {
	From     Association          `json:"from"`
	To       *Association         `json:"to,omitempty" doc:"The other record; absent: the record moves as it is"`
	Kept     access.AssociationID `json:"kept" doc:"Which record remains"`
	Override *access.Override     `json:"override,omitempty" doc:"What an administrator has said about either, the strictest"`
	After    access.Why           `json:"after" doc:"What a gateway would say then"`
	Changes  bool                 `json:"changes" doc:"The verdict differs from what one of the two phones hears now"`
}

type mergeInput struct {
	Once
	Body struct {
		Merge
		Reason string `json:"reason,omitempty" doc:"Kept in the audit log"`
	} `nameHint:"MergeRequest"`
}

// accountMerge answers POST /accounts/merge.
func (s *Server) accountMerge(ctx context.Context, who access.Actor, in *mergeInput) (*resultOutput, error) {
	return resultOf(s.admin.MergeAccounts(ctx, who, admin.Merge(in.Body.Merge), admin.Act{Key: in.Key, Reason: in.Body.Reason}))
}

type mergePreviewInput struct{ Body Merge }

type mergePreviewOutput struct {
	Body struct {
		Merge
		Steps []MergeStep `json:"steps"`
		Notes []string    `json:"notes"`
	} `nameHint:"MergePreview"`
}

// accountMergePreview answers POST /accounts/merge/preview. It changes nothing.
func (s *Server) accountMergePreview(ctx context.Context, who access.Actor, in *mergePreviewInput) (*mergePreviewOutput, error) {
	p, err := s.admin.PreviewMerge(ctx, who, admin.Merge(in.Body))
	if err != nil {
		return nil, err
	}
	out := &mergePreviewOutput{}
	out.Body.Merge, out.Body.Notes = Merge(p.Merge), append([]string{}, p.Notes...)
	out.Body.Steps = mapped(p.Steps, func(m *admin.MergeStep) MergeStep {
		step := MergeStep{From: associationOf(&m.From), Kept: m.Kept, Override: overrideOf(m.Word), After: utcWhy(m.After), Changes: m.Change}
		if m.To != nil {
			to := associationOf(m.To)
			step.To = &to
		}
		return step
	})
	return out, nil
}

type splitInput struct {
	Once
	Body struct {
		Realm  string `json:"realm" minLength:"1" maxLength:"320"`
		From   string `json:"from" minLength:"1" maxLength:"320" doc:"The name that becomes an account of its own again"`
		Reason string `json:"reason,omitempty" doc:"Kept in the audit log"`
	} `nameHint:"SplitRequest"`
}

// accountSplit answers POST /accounts/split.
func (s *Server) accountSplit(ctx context.Context, who access.Actor, in *splitInput) (*resultOutput, error) {
	return resultOf(s.admin.SplitAccounts(ctx, who, in.Body.Realm, in.Body.From, admin.Act{Key: in.Key, Reason: in.Body.Reason}))
}

type aliasListInput struct {
	Cursor string `query:"cursor" maxLength:"2000" doc:"next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type aliasListOutput struct {
	Body struct {
		Items []Alias `json:"items" doc:"In the order of names. A token that is limited to some groups may see fewer than it asked for: next says whether there are more"`
		Next  string  `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
	} `nameHint:"AliasPage"`
}

// aliasList answers GET /accounts/aliases.
func (s *Server) aliasList(ctx context.Context, who access.Actor, in *aliasListInput) (*aliasListOutput, error) {
	after, err := accountAfter(in.Cursor)
	if err != nil {
		return nil, err
	}
	list, err := s.admin.ListAliases(ctx, who, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &aliasListOutput{}
	out.Body.Items = mapped(list, aliasOf)
	if len(list) == in.Limit {
		last := list[len(list)-1]
		out.Body.Next = base64.RawURLEncoding.EncodeToString([]byte(last.Realm + "\x00" + last.From))
	}
	return out, nil
}

func accountAfter(cursor string) (access.Account, error) {
	if cursor == "" {
		return access.Account{}, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	realm, name, found := strings.Cut(string(text), "\x00")
	if err != nil || !found {
		return access.Account{}, access.Invalid("api: aliases", "This cursor cannot be read. Begin at the first page.")
	}
	return access.Account{Realm: realm, Account: name}, nil
}

func (s *Server) mountAccounts() {
	tags := []string{"Accounts"}
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-aliases", Method: http.MethodGet, Path: "/accounts/aliases", Tags: tags, Summary: "Names that are other names of accounts",
	}, s.aliasList)
	handle(s, access.VerbMergeAccounts, huma.Operation{
		OperationID: "merge-accounts", Method: http.MethodPost, Path: "/accounts/merge", Tags: tags,
		Summary: "Make a name another name of an account; the records of both become one account's", Errors: []int{http.StatusConflict},
	}, s.accountMerge)
	handle(s, access.VerbMergeAccounts, huma.Operation{
		OperationID: "preview-merge", Method: http.MethodPost, Path: "/accounts/merge/preview", Tags: tags,
		Summary: "What merging two names would do now, record by record", Errors: []int{http.StatusConflict},
	}, s.accountMergePreview)
	handle(s, access.VerbSplitAccounts, huma.Operation{
		OperationID: "split-accounts", Method: http.MethodPost, Path: "/accounts/split", Tags: tags,
		Summary: "Make a name an account of its own again", Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, s.accountSplit)
}
