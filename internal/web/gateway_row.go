// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"strings"
	"time"
)

// soft is something said in place of a value that is not there.
func soft(words string) template.HTML {
	return template.HTML(`<span class="soft">` + template.HTMLEscapeString(words) + `</span>`)
}

// below is a second, smaller line of a cell.
func below(inside template.HTML) template.HTML {
	return `<div class="soft small nowrap">` + inside + `</div>`
}

func (s *Server) gatewayName(r *gatewayRow) template.HTML {
	if r.Version == "" {
		return text(r.Name, 60)
	}
	return text(r.Name, 60) + below(s.html("sentry.version", text(r.Version, 40)))
}

func (s *Server) gatewayServer(r *gatewayRow) template.HTML {
	if r.Server == "" {
		return soft(s.say("sentry.name-used"))
	}
	return text(r.Server, 100)
}

func (s *Server) connectedWord(connected bool) string {
	if connected {
		return s.say("sentry.connected")
	}
	return s.say("sentry.away")
}

func (s *Server) connected(connected bool) template.HTML {
	if connected {
		return s.chip("good", "plug-connected", s.connectedWord(true), "")
	}
	return s.chip("bad", "plug-connected-x", s.connectedWord(false), "")
}

// reconciled is the column of the last full comparison, with how much it had to repair.
func reconciled(c column[gatewayRow]) column[gatewayRow] {
	c = moment(c, func(r *gatewayRow) time.Time { return r.Reconciled })
	when := c.Cell
	c.Cell = func(s *Server, r *gatewayRow) template.HTML {
		if r.Repaired == 0 {
			return when(s, r)
		}
		return when(s, r) + below(s.html("sentry.repaired", r.Repaired))
	}
	return c
}

// storming is a column that says, below its number, how many requests are put off by a storm that is on.
func storming(c column[gatewayRow]) column[gatewayRow] {
	count := c.Cell
	c.Cell = func(s *Server, r *gatewayRow) template.HTML {
		if r.Storm.IsZero() {
			return count(s, r)
		}
		return count(s, r) + below(s.html("sentry.puts-off", s.ago(r.Storm)))
	}
	return c
}

func (s *Server) gatewayNext(r *gatewayRow) template.HTML {
	switch {
	case !r.Connected:
		return soft(s.say("sentry.when-back"))
	case r.Due:
		return s.html("sentry.due")
	}
	return `<span class="nowrap">` + s.ago(r.Next) + `</span>`
}

func (s *Server) gatewaySnapshot(r *gatewayRow) template.HTML {
	number := template.HTML(itoa(r.Snapshot))
	if r.Unkept {
		number += " " + s.chip("bad", "alert-circle", s.say("sentry.unkept"), "")
	}
	if r.Behind == "" {
		return number
	}
	return number + " " + s.chip("warn", "clock", r.Behind, "")
}

func (s *Server) gatewayClock(r *gatewayRow) template.HTML {
	if r.SkewBad {
		return s.chip("warn", "alert-triangle", r.Skew, "")
	}
	return template.HTML(template.HTMLEscapeString(r.Skew))
}

func (s *Server) gatewaySpool(r *gatewayRow) template.HTML {
	if r.SpoolFull {
		return s.chip("bad", "alert-circle", s.say("sentry.full", s.bytesize(r.Spool)), "")
	}
	return template.HTML(template.HTMLEscapeString(s.bytesize(r.Spool)))
}

// expiry is a column of when something ends, marked when that is soon.
func expiry(c column[gatewayRow], at func(*gatewayRow) time.Time) column[gatewayRow] {
	c = moment(c, at)
	c.Cell = func(s *Server, r *gatewayRow) template.HTML {
		switch t := at(r); {
		case t.IsZero():
			return soft("–")
		case t.Before(s.now().Add(21 * 24 * time.Hour)):
			return `<span class="chip warn">` + s.icon("alert-triangle") + s.html("sentry.ends", s.ago(t)) + `</span>`
		default:
			return s.html("sentry.ends", s.ago(t))
		}
	}
	return c
}

func (s *Server) upWord(up bool) string {
	if up {
		return s.say("sentry.up")
	}
	return s.say("sentry.down")
}

// backendRealm shows where a server's accounts live, and below it which domains do not count.
func (s *Server) backendRealm(r *backendRow) template.HTML {
	if r.Realm == "" {
		return soft(s.say("backends.realm-untold"))
	}
	h := text(r.Realm, 60)
	if len(r.Domains) > 0 {
		h += `<div class="soft small">` + text(strings.Join(r.Domains, ", "), 120) + `</div>`
	}
	return h
}

func (s *Server) backendState(r *backendRow) template.HTML {
	h := s.chip("bad", "alert-circle", s.upWord(false), "")
	if r.Up {
		h = s.chip("good", "circle-check", s.upWord(true), "")
	}
	if !r.Since.IsZero() {
		h += ` <span class="soft small">` + s.html("sentry.since", s.ago(r.Since)) + `</span>`
	}
	h = `<span class="nowrap">` + h + `</span>`
	if r.Problem != "" {
		h += `<div class="small break">` + text(r.Problem, 300) + `</div>`
	}
	return h
}
