// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package access

import "slices"

// Verb is something a person can do. Button, method, API path and audit event use the same word.
type Verb string

// The verbs.
const (
	VerbView     Verb = "view"
	VerbSeePlain Verb = "see-plain" // numbers and ids unmasked
	VerbExport   Verb = "export"

	VerbAllow         Verb = "allow"
	VerbBlock         Verb = "block"
	VerbComment       Verb = "comment"
	VerbRemove        Verb = "remove"
	VerbClearRedirect Verb = "clear-redirect"

	VerbLink       Verb = "link"
	VerbUnlink     Verb = "unlink"
	VerbMatchAgain Verb = "match-again" // give a record back to the matcher

	VerbAddDevice     Verb = "add-device"
	VerbChangeDevice  Verb = "change-device"
	VerbActivate      Verb = "activate"
	VerbLose          Verb = "lose" // mark as lost
	VerbFind          Verb = "find" // mark as found
	VerbRetire        Verb = "retire"
	VerbDeleteDevice  Verb = "delete-device"
	VerbSetCompliance Verb = "set-compliance"

	VerbAddUser       Verb = "add-user"
	VerbChangeUser    Verb = "change-user"
	VerbDisableUser   Verb = "disable-user"
	VerbEnableUser    Verb = "enable-user"
	VerbDeleteUser    Verb = "delete-user"
	VerbMergeAccounts Verb = "merge-accounts"
	VerbSplitAccounts Verb = "split-accounts" // take a merge back, later than its undo

	VerbAssignPolicy  Verb = "assign-policy" // to an ActiveSync device id
	VerbRevertPolicy  Verb = "revert-policy"
	VerbAskPolicyAnew Verb = "ask-policy-anew" // have a phone ask for a policy that has not changed
	VerbChangePolicy  Verb = "change-policy"   // what policies say, and which one is the default
	VerbWipe          Verb = "wipe"
	VerbCancelWipe    Verb = "cancel-wipe"  // before the phone has been told
	VerbApproveWipe   Verb = "approve-wipe" // that of another administrator
	VerbCloseWipe     Verb = "close-wipe"   // give an order up that nobody has acknowledged
	VerbReleaseWipe   Verb = "release-wipe" // let a wiped record go again
	VerbFreeze        Verb = "freeze"       // hold all destructive orders
	VerbUnfreeze      Verb = "unfreeze"

	VerbPreApprove       Verb = "pre-approve"
	VerbWithdrawApproval Verb = "withdraw-approval"
	VerbImport           Verb = "import"

	VerbChangePreferences Verb = "change-preferences"
	VerbChangeSettings    Verb = "change-settings"
	VerbExportUser        Verb = "export-user" // everything that is kept about a person, for the person
	VerbEraseUser         Verb = "erase-user"  // forget a person, in the audit log too
	VerbViewAudit         Verb = "view-audit"
	VerbManageAccess      Verb = "manage-access" // administrators, tokens, sessions
)

// Verbs lists every verb once, so that the table of who may do what can be checked for gaps.
func Verbs() []Verb {
	list := make([]Verb, 0, len(cells()))
	for _, c := range cells() {
		list = append(list, c.Verb)
	}
	return list
}

// Role is what an administrator account is for.
type Role string

// The roles.
const (
	RoleAdministrator Role = "administrator"
	RoleOperator      Role = "operator" // the daily work on records, devices and users
	RoleHelpDesk      Role = "helpdesk" // answers the phones of some groups of users
	RoleAuditor       Role = "auditor"  // reads everything, changes nothing
)

// Roles lists every role once, the one that may most first.
func Roles() []Role { return []Role{RoleAdministrator, RoleOperator, RoleHelpDesk, RoleAuditor} }

// Cells is one line of the table of who may do what.
type Cells struct {
	Verb Verb
	// Roles are those whose work the verb is.
	Roles []Role
	// Everybodys says that the verb reaches beyond any group of users: who is limited to some groups may
	// not do it, whatever the role.
	Everybodys bool
}

