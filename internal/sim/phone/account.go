// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package phone

import (
	"context"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
)

// account is one mailbox on a phone, and what the phone keeps of it. Fields below are the run loop's
// own, except where a lock is named.
type account struct {
	phone  *Phone
	spec   Account
	net    Network
	m      manners
	rng    *rand.Rand // may be shared by goroutines
	client *easclient.Client

	// settle is held for writing while the client's version or policy key changes, and for reading by
	// requests that go on beside the run loop.
	settle sync.RWMutex

	asked     bool // versions are known
	told      bool // the server knows the device
	hierarchy string
	folders   []*collection
	heartbeat int  // seconds
	pinged    bool // the server remembers the last Ping
	pause     time.Duration
	demands   int // calls to provision in a row

	mu    sync.Mutex
	state State
}

func newAccount(p *Phone, n Network, spec Account, i int) *account {
	m := p.handset.manners()
	h := fnv.New64a()
	_, _ = h.Write([]byte(p.handset.ID + "\x00" + spec.User + "\x00" + strconv.Itoa(i)))
	a := &account{
		phone: p, spec: spec, net: n, m: m, hierarchy: "0", heartbeat: m.first,
		rng: rand.New(&source{pcg: rand.NewPCG(n.Seed, h.Sum64())}),
		client: &easclient.Client{
			URL: n.URL, User: spec.User, Password: spec.Password, DeviceID: p.handset.ID, DeviceType: p.handset.Type,
			UserAgent: p.handset.UserAgent, Version: m.best, Base64: m.base64, OmitZeroKey: m.omitZeroKey,
			HTTP: p.http, Header: http.Header{},
		},
		state: State{Kind: p.handset.Kind, Device: eas.DeviceIDText(p.handset.ID), User: spec.User, Stale: spec.Stale, Phase: Off},
	}
	if auth := latin1(spec.User, spec.Password); m.latin1 && auth != "" {
		a.client.Header.Set("Authorization", auth)
	}
	if n.Forwarded && p.handset.Address.IsValid() {
		a.client.Header.Set("X-Forwarded-For", p.handset.Address.String())
	}
	if p.handset.Kind == IOS {
		a.client.Header.Set("Accept-Language", "en-us")
	}
	return a
}

func (a *account) now() State {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.state
}

func (a *account) change(f func(*State)) {
	a.mu.Lock()
	before := a.state
	f(&a.state)
	same := before == a.state
	a.mu.Unlock()
	if !same {
		a.phone.ring()
	}
}

func (a *account) phase(p Phase) { a.change(func(s *State) { s.Phase = p }) }

// saw notes what a request came to.
func (a *account) saw(err error) error {
	a.change(func(s *State) {
		s.Requests++
		s.HTTP, s.EAS = outcome(err)
		if s.Problem = ""; err != nil {
			s.Problem = err.Error()
		}
	})
	return err
}

// outcome is the HTTP status and the status inside the body.
func outcome(err error) (code, status int) {
	if err == nil {
		return http.StatusOK, 1
	}
	if e, ok := errors.AsType[*easclient.HTTPError](err); ok {
		return e.Status, 0
	}
	if e, ok := errors.AsType[*easclient.StatusError](err); ok {
		return http.StatusOK, e.Status
	}
	return 0, 0
}

// run lives until ctx ends or the phone is wiped.
func (a *account) run(ctx context.Context) {
	var beside sync.WaitGroup
	defer a.off()
	defer beside.Wait()
	if !sleep(ctx, time.Duration(a.rng.Int64N(int64(a.net.Pace.Start)))) {
		return
	}
	switch {
	case a.phone.handset.Kind == Stranger:
		a.guess(ctx)
		return
	case a.phone.handset.Kind == Hostile:
		beside.Go(func() { a.annoy(ctx) })
	}
	if a.net.Letter != nil && a.net.Pace.Mail > 0 && !a.spec.Quiet && !a.spec.Stale {
		beside.Go(func() { a.write(ctx) })
	}
	a.phase(Talking)
	for ctx.Err() == nil {
		if err := a.session(ctx); !a.react(ctx, err) {
			return
		}
	}
}

func (a *account) off() {
	a.change(func(s *State) {
		if s.Phase != Wiped {
			s.Phase = Off
		}
	})
}

// session goes from the first request to waiting for mail, as far as that is not behind it already, and
// ends with the first error that wants a reaction.
func (a *account) session(ctx context.Context) error {
	if !a.asked {
		if err := a.options(ctx); err != nil {
			return err
		}
	}
	if a.m.provisionFirst && a.client.PolicyKey == 0 && !a.told {
		if err := a.accept(ctx); err != nil {
			return err
		}
	}
	if err := a.folderSync(ctx); err != nil {
		return err
	}
	if !a.told {
		if err := a.introduce(ctx); err != nil {
			return err
		}
	}
	if err := a.syncAll(ctx); err != nil {
		return err
	}
	return a.live(ctx)
}

// options asks for versions and picks the highest both sides speak.
func (a *account) options(ctx context.Context) error {
	r := easclient.Request{Method: http.MethodOptions, Command: eas.Options, NoQuery: !a.m.optionsQuery}
	c := *a.client
	c.Base64 = false
	reply, err := request(ctx, func(ctx context.Context) (*easclient.Reply, error) { return c.Do(ctx, r) })
	if a.saw(err) != nil {
		return err
	}
	best := eas.VersionUnknown
	for s := range strings.SplitSeq(reply.Header.Get(eas.HeaderProtocolVersions), ",") {
		if v, ok := eas.ParseVersion(strings.TrimSpace(s)); ok && v.Known() && v <= a.m.best {
			best = max(best, v)
		}
	}
	a.settle.Lock()
	defer a.settle.Unlock()
	if best != eas.VersionUnknown {
		a.client.Version = best
	}
	a.client.Base64 = a.m.base64 && a.client.Version.Base64Query()
	a.asked = true
	return nil
}

// accept runs the provisioning conversation, and obeys an order to wipe if that is the program's habit.
func (a *account) accept(ctx context.Context) error {
	a.settle.Lock()
	err := a.converse(ctx)
	a.settle.Unlock()
	if errors.Is(err, errWiped) {
		_ = a.saw(nil)
		return err
	}
	return a.saw(err)
}

// device is what this version can say about the phone.
func (a *account) device() easclient.Device {
	d := a.phone.handset.Device
	if a.client.Version < eas.V12_1 {
		d.UserAgent = ""
	}
	return d
}

// introduce tells the server about the device, and asks for the addresses of the account.
func (a *account) introduce(ctx context.Context) error {
	if a.client.Version < eas.V12_0 {
		a.told = true
		return nil
	}
	_, err := request(ctx, func(ctx context.Context) (*easclient.SettingsResult, error) {
		return a.client.SetDevice(ctx, a.device())
	})
	if a.saw(err) != nil {
		return err
	}
	_, err = request(ctx, a.client.UserInformation)
	if a.saw(err) != nil {
		return err
	}
	a.told = true
	return nil
}

// request bounds the time of a request that is not meant to wait.
func request[T any](ctx context.Context, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return do(ctx)
}

// sleep reports whether the time has passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// source is a source of randomness that goroutines may share; rand.Rand itself keeps nothing.
type source struct {
	mu  sync.Mutex
	pcg *rand.PCG
}

func (s *source) Uint64() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pcg.Uint64()
}
