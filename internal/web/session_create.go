// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// mountPersonal registers what has to do with who is asking.
func (s *Server) mountPersonal(mux router) {
	mux.Handle(httpd.Public(), "GET /setup", s.setupShow)
	mux.Handle(httpd.Public(), "POST /setup", s.setupCreate)
	mux.Handle(httpd.Public(), "GET /sign-in", s.signInShow)
	mux.Handle(httpd.Public(), "POST /sign-in", s.signInCreate)
	mux.Handle(httpd.Public(), "GET /sign-in/code", s.signInCodeShow)
	mux.Handle(httpd.Public(), "POST /sign-in/code", s.signInCodeCreate)
	mux.Handle(httpd.Public(), "POST /sign-in/passkey", s.signInPasskey)
	mux.Handle(httpd.Public(), "POST /sign-in/code/passkey", s.signInCodePasskey)
	mux.Handle(httpd.Public(), "GET /sign-in/oidc", s.signInElsewhere)
	mux.Handle(httpd.Public(), "GET "+login.OIDCCallback, s.signInFromElsewhere)
	mux.Handle(httpd.Public(), "POST /sign-out", s.signOut)

	mux = onceOnly{mux, s}
	mux.Handle(httpd.SignedIn(), "GET /account", s.accountShow)
	mux.Handle(httpd.SignedIn(), "POST /account/language", s.languageChange)
	mux.Handle(httpd.SignedIn(), "POST /account/password", s.passwordChange)
	mux.Handle(httpd.SignedIn(), "POST /account/second-factor", s.codeBegin)
	mux.Handle(httpd.SignedIn(), "POST /account/second-factor/confirm", s.codeConfirm)
	mux.Handle(httpd.SignedIn(), "POST /account/second-factor/remove", s.codeRemove)
	mux.Handle(httpd.SignedIn(), "POST /account/sessions/end", s.sessionEnd)
	mux.Handle(httpd.SignedIn(), "POST /account/passkeys", s.passkeyBegin)
	mux.Handle(httpd.SignedIn(), "POST /account/passkeys/finish", s.passkeyFinish)
	mux.Handle(httpd.SignedIn(), "POST /account/passkeys/rename", s.passkeyRename)
	mux.Handle(httpd.SignedIn(), "POST /account/passkeys/remove", s.passkeyRemove)
	mux.Handle(httpd.SignedIn(), "POST /account/tokens", s.tokenCreate)
	mux.Handle(httpd.SignedIn(), "POST /account/tokens/revoke", s.tokenRevoke)
	s.mountAccess(mux)
}

// setupPage makes the first administrator, or lets one in who has been invited.
type setupPage struct {
	page
	SetupToken, Name, Mode string
	First                  bool
	Role                   string
}

// setupShow answers GET /setup: the one-time link that the console prints when it first starts.
func (s *Server) setupShow(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	link, err := s.login.CheckSetupLink(r.Context(), token)
	if err != nil {
		return err
	}
	return s.show(w, http.StatusOK, "setup", "gate", s.setupPage(w, r, token, link))
}

func (s *Server) setupPage(w http.ResponseWriter, r *http.Request, token string, link login.Setup) *setupPage {
	return &setupPage{page: s.gatePage(w, r, s.say("setup.title")), SetupToken: token, Name: link.Name, First: link.First, Role: s.roleWord(link.Role)}
}

// setupCreate answers POST /setup.
func (s *Server) setupCreate(w http.ResponseWriter, r *http.Request) error {
	name, token := r.PostFormValue("name"), r.PostFormValue("token")
	mode := r.PostFormValue("mode")
	link, err := s.login.CheckSetupLink(r.Context(), token)
	if err != nil {
		return err
	}
	step := login.StepDone
	if r.PostFormValue("password") != r.PostFormValue("again") {
		err = access.Invalid("set-up", s.say("setup.differ"))
	} else {
		step, err = s.login.SetUp(w, r, token, name, r.PostFormValue("password"))
	}
	if access.KindOf(err) == access.KindInvalid {
		p := s.setupPage(w, r, token, link)
		p.Message = &message{Kind: "bad", Text: s.textOf(err)}
		if link.First {
			p.Name, p.Mode = name, mode
		}
		return s.show(w, http.StatusBadRequest, "setup", "gate", p)
	}
	if err != nil {
		return err
	}
	switch {
	case step == login.StepCode:
		http.Redirect(w, r, "/sign-in/code", http.StatusSeeOther)
		return nil
	case !link.First:
		return s.back(w, r, "/", message{Text: s.say("setup.welcome")})
	}
	if mode == "enforce" {
		return s.back(w, r, "/", message{Text: s.say("setup.welcome-enforced")})
	}
	if err := s.observeFirst(r, strings.TrimSpace(name)); err != nil {
		return s.back(w, r, "/sentry/preferences", message{Kind: "bad", Text: s.say("setup.no-shadow")})
	}
	return s.back(w, r, "/", message{Text: s.say("setup.welcome-shadow")})
}

// observeFirst turns shadow mode on in the name of the administrator who has just been made, whom the
// request itself does not carry yet.
func (s *Server) observeFirst(r *http.Request, name string) error {
	addr, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		addr = r.RemoteAddr
	}
	who := access.Actor{Name: name, Role: access.RoleAdministrator, Addr: addr}
	prefs, err := s.admin.Preferences(r.Context(), who)
	if err != nil {
		return err
	}
	prefs.Shadow = true
	_, err = s.admin.ChangePreferences(r.Context(), who, prefs.Preferences, admin.Act{Version: prefs.Version, Reason: "chosen at set-up"})
	return err
}

// signInPage asks for name and password, or for the code.
type signInPage struct {
	page
	Name, Next string
	Passkey    string // options for the browser; empty: no passkey can be used
	Elsewhere  string // what the provider is called; empty: there is none
	Code       bool   // a one-time code can be given
}

