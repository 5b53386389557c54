// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package mailhost simulates a company's mail server: the in-memory ActiveSync server of eastest, filled
// with people, mail and attachments, into which mail from outside trickles.
//
// The demo and the tests come in here. It listens where the caller says and nowhere else, and what it
// holds is gone when it stops.
package mailhost
