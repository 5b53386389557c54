// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/test/browser"
)

// as is a visitor who has signed in with a role.
func as(t *testing.T, c *browser.Console, role access.Role) *visitor {
	t.Helper()
	name := "the " + string(role)
	if err := c.Login.CreateAdministrator(t.Context(), login.House(), name, browser.Password, role); err != nil {
		t.Fatal(err)
	}
	v := newVisitor(t, c)
	v.get("/sign-in").submit(v, "/sign-in", url.Values{"name": {name}, "password": {browser.Password}}).wants(http.StatusOK)
	return v
}

// TestEveryRouteLetsInExactlyTheRolesOfItsVerb walks every route as every role: 403 where the table of
// permissions says no, and nowhere else among pages. What a role must not do is really tried.
func TestEveryRouteLetsInExactlyTheRolesOfItsVerb(t *testing.T) {
	c := browser.Start(t, true)
	ids := c.Add(t, browser.Three()...)
	for _, role := range access.Roles() {
		t.Run(string(role), func(t *testing.T) {
			v := as(t, c, role)
			v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			who := access.Actor{Role: role}
			if role == access.RoleHelpDesk {
				who.Scope = &access.Scope{}
			}
			token := v.get("/account").fields("/account/password").Get("form_token")
			for _, r := range c.Mux.Routes() {
				verb := access.Verb(r.Access.VerbName())
				if r.Path == "/live" || r.Access.IsPublic() { // the stream does not end; strangers' pages have a walk of their own
					continue
				}
				may := verb == "" || who.May(verb) == nil
				if list, found := strings.CutSuffix(r.Path, "/export.csv"); found { // the list's own verb counts too
					own := map[string]access.Verb{"/administrators": access.VerbViewAccess, "/tokens": access.VerbViewAccess,
						"/sessions": access.VerbViewAccess, "/import/files": access.VerbViewAudit}[list]
					may = may && (own == "" || who.May(own) == nil)
				}
				if strings.Contains(r.Path, "{verb}") && who.May(access.VerbBlock) != nil { // the verb in the path counts too
					may = false
				}
				path := strings.NewReplacer("{id}", string(ids[0]), "{verb}", "block", "{deed}", "disable", "{number}", "1", "{$}", "").Replace(r.Path)
				switch {
				case r.Method == http.MethodGet:
					if got := v.get(path).status; (got == http.StatusForbidden) == may && (got != http.StatusNotFound || !strings.Contains(r.Path, "{verb}")) {
						t.Errorf("%s (%s): %d", r.Pattern, r.Access, got)
					}
				case !may:
					got := v.post(path, url.Values{"form_token": {token}, "id": {string(ids[0])}}).status
					if got != http.StatusForbidden && (got != http.StatusNotFound || !strings.Contains(r.Path, "{verb}")) { // not every list has the verb
						t.Errorf("POST %s: %d", path, got)
					}
				}
			}
		})
	}
}

