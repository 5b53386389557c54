// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// BodyLimit is how long a request's body may be, in bytes: a file that somebody brings in who may, or a form.
func (s *Server) BodyLimit(r *http.Request) int64 {
	if r.Method == http.MethodPost && r.URL.Path == "/import" && login.Actor(r).May(access.VerbImport) == nil {
		return admin.MaxImportBytes + httpd.MaxFormBody
	}
	return httpd.MaxFormBody
}

func (s *Server) mountImports(mux router) {
	may, report := httpd.Verb(string(access.VerbImport)), httpd.Verb(string(access.VerbViewAudit))
	mux.Handle(report, "GET /import", s.importList)
	mount(s, mux, s.lists.imports)
	mux.Handle(may, "POST /import", s.importCreate)
	mux.Handle(report, "GET /import/{id}", s.importShow)
	mux.Handle(may, "POST /import/{id}/run", s.importRun)
	mux.Handle(may, "POST /import/{id}/undo", s.importUndo)
	mux.Handle(report, "GET /expected", s.expectedShow)
	mount(s, mux, s.lists.expected)
	mux.Handle(may, "POST /expected/forget", s.expectedForget)
}

// importListPage asks for a file, and lists those that were brought in.
type importListPage struct {
	page
	Key     string
	Kinds   []choice
	Realms  []choice
	Problem string
	Presets bool
	Files   *listPart
	Most    int // megabytes
}

// importList answers GET /import.
func (s *Server) importList(w http.ResponseWriter, r *http.Request) error {
	if s.lists.imports.choosesColumns(w, r) {
		return nil
	}
	return s.showImports(w, r, http.StatusOK, admin.ImportForm{Kind: admin.ImportKind(r.URL.Query().Get("kind"))}, "")
}

func (s *Server) showImports(w http.ResponseWriter, r *http.Request, status int, f admin.ImportForm, problem string) error {
	p, err := s.newPage(w, r, s.say("import.title"), "import")
	if err != nil {
		return err
	}
	ip := &importListPage{page: p, Key: s.newKey(), Problem: problem, Presets: f.Presets, Most: admin.MaxImportBytes >> 20}
	for _, k := range admin.ImportKinds() {
		ip.Kinds = append(ip.Kinds, choice{string(k), s.say("import.kind." + string(k)), k == f.Kind})
	}
	if ip.Realms, err = s.realms(r.Context(), p.Actor, f.Realm); err != nil {
		return err
	}
	for i := range ip.Realms {
		if ip.Realms[i].Value == "" { // nothing is taken for granted: what does not name its server is refused
			ip.Realms[i].Label = s.say("import.realm-named")
		}
	}
	if ip.Files, err = s.lists.imports.part(w, r, ""); err != nil {
		return err
	}
	return s.show(w, status, "import", "layout", ip)
}

// importCreate answers POST /import: the file, as a browser sends it.
func (s *Server) importCreate(w http.ResponseWriter, r *http.Request) error {
	f := admin.ImportForm{Kind: admin.ImportKind(r.PostFormValue("kind")), Realm: r.PostFormValue("realm"),
		DayFirst: r.PostFormValue("dates") == "day", Presets: r.PostFormValue("presets") == "yes"}
	part, head, err := r.FormFile("file")
	if err != nil {
		return s.showImports(w, r, http.StatusBadRequest, f, s.say("import.no-file"))
	}
	defer part.Close()
	defer func() { _ = r.MultipartForm.RemoveAll() }() // what stays behind the system clears
	text, err := io.ReadAll(io.LimitReader(part, admin.MaxImportBytes+1))
	if err != nil {
		return s.showImports(w, r, http.StatusBadRequest, f, s.say("import.no-file"))
	}
	f.File = clipBytes(visible(head.Filename), 200)
	result, err := s.admin.StartImport(r.Context(), login.Actor(r), f, text, admin.Act{Key: r.PostFormValue("key")})
	switch access.KindOf(err) {
	case access.KindInvalid, access.KindConflict:
		return s.showImports(w, r, http.StatusBadRequest, f, s.textOf(err))
	}
	if err != nil {
		return err
	}
	return s.back(w, r, "/import/"+url.PathEscape(result.ID), message{Kind: "info", Text: result.Text})
}

