// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/login/oidctest"
)

// withProvider lets administrators sign in with a provider: its admins administrate, its desk-sales help
// the group sales.
func (w *world) withProvider() *oidctest.Provider {
	w.t.Helper()
	p := oidctest.New(w.t, w.clock.Now)
	set := login.OIDC{Issuer: p.URL, ClientID: oidctest.ClientID, Map: []login.Mapping{{Group: "admins", Role: access.RoleAdministrator},
		{Group: "desk-sales", Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{"sales"}}}}}
	if err := w.login.ChangeOIDC(w.t.Context(), login.House(), set, oidctest.Secret, 0); err != nil {
		w.t.Fatal(err)
	}
	return p
}

func TestAnAdministratorSignsInWithAProvider(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	p := w.withProvider()
	p.Is(oidctest.Person{Subject: "7", Name: "olga", Groups: []string{"staff", "desk-sales"}})
	b := w.browser()
	if status, who := b.get("/sign-in/oidc"); status != 200 || who != "olga" {
		t.Fatalf("%d %s", status, who)
	}
	all, err := w.login.ListAdministrators(t.Context(), login.House())
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	if o := all[1]; o.Role != access.RoleHelpDesk || o.Scope == nil || strings.Join(o.Scope.Groups, " ") != "sales" || o.Source != login.SourceOIDC || o.Password {
		t.Errorf("%+v", o)
	}
	b.must(200, "/block")
	t.Run("the same person is the same account, with the role of today", func(t *testing.T) {
		p.Is(oidctest.Person{Subject: "7", Name: "olga p", Groups: "admins"})
		c := w.browser()
		if status, who := c.get("/sign-in/oidc"); status != 200 || who != "olga" {
			t.Fatalf("%d %s", status, who)
		}
		c.must(200, "/tokens", "name", "x", "role", "administrator")
		if status, _ := b.get("/me"); status != 401 {
			t.Errorf("the session with the old role goes on: %d", status)
		}
	})
	t.Run("a name that is taken makes somebody else", func(t *testing.T) {
		p.Is(oidctest.Person{Subject: "8", Name: "alice", Groups: []string{"admins"}})
		if status, who := w.browser().get("/sign-in/oidc"); status != 200 || who == "alice" || !strings.HasPrefix(who, "alice @") {
			t.Errorf("%d %s", status, who)
		}
	})
	t.Run("no group, no way in", func(t *testing.T) {
		for _, groups := range []any{nil, []string{"staff"}, "", 7, []any{1}, []string{"ADMINS"}} {
			p.Is(oidctest.Person{Subject: "9", Name: "eve", Groups: groups})
			if status, _ := w.browser().get("/sign-in/oidc"); status != 401 {
				t.Errorf("groups %v: %d", groups, status)
			}
		}
	})
	t.Run("who is disabled here stays out, and has no password", func(t *testing.T) {
		if err := w.login.DisableAdministrator(t.Context(), login.House(), "olga"); err != nil {
			t.Fatal(err)
		}
		p.Is(oidctest.Person{Subject: "7", Name: "olga", Groups: []string{"admins"}})
		if status, _ := w.browser().get("/sign-in/oidc"); status != 401 {
			t.Errorf("%d", status)
		}
		w.browser().must(401, "/sign-in", "name", "olga", "password", "")
		if err := w.login.ChangeRights(t.Context(), login.House(), "olga", access.RoleAuditor, nil); access.KindOf(err) != access.KindInvalid {
			t.Errorf("another role than the provider's: %v", err)
		}
	})
	t.Run("the last local administrator stays", func(t *testing.T) {
		wantInvalid(t, w.login.DisableAdministrator(t.Context(), login.House(), "alice"))
	})
}

