// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// User is a person who owns devices and accounts.
type User struct {
	ID          access.UserID    `json:"id"`
	Name        string           `json:"name"`
	DisplayName string           `json:"display_name,omitempty"`
	Email       string           `json:"email,omitempty"`
	Number      string           `json:"number,omitempty"`
	Source      string           `json:"source" doc:"local, or the directory the user comes from"`
	Disabled    bool             `json:"disabled" doc:"Every account of a disabled user is refused"`
	Groups      []string         `json:"groups"`
	Accounts    []access.Account `json:"accounts" doc:"Canonical accounts, by realm of their mail server"`
	Comment     string           `json:"comment"`
	Devices     int              `json:"devices" doc:"Registered devices in use"`
	Created     time.Time        `json:"created,omitzero"`
	Updated     time.Time        `json:"updated,omitzero"`
	Version     int64            `json:"version" doc:"Grows with every change; the ETag"`
}

// UserDetails is a user with what is around it.
type UserDetails struct {
	User
	Owned    []Device      `json:"owned" doc:"Registered devices, and phones that wait to be registered"`
	Records  []Association `json:"records" doc:"Of all accounts"`
	Aliases  []Alias       `json:"aliases" doc:"Other names of the accounts"`
	Timeline []AuditEntry  `json:"timeline" doc:"What was done to the user, the devices and the records, newest first; the timeline has pages and more"`
}

// Alias says that two names of a realm are one account: whoever comes as from is judged and shown as to.
type Alias struct {
	Realm string    `json:"realm"`
	From  string    `json:"from"`
	To    string    `json:"to"`
	By    string    `json:"by,omitempty"`
	At    time.Time `json:"at,omitzero"`
}

// Group is a group that users are in.
type Group struct {
	Name  string `json:"name"`
	Users int64  `json:"users"`
}

func userOf(u *access.User) User {
	return User{ID: u.ID, Name: u.Name, DisplayName: u.DisplayName, Email: u.Email, Number: u.Number, Source: u.Source, Disabled: u.Disabled,
		Groups: append([]string{}, u.Groups...), Accounts: append([]access.Account{}, u.Accounts...), Comment: u.Comment, Devices: u.Devices,
		Created: u.Created.UTC(), Updated: u.Updated.UTC(), Version: u.Version}
}

func aliasOf(a *access.Alias) Alias {
	return Alias{Realm: a.Realm, From: a.From, To: a.To, By: a.By, At: a.At.UTC()}
}

// UserForm is what is said of a user. It is written as a whole: what is left out becomes empty.
type UserForm struct {
	Name        string           `json:"name" minLength:"1" maxLength:"320"`
	DisplayName string           `json:"display_name,omitempty" maxLength:"320"`
	Email       string           `json:"email,omitempty" maxLength:"320"`
	Number      string           `json:"number,omitempty" maxLength:"320"`
	Source      string           `json:"source,omitempty" maxLength:"100" doc:"absent: as it is, of a new user local"`
	Groups      []string         `json:"groups,omitempty" maxItems:"1000"`
	Accounts    []access.Account `json:"accounts,omitempty" maxItems:"1000" doc:"In any spelling. One that is somebody else's is refused"`
	Comment     string           `json:"comment,omitempty"`
	Reason      string           `json:"reason,omitempty" doc:"Kept in the audit log"`
}

func (f *UserForm) form() admin.UserForm {
	return admin.UserForm{Name: f.Name, DisplayName: f.DisplayName, Email: f.Email, Number: f.Number, Source: f.Source,
		Groups: f.Groups, Accounts: f.Accounts, Comment: f.Comment}
}
