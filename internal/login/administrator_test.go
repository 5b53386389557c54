// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

func TestSomebodyIsInvitedAndChoosesThePassword(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	ctx, house := t.Context(), login.House()
	token, _, err := w.login.Invite(ctx, house, login.NewAdministrator{Name: "bob", Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{"sales", " it ", "sales"}}})
	if err != nil {
		t.Fatal(err)
	}
	b := w.browser()
	b.must(401, "/sign-in", "name", "bob", "password", "")
	if link, err := w.login.CheckSetupLink(ctx, token); err != nil || link.First || link.Name != "bob" || link.Role != access.RoleHelpDesk {
		t.Errorf("%+v, %v", link, err)
	}
	b.must(422, "/set-up", "token", token, "password", "short")
	b.must(200, "/set-up", "token", token, "name", "mallory", "password", "fine phrase to know")
	if status, who := b.get("/me"); status != 200 || who != "bob" {
		t.Errorf("%d %s", status, who)
	}
	b.must(404, "/set-up", "token", token, "password", "another fine phrase")
	all, err := w.login.ListAdministrators(ctx, house)
	if err != nil || strings.Join(all[1].Scope.Groups, ",") != "it,sales" || !all[1].Password {
		t.Errorf("%+v, %v", all, err)
	}
	t.Run("a new link takes the password away, and replaces older links", func(t *testing.T) {
		first, _, err := w.login.NewSetupLink(ctx, house, "bob")
		if err != nil {
			t.Fatal(err)
		}
		second, _, err := w.login.NewSetupLink(ctx, house, "bob")
		if err != nil {
			t.Fatal(err)
		}
		if status, _ := b.get("/me"); status != 401 {
			t.Errorf("the session goes on: %d", status)
		}
		c := w.browser()
		c.must(401, "/sign-in", "name", "bob", "password", "fine phrase to know")
		c.must(404, "/set-up", "token", first, "password", "another fine phrase")
		c.must(200, "/set-up", "token", second, "password", "another fine phrase")
	})
	t.Run("a link ends after a day, and with the account", func(t *testing.T) {
		late, _, err := w.login.Invite(ctx, house, login.NewAdministrator{Name: "carl", Role: access.RoleAuditor})
		if err != nil {
			t.Fatal(err)
		}
		gone, _, err := w.login.Invite(ctx, house, login.NewAdministrator{Name: "dora", Role: access.RoleAuditor})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.login.DeleteAdministrator(ctx, house, "dora"); err != nil {
			t.Fatal(err)
		}
		w.browser().must(404, "/set-up", "token", gone, "password", "another fine phrase")
		w.clock.forward(25 * time.Hour)
		w.browser().must(404, "/set-up", "token", late, "password", "another fine phrase")
	})
}

