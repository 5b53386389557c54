// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

// SignIn is what signing in asks for beyond a password.
type SignIn struct {
	SecondFactor []access.Role `json:"second_factor" enum:"administrator,operator,helpdesk,auditor" doc:"Roles that have to have one"`
}

// OpenIDConnect is the provider with which administrators may sign in, and who becomes what.
type OpenIDConnect struct {
	Issuer    string         `json:"issuer" maxLength:"500" doc:"Such as https://id.example; empty: nobody signs in that way"`
	ClientID  string         `json:"client_id" maxLength:"500"`
	Button    string         `json:"button,omitempty" maxLength:"500" doc:"What the sign-in page calls the provider"`
	Claim     string         `json:"claim,omitempty" maxLength:"500" doc:"Of the ID token that lists groups; absent: groups"`
	Map       []GroupMapping `json:"map" maxItems:"100" doc:"The first that fits counts; whom none fits is not let in"`
	HasSecret bool           `json:"has_secret,omitempty" doc:"One is kept; it is never given out. Of no meaning in a request"`
	Secret    string         `json:"secret,omitempty" maxLength:"2000" writeOnly:"true" doc:"absent: as it is, unless issuer or client change; then none"`
}

// GroupMapping gives rights to whoever is in a group of the provider.
type GroupMapping struct {
	Group string `json:"group" minLength:"1" maxLength:"500"`
	Rights
}

// Versioned is a setting of signing in.
type Versioned[T any] struct {
	Setting T     `json:"setting"`
	Version int64 `json:"version" doc:"The ETag; 0: nobody has set it yet"`
}

// VersionedChange replaces a setting of signing in.
type VersionedChange[T any] struct {
	Setting T `json:"setting"`
}

type versionedOutput[T any] struct {
	ETag string `header:"ETag"`
	Body Versioned[T]
}

type versionedInput[T any] struct {
	IfMatch
	Body VersionedChange[T]
}

// mountSignIn registers GET and PUT of one setting of signing in.
func mountSignIn[T any](s *Server, name, words string, find func(context.Context, access.Actor) (T, int64, error),
	change func(context.Context, access.Actor, *T, int64) error) {
	tags, path := []string{"Settings"}, "/settings/"+name
	handle(s, access.VerbViewAccess, huma.Operation{
		OperationID: "find-" + name, Method: http.MethodGet, Path: path, Tags: tags, Summary: words,
	}, func(ctx context.Context, who access.Actor, _ *struct{}) (*versionedOutput[T], error) {
		v, version, err := find(ctx, who)
		if err != nil {
			return nil, err
		}
		return &versionedOutput[T]{ETag: etag(version), Body: Versioned[T]{Setting: v, Version: version}}, nil
	})
	handle(s, access.VerbManageAccess, huma.Operation{
		OperationID: "change-" + name, Method: http.MethodPut, Path: path, Tags: tags, Summary: words + ": replace all of it",
		Errors: []int{http.StatusConflict, http.StatusPreconditionFailed, http.StatusPreconditionRequired},
	}, func(ctx context.Context, who access.Actor, in *versionedInput[T]) (*resultOutput, error) {
		e, err := (&Conditions{IfMatch: in.IfMatch.IfMatch}).read()
		if err == nil && !e.given {
			err = errNotNamed()
		}
		if err == nil && e.any {
			_, e.version, err = find(ctx, who)
		}
		if err != nil {
			return nil, err
		}
		if err := change(ctx, who, &in.Body.Setting, e.version); err != nil {
			return nil, e.refine(err)
		}
		return &resultOutput{ETag: etag(e.version + 1), Body: Result{Text: "The setting is saved.", Version: e.version + 1}}, nil
	})
}

func (s *Server) mountSigningIn() {
	mountSignIn(s, "sign-in", "Who needs a second factor",
		func(ctx context.Context, who access.Actor) (SignIn, int64, error) {
			p, version, err := s.login.Policy(ctx, who)
			return SignIn{SecondFactor: append([]access.Role{}, p.SecondFactor...)}, version, err
		}, func(ctx context.Context, who access.Actor, p *SignIn, version int64) error {
			return s.login.ChangePolicy(ctx, who, login.Policy{SecondFactor: p.SecondFactor}, version)
		})
	mountSignIn(s, "openid-connect", "The provider with which administrators may sign in",
		func(ctx context.Context, who access.Actor) (OpenIDConnect, int64, error) {
			o, err := s.login.OIDC(ctx, who)
			return OpenIDConnect{Issuer: o.Issuer, ClientID: o.ClientID, Button: o.Button, Claim: o.Claim, HasSecret: o.HasSecret,
				Map: mapped(o.Map, func(m *login.Mapping) GroupMapping {
					return GroupMapping{Group: m.Group, Rights: Rights{Role: m.Role, Groups: groupsOf(m.Scope), Users: usersOf(m.Scope)}}
				})}, o.Version, err
		}, func(ctx context.Context, who access.Actor, o *OpenIDConnect, version int64) error {
			set := login.OIDC{Issuer: o.Issuer, ClientID: o.ClientID, Button: o.Button, Claim: o.Claim}
			for _, m := range o.Map {
				set.Map = append(set.Map, login.Mapping{Group: m.Group, Role: m.Role, Scope: scopeOf(m.Groups, m.Users)})
			}
			return s.login.ChangeOIDC(ctx, who, set, o.Secret, version)
		})
}
