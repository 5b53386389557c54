// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"bytes"
	"net/http"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/eas/reply"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
)

// demand tells a phone to provision before anything else, in the form it has been found to understand.
// Whoever only has to accept a policy has to be somebody the mail server knows; an order is told to the
// pair, whoever asks for it.
func (g *Gateway) demand(q *ask) {
	if q.decision.Rule == access.RuleProvisioning && (!g.mayBeAsked(q) || !g.known(q)) {
		return
	}
	if q.decision.Rule == access.RuleWipe && !g.mayTell(q) {
		return
	}
	if q.decision.Rule == access.RuleProvisioning && g.leaveAlone(q) {
		return
	}
	if q.decision.Rule == access.RuleProvisioning && q.relic() {
		// It can never have a key, so to be told to get one would be to be told for ever.
		q.decision.Verdict, q.decision.Detail = access.VerdictRefuse, "its version has no such policy"
		g.write(q, reply.Forbid(q.form))
		return
	}
	status := demandFor(&q.decision, q.facts.Key)
	loud, givenUp := g.policies.demanded(q.pair, q.arrived)
	if givenUp && q.decision.Rule == access.RuleProvisioning {
		q.ignores(g.now())
	}
	q.eas = int(status)
	g.write(q, demandReply(q.form, status, loud))
}

// relic reports whether the phone speaks a version whose policies are of another kind than ours.
func (q *ask) relic() bool { return q.presented().relic() }

// leaveAlone puts off a phone that asks for its policy for ever, under a policy that does not let it pass:
// whatever else it were told, it would ask again. True: it has been answered.
func (g *Gateway) leaveAlone(q *ask) bool {
	rest := g.policies.resting(q.pair, q.arrived)
	if rest <= 0 || q.facts.Policy == nil || q.facts.Policy.AllowNonProvisionable {
		return false
	}
	g.write(q, reply.Busy(q.form, rest))
	return true
}

// ignores notes for the console that the phone takes no notice of its policy. One of 2.5 has none to ignore.
func (q *ask) ignores(now time.Time) {
	p := q.facts.Policy
	if p == nil || q.relic() {
		return
	}
	if s := q.sight(); s != nil {
		s.Policy = &access.PolicyAck{Policy: p.ID, Revision: p.Revision, Answer: access.PolicyIgnored, Protocol: q.query.Version.String(), At: now.UTC()}
	}
}

func demandReply(form reply.Request, status eas.Status, loud bool) reply.Reply {
	give := reply.NeedProvision
	if loud {
		give = reply.NeedProvisionLoud
	}
	if a, ok := give(form, status); ok {
		return a
	}
	return reply.Forbid(form)
}

// known reports whether the mail server accepts the credentials of a request that will not be forwarded.
// If not, the request has been answered.
func (g *Gateway) known(q *ask) bool {
	if g.shield.fresh(q.cred, q.arrived) {
		q.login = loginAccepted
	} else if !g.check(q) {
		return false
	}
	return !g.tooManyNew(q)
}

// converses reports whether a Provision is answered here: because a policy of ours is in force for the
// phone, or an order waits for it.
func (g *Gateway) converses(q *ask) bool {
	if q.command != eas.Provision {
		return false
	}
	if q.decision.Enforced() == access.VerdictProvision {
		return true
	}
	return q.owned()
}

// owned reports whether policy keys of the phone are ours.
func (q *ask) owned() bool { return q.facts.Policy != nil && !q.decision.Shadow && !q.shadow }

// provision answers a Provision in place of the mail server. [MS-ASPROV] 3.2.5
func (g *Gateway) provision(q *ask) {
	req, ok := q.provisioning()
	if !ok {
		g.write(q, reply.InvalidWBXML(q.form))
		return
	}
	if q.decision.Rule == access.RuleWipe {
		g.wipe(q, req)
		return
	}
	if !g.known(q) || g.leaveAlone(q) {
		return
	}
	q.body.moveTo(nil)
	if q.info != nil {
		g.keepInfo(q)
	}
	switch {
	case q.relic():
		// The policies of 2.5 are of another kind: there is none for it.
		g.answer(q, req, &provision.Policy{Type: firstText(req.Type, provision.TypeWAP), Status: provision.PolicyNone})
	case req.Type == "" && !req.Bare():
		g.answer(q, req, nil)
	case req.Type != "" && req.Type != provision.TypeWBXML:
		g.answer(q, req, &provision.Policy{Type: req.Type, Status: provision.PolicyUnknownType})
	case req.Acknowledges():
		g.acknowledge(q, req)
	default:
		g.offer(q, req)
	}
}

