// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/login/oidctest"
	"github.com/vedette-mail/vedette/internal/store"
)

// by does something as whoever comes with a token; false: nobody is let in with it.
func (w *world) by(secret string, fn func(ctx context.Context, who access.Actor)) (in bool) {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), "POST", "/", nil)
	r.Header.Set("Authorization", "Bearer "+secret)
	w.login.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if in = login.IsSignedIn(r); in {
			fn(r.Context(), login.Actor(r))
		}
	})).ServeHTTP(httptest.NewRecorder(), r)
	return in
}

// token makes one for alice, or for whom it is said.
func (w *world) token(t login.NewToken, owner ...string) string {
	w.t.Helper()
	if t.Name == "" {
		t.Name = "robot"
	}
	secret, err := w.login.CreateTokenFor(w.t.Context(), login.House(), append(owner, "alice")[0], t)
	if err != nil {
		w.t.Fatal(err)
	}
	return secret
}

// person makes somebody without a password.
func (w *world) person(name string, role access.Role, scope *access.Scope) {
	w.t.Helper()
	if _, _, err := w.login.Invite(w.t.Context(), login.House(), login.NewAdministrator{Name: name, Role: role, Scope: scope}); err != nil {
		w.t.Fatal(err)
	}
}

// people are somebody of each kind, beside alice.
func (w *world) people(suffix string) {
	w.t.Helper()
	for name, n := range map[string]login.NewAdministrator{"adam": {Role: access.RoleAdministrator}, "lim": {Role: access.RoleAdministrator, Scope: sales()},
		"otto": {Role: access.RoleOperator}, "hugo": {Role: access.RoleHelpDesk, Scope: sales()}, "audi": {Role: access.RoleAuditor}} {
		w.person(name+suffix, n.Role, n.Scope)
	}
}

func sales() *access.Scope { return &access.Scope{Groups: []string{"sales"}} }

// asksForFactor makes administrators owe a second factor.
func (w *world) asksForFactor() {
	w.t.Helper()
	if err := w.login.ChangePolicy(w.t.Context(), login.House(), login.Policy{SecondFactor: []access.Role{access.RoleAdministrator}}, 0); err != nil {
		w.t.Fatal(err)
	}
}

