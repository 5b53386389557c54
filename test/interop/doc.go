// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package interop holds stories that a phone lives through with a mail server
// nobody of us wrote: SOGo's ActiveSync, started by test/parts. Each story takes
// an address, so that it can be told straight to the server, which proves the
// parts, and through the gateway, which proves the product.
//
// There is nothing to import here; the stories are tests.
package interop
