// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// liveStream answers GET /live with server-sent events, for as long as the page is in sight and the
// session stands. The address says what the page shows: id for every record, list when new ones are
// news, page when it has figures of the whole house, applied for a change number it waits for, job for
// a job. The events are
//
//	rows     {"ids": […]} or {"all": true}: ask for these records again
//	news     {}: records have come or changed that are not in view
//	page     {}: the figures have moved
//	applied  {"number": …}: more gateways have applied it
//	job      {"id": …}: it has got further
//	end      {"why": "signed out"} or {"why": "later"}: the stream ends; in the second case, come back later
func (s *Server) liveStream(w http.ResponseWriter, r *http.Request) error {
	if s.live == nil {
		return &httpd.StatusError{Status: http.StatusServiceUnavailable, Text: "There are no live updates here."}
	}
	q, who := r.URL.Query(), login.Actor(r)
	var ids []access.AssociationID
	for _, id := range q["id"][:min(len(q["id"]), 200)] {
		ids = append(ids, access.AssociationID(id))
	}
	rows, err := s.admin.RowsByID(r.Context(), who, ids)
	if err != nil {
		return err
	}
	st := &stream{server: s, request: r, who: who, job: admin.JobID(q.Get("job")), watch: newWatch(who.Session, q.Get("list") != "", q.Get("page") != "", rows),
		out: w, control: http.NewResponseController(w)}
	if st.number, err = strconv.ParseInt(q.Get("applied"), 10, 64); err != nil {
		st.number = 0
	}
	if err := s.live.join(st.watch); err != nil {
		w.Header().Set("Retry-After", "30")
		return err
	}
	defer s.live.leave(st.watch)
	st.run(r.Context())
	return nil // an error would come too late
}

// stream is one answer that goes on.
type stream struct {
	server  *Server
	request *http.Request
	who     access.Actor
	watch   *watch
	out     http.ResponseWriter
	control *http.ResponseController

	number  int64 // waited for; 0: none
	applied int
	job     admin.JobID // watched; "": none
	jobAt   string
}

// run tells until the page goes, the session ends or the console stops.
func (s *stream) run(ctx context.Context) {
	h := s.out.Header()
	h.Set("Content-Type", eventStream+"; charset=utf-8")
	h.Set("Cache-Control", "no-store, no-transform") // a front that compresses would hold events back
	h.Set("X-Accel-Buffering", "no")
	// The server's limits are for requests that are answered at once.
	if s.control.SetReadDeadline(time.Time{}) != nil || !s.write("retry: 3000\n\n") {
		return
	}
	beat := time.NewTicker(s.server.live.cfg.Beat)
	defer beat.Stop()
	const often = 200 * time.Millisecond
	ask := time.NewTicker(often)
	defer ask.Stop()
	soon := time.NewTimer(0)
	defer soon.Stop()
	for going := true; going; {
		waits := ask.C
		if s.number == 0 && s.job == "" {
			waits = nil // nothing that has to be asked for
		}
		select {
		case <-ctx.Done():
			s.say("end", map[string]string{"why": "later"}) // whoever has gone does not hear it
			return
		case <-beat.C:
			going = s.stands() && s.write(": \n\n")
		case <-waits:
			going = s.askApplied() && s.askJob(ctx)
		case <-soon.C:
			going = s.tell(soon)
		case <-s.watch.woken:
			going = s.tell(soon)
		}
	}
}

// tell sends what is due and sets the timer for what will be.
func (s *stream) tell(soon *time.Timer) bool {
	t, next := s.server.live.take(s.watch, time.Now())
	if !next.IsZero() {
		soon.Reset(max(time.Until(next), time.Millisecond))
	}
	if t.doubt && !s.stands() {
		return false
	}
	ok := true
	if t.all {
		ok = s.say("rows", map[string]bool{"all": true})
	} else if len(t.rows) > 0 {
		ok = s.say("rows", map[string]any{"ids": t.rows})
	}
	if t.news && ok {
		ok = s.say("news", struct{}{})
	}
	if t.page && ok {
		ok = s.say("page", struct{}{})
	}
	return ok
}

// askApplied looks whether more gateways have applied the change that the page waits for. It costs no
// more than a look into memory.
func (s *stream) askApplied() bool {
	if s.number == 0 {
		return true
	}
	applied, total := s.server.admin.Applied(s.number)
	if applied == s.applied {
		return true
	}
	if s.applied = applied; applied >= total {
		defer func() { s.number = 0 }()
	}
	return s.say("applied", map[string]int64{"number": s.number})
}

// askJob looks whether the job has got further.
func (s *stream) askJob(ctx context.Context) bool {
	if s.job == "" {
		return true
	}
	j, err := s.server.admin.FindJob(ctx, s.who, s.job)
	if err != nil {
		s.job = "" // the page asks by itself and shows what is wrong
		return true
	}
	at := string(j.State) + strconv.Itoa(j.Done) + "/" + strconv.Itoa(j.Failed)
	if at == s.jobAt {
		return true
	}
	s.jobAt = at
	if j.Over() {
		defer func() { s.job = "" }()
	}
	return s.say("job", map[string]admin.JobID{"id": s.job})
}

// stands reports whether the session is still good, and tells the page when it is not.
func (s *stream) stands() bool {
	good, known := s.server.stillSignedIn(s.request)
	if good {
		return true
	}
	why := "later"
	if known {
		why = "signed out"
	}
	s.say("end", map[string]string{"why": why})
	return false
}

// stillSignedIn asks login anew who sends the request. The answer is not known when the store cannot be
// read.
func (s *Server) stillSignedIn(r *http.Request) (good, known bool) {
	// A context of its own: in the request's the session is kept as it was when the stream began.
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	now := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		known = true
		good = login.Actor(r).May(access.VerbView) == nil
	})
	again := r.Clone(ctx)
	again.Body = http.NoBody
	again.Header.Set(login.BackgroundHeader, "1") // looking does not keep a session from ending
	s.login.Middleware(now).ServeHTTP(silent{http.Header{}}, again)
	return good, known
}

// silent is a ResponseWriter for an answer that nobody gets.
type silent struct{ header http.Header }

func (s silent) Header() http.Header         { return s.header }
func (s silent) Write(b []byte) (int, error) { return len(b), nil }
func (s silent) WriteHeader(int)             {}

func (s *stream) say(event string, data any) bool {
	text, err := json.Marshal(data)
	return err == nil && s.write("event: "+event+"\ndata: "+string(text)+"\n\n")
}

// write sends text at once. A page that does not take it for long is gone.
func (s *stream) write(text string) bool {
	if s.control.SetWriteDeadline(time.Now().Add(10*time.Second)) != nil {
		return false
	}
	if _, err := s.out.Write([]byte(text)); err != nil {
		return false
	}
	return s.control.Flush() == nil
}
