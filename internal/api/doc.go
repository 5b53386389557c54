// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package api is what programs do with the console: the verbs and reads of admin as JSON over HTTP,
// under /api/v1.
//
// Programs come in with "Authorization: Bearer" and an API token of login; a browser's session opens
// nothing here. Requests pass through to admin, one handler a verb, and come back as JSON or as a problem
// (RFC 9457). Nothing is decided here: who may do what, what a version or a key of a repeated request
// means and what the words are is admin's.
//
//	a, err := api.New(api.Config{Admin: …, Login: …, Feed: …, Settings: …})
//	mux.Handle("/api/", a)     // inside Login.Middleware
//
// Conventions: names in snake_case, times in RFC 3339 and UTC, a time that never was is left out, the
// words of enumerations are those of package access. Lists come in pages; "next" goes back as "cursor".
// What people change carries its version as ETag, to be named in If-Match. Idempotency-Key makes a request
// that is sent twice happen once. GET /api/v1/events tells of changes as they happen, by their numbers.
// GET /api/v1/openapi.json describes all of it; every route has an example in tools/docgen/api_examples.txt,
// which is carried out whenever the reference is made.
package api
