// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package storetest is the contract of the store: what it promises on every engine.
//
// The store's own tests come in with SQLite and PostgreSQL; benchmarks come in for Fill. It never
// becomes part of the product.
//
// testdata/upgrade holds what databases of earlier versions held: NNNN.sql is the content that goes into a
// database once migration NNNN has made it, as the program of that time wrote it. A migration that is not
// the newest any more has to have rows there for every table it brought, and they are never changed.
package storetest
