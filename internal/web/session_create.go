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
func (s *Server) mountPersonal(mux *httpd.Mux) {
	mux.Handle(httpd.Public(), "GET /setup", s.setupShow)
	mux.Handle(httpd.Public(), "POST /setup", s.setupCreate)
	mux.Handle(httpd.Public(), "GET /sign-in", s.signInShow)
	mux.Handle(httpd.Public(), "POST /sign-in", s.signInCreate)
	mux.Handle(httpd.Public(), "GET /sign-in/code", s.signInCodeShow)
	mux.Handle(httpd.Public(), "POST /sign-in/code", s.signInCodeCreate)
	mux.Handle(httpd.Public(), "POST /sign-out", s.signOut)

	mux.Handle(httpd.SignedIn(), "GET /account", s.accountShow)
	mux.Handle(httpd.SignedIn(), "POST /account/password", s.passwordChange)
	mux.Handle(httpd.SignedIn(), "POST /account/second-factor", s.codeBegin)
	mux.Handle(httpd.SignedIn(), "POST /account/second-factor/confirm", s.codeConfirm)
	mux.Handle(httpd.SignedIn(), "POST /account/second-factor/remove", s.codeRemove)
	mux.Handle(httpd.SignedIn(), "POST /account/sessions/end", s.sessionEnd)
	manage := httpd.Verb(string(access.VerbManageAccess))
	mux.Handle(manage, "POST /account/tokens", s.tokenCreate)
	mux.Handle(manage, "POST /account/tokens/revoke", s.tokenRevoke)
}

// setupPage makes the first administrator.
type setupPage struct {
	page
	SetupToken, Name, Mode string
}

// setupShow answers GET /setup: the one-time link that the console prints when it first starts.
func (s *Server) setupShow(w http.ResponseWriter, r *http.Request) error {
	token := r.URL.Query().Get("token")
	if err := s.login.CheckSetupLink(r.Context(), token); err != nil {
		return err
	}
	return s.show(w, http.StatusOK, "setup", "gate", &setupPage{page: s.gatePage(w, r, s.say("setup.title")), SetupToken: token})
}

// setupCreate answers POST /setup.
func (s *Server) setupCreate(w http.ResponseWriter, r *http.Request) error {
	name, token := r.PostFormValue("name"), r.PostFormValue("token")
	mode := r.PostFormValue("mode")
	var err error
	if r.PostFormValue("password") != r.PostFormValue("again") {
		err = access.Invalid("set-up", s.say("setup.differ"))
	} else {
		err = s.login.SetUp(w, r, token, name, r.PostFormValue("password"))
	}
	if access.KindOf(err) == access.KindInvalid {
		p := s.gatePage(w, r, s.say("setup.title"))
		p.Message = &message{Kind: "bad", Text: access.TextOf(err)}
		return s.show(w, http.StatusBadRequest, "setup", "gate", &setupPage{page: p, SetupToken: token, Name: name, Mode: mode})
	}
	if err != nil {
		return err
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
}

// signInShow answers GET /sign-in.
func (s *Server) signInShow(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.URL.Query().Get("next"), "/")
	if login.IsSignedIn(r) {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	p := s.gatePage(w, r, s.say("sign-in.title"))
	if needed, err := s.login.NeedsSetup(r.Context()); err == nil && needed && p.Message == nil {
		p.Message = &message{Kind: "info", Text: s.say("sign-in.no-administrator")}
	}
	return s.show(w, http.StatusOK, "sign_in", "gate", &signInPage{page: p, Next: next})
}

// signInCreate answers POST /sign-in.
func (s *Server) signInCreate(w http.ResponseWriter, r *http.Request) error {
	name, next := r.PostFormValue("name"), localPath(r.PostFormValue("next"), "/")
	step, err := s.login.SignIn(w, r, name, r.PostFormValue("password"))
	if status, text := signInTrouble(err); status != 0 {
		p := s.gatePage(w, r, s.say("sign-in.title"))
		p.Message = &message{Kind: "bad", Text: text}
		return s.show(w, status, "sign_in", "gate", &signInPage{page: p, Name: clip(name, 200), Next: next})
	}
	if err != nil {
		return err
	}
	if step == login.StepCode {
		next = "/sign-in/code?next=" + queryEscape(next)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// signInTrouble gives what a person can do something about. 401 would make the script of a page reload;
// here the page itself is the answer.
func signInTrouble(err error) (status int, text string) {
	switch access.KindOf(err) {
	case access.KindUnauthenticated, access.KindInvalid:
		return http.StatusForbidden, access.TextOf(err)
	case access.KindUnavailable:
		if e, ok := errors.AsType[*access.Error](err); ok && e.Err != nil {
			return http.StatusServiceUnavailable, access.TextOf(err) // nobody has tried too often: the console cannot
		}
		return http.StatusTooManyRequests, access.TextOf(err)
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
	return s.show(w, http.StatusOK, "sign_in_code", "gate", &signInPage{page: s.gatePage(w, r, s.say("sign-in.code-page")), Next: next})
}

// signInCodeCreate answers POST /sign-in/code.
func (s *Server) signInCodeCreate(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.PostFormValue("next"), "/")
	err := s.login.VerifyCode(w, r, r.PostFormValue("code"))
	if status, text := signInTrouble(err); status != 0 {
		p := s.gatePage(w, r, s.say("sign-in.code-page"))
		p.Message = &message{Kind: "bad", Text: text}
		return s.show(w, status, "sign_in_code", "gate", &signInPage{page: p, Next: next})
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
