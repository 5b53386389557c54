// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// policyForm is the form of a policy, and what saving it would come to.
type policyForm struct {
	page
	Action  string
	Lead    string
	Back    string
	Key     string
	Version int64
	Button  string
	Problem string
	New     bool
	F       admin.PolicyForm
	Refresh string
	Groups  []settingGroup
	Support string // what the marks beside the settings mean
}

// policyNew answers GET /policies/new.
func (s *Server) policyNew(w http.ResponseWriter, r *http.Request) error {
	return s.showPolicyForm(w, r, nil, &admin.PolicyForm{}, http.StatusOK, "")
}

// policyEdit answers GET /policies/edit/{id}.
func (s *Server) policyEdit(w http.ResponseWriter, r *http.Request) error {
	found, err := s.admin.FindPolicy(r.Context(), login.Actor(r), access.PolicyID(r.PathValue("id")))
	if err != nil {
		return err
	}
	f := formOf(&found.Policy.Policy, found.Description)
	return s.showPolicyForm(w, r, &found, &f, http.StatusOK, "")
}

func (s *Server) showPolicyForm(w http.ResponseWriter, r *http.Request, found *admin.PolicyDetails, f *admin.PolicyForm, status int, problem string) error {
	title := "policies.new"
	if found != nil {
		title = "policy.edit"
	}
	p, err := s.newPage(w, r, s.say(title), "policies")
	if err != nil {
		return err
	}
	pf := &policyForm{page: p, New: found == nil, Action: "/policies/new", Lead: s.say("policies.new-lead"), Back: "/policies", Key: s.newKey(), Button: s.say("policies.create"),
		Problem: problem, F: *f, Refresh: duration(max(f.RefreshEvery, 0)), Groups: s.settingGroups(f.Settings, s.wrongOf(f), false),
		Support: s.say("policy.support")}
	if names := ignorant(); names != "" {
		pf.Support += " " + s.say("policy.support-none", names)
	}
	if found != nil {
		id := url.PathEscape(string(found.ID))
		pf.Action, pf.Lead, pf.Back, pf.Button = "/policies/preview/"+id, s.say("policy.edit-lead"), policyHref(found.ID), s.say("policy.preview")
		pf.Version = found.Version
		if v := atoi(r.PostFormValue("version")); v > 0 {
			pf.Version = v
		}
	}
	return s.show(w, status, "policy_form", "layout", pf)
}

// policyCreate answers POST /policies/new.
func (s *Server) policyCreate(w http.ResponseWriter, r *http.Request) error {
	f, err := s.postedPolicy(r)
	if err != nil {
		return err
	}
	result, err := s.admin.CreatePolicy(r.Context(), login.Actor(r), f, admin.Act{Key: r.PostFormValue("key"), Reason: f.Note})
	if status := refusedStatus(err); status != 0 {
		return s.showPolicyForm(w, r, nil, &f, status, s.policyProblem(&f, err))
	}
	if err != nil {
		return err
	}
	return s.added(w, r, policyHref(access.PolicyID(result.ID)), "/policies", result)
}

// refusedStatus is how a form is shown again that was refused; 0: it was not, or by something else.
func refusedStatus(err error) int {
	switch {
	case err == nil:
		return 0
	case access.KindOf(err) == access.KindInvalid:
		return http.StatusBadRequest
	case access.KindOf(err) == access.KindConflict:
		return http.StatusConflict
	}
	return 0
}

func (s *Server) postedPolicy(r *http.Request) (admin.PolicyForm, error) {
	if err := r.ParseForm(); err != nil {
		return admin.PolicyForm{}, access.Invalid(string(access.VerbChangePolicy), s.say("error.form"))
	}
	return readPolicy(r.PostForm), nil
}

// policyProblem says why a form was refused: what is wrong with single settings stands beside them.
func (s *Server) policyProblem(f *admin.PolicyForm, err error) string {
	if n := len(s.wrongOf(f)); n > 0 {
		return s.say("policy.wrong", n)
	}
	if f.RefreshEvery < 0 {
		return s.say("preferences.unreadable", s.say("policy.refresh"))
	}
	return s.textOf(err)
}

// policyPreviewPage says what saving a policy would come to, before it is saved (Y-07).
type policyPreviewPage struct {
	page
	Name    string
	Lines   []diffLine
	Effect  string
	Notes   []string
	Carry   []named
	Action  string
	Back    string
	Key     string
	Version int64
	Asks    bool
}

