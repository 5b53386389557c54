// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"html/template"
	"net/http"
	"net/url"
	"strconv"
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
	Sessions      []login.Session
	MayManage     bool
	Tokens        []login.Token
	NewToken      string // shown once
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
	p := &accountPage{page: frame, MayManage: frame.Actor.May(access.VerbManageAccess) == nil}
	if p.Account, err = s.login.Account(r.Context()); err != nil {
		return nil, err
	}
	p.TOTP, p.Role = p.Account.OneTimeCode, s.roleWord(p.Account.Role)
	if p.Sessions, err = s.login.Sessions(r.Context()); err != nil {
		return nil, err
	}
	if p.MayManage {
		p.Tokens, err = s.login.ListTokens(r.Context(), frame.Actor)
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
			return s.back(w, r, path, message{Kind: "bad", Text: access.TextOf(err)})
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
		return s.back(w, r, "/account?enrol=1", message{Kind: "bad", Text: access.TextOf(err)})
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
	days := min(max(atoi(r.PostFormValue("days")), 1), 366)
	secret, err := s.login.CreateToken(r.Context(), login.NewToken{Name: r.PostFormValue("name"), Role: access.Role(r.PostFormValue("role")),
		Expires: s.now().Add(time.Duration(days) * 24 * time.Hour)})
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

func queryEscape(s string) string { return url.QueryEscape(s) }
