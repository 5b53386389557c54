// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// personRow is a user with what only the database needs.
type personRow struct {
	access.User
	seq   int64
	class int64
	keys  struct{ whole, name, display, email, search string }
}

func personColumns(r *personRow) []column {
	u := &r.User
	return []column{{"id", text(&u.ID)}, {"name", &u.Name}, {"name_key", &r.keys.whole}, {"display_name", &u.DisplayName},
		{"email", &u.Email}, {"number", &u.Number}, {"source", &u.Source}, {"disabled", &u.Disabled}, {"groups", asJSON{&u.Groups}},
		{"comment", &u.Comment}, {"devices", &u.Devices}, {"created", &u.Created}, {"updated", &u.Updated}, {"version", &u.Version},
		{"class", &r.class}, {"key_name", &r.keys.name}, {"key_display", &r.keys.display}, {"key_email", &r.keys.email},
		{"search", &r.keys.search}}
}

func personClass(disabled, directory, devices bool) int64 {
	return flag(disabled) + 2*flag(directory) + 4*flag(devices)
}

func wholeName(s string) string { return strings.TrimSpace(fold(s)) }

func (r *personRow) derive() {
	u := &r.User
	r.class = personClass(u.Disabled, u.Source != access.SourceLocal, u.Devices > 0)
	r.keys.whole, r.keys.name, r.keys.email = wholeName(u.Name), sortKey(u.Name), sortKey(u.Email)
	r.keys.display = sortKey(firstOf(u.DisplayName, u.Name))
	fields := []string{u.Name, u.DisplayName, u.Email, u.Number, digits(u.Number)}
	for _, a := range u.Accounts[:min(len(u.Accounts), 20)] {
		fields = append(fields, a.Account)
	}
	r.keys.search = searchText(fields...)
}

// The most a user may have.
const (
	mostGroups   = 200
	mostAccounts = 200
)

// trim brings every text to what the database keeps, and lists into their order.
func (r *personRow) trim() error {
	const op = "store: save user"
	u := &r.User
	if u.Name = strings.TrimSpace(u.Name); u.Name == "" || clean(u.Name, capKey) != u.Name || clean(string(u.ID), capShort) != string(u.ID) {
		return access.Invalid(op, "A user needs a name that can be kept: not too long, and without odd characters.")
	}
	u.DisplayName, u.Email, u.Number = clean(u.DisplayName, capText), clean(u.Email, capKey), clean(u.Number, capShort)
	u.Comment, u.Source = clean(u.Comment, capReason), clean(u.Source, capShort)
	if u.Source == "" {
		u.Source = access.SourceLocal
	}
	groups := make([]string, 0, len(u.Groups))
	for _, g := range u.Groups {
		if g = strings.TrimSpace(clean(g, capShort)); g != "" {
			groups = append(groups, g)
		}
	}
	slices.Sort(groups)
	u.Groups = slices.Compact(groups)
	slices.SortFunc(u.Accounts, compareAccounts)
	u.Accounts = slices.Compact(u.Accounts)
	if len(u.Groups) > mostGroups || len(u.Accounts) > mostAccounts {
		return access.Invalid(op, "That is more groups or accounts than a user can have.")
	}
	for _, p := range []*time.Time{&u.Created, &u.Updated} {
		*p = moment(millis(*p))
	}
	return nil
}

func compareAccounts(a, b access.Account) int {
	if c := strings.Compare(a.Realm, b.Realm); c != 0 {
		return c
	}
	return strings.Compare(a.Account, b.Account)
}

func (r runner) person(ctx context.Context, lock bool, where string, a ...any) (*personRow, error) {
	row := &personRow{}
	cols := append(personColumns(row), column{"seq", &row.seq})
	q := `SELECT ` + names(cols) + ` FROM person WHERE ` + where
	if lock {
		q += r.e.locking()
	}
	if err := r.row(ctx, q, a...).Scan(targets(cols)...); err != nil {
		return nil, err
	}
	return row, r.fillAccounts(ctx, []*access.User{&row.User})
}

// fillAccounts reads the accounts of users.
func (r runner) fillAccounts(ctx context.Context, list []*access.User) error {
	for part := range slices.Chunk(list, 200) {
		byID, keys := make(map[string]*access.User, len(part)), make([]any, 0, len(part))
		for _, u := range part {
			byID[string(u.ID)] = u
			keys = append(keys, string(u.ID))
			u.Accounts = nil
		}
		if err := r.each(ctx, func(rows *sql.Rows) error {
			var id string
			var a access.Account
			err := rows.Scan(&id, &a.Realm, &a.Account)
			if u := byID[id]; u != nil {
				u.Accounts = append(u.Accounts, a)
			}
			return err
		}, `SELECT person, realm, account FROM account WHERE person IN (`+places(1, len(keys))+`) AND person <> ''`, keys...); err != nil {
			return err
		}
		for _, u := range part {
			slices.SortFunc(u.Accounts, compareAccounts)
		}
	}
	return nil
}