// signInPage is the sign-in page with every way in that there is.
func (s *Server) signInPage(w http.ResponseWriter, r *http.Request, next string) (*signInPage, error) {
	p := &signInPage{page: s.gatePage(w, r, s.say("sign-in.title")), Next: next}
	var err error
	if p.Passkey, err = s.login.SignInOptions(w, r); err != nil {
		return nil, err
	}
	p.Elsewhere, err = s.login.OIDCButton(r.Context())
	return p, err
}

// signInShow answers GET /sign-in.
func (s *Server) signInShow(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.URL.Query().Get("next"), "/")
	if login.IsSignedIn(r) {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	p, err := s.signInPage(w, r, next)
	if err != nil {
		return err
	}
	if needed, err := s.login.NeedsSetup(r.Context()); err == nil && needed && p.Message == nil {
		p.Message = &message{Kind: "info", Text: s.say("sign-in.no-administrator")}
	}
	return s.show(w, http.StatusOK, "sign_in", "gate", p)
}

// signInCreate answers POST /sign-in.
func (s *Server) signInCreate(w http.ResponseWriter, r *http.Request) error {
	name, next := r.PostFormValue("name"), localPath(r.PostFormValue("next"), "/")
	step, err := s.login.SignIn(w, r, name, r.PostFormValue("password"))
	if err != nil {
		return s.signInFailed(w, r, err, name, next)
	}
	if step == login.StepCode {
		next = "/sign-in/code?next=" + queryEscape(next)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// signInFailed shows the sign-in page again with what a person can do something about.
func (s *Server) signInFailed(w http.ResponseWriter, r *http.Request, err error, name, next string) error {
	status, text := s.signInTrouble(err)
	if status == 0 {
		return err
	}
	p, err := s.signInPage(w, r, next)
	if err != nil {
		return err
	}
	p.Name, p.Message = clip(name, 200), &message{Kind: "bad", Text: text}
	return s.show(w, status, "sign_in", "gate", p)
}

// signInPasskey answers POST /sign-in/passkey.
func (s *Server) signInPasskey(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.PostFormValue("next"), "/")
	if err := s.login.SignInWithPasskey(w, r, r.PostFormValue("response")); err != nil {
		return s.signInFailed(w, r, err, "", next)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// signInElsewhere answers GET /sign-in/oidc: off to the provider. It is a link and no form, because the
// page's policy lets forms go nowhere but here.
func (s *Server) signInElsewhere(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.URL.Query().Get("next"), "/")
	to, err := s.login.BeginOIDC(w, r, next)
	if err != nil {
		return s.signInFailed(w, r, err, "", next)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// signInFromElsewhere answers GET /sign-in/oidc/callback: back from there.
func (s *Server) signInFromElsewhere(w http.ResponseWriter, r *http.Request) error {
	next, err := s.login.FinishOIDC(w, r)
	if err != nil {
		return s.signInFailed(w, r, err, "", "/")
	}
	http.Redirect(w, r, localPath(next, "/"), http.StatusSeeOther)
	return nil
}

// signInTrouble gives what a person can do something about.
func (s *Server) signInTrouble(err error) (status int, text string) {
	switch access.KindOf(err) {
	case access.KindUnauthenticated:
		return http.StatusUnauthorized, s.textOf(err)
	case access.KindInvalid:
		return http.StatusBadRequest, s.textOf(err)
	case access.KindUnavailable:
		if e, ok := errors.AsType[*access.Error](err); ok && e.Err != nil {
			return http.StatusServiceUnavailable, s.textOf(err) // nobody has tried too often: the console cannot
		}
		return http.StatusTooManyRequests, s.textOf(err)
	}
	return 0, ""
}

// signInCodeShow answers GET /sign-in/code.
func (s *Server) signInCodeShow(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.URL.Query().Get("next"), "/")
	if !login.OwesCode(r) {
		http.Redirect(w, r, "/sign-in?next="+queryEscape(next), http.StatusSeeOther)
		return nil
	}
	return s.secondFactor(w, r, http.StatusOK, next, nil)
}

// secondFactor asks for a code, a passkey, or either.
func (s *Server) secondFactor(w http.ResponseWriter, r *http.Request, status int, next string, m *message) error {
	p := &signInPage{page: s.gatePage(w, r, s.say("sign-in.code-page")), Next: next}
	var err error
	if p.Code, p.Passkey, err = s.login.SecondFactor(r); err != nil {
		return err
	}
	if m != nil {
		p.Message = m
	}
	return s.show(w, status, "sign_in_code", "gate", p)
}

// signInCodeCreate answers POST /sign-in/code.
func (s *Server) signInCodeCreate(w http.ResponseWriter, r *http.Request) error {
	return s.secondGiven(w, r, s.login.VerifyCode(w, r, r.PostFormValue("code")))
}

// signInCodePasskey answers POST /sign-in/code/passkey.
func (s *Server) signInCodePasskey(w http.ResponseWriter, r *http.Request) error {
	return s.secondGiven(w, r, s.login.VerifyPasskey(w, r, r.PostFormValue("response")))
}

func (s *Server) secondGiven(w http.ResponseWriter, r *http.Request, err error) error {
	next := localPath(r.PostFormValue("next"), "/")
	if status, text := s.signInTrouble(err); status != 0 && login.OwesCode(r) {
		return s.secondFactor(w, r, status, next, &message{Kind: "bad", Text: text})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// signOut answers POST /sign-out.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.login.SignOut(r); err != nil {
		return err
	}
	s.live.recheck()
	return s.back(w, r, "/sign-in", message{Kind: "info", Text: s.say("sign-in.out")})
}
