// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"context"
	"crypto/x509"
	"hash/maphash"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
)

// Bounds of what waits to be reported.
const (
	maxUrgent = 4096
	maxFolded = 50000
	// What phones say of themselves is theirs to make long.
	maxFoldedBytes = 64 << 20
	maxKnown       = 200000
	maxInFlight    = 256
)

// reports takes what was seen, after the answer, and hands it to the sink: at once what a verdict or a
// record depends on, within a minute and folded per pair what only moves time. Requests never wait for
// it; when a queue is full, the oldest habit wins: known pairs go on, newcomers are put off.
type reports struct {
	g      *Gateway
	urgent chan *access.Sighting
	full   atomic.Bool // the sink could not keep the last one

	seed   maphash.Seed
	mu     sync.Mutex
	folded map[access.Pair]*access.Sighting
	weight int // of folded, in bytes
	tally  map[tallyKey]int64
	known  boundedMap[access.Pair, lastSaid]
	events eventLimit
}

// resaid is how many seconds a newcomer may be missing at the console before it is told again.
const resaid = 60

// lastSaid is what the console was told about a pair the last time it mattered.
type lastSaid struct {
	verdict access.Verdict
	rule    access.Rule
	shadow  bool
	info    uint64 // hashes: what was said is only compared, and phones say a lot
	mailbox uint64
	facts   uint64
	record  bool  // the console had it
	at      int64 // Unix time
}

// factsSaid are the facts whose change is worth telling at once.
type factsSaid struct{ userAgent, protocol, deviceType, backend, redirect string }

type tallyKey struct {
	minute  int64
	rule    access.Rule
	verdict access.Verdict
}

func newReports(g *Gateway) *reports {
	return &reports{g: g, seed: maphash.MakeSeed(), urgent: make(chan *access.Sighting, maxUrgent),
		folded: make(map[access.Pair]*access.Sighting), tally: make(map[tallyKey]int64)}
}

// finish reports a request when its handler ends, unless it was parked and reports later.
func (g *Gateway) finish(q *ask) {
	if q.parked {
		return
	}
	if q.login == loginAccepted || q.decision.Record != nil {
		q.sight()
	}
	if q.facts.OtherUser {
		g.reports.otherUser(q)
	}
	if q.sighting != nil {
		q.sighting.Info, q.sighting.Mailbox, q.sighting.ServerKey = q.info, q.mailbox, q.serverText
	}
	g.report(&q.trail)
}

// report takes the end of a request.
func (g *Gateway) report(t *trail) {
	g.flights.land(t.flight, loginUnknown, nil)
	d := &t.decision
	if t.upstream == http.StatusUnauthorized && t.login == loginRefused && d.Verdict == access.VerdictPass {
		d.Verdict, d.Rule = access.VerdictChallenge, access.RuleServerRefused
	} else if t.problem != "" && d.Verdict == access.VerdictPass {
		d.Verdict, d.Rule = access.VerdictLater, access.RuleServerUnavailable
	}
	g.metrics.count(t)
	g.reports.event(t)
	if d.Verdict != access.VerdictPass {
		g.reports.refusal(d, t.arrived)
	}
	if t.form.Command == eas.Options || t.sighting == nil {
		return
	}
	known := d.Record != nil
	if t.phoneGone && g.storm != nil && !t.pair.IsZero() && lasts(t.form.Command) {
		g.storm.lost(g.pairName(t.pair), t.arrived, g.now())
	}
	if t.login != loginAccepted && !known {
		return // a stranger: counted, not recorded
	}
	if !known && g.cfg.NewDevices > 0 {
		g.newcomers.room(t.cred.holder, g.newcomer(t.pair), g.cfg.NewDevices, g.now(), true)
	}
	if t.told {
		return
	}
	if d.Rule == access.RuleStorm && known {
		g.reports.fold(g.complete(t)) // thousands come, and each is let in soon: nothing is written down for it
		return
	}
	g.reports.take(g.complete(t), d)
}

// complete fills in what is known of a request only at its end.
func (g *Gateway) complete(t *trail) *access.Sighting {
	s, d := t.sighting, &t.decision
	s.Accepted = t.login == loginAccepted
	s.Last = g.now().UTC()
	if t.parked && t.upstream == 0 {
		s.Last = t.arrived.UTC()
	}
	s.First = t.arrived.UTC()
	s.HTTP, s.EAS = t.status, t.eas
	if t.succeeded() && d.Enforced() == access.VerdictPass {
		s.Success = s.Last
	}
	s.Reported = access.Reported{Verdict: d.Verdict.String(), Rule: d.Rule.String(), Detail: d.Detail, Enforced: !d.Shadow,
		Gateway: g.cfg.Name, Snapshot: g.cfg.Snapshot.Load().Position().Number, At: s.Last}
	if !s.Accepted {
		s.Info, s.Mailbox = nil, ""
	}
	return s
}

