// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// User is a person the console knows: who owns registered devices and mail accounts. Names are unique
// without regard to case.
type User struct {
	ID          UserID
	Name        string // how the person signs in elsewhere; the name lists are sorted by
	DisplayName string
	Email       string
	Number      string
	Source      string   // SourceLocal, or the directory the user comes from
	Disabled    bool     // every account of a disabled user is refused
	Groups      []string // sorted, each once; scopes of help desks are made of them
	Accounts    []Account
	Comment     string
	Devices     int // registered devices in use: neither retired nor wiped; written by the store
	Created     time.Time
	Updated     time.Time
	Version     int64
}

// SourceLocal is the source of what people have entered by hand or from a file.
const SourceLocal = "local"

// Account names a mail account: the realm of its mail server and the canonical account name in it.
type Account struct {
	Realm   string `json:"realm"`
	Account string `json:"account"`
}

// Alias says that two names are one account: whoever comes as From is judged, recorded and shown
// as To. An alias never points to another alias.
type Alias struct {
	Realm string
	From  string
	To    string
	By    string
	At    time.Time
}
