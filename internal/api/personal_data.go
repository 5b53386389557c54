// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// zipType is what personal data goes out as.
const zipType = "application/zip"

// ErasePreview says what erasing a user would take away now.
type ErasePreview struct {
	Name      string   `json:"name" doc:"To be given with the request that erases"`
	Accounts  int      `json:"accounts"`
	Aliases   int      `json:"aliases" doc:"Other names of the accounts"`
	Devices   int      `json:"devices"`
	Records   int      `json:"records"`
	Approvals int      `json:"approvals"`
	Audit     int      `json:"audit" doc:"Lines of the audit log that would no longer name the person"`
	Notes     []string `json:"notes" doc:"What is kept, and what happens afterwards"`
}

type personalInput struct {
	ID access.UserID `path:"id" maxLength:"100"`
}

type erasePreviewOutput struct{ Body ErasePreview }

// erasePreview answers POST /users/{id}/preview-erase. It changes nothing.
func (s *Server) erasePreview(ctx context.Context, who access.Actor, in *personalInput) (*erasePreviewOutput, error) {
	p, err := s.settings.PreviewErase(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &erasePreviewOutput{Body: ErasePreview{Name: p.User.Name, Accounts: len(p.User.Accounts), Aliases: len(p.Aliases),
		Devices: len(p.Devices), Records: len(p.Records), Approvals: len(p.Approvals), Audit: len(p.Audit), Notes: append([]string{}, p.Notes...)}}, nil
}

type eraseInput struct {
	Once
	ID   access.UserID `path:"id" maxLength:"100"`
	Body struct {
		Name   string `json:"name" minLength:"1" maxLength:"320" doc:"The user's name, exactly: it cannot be taken back"`
		Reason string `json:"reason,omitempty" doc:"Kept in the audit log"`
	} `nameHint:"EraseRequest"`
}

// erase answers POST /users/{id}/erase.
func (s *Server) erase(ctx context.Context, who access.Actor, in *eraseInput) (*resultOutput, error) {
	return resultOf(s.settings.ErasePersonalData(ctx, who, in.ID, in.Body.Name, admin.Act{Key: in.Key, Reason: in.Body.Reason}))
}

// personalExport answers POST /users/{id}/export-personal-data with a ZIP file. An error before its first
// byte is a problem; later the connection is cut off, so that half a file does not look like a whole one.
func (s *Server) personalExport(ctx context.Context, in *personalInput) (*huma.StreamResponse, error) {
	return &huma.StreamResponse{Body: func(h huma.Context) {
		r, w := humago.Unwrap(h)
		begun := false
		err := s.settings.ExportPersonalData(ctx, login.ActorFrom(ctx), in.ID, func(string) io.Writer {
			begun = true
			w.Header().Set("Content-Type", zipType)
			w.Header().Set("Content-Disposition", `attachment; filename="personal-data.zip"`)
			w.Header().Set("Cache-Control", "no-store")
			_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(fileTime)) // not every writer can
			return w
		})
		switch {
		case err == nil:
		case !begun:
			s.Answer(w, r, err)
		default:
			httpd.NoteError(ctx, err)
			panic(http.ErrAbortHandler)
		}
	}}, nil
}

func (s *Server) mountPersonalData() {
	tags := []string{"Users"}
	huma.Register(s.api, huma.Operation{
		OperationID: "export-personal-data", Method: http.MethodPost, Path: "/users/{id}/export-personal-data", Tags: tags,
		Summary:  "Everything that is kept about a person, for the person: a ZIP file of JSON and tables. It is audited",
		Metadata: map[string]any{verbKey: access.VerbExportUser}, Extensions: map[string]any{verbsExtension: []access.Verb{access.VerbExportUser}},
		Errors:    []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound},
		Responses: map[string]*huma.Response{"200": {Description: "A ZIP file", Content: map[string]*huma.MediaType{zipType: {}}}},
	}, s.personalExport)
	handle(s, access.VerbViewAudit, huma.Operation{
		OperationID: "preview-erase", Method: http.MethodPost, Path: "/users/{id}/preview-erase", Tags: tags,
		Summary: "What erasing a person would take away now", Errors: []int{http.StatusNotFound},
	}, s.erasePreview)
	handle(s, access.VerbEraseUser, huma.Operation{
		OperationID: "erase-user", Method: http.MethodPost, Path: "/users/{id}/erase", Tags: tags,
		Summary: "Forget a person, in the audit log too; it cannot be undone", Errors: []int{http.StatusNotFound, http.StatusConflict},
	}, s.erase)
}
