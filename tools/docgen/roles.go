// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/vedette-mail/vedette/internal/access"
)

// meaning says what a verb is, for a reader who has not seen the button.
func meaning() map[access.Verb]string {
	return map[access.Verb]string{
		access.VerbView:              "read pages, lists, details and jobs",
		access.VerbExportUser:        "write everything about one person to a file",
		access.VerbEraseUser:         "forget one person, in the audit log too",
		access.VerbSeePlain:          "see telephone numbers and ids in full where they are masked for others",
		access.VerbExport:            "write a list to a file",
		access.VerbAllow:             "allow a record",
		access.VerbBlock:             "block a record",
		access.VerbComment:           "change a comment",
		access.VerbRemove:            "remove a record",
		access.VerbClearRedirect:     "make gateways forget a redirect",
		access.VerbLink:              "link a record to a registered device",
		access.VerbUnlink:            "take a link away",
		access.VerbMatchAgain:        "give a record back to the matcher",
		access.VerbAddDevice:         "register a device",
		access.VerbChangeDevice:      "change a device",
		access.VerbActivate:          "put a device in use; one that was retired or wiped takes `retire` too",
		access.VerbLose:              "mark a device as lost",
		access.VerbFind:              "mark a lost device as found",
		access.VerbRetire:            "retire a device",
		access.VerbDeleteDevice:      "delete a device",
		access.VerbSetCompliance:     "say that a device is compliant, or why not",
		access.VerbAddUser:           "add a user",
		access.VerbChangeUser:        "change a user, the accounts and the groups",
		access.VerbDisableUser:       "disable a user",
		access.VerbEnableUser:        "enable a user",
		access.VerbDeleteUser:        "delete a user",
		access.VerbMergeAccounts:     "join two names that are one account",
		access.VerbSplitAccounts:     "take such a joining back",
		access.VerbAssignPolicy:      "assign an ActiveSync policy to a phone",
		access.VerbRevertPolicy:      "take an assigned policy back",
		access.VerbAskPolicyAnew:     "have a phone ask for its policy once more",
		access.VerbChangePolicy:      "make and change policies, and choose the default one",
		access.VerbWipe:              "order a wipe",
		access.VerbCancelWipe:        "take an order back before the phone has been told",
		access.VerbApproveWipe:       "approve the order of another administrator",
		access.VerbCloseWipe:         "give up an order that nobody has acknowledged",
		access.VerbReleaseWipe:       "let a wiped record go again",
		access.VerbFreeze:            "hold all destructive orders",
		access.VerbUnfreeze:          "let destructive orders go again",
		access.VerbChangeRule:        "make, change, switch and delete blocking rules",
		access.VerbConfirmRule:       "let a rule hold as many records as wait for it",
		access.VerbReleaseRecord:     "let a record out of quarantine",
		access.VerbHoldAgain:         "take such a release back",
		access.VerbPreApprove:        "approve a pair before its first contact",
		access.VerbWithdrawApproval:  "withdraw such an approval",
		access.VerbImport:            "import devices, users or records from a file",
		access.VerbChangePreferences: "change the preferences",
		access.VerbChangeSettings:    "change the settings",
		access.VerbViewAudit:         "read the audit log",
		access.VerbViewAccess:        "see administrators, everybody's tokens and sessions, and how one signs in",
		access.VerbManageAccess:      "look after administrators, everybody's tokens and sessions, and signing in",
	}
}

func roleName(r access.Role) string {
	return map[access.Role]string{access.RoleAdministrator: "Administrator", access.RoleOperator: "Operator",
		access.RoleHelpDesk: "Help desk", access.RoleAuditor: "Auditor"}[r]
}

// roles writes the table of who may do what.
func roles(context.Context, string) ([]byte, error) {
	var b bytes.Buffer
	var wrong []error
	b.WriteString("# Who may do what\n\nGenerated from the program; do not edit. How to give somebody a role: [operate/administrators.md](../operate/administrators.md).\n\n" +
		"A verb is one word for a button, a path of the API and an event of the audit log. A token never may more than its owner.\n" +
		"Whoever is limited to groups of users sees and does this for their records, devices and accounts only, and what is marked\n" +
		"*all users* not at all, since it reaches further. A help desk always is; without groups it sees nothing.\n\n| verb | to |")
	rule := "|---|---|"
	for _, r := range access.Roles() {
		if roleName(r) == "" {
			wrong = append(wrong, fmt.Errorf("role %q has no name", r))
		}
		b.WriteString(" " + roleName(r) + " |")
		rule += ":-:|"
	}
	b.WriteString(" reaches |\n" + rule + "---|\n")
	means := meaning()
	for _, c := range access.PermissionTable() {
		if means[c.Verb] == "" {
			wrong = append(wrong, fmt.Errorf("say in meaning() what %q does", c.Verb))
		}
		fmt.Fprintf(&b, "| `%s` | %s |", c.Verb, means[c.Verb])
		for _, r := range access.Roles() {
			if c.Holds(r) {
				b.WriteString(" yes |")
			} else {
				b.WriteString(" – |")
			}
		}
		if c.Everybodys {
			b.WriteString(" *all users* |\n")
		} else {
			b.WriteString(" its groups |\n")
		}
	}
	return b.Bytes(), errors.Join(wrong...)
}
