// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

// Verb is something a person can do. Button, method, API path and audit event use the same word.
type Verb string

// The verbs.
const (
	VerbView              Verb = "view"
	VerbExport            Verb = "export"
	VerbAllow             Verb = "allow"
	VerbBlock             Verb = "block"
	VerbComment           Verb = "comment"
	VerbRemove            Verb = "remove"
	VerbClearRedirect     Verb = "clear-redirect"
	VerbChangePreferences Verb = "change-preferences"
	VerbViewAudit         Verb = "view-audit"
	VerbManageAccess      Verb = "manage-access" // administrators, tokens
)

// Verbs lists every verb once, so that the table of who may do what can be checked for gaps.
func Verbs() []Verb {
	return []Verb{VerbView, VerbExport, VerbAllow, VerbBlock, VerbComment, VerbRemove, VerbClearRedirect,
		VerbChangePreferences, VerbViewAudit, VerbManageAccess}
}

// Role is what an administrator account is for.
type Role string

// The roles.
const (
	RoleAdministrator Role = "administrator"
	RoleAuditor       Role = "auditor"
)

// Actor is who asks: a signed-in administrator, an API token, or the house itself.
type Actor struct {
	Name    string // as the audit log shows it
	Role    Role
	Session string // names the session or token without being usable as one
	Addr    string // where the request came from
}

// May reports whether the role of the actor covers the verb.
func (a Actor) May(v Verb) error {
	switch a.Role {
	case RoleAdministrator:
		return nil
	case RoleAuditor:
		if v == VerbView || v == VerbExport || v == VerbViewAudit {
			return nil
		}
	}
	return Forbidden(string(v), "Your role does not allow this.")
}
