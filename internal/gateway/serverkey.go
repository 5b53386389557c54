// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/eas/reply"
	"github.com/vedette-mail/vedette/eas/wbxml"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/logkeys"
)

// serverKeys are the policy keys of mail servers that insist on their own. The phone knows nothing of
// them: it accepts what is strictest of both policies, and then the gateway goes through the server's
// handshake in the phone's name.
type serverKeys struct {
	pairs boundedMap[access.Pair, heldKey]
	turns boundedMap[access.Pair, []time.Time] // of handshakes
	mu    sync.Mutex
	busy  map[access.Pair]chan struct{} // handshakes under way
}

// serverKey is what a mail server has given a pair: its key, zero while the phone has not accepted the
// document yet.
type serverKey struct {
	Key      uint32             `json:"key"`
	Document provision.Document `json:"document,omitempty"`

	sum [sha256.Size]byte // of the document, which every request has to know; zero for an empty one
}

// summed fills in the sum.
func (k serverKey) summed() serverKey {
	if k.sum = [sha256.Size]byte{}; len(k.Document) > 0 {
		k.sum = k.Document.Fingerprint(eas.V16_1)
	}
	return k
}

// heldKey is a serverKey in memory, and the two texts it may stand as in the record: the one before it
// was made, and its own. Any other is newer.
type heldKey struct {
	serverKey
	before, sealed string
}

const (
	handshakesPerHour = 3
	maxServerKeys     = 50_000
	handshakePatience = 20 * time.Second
)

// serverKeyOf is what is known of the mail server's key for a pair.
func (g *Gateway) serverKeyOf(v access.View, pair access.Pair) (serverKey, bool) {
	text := ""
	if r := v.Record(access.Canonical(v, pair)); r != nil {
		text = r.ServerKey
	}
	held, ok := g.serverKeys.pairs.get(pair)
	if ok && (text == held.sealed || text == held.before) {
		return held.serverKey, true
	}
	if text == "" {
		return serverKey{}, false
	}
	k, err := g.unsealKey(pair, text)
	if err != nil {
		return serverKey{}, false // of another site: the server will ask again
	}
	k = k.summed()
	g.serverKeys.pairs.put(clonePair(pair), heldKey{k, text, text}, maxServerKeys)
	return k, true
}

// holdKey remembers a key and gives its sealed text for the console.
func (g *Gateway) holdKey(pair access.Pair, k serverKey) string {
	v := g.cfg.Snapshot.Load()
	text, err := g.sealKey(pair, k)
	if err != nil {
		return ""
	}
	before := ""
	if r := v.Record(access.Canonical(v, pair)); r != nil {
		before = r.ServerKey
	}
	g.serverKeys.pairs.put(clonePair(pair), heldKey{k.summed(), before, text}, maxServerKeys)
	return text
}

func (g *Gateway) keyBox() (cipher.AEAD, error) {
	site := g.cfg.Snapshot.Load().Site()
	if site == nil {
		return nil, errors.New("no site")
	}
	m := hmac.New(sha256.New, site.Secret)
	m.Write([]byte("mail servers' policy keys"))
	block, err := aes.NewCipher(m.Sum(nil))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func (g *Gateway) sealKey(pair access.Pair, k serverKey) (string, error) {
	box, err := g.keyBox()
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(k)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, box.NonceSize())
	rand.Read(nonce)
	return base64.RawStdEncoding.EncodeToString(box.Seal(nonce, nonce, plain, []byte(pair.String()))), nil
}

func (g *Gateway) unsealKey(pair access.Pair, text string) (k serverKey, err error) {
	box, err := g.keyBox()
	if err != nil {
		return k, err
	}
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(b) < box.NonceSize() {
		return k, errors.New("damaged key")
	}
	plain, err := box.Open(nil, b[:box.NonceSize()], b[box.NonceSize():], []byte(pair.String()))
	if err != nil {
		return k, err
	}
	return k, json.Unmarshal(plain, &k)
}

