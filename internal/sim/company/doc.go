// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package company grows a made-up company from a seed: people with names of many languages, their
// mailboxes and passwords, the phones in their pockets, and what they write to each other.
//
// The same seed gives the same company, so that demo, tests and screenshots show the same faces. The
// simulated mail hosts and phones are filled from here. Nobody in it exists, and every domain is one of
// those that never will.
package company
