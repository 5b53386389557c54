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
// inside it: on SQLite there is one writer, and it is you. tx.Part(fn) is a part that may fail alone: nothing of
// what fn did stays, and the transaction goes on.
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
// # Trends
//
// What the dashboard draws over time lies in one table and is kept by what changes it: the writers of
// records count those that are new, linked and there in all, AddTallies refused requests, AddParked what a
// gateway holds. ListTrend and LastTrend read it by its key; DeleteTrends forgets.
//
// # Users and accounts
//
//	tx.CreateUser(u), SaveUser(u), DeleteUser(id), FindUser(id), FindUserByName(name), UserOf(realm, account)
//	                             accounts and groups are part of the user. An account that is somebody
//	                             else's is a Conflict naming him; a disabled user disables his accounts
//	tx.SaveAlias(a), DeleteAlias, ResolveAccount
//	                             another name of an account. Records stay where they are:
//	tx.MoveAssociation(id, account), ReplaceAssociation(a), RecordsOfAccount
//	                             what joining two accounts, and undoing that, is made of
//
// Association.Person is the owner of its account, OtherNames is what else that is called: the writers keep both.
//
// # Devices and links
//
//	tx.CreateDevice(d), SaveRegistered(d), DeleteDevice(id), FindRegistered(id), FindDevicesBy(key)
//	tx.SaveLink(id, device, link, suggestion, replaces)
//	                             the matcher's word. Nothing happens when it is known; what a hand has
//	                             linked or unlinked is a Conflict. People's links go by SaveAssociation
//	tx.DeviceCandidates(a), RecordCandidates(d), Siblings(a), LinkedRecords(devices…)
//	                             who is to be compared, by indexes alone and at most 200
//	tx.Neighbours()              the same for many records: what they have in common is read once
//
// A phone none of whose records is linked has one row among the devices, in state waiting. The
// store alone makes and removes it, whatever writes records and links; it follows the facts of its records,
// and the owner of the first account, by name, that has one. SaveRegistered with another state turns it
// into a registered device; link its records then, or the phone waits anew. Gateways never hear of it.
//
// Pre-approvals (SavePreApproval) speak to gateways until SweepPreApprovals forgets them.
//
// # Blocking rules
//
//	tx.CreateBlocking(b), SaveBlocking(b), DeleteBlocking(id), FindBlocking(id); ListBlockings
//	tx.SetRuling(a, rules, anyway…)  which rules speak of a record; beyond a rule's Most records wait (Waiting),
//	                             but not for those to whom the record is new (anyway)
//	tx.SetRulingOf(a, rules, known)  the same for who has asked RulesOfAll for many
//	tx.Release(rule, id, by), HoldAgain(rule, id); RestoreBlocking(b) brings a deleted rule back,
//	                             RestoreReleases(rule, list) those let out of it
//	tx.SetOverLimit(a, over), SetServerType(device, kind), Rejudge(a); Stretch(after, n), NextAfter(after)
//	tx.Moved()                   the accounts that rules and limits have to look at again: ruling.Settle does
//	Ruled(query), RuledBy(rule), RulesOf(id), RuledUntold(rule, n), tx.ReleasedBy(rule, n), RuledTold
//
// Which rules those are is worked out by ruling. SetRuling alone writes Association.Ruling. Who is released, and
// stops to match or has the rule put out of force, is held anew when it matches again.
//
// # Lists
//
// ListDevices, ListUsers and ListOverrides page as ListAssociations does. A query's Scope leaves what
// belongs to the users of its groups: in the order asked for while that is some hundreds, beyond it user
// after user (OrderPeople), where a page may be Partial and even empty while Next goes on. ListTimeline
// brings the audit lines of several things together.
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