// TestWhomTheProviderLetsGoIsOutHereToo: sessions and tokens of somebody whose rights come from a provider
// go on only while they would be given again.
func TestWhomTheProviderLetsGoIsOutHereToo(t *testing.T) {
	lines := []login.Mapping{{Group: "admins", Role: access.RoleAdministrator}, {Group: "desk-sales", Role: access.RoleHelpDesk, Scope: sales()}}
	provider := func(p *oidctest.Provider) login.OIDC {
		return login.OIDC{Issuer: p.URL, ClientID: oidctest.ClientID, Map: lines}
	}
	for name, c := range map[string]struct {
		happens func(w *world, p *oidctest.Provider) login.OIDC
		stays   bool // without signing in anew
		returns bool // with signing in anew
	}{
		"another line for others": {func(_ *world, p *oidctest.Provider) login.OIDC {
			o := provider(p)
			o.Map = append(slices.Clone(lines), login.Mapping{Group: "more", Role: access.RoleAuditor})
			return o
		}, true, true},
		"another name on the button": {func(_ *world, p *oidctest.Provider) login.OIDC {
			o := provider(p)
			o.Button = "Company"
			return o
		}, true, true},
		"the line is gone": {func(_ *world, p *oidctest.Provider) login.OIDC {
			o := provider(p)
			o.Map = lines[1:]
			return o
		}, false, false},
		"a line before it": {func(_ *world, p *oidctest.Provider) login.OIDC {
			o := provider(p)
			o.Map = append([]login.Mapping{{Group: "staff", Role: access.RoleAuditor}}, lines...)
			return o
		}, false, true},
		"the provider is taken out": {func(*world, *oidctest.Provider) login.OIDC { return login.OIDC{} }, false, false},
		"another claim": {func(_ *world, p *oidctest.Provider) login.OIDC {
			o := provider(p)
			o.Claim = "roles"
			return o
		}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.setUp()
			p := w.withProvider()
			p.Is(oidctest.Person{Subject: "7", Name: "olga", Groups: []string{"admins"}})
			b := w.browser()
			b.get("/sign-in/oidc")
			secret := w.token(login.NewToken{Role: access.RoleAdministrator}, "olga")
			lets := func() bool {
				status, _ := b.get("/records")
				in := w.by(secret, func(context.Context, access.Actor) {})
				if in != (status == 200) {
					t.Errorf("the session is answered %d, the token speaks: %v", status, in)
				}
				return in
			}
			if !lets() {
				t.Fatal("nobody is in")
			}
			if err := w.login.ChangeOIDC(t.Context(), login.House(), c.happens(w, p), oidctest.Secret, 1); err != nil {
				t.Fatal(err)
			}
			if got := lets(); got != c.stays {
				t.Errorf("goes on: %v", got)
			}
			b.get("/sign-in/oidc")
			if got := lets(); got != c.returns {
				t.Errorf("after signing in anew: %v", got)
			}
		})
	}
	t.Run("who is not seen for long has no tokens that speak", func(t *testing.T) {
		w := newWorld(t)
		w.setUp()
		p := w.withProvider()
		p.Is(oidctest.Person{Subject: "7", Name: "olga", Groups: []string{"admins"}})
		w.browser().get("/sign-in/oidc")
		ends := w.clock.Now().Add(login.MostDays * 24 * time.Hour)
		secret, local := w.token(login.NewToken{Role: access.RoleAdministrator, Expires: ends}, "olga"), w.token(login.NewToken{Role: access.RoleAdministrator, Expires: ends})
		speaks := func(secret string) bool { return w.by(secret, func(context.Context, access.Actor) {}) }
		w.clock.forward(login.OIDCTrust - time.Minute)
		if !speaks(secret) {
			t.Error("silent too early")
		}
		w.clock.forward(2 * time.Minute)
		if speaks(secret) || !speaks(local) {
			t.Error("the token of somebody the provider has not vouched for goes on, or that of somebody else does not")
		}
		w.browser().get("/sign-in/oidc")
		if !speaks(secret) {
			t.Error("silent after signing in")
		}
	})
	t.Run("who has no group any more has no tokens that speak", func(t *testing.T) {
		w := newWorld(t)
		w.setUp()
		p := w.withProvider()
		p.Is(oidctest.Person{Subject: "7", Name: "olga", Groups: []string{"admins"}})
		w.browser().get("/sign-in/oidc")
		secret := w.token(login.NewToken{Role: access.RoleAdministrator}, "olga")
		w.clock.forward(time.Minute)
		p.Is(oidctest.Person{Subject: "7", Name: "olga", Groups: []string{"staff"}})
		w.browser().get("/sign-in/oidc")
		if w.by(secret, func(context.Context, access.Actor) {}) {
			t.Error("it speaks")
		}
	})
}

