// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
)

// metrics counts without locks and without labels made per request; it is a collector that reads the
// counts when asked. No label names a user or a device.
type metrics struct {
	g         *Gateway
	requests  atomic.Int64
	elsewhere atomic.Int64
	checks    atomic.Int64
	cut       counter
	replayed  counter
	outcomes  [eas.Autodiscover + 1][access.RuleServerUnavailable + 1][access.VerdictProvision + 1]atomic.Int64
	gone      atomic.Int64
	latency   histogram
	described []*prometheus.Desc
}

type counter struct{ n atomic.Int64 }

func (c *counter) Inc() { c.n.Add(1) }

// histogram counts how long mail servers take to begin an answer; waiting requests are left out.
type histogram struct {
	buckets [10]atomic.Int64
	count   atomic.Int64
	micros  atomic.Int64
}

var latencyBounds = [...]time.Duration{time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond,
	25 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, time.Second, 2 * time.Second}

func (h *histogram) observe(d time.Duration) {
	h.count.Add(1)
	h.micros.Add(d.Microseconds())
	for i, b := range latencyBounds {
		if d <= b {
			h.buckets[i].Add(1)
			return
		}
	}
}

const (
	descRequests = iota
	descOutcomes
	descElsewhere
	descParked
	descWaiting
	descLatency
	descShield
	descChecks
	descReplayed
	descCut
	descGone
	descSpoolFull
	descHeard
	descAway
	descNumber
	descRecords
	descUp
	descCertificate
	descConnections
	descTurnedAway
	descStorm
	descStorms
	descStormLine
	descStormIn
	descStormPutOff
)

func newMetrics(g *Gateway) *metrics {
	d := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("vedette_gateway_"+name, help, labels, nil)
	}
	return &metrics{g: g, described: []*prometheus.Desc{
		descRequests:    d("requests_received_total", "Requests that reached the gateway."),
		descOutcomes:    d("requests_total", "Requests by command, verdict and rule.", "command", "verdict", "rule"),
		descElsewhere:   d("requests_elsewhere_total", "Requests for addresses that do not exist here."),
		descParked:      d("parked_requests", "Requests that wait for mail without a goroutine."),
		descWaiting:     d("waiting_requests", "Requests that wait for mail."),
		descLatency:     d("backend_seconds", "Time until a mail server began its answer, without waiting requests."),
		descShield:      d("shield_entries", "What the shield remembers."),
		descChecks:      d("credential_checks_total", "Questions to mail servers whether credentials are good."),
		descReplayed:    d("replayed_requests_total", "Safe requests sent once more because a reused connection was dead."),
		descCut:         d("cut_answers_total", "Answers that a mail server broke off."),
		descGone:        d("phone_gone_total", "Requests whose phone went away before the answer."),
		descSpoolFull:   d("spool_full", "1 when sightings cannot be kept and unknown pairs are put off."),
		descHeard:       d("console_heard_seconds", "Seconds since the console was last heard; -1: never."),
		descAway:        d("console_away", "1 when the console is away."),
		descNumber:      d("snapshot_number", "Change number the gateway has applied."),
		descRecords:     d("snapshot_records", "Records the gateway holds."),
		descUp:          d("backend_up", "1 when the mail server answers.", "backend"),
		descCertificate: d("certificate_expires_seconds", "Unix time at which the certificate shown to phones ends."),
		descConnections: d("connections", "Connections of phones that are open, those that wait and rest among them."),
		descTurnedAway:  d("connections_turned_away_total", "Connections closed before a request: too-many, too-many-of-one-address, no-proxy-header.", "reason"),
		descStorm:       d("storm", "1 while phones that come back at the same time are let in one after the other."),
		descStorms:      d("storms_total", "Such storms."),
		descStormLine:   d("storm_line", "Phones that were told when to come, and whose turn has not come."),
		descStormIn:     d("storm_let_in_total", "Pairs let in that the gateway had not served lately, by line: known or other.", "line"),
		descStormPutOff: d("storm_put_off_total", "Requests of such pairs that were put off, by line.", "line"),
	}}
}

