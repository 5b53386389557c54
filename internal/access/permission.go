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

	VerbChangeRule    Verb = "change-rule"  // make, change, switch on and off, and delete blocking rules
	VerbConfirmRule   Verb = "confirm-rule" // let a rule hold as many records as it waits for
	VerbReleaseRecord Verb = "release"      // out of quarantine
	VerbHoldAgain     Verb = "hold-again"   // back into it

	VerbPreApprove       Verb = "pre-approve"
	VerbWithdrawApproval Verb = "withdraw-approval"
	VerbImport           Verb = "import"

	VerbChangePreferences Verb = "change-preferences"
	VerbChangeSettings    Verb = "change-settings"
	VerbExportUser        Verb = "export-user" // everything that is kept about a person, for the person
	VerbEraseUser         Verb = "erase-user"  // forget a person, in the audit log too
	VerbViewAudit         Verb = "view-audit"
	VerbViewAccess        Verb = "view-access"   // who may do what: administrators, tokens, sessions, signing in
	VerbManageAccess      Verb = "manage-access" // the same, to change it
)

// Verbs lists every verb once, so that the table of who may do what can be checked for gaps.
func Verbs() []Verb {
	list := make([]Verb, 0, len(permissions))
	for i := range permissions {
		list = append(list, permissions[i].verb)
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

// roles is a set of roles.
type roles struct{ administrator, operator, helpDesk, auditor bool }

func (s *roles) has(r Role) bool {
	switch r {
	case RoleAdministrator:
		return s.administrator
	case RoleOperator:
		return s.operator
	case RoleHelpDesk:
		return s.helpDesk
	case RoleAuditor:
		return s.auditor
	}
	return false
}

// The sets of roles that have verbs in common.
var (
	reads    = roles{administrator: true, operator: true, helpDesk: true, auditor: true}
	unmasked = roles{administrator: true, operator: true, auditor: true}
	helps    = roles{administrator: true, operator: true, helpDesk: true}
	operates = roles{administrator: true, operator: true}
	inspects = roles{administrator: true, auditor: true}
	rules    = roles{administrator: true}
)

// line is a line of the table.
type line struct {
	verb       Verb
	to         roles
	everybodys bool
}

// permissions says who may do what: every verb has a line, and no other place says it.
var permissions = [...]line{
	{verb: VerbView, to: reads},
	{verb: VerbSeePlain, to: unmasked},
	{verb: VerbExport, to: unmasked},
	{verb: VerbAllow, to: helps},
	{verb: VerbBlock, to: helps},
	{verb: VerbComment, to: helps},
	{verb: VerbRemove, to: operates},
	{verb: VerbClearRedirect, to: helps},
	{verb: VerbLink, to: helps},
	{verb: VerbUnlink, to: helps},
	{verb: VerbMatchAgain, to: helps},
	{verb: VerbAddDevice, to: operates},
	{verb: VerbChangeDevice, to: operates},
	{verb: VerbActivate, to: helps},
	{verb: VerbLose, to: helps},
	{verb: VerbFind, to: helps},
	{verb: VerbRetire, to: operates},
	{verb: VerbDeleteDevice, to: operates},
	{verb: VerbSetCompliance, to: operates},
	{verb: VerbAddUser, to: operates, everybodys: true}, // a user in another group, or an account that is another's: beyond the scope
	{verb: VerbChangeUser, to: operates, everybodys: true},
	{verb: VerbDisableUser, to: operates},
	{verb: VerbEnableUser, to: operates},
	{verb: VerbDeleteUser, to: operates},
	{verb: VerbMergeAccounts, to: operates, everybodys: true},
	{verb: VerbSplitAccounts, to: operates, everybodys: true},
	{verb: VerbAssignPolicy, to: operates},
	{verb: VerbRevertPolicy, to: operates},
	{verb: VerbAskPolicyAnew, to: helps},
	{verb: VerbChangePolicy, to: rules, everybodys: true},
	{verb: VerbWipe, to: operates},
	{verb: VerbCancelWipe, to: operates},
	{verb: VerbApproveWipe, to: rules},
	{verb: VerbCloseWipe, to: operates},
	{verb: VerbReleaseWipe, to: operates},
	{verb: VerbFreeze, to: rules, everybodys: true},
	{verb: VerbUnfreeze, to: rules, everybodys: true},
	{verb: VerbChangeRule, to: rules, everybodys: true},
	{verb: VerbConfirmRule, to: rules, everybodys: true},
	{verb: VerbReleaseRecord, to: helps},
	{verb: VerbHoldAgain, to: helps},
	{verb: VerbPreApprove, to: helps},
	{verb: VerbWithdrawApproval, to: helps},
	{verb: VerbImport, to: operates, everybodys: true},
	{verb: VerbChangePreferences, to: rules, everybodys: true},
	{verb: VerbChangeSettings, to: rules, everybodys: true},
	{verb: VerbExportUser, to: rules, everybodys: true},
	{verb: VerbEraseUser, to: rules, everybodys: true},
	{verb: VerbViewAudit, to: unmasked, everybodys: true},
	{verb: VerbViewAccess, to: inspects, everybodys: true},
	{verb: VerbManageAccess, to: rules, everybodys: true},
}

func lineOf(v Verb) *line {
	for i := range permissions {
		if permissions[i].verb == v {
			return &permissions[i]
		}
	}
	return nil
}

// PermissionTable gives the table of who may do what, a line for every verb, for the page and the
// reference.
func PermissionTable() []Cells {
	cells := make([]Cells, len(permissions))
	for i := range permissions {
		c := Cells{Verb: permissions[i].verb, Everybodys: permissions[i].everybodys}
		for _, r := range Roles() {
			if permissions[i].to.has(r) {
				c.Roles = append(c.Roles, r)
			}
		}
		cells[i] = c
	}
	return cells
}

// Holds reports whether the verb is the work of a role, leaving aside scopes.
func (c Cells) Holds(r Role) bool { return slices.Contains(c.Roles, r) }

// Covers reports whether the role may do all that another may.
func (r Role) Covers(inner Role) bool {
	for i := range permissions {
		if permissions[i].to.has(inner) && !permissions[i].to.has(r) {
			return false
		}
	}
	return true
}

// Actor is who asks: a signed-in administrator, an API token, or the house itself.
type Actor struct {
	Name    string // as the audit log shows it; another may have had it before
	Person  string // id of the administrator, or of the one a token acts for; empty: the house
	Token   string // id of the token; empty: it is none that asks
	Role    Role
	Session string // names the session or token without being usable as one
	Addr    string // where the request came from
	// Scope limits what the actor sees and touches to some users, their accounts, records and devices.
	// Nil: no limit, which a help desk never has.
	Scope *Scope
	// Only are the verbs of a token that may do less than its role; empty: all of the role's.
	Only []Verb
}

// Key names the actor to what is kept for him alone, such as what a button that was pressed has led to. A
// name does not: two tokens may share one, and somebody new may get that of somebody who has left.
func (a Actor) Key() string {
	switch {
	case a.Person == "":
		return "name " + a.Name
	case a.Token == "":
		return a.Person
	}
	return TokenKey(a.Person, a.Token)
}

// TokenKey is the Key of a token.
func TokenKey(person, token string) string { return person + "/" + token }

// Is reports whether what one has done is the other's own: a person and the tokens that act for the person
// are the same.
func (a Actor) Is(b Actor) bool {
	if a.Person == "" || b.Person == "" {
		return a.Key() == b.Key()
	}
	return a.Person == b.Person
}

// May reports whether the actor may do the verb at all: his role covers it, his token allows it, and it
// does not reach beyond the users he is limited to. Whether it may be done to this record, device or user,
// Scope says.
func (a Actor) May(v Verb) error {
	l := lineOf(v)
	switch {
	case l == nil || !l.to.has(a.Role):
		return Forbidden(string(v), "Your role does not allow this.")
	case a.Role == RoleHelpDesk && a.Scope == nil:
		return Forbidden(string(v), "No groups of users have been given to you yet.")
	case len(a.Only) > 0 && !slices.Contains(a.Only, v):
		return Forbidden(string(v), "This token does not allow this.")
	case l.everybodys && a.Scope != nil:
		return Forbidden(string(v), "This reaches beyond the groups of users you look after.")
	}
	return nil
}
