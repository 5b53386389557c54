// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package eastest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/autodiscover"
	"github.com/vedette-mail/vedette/eas/httpq"
	"github.com/vedette-mail/vedette/eas/wbxml"
)

// maxBody is the largest request read.
const maxBody = 256 << 20

// answer is what a command wants to say.
type answer struct {
	http   int
	header http.Header
	body   []byte
	kind   string // of the body
}

// exchange is one request being served.
type exchange struct {
	s    *Server
	ctx  context.Context
	rec  *Record
	q    httpq.Query
	cmd  eas.Command
	user *account
	dev  *device
	root *wbxml.Node
	body []byte
}

// ServeHTTP serves the endpoint, under any prefix, and autodiscover if there is a URL to hand out.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := &exchange{s: s, ctx: r.Context(), rec: &Record{
		Time: s.cfg.Now().UTC(), Method: r.Method, Path: r.URL.Path, RawQuery: r.URL.RawQuery,
		Header: r.Header.Clone(), ContentLength: r.ContentLength,
	}}
	s.tally(func(c *Counters) { c.Running++ })
	s.record(e.rec)
	var a *answer
	defer func() {
		gone := r.Context().Err() != nil
		s.update(func() {
			if e.rec.Done, e.rec.Cancelled = true, gone; a != nil {
				e.rec.Status = a.http
			}
		})
		s.tally(func(c *Counters) {
			c.Running--
			c.Served++
			if gone {
				c.Cancelled++
			}
		})
	}()
	a, f := e.serve(r)
	if f.Drop || a == nil {
		// The documented way to end a connection without an answer.
		panic(http.ErrAbortHandler)
	}
	e.send(w, a, f)
}

// serve reads the request, asks the hook, and runs the command. A nil answer means none.
func (e *exchange) serve(r *http.Request) (*answer, Fault) {
	var q httpq.Query
	var qerr error
	if r.URL.RawQuery != "" || r.Method == http.MethodPost {
		q, qerr = httpq.Parse(r.URL.RawQuery, httpq.Headers{
			Version: r.Header.Get(eas.HeaderProtocolVersion), PolicyKey: r.Header.Get(eas.HeaderPolicyKey),
			AcceptMultiPart: r.Header.Get(eas.HeaderAcceptMultiPart),
		})
	}
	user := e.s.authenticate(r)
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	e.s.update(func() {
		e.rec.Query, e.rec.BodySize = q, len(body)
		if user != nil {
			e.rec.User = user.Name
		}
		if e.s.cfg.LogBodies {
			e.rec.Body = body
		}
		if root, need, err := wbxml.Root(body); err == nil && !need {
			e.rec.Root = root
		}
	})
	if err != nil {
		return nil, Fault{} // the other side went away while sending
	}
	f := e.s.fault(e.rec)
	if !e.pause(f) {
		return nil, f
	}
	e.q, e.cmd, e.user, e.body = q, q.Command, user, body
	switch {
	case f.HTTP != 0:
		return &answer{http: f.HTTP}, f
	case f.Body != nil:
		return &answer{http: http.StatusOK, body: f.Body, kind: eas.TypeWBXML}, f
	case f.Status != 0:
		return e.status(eas.Status(f.Status), f.Status), f
	}
	return e.route(r, qerr), f
}

// pause plays Hold and Delay; false means that there is nobody left to answer.
func (e *exchange) pause(f Fault) bool {
	if f.Hold {
		select {
		case <-e.ctx.Done():
		case <-e.s.closed:
		}
		return false
	}
	if f.Delay <= 0 {
		return true
	}
	t := time.NewTimer(f.Delay)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-e.ctx.Done():
		return false
	}
}

func (e *exchange) route(r *http.Request, qerr error) *answer {
	if kind := autodiscover.EndpointOf(r.URL.Path); kind != autodiscover.None && e.s.cfg.URL != "" {
		return e.autodiscover(r, kind)
	}
	path := strings.TrimSuffix(strings.ToLower(strings.TrimSuffix(r.URL.Path, "/")), "/default.eas")
	if !strings.HasSuffix(path, strings.ToLower(eas.Path)) {
		return &answer{http: http.StatusNotFound}
	}
	if e.user == nil && (r.Method != http.MethodOptions || !e.s.cfg.OpenOptions) {
		return e.challenge()
	}
	switch r.Method {
	case http.MethodOptions:
		return &answer{http: http.StatusOK, header: e.offers(http.Header{"Allow": {"OPTIONS, POST"}})}
	case http.MethodPost:
	default:
		return &answer{http: http.StatusNotImplemented}
	}
	if len(e.body) > maxBody {
		return &answer{http: http.StatusRequestEntityTooLarge}
	}
	if qerr != nil {
		return &answer{http: http.StatusBadRequest}
	}
	return e.command()
}