// policyPreview answers POST /policies/preview/{id}: what was typed, and what it would come to.
func (s *Server) policyPreview(w http.ResponseWriter, r *http.Request) error {
	f, err := s.postedPolicy(r)
	if err != nil {
		return err
	}
	id := access.PolicyID(r.PathValue("id"))
	found, err := s.admin.FindPolicy(r.Context(), login.Actor(r), id)
	if err != nil {
		return err
	}
	if r.PostFormValue("again") != "" {
		return s.showPolicyForm(w, r, &found, &f, http.StatusOK, "")
	}
	seen, err := s.admin.PreviewPolicy(r.Context(), login.Actor(r), id, f)
	if status := refusedStatus(err); status != 0 {
		return s.showPolicyForm(w, r, &found, &f, status, s.policyProblem(&f, err))
	}
	if err != nil {
		return err
	}
	p, err := s.newPage(w, r, s.say("policy.preview-title"), "policies")
	if err != nil {
		return err
	}
	pp := &policyPreviewPage{page: p, Name: found.Name, Notes: seen.Notes, Action: "/policies/edit/" + url.PathEscape(string(id)), Back: "/policies/preview/" + url.PathEscape(string(id)),
		Key: s.newKey(), Version: atoi(r.PostFormValue("version")), Asks: seen.Asked > 0, Carry: carryPolicy(r.PostForm)}
	pp.Lines = append(s.wordDiff(&found, &f), s.diffLines(seen.Diff)...)
	switch {
	case len(seen.Diff) == 0:
		pp.Effect = s.say("policy.asks-none")
	case seen.Asked == 0:
		pp.Effect = s.say("policy.asks-nobody")
	}
	return s.showPage(w, r, "policy_preview", pp)
}

// wordDiff is what a form changes beside the settings.
func (s *Server) wordDiff(found *admin.PolicyDetails, f *admin.PolicyForm) []diffLine {
	var list []diffLine
	say := func(key, before, after string) {
		if before != after {
			list = append(list, diffLine{s.say(key), before, after})
		}
	}
	say("policies.col.name", found.Name, f.Name)
	say("policies.col.description", found.Description, f.Description)
	say("policy.lenient", s.say("preferences."+yesNo(found.AllowNonProvisionable)), s.say("preferences."+yesNo(f.AllowNonProvisionable)))
	say("policy.refresh", s.refreshWord(found.RefreshEvery), s.refreshWord(f.RefreshEvery))
	return list
}

