// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// mergePage says that two names are one account, and before that what it would come to.
type mergePage struct {
	page
	M       admin.Merge
	Realms  []choice
	Back    string
	Problem string
	Checked bool // there is a preview
	Head    string
	Steps   []mergeLine
	Notes   []string
	Danger  bool
	Key     string
	Aliases []aliasLine
	More    bool
}

type mergeLine struct {
	Phone, From, To string
	Before, After   verdictWords
	Word            string // the override that remains
	Change          bool
}

type aliasLine struct {
	access.Alias
	Href string // of the question whether to split them
}

// mostAliases is how many merged names the page lists.
const mostAliases = 50

// mergeShow answers GET /users/merge, and GET /users/merge/{id} for the accounts of one user.
func (s *Server) mergeShow(w http.ResponseWriter, r *http.Request) error {
	q, who := r.URL.Query(), login.Actor(r)
	back := "/users"
	m := admin.Merge{Realm: strings.TrimSpace(q.Get("realm")), From: strings.TrimSpace(q.Get("from")), To: strings.TrimSpace(q.Get("to"))}
	if id := access.UserID(r.PathValue("id")); id != "" {
		u, err := s.admin.FindUser(r.Context(), who, id)
		if err != nil {
			return err
		}
		back = userHref(id)
		if len(u.Accounts) > 0 && m.To == "" {
			m.Realm, m.To = u.Accounts[0].Realm, u.Accounts[0].Account
		}
	}
	return s.showMerge(w, r, m, localPath(q.Get("back"), back), http.StatusOK, nil)
}

func (s *Server) showMerge(w http.ResponseWriter, r *http.Request, m admin.Merge, back string, status int, refused error) error {
	p, err := s.newPage(w, r, s.say("merge.title"), "users")
	if err != nil {
		return err
	}
	mp := &mergePage{page: p, M: m, Back: back, Key: s.newKey()}
	if mp.Realms, err = s.realms(r.Context(), p.Actor, m.Realm); err != nil {
		return err
	}
	aliases, err := s.admin.ListAliases(r.Context(), p.Actor, access.Account{}, mostAliases+1)
	if err != nil {
		return err
	}
	mp.More = len(aliases) > mostAliases
	for _, al := range aliases[:min(len(aliases), mostAliases)] {
		line := aliasLine{Alias: al}
		if p.Actor.May(access.VerbSplitAccounts) == nil {
			line.Href = splitHref(al, "/users/merge")
		}
		mp.Aliases = append(mp.Aliases, line)
	}
	if refused == nil && m.From != "" && m.To != "" {
		var found admin.MergePreview
		if found, refused = s.admin.PreviewMerge(r.Context(), p.Actor, mp.M); refused == nil {
			s.fillMerge(mp, &found)
		}
	}
	if refused != nil {
		switch access.KindOf(refused) {
		case access.KindInvalid:
			mp.Problem, status = s.textOf(refused), http.StatusBadRequest
		case access.KindConflict, access.KindNotFound:
			mp.Problem, status = s.textOf(refused), http.StatusConflict
		default:
			return refused
		}
	}
	return s.show(w, status, "user_merge", "layout", mp)
}

func (s *Server) fillMerge(mp *mergePage, found *admin.MergePreview) {
	mp.Checked, mp.M, mp.Notes = true, found.Merge, found.Notes
	joined, changed := 0, 0
	for i := range found.Steps {
		st := &found.Steps[i]
		line := mergeLine{Phone: phoneOf(&st.From), From: string(st.From.ID), Before: wordsOf(st.From.Why), After: wordsOf(st.After), Change: st.Change}
		if st.To != nil {
			joined++
			line.To = string(st.To.ID)
		}
		switch st.Word.Kind {
		case access.OverrideAllow:
			line.Word = s.say("verdict.allowed")
		case access.OverrideBlock:
			line.Word = s.say("verdict.blocked")
		}
		if st.Change {
			changed++
		}
		mp.Danger = mp.Danger || st.Change && line.After.Blocked
		mp.Steps = append(mp.Steps, line)
	}
	mp.Head = s.say("merge.head", len(found.Steps), joined, changed)
	if len(found.Steps) == 0 {
		mp.Head = s.say("merge.head-none")
	}
}

// mergeChange answers POST /users/merge.
func (s *Server) mergeChange(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid(string(access.VerbMergeAccounts), s.say("error.form"))
	}
	m := admin.Merge{Realm: strings.TrimSpace(r.PostFormValue("realm")), From: strings.TrimSpace(r.PostFormValue("from")), To: strings.TrimSpace(r.PostFormValue("to"))}
	back := localPath(r.PostFormValue("back"), "/users")
	result, err := s.admin.MergeAccounts(r.Context(), login.Actor(r), m, admin.Act{Key: r.PostFormValue("key"), Reason: clip(strings.TrimSpace(r.PostFormValue("reason")), 500)})
	if err != nil {
		return s.showMerge(w, r, m, back, http.StatusOK, err)
	}
	return s.done(w, r, back, result)
}

// splitShow asks before two merged names part again.
func (s *Server) splitShow(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	realm, from := q.Get("realm"), q.Get("from")
	p, err := s.newPage(w, r, s.say("act.split-accounts"), "users")
	if err != nil {
		return err
	}
	p.Width = "narrow"
	return s.showPage(w, r, "ask", &askPage{page: p, Action: "/users/split", Whole: !isFragment(r), Question: s.say("merge.ask-split"), What: s.say("merge.what-split"),
		Whom: []whom{{One: from, Two: realm}}, Carry: []named{{"realm", realm}, {"from", from}}, Key: s.newKey(), Button: s.say("act.split-accounts"),
		Back: localPath(q.Get("back"), "/users/merge"), Hint: s.say("users.note-hint")})
}

// splitChange answers POST /users/split.
func (s *Server) splitChange(w http.ResponseWriter, r *http.Request) error {
	back := localPath(r.PostFormValue("back"), "/users/merge")
	result, err := s.admin.SplitAccounts(r.Context(), login.Actor(r), r.PostFormValue("realm"), r.PostFormValue("from"),
		admin.Act{Key: r.PostFormValue("key"), Reason: clip(strings.TrimSpace(r.PostFormValue("reason")), 500)})
	if err != nil {
		return s.refused(w, r, back, err)
	}
	return s.done(w, r, back, result)
}
