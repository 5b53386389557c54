// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"html/template"
	"net/url"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// mountWipes registers what belongs to Devices & Users > Wipes.
func (s *Server) mountWipes(mux router) {
	mount(s, mux, s.lists.wipes)
	order := httpd.Verb(string(access.VerbWipe))
	mux.Handle(order, "GET /wipes/order/{id}", s.wipeAsk)
	mux.Handle(order, "POST /wipes/order/{id}", s.wipeOrder)
}

// wipes declares the list of orders to wipe, the latest first.
func (s *Server) wipes() *list[admin.WipeRow] {
	type o = admin.WipeRow
	type c = column[o]
	return &list[o]{
		Path: "/wipes", Section: "wipes", Words: "wipes", File: "wipes", Class: "roomy orders", Icon: "eraser",
		Columns: []c{
			{Key: "user", Heads: true, Link: true, Class: "narrow-first", Value: func(r *o) string { return r.Pair.Account }},
			{Key: "phone", Class: "narrow-second break", Value: wipedPhone},
			{Key: "kind", Class: "nowrap", Value: s.wipeKindOf, Cell: func(s *Server, r *o) template.HTML {
				return template.HTML(template.HTMLEscapeString(s.wipeKindOf(r)))
			}},
			{Key: "state", Class: "nowrap", Value: s.wipeWordOf, Cell: (*Server).wipeCell},
			moment(c{Key: "at", Class: "nowrap"}, func(r *o) time.Time { return r.At }),
			{Key: "by", Value: func(r *o) string { return r.By }},
			{Key: "told", Class: "nowrap", Value: func(r *o) string { return exactTime(r.DeliveredAt) }, Cell: func(s *Server, r *o) template.HTML { return s.ifEver(r.DeliveredAt) }},
			{Key: "answered", Class: "nowrap", Value: func(r *o) string { return exactTime(r.AnsweredAt) }, Cell: func(s *Server, r *o) template.HTML { return s.ifEver(r.AnsweredAt) }},
			{Key: "reason", Class: "break", Value: func(r *o) string { return r.Reason }},
			{Key: "approved", Extra: true, Value: func(r *o) string { return r.ApprovedBy }},
			{Key: "ended", Extra: true, Class: "nowrap", Value: func(r *o) string { return exactTime(r.EndedAt) }, Cell: func(s *Server, r *o) template.HTML { return s.ifEver(r.EndedAt) }},
			{Key: "ended-by", Extra: true, Value: func(r *o) string { return r.EndedBy }},
			{Key: "protocol", Extra: true, Value: func(r *o) string { return r.Protocol }},
			{Key: "addr", Extra: true, Value: func(r *o) string { return r.Addr }},
		},
		Filters: []filter{{Name: "show", Kind: "select", Options: []string{"all", "open"}}},
		ID:      func(r *o) string { return string(r.ID) },
		Version: func(r *o) int64 { return r.Version },
		Name:    func(r *o) (string, string) { return r.Pair.Account, wipedPhone(r) },
		State:   func(r *o) string { return string(r.State) + r.Held },
		Href: func(r *o) string {
			if !r.Record {
				return ""
			}
			return "/activesync/" + url.PathEscape(string(r.Association))
		},
		Acts:  s.wipeActs(),
		InRow: true,
		Find: func(ctx context.Context, who access.Actor, q query) (found[o], error) {
			p, err := s.admin.ListWipes(ctx, who, admin.WipeQuery{Open: q.Filter["show"] == "open", Before: access.WipeID(q.Cursor), Limit: q.Limit})
			return found[o]{Rows: p.Rows, Next: string(p.Next), Total: -1}, err
		},
		ByID: func(ctx context.Context, who access.Actor, ids []string) ([]o, error) {
			var rows []o
			for _, id := range ids {
				row, err := s.admin.FindWipe(ctx, who, access.WipeID(id))
				if access.KindOf(err) == access.KindNotFound && err != nil {
					continue
				}
				if err != nil {
					return nil, err
				}
				rows = append(rows, row)
			}
			return rows, nil
		},
	}
}

// wipeActs are what can be done with an order, as far as its state allows.
func (s *Server) wipeActs() []act[admin.WipeRow] {
	type doer = func(context.Context, access.Actor, access.WipeID, admin.Act) (admin.Result, error)
	do := func(f doer) func(context.Context, access.Actor, string, admin.Act) (admin.Result, error) {
		return func(ctx context.Context, who access.Actor, id string, a admin.Act) (admin.Result, error) {
			return f(ctx, who, access.WipeID(id), a)
		}
	}
	list := []act[admin.WipeRow]{
		{Verb: access.VerbApproveWipe, Icon: "checks", Danger: true, Do: do(s.admin.ApproveWipe)},
		{Verb: access.VerbCancelWipe, Icon: "player-stop", Do: do(s.admin.CancelWipe)},
		{Verb: access.VerbCloseWipe, Icon: "archive", Do: do(s.admin.CloseWipe)},
		{Verb: access.VerbReleaseWipe, Icon: "lock-open", Do: do(s.admin.ReleaseWipe)},
	}
	for i := range list {
		verb := list[i].Verb
		list[i].Fits = func(r *admin.WipeRow) bool { return slices.Contains(r.Can, verb) }
	}
	return list
}

func wipedPhone(r *admin.WipeRow) string {
	if r.Phone == "" {
		return r.Pair.Device
	}
	return r.Phone + " · " + r.Pair.Device
}

// ifEver is a moment that may not have come.
func (s *Server) ifEver(t time.Time) template.HTML {
	if t.IsZero() {
		return ""
	}
	return s.ago(t)
}

// kindWord says how much an order takes.
func (s *Server) kindWord(k access.WipeKind) string {
	if k == access.WipeAccount {
		return s.say("wipe.kind.account")
	}
	return s.say("wipe.kind.full")
}

func (s *Server) wipeKindOf(r *admin.WipeRow) string { return s.kindWord(r.Kind) }

// wipeWord is how far an order has come, in a word or two.
func (s *Server) wipeWord(state access.WipeState) string {
	if key := "wipe.state." + string(state); state != "" && s.words.Has(key) {
		return s.say(key)
	}
	return string(state)
}

func (s *Server) wipeWordOf(r *admin.WipeRow) string {
	if r.Held != "" && r.Held != admin.WipeHeldApproval {
		return s.wipeWord(r.State) + ", " + s.say("wipe.held."+r.Held)
	}
	return s.wipeWord(r.State)
}

// wipeWhy says what the state of an order means; "": it speaks for itself.
func (s *Server) wipeWhy(r *admin.WipeRow) string {
	key := "wipe.why." + string(r.State)
	if r.State == access.WipeCancelled && !r.DeliveredAt.IsZero() {
		key = "wipe.why.cancelled-late"
	}
	if !s.words.Has(key) {
		return ""
	}
	return s.say(key)
}

// wipeCell is the state of an order with what it means on hover.
func (s *Server) wipeCell(r *admin.WipeRow) template.HTML {
	why := s.wipeWhy(r)
	words := s.wipeWordOf(r)
	switch r.State {
	case access.WipeWaiting:
		return s.chip("warn", "user-question", words, why)
	case access.WipePending:
		return s.chip("plain", "hourglass", words, why)
	case access.WipeDelivered:
		return s.chip("plain", "send", words, why)
	case access.WipeAcknowledged:
		return s.chip("good", "circle-check", words, why)
	case access.WipeUnverified:
		return s.chip("warn", "alert-triangle", words, why)
	case access.WipeFailed:
		return s.chip("bad", "alert-circle", words, why)
	}
	return s.chip("plain bare", "history", words, why)
}
