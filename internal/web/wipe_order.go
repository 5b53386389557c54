// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

func wipeHref(id access.AssociationID) string {
	return "/wipes/order/" + url.PathEscape(string(id))
}

// wipeAct leads to the order of a wipe, for records that have none.
func (s *Server) wipeAct() act[admin.Row] {
	return act[admin.Row]{Verb: access.VerbWipe, Icon: "eraser", Key: "w", Danger: true, Single: true, InPlace: true,
		Form: func(id string) string { return wipeHref(access.AssociationID(id)) },
		Fits: func(a *admin.Row) bool {
			return a.Wipe.State != access.WipeWaiting && !a.Wipe.Speaks()
		}}
}

// wipeSeveral orders a wipe of each of the chosen records. Those of a filter are not wiped: nobody has looked
// at each of them (Y-10).
func (s *Server) wipeSeveral() act[admin.Row] {
	bulk := func(kind string, ids []string) admin.Bulk {
		b := associationBulk(string(access.VerbWipe), ids, nil)
		b.Wipe = access.WipeKind(kind)
		return b
	}
	return act[admin.Row]{Verb: access.VerbWipe, Name: "wipe-all", Icon: "eraser", Key: "w", Danger: true, Several: true, Reason: true, Counts: true, Marks: (*Server).advised,
		Choose: &choosing{
			Choices: func(*http.Request, access.Actor) ([]choice, error) {
				var list []choice
				for _, k := range []access.WipeKind{access.WipeFull, access.WipeAccount} {
					list = append(list, choice{Value: string(k), Label: s.kindWord(k)})
				}
				return list, nil
			},
			Bulk: func(ctx context.Context, who access.Actor, kind string, ids []string, _ *query, a admin.Act) (admin.JobID, error) {
				return s.admin.StartBulk(ctx, who, bulk(kind, ids), a)
			},
			Foresee: func(ctx context.Context, who access.Actor, kind string, ids []string, q *query) ([]note, refusedRows, error) {
				if q != nil {
					return nil, refusedRows{}, access.Invalid(string(access.VerbWipe), s.say("wipe.one-by-one"))
				}
				p, err := s.admin.PreviewBulk(ctx, who, bulk(kind, ids), admin.Act{})
				list := []note{{"warn", s.say("wipe.blocked-then", p.ToBlocked)}}
				for _, n := range p.Notes {
					list = append(list, note{"", n})
				}
				return list, s.refusedRows(&p.Refusing), err
			},
		}}
}

// wipePage asks before a wipe is ordered: what this phone's mail app makes of it, what goes with it, and the
// words that show that somebody has read it.
type wipePage struct {
	page
	Whole      bool
	Action     string
	Again      string
	Back       string
	Key        string
	Version    int64
	User       string
	Phone      string
	P          admin.WipePreview
	Kinds      []wipeKind
	Effect     template.HTML
	Source     string
	Others     []whom
	OthersText string
	More       string
	Facts      []note
	Left       string // how many more can be ordered
	Confirm    string // what has to be typed
	Reason     string
	Problem    string
	Button     string
}

type wipeKind struct {
	choice
	Hint string
}

// wipeAsk answers GET /wipes/order/{id}.
func (s *Server) wipeAsk(w http.ResponseWriter, r *http.Request) error {
	return s.showWipe(w, r, http.StatusOK, access.WipeKind(r.URL.Query().Get("kind")), "")
}

// confirmation is what has to be typed: the account, as the person sees it.
func confirmation(a *admin.Row) string { return clip(visible(userOf(a)), 100) }

func (s *Server) showWipe(w http.ResponseWriter, r *http.Request, status int, kind access.WipeKind, problem string) error {
	if kind != access.WipeAccount {
		kind = access.WipeFull
	}
	id := access.AssociationID(r.PathValue("id"))
	p, err := s.newPage(w, r, s.say("act.wipe"), "activesync")
	if err != nil {
		return err
	}
	p.Width = "narrow"
	found, err := s.admin.FindAssociation(r.Context(), p.Actor, id)
	if err != nil {
		return err
	}
	seen, err := s.admin.PreviewWipe(r.Context(), p.Actor, id, kind)
	if err != nil {
		return err
	}
	a := &found.Row
	wp := &wipePage{page: p, Whole: !isFragment(r), Action: wipeHref(id), Again: wipeHref(id), Back: localPath(cmp.Or(r.PostFormValue("back"), r.URL.Query().Get("back")), "/activesync/"+url.PathEscape(string(id))),
		Key: s.newKey(), Version: a.Version, User: userOf(a), Phone: phoneOf(a), P: seen, Confirm: confirmation(a), Reason: r.PostFormValue("reason"), Problem: problem,
		Button: s.say("wipe.order." + string(kind))}
	for _, k := range []access.WipeKind{access.WipeFull, access.WipeAccount} {
		wp.Kinds = append(wp.Kinds, wipeKind{choice{string(k), s.kindWord(k), k == kind}, s.say("wipe.hint." + string(k))})
	}
	s.fillEffect(wp)
	if wp.OthersText = s.say("wipe.others-perhaps", len(seen.Others)); seen.Known && seen.Supported {
		wp.OthersText = s.say("wipe.others", len(seen.Others))
	}
	const named = 10
	for i := range seen.Others[:min(len(seen.Others), named)] {
		wp.Others = append(wp.Others, whom{One: userOf(&seen.Others[i]), Two: phoneOf(&seen.Others[i])})
	}
	if rest := len(seen.Others) - named; rest > 0 {
		wp.More = s.say("list.and-more", rest)
	}
	part := "layout"
	if isFragment(r) {
		part = "fragment"
	}
	return s.show(w, status, "wipe_order", part, wp)
}