// begun tells of a request that begins to wait: the attempt moves the time now, not when it ends. What
// is reported at its end adds no attempt.
func (r *reports) begun(t *trail) {
	if t.sighting == nil || t.decision.Record == nil {
		return
	}
	s := *t.sighting
	s.First, s.Last = t.arrived.UTC(), t.arrived.UTC()
	s.Accepted = r.g.shield.accepted(t.cred)
	r.fold(&s)
	t.sighting.Attempts = 0
}

// take sorts a sighting: urgent or foldable.
func (r *reports) take(s *access.Sighting, d *access.Decision) {
	last, said := r.known.get(s.Pair)
	next := last
	next.record = d.Record != nil
	if !next.record && (last.record || s.Last.Unix()-last.at > resaid) {
		said = false // removed at the console, or never arrived there
	}
	next.verdict, next.rule, next.shadow = d.Verdict, d.Rule, d.Shadow
	if s.Accepted {
		next.facts = maphash.Comparable(r.seed, factsSaid{s.UserAgent, s.Protocol, s.DeviceType, s.Backend, s.Redirect})
		if s.Info != nil {
			next.info = maphash.Comparable(r.seed, *s.Info)
		}
		if s.Mailbox != "" {
			next.mailbox = maphash.String(r.seed, s.Mailbox)
		}
	}
	news := s.ServerKey != "" || s.Policy != nil // they must not be lost
	had := last.record
	last.record = next.record
	if next.record && !said && !news && d.Verdict == access.VerdictPass && s.Info == nil && s.Mailbox == "" {
		// The console knows the pair, and nothing speaks against it: after a restart of the gateway all
		// phones come at once, and none of them brings news.
		r.known.put(s.Pair, next, maxKnown)
		r.fold(s)
		return
	}
	if said && next == last && !news {
		if had != next.record {
			r.known.put(s.Pair, next, maxKnown)
		}
		r.fold(s)
		return
	}
	next.at = s.Last.Unix()
	select {
	case r.urgent <- s:
		r.known.put(s.Pair, next, maxKnown)
	default:
		r.full.Store(true)
		r.fold(s)
	}
}

// fold keeps one sighting per pair: the newest, with the count of all.
func (r *reports) fold(s *access.Sighting) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.folded[s.Pair]
	if old == nil {
		if w := weigh(s); len(r.folded) < maxFolded && r.weight+w <= maxFoldedBytes {
			c := *s
			r.folded[s.Pair] = &c
			r.weight += w
		}
		return
	}
	r.weight -= weigh(old)
	defer func() { r.weight += weigh(old) }()
	before := *old
	first, attempts, success, accepted, info, mailbox := old.First, old.Attempts, old.Success, old.Accepted, old.Info, old.Mailbox
	if accepted && !s.Accepted {
		// Facts come from accepted requests only; this one adds its time and its verdict.
		old.Last, old.Attempts = s.Last, attempts+s.Attempts
		if s.HTTP != 0 {
			old.HTTP, old.EAS, old.Reported = s.HTTP, s.EAS, s.Reported
		}
		return
	}
	*old = *s
	old.First, old.Attempts = first, attempts+s.Attempts
	if old.HTTP == 0 {
		old.HTTP, old.EAS, old.Reported = before.HTTP, before.EAS, before.Reported
	}
	if old.Success.IsZero() {
		old.Success = success
	}
	if old.Info == nil {
		old.Info = info
	}
	if old.Mailbox == "" {
		old.Mailbox = mailbox
	}
	if old.Redirect == "" {
		old.Redirect, old.RedirectClears = before.Redirect, before.RedirectClears
	}
}

// weigh is about how much memory a sighting holds.
func weigh(s *access.Sighting) int {
	n := 512 + len(s.Pair.Account) + len(s.Pair.Device) + len(s.User) + len(s.Raw) + len(s.DeviceType) + len(s.UserAgent) + len(s.Mailbox) + len(s.Redirect)
	if i := s.Info; i != nil {
		n += 128 + len(i.Model) + len(i.IMEI) + len(i.FriendlyName) + len(i.OS) + len(i.Language) + len(i.Number) + len(i.Operator) + len(i.UserAgent)
	}
	return n
}

// refusal counts for the dashboard.
func (r *reports) refusal(d *access.Decision, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tally[tallyKey{at.Unix() / 60, d.Rule, d.Verdict}]++
}

// event logs a refusal. What a stranger can cause is limited to a few a second.
func (r *reports) event(t *trail) {
	d := &t.decision
	if d.Verdict == access.VerdictPass && t.problem == "" {
		return
	}
	if d.Rule == access.RuleStorm && d.Detail == "" {
		return // the storm itself is told once
	}
	if !r.events.allow(r.g.now()) {
		return
	}
	r.g.log.Info("request not passed", logkeys.Verdict, d.Verdict.String(), logkeys.Rule, d.Rule.String(),
		logkeys.Account, display(t.pair.Account, 255), logkeys.Realm, t.pair.Realm, logkeys.Device, display(t.pair.Device, 255),
		logkeys.Command, t.form.Command.String(), logkeys.Addr, t.client.String(), logkeys.Status, t.status,
		logkeys.Shadow, d.Shadow, logkeys.Error, t.problem)
}

