// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// actButton is a button that asks before it acts.
type actButton struct {
	Href, Label, Icon, Key string
	Whole                  bool // it leads to a page that fits into no dialog
}

// button gives the button of an act for one row, or with no id for those that are chosen.
func (l *list[R]) button(a act[R], query string) actButton {
	return actButton{Href: l.Path + "/selection/" + a.name() + query, Label: l.s.say("act." + a.name()), Icon: a.Icon, Key: a.Key}
}

// andBack adds to an address, which may ask for something already, where its form leads back to.
func andBack(href, back string) string {
	sign := "?"
	if strings.Contains(href, "?") {
		sign = "&"
	}
	return href + sign + "back=" + url.QueryEscape(back)
}

// buttons gives the buttons of one row that its reader may press, for a pane.
func (l *list[R]) buttons(who access.Actor, row *R, back string) []actButton {
	var out []actButton
	for _, a := range l.Acts {
		if a.Several || who.May(a.Verb) != nil || a.Fits != nil && !a.Fits(row) {
			continue
		}
		b := l.button(a, "?id="+url.QueryEscape(l.ID(row))+"&back="+url.QueryEscape(back))
		if a.Form != nil {
			b.Href, b.Whole = andBack(a.Form(l.ID(row)), back), !a.InPlace
		}
		out = append(out, b)
	}
	return out
}

// askPage asks before an act is carried out: what will happen, to whom, and why.
type askPage struct {
	page
	Action   string
	Whole    bool // a page of its own, not a dialog
	Question string
	What     string
	Notes    []note
	Refused  refusedRows
	Whom     []whom
	More     string
	Carry    []named
	Key      string
	Back     string
	Button   string
	Danger   bool
	Refuses  bool   // it would refuse somebody, so shadow mode matters
	Ends     bool   // it can end by itself
	Edits    bool   // a text is edited, else a note is asked for
	Needs    bool   // the note has to be given
	Confirm  string // what has to be typed; empty: nothing
	Wide     bool   // it goes for others with the one, unless that is said
	Hint     string
	Text     string
	Choices  []choice // of what goes along with the act; nil: nothing
	Choose   string   // what is chosen
	Chosen   string   // says more about it
	Again    string   // the address that asks anew, for another choice
}

type note struct{ Kind, Text string }

type whom struct{ One, Two, Mark string }

// selection is what an act is asked for: named rows, or all that match a query.
type selection struct {
	IDs   []string
	Query *query
}

// mostPicked bounds how many rows one form may name; more are chosen by a query.
const mostPicked = 1000

func (l *list[R]) readSelection(values url.Values) (selection, error) {
	if values.Get("all") != "" && l.Bulk != nil && !l.ByHand {
		q := l.scheme.readQuery(values)
		q.Cursor, q.Limit = "", 0
		return selection{Query: &q}, nil
	}
	var sel selection
	seen := map[string]bool{}
	for _, id := range values["id"] {
		if id != "" && !seen[id] {
			seen[id] = true
			sel.IDs = append(sel.IDs, id)
		}
	}
	switch {
	case len(sel.IDs) == 0:
		return sel, access.Invalid("selection", l.s.say("list.pick-first"))
	case len(sel.IDs) > mostPicked, len(sel.IDs) > 1 && l.Bulk == nil:
		return sel, access.Invalid("selection", l.s.say("list.too-many"))
	}
	return sel, nil
}

// carry gives the selection as hidden fields.
func (l *list[R]) carry(sel selection) []named {
	var list []named
	if sel.Query == nil {
		for _, id := range sel.IDs {
			list = append(list, named{"id", id})
		}
		return list
	}
	list = append(list, named{"all", "1"}, named{l.Prefix + "q", sel.Query.Search})
	for _, f := range l.Filters {
		list = append(list, named{l.Prefix + f.Name, sel.Query.Filter[f.Name]})
	}
	return list
}

// actOf gives the act of a path; what nobody has declared has no page.
func (l *list[R]) actOf(r *http.Request) (*act[R], error) {
	for i := range l.Acts {
		if l.Acts[i].name() == r.PathValue("verb") && l.Acts[i].Form == nil {
			return &l.Acts[i], login.Actor(r).May(l.Acts[i].Verb)
		}
	}
	return nil, &httpd.StatusError{Status: http.StatusNotFound, Text: l.s.say("error.no-page")}
}