// TestAnAuditorReadsWhatThereIsAndIsOfferedNoForm: whoever inspects comes for who may do what, what was
// brought in, and what would go.
func TestAnAuditorReadsWhatThereIsAndIsOfferedNoForm(t *testing.T) {
	c := browser.Start(t, true)
	owner := signedIn(t, c)
	owner.get("/account").submit(owner, "/account/tokens", url.Values{"name": {"scripts"}}).wants(http.StatusOK)
	file := bring(owner, "name,accounts\nzoe,exchange:zoe\n", url.Values{"kind": {"users"}})
	user, err := c.Admin.AddUser(t.Context(), ada(), admin.UserForm{Name: "zora"}, admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := c.Login.ListTokens(t.Context(), login.House())
	if err != nil || len(tokens) == 0 {
		t.Fatalf("%v, %v", tokens, err)
	}
	sessions, err := c.Login.ListSessions(t.Context(), login.House())
	if err != nil || len(sessions) == 0 {
		t.Fatalf("%v, %v", sessions, err)
	}
	v := as(t, c, access.RoleAuditor)
	for _, path := range []string{"/administrators", "/administrators/" + idOf(t, c, browser.Administrator), "/administrators/sign-in", "/administrators/roles",
		"/tokens", "/tokens/" + tokens[0].ID, "/sessions", "/sessions/" + sessions[0].ID, "/import", file.path, "/expected", "/audit", "/overrides",
		"/settings/personal-data?user=" + user.ID, "/settings/retention/preview?records=30&held=no&audit=400&tallies=31&jobs=30"} {
		a := v.get(path).wants(http.StatusOK)
		if n := len(a.all(`main form[method="post"]:has(button)`)); n > 0 {
			t.Errorf("%s: %d forms with a button", path, n)
		}
	}
	v.get("/administrators/new").wants(http.StatusForbidden)
}

// TestSomebodyLooksAfterUsersListedOneByOne proves that a help desk is made for a list of users beside groups,
// and that a group nobody is in is said to be one.
func TestSomebodyLooksAfterUsersListedOneByOne(t *testing.T) {
	c := browser.Start(t, true)
	for _, name := range []string{"zora", "zeno"} {
		if _, err := c.Admin.AddUser(t.Context(), ada(), admin.UserForm{Name: name, Groups: []string{"Board"}}, admin.Act{}); err != nil {
			t.Fatal(err)
		}
	}
	v := signedIn(t, c)
	form := v.get("/administrators/new").says("#groups-hint", "Board")
	form.submit(v, "/administrators", url.Values{"name": {"hugo"}, "role": {"helpdesk"}, "users": {"nobody-here"}}).wants(http.StatusBadRequest).says(".message.bad", "no user “nobody-here”")
	form.submit(v, "/administrators", url.Values{"name": {"hugo"}, "role": {"helpdesk"}, "groups": {"Bord"}, "users": {"zora"}}).wants(http.StatusOK).says(".message.warn", "Nobody is in: Bord")
	page := v.get("/administrators/" + idOf(t, c, "hugo")).wants(http.StatusOK)
	if f := page.fields("/administrators/" + idOf(t, c, "hugo") + "/rights"); f.Get("users") != "zora" || f.Get("groups") != "Bord" {
		t.Errorf("the form has %v", f)
	}
	who, err := c.Login.FindAdministrator(t.Context(), login.House(), idOf(t, c, "hugo"))
	if err != nil {
		t.Fatal(err)
	}
	seen, err := c.Admin.ListUsers(t.Context(), access.Actor{Name: "hugo", Role: who.Role, Scope: who.Scope}, admin.UserQuery{})
	if err != nil || len(seen.Rows) != 1 || seen.Rows[0].Name != "zora" {
		t.Errorf("hugo sees %+v, %v", seen.Rows, err)
	}
}

func TestTheTableOfRolesIsTheOneThatHolds(t *testing.T) {
	c := browser.Start(t, true)
	a := as(t, c, access.RoleHelpDesk).get("/administrators/roles").wants(http.StatusOK)
	if got, want := len(a.all("#roles tbody tr")), len(access.Verbs()); got != want {
		t.Errorf("%d lines, want %d", got, want)
	}
	yes := 0
	for _, cell := range access.PermissionTable() {
		yes += len(cell.Roles)
	}
	if got := len(a.all("#roles tbody td svg")); got != yes {
		t.Errorf("%d ticks, want %d", got, yes)
	}
}

func TestSomebodyIsInvitedOnThePage(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	form := v.get("/administrators/new").wants(http.StatusOK)
	form.submit(v, "/administrators", url.Values{"name": {""}, "role": {"helpdesk"}}).wants(http.StatusBadRequest).says(".message.bad", "name")
	a := form.submit(v, "/administrators", url.Values{"name": {"hugo"}, "role": {"helpdesk"}, "groups": {"sales\nit, board"}}).wants(http.StatusOK)
	manners(t, a)
	link, err := url.Parse(a.words(".secret"))
	if err != nil || link.Query().Get("token") == "" {
		t.Fatalf("no link: %q", a.words(".secret"))
	}
	v.get("/administrators").says("table", "hugo").says("table", "Help desk").says("table", "board, it, sales").says("table", "Invited")
	hugo := newVisitor(t, c)
	s := hugo.get(link.RequestURI()).wants(http.StatusOK).says("main", "hugo")
	manners(t, s)
	s.submit(hugo, "/setup", url.Values{"password": {"fine phrase to know"}, "again": {"another"}}).wants(http.StatusBadRequest)
	s.submit(hugo, "/setup", url.Values{"password": {"fine phrase to know"}, "again": {"fine phrase to know"}}).wants(http.StatusOK)
	hugo.get("/account").says(".page-head", "hugo").says(".page-head", "Help desk")
	hugo.get("/administrators").wants(http.StatusForbidden)
	hugo.get(link.RequestURI()).wants(http.StatusNotFound)

	v.get("/sessions").says("table", "hugo")
	path := "/administrators/" + idOf(t, c, "hugo")
	page := v.get(path).wants(http.StatusOK)
	manners(t, page)
	page.submit(v, path+"/rights", url.Values{"role": {"auditor"}, "groups": {""}}).says(".message", "changed")
	if got := hugo.get("/account").path; !strings.HasPrefix(got, "/sign-in") {
		t.Errorf("hugo is still in, at %s", got)
	}
	v.get(path).submit(v, path+"/disable", nil).says(".message", "Disabled")
	v.get(path).submit(v, path+"/enable", nil).says(".message", "Enabled")
	v.get(path).submit(v, path+"/factor", nil).says(".message", "removed")
	again := v.get(path).submit(v, path+"/link", nil).wants(http.StatusOK)
	if !strings.Contains(again.words(".secret"), "/setup?token=") {
		t.Error("no new link")
	}
	v.get(path).submit(v, path+"/delete", nil).says(".message", "deleted")
	v.get(path).wants(http.StatusNotFound)
	own := "/administrators/" + idOf(t, c, browser.Administrator)
	v.get(own).submit(v, own+"/disable", nil).says(".message.bad", "last administrator")
}

func idOf(t *testing.T, c *browser.Console, name string) string {
	t.Helper()
	all, err := c.Login.ListAdministrators(t.Context(), login.House())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if a.Name == name {
			return a.ID
		}
	}
	t.Fatalf("no %s", name)
	return ""
}

