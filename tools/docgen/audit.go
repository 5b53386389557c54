// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// event is one word of the audit log's Event column.
type event struct{ name, means string }

// events says what each means. An event of the program that is not here, or one here that the program
// does not have, is an error.
func events() []event {
	return []event{
		{"allow", "A record was allowed, until further notice or a date. Also the start of a job that allows many."},
		{"block", "A record was blocked, until further notice or a date. Also the start of a job that blocks many."},
		{"comment", "The comment on a record was changed. Also the start of a job."},
		{"remove", "A record was removed. The next contact is judged anew. Also the start of a job."},
		{"clear-redirect", "Gateways were told to forget to which server the mail server had sent a record."},
		{"link", "A record was linked to a registered device: by whoever the line names, vedette being the matcher, which says why. Also the start of a job."},
		{"unlink", "A record was taken off its registered device. The matcher leaves alone what a person has unlinked. Also the start of a job."},
		{"match-again", "A record was given back to the matcher, which links it or not as it finds. Also the start of a job."},
		{"successor", "A phone that is known under another device id was recognised."},
		{"facts", "A known phone tells something else of itself than before: which fact, from what, to what. A change is not repeated within 30 days, and there are at most four lines of a record within 24 hours."},
		{"add-device", "A device was registered."},
		{"change-device", "What is known of a registered device was changed; the line holds both values of each that differs."},
		{"activate", "A registered device was taken into use, or back into use."},
		{"lose", "A device was reported lost: all mail traffic of the phone is refused."},
		{"find", "A lost device was found."},
		{"retire", "A device was taken out of use: all mail traffic of the phone is refused."},
		{"delete-device", "A registered device was forgotten and its records unlinked."},
		{"set-compliance", "A device keeps its security policy, or does not any more; the line says why not and who says so."},
		{"add-user", "A user was made."},
		{"change-user", "A user was changed; the line holds both values of each that differs."},
		{"disable-user", "A user was disabled: every account of the user is refused."},
		{"enable-user", "A user was enabled again."},
		{"delete-user", "A user was forgotten. The accounts and devices belong to nobody."},
		{"merge-accounts", "Two names turned out to be one account; their records were joined."},
		{"split-accounts", "Two names that had been joined are two accounts again."},
		{"assign-policy", "An ActiveSync policy was assigned to the phone of a record; the other records of the phone have a line of their own. Also the start of a job."},
		{"revert-policy", "An assigned policy was taken back. Also the start of a job."},
		{"ask-policy-anew", "A phone is asked for its policy although that has not changed."},
		{"change-policy", "A policy was made, changed, copied or deleted, or another one is the default; the line holds both values of each setting that differs."},
		{"policy", "A phone has answered to a revision of its policy: applied, partial, refused, external (managed by somebody else), or ignored. A claim, never proof."},
		{"wipe", "A wipe was ordered, by a person or at the mail server; or vedette says how far an order has come, and which other accounts went with it. Also the start of a job."},
		{"wipe-cap", "An order to wipe was refused because as many have been given within the hour as are allowed."},
		{"cancel-wipe", "An order was taken back before the phone had been told."},
		{"approve-wipe", "An administrator has approved the order of another one."},
		{"close-wipe", "An order that nobody has acknowledged with accepted credentials was given up. The record stays blocked."},
		{"release-wipe", "A wiped record was let go again."},
		{"freeze", "All destructive orders are held."},
		{"unfreeze", "Destructive orders go again."},
		{"change-rule", "A blocking rule was made, changed, put in force or out of it, or deleted; the line holds both values of each that differs."},
		{"confirm-rule", "Somebody has seen how many records a blocking rule speaks of, and it may hold so many."},
		{"release", "A record was let out of quarantine. Also the start of a job."},
		{"hold-again", "Such a release was taken back. Also the start of a job."},
		{"pre-approve", "An account on a device was let through before its first contact."},
		{"withdraw-approval", "That was taken back."},
		{"import", "Devices, users or compliance were read from a file."},
		{"change-settings", "Settings were changed; the line says which."},
		{"export-user", "Everything that is kept about a person was written to a file."},
		{"erase-user", "A person was forgotten: user, devices and records were removed, and the name was taken out of the audit log. The line holds the word that stands there now."},
		{"purge", "What is older than the settings keep was forgotten: a record, or lines of the audit log, whose number the line says."},
		{"back-up", "A backup was asked for, or written, or failed; the line says which."},
		{"test-mail", "A test mail was sent, or could not be."},
		{"undo", "A change of a record was taken back."},
		{"end-override", "The word of an administrator on a record was taken off: neither allowed nor blocked by anybody."},
		{"cancel-job", "A job over many records was stopped; the line says how far it had come."},
		{"change-preferences", "Preferences were changed; the line holds both values of each that differs."},
		{"export", "Records were written to a CSV file; the line says which."},
		{"sign-in", "An administrator signed in; the line says how."},
		{"sign-in-failed", "A sign-in was refused. A name that does not exist is not written down: it may be a password in the wrong field."},
		{"sign-out", "An administrator signed out."},
		{"set-up", "A one-time link was used: it made the first administrator, or gave another one a password."},
		{"create-administrator", "Another administrator was made."},
		{"disable-administrator", "An administrator may no longer sign in."},
		{"enable-administrator", "An administrator may sign in again."},
		{"delete-administrator", "An administrator was removed, with tokens and passkeys."},
		{"change-rights", "An administrator was given another role or other groups; the line holds both."},
		{"reset-second-factor", "One-time code, recovery codes and passkeys of an administrator were removed by another."},
		{"add-passkey", "An administrator added a passkey to the own account."},
		{"remove-passkey", "An administrator removed a passkey from the own account."},
		{"change-sign-in", "What signing in asks for was changed: second factors, or sign-in with OpenID Connect."},
		{"change-password", "An administrator changed the own password."},
		{"reset-password", "An administrator was given a new password, or a one-time link to choose one."},
		{"enable-one-time-code", "One-time codes were turned on for an account."},
		{"disable-one-time-code", "One-time codes were turned off for an account."},
		{"revoke-session", "A session was ended by somebody."},
		{"create-token", "An API token was made."},
		{"revoke-token", "An API token was taken back."},
	}
}

