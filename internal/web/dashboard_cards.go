// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"strconv"

	"github.com/vedette-mail/vedette/internal/admin"
)

// refusedCard shows refused requests, and by which rules.
func (s *Server) refusedCard(t *admin.Trends) (trendCard, *figures) {
	c := trendCard{Key: "refused", Icon: "circle-check", Empty: s.say("trend.calm")}
	perBar := make([]int64, len(t.Bars))
	for _, r := range t.Refusals {
		if r.Total == 0 {
			continue
		}
		c.Most = max(c.Most, r.Total)
		c.Rules = append(c.Rules, refusal{s.hear(r.Text), count(s, r.Total), r.Total})
		for i, n := range r.Counts {
			perBar[i] += n
		}
	}
	total := sumOf(perBar)
	c.Sum = s.say("dashboard.requests", total)
	if total == 0 {
		return c, nil
	}
	c.Heads = s.heads("refused")
	c.Rows = s.rows(t, func(i int) []string { return []string{count(s, perBar[i])} })
	f := s.axis(t.Span, t.Bars)
	f.Series = []series{{s.say("trend.refused"), "bars", "bad", numbers(perBar)}}
	return c, &f
}

// newCard shows who came for the first time.
func (s *Server) newCard(t *admin.Trends) (trendCard, *figures) {
	c := trendCard{Key: "new", Icon: "device-mobile", Empty: s.say("trend.no-new")}
	all, linked := sumOf(t.New), sumOf(t.NewLinked)
	if all == 0 {
		if t.Records[len(t.Records)-1] <= 0 {
			c.Empty = s.say("trend.no-phone")
		}
		return c, nil
	}
	c.Sum = s.say("trend.new-sum", all, s.percent(share(linked, all)))
	c.Keys = []trendKey{{"calm", s.say("trend.new-all")}, {"main", s.say("trend.new-linked")}}
	c.Heads = s.heads("new-all", "new-linked")
	c.Rows = s.rows(t, func(i int) []string { return []string{count(s, t.New[i]), count(s, t.NewLinked[i])} })
	f := s.axis(t.Span, t.Bars)
	f.Series = []series{{s.say("trend.new-all"), "bars", "calm", numbers(t.New)}, {s.say("trend.new-linked"), "bars", "main", numbers(t.NewLinked)}}
	return c, &f
}

// matchCard shows how many in a hundred records are linked, of all and of those that were new.
func (s *Server) matchCard(t *admin.Trends) (trendCard, *figures) {
	c := trendCard{Key: "match", Icon: "link", Empty: s.say("trend.no-phone")}
	last := len(t.Bars) - 1
	if t.Records[last] <= 0 && sumOf(t.Records) == 0 {
		return c, nil
	}
	all, fresh := make([]*float64, len(t.Bars)), make([]*float64, len(t.Bars))
	for i := range t.Bars {
		all[i], fresh[i] = share(t.Linked[i], t.Records[i]), share(t.NewLinked[i], t.New[i])
	}
	c.Sum = s.say("trend.match-sum", s.percent(all[last]))
	c.Keys = []trendKey{{"main", s.say("trend.match-all")}, {"second dot", s.say("trend.match-new")}}
	c.Heads = s.heads("records", "linked", "match-all", "match-new")
	c.Rows = s.rows(t, func(i int) []string {
		return []string{s.known(t.Records[i]), s.known(t.Linked[i]), s.percent(all[i]), s.percent(fresh[i])}
	})
	f := s.axis(t.Span, t.Bars)
	f.Most, f.Unit = 100, s.say("trend.percent", "")
	f.Series = []series{{s.say("trend.match-all"), "area", "main", all}, {s.say("trend.match-new"), "dots", "second", fresh}}
	return c, &f
}

// parkedCard shows how many phones wait for mail, and at which gateway where there are several.
func (s *Server) parkedCard(t *admin.Trends) (trendCard, *figures) {
	c := trendCard{Key: "parked", Icon: "server", Empty: s.say("trend.no-parked")}
	if len(t.Gateway) == 0 {
		return c, nil
	}
	c.Sum = s.say("trend.parked-sum", s.known(t.Parked[len(t.Parked)-1]))
	c.Heads = s.heads("parked-all")
	f := s.axis(t.Span, t.Points)
	f.Series = []series{{s.say("trend.parked-all"), "area", "main", numbers(t.Parked)}}
	lines := [][]int64{t.Parked}
	if len(t.Gateway) > 1 {
		c.Keys = []trendKey{{"main", s.say("trend.parked-all")}}
		for i, g := range t.Gateway[:min(len(t.Gateway), mostLines)] {
			colour, name := "line-"+strconv.Itoa(i+1), clip(visible(g.Name), 40)
			f.Series = append(f.Series, series{name, "line", colour, numbers(g.Counts)})
			c.Keys, c.Heads, lines = append(c.Keys, trendKey{colour, name}), append(c.Heads, name), append(lines, g.Counts)
		}
	}
	c.Rows = s.rows(t, func(i int) []string {
		cells := make([]string, len(lines))
		for k, line := range lines {
			cells[k] = s.known(meanWithin(t, line, i))
		}
		return cells
	})
	return c, &f
}

// meanWithin is the mean of a line's points that lie in a bar.
func meanWithin(t *admin.Trends, line []int64, bar int) int64 {
	var sum, n int64
	for i, at := range t.Points {
		before := i+1 < len(t.Points) && !t.Points[i+1].After(t.Bars[bar])
		if before || bar+1 < len(t.Bars) && !at.Before(t.Bars[bar+1]) || line[i] == admin.Unknown {
			continue
		}
		sum, n = sum+line[i], n+1
	}
	if n == 0 {
		return admin.Unknown
	}
	return (sum + n/2) / n
}
