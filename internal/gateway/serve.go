// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"crypto/x509"
	"errors"
	"net/http"
	"strings"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/autodiscover"
	"github.com/vedette-mail/vedette/eas/httpq"
	"github.com/vedette-mail/vedette/eas/reply"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// serve is the way of every request, in order. The order of the checks themselves is access.Decide's;
// what HTTP alone can get wrong (two lengths, folded headers) the engine has refused before.
func (g *Gateway) serve(w http.ResponseWriter, r *http.Request) {
	g.metrics.requests.Add(1)
	q := newAsk(w, r)
	defer q.done()
	q.arrived = g.now()
	q.client = g.cfg.Fronts.Client(r.RemoteAddr, r.Header["X-Forwarded-For"])
	q.facts.Addr = q.client
	q.fronted = g.cfg.Fronts.Stands(r.RemoteAddr)
	switch place(r) { // 1 where: only ActiveSync and autodiscover exist here
	case placeSync:
	case placeDiscover:
		g.discover(q)
		return
	default:
		g.metrics.elsewhere.Add(1)
		reply.NotFound(reply.Request{}).Write(w)
		return
	}
	if r.Method != http.MethodPost && r.Method != http.MethodOptions {
		g.bound(q)
		reply.UnsupportedCommand(reply.Request{}).With("Allow", "OPTIONS, POST").Write(w)
		return
	}
	defer g.finish(q)
	g.readQuery(q) // 2 what: the request line
	g.identify(q)  // 3 who: account, mail server, shield
	g.shield.ownCookies(q.cred, r.Header)
	if g.judge(q) && !g.obey(q) { // 4 may it: one look at one snapshot
		return
	}
	if q.cred.empty {
		g.askScheme(q)
		return
	}
	if r.Method == http.MethodPost { // 5 the command that is judged is the command that runs
		if !g.peek(q) {
			return
		}
		if (q.facts.Malformed != "" || g.readFeature(q)) && g.judge(q) && !g.obey(q) {
			return
		}
	} else {
		q.body = newBody(w, r)
		if q.body.fillSmall() != nil {
			return
		}
	}
	if g.newcomerWhileFull(q) { // 6 nobody passes unrecorded
		return
	}
	if g.converses(q) { // the policy, or the order, is told here
		g.provision(q)
		return
	}
	if !g.vouched(q) || !g.goesAlone(q) { // 7 an open question is put once
		return
	}
	if g.tooManyNew(q) {
		return
	}
	if q.owned() {
		q.serverKey = q.heldKey
		if q.facts.Key != access.KeyCurrent { // nobody has looked yet
			k, _ := g.serverKeyOf(g.cfg.Snapshot.Load(), q.pair)
			q.serverKey = k.Key
		}
	}
	g.forward(q) // 8 the mail server's answer is the check of the credentials
	if q.owned() {
		g.tellServer(q)
	}
}

type placeKind uint8

const (
	placeNone placeKind = iota
	placeSync
	placeDiscover
)

// place tells where a request goes by the path as it was sent: nothing is decoded or cleaned, so no
// spelling of another path can pass for one of ours. [MS-ASHTTP] 2.2.1.1.1
func place(r *http.Request) placeKind {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if len(path) >= len(eas.Path) && strings.EqualFold(path[:len(eas.Path)], eas.Path) {
		switch rest := path[len(eas.Path):]; {
		case rest == "", rest == "/", strings.EqualFold(rest, "/default.eas"):
			return placeSync
		}
		return placeNone
	}
	if strings.HasPrefix(path, "/") && autodiscover.EndpointOf(r.URL.Path) != autodiscover.None {
		return placeDiscover
	}
	return placeNone
}

// single gives a header that may come once; ok is false when it came with different values.
func single(h http.Header, key string) (value string, ok bool) {
	values := h[key]
	if len(values) == 0 {
		return "", true
	}
	for _, v := range values[1:] {
		if v != values[0] {
			return values[0], false
		}
	}
	return values[0], true
}

// readQuery reads the request line and the headers that complete it.
func (g *Gateway) readQuery(q *ask) {
	h := q.r.Header
	version, ok1 := single(h, eas.HeaderProtocolVersion)
	key, ok2 := single(h, eas.HeaderPolicyKey)
	parts, ok3 := single(h, eas.HeaderAcceptMultiPart)
	_, ok4 := single(h, "Content-Type")
	_, ok5 := single(h, "Content-Encoding")
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 {
		q.facts.Malformed = "a header is given twice with different values"
		q.badStatus = eas.StatusInvalidContent
	}
	if q.r.Method == http.MethodOptions {
		q.command = eas.Options
	}
	if q.r.URL.RawQuery != "" || q.r.Method != http.MethodOptions {
		var err error
		q.query, err = httpq.Parse(q.r.URL.RawQuery, httpq.Headers{Version: version, PolicyKey: key, AcceptMultiPart: parts})
		if err == nil && q.r.Method == http.MethodPost {
			q.command = q.query.Command
			err = checkPost(&q.query)
		}
		if fault, ok := errors.AsType[*httpq.Error](err); ok && q.r.Method == http.MethodPost {
			q.facts.Malformed = fault.Error()
			q.badStatus = fault.Status()
		}
	}
	q.form = reply.Request{Command: q.command, Version: q.query.Version, Keyed: q.query.Keyed}
	q.facts.Command, q.facts.Version = q.command.String(), q.query.Version.String()
}

