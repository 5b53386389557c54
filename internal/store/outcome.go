// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Outcome is what came of an action, kept under the key its form carried, so that pressing a button
// twice does the thing once. Verb and Object guard against a key that is used for something else.
type Outcome struct {
	Actor  string // access.Actor.Key of whoever pressed
	Key    string
	Verb   access.Verb
	Object string
	Result string // JSON, the verb's own
	Number int64  // change number of the transaction, filled in at its end
	At     time.Time
}

func outcomeColumns(o *Outcome) []column {
	return []column{{"actor", &o.Actor}, {"key", &o.Key}, {"verb", text(&o.Verb)}, {"object", &o.Object},
		{"result", &o.Result}, {"number", &o.Number}, {"at", &o.At}}
}

// FindOutcome gives what the actor's key has led to; NotFound when it was never used.
func (t *Tx) FindOutcome(actor, key string) (*Outcome, error) {
	o := &Outcome{}
	cols := outcomeColumns(o)
	err := t.q.row(t.ctx, `SELECT `+names(cols)+` FROM outcome WHERE actor = $1 AND key = $2`, actor, key).Scan(targets(cols)...)
	return o, said("store: find outcome", err)
}

// FindOutcomeOfTokens gives what the key of a token that acts for somebody has led to, the newest when
// several tokens have used it.
func (t *Tx) FindOutcomeOfTokens(person, key string) (*Outcome, error) {
	o := &Outcome{}
	cols := outcomeColumns(o)
	err := t.q.row(t.ctx, `SELECT `+names(cols)+` FROM outcome WHERE key = $2 AND actor IN (SELECT owner || '/' || id FROM api_token WHERE owner = $1)
		ORDER BY at DESC LIMIT 1`,
		person, key).Scan(targets(cols)...)
	return o, said("store: find outcome", err)
}

// KeepOutcome keeps what came of the action, in the transaction that did it. When another transaction
// with the same key was faster this one fails with Conflict and has done nothing.
func (t *Tx) KeepOutcome(o Outcome) error {
	if o.Key == "" || len(o.Key) > capShort || len(o.Actor) > capKey {
		return access.Invalid("store: keep outcome", "The form's key cannot be used.")
	}
	o.At = t.now
	t.outcomes = append(t.outcomes, o)
	return nil
}

func (t *Tx) insertOutcome(o Outcome) error {
	cols := outcomeColumns(&o)
	_, err := t.q.exec(t.ctx, `INSERT INTO outcome (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)`, args(cols)...)
	return err
}

// DeleteOutcomes forgets outcomes from before a moment.
func (t *Tx) DeleteOutcomes(before time.Time) error {
	_, err := t.q.exec(t.ctx, `DELETE FROM outcome WHERE at < $1`, millis(before))
	return said("store: delete outcomes", err)
}
