// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// Counts are records by status.
type Counts struct {
	Total    int `json:"total"`
	Allowed  int `json:"allowed"`
	Blocked  int `json:"blocked"`
	Linked   int `json:"linked"`
	Unlinked int `json:"unlinked"`
}

// RuleCount counts records by the rule that speaks about them.
type RuleCount struct {
	Rule  string `json:"rule"`
	Text  string `json:"text"`
	Count int    `json:"count"`
}

// RefusalCount counts refused requests by rule.
type RefusalCount struct {
	Rule  string  `json:"rule"`
	Text  string  `json:"text"`
	Total int64   `json:"total"`
	Hours []int64 `json:"hours" doc:"One number for every hour of the dashboard's hours"`
}

// Dashboard is what the first page answers at a glance.
type Dashboard struct {
	At       time.Time      `json:"at"`
	Shadow   bool           `json:"shadow" doc:"Everything is decided and shown, nothing enforced"`
	Counts   Counts         `json:"counts"`
	Blocked  []RuleCount    `json:"blocked" doc:"Records blocked now, by rule"`
	Hours    []time.Time    `json:"hours" doc:"Beginnings of the last 24 hours, oldest first"`
	Refusals []RefusalCount `json:"refusals" doc:"Requests refused in these hours, most first"`
	Gateways []Gateway      `json:"gateways"`
	Needs    []Need         `json:"needs" doc:"What waits for somebody, most urgent first"`
}

type dashboardOutput struct{ Body Dashboard }

// dashboardFind answers GET /dashboard.
func (s *Server) dashboardFind(ctx context.Context, who access.Actor, _ *struct{}) (*dashboardOutput, error) {
	d, err := s.admin.Dashboard(ctx, who)
	if err != nil {
		return nil, err
	}
	b := Dashboard{At: d.At.UTC(), Shadow: d.Shadow, Counts: Counts(d.Counts), Gateways: gatewaysOf(d.Gateways), Needs: needsOf(d.Needs),
		Blocked: make([]RuleCount, len(d.Blocked)), Hours: make([]time.Time, len(d.Hours)), Refusals: make([]RefusalCount, len(d.Refusals))}
	for i, c := range d.Blocked {
		b.Blocked[i] = RuleCount(c)
	}
	for i, h := range d.Hours {
		b.Hours[i] = h.UTC()
	}
	for i, c := range d.Refusals {
		b.Refusals[i] = RefusalCount(c)
	}
	return &dashboardOutput{Body: b}, nil
}

// TrendCount is one line of a trend: of a rule, or of a gateway.
type TrendCount struct {
	Name   string  `json:"name" doc:"The rule, or the gateway"`
	Text   string  `json:"text,omitempty"`
	Total  int64   `json:"total" doc:"In the whole span; of a gateway, the last that is known"`
	Counts []int64 `json:"counts" doc:"-1 where nothing is known"`
}

// Trends are what the dashboard draws. For those who are limited to some users the counts are empty.
type Trends struct {
	At        time.Time    `json:"at"`
	Span      admin.Span   `json:"span" enum:"day,week,month"`
	Bars      []time.Time  `json:"bars" doc:"Beginnings of hours, quarters of a day or days of the console's time zone, oldest first; the last one is under way"`
	Refusals  []TrendCount `json:"refusals" doc:"Requests refused, by rule, most first; one number for every bar"`
	New       []int64      `json:"new" doc:"Pairs that came for the first time in each bar and are still recorded"`
	NewLinked []int64      `json:"new_linked" doc:"Those of them that are linked by now"`
	Records   []int64      `json:"records" doc:"Records at the end of each bar; -1: from before they were counted"`
	Linked    []int64      `json:"linked" doc:"Those of them that were linked"`
	Points    []time.Time  `json:"points" doc:"Beginnings of ten minutes, hours or four hours, for what follows"`
	Parked    []int64      `json:"parked" doc:"Phones that gateways held, on the mean of each point; -1: none reported"`
	Gateways  []TrendCount `json:"gateways" doc:"Which gateway held how many"`
	Hint      string       `json:"hint,omitempty" doc:"Why the counts are empty"`
}

type trendsInput struct {
	Span admin.Span `query:"span" enum:"day,week,month" default:"day"`
}

type trendsOutput struct{ Body Trends }

// trendsFind answers GET /trends.
func (s *Server) trendsFind(ctx context.Context, who access.Actor, in *trendsInput) (*trendsOutput, error) {
	zone := time.UTC
	if s.settings != nil {
		z, err := s.settings.TimeZone(ctx, who)
		if err != nil {
			return nil, err
		}
		zone = z.Location()
	}
	t, err := s.admin.Trends(ctx, who, in.Span, zone)
	if err != nil {
		return nil, err
	}
	hint := admin.NoGroups(who)
	if hint == "" && who.Scope != nil {
		hint = "What changes over time is counted for all users together, and is for those who see them all."
	}
	return &trendsOutput{Body: Trends{Hint: hint, At: t.At.UTC(), Span: t.Span, Bars: t.Bars, Refusals: trendCountsOf(t.Refusals), New: listed(t.New), NewLinked: listed(t.NewLinked),
		Records: listed(t.Records), Linked: listed(t.Linked), Points: t.Points, Parked: listed(t.Parked), Gateways: trendCountsOf(t.Gateway)}}, nil
}

// listed is a list that is there, with nothing in it for those who see some users only.
func listed(list []int64) []int64 { return append([]int64{}, list...) }

func trendCountsOf(list []admin.TrendCount) []TrendCount {
	out := make([]TrendCount, len(list))
	for i, c := range list {
		out[i] = TrendCount(c)
	}
	return out
}

func (s *Server) mountReads() {
	handle(s, access.VerbView, huma.Operation{
		OperationID: "find-dashboard", Method: http.MethodGet, Path: "/dashboard", Tags: []string{"Overview"},
		Summary: "Records by status, refusals of the last day, gateways, what needs somebody",
	}, s.dashboardFind)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "find-trends", Method: http.MethodGet, Path: "/trends", Tags: []string{"Overview"},
		Summary: "Refusals, new pairs, linked records and parked phones over a day, a week or a month",
	}, s.trendsFind)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-gateways", Method: http.MethodGet, Path: "/gateways", Tags: []string{"Overview"},
		Summary: "Every gateway that is or was there",
	}, s.gatewayList)
	handle(s, access.VerbViewAudit, huma.Operation{
		OperationID: "list-audit", Method: http.MethodGet, Path: "/audit", Tags: []string{"Audit"},
		Summary: "One page of the audit log",
	}, s.auditList)
}
