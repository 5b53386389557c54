// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/vedette-mail/vedette/internal/access"
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

func (s *Server) mountReads() {
	handle(s, access.VerbView, huma.Operation{
		OperationID: "find-dashboard", Method: http.MethodGet, Path: "/dashboard", Tags: []string{"Overview"},
		Summary: "Records by status, refusals of the last day, gateways, what needs somebody",
	}, s.dashboardFind)
	handle(s, access.VerbView, huma.Operation{
		OperationID: "list-gateways", Method: http.MethodGet, Path: "/gateways", Tags: []string{"Overview"},
		Summary: "Every gateway that is or was there",
	}, s.gatewayList)
	handle(s, access.VerbViewAudit, huma.Operation{
		OperationID: "list-audit", Method: http.MethodGet, Path: "/audit", Tags: []string{"Audit"},
		Summary: "One page of the audit log",
	}, s.auditList)
}