// count takes the outcome of one request.
func (m *metrics) count(t *trail) {
	c, r, v := int(t.form.Command), int(t.decision.Rule), int(t.decision.Verdict)
	if c < len(m.outcomes) && r < len(m.outcomes[0]) && v < len(m.outcomes[0][0]) {
		m.outcomes[c][r][v].Add(1)
	}
	if t.phoneGone {
		m.gone.Add(1)
	}
	if t.upstream != 0 && !t.parked {
		m.latency.observe(t.began)
	}
}

// Describe is for prometheus.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range m.described {
		ch <- d
	}
}

// Collect is for prometheus.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	g := m.g
	send := func(i int, kind prometheus.ValueType, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(m.described[i], kind, v, labels...)
	}
	count := func(i int, n int64) { send(i, prometheus.CounterValue, float64(n)) }
	gauge := func(i int, v float64) { send(i, prometheus.GaugeValue, v) }
	count(descRequests, m.requests.Load())
	for c := range m.outcomes {
		for r := range m.outcomes[c] {
			for v := range m.outcomes[c][r] {
				if n := m.outcomes[c][r][v].Load(); n > 0 {
					name := eas.Command(c).String()
					if name == "" {
						name = "none"
					}
					send(descOutcomes, prometheus.CounterValue, float64(n), name, access.Verdict(v).String(), access.Rule(r).String())
				}
			}
		}
	}
	count(descElsewhere, m.elsewhere.Load())
	open, away := g.conns.counts()
	gauge(descConnections, float64(open))
	for kind, n := range away {
		send(descTurnedAway, prometheus.CounterValue, float64(n), turnedReason(kind))
	}
	gauge(descParked, float64(g.parkedCount.Load()))
	gauge(descWaiting, float64(g.waiting.len()))
	buckets, sum := make(map[float64]uint64), uint64(0)
	for i, b := range latencyBounds {
		sum += uint64(m.latency.buckets[i].Load())
		buckets[b.Seconds()] = sum
	}
	ch <- prometheus.MustNewConstHistogram(m.described[descLatency], uint64(m.latency.count.Load()),
		float64(m.latency.micros.Load())/1e6, buckets)
	m.storm(send)
	gauge(descShield, float64(g.shield.size()))
	count(descChecks, m.checks.Load())
	count(descReplayed, m.replayed.n.Load())
	count(descCut, m.cut.n.Load())
	count(descGone, m.gone.Load())
	gauge(descSpoolFull, truth(g.reports.full.Load()))
	now := g.now()
	heard := -1.0
	if h := g.cfg.Snapshot.Heard(); !h.IsZero() {
		heard = now.Sub(h).Seconds()
	}
	gauge(descHeard, heard)
	gauge(descAway, truth(g.cfg.Snapshot.Away(now)))
	view := g.cfg.Snapshot.Load()
	gauge(descNumber, float64(view.Position().Number))
	gauge(descRecords, float64(view.Records()))
	for _, h := range g.healthReport() {
		send(descUp, prometheus.GaugeValue, truth(h.Up), h.Name)
	}
	if g.cfg.Certificate != nil {
		gauge(descCertificate, float64(g.cfg.Certificate.Expires().Unix()))
	}
}

// storm tells of the door.
func (m *metrics) storm(send func(int, prometheus.ValueType, float64, ...string)) {
	s := m.g.storm
	if s == nil {
		return
	}
	send(descStorm, prometheus.GaugeValue, truth(!s.state().since.IsZero()))
	send(descStorms, prometheus.CounterValue, float64(s.storms.Load()))
	send(descStormLine, prometheus.GaugeValue, math.Round(s.waiting(m.g.now())))
	for _, l := range []line{lineKnown, lineOthers} {
		send(descStormIn, prometheus.CounterValue, float64(s.let[l].Load()), l.String())
		send(descStormPutOff, prometheus.CounterValue, float64(s.putOffs[l].Load()), l.String())
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
