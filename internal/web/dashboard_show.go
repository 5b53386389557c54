// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/vedette-mail/vedette/internal/admin"
)

// dashboardPage answers at a glance.
type dashboardPage struct {
	page
	Tiles    []tile
	Needs    []need
	Gateways []gatewayRow
	Trends   []trendCard // none for those who see some users only
	Spans    []spanLink
}

type tile struct{ Name, Figure, Href, Note, Icon, Kind string }

type refusal struct {
	Text, Count string
	Value       int64
}

type need struct{ Kind, Icon, Text, Href, Action string }

// dashboardShow answers GET /.
func (s *Server) dashboardShow(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newPage(w, r, s.say("dashboard.title"), "dashboard")
	if err != nil {
		return err
	}
	d, err := s.admin.Dashboard(r.Context(), p.Actor)
	if err != nil {
		return err
	}
	dp := &dashboardPage{page: p, Tiles: s.tiles(&d)}
	if p.Actor.Scope == nil {
		t, err := s.admin.Trends(r.Context(), p.Actor, spanOf(r.URL.Query().Get("span")), s.location())
		if err != nil {
			return err
		}
		if dp.Trends, err = s.trendCards(&t); err != nil {
			return err
		}
		dp.Spans = s.spanLinks(t.Span)
	}
	if s.settings != nil {
		more, err := s.settings.SettingNeeds(r.Context(), p.Actor)
		if err != nil {
			return err
		}
		d.Needs = append(more, d.Needs...)
	}
	if dp.Needs, err = s.wipeNeeds(r, p.Actor); err != nil {
		return err
	}
	for _, n := range d.Needs {
		if n.Kind == admin.NeedRule {
			continue // the banner says it, here as on every page
		}
		dp.Needs = append(dp.Needs, s.newNeed(n))
	}
	for i := range d.Gateways {
		dp.Gateways = append(dp.Gateways, s.newGatewayRow(&d.Gateways[i]))
	}
	return s.showPage(w, r, "dashboard", dp)
}

func (s *Server) tiles(d *admin.Dashboard) []tile {
	c := d.Counts
	note := ""
	if d.Shadow && c.Blocked > 0 {
		note = s.say("dashboard.not-enforced")
	}
	at := func(show admin.Show) string { return "/activesync?show=" + url.QueryEscape(string(show)) }
	return []tile{
		{Name: s.say("dashboard.records"), Figure: count(s, c.Total), Href: "/activesync", Icon: "device-mobile"},
		{Name: s.say("dashboard.allowed"), Figure: count(s, c.Allowed), Href: at(admin.ShowAllowed), Icon: "circle-check", Kind: "good"},
		{Name: s.say("dashboard.blocked"), Figure: count(s, c.Blocked), Href: at(admin.ShowBlocked), Icon: "ban", Kind: "bad", Note: note},
		{Name: s.say("dashboard.linked"), Figure: count(s, c.Linked), Href: at(admin.ShowLinked), Icon: "link"},
		{Name: s.say("dashboard.unlinked"), Figure: count(s, c.Unlinked), Href: at(admin.ShowUnlinked), Icon: "unlink"},
	}
}

// newNeed knows where each kind of need is looked after.
func (s *Server) newNeed(n admin.Need) need {
	out := need{Kind: "warn", Icon: "alert-triangle", Text: clip(visible(n.Text), 300), Href: "/sentry", Action: s.say("dashboard.see-sentry")}
	if n.Urgent {
		out.Kind, out.Icon = "bad", "alert-circle"
	}
	switch n.Kind {
	case admin.NeedBackup:
		out.Href, out.Action = "/settings/backup", s.say("dashboard.see-setting")
	case admin.NeedPurge:
		out.Href, out.Action = "/settings/retention", s.say("dashboard.see-setting")
	case admin.NeedStream:
		out.Href, out.Action = "/settings/audit-stream", s.say("dashboard.see-setting")
	case admin.NeedMail:
		out.Href, out.Action = "/settings/mail", s.say("dashboard.see-setting")
	case admin.NeedShadow:
		out.Icon, out.Href, out.Action = "eye", "/sentry/preferences/preview?shadow=no", s.say("shadow.end")
	case admin.NeedQuarantine:
		out.Icon, out.Href, out.Action = "hand-stop", "/quarantine", s.say("dashboard.see-quarantine")
	case admin.NeedNoGroups:
		out.Icon, out.Href = "users", ""
	case admin.NeedBlocked:
		out.Icon, out.Href, out.Action = "ban", "/activesync?show=blocked", s.say("dashboard.show-records", n.Count)
	case admin.NeedNewcomers:
		out.Icon, out.Href, out.Action = "user-question", "/activesync?show=blocked", s.say("dashboard.show-records", n.Count)
		if n.Count == 0 {
			out.Action = s.say("dashboard.show-them")
		}
	}
	return out
}

func atoi(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
