// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// CommentAssociation replaces the administrators' comment on a record (D-08). An empty one takes it away.
func (a *Admin) CommentAssociation(ctx context.Context, who access.Actor, id access.AssociationID, comment string, act Act) (Result, error) {
	if err := validComment(comment); err != nil {
		return Result{}, err
	}
	out, err := a.act(ctx, who, access.VerbComment, string(id), act, comment, func(tx *store.Tx) (outcome, error) {
		as, err := a.find(tx, who, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		return setComment(tx, who, as, comment)
	})
	return out.Result, err
}

func validComment(comment string) error {
	if utf8.RuneCountInString(comment) > maxComment || len(comment) > maxComment {
		return access.Invalid("admin: comment", fmt.Sprintf("The comment must not be longer than %d characters.", maxComment))
	}
	return nil
}

func setComment(tx *store.Tx, who access.Actor, as *access.Association, comment string) (outcome, error) {
	before := as.Comment
	comment, err := unveiled(as, before, comment)
	if err != nil {
		return outcome{}, err
	}
	as.Comment = comment
	if err := tx.SaveAssociation(as); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, string(access.VerbComment), as.Pair.String(), string(as.ID),
		beforeAfter(quoted(before), quoted(comment), "")))
	return outcome{ID: as.ID, Comment: &before, Result: Result{Version: as.Version, Text: "The comment is kept."}}, nil
}

// quoted is a comment in an audit line: its beginning, which tells it from others.
func quoted(s string) string {
	if s == "" {
		return "no comment"
	}
	runes := []rune(s)
	if len(runes) > 200 {
		s = string(runes[:200]) + "…"
	}
	return "“" + s + "”"
}