// fillEffect says what the order would do, whose word that is, and what else is to come.
func (s *Server) fillEffect(wp *wipePage) {
	p := &wp.P
	switch {
	case !p.Known:
		wp.Effect = s.chip("plain", "user-question", s.say("wipe.unknown"), "")
	case !p.Supported:
		wp.Effect = s.chip("bad", "alert-circle", s.say("wipe.unsupported"), "")
	default:
		wp.Effect = s.chip("good", "circle-check", s.say("wipe.supported"), "")
	}
	if p.Source != "" {
		wp.Source = s.say("wipe.source", p.Source, p.Date)
	}
	for _, warning := range p.Warnings {
		wp.Facts = append(wp.Facts, note{"warn", warning})
	}
	if p.Refused != "" {
		return
	}
	if p.Approval {
		wp.Facts = append(wp.Facts, note{"info", s.say("wipe.needs-approval")})
	}
	if p.Delay > 0 {
		wp.Facts = append(wp.Facts, note{"info", s.say("wipe.delayed", duration(p.Delay))})
	}
	wp.Left = s.say("wipe.cap-left", p.CapLeft)
}

// wipeOrder answers POST /wipes/order/{id}.
func (s *Server) wipeOrder(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid(string(access.VerbWipe), s.say("error.form"))
	}
	id, kind := access.AssociationID(r.PathValue("id")), access.WipeKind(r.PostFormValue("kind"))
	found, err := s.admin.FindAssociation(r.Context(), login.Actor(r), id)
	if err != nil {
		return err
	}
	if want := confirmation(&found.Row); !strings.EqualFold(strings.TrimSpace(r.PostFormValue("confirm")), want) {
		return s.showWipe(w, r, http.StatusBadRequest, kind, s.say("wipe.not-confirmed", want))
	}
	act := admin.Act{Key: r.PostFormValue("key"), Version: atoi(r.PostFormValue("version")), Reason: strings.TrimSpace(r.PostFormValue("reason"))}
	result, err := s.admin.OrderWipe(r.Context(), login.Actor(r), id, kind, act)
	if status := refusedStatus(err); status != 0 {
		return s.showWipe(w, r, status, kind, s.textOf(err))
	}
	if err != nil {
		return err
	}
	return s.done(w, r, localPath(r.PostFormValue("back"), "/activesync/"+url.PathEscape(string(id))), result)
}

// wipeCategory is the order of a record with its times, what can be done with it, and the orders before.
func (s *Server) wipeCategory(d *admin.Details, who access.Actor, here string) (category, bool) {
	if len(d.Wipes) == 0 {
		return category{}, false
	}
	o := &d.Wipes[0]
	c := s.category("details.wipe", s.wipeWordOf(o))
	c.Open = true
	c.html("details.wipe-state", s.wipeCell(o))
	c.say("details.wipe-kind", s.wipeKindOf(o))
	c.html("details.wipe-ordered", s.html("details.wipe-by", s.ago(o.At), text(o.By, 80)))
	c.say("details.wipe-reason", o.Reason)
	if o.Held == admin.WipeHeldDelay {
		c.html("details.wipe-from", s.ago(o.NotBefore))
	}
	for _, t := range []struct {
		key string
		at  template.HTML
	}{{"details.wipe-approved", s.byAt(o.ApprovedBy, s.ifEver(o.ApprovedAt))}, {"details.wipe-told", s.ifEver(o.DeliveredAt)}, {"details.wipe-answered", s.ifEver(o.AnsweredAt)},
		{"details.wipe-ended", s.byAt(o.EndedBy, s.ifEver(o.EndedAt))}} {
		if t.at != "" {
			c.html(t.key, t.at)
		}
	}
	c.say("details.protocol", o.Protocol)
	c.say("details.address", o.Addr)
	c.Note = s.wipeWhy(o)
	if o.Held != "" {
		c.Note = s.say("wipe.held-why." + o.Held)
	}
	c.Acts = s.lists.wipes.buttons(who, o, here)
	for i := range d.Wipes[1:] {
		old := &d.Wipes[i+1]
		c.html("details.wipe-before", s.wipeCell(old)+" "+s.html("details.wipe-by", s.ago(old.At), text(old.By, 80)))
	}
	return c, true
}

func (s *Server) byAt(by string, at template.HTML) template.HTML {
	if at == "" || by == "" {
		return at
	}
	return s.html("details.wipe-by", at, text(by, 80))
}
