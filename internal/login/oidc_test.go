// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login_test

import (
	"net/http"
	"net/url"
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
