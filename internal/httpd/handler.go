// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd

import (
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
)

// Handler answers a request, or returns an error that one function of its room turns into an answer.
// A handler that has begun to write its answer must not return an error: it would come too late.
type Handler func(w http.ResponseWriter, r *http.Request) error

// ErrorAnswer turns an error into an answer. Web and api have one each. Where the error's own text must
// not be shown it shows RequestID(r.Context()) instead.
type ErrorAnswer func(w http.ResponseWriter, r *http.Request, err error)

// StatusError is an error of HTTP itself: no such page, wrong method, body too large, another site's
// form. Text is for the person.
type StatusError struct {
	Status int
	Text   string
}

func (e *StatusError) Error() string { return e.Text }

// barePage says one thing to a person with a browser, with nothing of the console's own: what that takes may be
// what is broken.
var barePage = template.Must(template.New("bare").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>{{.Title}}</title></head>
<body><main><h1>{{.Title}}</h1><p>{{.Text}}</p>{{with .ID}}<p><small>Request {{.}}</small></p>{{end}}<p><a href="">Try again</a></p></main></body></html>
`))

// Plain is the answer where no room can give a better one: a bare page for who takes HTML, otherwise a line of
// text, or a problem (RFC 9457) below /api/. It names the request.
func Plain(w http.ResponseWriter, r *http.Request, status int, text string) {
	id := RequestID(r.Context())
	switch {
	case strings.HasPrefix(r.URL.Path, "/api/"):
	case strings.Contains(r.Header.Get("Accept"), "text/html"):
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		if err := barePage.Execute(w, struct{ Title, Text, ID string }{http.StatusText(status), text, id}); err != nil {
			NoteError(r.Context(), err)
		}
		return
	default:
		if id != "" {
			text += " Request " + id + "."
		}
		http.Error(w, text, status)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	err := json.NewEncoder(w).Encode(struct {
		Status    int    `json:"status"`
		Title     string `json:"title"`
		Detail    string `json:"detail"`
		RequestID string `json:"request_id,omitempty"`
	}{status, http.StatusText(status), text, id})
	if err != nil {
		NoteError(r.Context(), err)
	}
}
