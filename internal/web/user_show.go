// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// userDetails gives the pane of a user.
func (s *Server) userDetails(r *http.Request, id string, v view) (any, error) {
	who := login.Actor(r)
	found, err := s.admin.FindUser(r.Context(), who, access.UserID(id))
	if err != nil {
		return nil, err
	}
	u := &found
	here := v.href(id, v.Cursor)
	p := &thingPart{
		ID: id, Kind: s.say("users.pane"), Title: u.Name, Sub: u.DisplayName, CloseHref: v.href("", v.Cursor),
		Acts: s.lists.users.buttons(who, &u.User, here), Icon: "circle-check", Good: true, State: s.say("user.is-enabled"),
	}
	if u.Disabled {
		p.Icon, p.Good, p.State = "ban", false, s.say("user.is-disabled", len(u.Records))
	}
	history, err := s.timelineOfThing(r, "user", id)
	p.Categories = []thingCategory{s.accountsCategory(u, who, here), s.ownedCategory(u), s.recordsCategory(u, who, here), s.personCategory(&u.User), history}
	return p, err
}

// accountsCategory lists the user's accounts on each mail server, with the other names of each.
func (s *Server) accountsCategory(u *admin.UserDetails, who access.Actor, here string) thingCategory {
	c := s.thingCategory("user.accounts", accountNames(u.Accounts))
	c.Open = true
	splits := who.May(access.VerbSplitAccounts) == nil
	for _, acc := range u.Accounts {
		c.Things = append(c.Things, thingLine{Href: "/activesync?q=" + url.QueryEscape(acc.Account), One: acc.Account, Two: acc.Realm})
		for _, al := range u.Aliases {
			if al.Realm != acc.Realm || al.To != acc.Account {
				continue
			}
			line := thingLine{One: al.From, Two: s.say("user.other-name", acc.Account)}
			if splits {
				line.Do = &link{splitHref(al, here), s.say("act.split-accounts")}
			}
			c.Things = append(c.Things, line)
		}
	}
	c.Empty = s.say("user.no-accounts")
	return c
}

func splitHref(al access.Alias, back string) string {
	return "/users/split?" + url.Values{"realm": {al.Realm}, "from": {al.From}, "back": {back}}.Encode()
}

func (s *Server) ownedCategory(u *admin.UserDetails) thingCategory {
	c := s.thingCategory("user.devices", s.say("devices.count", len(u.Owned)))
	c.Open = true
	for i := range u.Owned {
		d := &u.Owned[i]
		line := thingLine{Href: deviceHref(d.ID), One: deviceName(&d.RegisteredDevice), Two: spaced(d.OS, d.OSVersion), Chips: s.deviceState(d)}
		if d.Compliance == access.NotCompliant {
			line.Chips += " " + s.deviceCompliance(d)
		}
		c.Things = append(c.Things, line)
	}
	c.Empty = s.say("user.no-devices")
	return c
}

func (s *Server) recordsCategory(u *admin.UserDetails, who access.Actor, here string) thingCategory {
	c := s.thingCategory("user.records", s.say("activesync.count", len(u.Records)))
	c.Open = true
	c.Things = s.recordLines(u.Records, phoneOf, userOf)
	wipeLinks(s, who, c.Things, u.Records, here)
	c.Empty = s.say("user.no-records")
	return c
}

func (s *Server) personCategory(u *access.User) thingCategory {
	c := s.thingCategory("user.facts", u.Email)
	c.html("device.state", s.userState(u))
	c.say("user.display", u.DisplayName)
	c.say("user.email", u.Email)
	c.say("details.number", u.Number)
	c.say("user.groups", strings.Join(u.Groups, ", "))
	c.say("device.source", s.sourceWord(u.Source))
	c.say("details.comment", u.Comment)
	c.html("device.added", s.ago(u.Created))
	return c
}
