// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/api"
)

// limitsWord says whom a limit of the API lets through, "all" when there is none.
func limitsWord(groups, users *[]string) string {
	if groups == nil && users == nil {
		return "all"
	}
	var names []string
	if groups != nil {
		names = *groups
	}
	if users == nil {
		return limitWord(names, 0)
	}
	return limitWord(names, len(*users))
}

func verbsWord(verbs []access.Verb) string {
	words := make([]string, len(verbs))
	for i, v := range verbs {
		words[i] = string(v)
	}
	return strings.Join(words, " ")
}

func tokenColumns() []column[api.Token] {
	return []column[api.Token]{
		{"id", func(t *api.Token) string { return t.ID }},
		{"name", func(t *api.Token) string { return t.Name }},
		{"owner", func(t *api.Token) string { return t.Owner }},
		{"role", func(t *api.Token) string { return string(t.Role) }},
		{"groups", func(t *api.Token) string { return limitsWord(t.Groups, t.Users) }},
		{"verbs", func(t *api.Token) string {
			if len(t.Verbs) == 0 {
				return "all"
			}
			return verbsWord(t.Verbs)
		}},
		{"ends", func(t *api.Token) string { return moment(t.Expires) }},
		{"used", func(t *api.Token) string { return moment(t.LastUsed) }},
	}
}

type tokenListCommand struct {
	listFlags
	Owner string `help:"Only those that act for this administrator."`
	Own   bool   `help:"Those of the one whom your token acts for."`
}

func (c *tokenListCommand) Run(s *session) error {
	q := url.Values{}
	if c.Own {
		return list(s, &c.listFlags, "/account/tokens", q, tokenColumns())
	}
	if c.Owner != "" {
		q.Set("owner", c.Owner)
	}
	return list(s, &c.listFlags, "/tokens", q, tokenColumns())
}

type tokenShowCommand struct{ clientFlags }

func (c *tokenShowCommand) Run(s *session) error {
	return show(s, &c.clientFlags, "/account", func(a *api.Caller) []field {
		return []field{{"Acts as", a.Name}, {"Token", a.Token.ID}, {"Role", string(a.Role)}, {"Groups", limitsWord(a.Groups, a.Users)}, {"May", verbsWord(a.Verbs)},
			{"Ends", moment(a.Token.Expires)}}
	})
}

type tokenRevokeCommand struct {
	clientFlags
	ID   string `arg:"" optional:"" help:"Id of the token."`
	Self bool   `help:"Your own token, which is worth nothing then."`
}

func (c *tokenRevokeCommand) Run(s *session) error {
	if c.Self == (c.ID != "") {
		return &clientError{exitUsage, "name a token, or say --self"}
	}
	cl, err := c.open()
	if err != nil {
		return err
	}
	path := "/tokens/" + named(c.ID)
	if c.Self {
		path = "/account/token"
	}
	return say(s, &c.clientFlags, cl, http.MethodDelete, path, nil, 0)
}

type sessionListCommand struct {
	listFlags
	Who string `help:"Only those of this administrator." placeholder:"NAME"`
}

func (c *sessionListCommand) Run(s *session) error {
	q := url.Values{}
	if c.Who != "" {
		q.Set("who", c.Who)
	}
	return list(s, &c.listFlags, "/sessions", q, []column[api.Session]{
		{"id", func(v *api.Session) string { return v.ID }},
		{"who", func(v *api.Session) string { return v.Who }},
		{"address", func(v *api.Session) string { return v.Addr }},
		{"second factor", func(v *api.Session) string { return yesNo(v.Strong) }},
		{"since", func(v *api.Session) string { return moment(v.Since) }},
		{"seen", func(v *api.Session) string { return moment(v.Seen) }},
		{"browser", func(v *api.Session) string { return v.Agent }},
	})
}

type sessionEndCommand struct {
	clientFlags
	ID string `arg:"" help:"Id of the session."`
}

func (c *sessionEndCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	return say(s, &c.clientFlags, cl, http.MethodDelete, "/sessions/"+named(c.ID), nil, 0)
}

type administratorListCommand struct{ listFlags }

func (c *administratorListCommand) Run(s *session) error {
	return list(s, &c.listFlags, "/administrators", url.Values{}, []column[api.Administrator]{
		{"id", func(a *api.Administrator) string { return a.ID }},
		{"name", func(a *api.Administrator) string { return a.Name }},
		{"role", func(a *api.Administrator) string { return string(a.Role) }},
		{"groups", func(a *api.Administrator) string { return limitsWord(a.Groups, a.Users) }},
		{"state", func(a *api.Administrator) string { return a.State }},
		{"second factor", func(a *api.Administrator) string { return yesNo(a.OneTimeCode || a.Passkeys > 0 || a.Source != "") }},
		{"last sign-in", func(a *api.Administrator) string { return moment(a.LastSignIn) }},
		{"version", func(a *api.Administrator) string { return strconv.FormatInt(a.Version, 10) }},
	})
}

