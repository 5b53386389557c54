// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/httpd"
	"github.com/vedette-mail/vedette/internal/login"
)

// askPage asks before a verb is carried out: what will happen, to whom, and why.
type askPage struct {
	page
	Verb        access.Verb
	Whole       bool // a page of its own, not a dialog
	Question    string
	What        string
	Notes       []note
	People      []row
	More        string
	Carry       []named
	Key         string
	Back        string
	Button      string
	Danger      bool
	Refuses     bool // it would refuse somebody, so shadow mode matters
	Ends        bool // it can end by itself
	Reason      string
	ReasonLabel string
	ReasonHint  string
}

type note struct{ Kind, Text string }

// selection is what a verb is asked for: named records, or all that match a query.
type selection struct {
	IDs   []access.AssociationID
	Query *admin.Query
}

// mostPicked bounds how many records one form may name; more are chosen by a query.
const mostPicked = 1000

func readSelection(q url.Values) (selection, error) {
	if q.Get("all") != "" {
		query := admin.Query{Show: admin.ShowAll}
		readQuery(q, &query)
		query.Cursor, query.Limit = "", 0
		return selection{Query: &query}, nil
	}
	var sel selection
	seen := map[string]bool{}
	for _, id := range q["id"] {
		if id != "" && !seen[id] {
			seen[id] = true
			sel.IDs = append(sel.IDs, access.AssociationID(id))
		}
	}
	switch {
	case len(sel.IDs) == 0:
		return sel, access.Invalid("selection", "Select at least one record first.")
	case len(sel.IDs) > mostPicked:
		return sel, access.Invalid("selection", "So many records are chosen with a filter and “all that match”.")
	}
	return sel, nil
}

// carry gives the selection as hidden fields.
func (sel selection) carry() []named {
	if sel.Query == nil {
		var list []named
		for _, id := range sel.IDs {
			list = append(list, named{"id", string(id)})
		}
		return list
	}
	return []named{{"all", "1"}, {"show", string(sel.Query.Show)}, {"q", sel.Query.Search}}
}

// verbOf gives the verb of a path; what is no verb for records has no page.
func verbOf(r *http.Request) (access.Verb, error) {
	switch v := access.Verb(r.PathValue("verb")); v {
	case access.VerbAllow, access.VerbBlock, access.VerbComment, access.VerbRemove:
		return v, nil
	}
	return "", &httpd.StatusError{Status: http.StatusNotFound, Text: "There is no such page."}
}

// selectionAsk answers GET /activesync/selection/{verb}: a dialog for the script of the page, a page of
// its own without.
func (s *Server) selectionAsk(w http.ResponseWriter, r *http.Request) error {
	verb, err := verbOf(r)
	if err != nil {
		return err
	}
	if err := login.Actor(r).May(verb); err != nil {
		return err
	}
	sel, err := readSelection(r.URL.Query())
	if err != nil {
		return err
	}
	p, err := s.newPage(w, r, strings.ToUpper(string(verb[0]))+string(verb[1:]), "activesync")
	if err != nil {
		return err
	}
	p.Width = "narrow"
	ask := &askPage{page: p, Verb: verb, Whole: !isFragment(r), Carry: sel.carry(), Key: s.newKey(), Back: localPath(r.URL.Query().Get("back"), "/activesync")}
	total, more, err := s.whom(r, ask, sel)
	if err != nil {
		return err
	}
	ask.words(total, more)
	return s.showPage(w, r, "selection_ask", ask)
}