// factor makes it look as if somebody had a second factor.
func (w *world) factor(name string) {
	w.t.Helper()
	err := w.store.WithTx(w.t.Context(), func(tx *store.Tx) error {
		a, err := tx.FindAdministratorByName(name)
		if err != nil {
			return err
		}
		a.TOTPSealed = "sealed"
		return tx.SaveAdministrator(a)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// state is all that a deed could have changed.
func (w *world) state() string {
	w.t.Helper()
	people, err := w.store.ListAdministrators(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	tokens, err := w.login.ListTokens(w.t.Context(), login.House())
	if err != nil {
		w.t.Fatal(err)
	}
	settings, err := w.store.ListSettings(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	text, err := json.Marshal([]any{people, len(tokens), settings})
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

type deed func(ctx context.Context, who access.Actor, suffix string) error

// deeds is everything that gives somebody something, or takes it, each on people of its own.
func (w *world) deeds() map[string]deed {
	l := w.login
	list := map[string]deed{
		"make a token": func(ctx context.Context, who access.Actor, _ string) error {
			_, err := l.CreateTokenFor(ctx, who, "alice", login.NewToken{Name: "another", Role: access.RoleAuditor})
			return err
		},
		"make a token for oneself": func(ctx context.Context, _ access.Actor, _ string) error {
			_, err := l.CreateToken(ctx, login.NewToken{Name: "another", Role: access.RoleAuditor})
			return err
		},
		"ask for less of administrators": func(ctx context.Context, who access.Actor, _ string) error {
			return l.ChangePolicy(ctx, who, login.Policy{SecondFactor: []access.Role{access.RoleOperator}}, 1)
		},
		"name a provider of administrators": func(ctx context.Context, who access.Actor, _ string) error {
			return l.ChangeOIDC(ctx, who, login.OIDC{Issuer: "https://id.example", ClientID: "v",
				Map: []login.Mapping{{Group: "x", Role: access.RoleAuditor}, {Group: "y", Role: access.RoleAdministrator}}}, "", 0)
		},
	}
	for name, n := range map[string]login.NewAdministrator{"an administrator": {Role: access.RoleAdministrator}, "an operator": {Role: access.RoleOperator},
		"a help desk": {Role: access.RoleHelpDesk, Scope: sales()}, "an auditor": {Role: access.RoleAuditor}} {
		list["invite "+name] = func(ctx context.Context, who access.Actor, suffix string) error {
			n.Name = "fresh" + suffix
			_, _, err := l.Invite(ctx, who, n)
			return err
		}
		list["make audi "+name] = func(ctx context.Context, who access.Actor, suffix string) error {
			return l.ChangeRights(ctx, who, "audi"+suffix, n.Role, n.Scope)
		}
	}
	for _, name := range []string{"adam", "otto", "hugo"} {
		for what, do := range map[string]func(ctx context.Context, who access.Actor, name string) error{
			"link": func(ctx context.Context, who access.Actor, name string) error {
				_, _, err := l.NewSetupLink(ctx, who, name)
				return err
			},
			"password": func(ctx context.Context, who access.Actor, name string) error {
				_, err := l.ResetPassword(ctx, who, name)
				return err
			},
			"factor": func(ctx context.Context, who access.Actor, name string) error {
				return l.ResetSecondFactor(ctx, who, name)
			},
			"enable": func(ctx context.Context, who access.Actor, name string) error {
				return l.EnableAdministrator(ctx, who, name)
			},
			"less": func(ctx context.Context, who access.Actor, name string) error {
				return l.ChangeRights(ctx, who, name, access.RoleAuditor, sales())
			},
			"delete": func(ctx context.Context, who access.Actor, name string) error {
				return l.DeleteAdministrator(ctx, who, name)
			},
			"disable": func(ctx context.Context, who access.Actor, name string) error {
				return l.DisableAdministrator(ctx, who, name)
			},
			"sign-out": func(ctx context.Context, who access.Actor, name string) error {
				return l.SignOutEverywhere(ctx, who, name)
			},
		} {
			list[what+" "+name] = func(ctx context.Context, who access.Actor, suffix string) error { return do(ctx, who, name+suffix) }
		}
	}
	return list
}

// A-26, Y-17: role, scope and single verbs of the credential that asks count, not those of its owner.
func TestNoTokenGivesMoreThanItHas(t *testing.T) {
	stops := []string{"disable adam", "disable hugo", "disable otto", "sign-out adam", "sign-out hugo", "sign-out otto"}
	lesser := []string{"delete hugo", "delete otto", "enable hugo", "enable otto", "factor hugo", "factor otto", "invite a help desk", "invite an auditor",
		"invite an operator", "less hugo", "less otto", "link hugo", "link otto", "make audi a help desk", "make audi an auditor", "make audi an operator",
		"password hugo", "password otto"}
	for _, c := range []struct {
		name  string
		token login.NewToken
		owner string
		may   []string
	}{
		{"a whole one gives what lies below managing access", login.NewToken{Role: access.RoleAdministrator}, "alice", slices.Concat(stops, lesser)},
		{"one for managing access alone only stops people", login.NewToken{Role: access.RoleAdministrator, Verbs: []access.Verb{access.VerbManageAccess}}, "alice", stops},
		{"one with an auditor's verbs makes auditors", login.NewToken{Role: access.RoleAdministrator, Verbs: []access.Verb{access.VerbManageAccess, access.VerbView,
			access.VerbSeePlain, access.VerbExport, access.VerbViewAudit, access.VerbViewAccess}}, "alice", slices.Concat(stops, []string{"invite an auditor", "make audi an auditor"})},
		{"an operator's gives nothing", login.NewToken{Role: access.RoleOperator}, "otto", nil},
		{"a help desk's gives nothing", login.NewToken{Role: access.RoleHelpDesk}, "hugo", nil},
		{"an auditor's gives nothing", login.NewToken{Role: access.RoleAuditor}, "audi", nil},
		{"that of a group's administrator gives nothing", login.NewToken{Role: access.RoleAdministrator}, "lim", nil},
		{"an administrator's for a group gives nothing", login.NewToken{Role: access.RoleAdministrator, Scope: sales()}, "alice", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.setUp()
			w.people("")
			w.asksForFactor()
			w.factor("alice")
			secret := w.token(c.token, c.owner)
			var did []string
			for name, do := range w.deeds() {
				suffix := " " + strconv.Itoa(len(did)) + strings.ReplaceAll(name, "-", " ")
				w.people(suffix)
				before := w.state()
				if !w.by(secret, func(ctx context.Context, who access.Actor) {
					err := do(ctx, who, suffix)
					switch k := access.KindOf(err); {
					case err == nil:
						did = append(did, name)
					case k != access.KindForbidden && name != "make a token for oneself":
						t.Errorf("%s: %v", name, err)
					case w.state() != before:
						t.Errorf("%s was refused, and has changed something", name)
					}
				}) {
					t.Fatal("the token lets nobody in")
				}
			}
			slices.Sort(did)
			slices.Sort(c.may)
			if !slices.Equal(did, c.may) {
				t.Errorf("did %q\nmay %q", did, c.may)
			}
		})
	}
}

func TestAPersonOrTheMachineGivesAll(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	w.asksForFactor()
	for name, do := range w.deeds() {
		if name == "make a token for oneself" { // nobody is signed in
			continue
		}
		w.people(" " + name)
		if err := do(t.Context(), login.House(), " "+name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := login.House().May(access.VerbManageAccess); err != nil {
		t.Error(err)
	}
}

// What is refused is in the audit log, as far as it got past the door.
func TestWhoTriesToGiveTooMuchIsWrittenDown(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	w.by(w.token(login.NewToken{Role: access.RoleAdministrator}), func(ctx context.Context, who access.Actor) {
		if _, _, err := w.login.Invite(ctx, who, login.NewAdministrator{Name: "eve", Role: access.RoleAdministrator}); access.KindOf(err) != access.KindForbidden {
			t.Error(err)
		}
	})
	list, _, err := w.store.ListAudit(t.Context(), store.AuditFilter{Limit: 1})
	if err != nil || !list[0].Failed || list[0].Event != login.EventCreateAdministrator || list[0].Subject != "eve" || list[0].Actor != "alice (token robot)" {
		t.Errorf("%+v, %v", list, err)
	}
}

// An end cannot be put off: not by a link that is good for longer, and not by another token.
func TestWhatATokenMakesEndsWithIt(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	ends := w.clock.Now().Add(2 * time.Hour)
	secret := w.token(login.NewToken{Role: access.RoleAdministrator, Expires: ends})
	var link string
	w.by(secret, func(ctx context.Context, who access.Actor) {
		token, expires, err := w.login.Invite(ctx, who, login.NewAdministrator{Name: "audi", Role: access.RoleAuditor})
		if err != nil || expires.After(ends) {
			t.Errorf("a link until %s of a token until %s, %v", expires, ends, err)
		}
		link = token
	})
	w.clock.forward(2*time.Hour + time.Second)
	w.browser().must(404, "/set-up", "token", link, "password", "another fine phrase")
	if w.by(secret, func(context.Context, access.Actor) {}) {
		t.Error("the token goes on after its end")
	}
}

// Whoever holds a link that a token has made must not become what a person makes of the invited later.
func TestALinkIsWorthNothingOnceItsOwnerIsRaised(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	invite := func(name string, role access.Role) (link string) {
		w.by(w.token(login.NewToken{Role: access.RoleAdministrator}), func(ctx context.Context, who access.Actor) {
			var err error
			if link, _, err = w.login.Invite(ctx, who, login.NewAdministrator{Name: name, Role: role}); err != nil {
				t.Error(err)
			}
		})
		return link
	}
	raised, lowered := invite("audi", access.RoleAuditor), invite("otto", access.RoleOperator)
	if err := w.login.ChangeRights(t.Context(), login.House(), "audi", access.RoleAdministrator, nil); err != nil {
		t.Fatal(err)
	}
	if err := w.login.ChangeRights(t.Context(), login.House(), "otto", access.RoleHelpDesk, sales()); err != nil {
		t.Fatal(err)
	}
	w.browser().must(404, "/set-up", "token", raised, "password", "another fine phrase")
	w.browser().must(200, "/set-up", "token", lowered, "password", "another fine phrase")
}

func TestATokenGivesNothingWhileItsOwnerOwesASecondFactor(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	secret := w.token(login.NewToken{Role: access.RoleAdministrator})
	w.asksForFactor()
	w.by(secret, func(ctx context.Context, who access.Actor) {
		if _, _, err := w.login.Invite(ctx, who, login.NewAdministrator{Name: "audi", Role: access.RoleAuditor}); access.KindOf(err) != access.KindForbidden {
			t.Errorf("without one: %v", err)
		}
	})
	w.factor("alice")
	w.by(secret, func(ctx context.Context, who access.Actor) {
		if _, _, err := w.login.Invite(ctx, who, login.NewAdministrator{Name: "audi", Role: access.RoleAuditor}); err != nil {
			t.Error(err)
		}
	})
}

// A help desk and an operator give tokens of their own no more than they have.
func TestNobodysOwnTokenIsMoreThanHimself(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	w.people("")
	for name, try := range map[string]struct {
		owner string
		token login.NewToken
	}{
		"a role above":            {"otto", login.NewToken{Role: access.RoleAdministrator}},
		"a role beside":           {"hugo", login.NewToken{Role: access.RoleAuditor}},
		"another group":           {"hugo", login.NewToken{Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{"sales", "it"}}}},
		"a verb of others":        {"hugo", login.NewToken{Role: access.RoleHelpDesk, Verbs: []access.Verb{access.VerbManageAccess}}},
		"everybody's of a group":  {"lim", login.NewToken{Role: access.RoleAdministrator, Verbs: []access.Verb{access.VerbManageAccess}}},
		"no end":                  {"otto", login.NewToken{Role: access.RoleOperator, Expires: w.clock.Now().AddDate(2, 0, 0)}},
		"an end that lies behind": {"otto", login.NewToken{Role: access.RoleOperator, Expires: w.clock.Now()}},
	} {
		try.token.Name = "robot"
		if _, err := w.login.CreateTokenFor(t.Context(), login.House(), try.owner, try.token); access.KindOf(err) != access.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Roles that a provider gives go with its groups, from tokens too.
func TestATokenLosesWhatTheProviderTakesFromItsOwner(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	p := w.withProvider()
	p.Is(oidctest.Person{Subject: "7", Name: "olga", Groups: []string{"admins"}})
	b := w.browser()
	b.get("/sign-in/oidc")
	secret := b.must(200, "/tokens", "name", "robot", "role", "administrator")
	tryInvite := func() (err error) {
		if !w.by(secret, func(ctx context.Context, who access.Actor) {
			_, _, err = w.login.Invite(ctx, who, login.NewAdministrator{Name: "audi" + strconv.FormatInt(w.clock.Now().UnixNano(), 10), Role: access.RoleAuditor})
		}) {
			t.Error("the token lets nobody in")
		}
		return err
	}
	if err := tryInvite(); err != nil {
		t.Error(err)
	}
	p.Is(oidctest.Person{Subject: "7", Name: "olga", Groups: []string{"desk-sales"}})
	w.browser().get("/sign-in/oidc")
	if err := tryInvite(); access.KindOf(err) != access.KindForbidden {
		t.Errorf("as a help desk: %v", err)
	}
	p.Is(oidctest.Person{Subject: "7", Name: "olga", Groups: []string{"admins"}})
	b = w.browser()
	b.get("/sign-in/oidc")
	p.Is(oidctest.Person{Subject: "7", Name: "olga", Groups: []string{"canteen"}})
	if status, _ := w.browser().get("/sign-in/oidc"); status != 401 {
		t.Errorf("without a group: %d", status)
	}
	if status, _ := b.get("/me"); status != 401 {
		t.Errorf("the session of before goes on: %d", status)
	}
	w.by(secret, func(_ context.Context, who access.Actor) {
		if who.May(access.VerbManageAccess) == nil || who.May(access.VerbRemove) == nil || who.Scope == nil || len(who.Scope.Groups) > 0 {
			t.Errorf("the token still is %+v", who)
		}
	})
}

func TestAChangeOfWhatWasNotLookedAtIsRefused(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	w.person("audi", access.RoleAuditor, nil)
	version := func() int64 {
		all, err := w.login.ListAdministrators(t.Context(), login.House())
		if err != nil {
			t.Fatal(err)
		}
		return all[1].Version
	}
	seen := login.Act{Version: version()}
	if err := w.login.ChangeRights(t.Context(), login.House(), "audi", access.RoleOperator, nil, seen); err != nil {
		t.Fatal(err)
	}
	if err := w.login.DeleteAdministrator(t.Context(), login.House(), "audi", seen); access.KindOf(err) != access.KindConflict {
		t.Errorf("with an old version: %v", err)
	}
	if err := w.login.DeleteAdministrator(t.Context(), login.House(), "audi", login.Act{Version: version()}); err != nil {
		t.Error(err)
	}
}

func TestATokenEndsItselfAndNoOther(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	first, second := w.token(login.NewToken{Name: "first", Role: access.RoleAuditor}), w.token(login.NewToken{Name: "second", Role: access.RoleAuditor})
	id := ""
	w.by(second, func(_ context.Context, who access.Actor) { id = who.Session })
	w.by(first, func(ctx context.Context, who access.Actor) {
		if err := w.login.RevokeToken(ctx, who, id); access.KindOf(err) != access.KindForbidden {
			t.Errorf("another of the same owner: %v", err)
		}
		if err := w.login.RevokeToken(ctx, who, who.Session); err != nil {
			t.Error(err)
		}
	})
	if w.by(first, func(context.Context, access.Actor) {}) || !w.by(second, func(context.Context, access.Actor) {}) {
		t.Error("the wrong one is gone")
	}
}
