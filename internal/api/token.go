// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

// Token is an API token as the list shows it: never the token itself.
type Token struct {
	ID       string        `json:"id"`
	Name     string        `json:"name"`
	Owner    string        `json:"owner" doc:"Whom it acts for"`
	Role     access.Role   `json:"role" enum:"administrator,operator,helpdesk,auditor"`
	Groups   *[]string     `json:"groups,omitempty" doc:"Those whose users it reaches; absent: all that its owner does"`
	Users    *[]string     `json:"users,omitempty" doc:"Ids of users whom it reaches beside those of the groups"`
	Verbs    []access.Verb `json:"verbs" doc:"What alone it may do; empty: all that its role may"`
	Created  time.Time     `json:"created"`
	Expires  time.Time     `json:"expires,omitzero" doc:"absent: never"`
	LastUsed time.Time     `json:"last_used,omitzero" doc:"To the minute"`
	Over     bool          `json:"over" doc:"Its time is over"`
	EndsSoon bool          `json:"ends_soon"`
}

func tokenOf(t *login.Token) Token {
	return Token{ID: t.ID, Name: t.Name, Owner: t.Owner, Role: t.Role, Groups: groupsOf(t.Scope), Users: usersOf(t.Scope), Verbs: append([]access.Verb{}, t.Verbs...),
		Created: t.Created.UTC(), Expires: t.Expires.UTC(), LastUsed: t.LastUsed.UTC(), Over: t.Over, EndsSoon: t.EndsSoon}
}

type tokenListInput struct {
	Owner string `query:"owner" maxLength:"400" doc:"Only those that act for this administrator"`
	ShortTurn
}

type tokenPage struct {
	Items []Token `json:"items" doc:"Newest first"`
	Next  string  `json:"next,omitempty" doc:"Cursor of the next page; absent on the last"`
}

type tokenListOutput struct {
	Body tokenPage `nameHint:"TokenPage"`
}

// tokenList answers GET /tokens.
func (s *Server) tokenList(ctx context.Context, who access.Actor, in *tokenListInput) (*tokenListOutput, error) {
	list, err := s.login.ListTokens(ctx, who)
	if err != nil {
		return nil, err
	}
	if in.Owner != "" {
		list = slices.DeleteFunc(list, func(t login.Token) bool { return !strings.EqualFold(t.Owner, in.Owner) })
	}
	return tokenPageOf(list, in.ShortTurn)
}

func tokenPageOf(list []login.Token, turn ShortTurn) (*tokenListOutput, error) {
	list, next, err := shortPage(list, turn, func(t *login.Token) string { return newestFirst(t.Created, t.ID) })
	if err != nil {
		return nil, err
	}
	return &tokenListOutput{Body: tokenPage{Items: mapped(list, tokenOf), Next: next}}, nil
}

// ownTokenList answers GET /account/tokens.
func (s *Server) ownTokenList(ctx context.Context, _ access.Actor, in *ShortTurn) (*tokenListOutput, error) {
	list, err := s.login.TokensOfOwner(ctx)
	if err != nil {
		return nil, err
	}
	return tokenPageOf(list, *in)
}

type tokenRevokeInput struct {
	ID string `path:"id" maxLength:"100"`
}

// tokenRevoke answers DELETE /tokens/{id}.
func (s *Server) tokenRevoke(ctx context.Context, who access.Actor, in *tokenRevokeInput) (*resultOutput, error) {
	if err := s.login.RevokeToken(ctx, who, in.ID); err != nil {
		return nil, err
	}
	return &resultOutput{Body: Result{Text: "The token is revoked."}}, nil
}

// ownTokenRevoke answers DELETE /account/token: the token ends itself.
func (s *Server) ownTokenRevoke(ctx context.Context, who access.Actor, _ *struct{}) (*resultOutput, error) {
	return s.tokenRevoke(ctx, who, &tokenRevokeInput{ID: who.Session})
}

// mountTokens registers what shows and ends tokens. Nothing here makes a token, so that none can make a
// stronger one, or one that lasts longer, than itself.
func (s *Server) mountTokens() {
	tags := []string{"Tokens"}
	handle(s, access.VerbViewAccess, huma.Operation{
		OperationID: "list-tokens", Method: http.MethodGet, Path: "/tokens", Tags: tags, Summary: "Every API token, never the secret",
	}, s.tokenList)
	handle(s, access.VerbManageAccess, huma.Operation{
		OperationID: "revoke-token", Method: http.MethodDelete, Path: "/tokens/{id}", Tags: tags,
		Summary: "End a token at once", Errors: []int{http.StatusNotFound},
	}, s.tokenRevoke)
	tags = []string{"Account"}
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-own-tokens", Method: http.MethodGet, Path: "/account/tokens", Tags: tags,
		Summary: "The tokens of the one this token acts for",
	}, s.ownTokenList)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "revoke-own-token", Method: http.MethodDelete, Path: "/account/token", Tags: tags, Summary: "End the token that asks",
	}, s.ownTokenRevoke)
}
