// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// promisedRoutes says who may ask for what, apart from the program's own table: administrator, operator,
// help desk of a group, auditor, then an operator who is limited to a group, and a token of an administrator
// for view and block alone.
const promisedRoutes = `
GET    /associations                   A O H R S T
GET    /associations/export            A O - R S -
GET    /associations/{id}              A O H R S T
GET    /associations/{id}/candidates   A O H R S T
GET    /associations/{id}/timeline     A O H R S T
POST   /associations/{id}/allow        A O H - S -
POST   /associations/{id}/block        A O H - S T
POST   /associations/{id}/end-override A O H - S -
POST   /associations/{id}/comment      A O H - S -
POST   /associations/{id}/clear-redirect A O H - S -
POST   /associations/{id}/make-user  A O - - - -
POST   /associations/{id}/give       A O - - - -
POST   /associations/{id}/link         A O H - S -
POST   /associations/{id}/unlink       A O H - S -
POST   /associations/{id}/match-again  A O H - S -
DELETE /associations/{id}              A O - - S -
POST   /associations/{id}/assign-policy A O - - S -
POST   /associations/{id}/revert-policy A O - - S -
POST   /associations/{id}/ask-policy-anew A O H - S -
POST   /associations/{id}/preview-policy A O - - S -
POST   /associations/{id}/wipe         A O - - S -
POST   /associations/{id}/preview-wipe A O - - S -
GET    /policies                       A O H R S T
POST   /policies                       A - - - - -
GET    /policies/{id}                  A O H R S T
PUT    /policies/{id}                  A - - - - -
DELETE /policies/{id}                  A - - - - -
GET    /policies/{id}/revisions        A O H R S T
POST   /policies/{id}/copy             A - - - - -
POST   /policies/{id}/preview          A - - - - -
PUT    /policies/default               A - - - - -
POST   /policies/default/preview       A - - - - -
GET    /wipes                          A O H R S T
GET    /wipes/{id}                     A O H R S T
POST   /wipes/{id}/cancel              A O - - S -
POST   /wipes/{id}/approve             A - - - - -
POST   /wipes/{id}/close               A O - - S -
POST   /wipes/{id}/release             A O - - S -
GET    /rules                          A O H R S T
POST   /rules                          A - - - - -
GET    /rules/{id}                     A O H R S T
PUT    /rules/{id}                     A - - - - -
DELETE /rules/{id}                     A - - - - -
GET    /rules/{id}/records             A O H R S T
POST   /rules/{id}/enable              A - - - - -
POST   /rules/{id}/disable             A - - - - -
POST   /rules/{id}/confirm             A - - - - -
POST   /rules/preview                  A - - - - -
POST   /rules/{id}/preview             A - - - - -
POST   /rules/{id}/preview-confirm     A - - - - -
POST   /rules/{id}/preview-delete      A - - - - -
GET    /quarantine                     A O H R S T
GET    /quarantine/count               A O H R S T
POST   /associations/{id}/release      A O H - S -
POST   /associations/{id}/hold-again   A O H - S -
GET    /settings/wipe-safety           A O - R - -
PUT    /settings/wipe-safety           A - - - - -
GET    /settings/freeze                A O H R S T
POST   /settings/freeze                A - - - - -
POST   /settings/unfreeze              A - - - - -
GET    /devices                        A O H R S T
GET    /devices/counts                 A O H R S T
GET    /devices/export                 A O - R S -
POST   /devices                        A O - - S -
GET    /devices/{id}                   A O H R S T
PUT    /devices/{id}                   A O - - S -
DELETE /devices/{id}                   A O - - S -
GET    /devices/{id}/timeline          A O H R S T
POST   /devices/{id}/register          A O - - S -
POST   /devices/{id}/set-compliance    A O - - S -
POST   /devices/{id}/activate          A O H - S -
POST   /devices/{id}/lose              A O H - S -
POST   /devices/{id}/find              A O H - S -
POST   /devices/{id}/retire            A O - - S -
POST   /devices/{id}/preview           A O H - S -
GET    /users                          A O H R S T
GET    /users/export                   A O - R S -
POST   /users                          A O - - - -
GET    /users/{id}                     A O H R S T
PUT    /users/{id}                     A O - - - -
DELETE /users/{id}                     A O - - S -
GET    /users/{id}/timeline            A O H R S T
POST   /users/{id}/disable             A O - - S -
POST   /users/{id}/enable              A O - - S -
POST   /users/{id}/preview             A O - - S -
POST   /users/{id}/export-personal-data A - - - - -
POST   /users/{id}/preview-erase       A O - R - -
POST   /users/{id}/erase               A - - - - -
GET    /groups                         A O H R S T
GET    /accounts/aliases               A O H R S T
POST   /accounts/merge                 A O - - - -
POST   /accounts/merge/preview         A O - - - -
POST   /accounts/split                 A O - - - -
GET    /overrides                      A O H R S T
GET    /approvals                      A O H R S T
POST   /approvals                      A O H - S -
DELETE /approvals/{id}                 A O H - S -
POST   /undo                           A O H - S T
POST   /bulk                           A O H - S T
POST   /bulk/preview                   A O H - S T
POST   /bulk/preview-links             A O H - S -
POST   /bulk/people                    A O H - S -
POST   /bulk/people/preview            A O H - S -
GET    /jobs                           A O H R S T
POST   /jobs/{id}/undo                 A O H - S T
GET    /jobs/{id}                      A O H R S T
POST   /jobs/{id}/cancel               A O H - S T
POST   /imports                        A O - - - -
GET    /imports                        A O - R - -
GET    /imports/{id}                   A O - R - -
GET    /imports/{id}/lines             A O - R - -
POST   /imports/{id}/run               A O - - - -
POST   /imports/{id}/undo              A O - - - -
GET    /expected                       A O - R - -
GET    /expected/report                A O - R - -
POST   /expected/forget                A O - - - -
GET    /preferences                    A O H R S T
PUT    /preferences                    A - - - - -
POST   /preferences/preview            A - - - - -
GET    /settings/time-zone             A O H R S T
PUT    /settings/time-zone             A - - - - -
GET    /settings/mail                  A O - R - -
PUT    /settings/mail                  A - - - - -
POST   /settings/mail/test             A - - - - -
GET    /settings/retention             A O - R - -
PUT    /settings/retention             A - - - - -
POST   /settings/retention/preview     A O - R - -
GET    /settings/masking               A O - R - -
PUT    /settings/masking               A - - - - -
GET    /settings/audit-stream          A O - R - -
PUT    /settings/audit-stream          A - - - - -
GET    /settings/audit-stream/state    A O - R - -
POST   /settings/audit-stream/check    A - - - - -
GET    /settings/backups               A O - R - -
PUT    /settings/backups               A - - - - -
GET    /tasks/{name}                   A O - R - -
POST   /tasks/{name}/run               A - - - - -
GET    /settings/sign-in               A - - R - -
PUT    /settings/sign-in               A - - - - -
GET    /settings/openid-connect        A - - R - -
PUT    /settings/openid-connect        A - - - - -
GET    /account                        A O H R S T
GET    /account/tokens                 A O H R S T
DELETE /account/token                  A O H R S T
GET    /tokens                         A - - R - -
DELETE /tokens/{id}                    A - - - - -
GET    /sessions                       A - - R - -
DELETE /sessions/{id}                  A - - - - -
GET    /roles                          A O H R S T
GET    /administrators                 A - - R - -
POST   /administrators                 A - - - - -
GET    /administrators/{id}            A - - R - -
PUT    /administrators/{id}/rights     A - - - - -
POST   /administrators/{id}/disable    A - - - - -
POST   /administrators/{id}/enable     A - - - - -
POST   /administrators/{id}/reset-second-factor A - - - - -
POST   /administrators/{id}/sign-out   A - - - - -
POST   /administrators/{id}/setup-link A - - - - -
DELETE /administrators/{id}            A - - - - -
GET    /search                         A O H R S T
GET    /events                         A O H R S T
GET    /dashboard                      A O H R S T
GET    /trends                         A O H R S T
GET    /gateways                       A O H R S T
GET    /audit                          A O - R - -
GET    /openapi.json                   A O H R S T
`

