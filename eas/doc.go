// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package eas holds the words of Exchange ActiveSync: commands, protocol versions, statuses, header
// names, device ids, account names, and what a User-Agent tells. Its sub-packages hold the protocol:
//
//   - httpq: the request line, plain and base64, in and out ([MS-ASHTTP] 2.2.1.1.1)
//   - wbxml: the binary XML of the bodies ([MS-ASWBXML])
//   - reply: the answers a middlebox may give by itself
//   - provision: the shapes of the Provision conversation ([MS-ASPROV])
//   - autodiscover, easclient, eastest: finding a server, being a phone, being a server
//
// The library serves middleboxes as well as clients and servers: it keeps what it does not know, edits
// byte by byte, and treats every input as hostile. It uses the standard library only and does no input or
// output except in easclient and eastest.
//
// A phone talks to one URL, /Microsoft-Server-ActiveSync. It sends POST for each command, named in the
// query, and OPTIONS to learn versions and commands. Nothing is ever started by the server: to push, it
// leaves a Ping or a Sync of the phone unanswered for up to an hour. Phones up to version 12.1 are refused
// with HTTP codes, later ones with a Status inside an HTTP 200.
//
// Anybody may import this package; it imports nothing of ours.
package eas