// whom names the first of the selected records and counts all.
func (s *Server) whom(r *http.Request, ask *askPage, sel selection) (total int, more bool, err error) {
	const named = 20
	var found []admin.Row
	if sel.Query != nil {
		query := *sel.Query
		query.Limit, query.Sort, query.Desc = named, admin.SortFirst, true
		page, err := s.admin.ListAssociations(r.Context(), ask.Actor, query)
		if err != nil {
			return 0, false, err
		}
		found, total, more = page.Rows, page.Total, page.TotalIsMore
	} else {
		if found, err = s.admin.RowsByID(r.Context(), ask.Actor, sel.IDs); err != nil {
			return 0, false, err
		}
		total = len(found)
	}
	if total == 0 {
		return 0, false, access.NotFound("selection", "The selected records are not there any more.")
	}
	if sel.Query == nil && total == 1 {
		ask.one(&found[0])
	}
	for i := range found[:min(len(found), named)] {
		ask.People = append(ask.People, row{User: userOf(&found[i]), Device: deviceOf(&found[i])})
	}
	if rest := total - len(ask.People); rest > 0 {
		ask.More = count(rest)
	}
	ask.notes(found)
	return total, more, nil
}

// one carries the version that was looked at, so that two administrators do not undo each other's work
// unawares, and what there is to edit.
func (ask *askPage) one(a *admin.Row) {
	ask.Carry = append(ask.Carry, named{"version", itoa(a.Version)})
	if ask.Verb == access.VerbComment {
		ask.Reason = a.Comment
	}
}

// notes says what is easily overlooked.
func (ask *askPage) notes(found []admin.Row) {
	blocked, twins, device := 0, 0, 0
	for i := range found {
		a := &found[i]
		if a.Override.Kind == access.OverrideBlock || a.Decision.Blocked() {
			blocked++
		}
		if len(a.Twins) > 0 {
			twins++
		}
		if a.Decision.Rule == access.RuleDeviceNoncompliant || a.Decision.Rule == access.RuleDeviceLost ||
			a.Decision.Rule == access.RuleDeviceRetired || a.Decision.Rule == access.RuleUserDisabled {
			device++
		}
	}
	switch {
	case ask.Verb == access.VerbRemove && blocked > 0:
		ask.Notes = append(ask.Notes, note{"warn", "Among them is a blocked record. When it is removed its block goes with it: the phone's next contact is judged anew, as if it had never been seen."})
		if len(found) == 1 {
			ask.Notes[len(ask.Notes)-1].Text = "This record is blocked. When it is removed its block goes with it: the phone's next contact is judged anew, as if it had never been seen."
		}
	case ask.Verb == access.VerbAllow && device > 0:
		ask.Notes = append(ask.Notes, note{"warn", "A disabled user, or a device that is lost, retired or not compliant, stays blocked: that speaks before Allow."})
	}
	if twins > 0 {
		ask.Notes = append(ask.Notes, note{"", "The same account and device also come through the other kind of Sentry; that record is left as it is."})
	}
}

// words says what the verb does.
func (ask *askPage) words(total int, more bool) {
	n := plural(total, "record")
	if more {
		n = "more than " + n
	}
	it, its := "this record", "it"
	if total > 1 || more {
		it, its = n, "them"
	}
	ask.ReasonLabel, ask.ReasonHint = "Note", "Kept with the record as the reason, and in the audit log."
	switch ask.Verb {
	case access.VerbAllow:
		ask.Question, ask.Button, ask.Ends = "Allow "+it+"?", "Allow", true
		ask.What = "The gateways let " + its + " through from the next request on, even when devices that are not registered are blocked. Only this account on this device is meant."
	case access.VerbBlock:
		ask.Question, ask.Button, ask.Danger, ask.Refuses, ask.Ends = "Block "+it+"?", "Block", true, true, true
		ask.What = "The gateways end what " + its + " is waiting for and refuse the next request, within a second. Other accounts on the device and other devices of the user are left alone."
		if its == "them" {
			ask.What = "The gateways end what they are waiting for and refuse the next request, within a second. Other accounts on the devices and other devices of the users are left alone."
		}
	case access.VerbComment:
		ask.Question, ask.Button = "Comment on "+it, "Save comment"
		ask.What = "Everybody who sees the record sees the comment. An empty one takes it away."
		ask.ReasonLabel, ask.ReasonHint = "Comment", "Replaces the present comment."
	case access.VerbRemove:
		ask.Question, ask.Button, ask.Danger = "Remove "+it+"?", "Remove", true
		ask.What = "The record is taken out of the list. A phone that goes on syncing comes back as a new record."
	}
	if total > 1 || more {
		ask.Question = strings.Replace(ask.Question, it, n, 1)
		if ask.Verb != access.VerbComment {
			ask.Button += " " + n
		}
	}
}