type promisedRoute struct {
	method, path string
	may          []bool // by callers()
}

func roleTable() (list []promisedRoute) {
	for line := range strings.Lines(strings.TrimSpace(promisedRoutes)) {
		f := strings.Fields(line)
		r := promisedRoute{method: f[0], path: f[1]}
		for _, cell := range f[2:] {
			r.may = append(r.may, cell != "-")
		}
		list = append(list, r)
	}
	return list
}

// callers makes a token for each column of the table.
func (w *world) callers() (names, tokens []string) {
	w.t.Helper()
	sales := &access.Scope{Groups: []string{"sales"}}
	for _, c := range []struct {
		name string
		t    login.NewToken
	}{
		{"an administrator", login.NewToken{Role: access.RoleAdministrator}},
		{"an operator", login.NewToken{Role: access.RoleOperator}},
		{"a help desk", login.NewToken{Role: access.RoleHelpDesk, Scope: sales}},
		{"an auditor", login.NewToken{Role: access.RoleAuditor}},
		{"an operator of a group", login.NewToken{Role: access.RoleOperator, Scope: sales}},
		{"a token for view and block", login.NewToken{Role: access.RoleAdministrator, Verbs: []access.Verb{access.VerbView, access.VerbBlock}}},
	} {
		c.t.Name = c.name
		token, err := w.login.CreateTokenFor(w.t.Context(), login.House(), "ada", c.t)
		if err != nil {
			w.t.Fatal(err)
		}
		names, tokens = append(names, c.name), append(tokens, token)
	}
	return names, tokens
}

