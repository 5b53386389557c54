// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/login"
)

func (w *world) token(t login.NewToken) string {
	w.t.Helper()
	secret, err := w.login.CreateTokenFor(w.t.Context(), login.House(), "ada", t)
	if err != nil {
		w.t.Fatal(err)
	}
	return secret
}

// invite makes somebody with the API and gives the id.
func (w *world) invite(name string, role access.Role, groups ...string) string {
	w.t.Helper()
	body := map[string]any{"name": name, "role": role}
	if groups != nil {
		body["groups"] = groups
	}
	a := w.call("POST", api.Prefix+"/administrators", body).want(201)
	if cc := a.Header.Get("Cache-Control"); !strings.Contains(cc, "no-store") {
		w.t.Errorf("Cache-Control = %q of an answer with a secret", cc)
	}
	return read[api.Invitation](a).ID
}

// A help desk that has been given no groups is told so wherever it is told that there is nothing.
func TestWhoHasNoGroupsIsToldWhyNothingIsCounted(t *testing.T) {
	w := newWorld(t)
	header, value := as(w.token(login.NewToken{Name: "desk", Role: access.RoleHelpDesk, Scope: &access.Scope{}}))
	const words = "An administrator gives them under Administrators."
	d := read[api.Dashboard](w.call("GET", api.Prefix+"/dashboard", nil, header, value).want(200))
	if len(d.Needs) == 0 || d.Needs[0].Kind != admin.NeedNoGroups || !strings.HasSuffix(d.Needs[0].Text, words) {
		t.Errorf("dashboard %+v", d.Needs)
	}
	for _, path := range []string{"/devices/counts", "/trends"} {
		hint := look[struct{ Hint string }](w.call("GET", api.Prefix+path, nil, header, value).want(200)).Hint
		if !strings.HasSuffix(hint, words) {
			t.Errorf("%s: %q", path, hint)
		}
		if hint := look[struct{ Hint string }](w.call("GET", api.Prefix+path, nil).want(200)).Hint; hint != "" {
			t.Errorf("%s tells who sees everybody %q", path, hint)
		}
	}
}

// Y-17
func TestTokensAreListedWithoutTheirSecretsAndRevoked(t *testing.T) {
	w := newWorld(t)
	secret := w.token(login.NewToken{Name: "desk", Role: access.RoleHelpDesk, Scope: &access.Scope{Groups: []string{"sales"}}, Verbs: []access.Verb{access.VerbView}})
	header, value := as(secret)
	w.call("GET", api.Prefix+"/dashboard", nil, header, value).want(200)
	if trends := read[api.Trends](w.call("GET", api.Prefix+"/trends", nil, header, value).want(200)); !strings.Contains(trends.Hint, "for all users together") {
		t.Errorf("nobody is told why there are no trends: %+v", trends)
	}
	a := w.call("GET", api.Prefix+"/tokens", nil).want(200)
	if strings.Contains(string(a.Body), "vdt_") {
		t.Errorf("a secret is given out: %s", a.Body)
	}
	id := ""
	list := look[page[api.Token]](a).Items
	for _, k := range list {
		if k.Name == "desk" {
			id = k.ID
			if k.Role != access.RoleHelpDesk || k.Owner != "ada" || k.Groups == nil || len(*k.Groups) != 1 || len(k.Verbs) != 1 || k.LastUsed.IsZero() {
				t.Errorf("token %+v", k)
			}
		} else if k.Groups != nil || len(k.Verbs) != 0 {
			t.Errorf("token %+v", k)
		}
	}
	if len(list) != 3 || id == "" {
		t.Fatalf("tokens %+v", list)
	}
	if none := look[page[api.Token]](w.call("GET", api.Prefix+"/tokens?owner=eve", nil).want(200)); len(none.Items) != 0 {
		t.Errorf("tokens of nobody: %+v", none)
	}
	me := read[api.Caller](w.call("GET", api.Prefix+"/account", nil, header, value).want(200))
	if me.Name != "ada (token desk)" || me.Owner != "ada" || me.Token.ID != id || len(me.Verbs) != 1 || me.Groups == nil {
		t.Errorf("account %+v", me)
	}
	if own := look[page[api.Token]](w.call("GET", api.Prefix+"/account/tokens", nil, header, value).want(200)); len(own.Items) != 3 {
		t.Errorf("own %+v", own)
	}
	w.call("DELETE", api.Prefix+"/tokens/"+id, nil).want(200)
	w.call("DELETE", api.Prefix+"/tokens/"+id, nil).want(404)
	w.call("GET", api.Prefix+"/dashboard", nil, header, value).want(401)
	t.Run("a token ends itself", func(t *testing.T) {
		header, value := as(w.auditor)
		w.call("DELETE", api.Prefix+"/account/token", nil, header, value).want(200)
		w.call("GET", api.Prefix+"/dashboard", nil, header, value).want(401)
	})
	t.Run("no token makes another", func(t *testing.T) {
		w.call("POST", api.Prefix+"/tokens", map[string]any{"name": "more", "role": "auditor"}).want(405)
		w.call("POST", api.Prefix+"/account/tokens", map[string]any{"name": "more", "role": "auditor"}).want(405)
	})
}

