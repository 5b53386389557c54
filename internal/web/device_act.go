// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// mountDevices registers what belongs to Devices & Users > Devices.
func (s *Server) mountDevices(mux router) {
	mount(s, mux, s.lists.devices)
	add, change, comply := httpd.Verb(string(access.VerbAddDevice)), httpd.Verb(string(access.VerbChangeDevice)), httpd.Verb(string(access.VerbSetCompliance))
	mux.Handle(add, "GET /devices/new", s.deviceAdd)
	mux.Handle(add, "POST /devices/new", s.deviceCreate)
	mux.Handle(add, "GET /devices/register/{id}", s.deviceRegisterShow)
	mux.Handle(add, "POST /devices/register/{id}", s.deviceRegister)
	mux.Handle(change, "GET /devices/edit/{id}", s.deviceEditShow)
	mux.Handle(change, "POST /devices/edit/{id}", s.deviceChange)
	mux.Handle(comply, "GET /devices/compliance/{id}", s.complianceShow)
	mux.Handle(comply, "POST /devices/compliance/{id}", s.complianceChange)
}

// deviceActs are what can be done to a device, as far as its status allows.
func (s *Server) deviceActs() []act[admin.DeviceRow] {
	type doer = func(context.Context, access.Actor, access.DeviceID, admin.Act) (admin.Result, error)
	do := func(f doer) func(context.Context, access.Actor, string, admin.Act) (admin.Result, error) {
		return func(ctx context.Context, who access.Actor, id string, a admin.Act) (admin.Result, error) {
			return f(ctx, who, access.DeviceID(id), a)
		}
	}
	form := func(kind string) func(string) string {
		return func(id string) string { return "/devices/" + kind + "/" + url.PathEscape(id) }
	}
	list := []act[admin.DeviceRow]{
		{Verb: access.VerbAddDevice, Icon: "plus", Key: "e", Form: form("register")},
		{Verb: access.VerbActivate, Icon: "player-play", Do: do(s.admin.ActivateDevice)},
		{Verb: access.VerbFind, Icon: "map-pin-check", Key: "f", Do: do(s.admin.FoundDevice)},
		{Verb: access.VerbSetCompliance, Icon: "shield", Key: "c", Form: form("compliance"), InPlace: true},
		{Verb: access.VerbChangeDevice, Icon: "pencil", Key: "e", Form: form("edit")},
		{Verb: access.VerbLose, Icon: "map-pin-question", Key: "l", Danger: true, Refuses: true, Do: do(s.admin.LoseDevice)},
		{Verb: access.VerbRetire, Icon: "archive", Danger: true, Refuses: true, Do: do(s.admin.RetireDevice)},
		{Verb: access.VerbDeleteDevice, Icon: "trash", Danger: true, Gone: true, Do: do(s.admin.DeleteDevice)},
	}
	several := func(name, icon string, danger bool) act[admin.DeviceRow] {
		return act[admin.DeviceRow]{Verb: access.VerbSetCompliance, Name: name, Icon: icon, Several: true, Danger: danger, Refuses: danger, Reason: danger}
	}
	for i := range list {
		verb := list[i].Verb
		list[i].Single = list[i].Form != nil
		list[i].Fits = func(d *admin.DeviceRow) bool { return slices.Contains(d.Actions, verb) }
		if list[i].Form == nil {
			list[i].Foresee = s.foreseeDevice(verb)
		}
	}
	return append(list, several(markCompliant, "shield-check", false), several(markNoncompliant, "shield", true))
}

// What can be said of the compliance of several devices at once; of one there is a form.
const (
	markCompliant    = "mark-compliant"
	markNoncompliant = "mark-noncompliant"
)

// deviceBulk is what an act on several devices asks for. The note of one that says that they are not
// compliant is the reason that people are told.
func deviceBulk(name string, ids []string, q *query, reason string) admin.PeopleBulk {
	b := admin.PeopleBulk{Verb: access.Verb(name), IDs: ids}
	switch name {
	case markCompliant:
		b.Verb, b.Compliance = access.VerbSetCompliance, admin.ComplianceForm{Compliance: access.Compliant}
	case markNoncompliant:
		b.Verb, b.Compliance = access.VerbSetCompliance, admin.ComplianceForm{Compliance: access.NotCompliant, Reasons: []string{reason}}
	}
	if q != nil {
		all := admin.Query(deviceQuery(*q))
		b.IDs, b.Query = nil, &all
	}
	return b
}

func (s *Server) startDevices(ctx context.Context, who access.Actor, name string, ids []string, q *query, a admin.Act) (admin.JobID, error) {
	return s.admin.StartPeopleBulk(ctx, who, deviceBulk(name, ids, q, a.Reason), a)
}

func (s *Server) forecastDevices(ctx context.Context, who access.Actor, name string, ids []string, q *query) (admin.Preview, error) {
	return s.admin.PreviewPeopleBulk(ctx, who, deviceBulk(name, ids, q, s.say("device.noncompliant")))
}

// foreseeDevice says how many records a change of a device reaches, how many of them only because they are
// accounts on the same phone, and for how many the verdict changes (Y-07).
func (s *Server) foreseeDevice(verb access.Verb) func(*http.Request, access.Actor, *admin.DeviceRow) ([]note, error) {
	return func(r *http.Request, who access.Actor, d *admin.DeviceRow) ([]note, error) {
		found, err := s.admin.FindDevice(r.Context(), who, d.ID)
		if err != nil {
			return nil, err
		}
		p, err := s.admin.PreviewDevice(r.Context(), who, d.ID, verb, admin.ComplianceForm{})
		return s.effectNotes(s.reachWords(&found), &p), err
	}
}

// effectNotes says what a change reaches and what it does there.
func (s *Server) effectNotes(reach string, p *admin.Preview) []note {
	list := []note{{"info", reach + " " + s.effectWords(p)}}
	for _, n := range p.Notes {
		list = append(list, note{"", n})
	}
	return list
}

// effectWords says for how many records the verdict changes.
func (s *Server) effectWords(p *admin.Preview) string {
	switch {
	case p.ToBlocked > 0 && p.ToAllowed > 0:
		return s.say("effect.both", p.ToBlocked, p.ToAllowed)
	case p.ToBlocked > 0:
		return s.say("effect.blocked", p.ToBlocked)
	case p.ToAllowed > 0:
		return s.say("effect.allowed", p.ToAllowed)
	case p.Reworded > 0:
		return s.say("effect.reworded")
	}
	return s.say("effect.none")
}

func (s *Server) reachWords(d *admin.DeviceDetails) string {
	linked, reached := len(d.Linked), len(d.Reached)
	switch {
	case reached > 0:
		return s.say("devices.reach-others", linked+reached, reached)
	case linked == 0:
		return s.say("devices.reach-none")
	}
	return s.say("devices.reach", linked)
}
