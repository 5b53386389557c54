// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/vedette-mail/vedette/internal/logkeys"
)

// errBroken is what a request gets that a defect of ours has ended.
var errBroken = errors.New("a defect of the gateway")

// rescue is deferred by goroutines that serve one request outside the engine, which rescues its own: a
// defect that one phone can trigger ends that phone's request, not everybody's. end lets go of what the
// request held.
func (g *Gateway) rescue(end func()) {
	v := recover()
	if v == nil {
		return
	}
	g.log.Error("a request was ended by a defect", logkeys.Error, fmt.Sprint(v), logkeys.Stack, string(debug.Stack()))
	end()
}

// aside runs f, which ends or continues a parked request, in a goroutine of its own.
func (p *parked) aside(f func()) { p.g.enders.Go(p.guarded(f)) }

func (p *parked) guarded(f func()) func() {
	return func() {
		defer p.g.rescue(p.abandon)
		f()
	}
}

// abandon closes both sides of a parked request. What it held beside them is left to the collector.
func (p *parked) abandon() {
	p.claim()
	p.c.tcp.Close()
	closeNow(p.phone)
}