func TestAHelpDeskWithoutGroupsSeesNothing(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	if err := w.login.CreateAdministrator(t.Context(), login.House(), "hugo", "fine phrase to know", access.RoleHelpDesk); err != nil {
		t.Fatal(err)
	}
	b := w.browser()
	b.must(200, "/sign-in", "name", "hugo", "password", "fine phrase to know")
	if status, body := b.get("/scope"); status != 200 || body != "[]" {
		t.Errorf("%d %s", status, body)
	}
	if err := w.login.ChangeRights(t.Context(), login.House(), "hugo", access.RoleHelpDesk, &access.Scope{Groups: []string{"sales"}}); err != nil {
		t.Fatal(err)
	}
	if status, _ := b.get("/scope"); status != 401 {
		t.Errorf("the session with the old groups goes on: %d", status)
	}
	b.must(200, "/sign-in", "name", "hugo", "password", "fine phrase to know")
	if status, body := b.get("/scope"); status != 200 || body != "[sales]" {
		t.Errorf("%d %s", status, body)
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	ctx, house := t.Context(), login.House()
	if _, _, err := w.login.Invite(ctx, house, login.NewAdministrator{Name: "invited", Role: access.RoleAdministrator}); err != nil {
		t.Fatal(err)
	}
	if err := w.login.CreateAdministrator(ctx, house, "limited", "fine phrase to know", access.RoleAdministrator, &access.Scope{Groups: []string{"x"}}); err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func(context.Context) error{
		"disable": func(ctx context.Context) error { return w.login.DisableAdministrator(ctx, house, "alice") },
		"delete":  func(ctx context.Context) error { return w.login.DeleteAdministrator(ctx, house, "ALICE") },
		"role": func(ctx context.Context) error {
			return w.login.ChangeRights(ctx, house, "alice", access.RoleOperator, nil)
		},
		"limit": func(ctx context.Context) error {
			return w.login.ChangeRights(ctx, house, "alice", access.RoleAdministrator, &access.Scope{Groups: []string{"x"}})
		},
		"link": func(ctx context.Context) error { _, _, err := w.login.NewSetupLink(ctx, house, "alice"); return err },
	} {
		t.Run(name, func(t *testing.T) { wantInvalid(t, try(t.Context())) })
	}
	t.Run("of two who disable each other one stays", func(t *testing.T) {
		if err := w.login.CreateAdministrator(ctx, house, "bob", "fine phrase to know", access.RoleAdministrator); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, name := range []string{"alice", "bob"} {
			wg.Go(func() { errs[i] = w.login.DisableAdministrator(ctx, house, name) })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("%v", errs)
		}
	})
}

func TestWhoMayNotManageAccessDoesNothingHere(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	ctx := t.Context()
	scoped := &access.Scope{Groups: []string{"sales"}}
	for _, who := range []access.Actor{{}, {Role: access.RoleOperator}, {Role: access.RoleAuditor}, {Role: access.RoleHelpDesk, Scope: scoped},
		{Role: access.RoleAdministrator, Scope: scoped}, {Role: access.RoleAdministrator, Only: []access.Verb{access.VerbView}}} {
		for name, try := range map[string]func() error{
			"list":   func() error { _, err := w.login.ListAdministrators(ctx, who); return err },
			"find":   func() error { _, err := w.login.FindAdministrator(ctx, who, "x"); return err },
			"create": func() error { return w.login.CreateAdministrator(ctx, who, "eve", password, access.RoleAuditor) },
			"invite": func() error {
				_, _, err := w.login.Invite(ctx, who, login.NewAdministrator{Name: "eve", Role: access.RoleAuditor})
				return err
			},
			"rights":   func() error { return w.login.ChangeRights(ctx, who, "alice", access.RoleAuditor, nil) },
			"disable":  func() error { return w.login.DisableAdministrator(ctx, who, "alice") },
			"enable":   func() error { return w.login.EnableAdministrator(ctx, who, "alice") },
			"delete":   func() error { return w.login.DeleteAdministrator(ctx, who, "alice") },
			"factor":   func() error { return w.login.ResetSecondFactor(ctx, who, "alice") },
			"password": func() error { _, err := w.login.ResetPassword(ctx, who, "alice"); return err },
			"link":     func() error { _, _, err := w.login.NewSetupLink(ctx, who, "alice"); return err },
			"out":      func() error { return w.login.SignOutEverywhere(ctx, who, "alice") },
			"sessions": func() error { _, err := w.login.ListSessions(ctx, who); return err },
			"end":      func() error { return w.login.EndSession(ctx, who, "x") },
			"tokens":   func() error { _, err := w.login.ListTokens(ctx, who); return err },
			"for": func() error {
				_, err := w.login.CreateTokenFor(ctx, who, "alice", login.NewToken{Name: "x", Role: access.RoleAuditor})
				return err
			},
			"policy":   func() error { return w.login.ChangePolicy(ctx, who, login.Policy{}, 0) },
			"provider": func() error { return w.login.ChangeOIDC(ctx, who, login.OIDC{}, "", 0) },
			"look":     func() error { _, _, err := w.login.Policy(ctx, who); return err },
		} {
			reads := who.Role == access.RoleAuditor && slices.Contains([]string{"list", "find", "sessions", "tokens", "look"}, name)
			if err := try(); (access.KindOf(err) == access.KindForbidden) == reads {
				t.Errorf("%s as %s: %v", name, who.Role, err)
			}
		}
	}
}

func TestATokenNeverMayMoreThanItsOwner(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	ctx, house := t.Context(), login.House()
	if err := w.login.CreateAdministrator(ctx, house, "olga", "fine phrase to know", access.RoleOperator, &access.Scope{Groups: []string{"it", "sales"}}); err != nil {
		t.Fatal(err)
	}
	b := w.browser()
	b.must(200, "/sign-in", "name", "olga", "password", "fine phrase to know")
	for name, k := range map[string]login.NewToken{
		"a higher role":    {Name: "x", Role: access.RoleAdministrator},
		"no role":          {Name: "x", Role: "king"},
		"other groups":     {Name: "x", Role: access.RoleOperator, Scope: &access.Scope{Groups: []string{"it", "board"}}},
		"a verb too much":  {Name: "x", Role: access.RoleHelpDesk, Verbs: []access.Verb{access.VerbRemove}},
		"a verb too wide":  {Name: "x", Role: access.RoleOperator, Verbs: []access.Verb{access.VerbImport}},
		"an unknown verb":  {Name: "x", Role: access.RoleOperator, Verbs: []access.Verb{"fly"}},
		"longer than ever": {Name: "x", Role: access.RoleOperator, Expires: w.clock.Now().Add(400 * 24 * time.Hour)},
		"an end long gone": {Name: "x", Role: access.RoleOperator, Expires: w.clock.Now().Add(-time.Hour)},
	} {
		_, err := w.login.CreateTokenFor(ctx, house, "olga", k)
		if access.KindOf(err) != access.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	secret := b.must(200, "/own-tokens", "name", "mine", "role", "operator")
	few, err := w.login.CreateTokenFor(ctx, house, "olga", login.NewToken{Name: "few", Role: access.RoleOperator, Scope: &access.Scope{Groups: []string{"sales"}}, Verbs: []access.Verb{access.VerbView}})
	if err != nil {
		t.Fatal(err)
	}
	with := func(secret string) *browser {
		s := w.browser()
		s.header.Set("Authorization", "Bearer "+secret)
		return s
	}
	want := func(secret, scope string, view, block int) {
		t.Helper()
		s := with(secret)
		if _, got := s.get("/scope"); view == 200 && got != scope {
			t.Errorf("scope %s, want %s", got, scope)
		}
		if status, _ := s.get("/records"); status != view {
			t.Errorf("view: %d", status)
		}
		if status, _ := s.do(http.MethodPost, "/block", nil); status != block {
			t.Errorf("block: %d", status)
		}
	}
	want(secret, "[it sales]", 200, 200)
	want(few, "[sales]", 200, 403)
	all, err := w.login.ListTokens(ctx, house)
	if err != nil || all[0].Expires.Sub(w.clock.Now()).Round(time.Hour) != login.TokenDays*24*time.Hour || all[0].EndsSoon {
		t.Errorf("%+v, %v", all, err)
	}
	// The owner changes: what is left is what both may.
	if err := w.login.ChangeRights(ctx, house, "olga", access.RoleAuditor, &access.Scope{Groups: []string{"it"}}); err != nil {
		t.Fatal(err)
	}
	want(secret, "[it]", 200, 403)
	want(few, "[]", 200, 403)
	if err := w.login.DisableAdministrator(ctx, house, "olga"); err != nil {
		t.Fatal(err)
	}
	want(secret, "", 401, 401)
	if err := w.login.EnableAdministrator(ctx, house, "olga"); err != nil {
		t.Fatal(err)
	}
	w.clock.forward((login.TokenDays - 3) * 24 * time.Hour)
	want(secret, "[it]", 200, 403)
	if all, err = w.login.ListTokens(ctx, house); err != nil || !all[0].EndsSoon || all[0].Over {
		t.Errorf("no warning: %+v, %v", all, err)
	}
	w.clock.forward(4 * 24 * time.Hour)
	want(secret, "", 401, 401)
	if all, err = w.login.ListTokens(ctx, house); err != nil || !all[0].Over {
		t.Errorf("not over: %+v, %v", all, err)
	}
}

func TestATokenIsRevokedByItsOwnerOrWhoeverManagesAccess(t *testing.T) {
	w := newWorld(t)
	alice := w.setUp()
	alice.must(200, "/own-tokens", "name", "hers", "role", "auditor")
	all, err := w.login.ListTokens(t.Context(), login.House())
	if err != nil || len(all) != 1 {
		t.Fatal(err)
	}
	if err := w.login.CreateAdministrator(t.Context(), login.House(), "bob", "fine phrase to know", access.RoleOperator); err != nil {
		t.Fatal(err)
	}
	b := w.browser()
	b.must(200, "/sign-in", "name", "bob", "password", "fine phrase to know")
	b.must(403, "/own-tokens/revoke", "id", all[0].ID)
	alice.must(200, "/own-tokens/revoke", "id", all[0].ID)
	alice.must(404, "/own-tokens/revoke", "id", all[0].ID)
	if !slices.Contains(w.events(), "revoke-token") {
		t.Error("no audit line")
	}
}

func TestSessionsOfEverybody(t *testing.T) {
	w := newWorld(t)
	a := w.setUp()
	if err := w.login.CreateAdministrator(t.Context(), login.House(), "bob", "fine phrase to know", access.RoleOperator); err != nil {
		t.Fatal(err)
	}
	b, c := w.browser(), w.browser()
	for _, x := range []*browser{b, c} {
		x.must(200, "/sign-in", "name", "bob", "password", "fine phrase to know")
	}
	w.clock.forward(2 * time.Minute)
	b.get("/me")
	list, err := w.login.ListSessions(t.Context(), login.House())
	if err != nil || len(list) != 3 {
		t.Fatalf("%+v, %v", list, err)
	}
	i := slices.IndexFunc(list, func(s login.Session) bool { return s.Who == "bob" && s.Seen.Sub(s.Since) > time.Minute })
	if i < 0 {
		t.Fatalf("the last use is not kept: %+v", list)
	}
	if err := w.login.EndSession(t.Context(), login.House(), list[i].ID); err != nil {
		t.Fatal(err)
	}
	for x, want := range map[*browser]int{a: 200, b: 401, c: 200} {
		if status, _ := x.get("/me"); status != want {
			t.Errorf("%d, want %d", status, want)
		}
	}
	if err := w.login.SignOutEverywhere(t.Context(), login.House(), "bob"); err != nil {
		t.Fatal(err)
	}
	if status, _ := c.get("/me"); status != 401 {
		t.Errorf("signed out everywhere, and in: %d", status)
	}
}
