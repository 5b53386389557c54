// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/store"
)

// PeopleBulk is an action on many devices or on many users: on those named by ID, or, when IDs is empty, on
// all that Query matches when it starts. Which of both it is for follows from the verb.
type PeopleBulk struct {
	Verb       access.Verb // one of PeopleBulkVerbs
	IDs        []string
	Query      *Query // Show and Search of a DeviceQuery or UserQuery
	Compliance ComplianceForm
}

// PeopleBulkVerbs lists what can be done to many devices, or many users, at once.
func PeopleBulkVerbs() []access.Verb {
	return []access.Verb{access.VerbActivate, access.VerbLose, access.VerbFind, access.VerbRetire, access.VerbSetCompliance,
		access.VerbDeleteDevice, access.VerbDisableUser, access.VerbEnableUser, access.VerbDeleteUser}
}

// onUsers says that a verb for many is for users; the others of PeopleBulkVerbs are for devices.
func onUsers(v access.Verb) bool {
	return v == access.VerbDisableUser || v == access.VerbEnableUser || v == access.VerbDeleteUser
}

func onPeople(v access.Verb) bool { return slices.Contains(PeopleBulkVerbs(), v) }

// StartPeopleBulk begins an action on many devices or users and gives the job's id at once; Run carries it
// out. With a Query it reaches what matches when the job selects, but nothing that was added after the
// button was pressed. Each has its own result, and its own line in the audit log.
func (a *Admin) StartPeopleBulk(ctx context.Context, who access.Actor, b PeopleBulk, act Act) (JobID, error) {
	if err := b.validate(a.now()); err != nil {
		return "", err
	}
	rows, err := a.peopleRows(ctx, who, b)
	if err != nil {
		return "", err
	}
	what := count(len(rows), "device", "devices")
	if onUsers(b.Verb) {
		what = count(len(rows), "user", "users")
	}
	if b.Query != nil {
		what = "all that match: " + b.Query.words()
	}
	return a.startJob(ctx, who, b.Verb, act, b, jobParams{People: b.Query, Compliance: b.Compliance}, rows, what)
}

func (b *PeopleBulk) validate(now time.Time) error {
	const op = "admin: bulk"
	switch {
	case !onPeople(b.Verb):
		return access.Invalid(op, "This cannot be done to many devices or users at once.")
	case b.Query == nil && len(b.IDs) == 0:
		return access.Invalid(op, "Choose devices or users first.")
	case b.Query != nil && len(b.IDs) > 0:
		return access.Invalid(op, "Choose by name or by filter, not both.")
	case len(b.IDs) > maxBulkIDs:
		return access.Invalid(op, fmt.Sprintf("Choose at most %d, or all that match a filter.", maxBulkIDs))
	}
	if b.Query != nil {
		b.Query.Cursor, b.Query.Limit = "", 0
	}
	if b.Verb == access.VerbSetCompliance {
		return b.Compliance.validate(now)
	}
	return nil
}

