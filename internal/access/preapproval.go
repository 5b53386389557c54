// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// PreApproval lets a pair through before its first contact although it is not linked to a registered
// device (Y-08). It speaks until Until, or for ever when that is zero.
type PreApproval struct {
	ID     string    `json:"id"`
	Pair   Pair      `json:"pair"`
	Reason string    `json:"reason,omitempty"`
	By     string    `json:"by,omitempty"`
	At     time.Time `json:"at,omitzero"`
	Until  time.Time `json:"until,omitzero"`
}

// Speaks reports whether the approval still has something to say at now.
func (p *PreApproval) Speaks(now time.Time) bool {
	return p != nil && (p.Until.IsZero() || now.Before(p.Until))
}
