// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package reply holds the answers a middlebox may give to a phone by itself: refused, slow down, provision
// first, come back, not understood.
//
// How to say no differs per command and protocol version: up to 12.1 with an HTTP code, from 14.0 on with
// a Status inside an HTTP 200 ([MS-ASCMD] 2.2.2), and GetAttachment and bare mails have their own ways. The
// functions here choose from tables and do no input or output; a [Reply] is a value to be written by
// whoever holds the connection, a http.ResponseWriter or a hijacked socket.
//
// No answer has an HTML body, since some phones show it as an error text. Every answer has a
// Content-Length and says Cache-Control: private.
//
// Anybody may import this package. It imports the words of eas, and wbxml for the bodies.
package reply