// insists reports whether a mail server's answer asks a phone to provision whose policy keys are ours.
func (q *ask) insists(resp *http.Response) bool {
	// For a phone that has not accepted our policy nothing is accepted at the server either.
	return q.owned() && q.facts.Key == access.KeyCurrent && demands(resp.StatusCode, q.eas)
}

// insists is that of a request which has waited too long to be sent again: it is put off, and the phone's
// next one finds the server quick to say so.
func (p *parked) insists() bool {
	return p.facts.Policy != nil && p.facts.Key == access.KeyCurrent && !p.trail.decision.Shadow &&
		!p.g.cfg.Snapshot.Load().Preferences().Shadow && demands(p.trail.status, p.trail.eas)
}

func demands(code, status int) bool {
	switch eas.Status(status) {
	case eas.StatusNotProvisioned, eas.StatusPolicyRefresh, eas.StatusInvalidPolicyKey, eas.StatusLegacyDevice, eas.StatusRemoteWipeRequested:
		return true
	}
	return code == 449
}

// satisfy goes through the handshake of a mail server that insists on it, and sends the request again
// with the key. Where the phone has to accept something first, or the server orders a wipe, the phone is
// told. The request has been answered when it returns.
func (g *Gateway) satisfy(q *ask) {
	if q.retries > 0 {
		q.failed(errInsists)
		g.write(q, q.busy())
		return
	}
	ctx, cancel := context.WithTimeout(q.r.Context(), handshakePatience)
	defer cancel()
	done, err := g.serverKeys.alone(ctx, q.pair)
	if err != nil {
		g.write(q, q.busy())
		return
	}
	done = sync.OnceFunc(done)
	defer done()
	if eas.Status(q.eas) == eas.StatusRemoteWipeRequested {
		// Nothing is asked of it before the phone is: servers take an order for carried out as soon as they
		// have told it in a Provision.
		g.serverWipe(q)
		return
	}
	v := g.cfg.Snapshot.Load()
	if k, ok := g.serverKeyOf(v, q.pair); ok && k.Key != 0 && k.Key != q.serverKey {
		done()
		g.again(q, k.Key) // another request has got one meanwhile
		return
	}
	if !g.serverKeys.mayTurn(q.pair, q.arrived) {
		q.failed(errInsists)
		g.write(q, q.busy())
		return
	}
	k, err := g.handshake(ctx, q, func(doc provision.Document) bool { return g.accepted(v, q, doc) })
	switch {
	case errors.Is(err, errServerWipe):
		g.serverWipe(q)
		return
	case errors.Is(err, errNotAccepted):
		// The phone has not seen what this server asks for: its key is outdated from now on.
		q.serverText = g.holdKey(q.pair, serverKey{Document: k.Document})
		q.decision.Verdict, q.decision.Rule, q.decision.Policy = access.VerdictProvision, access.RuleProvisioning, q.facts.Policy
		loud, _ := g.policies.demanded(q.pair, q.arrived)
		g.write(q, demandReply(q.form, eas.StatusInvalidPolicyKey, loud))
		return
	case err != nil:
		q.failed(err)
		g.write(q, q.busy())
		return
	}
	q.serverText = g.holdKey(q.pair, k)
	done()
	g.again(q, k.Key)
}

// again sends a request once more, with the server's key. One that has been streamed cannot be repeated.
func (g *Gateway) again(q *ask, key uint32) {
	q.retries++
	q.serverKey = key
	if !q.body.whole {
		g.write(q, reply.Busy(q.form, time.Second))
		return
	}
	q.eas = 0
	g.forward(q)
}

var (
	errInsists     = errors.New("it insists on its own policy, and does not take the key it has given")
	errServerWipe  = errors.New("it orders a wipe")
	errNotAccepted = errors.New("the phone has not accepted its policy")
)

// accepted reports whether a server's document asks for nothing that the phone has not accepted.
func (g *Gateway) accepted(v access.View, q *ask, doc provision.Document) bool {
	k, _ := g.serverKeyOf(v, q.pair)
	asked := serverKey{Document: doc}.summed()
	return *g.policies.sheet(q.facts.Policy, asked).sum(q.query.Version) == *g.policies.sheet(q.facts.Policy, k).sum(q.query.Version)
}

