// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// a mail server that nobody has told of is refused wherever a name of an account is taken, and those
// there are are named; as long as not every one is known, any is taken.
func TestAMailServerNobodyHasToldOfIsRefused(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	form := func(name, realm string) admin.UserForm {
		return admin.UserForm{Name: name, Accounts: []access.Account{{Realm: realm, Account: name}}}
	}
	old, err := w.admin.AddUser(ctx, root(), form("olga", "gone"), admin.Act{})
	if err != nil {
		t.Fatalf("before any gateway has told: %v", err)
	}
	w.told("gw0", time.Hour, access.BackendHealth{Name: "early"}) // a gateway of an earlier version tells of no realms
	if _, err := w.admin.AddUser(ctx, root(), form("petra", "nosuch"), admin.Act{}); err != nil {
		t.Errorf("before every gateway has told: %v", err)
	}
	w.told("gw0", 0, lab(), access.BackendHealth{Name: "second", Realm: "office"})
	for what, do := range map[string]func(realm string) error{
		"a user": func(realm string) error {
			_, err := w.admin.AddUser(ctx, root(), form("quirin", realm), admin.Act{})
			return err
		},
		"a user's second account": func(realm string) error {
			f := form("olga", "gone")
			f.Accounts = append(f.Accounts, access.Account{Realm: realm, Account: "olga"})
			_, err := w.admin.ChangeUser(ctx, root(), access.UserID(old.ID), f, admin.Act{})
			return err
		},
		"a pre-approval": func(realm string) error {
			_, err := w.admin.PreApprove(ctx, root(), admin.ApprovalForm{Realm: realm, Account: "quirin", Device: "D9"}, admin.Act{})
			return err
		},
		"a merge": func(realm string) error {
			_, err := w.admin.MergeAccounts(ctx, root(), admin.Merge{Realm: realm, From: "rosa", To: "rosa.red"}, admin.Act{})
			return err
		},
	} {
		err := do("nosuch")
		if text := access.TextOf(err); access.KindOf(err) != access.KindInvalid || !strings.Contains(text, "“nosuch”") || !strings.Contains(text, "lab, office") {
			t.Errorf("%s: %q", what, text)
		}
		if err := do("lab"); err != nil {
			t.Errorf("%s of a mail server there is: %v", what, err)
		}
	}
	f := form("olga", "gone")
	f.Comment = "her old mail server stays on the form"
	if _, err := w.admin.ChangeUser(ctx, root(), access.UserID(old.ID), f, admin.Act{}); err != nil {
		t.Errorf("an account that is there already: %v", err)
	}
	for kind, file := range map[admin.ImportKind]string{
		admin.ImportUsers:    "Name,Accounts\nsven,nosuch:sven\ntom,lab:tom\n",
		admin.ImportExpected: "Device id,Account,Mail server\nD1,sven,nosuch\nD2,tom,lab\n",
	} {
		i := w.check(admin.ImportForm{Kind: kind, File: "file.csv", Realm: "lab"}, []byte(file))
		if i.Counts[admin.LineRefused] != 1 || i.Counts[admin.LineCreate] != 1 || !strings.Contains(w.lines(i.ID)[0], "“nosuch”") {
			t.Errorf("%s: %v, %q", kind, i.Counts, w.lines(i.ID))
		}
	}
}
