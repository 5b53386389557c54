// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
)

// describe is the head of the description. Nothing is served by the framework itself: no page with
// scripts from elsewhere, no path without a verb.
func describe(version string) huma.Config {
	if version == "" {
		version = "unknown"
	}
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	documentProblems(registry)
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Vedette", Version: version,
				Description: "Which phones hold company mail, and which may. Every call needs an API token; what the token may do is what its role may do on the pages.",
			},
			Servers: []*huma.Server{{URL: Prefix}},
			Components: &huma.Components{
				Schemas: registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token": {Type: "http", Scheme: "bearer", Description: "An API token, made on the page of one's account."},
				},
			},
			Security: []map[string][]string{{"token": {}}},
		},
		Formats:                      formats(),
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{ourProblems},
	}
}

// describeFailures says of every operation what it answers when the console itself fails.
func describeFailures(o *huma.OpenAPI) {
	problem := &huma.Response{Description: "The console could not do it: 500, or 503 while its database is away",
		Content: map[string]*huma.MediaType{problemType: {Schema: o.Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")}}}
	for _, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			if op != nil {
				op.Responses["default"] = problem
			}
		}
	}
}

// OpenAPI is the description of every route, as JSON (OpenAPI 3.1).
func (s *Server) OpenAPI() ([]byte, error) {
	b, err := json.MarshalIndent(s.api.OpenAPI(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("api: description: %w", err)
	}
	return b, nil
}

type descriptionOutput struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *Server) mountDescription() {
	handle(s, access.VerbView, huma.Operation{
		OperationID: "describe", Method: http.MethodGet, Path: "/openapi.json", Tags: []string{"Description"},
		Summary: "This description",
		Responses: map[string]*huma.Response{"200": {Description: "OpenAPI 3.1",
			Content: map[string]*huma.MediaType{"application/openapi+json": {Schema: &huma.Schema{Type: huma.TypeObject}}}}},
	}, func(context.Context, access.Actor, *struct{}) (*descriptionOutput, error) {
		b, err := s.OpenAPI()
		return &descriptionOutput{ContentType: "application/openapi+json", Body: b}, err
	})
}
