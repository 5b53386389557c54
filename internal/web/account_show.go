// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

// accountPage is one's own account: password, second factor, sessions, tokens.
type accountPage struct {
	page
	Account       login.Account
	Role          string
	TOTP          bool
	Enrol         *enrolPart
	RecoveryCodes []string // shown once
	Groups        string
	Passkeys      bool   // can be used under this name
	NewPasskey    string // options for the browser
	Sessions      []login.Session
	MayToken      bool
	Tokens        []tokenRow
	NewToken      string // shown once
	TokenRoles    []choice
	Languages     []choice // nil: there is but one
	Verbs         []choice
}

// tokenRow is a token with its words.
type tokenRow struct {
	login.Token
	RoleWord, GroupsWord, VerbsWord string
}

type enrolPart struct {
	Secret string
	QR     template.HTML
}

// accountShow answers GET /account.
func (s *Server) accountShow(w http.ResponseWriter, r *http.Request) error {
	p, err := s.accountPage(w, r)
	if err != nil {
		return err
	}
	if r.URL.Query().Has("enrol") {
		e, err := s.login.PendingOneTimeCode(r.Context())
		if err != nil {
			return err
		}
		p.Enrol = &enrolPart{Secret: e.Seed, QR: s.drawQR(e.QR)}
	}
	return s.showPage(w, r, "account", p)
}

func (s *Server) accountPage(w http.ResponseWriter, r *http.Request) (*accountPage, error) {
	frame, err := s.newPage(w, r, s.say("account.title"), "account")
	if err != nil {
		return nil, err
	}
	frame.Width = "narrow"
	p := &accountPage{page: frame, Passkeys: s.login.PasskeysUsable(r), Languages: s.choices}
	if p.Account, err = s.login.Account(r.Context()); err != nil {
		return nil, err
	}
	p.TOTP, p.Role, p.Groups = p.Account.OneTimeCode, s.roleWord(p.Account.Role), s.scopeWord(p.Account.Scope)
	p.MayToken = !p.Account.OwesFactor
	if p.Account.OwesFactor && p.Message == nil {
		p.Message = &message{Kind: "warn", Text: s.say("account.owes")}
	}
	if p.Sessions, err = s.login.Sessions(r.Context()); err != nil {
		return nil, err
	}
	for i, role := range login.RolesWithin(p.Account.Role) {
		p.TokenRoles = append(p.TokenRoles, choice{Value: string(role), Label: s.roleWord(role), Chosen: i == len(login.RolesWithin(p.Account.Role))-1})
	}
	for _, v := range access.Verbs() {
		if frame.Actor.May(v) == nil {
			p.Verbs = append(p.Verbs, choice{Value: string(v), Label: s.verbWord(v)})
		}
	}
	tokens, err := s.login.OwnTokens(r.Context())
	for _, t := range tokens {
		p.Tokens = append(p.Tokens, tokenRow{Token: t, RoleWord: s.roleWord(t.Role), GroupsWord: s.scopeWord(t.Scope), VerbsWord: s.verbsWord(t.Verbs)})
	}
	return p, err
}

// drawQR makes a picture of a QR code, here and from nowhere else: it holds a secret.
func (s *Server) drawQR(q login.QR) template.HTML {
	size := strconv.Itoa(q.Size)
	return template.HTML(`<svg class="qr" role="img" aria-label="` + template.HTMLEscapeString(s.say("account.qr")) + `" viewBox="0 0 ` + size + ` ` + size +
		`" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h` + size + `v` + size + `H0z"/><path fill="#000" d="` +
		template.HTMLEscapeString(q.Path) + `"/></svg>`)
}

// toAccount goes back to the account with what came of it.
func (s *Server) toAccount(w http.ResponseWriter, r *http.Request, path string, err error, done string) error {
	switch access.KindOf(err) {
	case access.KindInvalid, access.KindNotFound, access.KindUnavailable, access.KindConflict:
		if err != nil {
			return s.back(w, r, path, message{Kind: "bad", Text: s.textOf(err)})
		}
	}
	if err != nil {
		return err
	}
	s.live.recheck() // sessions may have ended
	return s.back(w, r, path, message{Text: done})
}

// passwordChange answers POST /account/password.
func (s *Server) passwordChange(w http.ResponseWriter, r *http.Request) error {
	err := access.Invalid("account", s.say("account.differ"))
	if r.PostFormValue("new") == r.PostFormValue("again") {
		err = s.login.ChangePassword(r.Context(), r.PostFormValue("old"), r.PostFormValue("new"))
	}
	return s.toAccount(w, r, "/account", err, s.say("account.changed"))
}

// codeBegin answers POST /account/second-factor.
func (s *Server) codeBegin(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.login.BeginOneTimeCode(r.Context(), r.PostFormValue("password")); err != nil {
		return s.toAccount(w, r, "/account", err, "")
	}
	http.Redirect(w, r, "/account?enrol=1", http.StatusSeeOther)
	return nil
}