// ask answers GET of a selection's act: a dialog for the script of the page, a page of its own without.
func (l *list[R]) ask(w http.ResponseWriter, r *http.Request) error {
	a, err := l.actOf(r)
	if err != nil {
		return err
	}
	sel, err := l.readSelection(r.URL.Query())
	if err != nil {
		return err
	}
	p, err := l.s.newPage(w, r, l.s.say("act."+a.name()), l.Section)
	if err != nil {
		return err
	}
	p.Width = "narrow"
	ask := &askPage{page: p, Action: l.button(*a, "").Href, Whole: !isFragment(r), Carry: l.carry(sel), Key: l.s.newKey(),
		Back: localPath(r.URL.Query().Get("back"), l.scheme.page), Danger: a.Danger, Refuses: a.Refuses, Ends: a.Ends, Edits: a.Text != nil, Needs: a.Reason}
	if a.Choose != nil {
		if err := l.choose(r, ask, a); err != nil {
			return err
		}
	}
	total, more, err := l.whom(r, ask, a, sel)
	if err != nil {
		return err
	}
	if a.Counts {
		ask.Confirm = strconv.Itoa(total)
	}
	l.question(ask, a, total, more)
	return l.s.showPage(w, r, "ask", ask)
}

// whom names the first of the selected rows and counts all.
func (l *list[R]) whom(r *http.Request, ask *askPage, a *act[R], sel selection) (total int, more bool, err error) {
	const named = 20
	var rows []R
	if sel.Query != nil {
		q := *sel.Query
		q.Limit = named
		page, err := l.Find(r.Context(), ask.Actor, q)
		if err != nil {
			return 0, false, err
		}
		rows, total, more = page.Rows, page.Total, page.More
	} else {
		if rows, err = l.ByID(r.Context(), ask.Actor, sel.IDs); err != nil {
			return 0, false, err
		}
		total = len(rows)
	}
	if total == 0 {
		return 0, false, access.NotFound("selection", l.s.say("list.picked-gone"))
	}
	if a.Choose != nil && a.Choose.Foresee != nil {
		if ask.Notes, ask.Refused, err = a.Choose.Foresee(r.Context(), ask.Actor, chosenOf(ask.Choices), sel.IDs, sel.Query); err != nil {
			return 0, false, err
		}
	}
	switch {
	case sel.Query == nil && len(sel.IDs) == 1 && !a.Several:
		l.one(ask, a, &rows[0])
		ask.Wide = a.Wide != nil && a.Wide(&rows[0])
		if a.Foresee != nil {
			if ask.Notes, err = a.Foresee(r, ask.Actor, &rows[0]); err != nil {
				return 0, false, err
			}
		}
	case l.Forecast != nil && a.Choose == nil:
		p, err := l.Forecast(r.Context(), ask.Actor, a.name(), sel.IDs, sel.Query)
		if err != nil {
			return 0, false, err
		}
		ask.Notes, ask.Refused = l.s.forecastNotes(&p), l.s.refusedRows(&p.Refusing)
		if a.Tells != nil {
			ask.Notes = a.Tells(l.s, &p)
		}
	}
	for i := range rows[:min(len(rows), named)] {
		one, two := l.Name(&rows[i])
		ask.Whom = append(ask.Whom, whom{One: one, Two: two})
		if a.Marks != nil && total > 1 {
			ask.Whom[i].Mark = a.Marks(l.s, &rows[i])
		}
	}
	if rest := total - len(ask.Whom); rest > 0 {
		ask.More = l.s.say("list.and-more", rest)
	}
	if a.Notes != nil {
		ask.Notes = append(ask.Notes, a.Notes(l.s, rows)...)
	}
	return total, more, nil
}

// choose fills in the menu that goes along with an act: with what the address has chosen, else what is
// usual. Another choice asks anew, so that what is said to come of it is always of what is chosen.
func (l *list[R]) choose(r *http.Request, ask *askPage, a *act[R]) error {
	var err error
	if ask.Choices, err = a.Choose.Choices(r, ask.Actor); err != nil {
		return err
	}
	if chosen := r.URL.Query().Get("choice"); slices.ContainsFunc(ask.Choices, func(c choice) bool { return c.Value == chosen }) {
		for i := range ask.Choices {
			ask.Choices[i].Chosen = ask.Choices[i].Value == chosen
		}
	}
	ask.Choose, ask.Chosen, ask.Again = l.say("choose."+a.name()), l.say("choose-hint."+a.name()), ask.Action
	return nil
}

// chosenOf gives what is chosen of a menu: as a browser does, the first unless another one is marked.
func chosenOf(list []choice) string {
	for _, c := range list {
		if c.Chosen {
			return c.Value
		}
	}
	if len(list) > 0 {
		return list[0].Value
	}
	return ""
}

