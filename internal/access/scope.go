// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "slices"

// Scope limits what an actor sees and touches to some users, their accounts, records and devices: to those
// of some groups, and to those that are listed one by one. A nil Scope is no limit; an empty one sees nothing.
type Scope struct {
	Groups []string `json:"groups"`
	Users  []UserID `json:"users,omitempty"`
}

// IsEmpty reports whether nobody can lie in the scope.
func (s *Scope) IsEmpty() bool { return s != nil && len(s.Groups) == 0 && len(s.Users) == 0 }

// Covers reports whether a user, who is in these groups, lies in the scope.
func (s *Scope) Covers(id UserID, groups []string) bool {
	if s == nil || id != "" && slices.Contains(s.Users, id) {
		return true
	}
	return slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(s.Groups, g) })
}