// otherUser logs a User parameter that names somebody else than the credentials do: tools for shared
// mailboxes do so, and attackers.
func (r *reports) otherUser(q *ask) {
	if r.events.allow(r.g.now()) {
		r.g.log.Info("request names another user than its credentials", logkeys.Account, display(q.pair.Account, 255), logkeys.Realm, q.pair.Realm,
			logkeys.Device, display(q.pair.Device, 255), logkeys.Subject, display(q.query.User, 255), logkeys.Addr, q.client.String())
	}
}

// certificate logs who it is that signs in with a certificate, as the certificate itself says: whoever runs
// the gateway has to find the phones that are set up so.
func (r *reports) certificate(q *ask, cert *x509.Certificate) {
	if r.events.allow(r.g.now()) {
		r.g.log.Info("phone signs in with a client certificate, which no mail server can be told", logkeys.Subject, display(cert.Subject.String(), 255),
			logkeys.UserAgent, display(q.r.UserAgent(), 255), logkeys.Addr, q.client.String())
	}
}

// eventLimit lets ten events a second through.
type eventLimit struct {
	mu     sync.Mutex
	second int64
	n      int
}

func (l *eventLimit) allow(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := now.Unix(); s != l.second {
		l.second, l.n = s, 0
	}
	l.n++
	return l.n <= 10
}

// newcomerWhileFull refuses a pair nobody has recorded while nothing can be recorded. Known pairs go on.
func (g *Gateway) newcomerWhileFull(q *ask) bool {
	if !g.reports.full.Load() || q.decision.Record != nil || q.pair.IsZero() || q.command == eas.Options {
		return false
	}
	if _, said := g.reports.known.get(q.pair); said {
		return false
	}
	q.decision = access.Decision{Verdict: access.VerdictLater, Rule: access.RuleSpoolFull}
	g.write(q, g.verdictReply(&q.trail, &q.decision))
	return true
}

// run hands things to the sink until ctx ends.
func (r *reports) run(ctx context.Context) {
	fold := time.NewTicker(20 * time.Second)
	defer fold.Stop()
	tally := time.NewTicker(r.g.cfg.tallies)
	defer tally.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case s := <-r.urgent:
			r.keep(ctx, r.batch(s))
		case <-tally.C:
			r.sendTallies()
		case <-fold.C:
			r.offer()
		}
	}
}

// batch takes what else is waiting.
func (r *reports) batch(first *access.Sighting) []access.Sighting {
	list := []access.Sighting{*first}
	for len(list) < maxInFlight {
		select {
		case s := <-r.urgent:
			list = append(list, *s)
		default:
			return list
		}
	}
	return list
}

// keep tries until the sink has taken the sightings or the gateway ends. While it cannot, newcomers are
// put off.
func (r *reports) keep(ctx context.Context, list []access.Sighting) {
	for {
		err := r.g.cfg.Sink.Keep(ctx, list)
		if err == nil {
			r.full.Store(false)
			return
		}
		if ctx.Err() == nil && !r.full.Swap(true) { // at the end it is not the sink's fault
			r.g.log.Error("sightings cannot be kept, unknown pairs are put off", logkeys.Error, err)
		}
		if !pause(ctx, time.Second) {
			for i := range list { // perhaps the last attempt succeeds
				r.fold(&list[i])
			}
			return
		}
	}
}

func (r *reports) offer() {
	r.mu.Lock()
	folded := r.folded
	r.folded, r.weight = make(map[access.Pair]*access.Sighting), 0
	r.mu.Unlock()
	if len(folded) == 0 {
		return
	}
	list := make([]access.Sighting, 0, len(folded))
	for _, s := range folded {
		list = append(list, *s)
	}
	r.g.cfg.Sink.Offer(list)
}

// sendTallies sends finished minutes, and the running one as far as it has come: the console adds up.
func (r *reports) sendTallies() {
	r.mu.Lock()
	counts := r.tally
	r.tally = make(map[tallyKey]int64)
	r.mu.Unlock()
	if len(counts) == 0 {
		return
	}
	list := make([]access.Tally, 0, len(counts))
	for k, n := range counts {
		list = append(list, access.Tally{Minute: time.Unix(k.minute*60, 0).UTC(), Rule: k.rule.String(), Verdict: k.verdict.String(), Count: n})
	}
	r.g.cfg.Sink.Tally(list)
}

// flush hands in everything at the end.
func (r *reports) flush(ctx context.Context) {
	var list []access.Sighting
	for {
		select {
		case s := <-r.urgent:
			list = append(list, *s)
			continue
		default:
		}
		break
	}
	if len(list) > 0 {
		fctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if err := r.g.cfg.Sink.Keep(fctx, list); err != nil {
			r.g.log.Error("sightings lost at the end", logkeys.Count, len(list), logkeys.Error, err)
		}
	}
	r.offer()
	r.sendTallies()
}
