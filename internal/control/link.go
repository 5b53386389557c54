// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"context"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// Protocol is the number of the protocol spoken here; proto/link.proto holds the list of them.
const Protocol = 1

// oldestProtocol is the oldest one a console still speaks.
const oldestProtocol = max(1, Protocol-2)

// MaxBatch is the most entries in one message to a gateway.
const MaxBatch = 500

// maxItems is the most entries a gateway lists to have differences found. Where more are in doubt, a
// full copy is cheaper.
const maxItems = 20_000

// maxMessage is the most bytes of one message in either direction.
const maxMessage = 32 << 20

// console is what a Spoke can ask of its console: over the wire, or directly.
type console interface {
	// follow calls f with everything the console says until ctx ends, the link breaks, or f fails.
	follow(ctx context.Context, h hello, f func(news) error) error
	acknowledge(ctx context.Context, p access.Position) error
	report(ctx context.Context, r access.Report) (access.Receipt, error)
	repair(ctx context.Context, c comparison) (repair, error)
}

// hello is how a gateway introduces itself.
type hello struct {
	protocol int
	position access.Position
	version  string
}

// news is one message to a gateway; without batch and sums it is a heartbeat.
type news struct {
	now   time.Time
	batch *access.Batch
	sums  *sums
	stale bool // the console cannot read its own store
}

// sums are those of the console's view at a position.
type sums struct {
	position access.Position
	buckets  snapshot.Sums
}

// comparison is what a gateway holds in the buckets whose sums differ.
type comparison struct {
	buckets []int
	items   []snapshot.Item
}

// repair is what makes them equal, and the sums that are right after it.
type repair struct {
	batch access.Batch
	sums  sums
}
