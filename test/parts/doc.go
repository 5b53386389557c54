// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package parts starts the real things our tests talk to: PostgreSQL, SOGo's
// ActiveSync with the mail stack behind it, and Horde's for the same mailboxes.
// They come from Debian packages (tools/real-parts lists them, make test installs
// them), run on loopback, keep their state in a temporary directory and end with
// the test binary, however it ends: each is watched by a small shell that waits
// for our end of a pipe to close. A killed or timed-out test leaves nothing
// behind. It also builds our own program, for those that start it.
//
// Tests of any room may come in; nothing else imports this package. A missing
// part fails the test, it never skips it.
//
// This is the one package of the house that keeps state in package variables:
// one PostgreSQL serves all tests of a binary, and Go has no other place for
// what outlives a test.
package parts