// peopleRows gives the rows of a job that names its devices or users.
func (a *Admin) peopleRows(ctx context.Context, who access.Actor, b PeopleBulk) ([]store.JobRow, error) {
	rows := make([]store.JobRow, len(b.IDs))
	for i, id := range b.IDs {
		rows[i] = store.JobRow{Target: id}
		var err error
		if rows[i].Label, err = a.labelFor(ctx, who, b.Verb, id); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// labelFor is labelOf for somebody: empty when it is gone, or not theirs to see.
func (a *Admin) labelFor(ctx context.Context, who access.Actor, verb access.Verb, id string) (string, error) {
	label, person, err := a.labelOf(ctx, verb, id)
	if err == nil {
		err = a.mayTouch(ctx, who, person)
	}
	if err != nil {
		return "", known(err)
	}
	return label, nil
}

// labelOf calls a device or user by its name, and says whose it is.
func (a *Admin) labelOf(ctx context.Context, verb access.Verb, id string) (string, access.UserID, error) {
	if onUsers(verb) {
		u, err := a.store.FindUser(ctx, access.UserID(id))
		if err != nil {
			return "", "", err
		}
		return userLabel(u), u.ID, nil
	}
	d, err := a.store.FindRegistered(ctx, access.DeviceID(id))
	if err != nil {
		return "", "", err
	}
	return linking.Name(d), d.Owner, nil
}

func userLabel(u *access.User) string {
	if u.DisplayName == "" {
		return u.Name
	}
	return u.Name + ", " + u.DisplayName
}

// startJob keeps a job with the rows that are named, in the transaction of the verb.
func (a *Admin) startJob(ctx context.Context, who access.Actor, verb access.Verb, act Act, with any, p jobParams, rows []store.JobRow,
	what string) (JobID, error) {
	params, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("admin: job: %w", err)
	}
	out, err := a.act(ctx, who, verb, "bulk", act, with, func(tx *store.Tx) (outcome, error) {
		j := store.Job{Verb: verb, Actor: who, Reason: act.Reason, Params: string(params), Selected: !p.selects()}
		if err := tx.CreateJob(&j); err != nil {
			return outcome{}, err
		}
		if err := tx.AddJobRows(j.ID, rows); err != nil {
			return outcome{}, err
		}
		if p.Undoes != "" {
			if err := markUndone(tx, who, p.Undoes, j.ID); err != nil {
				return outcome{}, err
			}
		}
		tx.Audit(entry(who, p.event(verb), what, j.ID, act.Reason))
		return outcome{Job: JobID(j.ID), Result: Result{Text: "Begun."}}, nil
	})
	if err == nil {
		wake(a.jobs)
	}
	return out.Job, err
}

// selectPage gives one page of what a job is for, and where the next one begins; empty: that was the last.
func (a *Admin) selectPage(ctx context.Context, j *store.Job, p jobParams, after string) (rows []store.JobRow, next string, err error) {
	cover, err := a.coverFor(ctx, j.Actor)
	if err != nil {
		return nil, "", err
	}
	q := store.Query{Sort: store.SortAdded, Limit: jobSelectBatch, Cursor: after, Scope: j.Actor.Scope, Cover: cover}
	add := func(id, label string, since time.Time) {
		if !since.After(j.Created) {
			rows = append(rows, store.JobRow{Target: id, Label: label})
		}
	}
	switch {
	case p.Undoes != "":
		return a.selectUndo(ctx, p.Undoes, after)
	case p.Overrides != nil:
		page, err := a.overridePage(ctx, j.Actor, OverrideQuery{Kind: p.Overrides.Kind, Search: p.Overrides.Search, Sort: Sort(store.SortAt), Cursor: after, Limit: jobSelectBatch})
		for i := range page.Rows {
			add(string(page.Rows[i].ID), label(&page.Rows[i]), page.Rows[i].Override.At)
		}
		return rows, page.Next, err
	case p.Query != nil:
		q.Show, q.Search = store.Show(p.Query.Show), p.Query.Search
		if p.Query.Show == ShowActed {
			if q.From, q.To, err = a.yearOf(ctx, p.Query.Year); err != nil {
				return nil, "", err
			}
		}
		page, err := a.store.ListAssociations(ctx, q)
		for i := range page.Rows {
			add(string(page.Rows[i].ID), label(&page.Rows[i]), page.Rows[i].FirstSync)
		}
		return rows, page.Next, err
	case onUsers(j.Verb):
		q.Show, q.Search = store.Show(p.People.Show), p.People.Search
		page, err := a.store.ListUsers(ctx, store.UserQuery(q))
		for i := range page.Rows {
			add(string(page.Rows[i].ID), userLabel(&page.Rows[i]), page.Rows[i].Created)
		}
		return rows, page.Next, err
	}
	q.Show, q.Search = store.Show(p.People.Show), p.People.Search
	page, err := a.store.ListDevices(ctx, store.DeviceQuery(q))
	for i := range page.Rows {
		add(string(page.Rows[i].ID), linking.Name(&page.Rows[i]), page.Rows[i].Created)
	}
	return rows, page.Next, err
}

// personRow does to one device or user what its verb alone would do.
func (a *Admin) personRow(tx *store.Tx, who access.Actor, verb access.Verb, id string, f ComplianceForm, reason string) (outcome, error) {
	if onUsers(verb) {
		u, err := a.findUser(tx, who, access.UserID(id), 0)
		if err != nil {
			return outcome{}, err
		}
		if verb == access.VerbDeleteUser {
			return a.deleteUser(tx, who, u, reason)
		}
		return a.changeUser(tx, who, verb, u, reason, func(_ *store.Tx, u *access.User) error {
			u.Disabled = verb == access.VerbDisableUser
			return nil
		})
	}
	d, err := a.findDevice(tx, who, access.DeviceID(id), verb, 0)
	if err != nil {
		return outcome{}, err
	}
	if verb == access.VerbDeleteDevice {
		return a.forgetDevice(tx, who, d, reason)
	}
	return a.changeDevice(tx, who, verb, d, reason, func(tx *store.Tx, d *access.RegisteredDevice) error {
		return become(verb, d, f, tx.Now())
	})
}
