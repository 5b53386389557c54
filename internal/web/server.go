// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"crypto/rand"
	"html/template"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
	"github.com/vedette-mail/vedette/internal/web/assets"
	"github.com/vedette-mail/vedette/internal/web/words"
)

// Config is what the room needs to do its work.
type Config struct {
	Admin *admin.Admin
	// Settings are what stands under Settings; nil: there are no such pages, and times are UTC.
	Settings *admin.Settings
	Login    *login.Login
	Live     *Live // nil: pages ask by themselves now and then
	// Languages are those that people can choose beside English; nil: every one there is.
	Languages []*words.Book
	Now       func() time.Time
	Logger    *slog.Logger
}

// Server answers for the pages, in one language; the one that New gives knows those for the others.
type Server struct {
	languages []*Server // English first; nil in those for the others
	choices   []choice  // of a language, for people

	admin     *admin.Admin
	settings  *admin.Settings
	zone      atomic.Pointer[time.Location] // of the times that pages show
	login     *login.Login
	live      *Live
	now       func() time.Time
	log       *slog.Logger
	assets    *assets.Set
	files     http.Handler
	words     *words.Book
	lists     lists
	forms     onceForms
	templates map[string]*template.Template
}

// lists are the pages that are a list, or hold some.
type lists struct {
	associations *list[admin.Row]
	audit        *list[access.AuditEntry]
	jobs         *list[admin.Job]
	gateways     *list[gatewayRow]
	backends     *list[backendRow]
	devices      *list[admin.DeviceRow]
	users        *list[access.User]
	expected     *list[access.Expected]
	overrides    *list[admin.OverrideRow]
	approvals    *list[admin.ApprovalRow]
	imports      *list[admin.Import]
	policies     *list[admin.PolicyRow]
	wipes        *list[admin.WipeRow]
	rules        *list[admin.RuleRow]
	quarantine   *list[admin.RuledRow]
}

// bindLists declares every list.
func (s *Server) bindLists() {
	s.lists = lists{associations: s.associations(), audit: s.audit(), jobs: s.jobs(), gateways: s.gateways(), backends: s.backends(),
		devices: s.devices(), users: s.users(), expected: s.expectedPhones(),
		overrides: s.overrides(), approvals: s.approvals(), imports: s.imports(),
		policies: s.policies(), wipes: s.wipes(), rules: s.rules(), quarantine: s.quarantine()}
	s.lists.associations.bind(s)
	s.lists.audit.bind(s)
	s.lists.jobs.bind(s)
	s.lists.gateways.bind(s)
	s.lists.backends.bind(s)
	s.lists.devices.bind(s)
	s.lists.users.bind(s)
	s.lists.expected.bind(s)
	s.lists.overrides.bind(s)
	s.lists.approvals.bind(s)
	s.lists.imports.bind(s)
	s.lists.policies.bind(s)
	s.lists.wipes.bind(s)
	s.lists.rules.bind(s)
	s.lists.quarantine.bind(s)
}

// New parses the templates and finds the assets.
func New(c Config) (*Server, error) {
	if c.Admin == nil || c.Login == nil {
		return nil, access.Invalid("web", "Admin and login are needed.")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	set, err := assets.Load()
	if err != nil {
		return nil, err
	}
	files, err := httpd.NewAssets(set.Files)
	if err != nil {
		return nil, err
	}
	books, err := booksOf(c.Languages)
	if err != nil {
		return nil, err
	}
	var list []*Server
	for _, b := range books {
		s := &Server{admin: c.Admin, settings: c.Settings, login: c.Login, live: c.Live, now: c.Now, log: c.Logger, assets: set, files: files,
			words: b, choices: languageChoices(books, b)}
		s.bindLists()
		if err := s.parseTemplates(); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	list[0].languages = list
	return list[0], nil
}

// Mount registers every page on a mux made with Login.Guard and Answer, which may hold other things beside
// them. Login.Middleware has to stand outside it.
func (s *Server) Mount(mux *httpd.Mux) { s.mountLanguages(mux) }

// register registers the pages of one language.
func (s *Server) register(mux router) {
	verb := func(v access.Verb) httpd.Access { return httpd.Verb(string(v)) }
	view, prefer := verb(access.VerbView), verb(access.VerbChangePreferences)

	mux.Handle(httpd.Public(), "GET /assets/", func(w http.ResponseWriter, r *http.Request) error {
		http.StripPrefix("/assets", s.files).ServeHTTP(w, r)
		return nil
	})
	mux.Handle(view, "GET /{$}", s.dashboardShow)

	mount(s, mux, s.lists.associations)
	mux.Handle(view, "POST /undo", s.undoPost)
	mux.Handle(verb(access.VerbClearRedirect), "POST /activesync/clear-redirect", s.redirectClear)
	mux.Handle(view, "GET /changes/{number}/applied", s.changeApplied)
	mux.Handle(view, "GET /live", s.liveStream)
	mount(s, mux, s.lists.jobs)
	mux.Handle(view, "GET /jobs/{id}", s.jobShow)
	mux.Handle(view, "POST /jobs/{id}/cancel", s.jobCancel)
	mux.Handle(view, "POST /jobs/{id}/undo", s.jobUndo)

	s.mountOverrides(mux)
	s.mountLinks(mux)
	s.mountUnknownUsers(mux)
	mux.Handle(view, "GET /timeline", s.timelineShow)
	mux.Handle(view, "GET /search", s.searchShow)

	mux.Handle(view, "GET /sentry", s.gatewayList)
	mount(s, mux, s.lists.gateways)
	mount(s, mux, s.lists.backends)
	mux.Handle(view, "GET /sentry/preferences", s.preferencesShow)
	mux.Handle(prefer, "GET /sentry/preferences/preview", s.preferencesPreview)
	mux.Handle(prefer, "POST /sentry/preferences", s.preferencesChange)
	mount(s, mux, s.lists.audit)

	if s.settings != nil {
		s.mountSettings(mux)
	}
	s.mountDevices(mux)
	s.mountUsers(mux)
	s.mountImports(mux)
	s.mountPolicies(mux)
	s.mountWipes(mux)
	s.mountRules(mux)
	s.mountPersonal(mux)
}

// Answer turns an error into a page. It is the httpd.ErrorAnswer of the mux that Mount is given.
func (s *Server) Answer(w http.ResponseWriter, r *http.Request, err error) { s.in(r).answer(w, r, err) }

// newKey makes the key by which a form that is sent twice is carried out once.
func (s *Server) newKey() string { return rand.Text() }