// handshake goes through both rounds in the phone's name. may is asked in between whether the phone has
// accepted the document; if not, the document comes back with errNotAccepted.
func (g *Gateway) handshake(ctx context.Context, q *ask, may func(provision.Document) bool) (serverKey, error) {
	first := provision.Request{Type: provision.TypeFor(q.query.Version)}
	if q.query.Version >= eas.V14_1 {
		d := g.described(q)
		first.Device = &d
	}
	r, err := g.round(ctx, q, first, 0)
	if err != nil {
		return serverKey{}, err
	}
	switch {
	case r.Wipe != provision.NoWipe && (r.Policy == nil || !g.repeats(q)):
		return serverKey{}, errServerWipe
	case r.Policy == nil || r.Policy.Status != provision.PolicyOK && r.Policy.Status != provision.PolicyNone:
		return serverKey{}, errors.New("it gives no policy")
	case r.Policy.Status == provision.PolicyNone:
		return serverKey{}, errInsists
	}
	doc := provision.ReadDocument(r.Policy.Document)
	if !may(doc) {
		return serverKey{Document: doc}, errNotAccepted
	}
	temporary, ok := provision.KeyNumber(r.Policy.Key)
	if !ok {
		return serverKey{}, errors.New("its policy key cannot be read")
	}
	second := provision.Request{Type: first.Type, Key: r.Policy.Key, Ack: provision.Applied}
	if r, err = g.round(ctx, q, second, temporary); err != nil {
		return serverKey{}, err
	}
	if r.Policy == nil || r.Policy.Status != provision.PolicyOK {
		return serverKey{}, errors.New("it does not take the acknowledgement")
	}
	key, ok := provision.KeyNumber(r.Policy.Key)
	if !ok || key == 0 {
		return serverKey{}, errors.New("its policy key cannot be read")
	}
	return serverKey{Key: key, Document: doc}, nil
}

// repeats reports whether an order beside a policy is an old one: the mail server's own that was carried
// out, and the record let go again. Servers repeat an order from then on; a new one they tell by its
// status. Horde does so always, and repeats it to every account of the phone.
func (g *Gateway) repeats(q *ask) bool {
	if q.server.Type == "horde" {
		g.log.Warn("mail server repeats an order to wipe that it takes for carried out", logkeys.Backend, q.server.Name,
			logkeys.Account, display(q.pair.Account, 255), logkeys.Realm, q.pair.Realm, logkeys.Device, display(q.pair.Device, 255))
		return true
	}
	v := g.cfg.Snapshot.Load()
	r := v.Record(access.Canonical(v, q.pair))
	return r != nil && r.Wipe.Server && r.Wipe.State == access.WipeReleased
}

// described is what is known of the phone, for servers that ask for it.
func (g *Gateway) described(q *ask) eas.DeviceInformation {
	told, _ := g.told.get(q.pair)
	info := told.DeviceInfo
	if q.info != nil {
		info = *q.info
	}
	return eas.DeviceInformation{Model: firstText(info.Model, firstText(q.query.DeviceType, "phone")), IMEI: info.IMEI, FriendlyName: info.FriendlyName,
		OS: info.OS, OSLanguage: info.Language, PhoneNumber: info.Number, MobileOperator: info.Operator,
		UserAgent: firstText(info.UserAgent, display(q.r.UserAgent(), maxInfo))}
}