// checkPost asks for what a verdict rests on: a command and a device. A missing version or device type
// is the mail server's business.
func checkPost(q *httpq.Query) error {
	err := q.Check()
	if fault, ok := errors.AsType[*httpq.Error](err); ok && (fault.Fault == httpq.ErrDeviceType || fault.Fault == httpq.ErrVersion) {
		if _, ok := q.Device(); !ok {
			return &httpq.Error{Fault: httpq.ErrDeviceID, Param: "DeviceId"}
		}
		err = nil
	}
	if err == nil && (q.Command == eas.Options || q.Command == eas.Autodiscover) {
		return &httpq.Error{Fault: httpq.ErrCommand, Param: "Cmd"}
	}
	return err
}

// identify finds out who asks: account, mail server, pair, and what the shield says about the
// credentials.
func (g *Gateway) identify(q *ask) {
	var material []byte
	var problem string
	q.own, material, problem = readCredential(q.r.Header["Authorization"])
	c := q.cred
	q.server = g.routes.first()
	if problem != "" {
		q.facts.Malformed, q.badStatus = problem, eas.StatusInvalidContent
		return
	}
	if c.scheme == schemeNone {
		if cert := certificateOf(q.r); cert != nil {
			q.facts.ClientCertificate = true
			g.reports.certificate(q, cert)
			return
		}
	}
	if !c.named {
		if !c.empty {
			q.facts.Shield = access.ShieldNoAccount
		}
		return
	}
	s, account := g.whose(c.user, c.account)
	if s == nil {
		// Nobody here has such an account, and nobody is told which ones there are.
		q.facts.Shield = access.ShieldNoAccount
		return
	}
	q.server, q.facts.ServerType = s, s.Type
	if device, ok := q.query.Device(); ok {
		q.pair = access.Pair{Realm: s.Realm, Account: account, Device: string(device)}
		q.facts.Pair = q.pair
		if q.redirect = g.redirectOf(q.pair); q.redirect != nil {
			q.server = q.redirect.server
		}
	}
	g.shield.name(c, s, account, material)
	if q.facts.Malformed == "" {
		q.facts.Shield = g.shield.admit(c, q.client, q.arrived)
	}
	q.facts.OtherUser = q.otherUser(g, account)
	q.form.Server = s.health.software()
}

// certificateOf is the client certificate on the phone's own connection, nil when there is none. Nobody has
// checked it.
func certificateOf(r *http.Request) *x509.Certificate {
	state := r.TLS
	if t := httpd.TLS(phoneConn(r.Context())); t != nil {
		s := t.ConnectionState()
		state = &s
	}
	if state == nil || len(state.PeerCertificates) == 0 {
		return nil
	}
	return state.PeerCertificates[0]
}

// otherUser reports whether the User parameter names another account than the credentials. A bare
// name is compared with the bare name.
func (q *ask) otherUser(g *Gateway, account string) bool {
	if q.query.User == "" {
		return false
	}
	if q.query.User == q.cred.user {
		return false
	}
	a, ok := readAccount(q.query.User)
	if !ok {
		return true
	}
	s, named := g.whose(q.query.User, a)
	if a.Domain == "" && a.Name == q.cred.account.Name {
		return false
	}
	return s == nil || s.Realm != q.server.Realm || named != account
}

// judge asks for the verdict; true means that something speaks against the request.
func (g *Gateway) judge(q *ask) bool {
	g.consoleFacts(&q.facts, q.arrived)
	v := g.cfg.Snapshot.Load()
	q.shadow = v.Preferences().Shadow
	g.hearsOrder(q, v)
	q.heldKey = g.weigh(&q.facts, v, q.presented(), q.arrived)
	q.describe(v)
	q.decision = access.Decide(v, &q.facts, q.arrived)
	if q.decision.Verdict == access.VerdictPass && !g.admitted(q) {
		q.facts.Crowded = true
		q.decision = access.Decide(v, &q.facts, q.arrived)
	}
	if q.r.Method == http.MethodOptions && (q.decision.Verdict == access.VerdictRefuse || q.decision.Verdict == access.VerdictProvision) &&
		q.decision.Rule != access.RuleClientCertificate {
		// A refused OPTIONS looks like a wrong server, and phones start searching for another.
		q.decision = access.Decision{Heard: q.decision.Heard, Away: q.decision.Away}
	}
	return q.decision.Verdict != access.VerdictPass
}

// obey carries the verdict out and reports whether the request goes on all the same (shadow mode).
func (g *Gateway) obey(q *ask) bool {
	switch q.decision.Enforced() {
	case access.VerdictPass:
		return true
	case access.VerdictProvision:
		if q.command == eas.Provision {
			return true // which is what it is told to do: the conversation comes below
		}
		g.demand(q)
		return false
	}
	if q.decision.Rule == access.RuleStorm {
		g.putOff(q)
		return false
	}
	if g.mustCheck(q) {
		if !g.check(q) {
			return false
		}
	} else if q.cred.named && g.shield.fresh(q.cred, q.arrived) {
		q.login = loginAccepted // what the phone says of itself counts
	}
	if q.login == loginAccepted && g.tooManyNew(q) {
		return false
	}
	g.write(q, g.verdictReply(&q.trail, &q.decision))
	return false
}

// write gives an answer of ours.
func (g *Gateway) write(q *ask, a reply.Reply) {
	q.status = a.Code
	g.bound(q)
	if a.Write(q.w) != nil {
		q.phoneGone = true
	}
}

// unreachable answers when the mail server gave no answer.
func (g *Gateway) unreachable(q *ask, err error) {
	if q.r.Context().Err() != nil {
		q.phoneGone = true
		return
	}
	q.failed(err)
	g.write(q, q.busy())
}
