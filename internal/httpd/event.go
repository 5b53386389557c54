// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package httpd

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/internal/logkeys"
)

// RequestIDHeader carries the request id in answers, so that a person can name a failed request.
const RequestIDHeader = "X-Request-Id"

type eventKey struct{}

// event collects what one request's log line will say.
type event struct {
	id    string
	route string
	mu    sync.Mutex
	attrs []slog.Attr
	level slog.Level
}

// RequestID is the id of the request that ctx belongs to, or "" outside a request. It is ours, never
// the client's: a client's word in a log line proves nothing.
func RequestID(ctx context.Context) string {
	if e, ok := ctx.Value(eventKey{}).(*event); ok {
		return e.id
	}
	return ""
}

// Note adds attributes to the one log line of the request. Outside a request it does nothing.
func Note(ctx context.Context, attrs ...slog.Attr) {
	if e, ok := ctx.Value(eventKey{}).(*event); ok {
		e.mu.Lock()
		e.attrs = append(e.attrs, attrs...)
		e.mu.Unlock()
	}
}

// NoteError adds what went wrong to the log line and raises its level to error.
func NoteError(ctx context.Context, err error) {
	if e, ok := ctx.Value(eventKey{}).(*event); ok {
		e.mu.Lock()
		e.attrs = append(e.attrs, slog.Any(logkeys.Error, err))
		e.level = slog.LevelError
		e.mu.Unlock()
	}
}

// noteRoute keeps the pattern that answers.
func noteRoute(ctx context.Context, pattern string) {
	if e, ok := ctx.Value(eventKey{}).(*event); ok {
		e.mu.Lock()
		e.route = pattern
		e.mu.Unlock()
	}
}

// Events gives every request an id and writes one log line about it when it is over: method, route,
// status, bytes, duration, address and what was noted on the way. The path and the query are not in it,
// since both may hold what belongs to somebody; the route is the pattern that answered. A panic that Recover
// has not met is answered with 500, logged with its stack, and the connection goes on.
func Events(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := &event{id: rand.Text()[:16]}
		began := time.Now()
		r = r.WithContext(context.WithValue(r.Context(), eventKey{}, e))
		w.Header().Set(RequestIDHeader, e.id)
		rec := &recorder{ResponseWriter: w}
		defer func() {
			if v := recover(); v != nil && v != http.ErrAbortHandler {
				e.panicked(r.Context(), v)
				if rec.status == 0 {
					Plain(rec, r, http.StatusInternalServerError, "Something went wrong.")
				}
			} else if v != nil {
				defer panic(v)
			}
			e.write(log, r, rec, time.Since(began))
		}()
		next.ServeHTTP(rec, r)
	})
}

// Recover turns a panic into an answer like that of every other error, where nothing has been answered
// yet, and has it logged with its stack. It has to stand where answer can work.
func Recover(answer ErrorAnswer, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w}
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			e, ok := r.Context().Value(eventKey{}).(*event)
			if v == http.ErrAbortHandler || !ok || rec.status != 0 {
				panic(v) // for Events, or for the server
			}
			e.panicked(r.Context(), v)
			answer(rec, r, errors.New("httpd: a handler panicked"))
		}()
		next.ServeHTTP(rec, r)
	})
}

func (e *event) panicked(ctx context.Context, v any) {
	Note(ctx, slog.Any("panic", v), slog.String(logkeys.Stack, string(debug.Stack())))
	e.mu.Lock()
	e.level = slog.LevelError
	e.mu.Unlock()
}

func (e *event) write(log *slog.Logger, r *http.Request, rec *recorder, d time.Duration) {
	e.mu.Lock()
	defer e.mu.Unlock()
	status := rec.status
	if status == 0 {
		status = http.StatusOK
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	attrs := append([]slog.Attr{
		slog.String(logkeys.RequestID, e.id),
		slog.String(logkeys.Method, knownMethod(r.Method)),
		slog.String(logkeys.Route, e.route),
		slog.Int(logkeys.Status, status),
		slog.Int64(logkeys.Bytes, rec.bytes),
		slog.Duration(logkeys.Duration, d),
		slog.String(logkeys.Addr, host),
	}, e.attrs...)
	// The request's own context may be over; a line that says so must still be written.
	log.LogAttrs(context.WithoutCancel(r.Context()), e.level, "request", attrs...)
}

// knownMethod keeps a made-up method of any length out of the log.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// recorder remembers what was answered. Unwrap lets http.ResponseController flush, set deadlines and
// hijack through it.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}