// rightsFlags are what somebody is given.
type rightsFlags struct {
	Role   string   `enum:"administrator,operator,helpdesk,auditor" required:"" help:"administrator, operator, helpdesk or auditor."`
	Groups []string `name:"group" help:"Only the users of this group; may be given several times."`
	Users  []string `name:"user" help:"Only this user, by name or id, beside those of the groups; may be given several times."`
}

func (f *rightsFlags) body(ctx context.Context, cl *client) (map[string]any, error) {
	body := map[string]any{"role": f.Role}
	if len(f.Groups) > 0 {
		body["groups"] = f.Groups
	}
	var ids []string
	for _, name := range f.Users {
		id, err := cl.user(ctx, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	if len(ids) > 0 {
		body["users"] = ids
	}
	return body, nil
}

type administratorInviteCommand struct {
	clientFlags
	rightsFlags
	Name string `arg:"" help:"Name of the new administrator."`
}

func (c *administratorInviteCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	body, err := c.body(s.ctx, cl)
	if err != nil {
		return err
	}
	body["name"] = c.Name
	return invited(s, &c.clientFlags, cl, "/administrators", body, 0)
}

// invited prints a link that is told once.
func invited(s *session, f *clientFlags, cl *client, path string, body any, ifVersion int64) error {
	text, err := cl.act(s.ctx, http.MethodPost, path, body, ifVersion)
	if err != nil {
		return err
	}
	if f.JSON {
		_, err := fmt.Fprintf(s.stdout, "%s\n", strings.TrimSpace(string(text)))
		return err
	}
	var i api.Invitation
	if err := json.Unmarshal(text, &i); err != nil {
		return &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
	}
	fmt.Fprintf(s.stdout, "Id: %s\nThis link works once, until %s, and is not told again:\n%s\n", oneLine(i.ID), moment(i.Expires), cl.base.String()+oneLine(i.Link))
	return nil
}

// administratorFlags are what verbs on one administrator take.
type administratorFlags struct {
	clientFlags
	IfVersion int64  `name:"if-version" help:"Only when the administrator still has this version." placeholder:"N"`
	ID        string `arg:"" help:"Id of the administrator."`
}

func (f *administratorFlags) do(s *session, method, more string, body any) error {
	cl, err := f.open()
	if err != nil {
		return err
	}
	return say(s, &f.clientFlags, cl, method, "/administrators/"+named(f.ID)+more, body, f.IfVersion)
}

type administratorRightsCommand struct {
	administratorFlags
	rightsFlags
}

func (c *administratorRightsCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	body, err := c.body(s.ctx, cl)
	if err != nil {
		return err
	}
	tag := "*"
	if c.IfVersion > 0 {
		tag = tagOf(c.IfVersion)
	}
	text, err := cl.actIf(s.ctx, http.MethodPut, "/administrators/"+named(c.ID)+"/rights", body, tag)
	if err != nil {
		return err
	}
	return told(s, &c.clientFlags, text)
}

type administratorDisableCommand struct{ administratorFlags }

func (c *administratorDisableCommand) Run(s *session) error {
	return c.do(s, http.MethodPost, "/disable", nil)
}

type administratorEnableCommand struct{ administratorFlags }

func (c *administratorEnableCommand) Run(s *session) error {
	return c.do(s, http.MethodPost, "/enable", nil)
}

type administratorFactorCommand struct{ administratorFlags }

func (c *administratorFactorCommand) Run(s *session) error {
	return c.do(s, http.MethodPost, "/reset-second-factor", nil)
}

type administratorSignOutCommand struct{ administratorFlags }

func (c *administratorSignOutCommand) Run(s *session) error {
	return c.do(s, http.MethodPost, "/sign-out", nil)
}

type administratorLinkCommand struct{ administratorFlags }

func (c *administratorLinkCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	return invited(s, &c.clientFlags, cl, "/administrators/"+named(c.ID)+"/setup-link", nil, c.IfVersion)
}

type administratorDeleteCommand struct {
	administratorFlags
	Yes bool `help:"Needed: this cannot be undone."`
}

func (c *administratorDeleteCommand) Run(s *session) error {
	if !c.Yes {
		return &clientError{exitUsage, "an administrator who is deleted does not come back, nor do tokens and passkeys. Say --yes if you mean it."}
	}
	return c.do(s, http.MethodDelete, "", nil)
}
