// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// ruleBefore is what Undo needs of a rule: as it was before, and what was done.
type ruleBefore struct {
	Rule     store.Blocking `json:"rule"`
	Done     ruleDone       `json:"done"`
	Released []store.Ruled  `json:"released,omitempty"` // who was let out of its quarantine
}

type ruleDone string

const (
	ruleMade    ruleDone = "made"
	ruleChanged ruleDone = "changed"
	ruleDeleted ruleDone = "deleted"
)

// asCommand is the one spelling of a command that gateways know, or what was written.
func asCommand(text string) string {
	text = strings.TrimSpace(text)
	if strings.EqualFold(text, access.FeatureLibrary) {
		return access.FeatureLibrary
	}
	for _, c := range eas.Commands() {
		if strings.EqualFold(text, c.String()) {
			return c.String()
		}
	}
	return text
}

func trimmed(list []string, as func(string) string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = as(s)
	}
	return out
}

func (f *RuleForm) rule(who access.Actor) store.Blocking {
	b := store.Blocking{
		Blocking: access.Blocking{Name: strings.TrimSpace(f.Name), Order: f.Place, Kind: f.Kind, Action: f.Action, OS: strings.TrimSpace(f.OS),
			Version: strings.TrimSpace(f.Version), Names: trimmed(f.Names, strings.TrimSpace), Days: f.Days, Networks: slices.Clone(f.Networks), Outside: f.Outside,
			Commands: trimmed(f.Commands, asCommand)},
		Groups: slices.Clone(f.Groups), Users: slices.Clone(f.Users), Enabled: f.Enabled, Most: f.Most, Note: f.Note, By: who.Name}
	slices.Sort(b.Groups)
	slices.Sort(b.Users)
	b.Groups, b.Users = slices.Compact(b.Groups), slices.Compact(b.Users)
	b.Scoped = !b.ForEverybody()
	return b
}

// valid names what cannot be used of a form before anything is counted.
func (f *RuleForm) valid(b *store.Blocking) error {
	const op = "admin: rule"
	switch {
	case f.Confirm < 0 || f.Place < 0:
		return access.Invalid(op, "These numbers must not be below 0.")
	case f.Most < 0:
		return access.Invalid(op, "The number of records that a rule may hold must not be below 0 (any number).")
	}
	for _, c := range b.Commands {
		if c != access.FeatureLibrary && !slices.ContainsFunc(eas.Commands(), func(k eas.Command) bool { return k.String() == c }) {
			return access.Invalid(op, "There is no ActiveSync command "+quoted(c)+".")
		}
	}
	return b.Validate()
}

// usersThere refuses users who do not exist, unless the rule has named them before: a rule for nobody is a mistake.
func usersThere(find func(access.UserID) (*access.User, error), list, before []access.UserID) error {
	for _, id := range list {
		if slices.Contains(before, id) {
			continue
		}
		switch _, err := find(id); {
		case access.KindOf(err) == access.KindNotFound:
			return access.Invalid("admin: rule", fmt.Sprintf("There is no user %s. Choose the rule's users anew.", quoted(string(id))))
		case err != nil:
			return err
		}
	}
	return nil
}

// CreateRule makes a blocking rule. Result.ID is the new rule. Phones that come from now on meet it at once, those
// there are as all records are looked at, which begins at once.
func (a *Admin) CreateRule(ctx context.Context, who access.Actor, f RuleForm, act Act) (Result, error) {
	b := f.rule(who)
	number, err := a.numberFor(ctx, who, &f, nil, &b)
	if err != nil {
		return Result{}, err
	}
	out, err := a.act(ctx, who, access.VerbChangeRule, objectNew, act, f, func(tx *store.Tx) (outcome, error) {
		b := b // the transaction may run twice
		if err := confirmed(&f, &b, number); err != nil {
			return outcome{}, err
		}
		if err := usersThere(tx.FindUser, b.Users, nil); err != nil {
			return outcome{}, err
		}
		if err := tx.CreateBlocking(&b); err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(access.VerbChangeRule), b.Name, string(b.ID), because("new: "+ruleWords(&store.Blocking{}, &b), act.Reason)))
		return outcome{Rule: &ruleBefore{Rule: b, Done: ruleMade}, Walk: true, Result: Result{ID: string(b.ID), Version: b.Version,
			Text: quoted(b.Name) + " is made." + ruleEffect(&b), Shadow: a.snapshot().Preferences().Shadow}}, askWalk(tx)
	})
	return out.Result, err
}

