// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"github.com/vedette-mail/vedette/internal/access"
)

// Show is the choice of the Show menu (F-01 to F-03).
type Show string

// The choices.
const (
	ShowAll      Show = "all"
	ShowLinked   Show = "linked"
	ShowUnlinked Show = "unlinked"
	ShowAllowed  Show = "allowed"
	ShowBlocked  Show = "blocked"
	// ShowSuggested leaves unlinked records with a device that comes into question, ShowUnknownUser those
	// whose account belongs to no user (M-14).
	ShowSuggested   Show = "suggested"
	ShowUnknownUser Show = "unknown-user"
	// ShowPolicyAssigned leaves records whose device id was assigned a policy (F-04), ShowActed those for whose
	// device id a wipe, an assignment or its end was ordered in the year of the query (F-05).
	ShowPolicyAssigned Show = "policy-assigned"
	ShowActed          Show = "action-in-year"
)

// Sort is a column to sort by.
type Sort string

// The columns of the list, and the order in which records were made. The empty Sort is SortLast, and
// then the newest come first.
const (
	SortAdded      Sort = "added"
	SortDevice     Sort = "device"
	SortUser       Sort = "user"
	SortNumber     Sort = "number"
	SortPhone      Sort = "phone"
	SortOS         Sort = "os"
	SortStatus     Sort = "status"
	SortSyncStatus Sort = "sync_status"
	SortFirst      Sort = "first_sync"
	SortLast       Sort = "last_sync"
	SortMailbox    Sort = "mailbox"
	SortDomain     Sort = "domain"
)

// Query chooses records. The zero value is everything, in the store's own order.
type Query struct {
	Show   Show
	Search string // user, device id, model, number: anywhere from three characters, else from the beginning
	Sort   Sort
	Desc   bool
	Cursor string // Page.Next or Page.Prev of the page before
	Limit  int    // 0: 50
	Year   int    // of ShowActed, in the time zone that is set; 0: the present one
}

// Page is one page of records.
type Page struct {
	Rows []Row
	Next string // cursor of the next page, empty on the last
	Prev string // cursor of the page before, empty on the first
	// Total counts all records that match; TotalIsMore says that counting was given up there.
	Total       int
	TotalIsMore bool
	// SearchOrder is set when so many match that they come in another order than asked for: OrderNewest,
	// OrderMatch, OrderAdded, OrderPolicy or OrderActed.
	SearchOrder string
	// Partial says that the page is short because looking further would have cost too much; Next goes on.
	Partial bool
}

// The fixed orders of searches that find more than can be sorted.
const (
	OrderNewest = "newest"  // newest records first
	OrderMatch  = "matches" // users that begin so, then device ids, models, numbers
	OrderAdded  = "added"   // as they were made: of more records of unknown users than can be sorted
	OrderPolicy = "policy"  // by the policy that is assigned, of more of them than can be sorted
	OrderActed  = "acted"   // by what was ordered last, the latest first, of more of them than can be sorted
)

// Row is one record as the list shows it.
type Row struct {
	access.Association
	Decision access.Decision // what a gateway would say to it now
	Why      access.Why      // the same in words
	Twins    []Twin          // the same pair seen through the other kind of Sentry; only with details and a single row by id
	// DeviceNumber is that of the linked device, where the record has no number of its own. Lists, rows by id
	// and exports have it.
	DeviceNumber string
	// Policy is the ActiveSync policy that is in force for it (D-06), Ack what its phone has said of one
	// last; nil: nothing yet.
	Policy PolicyState
	Ack    *access.PolicyAck
}

// Twin is the same account on the same device, through the other kind of Sentry.
type Twin struct {
	ID     access.AssociationID
	Domain access.Domain
}

// Details is what the pane beside the list shows of one record.
type Details struct {
	Row
	// SameDevice are other accounts on the same device, SameAccount the same account on other devices, the
	// ones last seen first; at most 50 of each. An action on this record leaves them alone, so
	// they are named.
	SameDevice  []Row
	SameAccount []Row
	// OtherPolicy are records of other mail apps of the same registered device that have another ActiveSync
	// policy (M-10), each with what its phone has said of it last (M-11).
	OtherPolicy []Row
	Timeline    []access.AuditEntry // newest first
	Wipes       []WipeRow           // orders for it, the latest first; that of Record.Wipe is the first
	Ruled       []RecordRule        // the blocking rules that speak of it, in the order in which they do
}