// inItsName makes a request of ours look like one of the phone: its credentials, its version, its device id
// in the form of the query it uses, which some servers tell phones apart by.
func (g *Gateway) inItsName(q *ask, command eas.Command, body []byte, key uint32) (probe, error) {
	p := g.question(q)
	query := q.query
	query.Command, query.PolicyKey, query.Keyed, query.Params, query.Raw = command, key, key != 0, nil, ""
	query.AttachmentName, query.CollectionID, query.ItemID, query.LongID, query.Occurrence = "", "", "", "", ""
	query.SaveInSent, query.MultiPart = false, false
	write := query.AppendPlain
	if query.Base64 {
		write = query.AppendBase64
	}
	raw, err := write(nil)
	if err != nil {
		return probe{}, err
	}
	p.method, p.query, p.body = http.MethodPost, string(raw), body
	p.header["Content-Type"] = []string{eas.TypeWBXML}
	if !query.Base64 {
		p.header["Ms-Asprotocolversion"] = []string{q.query.Version.String()}
		if command != eas.Provision && key == 0 {
			return p, nil // zero would be a wrong one where nobody needs any
		}
		p.header["X-Ms-Policykey"] = []string{strconv.FormatUint(uint64(key), 10)}
	}
	return p, nil
}

// round sends one Provision in the phone's name.
func (g *Gateway) round(ctx context.Context, q *ask, r provision.Request, key uint32) (provision.Response, error) {
	p, err := g.inItsName(q, eas.Provision, wbxml.Marshal(r.Node(q.query.Version)), key)
	if err != nil {
		return provision.Response{}, err
	}
	a, err := g.probe(ctx, q.server, p)
	if err != nil {
		return provision.Response{}, err
	}
	if a.status != http.StatusOK {
		return provision.Response{}, errors.New("it answers Provision with " + strconv.Itoa(a.status))
	}
	doc, err := wbxml.Parse(a.body, infoLimits)
	if err != nil {
		return provision.Response{}, err
	}
	return provision.ParseResponse(doc)
}

// serverWipe makes the mail server's order one of the console's, which then follows it to its end. Until
// the phone can be told, it gets nothing.
func (g *Gateway) serverWipe(q *ask) {
	g.log.Warn("mail server orders a wipe", logkeys.Backend, q.server.Name, logkeys.Account, display(q.pair.Account, 255),
		logkeys.Realm, q.pair.Realm, logkeys.Device, display(q.pair.Device, 255))
	q.decision.Verdict, q.decision.Rule = access.VerdictProvision, access.RuleWipe
	ordered := g.keepNow(q, func(s *access.Sighting) {
		s.Wipe = &access.WipeReport{State: access.WipePending, At: g.now().UTC(), Protocol: q.query.Version.String(), Addr: q.client.String()}
	})
	if ordered {
		g.write(q, reply.Busy(q.form, time.Second))
	}
}

// wiped tells a mail server that its order was carried out.
func (g *Gateway) wiped(q *ask) {
	ctx, cancel := context.WithTimeout(g.life, probeTimeout)
	defer cancel()
	_, err := g.round(ctx, q, provision.Request{Wipe: provision.WipeDevice, WipeOK: true}, q.serverKey)
	if err != nil {
		g.log.Warn("mail server could not be told that its order was carried out", logkeys.Backend, q.server.Name, logkeys.Error, err)
	}
}

// alone lets one request of a pair at a time do a handshake; the others wait.
func (s *serverKeys) alone(ctx context.Context, pair access.Pair) (done func(), err error) {
	for {
		s.mu.Lock()
		if s.busy == nil {
			s.busy = make(map[access.Pair]chan struct{})
		}
		other, ok := s.busy[pair]
		if !ok {
			mine, key := make(chan struct{}), clonePair(pair)
			s.busy[key] = mine
			s.mu.Unlock()
			return func() {
				s.mu.Lock()
				delete(s.busy, key)
				s.mu.Unlock()
				close(mine)
			}, nil
		}
		s.mu.Unlock()
		select {
		case <-other:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// mayTurn counts the handshakes of a pair.
func (s *serverKeys) mayTurn(pair access.Pair, now time.Time) (ok bool) {
	s.turns.change(clonePair(pair), maxServerKeys, func(list *[]time.Time) {
		kept := make([]time.Time, 0, handshakesPerHour)
		for _, t := range *list {
			if now.Sub(t) < time.Hour {
				kept = append(kept, t)
			}
		}
		if ok = len(kept) < handshakesPerHour; ok {
			kept = append(kept, now)
		}
		*list = kept
	})
	return ok
}
