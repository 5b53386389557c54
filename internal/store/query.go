// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"cmp"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Show is the one criterion of the Show drop-down (F-01).
type Show string

// The choices of Show. The empty Show is ShowAll.
const (
	ShowAll       Show = "all"
	ShowLinked    Show = "linked"   // F-02
	ShowUnlinked  Show = "unlinked" // F-03
	ShowAllowed   Show = "allowed"
	ShowBlocked   Show = "blocked"
	ShowSuggested Show = "suggested" // unlinked, with a device that comes into question
	// ShowUnknownUser leaves records whose account belongs to no user (M-14). Where they are many they
	// come in the order they were made (OrderAdded).
	ShowUnknownUser Show = "unknown-user"
	// ShowPolicyAssigned leaves records whose device id was assigned a policy (F-04), ShowActed those for whose
	// device id somebody has ordered something between From and To (F-05). Where they are many they come device
	// id by device id (OrderPolicy, OrderActed).
	ShowPolicyAssigned Show = "policy-assigned"
	ShowActed          Show = "action-in-year"
)

// classes gives the classes a Show is made of.
func (s Show) classes() ([]int64, bool) {
	switch s {
	case "", ShowAll, ShowUnknownUser, ShowPolicyAssigned, ShowActed:
		return []int64{0, 1, 2, 3, 4, 5}, true
	case ShowUnlinked:
		return []int64{0, 1, 4, 5}, true
	case ShowSuggested:
		return []int64{4, 5}, true
	case ShowLinked:
		return []int64{2, 3}, true
	case ShowAllowed:
		return []int64{0, 2, 4}, true
	case ShowBlocked:
		return []int64{1, 3, 5}, true
	}
	return nil, false
}

// Column is a column to sort by.
type Column string

// The columns of the page, and the order in which records were made. The empty Column is SortLastSync,
// and then the newest come first.
const (
	SortAdded      Column = "added"
	SortDevice     Column = "device"
	SortUser       Column = "user"
	SortNumber     Column = "number"
	SortPhone      Column = "phone"
	SortOS         Column = "os"
	SortStatus     Column = "status"
	SortSyncStatus Column = "sync_status"
	SortFirstSync  Column = "first_sync"
	SortLastSync   Column = "last_sync"
	SortMailbox    Column = "mailbox"
	SortDomain     Column = "domain"
)

// The columns of the pages of devices, of users and of overrides, beside SortAdded, SortNumber and SortOS.
const (
	SortName       Column = "name"  // of devices and users
	SortOwner      Column = "owner" // from here on of devices
	SortModel      Column = "model"
	SortState      Column = "state"
	SortCompliance Column = "compliance"
	SortEnrolled   Column = "enrolled"
	SortCheckIn    Column = "checkin"
	SortDisplay    Column = "display" // from here on of users
	SortEmail      Column = "email"
	SortDisabled   Column = "disabled"
	SortSource     Column = "source"
	SortUntil      Column = "until" // from here on of overrides; those without an end come last
	SortAt         Column = "at"
)

// Columns lists every column to sort by.
func Columns() []Column {
	return []Column{SortAdded, SortDevice, SortUser, SortNumber, SortPhone, SortOS, SortStatus, SortSyncStatus,
		SortFirstSync, SortLastSync, SortMailbox, SortDomain}
}

// key gives the database column, "" for those that follow from the class alone or are seq itself.
func (c Column) key() (column string, numeric, ok bool) {
	switch c {
	case SortAdded, SortStatus, SortSyncStatus, SortState, SortCompliance, SortDisabled, SortSource:
		return "", false, true
	case SortName:
		return "key_name", false, true
	case SortOwner:
		return "key_owner", false, true
	case SortModel:
		return "key_model", false, true
	case SortEnrolled:
		return "enrolled", true, true
	case SortCheckIn:
		return "last_checkin", true, true
	case SortDisplay:
		return "key_display", false, true
	case SortEmail:
		return "key_email", false, true
	case SortUntil:
		return "override_ends", true, true
	case SortAt:
		return "override_at", true, true
	case SortDevice:
		return "key_device", false, true
	case SortUser:
		return "key_user", false, true
	case SortNumber:
		return "key_number", false, true
	case SortPhone:
		return "key_model", false, true
	case SortOS:
		return "key_os", false, true
	case SortMailbox:
		return "key_mailbox", false, true
	case SortDomain:
		return "domain", false, true
	case SortFirstSync:
		return "first_sync", true, true
	case SortLastSync:
		return "last_sync", true, true
	}
	return "", false, false
}

// Query asks for one page of associations.
type Query struct {
	Show   Show
	Search string // user, device id, model or number: part of it from three characters on, its beginning below
	Sort   Column
	Desc   bool
	Cursor string // Next or Prev of a Page of the same query
	Limit  int    // at most 500; 0: 50
	// From and To bound the actions of ShowActed: from the one on, before the other.
	From, To time.Time
	// Scope leaves only what belongs to the users in it. Where that is much, it comes in an order of its
	// own (OrderPeople), and a search may need several pages to find what there is.
	Scope *access.Scope
	// Cover covers numbers and ids in a row, a pointer to it, as whoever asks is shown it; nil: nothing is
	// covered. What is covered is then found by all of it, never by a part, and nothing is sorted by it.
	Cover func(row any)
}

// The fixed orders of searches that find more than can be sorted.
const (
	OrderNewest = "newest"  // newest records first
	OrderMatch  = "matches" // users that begin so, then device ids, models, numbers
	OrderAdded  = "added"   // as they were made, of the records without a user
	OrderPeople = "people"  // by the name of the user it belongs to, of lists that are limited to a scope
	OrderPolicy = "policy"  // by the policy that is assigned, of ShowPolicyAssigned
	OrderActed  = "acted"   // by the last action, the latest first, of ShowActed
)

// Page is one page of associations.
type Page struct {
	Rows []access.Association
	PageMarks
}

// PageMarks say what a page is a part of. A page stands still: rows that are made or removed meanwhile do not push
// others over its edges, since a page begins after the last row of the one before and not after a
// number of rows.
type PageMarks struct {
	Next string // "" when there is nothing after it
	Prev string
	// Total is how many there are. TotalIsMore: at least so many; counting all would cost too much.
	Total       int64
	TotalIsMore bool
	// SearchOrder is set when the search finds so many that they come in a fixed order, not the one
	// asked for.
	SearchOrder string
	// Partial says that the page is short because looking further would have cost too much. Next goes
	// on from there.
	Partial bool
}

// item is a row as sorting and paging see it.
type item struct {
	stage int // which field a prefix search found it by
	first int // what the class says in this order
	text  string
	num   int64
	seq   int64
	class int64
}

func (a item) compare(b item) int {
	return cmp.Or(cmp.Compare(a.stage, b.stage), cmp.Compare(a.first, b.first), cmp.Compare(a.text, b.text),
		cmp.Compare(a.num, b.num), cmp.Compare(a.seq, b.seq))
}

func sortItems(list []item, desc bool) {
	slices.SortFunc(list, func(a, b item) int {
		if desc {
			return b.compare(a)
		}
		return a.compare(b)
	})
}

func (c Column) first(class int64) int {
	switch c {
	case SortStatus:
		return int(class >> 1 & 1)
	case SortSyncStatus:
		return int(class & 1)
	case SortState:
		return int(class & 7)
	case SortCompliance:
		return int(class >> 3)
	case SortDisabled:
		return int(class & 1)
	case SortSource:
		return int(class >> 1 & 1)
	}
	return 0
}
