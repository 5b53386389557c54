// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

// Position says how far somebody has read the numbered changes: in which history, up to which number,
// and the random token of that change. A token that does not match means that the history was cut
// (a restored backup, a lost commit), and a full copy is needed.
type Position struct {
	History string `json:"history"`
	Number  int64  `json:"number"`
	Token   string `json:"token"`
}

// EntryKind says what an Entry is about.
type EntryKind string

// The kinds of entries that flow to gateways.
const (
	EntryRecord      EntryKind = "record"
	EntryEASDevice   EntryKind = "easdevice"
	EntryDevice      EntryKind = "device"
	EntryAccount     EntryKind = "account"
	EntryPreferences EntryKind = "preferences"
	EntryPreApproval EntryKind = "preapproval"
	EntryPolicy      EntryKind = "policy"
	EntrySite        EntryKind = "site"
	EntryBlocking    EntryKind = "blocking"
)

// Entry is the present state of one thing a verdict depends on. Key names it within its kind: the
// association id, canonical EAS device id, registered device id, realm + "/" + account, the id of
// a pre-approval, a policy or a blocking rule, or "" for the preferences and the site. Deleted says it is gone; otherwise exactly the pointer of its kind is set.
type Entry struct {
	Kind        EntryKind     `json:"kind"`
	Key         string        `json:"key"`
	Deleted     bool          `json:"deleted,omitempty"`
	Record      *Record       `json:"record,omitempty"`
	EASDevice   *EASDevice    `json:"easdevice,omitempty"`
	Device      *Device       `json:"device,omitempty"`
	Account     *AccountState `json:"account,omitempty"`
	Preferences *Preferences  `json:"preferences,omitempty"`
	PreApproval *PreApproval  `json:"preapproval,omitempty"`
	Policy      *Policy       `json:"policy,omitempty"`
	Site        *Site         `json:"-"`
	Blocking    *Blocking     `json:"blocking,omitempty"`
}

// Batch is a run of changes. Position is where the reader stands after applying it. Full says that a
// full copy begins with this batch (what the reader had is void); More says that the copy or the
// catching-up goes on, and the reader must not act on a full copy before a batch without More.
type Batch struct {
	Position Position `json:"position"`
	Full     bool     `json:"full,omitempty"`
	More     bool     `json:"more,omitempty"`
	Entries  []Entry  `json:"entries,omitempty"`
}
