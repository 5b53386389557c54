// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package easclient is enough of a phone to talk to any Exchange ActiveSync server: it asks for versions,
// provisions, synchronises folders and mail, waits for new mail, sends, and fetches attachments, with the
// plain and the base64 query, in the versions 2.5 to 16.1.
//
// It is for tests, simulators, probes and tools. It keeps no state but the policy key: the caller holds
// sync keys and decides what to do next, so that every odd order of requests can be played. Typed methods
// cover the common commands; Do and Open send anything else, also requests that no sane phone makes.
//
// Every typed result embeds Reply, which holds the HTTP status, the headers and the parsed body. A method
// that returns an error returns the result as well, as far as there was one: *HTTPError for an HTTP status
// other than 200, *StatusError for a refusal inside the body.
package easclient