// The rights of a token decide as on the pages, before anything of the request is parsed.
func TestEveryRouteOpensForWhomItIsPromised(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "appl1")
	names, tokens := w.callers()
	table := map[string]promisedRoute{}
	for _, r := range roleTable() {
		if len(r.may) != len(names) {
			t.Fatalf("%s %s has no whole line", r.method, r.path)
		}
		table[r.method+" "+api.Prefix+r.path] = r
	}
	last := func(r httpd.Route) bool { return strings.HasSuffix(r.Path, "/account/token") } // ends the token of the caller
	routes := slices.DeleteFunc(w.server.Routes(), last)
	for _, route := range append(routes, slices.DeleteFunc(w.server.Routes(), func(r httpd.Route) bool { return !last(r) })...) {
		promised, found := table[route.Method+" "+route.Path]
		if !found {
			t.Errorf("%s %s has no line in the table", route.Method, route.Path)
			continue
		}
		for i, name := range names {
			path := strings.NewReplacer("{id}", string(id), "{name}", "nothing").Replace(route.Path)
			body := any("{") // broken: who may not come in is refused before it is read
			if route.Method == http.MethodDelete {
				body, path = nil, strings.ReplaceAll(route.Path, "{id}", "nothing")
			}
			header, value := as(tokens[i])
			a := w.call(route.Method, path, body, header, value)
			if refused := a.Status == http.StatusForbidden; refused == promised.may[i] {
				t.Errorf("%s %s for %s: status %d: %s", route.Method, path, name, a.Status, a.Body)
			}
		}
	}
	if d, err := w.admin.FindAssociation(t.Context(), login.House(), id); err != nil || d.Version != 1 {
		t.Errorf("the record has changed: version %d, %v", d.Version, err)
	}
}

// What a token may do is asked again for the verb that is meant, where one route is for several.
func TestATokenDoesNoOtherVerbThroughARouteForSeveral(t *testing.T) {
	w := newWorld(t)
	id := w.record("ana", "appl1")
	_, tokens := w.callers()
	header, value := as(tokens[5])
	w.call("POST", api.Prefix+"/bulk", map[string]any{"verb": "remove", "ids": []access.AssociationID{id}}, header, value).want(403)
	w.call("POST", api.Prefix+"/bulk/preview", map[string]any{"verb": "allow", "ids": []access.AssociationID{id}}, header, value).want(403)
	w.call("POST", api.Prefix+"/bulk/preview", map[string]any{"verb": "block", "ids": []access.AssociationID{id}}, header, value).want(200)
	job := w.call("POST", api.Prefix+"/bulk", map[string]any{"verb": "block", "ids": []access.AssociationID{id}}, header, value).want(202)
	if j := read[api.Job](job); j.Verb != access.VerbBlock {
		t.Errorf("job %+v", j)
	}
	header, value = as(tokens[3])
	w.call("POST", api.Prefix+"/jobs/"+string(read[api.Job](job).ID)+"/cancel", nil, header, value).want(403)
}
