// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/http"
	"net/url"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/login"
)

// associationActs are what can be done to records, on a row, in the pane and on many (A-14 to A-18, D-08).
func (s *Server) associationActs() []act[admin.Row] {
	type doer = func(context.Context, access.Actor, access.AssociationID, admin.Act) (admin.Result, error)
	do := func(f doer) func(context.Context, access.Actor, string, admin.Act) (admin.Result, error) {
		return func(ctx context.Context, who access.Actor, id string, a admin.Act) (admin.Result, error) {
			return f(ctx, who, access.AssociationID(id), a)
		}
	}
	comment := func(ctx context.Context, who access.Actor, id access.AssociationID, a admin.Act) (admin.Result, error) {
		text := a.Reason
		a.Reason = ""
		return s.admin.CommentAssociation(ctx, who, id, text, a)
	}
	linked := func(a *admin.Row) bool { return a.Linked() }
	byHand := func(a *admin.Row) bool { return a.Link.By == access.LinkedByHand }
	form := func(id string) string { return "/link/" + url.PathEscape(id) }
	list := []act[admin.Row]{
		{Verb: access.VerbAllow, Icon: "circle-check", Key: "a", Ends: true, Wide: hasTwin, Notes: allowNotes, Do: do(s.admin.AllowAssociation)},
		{Verb: access.VerbBlock, Icon: "ban", Key: "b", Danger: true, Refuses: true, Ends: true, Wide: hasTwin, Notes: twinNotes, Do: do(s.admin.BlockAssociation)},
		{Verb: access.VerbComment, Icon: "message", Key: "c", Notes: twinNotes, Do: do(comment), Text: func(a *admin.Row) string { return a.Comment }},
		{Verb: access.VerbRemove, Icon: "trash", Key: "r", Danger: true, Gone: true, Notes: removeNotes, Do: do(s.admin.RemoveAssociation)},
		{Verb: access.VerbLink, Icon: "link", Key: "l", Form: form, InPlace: true},
		{Verb: access.VerbUnlink, Icon: "unlink", Key: "u", Notes: twinNotes, Fits: linked, Do: do(s.admin.UnlinkAssociation)},
		{Verb: access.VerbAddUser, Icon: "user-plus", Single: true, Fits: userUnknown, Notes: addUserNotes, Do: do(s.admin.MakeUser)},
		{Verb: access.VerbChangeUser, Name: "give", Icon: "user-check", Single: true, Fits: userUnknown, Form: giveHref},
		{Verb: access.VerbMatchAgain, Icon: "refresh", Key: "m", Notes: twinNotes, Fits: byHand, Do: do(s.admin.MatchAgain)},
	}
	return append(append(list, s.policyActs()...), s.wipeAct(), s.wipeSeveral())
}

func hasTwin(a *admin.Row) bool { return len(a.Twins) > 0 }

func twinNotes(s *Server, rows []admin.Row) []note {
	for i := range rows {
		if hasTwin(&rows[i]) {
			return []note{{"", s.say("activesync.note-twins")}}
		}
	}
	return nil
}

func allowNotes(s *Server, rows []admin.Row) []note {
	for i := range rows {
		switch rows[i].Decision.Rule {
		case access.RuleDeviceNoncompliant, access.RuleDeviceLost, access.RuleDeviceRetired, access.RuleUserDisabled:
			return append([]note{{"warn", s.say("activesync.note-device")}}, twinNotes(s, rows)...)
		}
	}
	return twinNotes(s, rows)
}

func removeNotes(s *Server, rows []admin.Row) []note {
	for i := range rows {
		if rows[i].Override.Kind == access.OverrideBlock || rows[i].Decision.Blocked() {
			return append([]note{{"warn", s.say("activesync.note-blocked", len(rows))}}, twinNotes(s, rows)...)
		}
	}
	return twinNotes(s, rows)
}

// associationBulk is what an act on several records asks for.
func associationBulk(name string, ids []string, q *query) admin.Bulk {
	bulk := admin.Bulk{Verb: access.Verb(name), IDs: associationIDs(ids)}
	if q != nil {
		query := associationQuery(*q)
		bulk.IDs, bulk.Query = nil, &query
	}
	return bulk
}

// startBulk begins a job for several records.
func (s *Server) startBulk(ctx context.Context, who access.Actor, name string, ids []string, q *query, a admin.Act) (admin.JobID, error) {
	bulk := associationBulk(name, ids, q)
	if bulk.Verb == access.VerbComment {
		bulk.Comment, a.Reason = a.Reason, ""
	}
	return s.admin.StartBulk(ctx, who, bulk, a)
}

func (s *Server) forecastBulk(ctx context.Context, who access.Actor, name string, ids []string, q *query) (admin.Preview, error) {
	return s.admin.PreviewBulk(ctx, who, associationBulk(name, ids, q), admin.Act{})
}

// refused shows a conflict where the person was, with what is there now; everything else is an error page.
func (s *Server) refused(w http.ResponseWriter, r *http.Request, back string, err error) error {
	switch access.KindOf(err) {
	case access.KindConflict, access.KindInvalid:
		return s.back(w, r, back, message{Kind: "bad", Text: s.textOf(err)})
	}
	return err
}

// undoPost answers POST /undo: it takes back what the person has just done, whatever it was.
func (s *Server) undoPost(w http.ResponseWriter, r *http.Request) error {
	back := localPath(r.PostFormValue("back"), "/")
	result, err := s.admin.Undo(r.Context(), login.Actor(r), r.PostFormValue("undo"), admin.Act{Key: r.PostFormValue("key")})
	if err != nil {
		return s.refused(w, r, back, err)
	}
	return s.done(w, r, back, result)
}
