// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"github.com/vedette-mail/vedette/internal/admin"
)

// dashboardPage answers at a glance.
type dashboardPage struct {
	page
	Tiles       []tile
	Refusals    []refusal
	RefusedText string
	RefusedMax  int64
	Chart       string // figures for the chart, as JSON
	Hours       []hour
	Needs       []need
	Gateways    []gatewayRow
}

type tile struct{ Name, Figure, Href, Note, Icon, Kind string }

type refusal struct {
	Text, Count string
	Value       int64
}

type hour struct{ Name, Count string }

type need struct{ Kind, Icon, Text, Href, Action string }

// dashboardShow answers GET /.
func (s *Server) dashboardShow(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newPage(w, r, "Dashboard", "dashboard")
	if err != nil {
		return err
	}
	d, err := s.admin.Dashboard(r.Context(), p.Actor)
	if err != nil {
		return err
	}
	dp := &dashboardPage{page: p, Tiles: tiles(&d)}
	if err := dp.addRefusals(&d); err != nil {
		return err
	}
	for _, n := range d.Needs {
		dp.Needs = append(dp.Needs, newNeed(n))
	}
	for i := range d.Gateways {
		dp.Gateways = append(dp.Gateways, s.newGatewayRow(&d.Gateways[i]))
	}
	return s.showPage(w, r, "dashboard", dp)
}

func tiles(d *admin.Dashboard) []tile {
	c := d.Counts
	note := ""
	if d.Shadow && c.Blocked > 0 {
		note = "not enforced: shadow mode"
	}
	at := func(show admin.Show) string { return "/activesync?show=" + url.QueryEscape(string(show)) }
	return []tile{
		{Name: "Records", Figure: count(c.Total), Href: "/activesync", Icon: "device-mobile"},
		{Name: "Allowed", Figure: count(c.Allowed), Href: at(admin.ShowAllowed), Icon: "circle-check", Kind: "good"},
		{Name: "Blocked", Figure: count(c.Blocked), Href: at(admin.ShowBlocked), Icon: "ban", Kind: "bad", Note: note},
		{Name: "Registered(Linked)", Figure: count(c.Linked), Href: at(admin.ShowLinked), Icon: "link"},
		{Name: "Unregistered (Unlinked)", Figure: count(c.Unlinked), Href: at(admin.ShowUnlinked), Icon: "unlink"},
	}
}

// addRefusals fills in the figures of the last day, the same ones for the chart, the bars and the table.
func (dp *dashboardPage) addRefusals(d *admin.Dashboard) error {
	perHour := make([]int64, len(d.Hours))
	var total int64
	for _, f := range d.Refusals {
		if f.Total == 0 {
			continue
		}
		total += f.Total
		dp.RefusedMax = max(dp.RefusedMax, f.Total)
		dp.Refusals = append(dp.Refusals, refusal{f.Text, count(f.Total), f.Total})
		for i, n := range f.Hours[:min(len(f.Hours), len(perHour))] {
			perHour[i] += n
		}
	}
	dp.RefusedText = plural(total, "request")
	seconds := make([]int64, len(d.Hours))
	for i, t := range d.Hours {
		seconds[i] = t.Unix()
		dp.Hours = append(dp.Hours, hour{t.UTC().Format("Mon 15:04"), count(perHour[i])})
	}
	text, err := json.Marshal(map[string][]int64{"hours": seconds, "refused": perHour})
	dp.Chart = string(text)
	return err
}

// newNeed knows where each kind of need is looked after.
func newNeed(n admin.Need) need {
	out := need{Kind: "warn", Icon: "alert-triangle", Text: clip(visible(n.Text), 300), Href: "/sentry", Action: "See Sentry"}
	if n.Urgent {
		out.Kind, out.Icon = "bad", "alert-circle"
	}
	switch n.Kind {
	case admin.NeedShadow:
		out.Icon, out.Href, out.Action = "eye", "/sentry/preferences/preview?shadow=no", "Turn enforcement on…"
	case admin.NeedNewcomers:
		out.Icon, out.Href, out.Action = "user-question", "/activesync?show=blocked", "Show "+plural(n.Count, "record")
		if n.Count == 0 {
			out.Action = "Show them"
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
