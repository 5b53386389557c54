// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// PolicyForm is what a person says of an ActiveSync policy. Settings are values by the names of their
// elements, as in eas/provision; what is not in it is left open.
type PolicyForm struct {
	Name                  string
	Description           string
	Settings              map[string]string
	AllowNonProvisionable bool
	RefreshEvery          time.Duration // 0: phones ask anew only when the policy changes
	Note                  string        // why, kept with the revision
}

// PolicyCount is how many records have given an answer to a revision of a policy.
type PolicyCount = store.PolicyCount

// PolicyRow is a policy in the list of them.
type PolicyRow struct {
	store.Policy
	Default  bool
	Assigned int64         // to how many ActiveSync device ids
	Usage    []PolicyCount // what records have answered last, by revision, the latest first
}

// PolicyDetails is a policy with all it has said before, the latest first.
type PolicyDetails struct {
	PolicyRow
	Revisions []PolicyRevision
}

// PolicyRevision is a revision and what it has changed.
type PolicyRevision struct {
	store.PolicyRevision
	Diff []PolicyDiff
}

// PolicyDiff is one setting that a revision has changed. A value that is not there is left open.
type PolicyDiff struct {
	Element string
	Before  string
	After   string
}

// PolicyPreview says what a change of a policy, or another default one, would do now.
type PolicyPreview struct {
	Diff []PolicyDiff
	// Asked is how many phones, known by their ActiveSync device ids, would be asked to accept it; unknown
	// ones that come later are asked anyhow.
	Asked int64
	Notes []string
}

// The ways a record comes to its policy.
const (
	PolicyAssigned = "assigned" // to its ActiveSync device id
	PolicyDefault  = "default"
	PolicyServer   = "server" // none of ours: the mail server keeps its own
)

// PolicyState is the ActiveSync policy that is in force for a record (D-06).
type PolicyState struct {
	ID       access.PolicyID // empty: the mail server's own
	Name     string
	Revision int64
	From     string // PolicyAssigned, PolicyDefault or PolicyServer
}

// AssignPreview says what assigning a policy to records, or taking it back, would do.
type AssignPreview struct {
	Devices []AssignDevice
	Notes   []string
}

// AssignDevice is one ActiveSync device id that a policy would be assigned to, with every record it reaches
// those that were not chosen too.
type AssignDevice struct {
	Records []AssignRecord
	Before  PolicyState
	After   PolicyState
	// Advisory says that on such a phone it is better left to the management of devices; empty: fine.
	Advisory string
	// Differs says that another mail app of the same registered device would have another policy (M-10,
	// M-11); empty: none would.
	Differs string
}

// AssignRecord is one record in a preview. Records of people outside the actor's groups are counted in Notes
// and not listed.
type AssignRecord struct {
	ID     access.AssociationID
	Pair   access.Pair
	Chosen bool
}
