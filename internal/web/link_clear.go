// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// clearHref leads to the question whether to link every record whose device is clear.
const clearHref = "/activesync/selection/link?all=1&show=" + string(admin.ShowSuggested)

// clearPage shows what "link all that are clear" would link, before anything is linked (A-23, Y-07).
type clearPage struct {
	page
	Headline string
	Unclear  string
	Refused  refusedRows
	Rows     []clearRow
	More     string
	Carry    []named
	Key      string
	Back     string
	Button   string // empty: there is nothing to link
}

type clearRow struct {
	User, Device  string
	Href, To      string
	Owner, Why    string
	Score         int
	Before, After verdictWords
}

// linkMany answers GET /activesync/selection/link: of one record the question which device it belongs to,
// of several what linking those that are clear would do.
func (s *Server) linkMany(w http.ResponseWriter, r *http.Request) error {
	sel, err := s.lists.associations.readSelection(r.URL.Query())
	if err != nil {
		return err
	}
	if len(sel.IDs) == 1 {
		return s.showLink(w, r, sel.IDs[0])
	}
	if isFragment(r) { // it is a page, not a dialog
		w.Header().Set("HX-Redirect", r.URL.RequestURI())
		return nil
	}
	p, err := s.newPage(w, r, s.say("link.clear"), "activesync")
	if err != nil {
		return err
	}
	found, err := s.admin.PreviewLinks(r.Context(), p.Actor, linkBulk(sel))
	if err != nil {
		return err
	}
	cp := &clearPage{page: p, Headline: s.say("link.headline", found.Clear), Carry: s.lists.associations.carry(sel), Key: s.newKey(),
		Back: localPath(r.URL.Query().Get("back"), "/activesync"), Refused: s.refusedRows(&found.Refusing)}
	if found.Unclear > 0 {
		cp.Unclear = s.say("link.unclear", found.Unclear)
	}
	for i := range found.Links {
		cp.Rows = append(cp.Rows, s.clearRowOf(&found.Links[i]))
	}
	if rest := found.Clear - len(cp.Rows); rest > 0 {
		cp.More = s.say("list.and-more", rest)
	}
	if found.Truncated {
		cp.More = s.say("link.truncated")
	}
	if found.Clear > 0 {
		cp.Button = s.say("link.button", found.Clear)
		if found.Truncated {
			cp.Button = s.say("link.button-all")
		}
	}
	return s.showPage(w, r, "link_clear", cp)
}

func linkBulk(sel selection) admin.Bulk {
	b := admin.Bulk{Verb: access.VerbLink, IDs: associationIDs(sel.IDs)}
	if sel.Query != nil {
		q := associationQuery(*sel.Query)
		b.IDs, b.Query = nil, &q
	}
	return b
}

func (s *Server) clearRowOf(l *admin.LinkStep) clearRow {
	d := &l.Device.RegisteredDevice
	before := l.Record.Decision
	return clearRow{User: userOf(&l.Record), Device: deviceOf(&l.Record), Href: "/devices/" + url.PathEscape(string(d.ID)), To: deviceName(d), Owner: d.OwnerName,
		Why: s.hear(strings.Join(l.Reason, "; ")), Score: l.Score,
		Before: verdictWords{Blocked: before.Blocked(), Text: l.Record.Why.Text}, After: wordsOf(l.After)}
}

// linkStart answers POST /activesync/selection/link.
func (s *Server) linkStart(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid(string(access.VerbLink), s.say("error.form"))
	}
	sel, err := s.lists.associations.readSelection(r.PostForm)
	if err != nil {
		return err
	}
	act := admin.Act{Key: r.PostFormValue("key"), Reason: strings.TrimSpace(r.PostFormValue("reason"))}
	id, err := s.admin.StartBulk(r.Context(), login.Actor(r), linkBulk(sel), act)
	if err != nil {
		return err
	}
	back := localPath(r.PostFormValue("back"), "/activesync")
	http.Redirect(w, r, "/jobs/"+url.PathEscape(string(id))+"?back="+url.QueryEscape(back), http.StatusSeeOther)
	return nil
}
