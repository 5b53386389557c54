// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/login"
)

//go:embed templates/*.html
var templateFiles embed.FS

// page is what every page has. Pages embed it.
type page struct {
	Title   string
	Section string // which entry of the navigation is the present one
	Width   string // "" or "narrow"
	Actor   access.Actor
	Token   string // form token
	Nav     []navGroup
	Crumb   string // the group of the navigation it belongs to
	Search  string // what the one search box was asked
	Message *message
	// Shadow, MayPrefer and MayAct decide what is offered; what is allowed is decided by admin.
	Shadow    bool
	Frozen    template.HTML // destructive orders are held; empty: they are not
	Capped    template.HTML // the cap of wipes has stopped orders; empty: not lately, or it is none of the reader's business
	Waiting   []waitingRule // rules that wait for the reader
	MayPrefer bool
	MayAct    bool
}

// named is one hidden field, or one choice of a menu.
type named struct {
	Name, Value string
}

type choice struct {
	Value, Label string
	Chosen       bool
}

// templateSets says which files make each page. The frame is always there.
func templateSets() map[string][]string {
	return map[string][]string{
		"list":              {"list"},
		"association_list":  {"list", "association_list", "association_details"},
		"gateway_list":      {"list", "gateway_list"},
		"override_list":     {"list", "override_list"},
		"override_approve":  {"override_approve"},
		"link":              {"link"},
		"link_clear":        {"link_clear", "refused"},
		"search":            {"search"},
		"timeline":          {"timeline"},
		"thing_list":        {"list", "thing_details"},
		"thing_form":        {"thing_form"},
		"compliance":        {"compliance"},
		"user_merge":        {"user_merge"},
		"import":            {"list", "import"},
		"import_show":       {"import_show"},
		"expected":          {"list", "expected"},
		"ask":               {"ask", "refused"},
		"applied":           {"applied"},
		"dashboard":         {"dashboard"},
		"preferences":       {"preferences"},
		"preview":           {"preferences_preview"},
		"job_show":          {"job_show"},
		"account":           {"account"},
		"administrator":     {"administrator"},
		"roles":             {"roles"},
		"signing_in":        {"signing_in"},
		"access_end":        {"access_end"},
		"setup":             {"setup"},
		"sign_in":           {"sign_in"},
		"sign_in_code":      {"sign_in_code"},
		"error":             {"error"},
		"setting":           {"setting"},
		"retention_preview": {"retention_preview"},
		"personal_data":     {"personal_data"},
		"policy_list":       {"list", "policy_list"},
		"policy":            {"policy"},
		"policy_form":       {"policy_form"},
		"policy_preview":    {"policy_preview"},
		"policy_ask":        {"policy_ask"},
		"wipe_order":        {"wipe_order"},
		"rule_list":         {"list", "rule_list"},
		"quarantine":        {"list", "quarantine"},
		"rule":              {"list", "rule"},
		"rule_kinds":        {"rule_kinds"},
		"rule_form":         {"rule_form"},
		"rule_preview":      {"rule_preview"},
	}
}

func (s *Server) parseTemplates() error {
	s.templates = map[string]*template.Template{}
	for name, files := range templateSets() {
		paths := []string{"templates/layout.html"}
		for _, f := range files {
			paths = append(paths, "templates/"+f+".html")
		}
		t, err := template.New(name).Funcs(s.functions()).Option("missingkey=error").ParseFS(templateFiles, paths...)
		if err != nil {
			return fmt.Errorf("web: %w", err)
		}
		s.templates[name] = t
	}
	return nil
}

// newPage fills in what every page has for whoever is signed in.
func (s *Server) newPage(w http.ResponseWriter, r *http.Request, title, section string) (page, error) {
	who := login.Actor(r)
	p := page{
		Title: title, Section: section, Actor: who, Token: s.login.FormToken(r), Message: s.takeMessage(w, r),
		MayPrefer: who.May(access.VerbChangePreferences) == nil, MayAct: who.May(access.VerbBlock) == nil,
	}
	prefs, err := s.admin.Preferences(r.Context(), who)
	if err != nil {
		return p, err
	}
	p.Shadow = prefs.Shadow
	s.refreshZone(r, who)
	p.Frozen, p.Capped = s.frozenWords(r, who), s.cappedWords(r, who)
	p.Waiting = s.rulesWaiting(r, who)
	p.Nav, p.Crumb = s.nav(who, section)
	s.countNav(r, who, p.Nav)
	return p, nil
}

// gatePage is newPage for pages shown before anybody is signed in.
func (s *Server) gatePage(w http.ResponseWriter, r *http.Request, title string) page {
	return page{Title: title, Token: s.login.FormToken(r), Message: s.takeMessage(w, r)}
}

// isFragment reports whether the script of a page asks, and wants only the part that changes.
func isFragment(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-History-Restore-Request") != "true"
}

// show renders one template of a page's set: "layout", "gate" or "fragment". It is rendered before
// anything is sent, so that a failure is an error page and not half a page.
func (s *Server) show(w http.ResponseWriter, status int, set, part string, data any) error {
	var b bytes.Buffer
	if err := s.templates[set].ExecuteTemplate(&b, part, data); err != nil {
		return fmt.Errorf("web: %s: %w", set, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := b.WriteTo(w)
	if err != nil {
		return nil // whoever asked is gone; there is nobody to tell
	}
	return nil
}

// showPage answers with the whole page, or with its fragment when the script asks.
func (s *Server) showPage(w http.ResponseWriter, r *http.Request, set string, data any) error {
	part := "layout"
	if isFragment(r) && s.templates[set].Lookup("fragment") != nil {
		part = "fragment"
	}
	return s.show(w, http.StatusOK, set, part, data)
}

// localPath gives the path a form wants to go back to when it is one of ours, and otherwise the
// fallback: a form must not send anybody to another site.
func localPath(path, fallback string) string {
	u, err := url.Parse(path)
	if err != nil || path == "" || len(path) > 4096 || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" ||
		!strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return fallback
	}
	return path
}