// importPage shows how far an import is, what would come of each line, and what came of it.
type importPage struct {
	page
	ID       string
	File     string
	Kind     string
	State    string
	Working  bool
	Done     int
	Lines    int
	Job      string
	Counts   []importCount
	Show     string
	Rows     []importLineRow
	More     string
	NextHref string
	Columns  string
	Unknown  string
	Notes    []string
	Headline string // what it does to records; empty: nothing to say
	Changes  []previewRow
	Applied  *applied
	CanRun   bool
	CanUndo  bool
	Danger   bool
	Key      string
	Until    time.Time
	Report   bool // there is a report of what has come
}

type importCount struct {
	State, Label, Href string
	N                  int
	Here               bool
}

type importLineRow struct {
	Line               int
	Label, Result      string
	State, Class, Icon string
	Href               string
}

const importLinesShown = 200

// importShow answers GET /import/{id}. While work goes on the page asks for itself again.
func (s *Server) importShow(w http.ResponseWriter, r *http.Request) error {
	id := admin.ImportID(r.PathValue("id"))
	i, err := s.admin.FindImport(r.Context(), login.Actor(r), id)
	if err != nil {
		return err
	}
	p, err := s.newPage(w, r, i.Form.File, "import")
	if err != nil {
		return err
	}
	ip := &importPage{page: p, ID: string(id), File: i.Form.File, Kind: s.say("import.kind." + string(i.Form.Kind)),
		State: s.say("import.state." + string(i.State)), Working: !i.Over(), Lines: i.Lines, Job: string(i.Job), Notes: i.Notes,
		Show: r.URL.Query().Get("show"), Key: s.newKey(), Until: i.Until(), CanRun: i.State == admin.ImportChecked,
		CanUndo: i.State == admin.ImportDone || i.State == admin.ImportCancelled && i.Counts[admin.LineCreated]+i.Counts[admin.LineChanged] > 0,
		Report:  i.Form.Kind == admin.ImportExpected && i.State == admin.ImportDone}
	if ip.CanRun && i.Counts[admin.LineCreate]+i.Counts[admin.LineChange] == 0 {
		ip.CanRun = false
	}
	if p.Actor.May(access.VerbImport) != nil {
		ip.CanRun, ip.CanUndo = false, false
	}
	ip.Columns, ip.Unknown = s.headWords(i.Columns), s.headWords(i.Unknown)
	s.importCounts(ip, &i)
	s.importPreview(ip, &i)
	if j, err := s.admin.FindJob(r.Context(), p.Actor, i.Job); err == nil {
		ip.Applied = s.applied(j.Number)
	} else if access.KindOf(err) != access.KindNotFound {
		return err
	}
	if err := s.importRows(r, ip, &i); err != nil {
		return err
	}
	return s.showPage(w, r, "import_show", ip)
}

func (s *Server) headWords(list []string) string {
	out := ""
	for n, h := range list {
		if n > 0 {
			out += " · "
		}
		out += clip(visible(h), 60)
	}
	return out
}

// lineStates are the states of lines in the order in which they are counted, with how they look.
func lineStates() []struct {
	state       admin.LineState
	class, icon string
} {
	return []struct {
		state       admin.LineState
		class, icon string
	}{{admin.LineRefused, "bad", "alert-circle"}, {admin.LineKept, "bad", "alert-circle"}, {admin.LineCreate, "plain", "plus"},
		{admin.LineChange, "plain", "equal-not"}, {admin.LineCreated, "good", "plus"}, {admin.LineChanged, "good", "circle-check"},
		{admin.LineUndone, "good", "history"}, {admin.LineSame, "plain", "equal"}, {admin.LineWaiting, "plain", "clock"}}
}

