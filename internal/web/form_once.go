// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"crypto/sha256"
	"html/template"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// Forms about administrators and one's own account show things once: a link, a token, recovery codes. Who
// presses the button twice gets the second answer, so the second answer has to be the first again: it is kept
// for a moment, in memory, under the key of the form. Verbs of room admin need none of this: they keep what
// came of a key in the database.

const (
	onceKept = 2 * time.Minute
	onceMost = 500 // answers; the oldest go first
)

// onceForms are the answers to forms that were sent a moment ago.
type onceForms struct {
	mu   sync.Mutex
	runs map[string]*formRun
}

// formRun is one form on its way, and its answer once done is closed; nil: it failed, and may be sent again.
type formRun struct {
	begun  time.Time
	done   chan struct{}
	answer *keptAnswer
}

// keptAnswer is an answer that is written down before it is sent.
type keptAnswer struct {
	header http.Header
	status int
	body   []byte
}

func (k *keptAnswer) Header() http.Header { return k.header }

func (k *keptAnswer) WriteHeader(status int) {
	if k.status == 0 {
		k.status = status
	}
}

func (k *keptAnswer) Write(b []byte) (int, error) {
	k.WriteHeader(http.StatusOK)
	k.body = append(k.body, b...)
	return len(b), nil
}

func (k *keptAnswer) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), k.header)
	if k.status != 0 {
		w.WriteHeader(k.status)
	}
	_, _ = w.Write(k.body) // the browser being gone is nothing to report
}

// take gives the run of a form, and whether it is the first.
func (o *onceForms) take(name string, now time.Time) (run *formRun, first bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.runs == nil {
		o.runs = map[string]*formRun{}
	}
	oldest := ""
	for n, r := range o.runs {
		if now.Sub(r.begun) > onceKept {
			delete(o.runs, n)
		} else if oldest == "" || r.begun.Before(o.runs[oldest].begun) {
			oldest = n
		}
	}
	if r := o.runs[name]; r != nil {
		return r, false
	}
	if len(o.runs) >= onceMost {
		delete(o.runs, oldest)
	}
	o.runs[name] = &formRun{begun: now, done: make(chan struct{})}
	return o.runs[name], true
}

// forget lets a form be sent again.
func (o *onceForms) forget(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.runs, name)
}

// once carries out a form with a key one time; without one, as often as it comes.
func (s *Server) once(h httpd.Handler) httpd.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		key := r.PostFormValue("key")
		if key == "" || len(key) > 100 {
			return h(w, r)
		}
		said := sha256.Sum256([]byte(r.PostForm.Encode())) // what was corrected is another form
		name := strings.Join([]string{login.Actor(r).Name, r.URL.Path, key, string(said[:])}, "\x00")
		run, first := s.forms.take(name, s.now())
		if !first {
			select {
			case <-run.done:
			case <-r.Context().Done():
				return r.Context().Err()
			}
			if run.answer == nil {
				return h(w, r)
			}
			run.answer.send(w)
			return nil
		}
		defer close(run.done)
		answer := &keptAnswer{header: http.Header{}}
		if err := h(answer, r); err != nil {
			s.forms.forget(name)
			maps.Copy(w.Header(), answer.header)
			return err
		}
		if answer.status < http.StatusBadRequest {
			run.answer = answer
		} else { // it was refused: nothing is done yet
			s.forms.forget(name)
		}
		answer.send(w)
		return nil
	}
}

// onceOnly is a router whose forms are carried out once.
type onceOnly struct {
	router
	s *Server
}

func (o onceOnly) Handle(a httpd.Access, pattern string, h httpd.Handler) {
	if strings.HasPrefix(pattern, "POST ") {
		h = o.s.once(h)
	}
	o.router.Handle(a, pattern, h)
}

// keyField is the hidden field with the key of a form.
func (s *Server) keyField() template.HTML {
	return template.HTML(`<input type="hidden" name="key" value="` + template.HTMLEscapeString(s.newKey()) + `">`)
}