func TestTokensAreMadeInTheAccountAndTakenBackByWhoeverManagesAccess(t *testing.T) {
	c := browser.Start(t, true)
	op := as(t, c, access.RoleOperator)
	page := op.get("/account")
	page.submit(op, "/account/tokens", url.Values{"name": {"king"}, "role": {"administrator"}}).says(".message.bad", "cannot do more")
	made := page.submit(op, "/account/tokens", url.Values{"name": {"report"}, "role": {"operator"}, "groups": {"sales"}, "verb": {"view", "export"}, "days": {"7"}}).wants(http.StatusOK)
	if !strings.HasPrefix(made.words(".message .secret"), "vdt_") {
		t.Errorf("no token: %q", made.words(".message .secret"))
	}
	op.get("/account").says("main", "report").says("main", "sales").says("main", "Look at records, devices and users, Export lists").says("main", "Ends soon")
	op.get("/tokens").wants(http.StatusForbidden)
	v := signedIn(t, c)
	v.get("/tokens").says("table", "report").says("table", "the operator").says("table", "Ends soon")
	all, err := c.Login.ListTokens(t.Context(), login.House())
	if err != nil || len(all) != 1 {
		t.Fatal(err)
	}
	one := v.get("/tokens/" + all[0].ID).wants(http.StatusOK)
	manners(t, one)
	one.submit(v, "/tokens/"+all[0].ID+"/revoke", nil).says(".message", "does not work any more")
	v.get("/tokens/" + all[0].ID).wants(http.StatusNotFound)
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	c := browser.Start(t, true)
	v, op := signedIn(t, c), as(t, c, access.RoleOperator)
	list, err := c.Login.ListSessions(t.Context(), login.House())
	if err != nil || len(list) != 2 || list[0].Who != "the operator" {
		t.Fatalf("%+v, %v", list, err)
	}
	one := v.get("/sessions/"+list[0].ID).wants(http.StatusOK).says("dl", "the operator")
	manners(t, one)
	one.submit(v, "/sessions/"+list[0].ID+"/end", nil).says(".message", "ended")
	if got := op.get("/account").path; !strings.HasPrefix(got, "/sign-in") {
		t.Errorf("still in, at %s", got)
	}
	v.get("/sessions/" + list[0].ID).wants(http.StatusNotFound)
}

func TestARoleThatHasToHaveASecondFactorIsLedToTheAccount(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	v.get("/administrators/sign-in").submit(v, "/administrators/sign-in/policy", url.Values{"role": {"operator"}}).says(".message", "Saved")
	op := as(t, c, access.RoleOperator)
	a := op.get("/activesync").says(".message", "second factor")
	if a.path != "/account" {
		t.Errorf("at %s", a.path)
	}
	v.get("/activesync").wants(http.StatusOK)
}

func TestTheProviderIsSetOnThePage(t *testing.T) {
	c := browser.Start(t, true)
	v := signedIn(t, c)
	page := v.get("/administrators/sign-in")
	manners(t, page)
	page.submit(v, "/administrators/sign-in/provider", url.Values{"issuer": {"http://id.example"}, "client_id": {"vedette"}}).says(".message.bad", "https")
	page.submit(v, "/administrators/sign-in/provider", url.Values{"issuer": {"https://id.example"}, "client_id": {"vedette"}, "secret": {"hush"}, "button": {"Company"},
		"group": {"admins", "", "desk"}, "role": {"administrator", "auditor", "helpdesk"}, "groups": {"", "", "sales"}}).says(".message", "Saved")
	a := v.get("/administrators/sign-in").says("main", "One is kept")
	if strings.Contains(a.body, "hush") {
		t.Error("the page shows the secret")
	}
	newVisitor(t, c).get("/sign-in").says("main", "Sign in with Company")
	set, err := c.Login.OIDC(t.Context(), login.House())
	if err != nil || len(set.Map) != 2 || set.Map[1].Role != access.RoleHelpDesk || set.Map[1].Scope == nil {
		t.Errorf("%+v, %v", set, err)
	}
}