// numberFor counts what a person has confirmed, by the last facts of every record; 0 where nothing was confirmed.
func (a *Admin) numberFor(ctx context.Context, who access.Actor, f *RuleForm, before, b *store.Blocking) (int64, error) {
	if who.May(access.VerbChangeRule) != nil {
		return 0, nil // who may not is told that
	}
	if err := f.valid(b); err != nil || f.Confirm == 0 {
		if err == nil {
			err = a.unlimited(ctx, before, b)
		}
		return 0, err
	}
	r, err := a.replay(ctx, before, b)
	return r.number(b), err
}

// unlimited refuses to put a rule in force that gateways ask of everybody's requests, which no number of records
// limits then, if it would have refused more last requests than it may and nobody has confirmed that.
func (a *Admin) unlimited(ctx context.Context, before, b *store.Blocking) error {
	if !looksAtAddress(b) || !b.ForEverybody() || !b.Enabled || b.Most == 0 || b.Action == access.ActionWarn ||
		before != nil && !newMeaning(before, b) && !stricter(before.Action, b.Action) {
		return nil
	}
	r, err := a.replay(ctx, before, b)
	if err == nil && r.hits > b.Most {
		err = access.Invalid("admin: rule", fmt.Sprintf("It would have refused the last request of %d records, more than %d: that has to be confirmed. Look at the preview.", r.hits, b.Most))
	}
	return err
}

// confirmed takes over what a person has confirmed, if it is still so.
func confirmed(f *RuleForm, b *store.Blocking, number int64) error {
	if f.Confirm == 0 {
		return nil
	}
	if f.Confirm != number {
		return access.Conflict("admin: rule", fmt.Sprintf("It was confirmed for %s, and would hold %d by now. Look at the preview again.",
			count(int(f.Confirm), "record", "records"), number))
	}
	b.Confirmed = int(f.Confirm)
	return nil
}

// findRule reads a rule that is about to be changed.
func (a *Admin) findRule(tx *store.Tx, id access.BlockingID, version int64) (*store.Blocking, error) {
	b, err := tx.FindBlocking(id)
	if err != nil {
		return nil, ruleGone(err)
	}
	if version != 0 && b.Version != version {
		return nil, stale(string(id), "This rule")
	}
	return b, nil
}

func ruleGone(err error) error {
	if err != nil && access.KindOf(err) == access.KindNotFound {
		return access.NotFound("admin: rule", "This rule is gone. Somebody has deleted it, or it was never there.")
	}
	return err
}

