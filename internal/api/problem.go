// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
)

const problemType = "application/problem+json"

// Problem is an error as programs are told (RFC 9457). Its type is always about:blank and left out: the
// status says what kind of problem it is.
type Problem struct {
	Status    int       `json:"status" doc:"HTTP status code"`
	Title     string    `json:"title" doc:"The status in words"`
	Detail    string    `json:"detail,omitempty" doc:"What went wrong, in words for a person"`
	RequestID string    `json:"request_id,omitempty" doc:"Names the request in the console's log"`
	Errors    []Mistake `json:"errors,omitempty" doc:"What is wrong with the request, place by place"`
}

// Mistake is one thing that is wrong with a request.
type Mistake struct {
	Location string `json:"location,omitempty" doc:"Where it is, such as body.verb or query.limit"`
	Message  string `json:"message" doc:"What is wrong there"`
}

// Error makes a Problem an error that knows its status.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of problems, whatever the client asked for.
func (p *Problem) ContentType(string) string { return problemType }

// problemOf turns an error into a problem. Of an internal error only the request id is told.
func problemOf(ctx context.Context, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	p = &Problem{Status: statusOf(err), Detail: access.TextOf(err), RequestID: httpd.RequestID(ctx)}
	var of *httpd.StatusError
	if errors.As(err, &of) {
		p.Detail = of.Text
	}
	p.Title = http.StatusText(p.Status)
	switch p.Status {
	case http.StatusInternalServerError:
		httpd.NoteError(ctx, err)
		p.Detail = "Something went wrong. It is not your fault; the console's log says more."
	case http.StatusServiceUnavailable:
		httpd.NoteError(ctx, err)
	}
	return p
}

// statusOf is the one place where a kind of error becomes a status.
func statusOf(err error) int {
	var of *httpd.StatusError
	if errors.As(err, &of) {
		return of.Status
	}
	switch access.KindOf(err) {
	case access.KindInvalid:
		return http.StatusUnprocessableEntity
	case access.KindNotFound:
		return http.StatusNotFound
	case access.KindConflict:
		return http.StatusConflict
	case access.KindForbidden:
		return http.StatusForbidden
	case access.KindUnauthenticated:
		return http.StatusUnauthorized
	case access.KindUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// Answer writes an error that came up before a handler or instead of its answer: nobody is there, no such
// path, another site, too large a body, a panic.
func (s *Server) Answer(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(r.Context(), err)
	w.Header().Set("Content-Type", problemType)
	if p.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="vedette"`)
	}
	w.WriteHeader(p.Status)
	if err := json.NewEncoder(w).Encode(p); err != nil {
		httpd.NoteError(r.Context(), err)
	}
}

// ourProblems is the transformer that turns the mistakes which the framework finds into problems of ours.
// What was sent is not sent back: it may be long, and it may be secret.
func ourProblems(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := &Problem{Status: m.Status, Title: http.StatusText(m.Status), Detail: "The request cannot be used as it is.",
		RequestID: httpd.RequestID(ctx.Context())}
	for _, e := range m.Errors {
		if e != nil {
			p.Errors = append(p.Errors, Mistake{Location: e.Location, Message: e.Message})
		}
	}
	return p, nil
}

// documentProblems makes the description show our problems where the framework would show its own.
func documentProblems(r huma.Registry) {
	r.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[Problem]())
}
