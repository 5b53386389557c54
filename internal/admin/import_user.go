// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// importUser carries out one line about a user. What a line leaves empty stays as it is.
func (m *importer) importUser(tx *store.Tx, f fields) (lineResult, error) {
	if f["name"] == "" {
		return lineResult{}, unreadable("The line has no name.")
	}
	u, err := tx.FindUserByName(f["name"])
	if known(err) != nil {
		return lineResult{}, err
	}
	if err != nil {
		return m.addUser(tx, f)
	}
	before, then := *u, *u
	if err := m.fillUser(tx, &then, f); err != nil {
		return lineResult{}, err
	}
	if userWords(&before, &then) == "" {
		return lineResult{state: LineSame, text: u.Name + " is so already.", object: string(u.ID)}, nil
	}
	if err := m.admin.saveUser(tx, &before, &then); err != nil {
		return lineResult{}, err
	}
	words := userWords(&before, &then)
	tx.Audit(entry(m.who, string(access.VerbChangeUser), then.Name, string(then.ID), words+"; "+m.reason()))
	return lineResult{state: LineChange, text: then.Name + ": " + words, object: string(then.ID),
		before: importBefore{Version: then.Version, User: &before}}, nil
}

func (m *importer) addUser(tx *store.Tx, f fields) (lineResult, error) {
	u := &access.User{Source: access.SourceLocal}
	if err := m.fillUser(tx, u, f); err != nil {
		return lineResult{}, err
	}
	if err := tx.CreateUser(u); err != nil {
		return lineResult{}, err
	}
	tx.Audit(entry(m.who, string(access.VerbAddUser), u.Name, string(u.ID), userWords(&access.User{}, u)+"; "+m.reason()))
	if err := linking.Accounts(tx, u.Accounts...); err != nil {
		return lineResult{}, err
	}
	return lineResult{state: LineCreate, text: u.Name + " is new, with " + count(len(u.Accounts), "account", "accounts") + ".", object: string(u.ID),
		before: importBefore{Version: u.Version}}, nil
}

// fillUser writes a line into a user. Groups and accounts that the line names take the place of those
// there are.
func (m *importer) fillUser(tx *store.Tx, u *access.User, f fields) error {
	form := UserFormOf(u)
	form.Source = ""
	for name, p := range map[string]*string{"display": &form.DisplayName, "email": &form.Email, "number": &form.Number, "comment": &form.Comment} {
		if err := f.into(name, p, u); err != nil {
			return err
		}
	}
	if u.Version == 0 {
		form.Name = f["name"]
	}
	if f["groups"] != "" {
		form.Groups = several(f["groups"])
	}
	if f["accounts"] != "" {
		var err error
		if form.Accounts, err = m.accounts(tx, u, f["accounts"]); err != nil {
			return err
		}
	}
	if err := m.admin.fillUser(tx, u, form); err != nil {
		return err
	}
	slices.Sort(u.Groups)
	u.Groups = slices.Compact(u.Groups)
	disabled, err := wordOfDisabled(f, u.Disabled)
	u.Disabled = disabled
	return err
}

// accountsIn reads "ana", "lab: ana; office: ana.b".
func accountsIn(s string) []access.Account {
	var list []access.Account
	for _, part := range several(s) {
		realm, name, ok := strings.Cut(part, ":")
		if !ok {
			realm, name = "", part
		}
		list = append(list, access.Account{Realm: strings.TrimSpace(realm), Account: strings.TrimSpace(name)})
	}
	return list
}

// accounts reads the accounts of a user. One that names no mail server is the user's own of that name where
// there is one: a list never moves it to another server. Otherwise it is of the server chosen, or the only one.
func (m *importer) accounts(tx *store.Tx, u *access.User, s string) ([]access.Account, error) {
	var list []access.Account
	for _, acc := range accountsIn(s) {
		if acc.Realm != "" {
			list = append(list, acc)
			continue
		}
		own := false
		for _, has := range u.Accounts {
			if strings.EqualFold(has.Account, acc.Account) {
				list, own = append(list, has), true
			}
		}
		if own {
			continue
		}
		if acc.Realm = m.form.Realm; acc.Realm == "" {
			b, err := m.admin.knownServers(tx.GatewaysSince)
			if err != nil {
				return nil, err
			}
			if len(b.realms) > 1 {
				return nil, unreadable("Say which mail server the account “" + clipWord(acc.Account) + "” is of, such as “" + b.realms[0].Name + ":" +
					clipWord(acc.Account) + "”: there are " + count(len(b.realms), "server", "servers") + ".")
			}
		}
		list = append(list, acc)
	}
	return list, nil
}

// several divides a cell that holds a list: at semicolons where it has any, and else at commas.
func several(s string) []string {
	var list []string
	commas := !strings.ContainsAny(s, ";|\n")
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == '|' || r == '\n' || commas && r == ',' }) {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

func wordOfDisabled(f fields, now bool) (bool, error) {
	for _, c := range []struct {
		name string
		when bool // yes means disabled
	}{{"disabled", true}, {"enabled", false}, {"status", false}} {
		if f[c.name] == "" {
			continue
		}
		yes, ok := readYes(f[c.name])
		if !ok {
			return now, unreadable("“" + clipWord(f[c.name]) + "” is neither yes nor no.")
		}
		return yes == c.when, nil
	}
	return now, nil
}