// ChangeRule replaces what a rule says. When what it speaks of changes, what was confirmed of it counts no more:
// the records it holds stay, more than it may hold wait. One that holds more than that already becomes no stricter
// unless that is confirmed.
func (a *Admin) ChangeRule(ctx context.Context, who access.Actor, id access.BlockingID, f RuleForm, act Act) (Result, error) {
	b := f.rule(who)
	b.ID = id
	var number int64
	if who.May(access.VerbChangeRule) == nil {
		before, err := a.store.FindBlocking(ctx, id)
		if err != nil {
			return Result{}, ruleGone(err)
		}
		if number, err = a.numberFor(ctx, who, &f, before, &b); err != nil {
			return Result{}, err
		}
	}
	out, err := a.act(ctx, who, access.VerbChangeRule, string(id), act, f, func(tx *store.Tx) (outcome, error) {
		before, err := a.findRule(tx, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		if err := usersThere(tx.FindUser, b.Users, before.Users); err != nil {
			return outcome{}, err
		}
		b := b
		if b.Version = before.Version; b.Order == 0 {
			b.Order = before.Order
		}
		if !newMeaning(before, &b) {
			b.Confirmed = before.Confirmed
		}
		if err := confirmed(&f, &b, number); err != nil {
			return outcome{}, err
		}
		if f.Confirm > 0 {
			b.Confirmed += int(before.Released)
		}
		if stricter(before.Action, b.Action) && b.Enabled && b.Most > 0 && before.Records > int64(b.Most) && f.Confirm == 0 {
			return outcome{}, access.Invalid("admin: rule", fmt.Sprintf("It holds %d records, more than %d: to do more to them than before has to be confirmed. Look at the preview.",
				before.Records, b.Most))
		}
		return a.saveRule(tx, who, before, &b, act.Reason)
	})
	return out.Result, err
}

// newMeaning reports whether a rule speaks of others than before, or does something else to them.
func newMeaning(before, b *store.Blocking) bool {
	return !before.Enabled && b.Enabled || whatWords(before) != whatWords(b) || !slices.Equal(before.Users, b.Users)
}

func stricter(before, after access.BlockingAction) bool {
	order := []access.BlockingAction{access.ActionWarn, access.ActionQuarantine, access.ActionBlock}
	return slices.Index(order, after) > slices.Index(order, before)
}

// saveRule writes a changed rule, with its audit line.
func (a *Admin) saveRule(tx *store.Tx, who access.Actor, before, b *store.Blocking, reason string) (outcome, error) {
	words := ruleWords(before, b)
	if words == "" && b.Confirmed == before.Confirmed {
		return outcome{Result: Result{ID: string(b.ID), Version: before.Version, Text: "Nothing has changed."}}, nil
	}
	released, err := releasesOf(tx, before)
	if err != nil {
		return outcome{}, err
	}
	if err := tx.SaveBlocking(b); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, string(access.VerbChangeRule), b.Name, string(b.ID), because(words, reason)))
	return outcome{Rule: &ruleBefore{Rule: *before, Done: ruleChanged, Released: released}, Walk: true, Result: Result{ID: string(b.ID), Version: b.Version,
		Text: "Saved." + ruleEffect(b), Shadow: a.snapshot().Preferences().Shadow}}, askWalk(tx)
}

func ruleEffect(b *store.Blocking) string {
	switch {
	case !b.Enabled:
		return " It is not in force, and does nothing."
	case b.Kind.ByRequest() && b.ForEverybody():
		return " Gateways ask it of every request from now on."
	}
	return " Your records are looked at now; phones that come meet it at once."
}

// EnableRule puts a rule in force. More records than it may hold wait for ConfirmRule.
func (a *Admin) EnableRule(ctx context.Context, who access.Actor, id access.BlockingID, act Act) (Result, error) {
	return a.switchRule(ctx, who, id, true, act)
}

// DisableRule takes a rule out of force: it lets its records go.
func (a *Admin) DisableRule(ctx context.Context, who access.Actor, id access.BlockingID, act Act) (Result, error) {
	return a.switchRule(ctx, who, id, false, act)
}

