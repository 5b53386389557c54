// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd

import (
	"log/slog"
	"net/http"
	"time"
)

// MaxFormBody is the largest body a form or an API call of the console may have, in bytes.
const MaxFormBody = 1 << 20

// LimitBodyBy refuses bodies longer than the limit of their request, in bytes: those that say so at once,
// answered as a StatusError of 413, the others when they are read. It has to stand where answer can work.
func LimitBodyBy(limit func(*http.Request) int64, answer ErrorAnswer, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := limit(r)
		if r.ContentLength > n {
			w.Header().Set("Connection", "close")
			answer(w, r, &StatusError{Status: http.StatusRequestEntityTooLarge, Text: "The request is too large."})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, n)
		next.ServeHTTP(w, r)
	})
}

// NewServer gives a server for pages and API with limits that a person's browser never meets and a
// slow attacker does. A handler that streams (live updates, export) lifts its own write deadline with
// http.ResponseController.
func NewServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}
