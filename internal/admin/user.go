// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// UserQuery chooses users. Show is one of store's user shows ("all", "active", "disabled", "directory",
// "local", "without-device"), Sort one of its user columns ("name", "added", "display", "email",
// "disabled", "source"); empty: all, by name. Search looks into name, display name, address, number and
// accounts.
type UserQuery Query

// UserShows lists every choice of Show of users.
func UserShows() []Show { return shows(store.UserShows()) }

// UserSorts lists every column users can be sorted by.
func UserSorts() []Sort { return sorts(store.UserColumns()) }

// UserPage is one page of users.
type UserPage struct {
	Rows []access.User
	PageMarks
}

// UserDetails is what the pane shows of one user.
type UserDetails struct {
	access.User
	Owned    []DeviceRow // registered devices, and phones that wait
	Records  []Row       // of all accounts
	Aliases  []access.Alias
	Timeline []access.AuditEntry
}

// UserForm is what a person or a program says of a user. It replaces everything it names. An account that
// is somebody else's is a Conflict that names the owner.
type UserForm struct {
	Name        string
	DisplayName string
	Email       string
	Number      string
	Source      string // empty: access.SourceLocal
	Groups      []string
	Accounts    []access.Account // in any spelling
	Comment     string
}

// UserFormOf gives the form that describes a user as it is.
func UserFormOf(u *access.User) UserForm {
	return UserForm{Name: u.Name, DisplayName: u.DisplayName, Email: u.Email, Number: u.Number, Source: u.Source,
		Groups: u.Groups, Accounts: u.Accounts, Comment: u.Comment}
}

// Merge names two names of a realm that are one account: whoever comes as From is To.
type Merge struct {
	Realm string
	From  string
	To    string
}

// MergePreview says what a merge would do now.
type MergePreview struct {
	Merge
	Steps []MergeStep
	Notes []string // in words
}

// MergeStep is one record of From. Where To has a record of the same device the two become one.
type MergeStep struct {
	From   Row
	To     *Row       // the other one; nil: the record moves as it is
	After  access.Why // what a gateway would say then
	Kept   access.AssociationID
	Word   access.Override // the override that wins
	Change bool            // the verdict differs for the phone that comes as From, or for the one that comes as To
}
