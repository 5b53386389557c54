// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// Gateway is a gateway as Services > Sentry shows it.
type Gateway struct {
	ID         access.GatewayID     `json:"id"`
	Connected  bool                 `json:"connected"`
	FirstSeen  time.Time            `json:"first_seen,omitzero"`
	LastReport time.Time            `json:"last_report,omitzero"`
	Skew       float64              `json:"skew_seconds" doc:"Its clock minus the console's"`
	Behind     int64                `json:"behind" doc:"Changes it has not applied yet; -1: it is getting a full copy"`
	Status     access.GatewayStatus `json:"status" doc:"What it last said of itself; status.position.number is the last change it has applied"`
	Problems   []Need               `json:"problems"`
}

// Need is one thing that waits for somebody.
type Need struct {
	Kind   admin.NeedKind `json:"kind"`
	Urgent bool           `json:"urgent"`
	Text   string         `json:"text"`
	Object string         `json:"object,omitempty" doc:"Gateway, mail server or blocking rule it is about"`
	Count  int            `json:"count,omitempty"`
}

func gatewaysOf(rows []admin.GatewayRow) []Gateway {
	out := make([]Gateway, len(rows))
	for i, g := range rows {
		out[i] = Gateway{ID: g.ID, Connected: g.Connected, FirstSeen: g.FirstSeen.UTC(), LastReport: g.LastReport.UTC(),
			Skew: g.Skew.Seconds(), Behind: g.Behind, Status: utcStatus(g.Status), Problems: needsOf(g.Problems)}
	}
	return out
}

func utcStatus(s access.GatewayStatus) access.GatewayStatus {
	s.Started, s.Reconciled, s.CertExpires, s.LinkExpires = s.Started.UTC(), s.Reconciled.UTC(), s.CertExpires.UTC(), s.LinkExpires.UTC()
	s.StormSince = s.StormSince.UTC()
	s.Backends = slices.Clone(s.Backends)
	for i := range s.Backends {
		s.Backends[i].Since = s.Backends[i].Since.UTC()
	}
	return s
}

func needsOf(list []admin.Need) []Need {
	out := make([]Need, len(list))
	for i, n := range list {
		out[i] = Need{Kind: n.Kind, Urgent: n.Urgent, Text: n.Text, Object: n.Object, Count: n.Count}
	}
	return out
}

type gatewayListOutput struct {
	Body struct {
		Items []Gateway `json:"items"`
	} `nameHint:"GatewayList"`
}

// gatewayList answers GET /gateways. There are few: no pages.
func (s *Server) gatewayList(ctx context.Context, who access.Actor, _ *struct{}) (*gatewayListOutput, error) {
	rows, err := s.admin.ListGateways(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &gatewayListOutput{}
	out.Body.Items = gatewaysOf(rows)
	return out, nil
}
