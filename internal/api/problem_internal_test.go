// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
)

func TestEveryKindOfErrorHasItsStatus(t *testing.T) {
	hidden := errors.New("hidden: disk full at sector 7")
	tests := []struct {
		name   string
		err    error
		status int
		detail string
	}{
		{"invalid", access.Invalid("op", "Say more."), 422, "Say more."},
		{"not found", access.NotFound("op", "Gone."), 404, "Gone."},
		{"conflict", access.Conflict("op", "Somebody was faster."), 409, "Somebody was faster."},
		{"forbidden", access.Forbidden("op", "Not you."), 403, "Not you."},
		{"unauthenticated", access.Unauthenticated("op", "Who are you?"), 401, "Who are you?"},
		{"unavailable", access.Unavailable("op", "Later.", hidden), 503, "Later."},
		{"wrapped", fmt.Errorf("hidden: %w", access.Conflict("op", "Somebody was faster.")), 409, "Somebody was faster."},
		{"of HTTP itself", &httpd.StatusError{Status: 405, Text: "Not that way."}, 405, "Not that way."},
		{"internal with words", &access.Error{Op: "op", Text: "hidden", Err: hidden}, 500, "the console's log says more"},
		{"unknown", hidden, 500, "the console's log says more"},
		{"a problem already", &Problem{Status: 418, Detail: "Teapot."}, 418, "Teapot."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := problemOf(t.Context(), tt.err)
			if p.Status != tt.status || !strings.Contains(p.Detail, tt.detail) || strings.Contains(p.Detail, "hidden") {
				t.Errorf("problem %+v", p)
			}
		})
	}
}

func TestAConflictIsAFailedPreconditionOnlyWhenAVersionWasNamed(t *testing.T) {
	conflict := access.Conflict("op", "Somebody was faster.")
	tests := []struct {
		name, ifMatch string
		err           error
		want          int
	}{
		{"a version was named", `"3"`, conflict, http.StatusPreconditionFailed},
		{"anything was named", "*", conflict, http.StatusConflict},
		{"nothing was named", "", conflict, http.StatusConflict},
		{"another error stays", `"3"`, access.NotFound("op", "Gone."), http.StatusNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, err := (&Conditions{IfMatch: tt.ifMatch}).read()
			if err != nil {
				t.Fatal(err)
			}
			if got := statusOf(e.refine(tt.err)); got != tt.want {
				t.Errorf("status %d, want %d", got, tt.want)
			}
			if e.refine(nil) != nil {
				t.Error("success became an error")
			}
		})
	}
}