func (e *exchange) challenge() *answer {
	return &answer{http: http.StatusUnauthorized, header: http.Header{
		"Www-Authenticate": {`Basic realm="` + e.s.cfg.Realm + `"`}}}
}

// offers adds the lists of versions and commands.
func (e *exchange) offers(h http.Header) http.Header {
	var versions []string
	for _, v := range e.s.cfg.Versions {
		versions = append(versions, v.String())
	}
	h.Set(eas.HeaderProtocolVersions, strings.Join(versions, ","))
	h.Set(eas.HeaderProtocolCommands, e.s.cfg.Commands)
	return h
}

// send writes the answer, spoiled by the fault.
func (e *exchange) send(w http.ResponseWriter, a *answer, f Fault) {
	h := w.Header()
	h.Set(eas.HeaderServer, e.s.cfg.Name)
	h.Set("Cache-Control", "private")
	h["Content-Type"] = nil // do not let net/http guess one
	if len(a.body) > 0 {
		h.Set("Content-Type", a.kind)
	}
	for _, more := range []http.Header{a.header, f.Header} {
		for name, values := range more {
			h[name] = values
		}
	}
	if !f.Unsized {
		h.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.http)
	body := a.body
	if f.Cut > 0 {
		body = body[:min(f.Cut, len(body))]
	}
	_, _ = io.Copy(w, bytes.NewReader(body))
	if f.Unsized || f.Cut > 0 {
		_ = http.NewResponseController(w).Flush()
	}
	if f.Cut > 0 {
		panic(http.ErrAbortHandler)
	}
}

// document answers with a tree; without one the body is empty.
func (e *exchange) document(n *wbxml.Node) *answer {
	a := &answer{http: http.StatusOK, kind: eas.TypeWBXML}
	if n != nil {
		a.body = wbxml.Marshal(n)
	}
	return a
}

// status refuses the command as a whole: in the body from 14.0 on, by the HTTP code before. own is the
// status to put into the body; it may be one of the command itself.
func (e *exchange) status(s eas.Status, own int) *answer {
	if s.Common() && !e.q.Version.InBand() {
		return &answer{http: s.HTTP(e.q.PolicyKey != 0)}
	}
	root, ok := wbxml.RootOf(e.cmd)
	tag, _ := wbxml.StatusOf(e.cmd)
	if !ok {
		return &answer{http: s.HTTP(false)}
	}
	return e.document(wbxml.Elem(root, wbxml.Text(tag, strconv.Itoa(own))))
}

func (e *exchange) refuse(s eas.Status) *answer { return e.status(s, int(s)) }

func (e *exchange) autodiscover(r *http.Request, kind autodiscover.Endpoint) *answer {
	url := e.s.cfg.URL
	if kind == autodiscover.JSON {
		q, err := autodiscover.ParseQuery(r.URL.Path, r.URL.RawQuery)
		f, _ := err.(*autodiscover.Fault) // nil or a *Fault, as documented
		switch {
		case err != nil:
		case q.Protocol != autodiscover.ProtocolActiveSync:
			f = autodiscover.UnknownProtocol()
		case e.s.find(q.Address) == nil:
			f = autodiscover.UserNotFound()
		}
		if f != nil {
			return &answer{http: f.HTTP, body: f.Document(), kind: "application/json"}
		}
		return &answer{http: http.StatusOK, body: autodiscover.Answer{Protocol: q.Protocol, URL: url}.Document(), kind: "application/json"}
	}
	if e.user == nil {
		return e.challenge()
	}
	var resp autodiscover.Response
	req, err := autodiscover.ParseRequest(e.body)
	switch {
	case err != nil:
		resp = autodiscover.Invalid()
	case !req.Mobile():
		resp = autodiscover.NoProvider()
	default:
		resp = autodiscover.Response{DisplayName: e.s.profile(e.user).Display, Address: req.Address,
			Servers: []autodiscover.Server{{Type: autodiscover.TypeMobileSync, URL: url, Name: url}}}
	}
	return &answer{http: http.StatusOK, body: resp.Document(), kind: "text/xml; charset=utf-8"}
}