// selectionAct answers POST /activesync/selection/{verb}: one record at once, several as a job.
func (s *Server) selectionAct(w http.ResponseWriter, r *http.Request) error {
	verb, err := verbOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return access.Invalid(string(verb), "The form could not be read.")
	}
	sel, err := readSelection(r.PostForm)
	if err != nil {
		return err
	}
	act := admin.Act{Key: r.PostFormValue("key"), Reason: strings.TrimSpace(r.PostFormValue("reason")), Version: atoi(r.PostFormValue("version"))}
	if d, err := time.ParseDuration(r.PostFormValue("until")); err == nil && d > 0 {
		act.Until = s.now().Add(d)
	}
	if sel.Query != nil || len(sel.IDs) > 1 {
		return s.startBulk(w, r, verb, sel, act)
	}
	back := localPath(r.PostFormValue("back"), "/activesync")
	result, err := s.carryOut(r, verb, sel.IDs[0], act)
	if err != nil {
		return s.refused(w, r, back, err)
	}
	if verb == access.VerbRemove {
		back = strings.Replace(back, "/"+url.PathEscape(string(sel.IDs[0])), "", 1)
	}
	return s.done(w, r, back, result)
}

func (s *Server) carryOut(r *http.Request, verb access.Verb, id access.AssociationID, act admin.Act) (admin.Result, error) {
	ctx, who := r.Context(), login.Actor(r)
	switch verb {
	case access.VerbAllow:
		return s.admin.AllowAssociation(ctx, who, id, act)
	case access.VerbBlock:
		return s.admin.BlockAssociation(ctx, who, id, act)
	case access.VerbRemove:
		return s.admin.RemoveAssociation(ctx, who, id, act)
	}
	comment := act.Reason
	act.Reason = ""
	return s.admin.CommentAssociation(ctx, who, id, comment, act)
}

func (s *Server) startBulk(w http.ResponseWriter, r *http.Request, verb access.Verb, sel selection, act admin.Act) error {
	bulk := admin.Bulk{Verb: verb, IDs: sel.IDs, Query: sel.Query}
	act.Version = 0
	if verb == access.VerbComment {
		bulk.Comment, act.Reason = act.Reason, ""
	}
	id, err := s.admin.StartBulk(r.Context(), login.Actor(r), bulk, act)
	if err != nil {
		return err
	}
	back := localPath(r.PostFormValue("back"), "/activesync")
	http.Redirect(w, r, "/jobs/"+url.PathEscape(string(id))+"?back="+url.QueryEscape(back), http.StatusSeeOther)
	return nil
}

// refused shows a conflict where the person was, with what is there now; everything else is an error page.
func (s *Server) refused(w http.ResponseWriter, r *http.Request, back string, err error) error {
	switch access.KindOf(err) {
	case access.KindConflict, access.KindInvalid:
		return s.back(w, r, back, message{Kind: "bad", Text: access.TextOf(err)})
	}
	return err
}

// associationUndo answers POST /activesync/undo.
func (s *Server) associationUndo(w http.ResponseWriter, r *http.Request) error {
	back := localPath(r.PostFormValue("back"), "/activesync")
	result, err := s.admin.Undo(r.Context(), login.Actor(r), r.PostFormValue("undo"), admin.Act{Key: r.PostFormValue("key")})
	if err != nil {
		return s.refused(w, r, back, err)
	}
	return s.done(w, r, back, result)
}
