// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

// MailServer is what has to be known of a mail server to spell the names of its accounts. Gateways
// have it from their configuration and tell the console.
type MailServer struct {
	Name    string
	Type    string   // exchange, sogo, zpush, grommunio, horde, other: which part of a login name it looks up
	Realm   string   // servers of one realm serve the same accounts
	Domains []string // folded: they do not count in a name of this realm
	Rest    bool     // it serves the accounts that no other server claims
}