func (a *Admin) switchRule(ctx context.Context, who access.Actor, id access.BlockingID, on bool, act Act) (Result, error) {
	if on && who.May(access.VerbChangeRule) == nil {
		before, err := a.store.FindBlocking(ctx, id)
		if err != nil {
			return Result{}, ruleGone(err)
		}
		b := *before
		b.Enabled = true
		if err := a.unlimited(ctx, before, &b); err != nil {
			return Result{}, err
		}
	}
	out, err := a.act(ctx, who, access.VerbChangeRule, string(id), act, on, func(tx *store.Tx) (outcome, error) {
		before, err := a.findRule(tx, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		b := *before
		if b.Enabled, b.By = on, who.Name; on && !before.Enabled {
			b.Confirmed = 0
		}
		return a.saveRule(tx, who, before, &b, act.Reason)
	})
	return out.Result, err
}

// DeleteRule forgets a rule: it lets its records go. Result.Undo brings it back.
func (a *Admin) DeleteRule(ctx context.Context, who access.Actor, id access.BlockingID, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbChangeRule, string(id), act, "delete", func(tx *store.Tx) (outcome, error) {
		b, err := a.findRule(tx, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		released, err := releasesOf(tx, b)
		if err != nil {
			return outcome{}, err
		}
		if err := tx.DeleteBlocking(id); err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(access.VerbChangeRule), b.Name, string(id), because("deleted: "+sentenceOf(b, nil), act.Reason)))
		return outcome{Rule: &ruleBefore{Rule: *b, Done: ruleDeleted, Released: released}, Walk: true,
			Result: Result{Text: quoted(b.Name) + " is deleted. It lets its records go.", Shadow: a.snapshot().Preferences().Shadow}}, askWalk(tx)
	})
	return out.Result, err
}

// ConfirmRule lets a rule hold as many records as it speaks of. number is how many that were when the person looked
// (RulePreview.Number, or RuleRow.Held and Waiting); another one by now is a Conflict.
func (a *Admin) ConfirmRule(ctx context.Context, who access.Actor, id access.BlockingID, number int64, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbConfirmRule, string(id), act, number, func(tx *store.Tx) (outcome, error) {
		b, err := a.findRule(tx, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		switch now := b.Records + b.Waiting; {
		case b.Waiting == 0:
			return outcome{}, access.Conflict("admin: rule", "Nothing waits here any more.")
		case number != now:
			return outcome{}, access.Conflict("admin: rule", fmt.Sprintf("It was to be confirmed for %s, and speaks of %d by now. Look at it again.",
				count(int(number), "record", "records"), now))
		}
		was := b.Confirmed
		b.Confirmed = int(number + b.Released)
		if err := tx.SaveBlocking(b); err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(access.VerbConfirmRule), b.Name, string(id),
			beforeAfter(fmt.Sprintf("may hold %d", max(was, b.Most)), fmt.Sprint(number), act.Reason)))
		return outcome{Walk: true, Result: Result{ID: string(id), Version: b.Version, Shadow: a.snapshot().Preferences().Shadow,
			Text: "Confirmed: " + quoted(b.Name) + " may hold " + count(int(number), "record", "records") + "."}}, askWalk(tx)
	})
	return out.Result, err
}

// undoRule makes a rule what it was, unless somebody has done something with it since.
func (a *Admin) undoRule(tx *store.Tx, who access.Actor, done outcome) (outcome, error) {
	b, text := done.Rule.Rule, "Undone: as it was before."
	if done.Rule.Done == ruleDeleted {
		if err := tx.RestoreBlocking(&b); err != nil {
			return outcome{}, err
		}
		more, err := releasesBack(tx, done.Rule)
		if err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, eventUndo, b.Name, string(b.ID), beforeAfter("deleted", sentenceOf(&b, nil), "")))
		return outcome{Walk: true, Result: Result{ID: string(b.ID), Version: b.Version, Text: "Undone: the rule is back." + more}}, askWalk(tx)
	}
	now, err := a.findRule(tx, b.ID, done.Result.Version)
	if err != nil {
		return outcome{}, err
	}
	if done.Rule.Done == ruleMade {
		if err := tx.DeleteBlocking(b.ID); err != nil {
			return outcome{}, err
		}
		text = "Undone: there is no such rule any more."
	} else {
		b.Version = now.Version
		if err := tx.SaveBlocking(&b); err != nil {
			return outcome{}, err
		}
		more, err := releasesBack(tx, done.Rule)
		if err != nil {
			return outcome{}, err
		}
		text += more
	}
	tx.Audit(entry(who, eventUndo, now.Name, string(now.ID), firstOf(ruleWords(now, &b), "as if never made")))
	return outcome{Walk: true, Result: Result{ID: string(b.ID), Version: b.Version, Text: text}}, askWalk(tx)
}