// provisioning reads the body of a Provision; ok is false when it cannot be read. A phone that was told
// to come because of an order, and comes with nothing, is one that asks.
func (q *ask) provisioning() (req provision.Request, ok bool) {
	if !q.body.whole || q.r.Header.Get("Content-Encoding") != "" {
		return req, false
	}
	b := q.body.bytes()
	if len(bytes.TrimSpace(b)) == 0 {
		return req, true
	}
	doc, err := wbxml.Parse(b, infoLimits)
	if err != nil {
		return req, false
	}
	req, err = provision.ParseRequest(doc)
	return req, err == nil
}

// offer gives the policy with a temporary key.
func (g *Gateway) offer(q *ask, req provision.Request) {
	if g.policies.asks(q.pair, q.arrived) {
		g.log.Warn("a phone asks for its policy again and again, it is left alone for a while", logkeys.Account, display(q.pair.Account, 255),
			logkeys.Realm, q.pair.Realm, logkeys.Device, display(q.pair.Device, 255))
		q.ignores(g.now())
	}
	s := g.sheetFor(q)
	g.answer(q, req, &provision.Policy{Type: provision.TypeWBXML, Status: provision.PolicyOK, Key: g.keyFor(q, keyTemporary, s),
		Document: s.doc.Node(documentVersion(q.query.Version))})
}

// sheetFor is what the request's phone has to accept: its policy, and what its mail server asks for beside.
func (g *Gateway) sheetFor(q *ask) *sheet {
	k, _ := g.serverKeyOf(g.cfg.Snapshot.Load(), q.pair)
	return g.policies.sheet(q.facts.Policy, k)
}

// documentVersion is the version whose document a phone gets that does not say which it speaks.
func documentVersion(v eas.Version) eas.Version {
	if v == eas.VersionUnknown {
		return eas.V12_1
	}
	return v
}

func (g *Gateway) keyFor(q *ask, phase keyPhase, s *sheet) string {
	v := g.cfg.Snapshot.Load()
	n, _ := epoch(q.facts.Policy.RefreshEvery, q.pair, q.arrived)
	key := g.policies.keys(v.Site()).key(phase, q.pair, s.sum(q.query.Version), turnsOf(v.EASDevice(q.pair.Device)), n)
	return strconv.FormatUint(uint64(key), 10)
}

// acknowledge takes what the phone has made of the policy. It is kept before the phone is answered.
func (g *Gateway) acknowledge(q *ask, req provision.Request) {
	s, p := g.sheetFor(q), q.facts.Policy
	key, ok := provision.KeyNumber(req.Key)
	if want, _ := provision.KeyNumber(g.keyFor(q, keyTemporary, s)); !ok || key != want {
		// The policy has changed since, or the key is of somebody else: the phone begins anew.
		g.answer(q, req, &provision.Policy{Type: provision.TypeWBXML, Status: provision.PolicyWrongKey})
		return
	}
	answer, refusal := access.PolicyRefused, eas.StatusAccessDenied
	switch req.Ack {
	case provision.Applied:
		answer, refusal = access.PolicyApplied, 0
	case provision.PartlyApplied:
		answer, refusal = access.PolicyPartial, eas.StatusNotFullyProvisionable
	case provision.ManagedBySomebody:
		answer, refusal = access.PolicyExternal, eas.StatusExternallyManaged
	}
	if p.AllowNonProvisionable {
		refusal = 0
	}
	told := g.keepNow(q, func(s *access.Sighting) {
		s.Policy = &access.PolicyAck{Policy: p.ID, Revision: p.Revision, Answer: answer, Protocol: q.query.Version.String(), At: g.now().UTC()}
	})
	if !told {
		return
	}
	if refusal != 0 {
		q.decision.Verdict, q.decision.Rule, q.decision.Policy = access.VerdictRefuse, access.RuleProvisioning, p
		q.decision.Detail = string(answer)
		g.write(q, notProvisioned(q.form, refusal))
		return
	}
	g.policies.acknowledged(q.pair, s.sum(q.query.Version), q.arrived)
	g.answer(q, req, &provision.Policy{Type: provision.TypeWBXML, Status: provision.PolicyOK, Key: g.keyFor(q, keyFinal, s)})
}