// codeConfirm answers POST /account/second-factor/confirm with the page itself, because the recovery
// codes on it must not be kept anywhere for a redirect to show.
func (s *Server) codeConfirm(w http.ResponseWriter, r *http.Request) error {
	codes, err := s.login.ConfirmOneTimeCode(r.Context(), r.PostFormValue("code"))
	if access.KindOf(err) == access.KindInvalid && err != nil {
		return s.back(w, r, "/account?enrol=1", message{Kind: "bad", Text: s.textOf(err)})
	}
	if err != nil {
		return err
	}
	p, err := s.accountPage(w, r)
	if err != nil {
		return err
	}
	p.TOTP, p.RecoveryCodes = true, codes
	return s.show(w, http.StatusOK, "account", "layout", p)
}

// codeRemove answers POST /account/second-factor/remove.
func (s *Server) codeRemove(w http.ResponseWriter, r *http.Request) error {
	err := s.login.DisableOneTimeCode(r.Context(), r.PostFormValue("password"))
	return s.toAccount(w, r, "/account", err, s.say("account.code-off"))
}

// sessionEnd answers POST /account/sessions/end.
func (s *Server) sessionEnd(w http.ResponseWriter, r *http.Request) error {
	return s.toAccount(w, r, "/account", s.login.RevokeSession(r.Context(), r.PostFormValue("id")), s.say("account.session-ended"))
}

// tokenCreate answers POST /account/tokens with the page itself: the token is shown this once and kept
// nowhere.
func (s *Server) tokenCreate(w http.ResponseWriter, r *http.Request) error {
	days := min(max(atoi(r.PostFormValue("days")), 1), login.MostDays)
	t := login.NewToken{Name: r.PostFormValue("name"), Role: access.Role(r.PostFormValue("role")), Scope: scopeOf(r.PostFormValue("groups")),
		Expires: s.now().Add(time.Duration(days) * 24 * time.Hour)}
	for _, v := range r.PostForm["verb"] {
		t.Verbs = append(t.Verbs, access.Verb(v))
	}
	secret, err := s.login.CreateToken(r.Context(), t)
	if err != nil {
		return s.toAccount(w, r, "/account", err, "")
	}
	p, err := s.accountPage(w, r)
	if err != nil {
		return err
	}
	p.NewToken = secret
	return s.show(w, http.StatusOK, "account", "layout", p)
}

// tokenRevoke answers POST /account/tokens/revoke.
func (s *Server) tokenRevoke(w http.ResponseWriter, r *http.Request) error {
	err := s.login.RevokeToken(r.Context(), login.Actor(r), r.PostFormValue("id"))
	return s.toAccount(w, r, "/account", err, s.say("account.token-revoked"))
}

// scopeOf reads groups that somebody has typed, one a line or with commas; none is no limit.
func scopeOf(text string) *access.Scope {
	scope := &access.Scope{}
	for g := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == '\n' || r == '\r' }) {
		if g = strings.TrimSpace(g); g != "" {
			scope.Groups = append(scope.Groups, g)
		}
	}
	if len(scope.Groups) == 0 {
		return nil
	}
	return scope
}

// passkeyBegin answers POST /account/passkeys with the page itself, which asks the browser for a passkey.
func (s *Server) passkeyBegin(w http.ResponseWriter, r *http.Request) error {
	options, err := s.login.BeginPasskey(r, r.PostFormValue("password"), r.PostFormValue("name"))
	if err != nil {
		return s.toAccount(w, r, "/account", err, "")
	}
	p, err := s.accountPage(w, r)
	if err != nil {
		return err
	}
	p.NewPasskey = options
	return s.show(w, http.StatusOK, "account", "layout", p)
}

// passkeyFinish answers POST /account/passkeys/finish, with the page itself when there are recovery codes.
func (s *Server) passkeyFinish(w http.ResponseWriter, r *http.Request) error {
	codes, err := s.login.FinishPasskey(r, r.PostFormValue("response"))
	if err != nil || len(codes) == 0 {
		return s.toAccount(w, r, "/account", err, s.say("account.passkey-added"))
	}
	p, err := s.accountPage(w, r)
	if err != nil {
		return err
	}
	s.live.recheck()
	p.RecoveryCodes = codes
	return s.show(w, http.StatusOK, "account", "layout", p)
}

// passkeyRename answers POST /account/passkeys/rename.
func (s *Server) passkeyRename(w http.ResponseWriter, r *http.Request) error {
	err := s.login.RenamePasskey(r.Context(), r.PostFormValue("id"), r.PostFormValue("name"))
	return s.toAccount(w, r, "/account", err, s.say("account.passkey-renamed"))
}

// passkeyRemove answers POST /account/passkeys/remove.
func (s *Server) passkeyRemove(w http.ResponseWriter, r *http.Request) error {
	err := s.login.RemovePasskey(r.Context(), r.PostFormValue("password"), r.PostFormValue("id"))
	return s.toAccount(w, r, "/account", err, s.say("account.passkey-removed"))
}

func queryEscape(s string) string { return url.QueryEscape(s) }