func TestListsOfAccessAreTurnedPageByPage(t *testing.T) {
	w := newWorld(t)
	want := []string{"Zoe", "ada", "bob", "carl", "dora"}
	for _, name := range []string{"dora", "Zoe", "carl", "bob"} {
		w.invite(name, access.RoleAuditor)
	}
	slices.SortFunc(want, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	var got []string
	for cursor := ""; ; {
		p := look[page[api.Administrator]](w.call("GET", api.Prefix+"/administrators?limit=2&cursor="+url.QueryEscape(cursor), nil).want(200))
		for _, a := range p.Items {
			got = append(got, a.Name)
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	w.call("GET", api.Prefix+"/tokens?cursor=%21", nil).want(422)
}

func TestAnAdministratorIsInvitedChangedAndRemoved(t *testing.T) {
	w := newWorld(t)
	made := w.call("POST", api.Prefix+"/administrators", map[string]any{"name": " hugo ", "role": "helpdesk", "groups": []string{"sales"}}).want(201)
	inv := read[api.Invitation](made)
	token, found := strings.CutPrefix(inv.Link, "/setup?token=")
	if link, err := w.login.CheckSetupLink(t.Context(), token); !found || err != nil || link.Name != "hugo" || inv.Expires.Before(w.now) {
		t.Fatalf("%+v, %+v, %v", inv, link, err)
	}
	path := api.Prefix + "/administrators/" + inv.ID
	w.call("POST", api.Prefix+"/administrators", map[string]any{"name": "hugo", "role": "auditor"}).want(409)
	w.call("POST", api.Prefix+"/administrators", map[string]any{"name": "h", "role": "king"}).want(422)
	a := w.call("GET", path, nil).want(200)
	if h := read[api.Administrator](a); h.State != "invited" || h.Role != access.RoleHelpDesk || h.Groups == nil || (*h.Groups)[0] != "sales" || a.Header.Get("ETag") == "" {
		t.Errorf("%+v", h)
	}
	if strings.Contains(string(a.Body), token) {
		t.Error("the link is given out again")
	}
	u := look[struct{ ID string }](w.call("POST", api.Prefix+"/users", map[string]any{"name": "zora"}).want(201)).ID
	limited := map[string]any{"role": "helpdesk", "users": []string{u, "nobody-1", "nobody-2"}}
	for _, r := range []*answer{
		w.call("PUT", path+"/rights", limited, "If-Match", a.Header.Get("ETag")),
		w.call("POST", api.Prefix+"/administrators", map[string]any{"name": "nils", "role": "helpdesk", "users": []string{"nobody-1", "nobody-2"}}),
	} {
		if r.want(422); !strings.Contains(string(r.Body), "nobody-1, nobody-2.") {
			t.Errorf("nobody is told which users there are not: %s", r.Body)
		}
	}
	one := map[string]any{"role": "helpdesk", "users": []string{u}}
	a = w.call("PUT", path+"/rights", one, "If-Match", a.Header.Get("ETag")).want(200)
	if h := read[api.Administrator](w.call("GET", path, nil).want(200)); h.Users == nil || len(*h.Users) != 1 || (*h.Users)[0] != u ||
		h.Groups == nil || len(*h.Groups) != 0 {
		t.Errorf("limited to one user: %+v", h)
	}
	change := map[string]any{"role": "auditor"}
	w.call("PUT", path+"/rights", change).want(428)
	w.call("PUT", path+"/rights", change, "If-Match", `"1"`).want(412)
	r := w.call("PUT", path+"/rights", change, "If-Match", a.Header.Get("ETag")).want(200)
	if r.Header.Get("ETag") == a.Header.Get("ETag") {
		t.Error("the version has not changed")
	}
	w.call("POST", path+"/disable", nil, "If-Match", a.Header.Get("ETag")).want(412)
	w.call("POST", path+"/disable", nil, "If-Match", r.Header.Get("ETag")).want(200)
	if h := read[api.Administrator](w.call("GET", path, nil).want(200)); h.State != "disabled" || h.Role != access.RoleAuditor || h.Groups != nil {
		t.Errorf("%+v", h)
	}
	for _, deed := range []string{"enable", "reset-second-factor", "sign-out"} {
		if res := read[api.Result](w.call("POST", path+"/"+deed, nil).want(200)); !strings.HasPrefix(res.Text, "hugo ") || res.Version == 0 {
			t.Errorf("%s: %+v", deed, res)
		}
	}
	fresh := read[api.Invitation](w.call("POST", path+"/setup-link", nil).want(200))
	if fresh.Link == inv.Link || fresh.ID != inv.ID {
		t.Errorf("%+v", fresh)
	}
	w.call("DELETE", path, nil).want(200)
	w.call("GET", path, nil).want(404)
	w.call("POST", path+"/disable", nil).want(404)
	audit := w.call("GET", api.Prefix+"/audit?limit=100", nil).want(200)
	for _, secret := range []string{token, strings.TrimPrefix(fresh.Link, "/setup?token=")} {
		if strings.Contains(string(audit.Body), secret) {
			t.Errorf("the audit log holds a link: %s", audit.Body)
		}
	}
}

// Who manages access is out of every token's reach; the whole table is login's.
func TestATokenDoesNotReachWhoManagesAccess(t *testing.T) {
	w := newWorld(t)
	if err := w.login.CreateAdministrator(t.Context(), login.House(), "adam", password, access.RoleAdministrator); err != nil {
		t.Fatal(err)
	}
	list := look[page[api.Administrator]](w.call("GET", api.Prefix+"/administrators", nil).want(200)).Items
	adam := api.Prefix + "/administrators/" + list[1].ID
	auditor := api.Prefix + "/administrators/" + w.invite("audi", access.RoleAuditor)
	w.call("POST", api.Prefix+"/administrators", map[string]any{"name": "eve", "role": "administrator"}).want(403)
	w.call("PUT", auditor+"/rights", map[string]any{"role": "administrator"}, "If-Match", "*").want(403)
	w.call("PUT", adam+"/rights", map[string]any{"role": "auditor"}, "If-Match", "*").want(403)
	w.call("POST", adam+"/reset-second-factor", nil).want(403)
	w.call("POST", adam+"/setup-link", nil).want(403)
	w.call("DELETE", adam, nil).want(403)
	w.call("POST", adam+"/disable", nil).want(200)
	w.call("POST", adam+"/enable", nil).want(403)
	w.call("PUT", api.Prefix+"/settings/openid-connect", map[string]any{"setting": map[string]any{"issuer": "https://id.example", "client_id": "v",
		"map": []any{map[string]any{"group": "x", "role": "administrator"}}}}, "If-Match", "*").want(403)

	only := w.token(login.NewToken{Name: "access alone", Role: access.RoleAdministrator, Verbs: []access.Verb{access.VerbManageAccess}})
	header, value := as(only)
	w.call("POST", api.Prefix+"/administrators", map[string]any{"name": "eve", "role": "auditor"}, header, value).want(403)
	w.call("POST", auditor+"/setup-link", nil, header, value).want(403)
	w.call("POST", auditor+"/disable", nil, header, value).want(200)
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	w := newWorld(t)
	w.now = time.Now() // sessions measure by the machine's clock
	rec := httptest.NewRecorder()
	w.login.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if _, err := w.login.SignIn(rw, r, "ada", password); err != nil {
			t.Error(err)
		}
	})).ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "POST", "/sign-in", nil))
	root := w.token(login.NewToken{Name: "today", Role: access.RoleAdministrator})
	header, value := as(root)
	list := look[page[api.Session]](w.call("GET", api.Prefix+"/sessions?who=ada", nil, header, value).want(200)).Items
	if len(list) != 1 || list[0].Who != "ada" || list[0].Strong {
		t.Fatalf("%+v", list)
	}
	w.call("DELETE", api.Prefix+"/sessions/"+list[0].ID, nil, header, value).want(200)
	w.call("DELETE", api.Prefix+"/sessions/"+list[0].ID, nil, header, value).want(404)
	in := true
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	for _, c := range rec.Result().Cookies() {
		r.AddCookie(c)
	}
	w.login.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { in = login.IsSignedIn(r) })).ServeHTTP(httptest.NewRecorder(), r)
	if in {
		t.Error("the session goes on")
	}
}