func (s *Server) importCounts(ip *importPage, i *admin.Import) {
	href := "/import/" + url.PathEscape(ip.ID)
	ip.Counts = append(ip.Counts, importCount{Label: s.say("import.line.all"), Href: href, N: i.Lines, Here: ip.Show == ""})
	for _, st := range lineStates() {
		n := i.Counts[st.state]
		if st.state != admin.LineWaiting {
			ip.Done += n
		}
		if n > 0 {
			ip.Counts = append(ip.Counts, importCount{State: string(st.state), Label: s.say("import.line." + string(st.state)),
				Href: href + "?show=" + string(st.state), N: n, Here: ip.Show == string(st.state)})
		}
	}
}

// importPreview says what the import does to records.
func (s *Server) importPreview(ip *importPage, i *admin.Import) {
	found := &i.Preview
	total := found.ToBlocked + found.ToAllowed
	if i.State != admin.ImportChecked && i.State != admin.ImportChecking {
		return
	}
	if total == 0 {
		if ip.CanRun {
			ip.Headline = s.say("import.no-verdict")
		}
		return
	}
	ip.Headline, ip.Danger = s.say("import.verdicts", total, found.ToBlocked, found.ToAllowed), found.ToBlocked > 0
	for n := range found.Changes {
		c := &found.Changes[n]
		if n == 20 {
			break
		}
		ip.Changes = append(ip.Changes, previewRow{User: c.Pair.Account, Device: c.Pair.Device, Before: wordsOf(c.Before), After: wordsOf(c.After)})
	}
}

func (s *Server) importRows(r *http.Request, ip *importPage, i *admin.Import) error {
	after := int(atoi(r.URL.Query().Get("after")))
	f := admin.ImportLineFilter{State: admin.LineState(ip.Show), After: max(after, 0), Limit: importLinesShown}
	list, err := s.admin.ListImportLines(r.Context(), ip.Actor, i.ID, f)
	if err != nil {
		return err
	}
	for _, l := range list {
		row := importLineRow{Line: l.Line, Label: l.Label, Result: l.Result, State: s.say("import.line." + string(l.State)), Class: "plain"}
		for _, st := range lineStates() {
			if st.state == l.State {
				row.Class, row.Icon = st.class, st.icon
			}
		}
		if l.Object != "" && (l.State == admin.LineCreated || l.State == admin.LineChanged || l.State == admin.LineSame) {
			row.Href = objectHref(i.Form.Kind, l.Object)
		}
		ip.Rows = append(ip.Rows, row)
	}
	if len(list) == importLinesShown {
		q := url.Values{"after": {itoa(int64(list[len(list)-1].N))}}
		if ip.Show != "" {
			q.Set("show", ip.Show)
		}
		ip.NextHref = "/import/" + url.PathEscape(ip.ID) + "?" + q.Encode()
	}
	return nil
}

func objectHref(k admin.ImportKind, id string) string {
	switch k {
	case admin.ImportDevices, admin.ImportCompliance:
		return "/devices/" + url.PathEscape(id)
	case admin.ImportUsers:
		return "/users/" + url.PathEscape(id)
	}
	return ""
}

// importRun answers POST /import/{id}/run, importUndo POST /import/{id}/undo.
func (s *Server) importRun(w http.ResponseWriter, r *http.Request) error {
	return s.importGoOn(w, r, s.admin.RunImport)
}

func (s *Server) importUndo(w http.ResponseWriter, r *http.Request) error {
	return s.importGoOn(w, r, s.admin.UndoImport)
}

func (s *Server) importGoOn(w http.ResponseWriter, r *http.Request, do importVerb) error {
	if err := r.ParseForm(); err != nil {
		return access.Invalid("import", s.say("error.form"))
	}
	id := r.PathValue("id")
	path := "/import/" + url.PathEscape(id)
	_, err := do(r.Context(), login.Actor(r), admin.ImportID(id), admin.Act{Key: r.PostFormValue("key"), Reason: clip(r.PostFormValue("reason"), 500)})
	if err != nil {
		return s.refused(w, r, path, err)
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}