// silent are the verbs that leave no line: reading, and a permission whose deeds have words of their own.
func silent() []access.Verb {
	return []access.Verb{access.VerbView, access.VerbViewAudit, access.VerbViewAccess, access.VerbManageAccess, access.VerbSeePlain}
}

func auditEvents(_ context.Context, root string) ([]byte, error) {
	in := make(map[string]bool)
	for _, v := range access.Verbs() {
		if !slices.Contains(silent(), v) {
			in[string(v)] = true
		}
	}
	for _, room := range []string{"internal/admin", "internal/intake", "internal/linking", "internal/login"} {
		if err := eventConstants(root, room, in); err != nil {
			return nil, err
		}
	}
	var wrong []error
	var b bytes.Buffer
	b.WriteString("# Audit events\n\nGenerated from the program; do not edit.\n\n" +
		"Every line says who, from which address, when (UTC), what was done to which thing, and why. A line that gateways\n" +
		"have to follow carries the change number. Lines are written in the transaction of the change itself.\n\n" +
		"| event | meaning |\n|---|---|\n")
	for _, e := range events() {
		if !in[e.name] {
			wrong = append(wrong, fmt.Errorf("the program has no event %q", e.name))
		}
		delete(in, e.name)
		fmt.Fprintf(&b, "| `%s` | %s |\n", e.name, e.means)
	}
	for name := range in {
		wrong = append(wrong, fmt.Errorf("say in events() what %q means", name))
	}
	return b.Bytes(), errors.Join(wrong...)
}

// eventConstants collects the constants of a room whose names begin with Event.
func eventConstants(root, room string, in map[string]bool) error {
	entries, err := os.ReadDir(filepath.Join(root, filepath.FromSlash(room)))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parse(root, room+"/"+e.Name())
		if err != nil {
			return err
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				for i, n := range v.Names {
					if strings.HasPrefix(strings.ToLower(n.Name), "event") && i < len(v.Values) && text(v.Values[i]) != "" {
						in[text(v.Values[i])] = true
					}
				}
			}
		}
	}
	return nil
}
