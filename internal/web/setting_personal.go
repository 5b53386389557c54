// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// personalPage is Settings > Personal data: everything about one person, to hand over or to forget.
type personalPage struct {
	page
	Query   string
	Found   []personalFound
	None    bool
	Preview *admin.ErasePreview
	Figures []settingStatus
	Records []retentionRow
	More    string
	Key     string
	Export  string // key of the other form
}

type personalFound struct{ Href, Name, More string }

const personalPath = "/settings/personal-data"

// maxShownRecords is how many records the page names.
const maxShownRecords = 50

// personalShow answers GET /settings/personal-data: with q it looks for users, with user it shows one.
func (s *Server) personalShow(w http.ResponseWriter, r *http.Request) error {
	p, err := s.newPage(w, r, s.say("settings.personal.title"), "settings-personal")
	if err != nil {
		return err
	}
	pp := &personalPage{page: p, Query: strings.TrimSpace(r.URL.Query().Get("q")), Key: s.newKey(), Export: s.newKey()}
	pp.Width = "narrow"
	if id := r.URL.Query().Get("user"); id != "" {
		found, err := s.settings.PreviewErase(r.Context(), p.Actor, access.UserID(id))
		if err != nil {
			return s.refused(w, r, personalPath, err)
		}
		s.fillPersonal(pp, &found)
		return s.showPage(w, r, "personal_data", pp)
	}
	if pp.Query != "" {
		list, err := s.admin.ListUsers(r.Context(), p.Actor, admin.UserQuery{Search: pp.Query, Limit: 20})
		if err != nil {
			return err
		}
		for i := range list.Rows {
			u := &list.Rows[i]
			pp.Found = append(pp.Found, personalFound{personalPath + "?user=" + url.QueryEscape(string(u.ID)), u.Name, strings.TrimSpace(u.DisplayName + " " + u.Email)})
		}
		pp.None = len(pp.Found) == 0
	}
	return s.showPage(w, r, "personal_data", pp)
}

func (s *Server) fillPersonal(pp *personalPage, found *admin.ErasePreview) {
	pp.Preview = found
	figure := func(key string, n int) {
		pp.Figures = append(pp.Figures, settingStatus{Label: s.say(key), Text: count(s, n)})
	}
	figure("settings.personal.accounts", len(found.User.Accounts))
	figure("settings.personal.aliases", len(found.Aliases))
	figure("settings.personal.devices", len(found.Devices))
	figure("settings.personal.records", len(found.Records))
	figure("settings.personal.approvals", len(found.Approvals))
	figure("settings.personal.lines", len(found.Audit))
	for i := range found.Records[:min(len(found.Records), maxShownRecords)] {
		a := &admin.Row{Association: found.Records[i]}
		pp.Records = append(pp.Records, retentionRow{User: userOf(a), Device: deviceOf(a), Last: s.exact(a.LastSync)})
	}
	if rest := len(found.Records) - maxShownRecords; rest > 0 {
		pp.More = s.say("list.and-more", rest)
	}
}

// personalExport answers POST /settings/personal-data/export with a ZIP file.
func (s *Server) personalExport(w http.ResponseWriter, r *http.Request) error {
	begun := false
	err := s.settings.ExportPersonalData(r.Context(), login.Actor(r), access.UserID(r.PostFormValue("user")), func(string) io.Writer {
		begun = true
		w.Header().Set("Content-Type", "application/zip")
		w.Header().Set("Content-Disposition", `attachment; filename="personal-data-`+s.now().UTC().Format(time.DateOnly)+`.zip"`)
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // not every writer can
		return w
	})
	if err != nil && begun {
		return cutOff(r, err)
	}
	if err != nil {
		return s.refused(w, r, personalPath, err)
	}
	return nil
}

// personalErase answers POST /settings/personal-data/erase.
func (s *Server) personalErase(w http.ResponseWriter, r *http.Request) error {
	act, err := s.settingAct(r)
	if err != nil {
		return err
	}
	id := r.PostFormValue("user")
	result, err := s.settings.ErasePersonalData(r.Context(), login.Actor(r), access.UserID(id), r.PostFormValue("name"), act)
	if err != nil {
		return s.refused(w, r, personalPath+"?user="+url.QueryEscape(id), err)
	}
	return s.done(w, r, personalPath, result)
}

// exact writes a moment in full, in the time zone that is set.
func (s *Server) exact(t time.Time) string { return s.words.Exact(t.In(s.location())) }

// location is the time zone of the pages.
func (s *Server) location() *time.Location {
	if loc := s.zone.Load(); loc != nil {
		return loc
	}
	return time.UTC
}

// refreshZone reads the time zone anew. A page that cannot know it shows the last one.
func (s *Server) refreshZone(r *http.Request, who access.Actor) {
	if s.settings == nil {
		return
	}
	z, err := s.settings.TimeZone(r.Context(), who)
	if err != nil {
		httpd.NoteError(r.Context(), err)
		return
	}
	s.zone.Store(z.Location())
}
