// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/admin"
)

// trendCard is one chart of the dashboard: the same figures as a picture, in words and as a table.
type trendCard struct {
	Key     string // its place in the page
	Title   string
	Sum     string // the whole in a few words
	Label   string // what the picture shows, for those who do not see it
	Empty   string // why there is no picture
	Icon    string
	Figures string // JSON for the picture; "": there is none
	Keys    []trendKey
	Rules   []refusal
	Most    int64
	Heads   []string
	Rows    [][]string // as many cells as heads, the first one a time
}

// trendKey says which line of a picture is what.
type trendKey struct{ Swatch, Text string }

// figures are what the script draws: a number, or null, of every series for every place on the axis.
// Labels are empty where the axis shows nothing, Names say which place the pointer is on.
type figures struct {
	Labels []string `json:"labels"`
	Names  []string `json:"names"`
	Series []series `json:"series"`
	Most   float64  `json:"most,omitempty"` // the axis ends there whatever the numbers are
	Unit   string   `json:"unit,omitempty"`
}

type series struct {
	Name   string     `json:"name"`
	Shape  string     `json:"shape"`  // bars, area, line or dots
	Colour string     `json:"colour"` // one of the style sheet's chart colours
	Values []*float64 `json:"values"`
}

// mostLines is how many gateways a picture and a table name; the sum is of all.
const mostLines = 5

// spanLink leads to the same page with another span.
type spanLink struct {
	Text, Href string
	Current    bool
}

func (s *Server) spanLinks(now admin.Span) (list []spanLink) {
	for _, x := range admin.Spans() {
		href := "/?span=" + string(x)
		if x == admin.SpanDay {
			href = "/"
		}
		list = append(list, spanLink{s.say("trend." + string(x)), href, x == now})
	}
	return list
}

// spanOf reads a span that somebody asks for; what is none is a day.
func spanOf(text string) admin.Span {
	if x := admin.Span(text); slices.Contains(admin.Spans(), x) {
		return x
	}
	return admin.SpanDay
}

// trendCards makes the charts.
func (s *Server) trendCards(t *admin.Trends) ([]trendCard, error) {
	var list []trendCard
	for _, make := range []func(*admin.Trends) (trendCard, *figures){s.newCard, s.matchCard, s.parkedCard, s.refusedCard} {
		c, f := make(t)
		c.Title, c.Label = s.say("trend."+c.Key), s.say("trend."+c.Key+".chart")
		if f != nil {
			text, err := json.Marshal(f)
			if err != nil {
				return nil, err
			}
			c.Figures = string(text)
		}
		list = append(list, c)
	}
	return list, nil
}

// axis writes the beginnings of bars or points: short where the axis has room, and in full.
func (s *Server) axis(span admin.Span, list []time.Time) figures {
	var f figures
	day := -1
	for i, t := range list {
		t = t.In(s.location())
		label, name := "", s.words.Hour(t)
		switch {
		case span == admin.SpanDay:
			if t.Minute() == 0 && t.Hour()%3 == 0 {
				label = t.Format(s.say("time.short-hour"))
			}
			name = t.Format(s.say("time.short-hour"))
		case t.YearDay() == day: // named already
		case span == admin.SpanWeek && i > 0 || span == admin.SpanWeek && t.Hour() == 0:
			label = s.weekday(t)
		case span == admin.SpanMonth:
			label = t.Format(s.say("time.short-day"))
		}
		if span == admin.SpanMonth {
			name = s.words.Day(t)
			if len(list) > 31 {
				name += " " + t.Format(s.say("time.short-hour"))
			}
		}
		day = t.YearDay()
		f.Labels, f.Names = append(f.Labels, label), append(f.Names, name)
	}
	return f
}

// numbers leaves out what is not known.
func numbers(list []int64) []*float64 {
	out := make([]*float64, len(list))
	for i, n := range list {
		if n != admin.Unknown {
			out[i] = new(float64(n))
		}
	}
	return out
}

// share is how many in a hundred, and nothing where there are none.
func share(part, all int64) *float64 {
	if all <= 0 || part < 0 {
		return nil
	}
	return new(float64(part*1000/all) / 10)
}

func sumOf(list []int64) (n int64) {
	for _, x := range list {
		n += max(x, 0)
	}
	return n
}

// rows begins a table with a row for every bar.
func (s *Server) rows(t *admin.Trends, cells func(i int) []string) [][]string {
	f := s.axis(t.Span, t.Bars)
	out := make([][]string, len(t.Bars))
	for i, name := range f.Names {
		if t.Span == admin.SpanDay {
			name = s.words.Hour(t.Bars[i].In(s.location()))
		}
		out[i] = append([]string{name}, cells(i)...)
	}
	return out
}

// heads begins the heads of a table with what its times are.
func (s *Server) heads(keys ...string) []string {
	out := []string{s.say("trend.from", s.location().String())}
	for _, k := range keys {
		out = append(out, s.say("trend."+k))
	}
	return out
}

// known writes a number, or a dash.
func (s *Server) known(n int64) string {
	if n == admin.Unknown {
		return "–"
	}
	return count(s, n)
}

// percent writes a share in whole hundredths. What is not all is never called all.
func (s *Server) percent(p *float64) string {
	if p == nil {
		return "–"
	}
	return s.say("trend.percent", int64(*p))
}

func (s *Server) weekday(t time.Time) string {
	days := strings.Fields(s.say("time.weekdays"))
	return days[int(t.Weekday())%len(days)]
}
