// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

const eventsType = "text/event-stream"

type eventStreamInput struct {
	LastEventID string `header:"Last-Event-ID" maxLength:"200" doc:"id of the last event that was heard: the stream goes on behind it. Without it: with what happens from now on"`
}

// eventStream answers GET /events with server-sent events, for as long as the token is good. The events are
//
//	change  an Event
//	reset   a Reset: read anew
//	end     {}: the token is no longer good
func (s *Server) eventStream(_ context.Context, in *eventStreamInput) (*huma.StreamResponse, error) {
	return &huma.StreamResponse{Body: func(h huma.Context) {
		r, w := humago.Unwrap(h)
		if err := s.stream(w, r, in.LastEventID); err != nil {
			s.Answer(w, r, err)
		}
	}}, nil
}

// stream tells until the program goes, its token ends or the console stops. An error is one that came up
// before anything was said.
func (s *Server) stream(w http.ResponseWriter, r *http.Request, last string) error {
	if s.feed == nil {
		return access.Unavailable("api: events", "There are no events here.", nil)
	}
	who := login.Actor(r)
	if err := s.streams.join(who.Session); err != nil {
		return err
	}
	defer s.streams.leave(who.Session)
	st := &stream{server: s, request: r, who: who, out: w, control: http.NewResponseController(w)}
	if st.at = positionOf(last); last == "" {
		var err error
		if st.at, err = s.feed.Position(r.Context()); err != nil {
			return err
		}
	}
	header := w.Header()
	header.Set("Content-Type", eventsType)
	header.Set("Cache-Control", "no-store, no-transform") // a front that compresses would hold events back
	header.Set("X-Accel-Buffering", "no")
	// The server's limits are for requests that are answered at once.
	if st.control.SetReadDeadline(time.Time{}) == nil && st.write("retry: 3000\n\n") {
		st.run(r.Context())
	}
	return nil
}

// stream is one answer that goes on.
type stream struct {
	server  *Server
	request *http.Request
	who     access.Actor
	out     http.ResponseWriter
	control *http.ResponseController
	at      access.Position
	checked time.Time
}

func (s *stream) run(ctx context.Context) {
	s.checked = time.Now()
	for ctx.Err() == nil {
		if time.Since(s.checked) >= s.server.beat {
			if !s.stands() || !s.write(": \n\n") {
				return
			}
			s.checked = time.Now()
		}
		b, err := s.server.feed.ChangesSince(ctx, s.at, eventsAt)
		if err != nil {
			httpd.NoteError(ctx, err)
			return // the program comes back by itself
		}
		switch {
		case b.Full && s.at.Number > 0:
			if !s.reset(ctx) {
				return
			}
		case b.Full: // nothing has ever changed here, so that there is no number to be behind
			if !s.first(ctx) {
				return
			}
		case len(b.Entries) > 0 || b.Position != s.at:
			if !s.tell(ctx, b) {
				return
			}
		default:
			wait, cancel := context.WithTimeout(ctx, s.server.beat)
			err := s.server.feed.Wait(wait, s.at.Number)
			cancel()
			if err != nil && wait.Err() == nil {
				return
			}
		}
	}
}

// reset gives up what cannot be told and goes on from now.
func (s *stream) reset(ctx context.Context) bool {
	now, err := s.server.feed.Position(ctx)
	if err != nil {
		return false
	}
	s.at = now
	return s.say("reset", eventID(now), Reset{Number: now.Number})
}

// first waits for the first change of all, if it has not come meanwhile.
func (s *stream) first(ctx context.Context) bool {
	wait, cancel := context.WithTimeout(ctx, s.server.beat)
	defer cancel()
	now, err := s.server.feed.Position(ctx)
	if err != nil {
		return false
	}
	if now.Number == 0 && s.at.History == now.History {
		err = s.server.feed.Wait(wait, 0)
		return err == nil || wait.Err() != nil
	}
	return s.reset(ctx)
}

// tell says what has changed. The id comes with the last event alone, so that whoever is cut off in the
// middle hears all of it again.
func (s *stream) tell(ctx context.Context, b access.Batch) bool {
	if !s.stands() {
		return false
	}
	var list []Event
	for i := range b.Entries {
		if ev, ok := eventOf(&b.Entries[i], b.Position.Number); ok {
			list = append(list, ev)
		}
	}
	list, err := s.server.visible(ctx, s.who, list)
	if err != nil {
		return false
	}
	s.at = b.Position
	for i, ev := range list {
		id := ""
		if i == len(list)-1 {
			id = eventID(s.at)
		}
		if !s.say("change", id, ev) {
			return false
		}
	}
	// Where nothing may be told the place is, so that nobody has to begin far back.
	return len(list) > 0 || s.write("id: "+eventID(s.at)+"\n\n")
}

// stands reports whether the token is still good for the stream, and takes over what it may see now.
func (s *stream) stands() bool {
	// A context of its own: in the request's the caller is who it was when the stream began.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.request.Context()), 5*time.Second)
	defer cancel()
	good := false
	now := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		s.who = login.Actor(r)
		good = s.who.May(access.VerbView) == nil
	})
	again := s.request.Clone(ctx)
	again.Body = http.NoBody
	s.server.login.Middleware(now).ServeHTTP(silent{http.Header{}}, again)
	if !good {
		s.say("end", "", struct{}{})
	}
	return good
}

// silent is a ResponseWriter for an answer that nobody gets.
type silent struct{ header http.Header }

func (s silent) Header() http.Header         { return s.header }
func (s silent) Write(b []byte) (int, error) { return len(b), nil }
func (s silent) WriteHeader(int)             {}

func (s *stream) say(event, id string, data any) bool {
	text, err := json.Marshal(data)
	if err != nil {
		return false
	}
	if id != "" {
		id = "id: " + id + "\n"
	}
	return s.write("event: " + event + "\n" + id + "data: " + string(text) + "\n\n")
}

// write sends text at once. A program that does not take it for long is gone.
func (s *stream) write(text string) bool {
	if s.control.SetWriteDeadline(time.Now().Add(10*time.Second)) != nil {
		return false
	}
	if _, err := s.out.Write([]byte(text)); err != nil {
		return false
	}
	return s.control.Flush() == nil
}

func (s *Server) mountEvents() {
	registry := s.api.OpenAPI().Components.Schemas
	change, reset := registry.Schema(reflect.TypeFor[Event](), true, ""), registry.Schema(reflect.TypeFor[Reset](), true, "")
	huma.Register(s.api, huma.Operation{
		OperationID: "stream-events", Method: http.MethodGet, Path: "/events", Tags: []string{"Events"},
		Summary:  "Changes as they happen, as server-sent events",
		Metadata: map[string]any{verbKey: access.VerbView}, Extensions: map[string]any{verbsExtension: []access.Verb{access.VerbView}},
		Description: "Each change that gateways have to learn of is an event `change`. Its `id` is the change number with marks of the database; " +
			"who comes back with it as `Last-Event-ID` hears what has happened since. When that cannot be told, because it is too long ago or the " +
			"database was put back, the event `reset` says to read anew. Of a run of changes only the last event has an id: who is cut off in the " +
			"middle hears the run again. `end` says that the token is no longer good. A token that is limited to some groups hears of its own " +
			"records and devices, and not of those that are gone. Comments and what only the console knows have no change number, and no event.",
		Errors: []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests},
		Responses: map[string]*huma.Response{"200": {Description: "A stream that goes on; the data of each event is one of these",
			Content: map[string]*huma.MediaType{eventsType: {Schema: &huma.Schema{OneOf: []*huma.Schema{change, reset}}}}}},
	}, s.eventStream)
}
