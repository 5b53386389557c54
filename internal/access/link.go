// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "time"

// LinkedBy says who has linked a record to its registered device, or has said that it belongs to none.
type LinkedBy string

// The ways. The matcher leaves alone what a hand has done, linked or unlinked.
const (
	LinkedByNobody  LinkedBy = ""
	LinkedByMatcher LinkedBy = "matcher"
	LinkedByHand    LinkedBy = "hand"
)

// Link is how a record came to its registered device, or, where Record.Device is empty and By is
// LinkedByHand, who has unlinked it.
type Link struct {
	By      LinkedBy  `json:"by,omitempty"`
	Who     string    `json:"who,omitempty"` // the administrator; empty for the matcher
	At      time.Time `json:"at,omitzero"`
	Score   int       `json:"score,omitempty"` // 0 to 100
	Reasons []string  `json:"reasons,omitempty"`
}

// Suggestion is a registered device that a record may belong to and that the matcher does not link by
// itself. Clear says that nothing else comes into question, so that one click may link many.
type Suggestion struct {
	Device  DeviceID `json:"device,omitempty"`
	Score   int      `json:"score,omitempty"`
	Clear   bool     `json:"clear,omitempty"`
	Reasons []string `json:"reasons,omitempty"`
}
