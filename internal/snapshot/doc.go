// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package snapshot holds the state that verdicts are given from, in memory, indexed, and unchanging
// while it is looked at.
//
// A View never changes: applying a batch of changes makes a new View that shares all it can with the
// old one, so that readers need no lock and one change costs the same few allocations whether there
// are a thousand records or a million. A Holder keeps the current View of one process, swaps it, and
// tells whoever asked what a swap touched. A View can be written to disk and read back, and batches
// appended to a Journal beside it, so that a gateway starts while its console is away with all it knew;
// and it can be summed up in 256 numbers, so that two ends of a link find what differs without sending
// everything.
//
// The gateway, the link and the console's verbs come in; access.Batch goes in, access.View comes out.
package snapshot