// carryPolicy gives what was typed as hidden fields.
func carryPolicy(form url.Values) []named {
	var list []named
	for name, values := range form {
		if (strings.HasPrefix(name, "s.") || slices.Contains([]string{"name", "description", "lenient", "refresh"}, name)) && values[0] != "" {
			list = append(list, named{name, values[0]})
		}
	}
	slices.SortFunc(list, func(a, b named) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// policySave answers POST /policies/edit/{id}.
func (s *Server) policySave(w http.ResponseWriter, r *http.Request) error {
	f, err := s.postedPolicy(r)
	if err != nil {
		return err
	}
	id := access.PolicyID(r.PathValue("id"))
	act := admin.Act{Key: r.PostFormValue("key"), Version: atoi(r.PostFormValue("version")), Reason: f.Note}
	result, err := s.admin.ChangePolicy(r.Context(), login.Actor(r), id, f, act)
	if status := refusedStatus(err); status != 0 {
		found, missing := s.admin.FindPolicy(r.Context(), login.Actor(r), id)
		if missing != nil {
			return missing
		}
		return s.showPolicyForm(w, r, &found, &f, status, s.policyProblem(&f, err))
	}
	if err != nil {
		return err
	}
	return s.done(w, r, policyHref(id), result)
}

// policyAsk is a short form about one policy: the name of a copy, or which one is the default.
type policyAsk struct {
	page
	Whole    bool
	Action   string
	Question string
	What     string
	Notes    []note
	Problem  string
	Key      string
	Version  int64
	Back     string
	Button   string
	Named    bool // it asks for a name
	Name     string
	Picks    bool // it asks which one
	Choices  []choice
	ID       access.PolicyID
}

func (s *Server) showPolicyAsk(w http.ResponseWriter, r *http.Request, status int, ask *policyAsk) error {
	part := "layout"
	if ask.Whole = !isFragment(r); !ask.Whole {
		part = "fragment"
	}
	return s.show(w, status, "policy_ask", part, ask)
}

// policyCopyShow answers GET /policies/copy/{id}.
func (s *Server) policyCopyShow(w http.ResponseWriter, r *http.Request) error {
	return s.askCopy(w, r, http.StatusOK, "", "")
}

func (s *Server) askCopy(w http.ResponseWriter, r *http.Request, status int, name, problem string) error {
	id := access.PolicyID(r.PathValue("id"))
	found, err := s.admin.FindPolicy(r.Context(), login.Actor(r), id)
	if err != nil {
		return err
	}
	p, err := s.newPage(w, r, s.say("act.copy-policy"), "policies")
	if err != nil {
		return err
	}
	p.Width = "narrow"
	if name == "" {
		name = s.say("policy.copy-name", clip(found.Name, 80))
	}
	return s.showPolicyAsk(w, r, status, &policyAsk{page: p, Action: "/policies/copy/" + url.PathEscape(string(id)), Question: s.say("policy.copy", clip(visible(found.Name), 80)),
		What: s.say("policy.copy-what"), Problem: problem, Key: s.newKey(), Back: policyHref(id), Button: s.say("act.copy-policy"), Named: true, Name: name})
}

// policyCopy answers POST /policies/copy/{id}.
func (s *Server) policyCopy(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid(string(access.VerbChangePolicy), s.say("error.form"))
	}
	name := strings.TrimSpace(r.PostFormValue("name"))
	result, err := s.admin.CopyPolicy(r.Context(), login.Actor(r), access.PolicyID(r.PathValue("id")), name, admin.Act{Key: r.PostFormValue("key")})
	if status := refusedStatus(err); status != 0 {
		return s.askCopy(w, r, status, name, s.textOf(err))
	}
	if err != nil {
		return err
	}
	return s.added(w, r, policyHref(access.PolicyID(result.ID)), "/policies", result)
}

// policyDefaultShow answers GET /policies/default: which policy everybody has who has no other one, and what
// a change would come to. id="" is the mail server's own.
func (s *Server) policyDefaultShow(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newPage(w, r, s.say("act.default-policy"), "policies")
	if err != nil {
		return err
	}
	p.Width = "narrow"
	list, err := s.admin.ListPolicies(r.Context(), p.Actor)
	if err != nil {
		return err
	}
	prefs, err := s.admin.Preferences(r.Context(), p.Actor)
	if err != nil {
		return err
	}
	id := prefs.DefaultPolicy
	if r.URL.Query().Has("id") {
		id = access.PolicyID(r.URL.Query().Get("id"))
	}
	ask := &policyAsk{page: p, Action: "/policies/default", Question: s.say("policy.default-ask"), What: s.say("policy.default-what"), Key: s.newKey(), Version: prefs.Version,
		Back: localPath(r.URL.Query().Get("back"), "/policies"), Button: s.say("act.default-policy"), Picks: true, ID: id,
		Choices: []choice{{"", s.say("policies.servers-own"), id == ""}}}
	for i := range list {
		ask.Choices = append(ask.Choices, choice{string(list[i].ID), clip(visible(list[i].Name), 100), list[i].ID == id})
	}
	if id == prefs.DefaultPolicy {
		ask.Notes = []note{{"info", s.say("policy.default-same")}}
		return s.showPolicyAsk(w, r, http.StatusOK, ask)
	}
	seen, err := s.admin.PreviewDefaultPolicy(r.Context(), p.Actor, id)
	if err != nil {
		return err
	}
	switch {
	case id == "":
		ask.Notes = []note{{"warn", s.say("policy.default-none")}}
	case seen.Asked == 0:
		ask.Notes = []note{{"info", s.say("policy.asks-nobody")}}
	}
	for _, n := range seen.Notes {
		ask.Notes = append(ask.Notes, note{"", n})
	}
	return s.showPolicyAsk(w, r, http.StatusOK, ask)
}

// policyDefaultChange answers POST /policies/default.
func (s *Server) policyDefaultChange(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid(string(access.VerbChangePolicy), s.say("error.form"))
	}
	back := localPath(r.PostFormValue("back"), "/policies")
	act := admin.Act{Key: r.PostFormValue("key"), Version: atoi(r.PostFormValue("version")), Reason: strings.TrimSpace(r.PostFormValue("reason"))}
	result, err := s.admin.MakeDefaultPolicy(r.Context(), login.Actor(r), access.PolicyID(r.PostFormValue("id")), act)
	if err != nil {
		return s.refused(w, r, back, err)
	}
	return s.done(w, r, back, result)
}
