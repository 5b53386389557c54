// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package login says who is asking: administrators with password and one-time code, API tokens,
// sessions, and the link that makes the first administrator.
//
// Pages and API come in by Middleware and Guard, and ask Actor who it is; the console's own pages for
// signing in and for one's own account call the verbs here. Passwords, codes, cookies and tokens pass
// through and stop here: the store sees hashes and sealed text, the log sees names and addresses.
//
// How a request becomes an actor:
//
//	mux := httpd.NewMux(l.Guard, answer)   // asks before every page; the API has GuardTokens
//	handler := l.Middleware(mux)           // loads and saves the session
//	login.Actor(r)                         // inside a handler
//
// A request with "Authorization: Bearer" is an API caller: its token is looked up and no session is
// read, so a browser's cookie and a token never mix. Any other is a browser: what it changes has to
// carry the form token of its session (httpd.FormTokenField, from l.FormToken).
//
// Guessing is slowed down three ways, none of which lets a stranger lock an administrator out: by
// account and network, by account over all networks for browsers that never signed in to it, and by a
// bound on how many passwords are computed at once. A browser that has signed in before carries a sealed
// cookie that exempts it from the second.
package login
