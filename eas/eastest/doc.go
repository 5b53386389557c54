// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package eastest is an Exchange ActiveSync server in memory, for tests and for simulated mail hosts.
//
// A Server is an http.Handler with users, folders, mail and attachments. Deliver puts a mail into an inbox
// and wakes the Ping and Sync requests that wait for it. It speaks 2.5 to 16.1, both forms of the query,
// and provisions if told to. It also misbehaves on demand: a Hook sees every request and may delay,
// replace, cut or drop the answer; quirks of real servers are switches in Config. What happened can be
// asked for afterwards: every request (Requests), how many run, wait, and were given up by the other side
// (Counters), what a device told about itself (Device).
//
// It is a test double, not a mail server: passwords are compared as they are, everything is in memory,
// calendars and contacts are empty folders, and requests are believed more easily than a production
// server would. Tests, simulators and demos may come in; a gateway must not import it.
package eastest
