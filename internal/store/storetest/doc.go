// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package storetest is the contract of the store: what it promises on every engine.
//
// The store's own tests come in with SQLite and PostgreSQL; benchmarks come in for Fill. It never
// becomes part of the product.
package storetest
