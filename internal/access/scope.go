// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

// Scope limits what an actor sees and touches to the users of some groups, their accounts, records and
// devices. A nil Scope is no limit; one without groups sees nothing.
type Scope struct {
	Groups []string `json:"groups"`
}

// Covers reports whether a user of these groups lies in the scope.
func (s *Scope) Covers(groups []string) bool {
	if s == nil {
		return true
	}
	for _, g := range s.Groups {
		for _, h := range groups {
			if g == h {
				return true
			}
		}
	}
	return false
}
