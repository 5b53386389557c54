// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package phone

import (
	"context"
	"net/http"
	"sync"
)

// Phone is a handset with its accounts, switched on by Run.
type Phone struct {
	handset  Handset
	accounts []*account
	http     *http.Client
	bells    []*bell
}

// New makes a phone. All accounts share the device id and the connections, as in one program.
func New(n Network, h Handset, accounts ...Account) *Phone {
	n.Pace = n.Pace.defaults()
	p := &Phone{handset: h, http: n.client(h, h.manners()), bells: []*bell{{}}}
	for i, a := range accounts {
		p.accounts = append(p.accounts, newAccount(p, n, a, i))
	}
	return p
}

// Handset is what was given to New.
func (p *Phone) Handset() Handset { return p.handset }

// Run lives until ctx ends, and leaves nothing behind. It may be called again afterwards: the phone is
// switched on again and still has its mail.
func (p *Phone) Run(ctx context.Context) {
	defer p.http.CloseIdleConnections()
	var all sync.WaitGroup
	defer all.Wait()
	for _, a := range p.accounts {
		all.Go(func() { a.run(ctx) })
	}
}

// States has one entry for each account, in the order given to New.
func (p *Phone) States() []State {
	out := make([]State, len(p.accounts))
	for i, a := range p.accounts {
		out[i] = a.now()
	}
	return out
}

// Wait blocks until the states satisfy want, and returns the error of ctx if that comes first.
func (p *Phone) Wait(ctx context.Context, want func([]State) bool) error {
	return wait(ctx, p.bells[0], p.States, want)
}

func wait(ctx context.Context, b *bell, states func() []State, want func([]State) bool) error {
	for {
		next := b.next() // before looking, so that no change is missed
		if want(states()) {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *Phone) ring() {
	for _, b := range p.bells {
		b.ring()
	}
}

// Fleet is many phones.
type Fleet struct {
	phones []*Phone
	bell   bell
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// NewFleet puts phones together. They must not be running yet, nor belong to another fleet.
func NewFleet(phones ...*Phone) *Fleet {
	f := &Fleet{phones: phones, stop: func() {}}
	for _, p := range phones {
		p.bells = append(p.bells, &f.bell)
	}
	return f
}

// Start switches all phones on, until ctx ends or Stop is called. It is to be called once.
func (f *Fleet) Start(ctx context.Context) {
	ctx, f.stop = context.WithCancel(ctx)
	for _, p := range f.phones {
		f.done.Go(func() { p.Run(ctx) })
	}
}

// Stop switches all phones off and returns when they are.
func (f *Fleet) Stop() {
	f.stop()
	f.done.Wait()
}

// Phones are those given to NewFleet.
func (f *Fleet) Phones() []*Phone { return f.phones }

// States lists every account of every phone.
func (f *Fleet) States() []State {
	var out []State
	for _, p := range f.phones {
		out = append(out, p.States()...)
	}
	return out
}

// Wait blocks until the states satisfy want, and returns the error of ctx if that comes first.
func (f *Fleet) Wait(ctx context.Context, want func([]State) bool) error {
	return wait(ctx, &f.bell, f.States, want)
}

// All is a condition for Wait: every account satisfies ok.
func All(ok func(State) bool) func([]State) bool {
	return func(states []State) bool {
		for _, s := range states {
			if !ok(s) {
				return false
			}
		}
		return len(states) > 0
	}
}