// TestWhatWasBegunGoesOnWithTheRightsThatAreLeft is for jobs: whoever pressed the button may be somebody
// else by the time it is carried out.
func TestWhatWasBegunGoesOnWithTheRightsThatAreLeft(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	ctx, house := t.Context(), login.House()
	w.person("otto", access.RoleOperator, nil)
	a, err := w.store.FindAdministratorByName(ctx, "otto")
	if err != nil {
		t.Fatal(err)
	}
	person := access.Actor{Name: "otto", Person: a.ID, Role: access.RoleAdministrator}
	var byToken access.Actor
	secret := w.token(login.NewToken{Role: access.RoleOperator}, "otto")
	w.by(secret, func(_ context.Context, who access.Actor) { byToken = who })
	asks := func(who access.Actor) (access.Actor, error) { return w.login.Again(ctx, who) }
	if now, err := asks(house); err != nil || now.Name != house.Name {
		t.Errorf("the house: %+v, %v", now, err)
	}
	if now, err := asks(person); err != nil || now.Role != access.RoleOperator {
		t.Errorf("%+v, %v", now, err)
	}
	if err := w.login.ChangeRights(ctx, house, "otto", access.RoleHelpDesk, sales()); err != nil {
		t.Fatal(err)
	}
	if now, err := asks(byToken); err != nil || now.May(access.VerbRetire) == nil || now.Scope == nil {
		t.Errorf("%+v, %v", now, err)
	}
	list, err := w.login.ListTokens(ctx, house)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := w.login.RevokeToken(ctx, house, list[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := asks(byToken); access.KindOf(err) != access.KindForbidden {
		t.Errorf("a token that is gone: %v", err)
	}
	if err := w.login.DisableAdministrator(ctx, house, "otto"); err != nil {
		t.Fatal(err)
	}
	if _, err := asks(person); access.KindOf(err) != access.KindForbidden {
		t.Errorf("somebody disabled: %v", err)
	}
}

func wantInvalid(t *testing.T, err error) {
	t.Helper()
	if access.KindOf(err) != access.KindInvalid || err == nil {
		t.Errorf("%v", err)
	}
}

func TestAProviderIsNotBelievedBlindly(t *testing.T) {
	lies := map[string]func(map[string]any){
		"another nonce":    func(c map[string]any) { c["nonce"] = "of another sign-in" },
		"no nonce":         func(c map[string]any) { delete(c, "nonce") },
		"another audience": func(c map[string]any) { c["aud"] = "somebody" },
		"another issuer":   func(c map[string]any) { c["iss"] = "https://evil.example" },
		"expired":          func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() },
		"nobody":           func(c map[string]any) { delete(c, "sub") },
	}
	w := newWorld(t)
	w.setUp()
	p := w.withProvider()
	p.Is(oidctest.Person{Subject: "7", Name: "olga", Groups: []string{"admins"}})
	for name, lie := range lies {
		t.Run(name, func(t *testing.T) {
			p.Lie(lie)
			defer p.Lie(nil)
			if status, _ := w.browser().get("/sign-in/oidc"); status != 401 {
				t.Errorf("%d", status)
			}
		})
	}
	t.Run("signed by somebody else", func(t *testing.T) {
		p.Forge(true)
		defer p.Forge(false)
		if status, _ := w.browser().get("/sign-in/oidc"); status != 401 {
			t.Errorf("%d", status)
		}
	})
	// back gives the address the provider sends a browser to, which is not followed.
	back := func(b *browser) string {
		b.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if r.URL.Path == login.OIDCCallback {
				return http.ErrUseLastResponse
			}
			return nil
		}
		resp, err := b.Get(w.url + "/sign-in/oidc")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		b.CheckRedirect = nil
		u, err := url.Parse(resp.Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		return u.RequestURI()
	}
	t.Run("an answer planted in another browser", func(t *testing.T) {
		path := back(w.browser())
		victim := w.browser()
		if status, _ := victim.get(path); status != 401 {
			t.Errorf("without a question: %d", status)
		}
		victim = w.browser()
		back(victim)
		if status, _ := victim.get(path); status != 401 {
			t.Errorf("with a question of its own: %d", status)
		}
	})
	t.Run("an answer counts once, and not for ever", func(t *testing.T) {
		b := w.browser()
		path := back(b)
		if status, _ := b.get(path); status != 200 {
			t.Fatalf("%d", status)
		}
		if status, _ := b.get(path); status != 401 {
			t.Errorf("twice: %d", status)
		}
		c := w.browser()
		path = back(c)
		w.clock.forward(11 * time.Minute)
		if status, _ := c.get(path); status != 401 {
			t.Errorf("late: %d", status)
		}
	})
	t.Run("another provider's answer", func(t *testing.T) {
		b := w.browser()
		path := strings.Replace(back(b), url.QueryEscape(p.URL), url.QueryEscape("https://evil.example"), 1)
		if status, _ := b.get(path); status != 401 {
			t.Errorf("%d", status)
		}
	})
}

func TestTheSettingOfAProvider(t *testing.T) {
	w := newWorld(t)
	w.setUp()
	ctx, house := t.Context(), login.House()
	admins := []login.Mapping{{Group: "admins", Role: access.RoleAdministrator}}
	for name, o := range map[string]login.OIDC{
		"in the clear": {Issuer: "http://id.example", ClientID: "c", Map: admins},
		"no address":   {Issuer: "id.example", ClientID: "c", Map: admins},
		"a password":   {Issuer: "https://u:p@id.example", ClientID: "c", Map: admins},
		"no client":    {Issuer: "https://id.example", Map: admins},
		"no role":      {Issuer: "https://id.example", ClientID: "c", Map: []login.Mapping{{Group: "x", Role: "king"}}},
		"no group":     {Issuer: "https://id.example", ClientID: "c", Map: []login.Mapping{{Group: " ", Role: access.RoleAuditor}}},
	} {
		if err := w.login.ChangeOIDC(ctx, house, o, "s", 0); access.KindOf(err) != access.KindInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	o := login.OIDC{Issuer: "https://id.example", ClientID: "c", Map: admins}
	if err := w.login.ChangeOIDC(ctx, house, o, "very secret", 0); err != nil {
		t.Fatal(err)
	}
	kept, err := w.store.Setting(ctx, "login.oidc", nil)
	if err != nil || strings.Contains(kept.Sealed+kept.Value, "very secret") || kept.Sealed == "" {
		t.Errorf("%+v, %v", kept, err)
	}
	o.Button = "Company"
	if err := w.login.ChangeOIDC(ctx, house, o, "", 1); err != nil {
		t.Fatal(err)
	}
	if st, err := w.login.OIDC(ctx, house); err != nil || !st.HasSecret || st.Version != 2 {
		t.Errorf("%+v, %v", st, err)
	}
	o.Issuer = "https://evil.example"
	if err := w.login.ChangeOIDC(ctx, house, o, "", 2); err != nil {
		t.Fatal(err)
	}
	if st, err := w.login.OIDC(ctx, house); err != nil || st.HasSecret {
		t.Errorf("the secret goes to another provider: %+v, %v", st, err)
	}
	if _, err := w.login.OIDC(ctx, access.Actor{Role: access.RoleOperator}); access.KindOf(err) != access.KindForbidden {
		t.Errorf("%v", err)
	}
}