// cells is the table: every verb has a line, and no other place says who may do what.
func cells() []Cells {
	reads := []Role{RoleAdministrator, RoleOperator, RoleHelpDesk, RoleAuditor}
	unmasked := []Role{RoleAdministrator, RoleOperator, RoleAuditor}
	helps := []Role{RoleAdministrator, RoleOperator, RoleHelpDesk}
	operates := []Role{RoleAdministrator, RoleOperator}
	rules := []Role{RoleAdministrator}
	return []Cells{
		{VerbView, reads, false},
		{VerbSeePlain, unmasked, false},
		{VerbExport, unmasked, false},
		{VerbAllow, helps, false},
		{VerbBlock, helps, false},
		{VerbComment, helps, false},
		{VerbRemove, operates, false},
		{VerbClearRedirect, helps, false},
		{VerbLink, helps, false},
		{VerbUnlink, helps, false},
		{VerbMatchAgain, helps, false},
		{VerbAddDevice, operates, false},
		{VerbChangeDevice, operates, false},
		{VerbActivate, helps, false},
		{VerbLose, helps, false},
		{VerbFind, helps, false},
		{VerbRetire, operates, false},
		{VerbDeleteDevice, operates, false},
		{VerbSetCompliance, operates, false},
		{VerbAddUser, operates, true}, // a user in another group, or an account that is another's: beyond the scope
		{VerbChangeUser, operates, true},
		{VerbDisableUser, operates, false},
		{VerbEnableUser, operates, false},
		{VerbDeleteUser, operates, false},
		{VerbMergeAccounts, operates, true},
		{VerbSplitAccounts, operates, true},
		{VerbAssignPolicy, operates, false},
		{VerbRevertPolicy, operates, false},
		{VerbAskPolicyAnew, helps, false},
		{VerbChangePolicy, rules, true},
		{VerbWipe, operates, false},
		{VerbCancelWipe, operates, false},
		{VerbApproveWipe, rules, false},
		{VerbCloseWipe, operates, false},
		{VerbReleaseWipe, operates, false},
		{VerbFreeze, rules, true},
		{VerbUnfreeze, rules, true},
		{VerbPreApprove, helps, false},
		{VerbWithdrawApproval, helps, false},
		{VerbImport, operates, true},
		{VerbChangePreferences, rules, true},
		{VerbChangeSettings, rules, true},
		{VerbExportUser, rules, true},
		{VerbEraseUser, rules, true},
		{VerbViewAudit, unmasked, true},
		{VerbManageAccess, rules, true},
	}
}

// PermissionTable gives the table of who may do what, a line for every verb, for the page and the
// reference.
func PermissionTable() []Cells { return cells() }

// Holds reports whether the verb is the work of a role, leaving aside scopes.
func (c Cells) Holds(r Role) bool { return slices.Contains(c.Roles, r) }

// Actor is who asks: a signed-in administrator, an API token, or the house itself.
type Actor struct {
	Name    string // as the audit log shows it
	Role    Role
	Session string // names the session or token without being usable as one
	Addr    string // where the request came from
	// Scope limits what the actor sees and touches to the users of some groups, their accounts, records
	// and devices. Nil: no limit, which a help desk never has.
	Scope *Scope
	// Only are the verbs of a token that may do less than its role; empty: all of the role's.
	Only []Verb
}

// May reports whether the actor may do the verb at all: his role covers it, his token allows it, and it
// does not reach beyond the groups he is limited to. Whether it may be done to this record, device or
// user, Scope says.
func (a Actor) May(v Verb) error {
	for _, c := range cells() {
		switch {
		case c.Verb != v:
			continue
		case !c.Holds(a.Role):
			return Forbidden(string(v), "Your role does not allow this.")
		case a.Role == RoleHelpDesk && a.Scope == nil:
			return Forbidden(string(v), "No groups of users have been given to you yet.")
		case len(a.Only) > 0 && !slices.Contains(a.Only, v):
			return Forbidden(string(v), "This token does not allow this.")
		case c.Everybodys && a.Scope != nil:
			return Forbidden(string(v), "This reaches beyond the groups of users you look after.")
		}
		return nil
	}
	return Forbidden(string(v), "Your role does not allow this.")
}
