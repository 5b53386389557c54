// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// linesType is one JSON object a line: a list of any length that can be read while it comes.
const linesType = "application/x-ndjson"

// AssociationChoice chooses records.
type AssociationChoice struct {
	Show   admin.Show `query:"show" enum:"all,linked,unlinked,suggested,unknown-user,allowed,blocked,policy-assigned,action-in-year" default:"all" doc:"The choices of the Show menu"`
	Search string     `query:"search" maxLength:"200" doc:"User, device id, model or number: anywhere in them from three characters, else from their beginning"`
	Year   int        `query:"year" minimum:"1970" maximum:"9999" doc:"With show=action-in-year: the calendar year in the time zone of the console. Without it: the present one"`
	Sort   admin.Sort `query:"sort" enum:"added,device,user,number,phone,os,status,sync_status,first_sync,last_sync,mailbox,domain" doc:"Column to sort by. Without it: last contact, newest first"`
}

type associationExportInput struct {
	AssociationChoice
	Order string `query:"order" enum:"asc,desc" doc:"asc when a column is named"`
}

type deviceExportInput struct {
	DeviceChoice
	Order string `query:"order" enum:"asc,desc"`
}

type userExportInput struct {
	UserChoice
	Order string `query:"order" enum:"asc,desc"`
}

func query(show admin.Show, search string, sort admin.Sort, order string) admin.Query {
	return admin.Query{Show: show, Search: search, Sort: sort, Desc: order == "desc"}
}

func (s *Server) associationExport(ctx context.Context, who access.Actor, in *associationExportInput, put func(any) error) error {
	q := query(in.Show, in.Search, in.Sort, in.Order)
	q.Year = in.Year
	return s.admin.ExportAssociations(ctx, who, q, func(r admin.Row) error { return put(associationOf(&r)) })
}

func (s *Server) deviceExport(ctx context.Context, who access.Actor, in *deviceExportInput, put func(any) error) error {
	return s.admin.ExportDevices(ctx, who, admin.DeviceQuery(query(in.Show, in.Search, in.Sort, in.Order)),
		func(r admin.DeviceRow) error { return put(deviceOf(&r)) })
}

func (s *Server) userExport(ctx context.Context, who access.Actor, in *userExportInput, put func(any) error) error {
	return s.admin.ExportUsers(ctx, who, admin.UserQuery(query(in.Show, in.Search, in.Sort, in.Order)),
		func(u access.User) error { return put(userOf(&u)) })
}

func (s *Server) mountExports() {
	mountExport[Association](s, "associations", "Associations", "Every record that matches", s.associationExport)
	mountExport[Device](s, "devices", "Devices", "Every device that matches", s.deviceExport)
	mountExport[User](s, "users", "Users", "Every user that matches", s.userExport)
}

// mountExport registers GET /…/export, whose lines are of T.
func mountExport[T, I any](s *Server, what, tag, summary string, each func(context.Context, access.Actor, *I, func(any) error) error) {
	schema := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
	op := huma.Operation{OperationID: "export-" + what, Method: http.MethodGet, Path: "/" + what + "/export", Tags: []string{tag},
		Summary: summary + ", one JSON object a line", Metadata: map[string]any{verbKey: access.VerbExport}, Extensions: map[string]any{verbsExtension: []access.Verb{access.VerbExport}},
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden},
		Responses: map[string]*huma.Response{"200": {Description: "Each line is one of these. An answer that is cut off has failed on the way",
			Content: map[string]*huma.MediaType{linesType: {Schema: schema}}}}}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		return &huma.StreamResponse{Body: func(h huma.Context) {
			r, w := humago.Unwrap(h)
			l := &lines{out: w, control: http.NewResponseController(w)}
			err := each(ctx, login.ActorFrom(ctx), in, l.put)
			switch {
			case err == nil:
				l.begin()
			case !l.begun:
				s.Answer(w, r, err)
			default:
				httpd.NoteError(ctx, err)
				panic(http.ErrAbortHandler) // so that half a list does not look like a whole one
			}
		}}, nil
	})
}

// lines writes one JSON object a line. Whoever takes none for long is gone.
type lines struct {
	out     http.ResponseWriter
	control *http.ResponseController
	begun   bool
}

func (l *lines) begin() {
	if !l.begun {
		l.begun = true
		l.out.Header().Set("Content-Type", linesType)
		l.out.Header().Set("Cache-Control", "no-store")
		l.out.WriteHeader(http.StatusOK)
	}
}

func (l *lines) put(v any) error {
	l.begin()
	if err := l.control.SetWriteDeadline(time.Now().Add(30 * time.Second)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return json.NewEncoder(l.out).Encode(v)
}
