// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd

import (
	"net/http"
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