func (r runner) eachPerson(ctx context.Context, fn func(*personRow), rest string, a ...any) error {
	return r.each(ctx, func(rows *sql.Rows) error {
		row := &personRow{}
		if err := rows.Scan(targets(append(personColumns(row), column{"seq", &row.seq}))...); err != nil {
			return err
		}
		fn(row)
		return nil
	}, `SELECT `+names(personColumns(&personRow{}))+`, seq FROM person `+rest, a...)
}

// FindUser gives one user.
func (s *Store) FindUser(ctx context.Context, id access.UserID) (*access.User, error) {
	return user(s.reader().person(ctx, false, `id = $1`, string(id)))
}

// FindUser gives one user and keeps others from changing it until the transaction ends.
func (t *Tx) FindUser(id access.UserID) (*access.User, error) {
	return user(t.q.person(t.ctx, true, `id = $1`, string(id)))
}

// FindUserByName gives the user of a name, whatever its case, locked like FindUser does.
func (t *Tx) FindUserByName(name string) (*access.User, error) {
	return user(t.q.person(t.ctx, true, `name_key = $1`, wholeName(clean(name, capText))))
}

// FindUserByName gives the user of a name, whatever its case.
func (s *Store) FindUserByName(ctx context.Context, name string) (*access.User, error) {
	return user(s.reader().person(ctx, false, `name_key = $1`, wholeName(clean(name, capText))))
}

// mostNamed is how many users of one mail address or display name are looked at.
const mostNamed = 20

// FindUsersNamed gives those whom somebody may mean by a name: the user who is called so, else those with the
// mail address, else those with the display name, whatever the case.
func (s *Store) FindUsersNamed(ctx context.Context, name string) (list []access.User, err error) {
	const op = "store: find users named"
	if name = clean(name, capText); wholeName(name) == "" {
		return nil, nil
	}
	u, err := s.FindUserByName(ctx, name)
	if err == nil {
		return []access.User{*u}, nil
	}
	if access.KindOf(err) != access.KindNotFound {
		return nil, err
	}
	classes, _ := personClasses(ShowAll)
	a := []any{sortKey(name), int64(mostNamed)}
	for _, c := range classes {
		a = append(a, c)
	}
	err = s.reading(ctx, op, func(r runner) error {
		for _, by := range []struct {
			column string
			of     func(*access.User) string
		}{{"key_email", func(u *access.User) string { return u.Email }}, {"key_display", func(u *access.User) string { return u.DisplayName }}} {
			list = nil
			if err := r.eachPerson(ctx, func(row *personRow) {
				if wholeName(by.of(&row.User)) == wholeName(name) {
					list = append(list, row.User)
				}
			}, `WHERE class IN (`+places(3, len(classes))+`) AND `+by.column+` = $1 ORDER BY seq LIMIT $2`, a...); err != nil {
				return err
			}
			if len(list) > 0 {
				break
			}
		}
		named := make([]*access.User, len(list))
		for i := range list {
			named[i] = &list[i]
		}
		return r.fillAccounts(ctx, named)
	})
	return list, err
}

func user(row *personRow, err error) (*access.User, error) {
	if err != nil {
		return nil, said("store: find user", err)
	}
	return &row.User, nil
}

// UserOf gives the user who has an account, by any of its names; NotFound when nobody is known to.
func (s *Store) UserOf(ctx context.Context, realm, account string) (*access.User, error) {
	return s.reader().userOf(ctx, realm, account)
}

// UserOf gives the user who has an account, by any of its names; NotFound when nobody is known to.
func (t *Tx) UserOf(realm, account string) (*access.User, error) {
	return t.q.userOf(t.ctx, realm, account)
}

func (r runner) userOf(ctx context.Context, realm, account string) (*access.User, error) {
	row, err := r.accountRow(ctx, false, realm, account)
	if err == nil && row.AliasOf != "" {
		row, err = r.accountRow(ctx, false, realm, row.AliasOf)
	}
	if err == nil && row.person == "" {
		err = sql.ErrNoRows
	}
	if err != nil {
		return nil, said("store: user of an account", err)
	}
	return user(r.person(ctx, false, `id = $1`, string(row.person)))
}

// recount brings up to date how many registered devices in use a user has.
func (t *Tx) recount(id access.UserID) error {
	if id == "" {
		return nil
	}
	var devices, class int64
	var disabled bool
	var source string
	err := t.q.row(t.ctx, `SELECT disabled, source, class FROM person WHERE id = $1`+t.s.engine.locking(), string(id)).
		Scan(target(&disabled), &source, &class)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err == nil {
		err = t.q.row(t.ctx, `SELECT COUNT(*) FROM device WHERE owner = $1 AND owner <> '' AND state IN ('pending', 'active', 'lost')`,
			string(id)).Scan(&devices)
	}
	if err != nil {
		return said("store: count devices", err)
	}
	now := personClass(disabled, source != access.SourceLocal, devices > 0)
	t.tally(countRow{table: "person_count", class: class}, -1)
	t.tally(countRow{table: "person_count", class: now}, 1)
	_, err = t.q.exec(t.ctx, `UPDATE person SET devices = $2, class = $3 WHERE id = $1`, string(id), devices, now)
	return said("store: count devices", err)
}