func TestSigningInIsSetWithoutGivingMore(t *testing.T) {
	w := newWorld(t)
	path := api.Prefix + "/settings/sign-in"
	body := func(roles ...string) map[string]any {
		return map[string]any{"setting": map[string]any{"second_factor": roles}}
	}
	before := w.call("GET", path, nil).want(200)
	w.call("PUT", path, body("operator")).want(428)
	w.call("PUT", path, body("operator"), "If-Match", `"7"`).want(412)
	w.call("PUT", path, body("king"), "If-Match", "*").want(422)
	r := w.call("PUT", path, body("operator", "auditor"), "If-Match", before.Header.Get("ETag")).want(200)
	if now := w.call("GET", path, nil).want(200); now.Header.Get("ETag") != r.Header.Get("ETag") || !strings.Contains(string(now.Body), `["auditor","operator"]`) {
		t.Errorf("%s", now.Body)
	}
	w.call("PUT", path, body("operator"), "If-Match", "*").want(200)

	path = api.Prefix + "/settings/openid-connect"
	set := map[string]any{"issuer": "https://id.example", "client_id": "vedette", "secret": "hush hush", "map": []any{
		map[string]any{"group": "desk", "role": "helpdesk", "groups": []string{"sales"}}, map[string]any{"group": "audit", "role": "auditor"}}}
	w.call("PUT", path, map[string]any{"setting": set}, "If-Match", `"0"`).want(200)
	a := w.call("GET", path, nil).want(200)
	got := look[api.Versioned[api.OpenIDConnect]](a)
	if strings.Contains(string(a.Body), "hush") || !got.Setting.HasSecret || len(got.Setting.Map) != 2 || got.Setting.Map[1].Groups != nil || (*got.Setting.Map[0].Groups)[0] != "sales" {
		t.Errorf("%s", a.Body)
	}
	delete(set, "secret")
	set["issuer"] = "https://other.example"
	w.call("PUT", path, map[string]any{"setting": set}, "If-Match", a.Header.Get("ETag")).want(200)
	if now := look[api.Versioned[api.OpenIDConnect]](w.call("GET", path, nil).want(200)); now.Setting.HasSecret {
		t.Error("the secret of one provider is kept for another")
	}
	set["issuer"] = "http://other.example"
	w.call("PUT", path, map[string]any{"setting": set}, "If-Match", "*").want(422)
}

func TestRolesAreListedAsTheTableHasThem(t *testing.T) {
	w := newWorld(t)
	got := look[struct {
		Items      []api.Role    `json:"items"`
		Everybodys []access.Verb `json:"everybodys"`
	}](w.call("GET", api.Prefix+"/roles", nil).want(200))
	if len(got.Items) != len(access.Roles()) || !slices.Contains(got.Everybodys, access.VerbManageAccess) {
		t.Fatalf("%+v", got)
	}
	for _, r := range got.Items {
		for _, v := range access.Verbs() {
			if may := (access.Actor{Role: r.Role, Scope: scopeFor(r.Role)}).May(v) == nil; may != slices.Contains(r.Verbs, v) && r.Role != access.RoleHelpDesk {
				t.Errorf("%s %s: %v", r.Role, v, !may)
			}
		}
	}
}

func scopeFor(role access.Role) *access.Scope {
	if role == access.RoleHelpDesk {
		return &access.Scope{}
	}
	return nil
}
