// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package web is the console's pages, for people with a browser.
//
// A handler reads a form, calls one verb or read of admin (or, for signing in and one's own account, of
// login) and shows a page or redirects with a message. What may be done, and to what, is decided there
// and never here: a button that is hidden is a courtesy. Everything a phone ever said is escaped,
// isolated from the direction of the text around it and cut to a length by the template functions of this
// room; no handler writes HTML by itself.
//
// Every page works without script: forms post and are answered 303 with a message, questions are pages
// of their own. With script the same addresses answer with fragments (a request with HX-Request), which
// dialogs and panes show in place.
package web
