// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// userForm is the form of a user, with what it begins with.
type userForm struct {
	id      access.UserID
	version int64
	form    admin.UserForm
	stands  *admin.UserForm // what is there now, where somebody was faster
}

// userAdd answers GET /users/new.
func (s *Server) userAdd(w http.ResponseWriter, r *http.Request) error {
	return s.showUserForm(w, r, &userForm{}, http.StatusOK, "")
}

func (s *Server) editedUser(r *http.Request) (*userForm, error) {
	found, err := s.admin.FindUser(r.Context(), login.Actor(r), access.UserID(r.PathValue("id")))
	if err != nil {
		return nil, err
	}
	return &userForm{id: found.ID, version: found.Version, form: admin.UserFormOf(&found.User)}, nil
}

// userEditShow answers GET /users/edit/{id}.
func (s *Server) userEditShow(w http.ResponseWriter, r *http.Request) error {
	e, err := s.editedUser(r)
	if err != nil {
		return err
	}
	return s.showUserForm(w, r, e, http.StatusOK, "")
}

func (s *Server) showUserForm(w http.ResponseWriter, r *http.Request, e *userForm, status int, problem string) error {
	title, lead, action, back, button := "users.add", "user.add-lead", "/users/new", "/users", "users.add"
	if e.id != "" {
		title, lead, action, back, button = "user.edit", "user.edit-lead", "/users/edit/"+url.PathEscape(string(e.id)), userHref(e.id), "form.save"
	}
	p, err := s.newPage(w, r, s.say(title), "users")
	if err != nil {
		return err
	}
	p.Width = "narrow"
	f := &formPage{page: p, Action: action, Lead: s.say(lead), Back: localPath(cmp.Or(r.PostFormValue("back"), r.URL.Query().Get("back")), back),
		Key: s.newKey(), Version: e.version, Problem: problem, Button: s.say(button)}
	d := &e.form
	groups, err := s.admin.ListGroups(r.Context(), p.Actor)
	if err != nil {
		return err
	}
	hint := s.say("user.groups-hint")
	if len(groups) > 0 {
		var names []string
		for _, g := range groups[:min(len(groups), 8)] {
			names = append(names, visible(clip(g.Name, 40)))
		}
		hint = s.say("user.groups-known", strings.Join(names, ", "))
	}
	if f.Realms, err = s.realms(r.Context(), p.Actor, ""); err != nil {
		return err
	}
	f.Fields = s.userFields(d, hint)
	if e.stands != nil {
		f.Differ = differing(append(slices.Clone(f.Fields), s.accountsField(d.Accounts)),
			append(s.userFields(e.stands, ""), s.accountsField(e.stands.Accounts)))
	}
	f.Accounts = slices.Clone(d.Accounts)
	if f.Accounts == nil {
		f.Accounts = []access.Account{}
	}
	const blank = 2
	realm, none := "", s.say("realm.choose")
	for _, c := range f.Realms {
		if c.Chosen {
			realm = c.Value
		}
	}
	f.RealmsOf = func(realm string) []choice { return choose(f.Realms, realm, none) }
	for range blank {
		f.Accounts = append(f.Accounts, access.Account{Realm: realm})
	}
	return s.show(w, status, "thing_form", "layout", f)
}

func (s *Server) userFields(d *admin.UserForm, groupsHint string) []formField {
	return []formField{
		{Name: "name", Label: s.say("user.name"), Value: d.Name, Hint: s.say("user.name-hint"), Required: true, Most: 200},
		{Name: "display", Label: s.say("user.display"), Value: d.DisplayName, Most: 200},
		{Name: "email", Label: s.say("user.email"), Value: d.Email, Kind: "email", Most: 320},
		{Name: "number", Label: s.say("details.number"), Value: d.Number, Kind: "tel", Most: 64},
		{Name: "groups", Label: s.say("user.groups"), Value: strings.Join(d.Groups, ", "), Hint: groupsHint, Most: 2000},
		{Name: "comment", Label: s.say("details.comment"), Value: d.Comment, Kind: "textarea", Most: 2000},
	}
}

// userCreate answers POST /users/new.
func (s *Server) userCreate(w http.ResponseWriter, r *http.Request) error {
	e := &userForm{}
	return s.saveUser(w, r, e, func(act admin.Act) (admin.Result, error) {
		return s.admin.AddUser(r.Context(), login.Actor(r), e.form, act)
	})
}

// userChange answers POST /users/edit/{id}.
func (s *Server) userChange(w http.ResponseWriter, r *http.Request) error {
	e, err := s.editedUser(r)
	if err != nil {
		return err
	}
	return s.saveUser(w, r, e, func(act admin.Act) (admin.Result, error) {
		return s.admin.ChangeUser(r.Context(), login.Actor(r), e.id, e.form, act)
	})
}

func (s *Server) saveUser(w http.ResponseWriter, r *http.Request, e *userForm, do func(admin.Act) (admin.Result, error)) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid("user", s.say("error.form"))
	}
	stands := e.form
	s.readUser(r, e)
	result, err := do(admin.Act{Key: r.PostFormValue("key"), Version: atoi(r.PostFormValue("version"))})
	if err != nil {
		switch access.KindOf(err) {
		case access.KindInvalid:
			return s.showUserForm(w, r, e, http.StatusBadRequest, s.textOf(err))
		case access.KindConflict:
			if e.id != "" && atoi(r.PostFormValue("version")) != e.version {
				e.stands = &stands
			}
			return s.showUserForm(w, r, e, http.StatusConflict, s.textOf(err))
		}
		return err
	}
	id := access.UserID(cmp.Or(result.ID, string(e.id)))
	back := localPath(r.PostFormValue("back"), "/users")
	if !strings.HasPrefix(back, userHref(id)) {
		back = userHref(id)
	}
	if e.id == "" {
		return s.added(w, r, back, "/users", result)
	}
	return s.done(w, r, back, result)
}

func (s *Server) readUser(r *http.Request, e *userForm) {
	get := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	d := &e.form
	d.Name, d.DisplayName, d.Email, d.Number, d.Comment = get("name"), get("display"), get("email"), get("number"), get("comment")
	d.Groups = nil
	for _, g := range strings.FieldsFunc(get("groups"), func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		if g = strings.TrimSpace(g); g != "" && !slices.Contains(d.Groups, g) {
			d.Groups = append(d.Groups, g)
		}
	}
	slices.Sort(d.Groups)
	d.Accounts = nil
	names, realms := r.PostForm["account"], r.PostForm["realm"]
	for i, name := range names[:min(len(names), len(realms), 200)] {
		if name = strings.TrimSpace(name); name != "" {
			d.Accounts = append(d.Accounts, access.Account{Realm: strings.TrimSpace(realms[i]), Account: name})
		}
	}
}