// forecastNotes says for how many records a bulk changes the verdict, and what else there is to say of it.
func (s *Server) forecastNotes(p *admin.Preview) []note {
	list := []note{{"info", s.say("effect.of", p.Records) + " " + s.effectWords(p)}}
	if p.Truncated {
		list[0].Text += " " + s.say("effect.first")
	}
	for _, n := range p.Notes {
		list = append(list, note{"", n})
	}
	return list
}

// one carries the version that was looked at, so that two administrators do not undo each other's work
// unawares, and what there is to edit.
func (l *list[R]) one(ask *askPage, a *act[R], r *R) {
	if l.Version != nil {
		ask.Carry = append(ask.Carry, named{"version", itoa(l.Version(r))})
	}
	if a.Text != nil {
		ask.Text = a.Text(r)
	}
}

// question says what the act does, and to how many.
func (l *list[R]) question(ask *askPage, a *act[R], total int, more bool) {
	n := total
	if more {
		n++ // however the language counts, it is not one
	}
	these, them := l.say("these", n), l.say("them", n)
	if more {
		these = l.s.say("list.more-than-these", l.say("these", total))
	}
	ask.Question = l.say("ask."+a.name(), these)
	ask.What = l.say("what."+a.name(), n, them)
	ask.Button = l.s.say("act." + a.name())
	ask.Hint = l.s.say("ask.note-hint")
	if l.s.words.Has(l.Words + ".note-hint") {
		ask.Hint = l.say("note-hint")
	}
	switch {
	case ask.Edits:
		ask.Hint = l.s.say("ask.comment-hint")
		ask.Button = l.s.say("list.save-comment")
	case n > 1 && l.s.words.Has("act."+a.name()+".on"):
		ask.Button = l.s.say("act."+a.name()+".on", these)
	case n > 1:
		ask.Button = l.s.say("list.act-on", ask.Button, these)
	}
}

// act answers POST of a selection's act: one row at once, several as a job.
func (l *list[R]) act(w http.ResponseWriter, r *http.Request) error {
	a, err := l.actOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return access.Invalid(string(a.Verb), l.s.say("error.form"))
	}
	sel, err := l.readSelection(r.PostForm)
	if err != nil {
		return err
	}
	back := localPath(r.PostFormValue("back"), l.scheme.page)
	if want := strconv.Itoa(len(sel.IDs)); a.Counts && (sel.Query != nil || strings.TrimSpace(r.PostFormValue("confirm")) != want) {
		return l.s.refused(w, r, back, access.Invalid(string(a.Verb), l.s.say("ask.not-confirmed", want)))
	}
	do := admin.Act{Key: r.PostFormValue("key"), Reason: strings.TrimSpace(r.PostFormValue("reason")), Version: atoi(r.PostFormValue("version"))}
	if d, err := time.ParseDuration(r.PostFormValue("until")); err == nil && d > 0 && a.Ends {
		do.Until = l.s.now().Add(d)
	}
	do.Only = a.Wide != nil && r.PostFormValue("only") != ""
	if sel.Query != nil || len(sel.IDs) > 1 || a.Several {
		do.Version = 0
		id, err := l.bulk(r, a, sel, do)
		if err != nil {
			return l.s.refused(w, r, back, err)
		}
		http.Redirect(w, r, "/jobs/"+url.PathEscape(string(id))+"?back="+url.QueryEscape(back), http.StatusSeeOther)
		return nil
	}
	result, err := l.do(r, a, sel.IDs[0], do)
	if err != nil {
		return l.s.refused(w, r, back, err)
	}
	if a.Gone {
		back = strings.Replace(back, "/"+url.PathEscape(sel.IDs[0]), "", 1)
	}
	return l.s.done(w, r, back, result)
}

func (l *list[R]) do(r *http.Request, a *act[R], id string, do admin.Act) (admin.Result, error) {
	if a.Choose != nil {
		return a.Choose.Do(r.Context(), login.Actor(r), id, r.PostFormValue("choice"), do)
	}
	return a.Do(r.Context(), login.Actor(r), id, do)
}

func (l *list[R]) bulk(r *http.Request, a *act[R], sel selection, do admin.Act) (admin.JobID, error) {
	ids := slices.Clone(sel.IDs)
	if a.Choose != nil {
		return a.Choose.Bulk(r.Context(), login.Actor(r), r.PostFormValue("choice"), ids, sel.Query, do)
	}
	return l.Bulk(r.Context(), login.Actor(r), a.name(), ids, sel.Query, do)
}
