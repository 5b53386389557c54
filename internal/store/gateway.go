// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

func gatewayColumns(g *access.Gateway) []column {
	return []column{{"id", text(&g.ID)}, {"status", asJSON{&g.Status}}, {"first_seen", &g.FirstSeen},
		{"last_report", &g.LastReport}, {"skew", &g.Skew}}
}

// ListGateways gives every gateway that has ever reported, by name. Connected is not kept: ask the hub.
func (s *Store) ListGateways(ctx context.Context) ([]access.Gateway, error) {
	list, err := s.reader().gateways(ctx)
	return list, said("store: list gateways", err)
}

func (r runner) gateways(ctx context.Context) (list []access.Gateway, err error) {
	err = r.each(ctx, func(rows *sql.Rows) error {
		var g access.Gateway
		err := rows.Scan(targets(gatewayColumns(&g))...)
		list = append(list, g)
		return err
	}, `SELECT `+names(gatewayColumns(&access.Gateway{}))+` FROM gateway ORDER BY id`)
	return list, err
}

// GatewayMark tells one state of the gateways' reports from the next.
type GatewayMark struct {
	gateways  int64
	last, all int64 // the newest of their times, and the sum of all
}

// GatewaysSince gives what gateways last said of themselves, by name, or only the mark when nothing has
// come since the one that is given.
func (s *Store) GatewaysSince(ctx context.Context, m GatewayMark) ([]access.Gateway, GatewayMark, error) {
	return s.reader().gatewaysSince(ctx, m)
}

// GatewaysSince is the same within a transaction.
func (t *Tx) GatewaysSince(m GatewayMark) ([]access.Gateway, GatewayMark, error) {
	return t.q.gatewaysSince(t.ctx, m)
}

func (r runner) gatewaysSince(ctx context.Context, m GatewayMark) (list []access.Gateway, now GatewayMark, err error) {
	// Sums are numeric in PostgreSQL.
	err = r.row(ctx, `SELECT COUNT(*), COALESCE(MAX(last_report), 0), CAST(COALESCE(SUM(last_report), 0) AS BIGINT) FROM gateway`).
		Scan(&now.gateways, &now.last, &now.all)
	if err == nil && now != m {
		list, err = r.gateways(ctx)
	}
	return list, now, said("store: list gateways", err)
}

// mostDomains is how many domains of one mail server are kept.
const mostDomains = 1000

// SaveGateway writes what a gateway says of itself. FirstSeen is written once.
func (t *Tx) SaveGateway(g access.Gateway) error {
	g.ID = access.GatewayID(clean(string(g.ID), capShort))
	g.Status.Version = clean(g.Status.Version, capShort)
	g.Status.Backends = append([]access.BackendHealth(nil), g.Status.Backends[:min(len(g.Status.Backends), 64)]...)
	for i := range g.Status.Backends {
		b := &g.Status.Backends[i]
		for _, p := range []*string{&b.Name, &b.Type, &b.URL, &b.Problem, &b.Versions, &b.Accounts} {
			*p = clean(*p, capText)
		}
		b.Realm = clean(b.Realm, capKey)
		b.Domains = slices.Clone(b.Domains[:min(len(b.Domains), mostDomains)])
		for j := range b.Domains {
			b.Domains[j] = clean(b.Domains[j], capKey)
		}
	}
	cols := gatewayColumns(&g)
	_, err := t.q.exec(t.ctx, `INSERT INTO gateway (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)
		ON CONFLICT (id) DO UPDATE SET status = $2, last_report = $4, skew = $5`, args(cols)...)
	return said("store: save gateway", err)
}

// DeleteGateway forgets a gateway that is no more; when it reports again it is back.
func (t *Tx) DeleteGateway(id access.GatewayID) error {
	if _, err := t.q.exec(t.ctx, `DELETE FROM gateway_spool WHERE gateway = $1`, string(id)); err != nil {
		return said("store: delete gateway", err)
	}
	_, err := t.q.exec(t.ctx, `DELETE FROM gateway WHERE id = $1`, string(id))
	return said("store: delete gateway", err)
}

// Taken is how far the reports of one spool have been taken: up to which sighting, and when the last
// report was sent by the gateway's own clock.
type Taken struct {
	Seq  uint64
	Sent time.Time
}

// FindTaken gives the mark of a gateway's spool, the zero mark for a new one, and keeps a second
// report of the same gateway waiting.
func (t *Tx) FindTaken(gateway access.GatewayID, spool string) (Taken, error) {
	var k Taken
	var seq int64
	if _, err := t.q.exec(t.ctx, `INSERT INTO gateway_spool (gateway, spool, seq, sent, taken) VALUES ($1, $2, 0, 0, 0)
		ON CONFLICT (gateway, spool) DO NOTHING`, string(gateway), spool); err != nil {
		return k, said("store: find mark", err)
	}
	err := t.q.row(t.ctx, `SELECT seq, sent FROM gateway_spool WHERE gateway = $1 AND spool = $2`+t.s.engine.locking(),
		string(gateway), spool).Scan(&seq, target(&k.Sent))
	if errors.Is(err, sql.ErrNoRows) {
		return k, nil
	}
	k.Seq = uint64(seq)
	return k, said("store: find mark", err)
}

// SaveTaken moves the mark of a spool and forgets spools of this gateway that nobody has used for a
// quarter of a year.
func (t *Tx) SaveTaken(gateway access.GatewayID, spool string, k Taken) error {
	if _, err := t.q.exec(t.ctx, `UPDATE gateway_spool SET seq = $1, sent = $2, taken = $3 WHERE gateway = $4 AND spool = $5`,
		int64(k.Seq), millis(k.Sent), millis(t.now), string(gateway), spool); err != nil {
		return said("store: save mark", err)
	}
	_, err := t.q.exec(t.ctx, `DELETE FROM gateway_spool WHERE gateway = $1 AND taken < $2`, string(gateway),
		millis(t.now.AddDate(0, -3, 0)))
	return said("store: save mark", err)
}