// notProvisioned refuses a phone that does not do as its policy says: 403 up to 12.1, the status later.
func notProvisioned(form reply.Request, s eas.Status) reply.Reply {
	if !form.Version.InBand() {
		return reply.Forbid(form)
	}
	return reply.Status(form, s)
}

// answer writes a Provision answer. Without a policy it is a protocol error.
func (g *Gateway) answer(q *ask, req provision.Request, p *provision.Policy) {
	resp := provision.Response{Status: 1, Policy: p}
	if p == nil {
		resp.Status = 2
	}
	if req.Device != nil {
		resp.DeviceStatus = 1
	}
	g.write(q, provisionReply(q.form, resp))
}

func provisionReply(form reply.Request, r provision.Response) reply.Reply {
	return reply.Document(form, wbxml.Marshal(r.Node()))
}

func firstText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// keepNow hands in what this request brings and returns when it will survive a crash. If it cannot be
// kept, the phone is put off.
func (g *Gateway) keepNow(q *ask, put func(*access.Sighting)) bool {
	q.sight()
	q.sighting.Info, q.sighting.Mailbox = q.info, q.mailbox
	q.status = http.StatusOK
	s := g.complete(&q.trail)
	s.ServerKey = q.serverText
	put(s)
	if err := g.cfg.Sink.Keep(q.r.Context(), []access.Sighting{*s}); err != nil {
		g.reports.full.Store(true)
		q.decision = access.Decision{Verdict: access.VerdictLater, Rule: access.RuleSpoolFull, Record: q.decision.Record}
		g.write(q, g.verdictReply(&q.trail, &q.decision))
		return false
	}
	q.told = true
	return true
}

// toldInfo is what a phone said of itself in a Provision that its mail server did not get to see.
type toldInfo struct {
	access.DeviceInfo
	sent bool
}

// keepInfo remembers what the phone says of itself, until the mail server can be told.
func (g *Gateway) keepInfo(q *ask) {
	if last, ok := g.told.get(q.pair); ok && last.DeviceInfo == *q.info {
		return
	}
	g.told.put(clonePair(q.pair), toldInfo{DeviceInfo: *q.info}, maxTold)
}

// tellServer sends on what the phone says of itself, so that the server's own list of phones stays of use.
// Once for each thing it says, and after the server has served the phone: some know a phone only from then
// on, and fail when they hear of it twice at the same moment.
func (g *Gateway) tellServer(q *ask) {
	version := q.query.Version
	if q.upstream != http.StatusOK || version < eas.V12_0 {
		return
	}
	info, ok := g.told.get(q.pair)
	if !ok || info.sent {
		return
	}
	info.sent = true
	g.told.put(clonePair(q.pair), info, maxTold)
	d := eas.DeviceInformation{Model: info.Model, IMEI: info.IMEI, FriendlyName: info.FriendlyName, OS: info.OS, OSLanguage: info.Language,
		PhoneNumber: info.Number, MobileOperator: info.Operator, UserAgent: info.UserAgent}
	p, err := g.inItsName(q, eas.Settings, wbxml.Marshal(provision.SettingsRequest(d, version)), q.serverKey)
	if err != nil {
		return
	}
	server := q.server
	g.enders.Go(func() {
		if _, err := g.probe(g.life, server, p); err != nil {
			g.log.Debug("what a phone says of itself did not reach the mail server", logkeys.Backend, server.Name, logkeys.Error, err)
		}
	})
}

// maxTold bounds for how many phones it is remembered what the mail server was told.
const maxTold = 20_000
