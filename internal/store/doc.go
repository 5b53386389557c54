// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package store is the console's memory: one body of SQL for SQLite and PostgreSQL.
//
// Who may come in: admin, intake, login, jobs and cmd. Pages, the API and above all the gateway never
// do. What passes through: the words of package access, and the plain structs below.
//
// # Opening
//
//	s, err := store.Open(ctx, store.Config{DSN: "sqlite:/var/lib/vedette/vedette.db", Now: time.Now, Logger: log})
//
// The DSN is "sqlite:" and a path, or a "postgres://" URL. Open brings the schema up to date. The store
// seals nothing itself: columns for secrets hold text that login has sealed, or hashes.
//
// # Transactions
//
// WithTx(ctx, func(*Tx) error) writes; Change is the same and gives the change number. What gateways
// need to know takes the next number as the last thing before the commit, so number order is commit
// order. Tx.Audit and Tx.KeepOutcome are written with that number, in the same transaction. The function
// may run more than once when the database asks for it (a deadlock on PostgreSQL). Do not use *Store
// inside it: on SQLite there is one writer, and it is you.
//
// # Associations
//
//	tx.FindAssociation(id)       locked until the end; NotFound
//	tx.FindPair(domain, pair)    locked; NotFound
//	tx.CreateAssociation(a)      Conflict when the pair is recorded; EnsureAssociation says so instead
//	tx.SaveAssociation(a)        what a person may change: Device, Override, Comment. a.Version as read,
//	                             else Conflict; it grows by one
//	tx.SaveFacts(a), SaveTimes   what machines learn
//	tx.DeleteAssociation(id), RestoreAssociation(a)
//	tx.SyncStatus(record)        what Decide says now; the writers above store it themselves
//
// Texts are capped and cleaned by the writers (valid UTF-8, no NUL), times are UTC milliseconds.
// SavePreferences does not visit the records: call SweepSyncStatus until it has gone round, and
// SweepExpired now and then for overrides that time has ended.
//
// Reads on *Store: FindAssociation, FindAssociations(ids), FindTwins, ListAssociations(Query),
// EachAssociation, CountAssociations, and the like for everything else.
//
// # Lists
//
// ListAssociations(ctx, Query) gives a Page and never looks at more than twenty rows for each of a page of
// fifty. Without a search every Show and every Sort is exact, and so is Total. A search is sorted as asked
// while it finds up to some hundreds; beyond that Page.SearchOrder names the fixed order it comes in,
// TotalIsMore says that Total is only what is known, and a Partial page is short because looking on would
// have cost too much: Next goes on. Cursors belong to their query; another one's is Invalid.
// EachAssociation walks all pages. SortAdded is the order that never moves: use it to collect what a
// bulk job works on.
//
// # Following
//
// ChangesSince, Wait and Position serve gateways. While a full copy is under way the position's number
// is 0 and its token says how far the copy has come; hand it back as it is.
package store
