// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// associationRow is an association with what only the database needs.
type associationRow struct {
	access.Association
	seq     int64
	class   int64
	sweepAt int64
	live    int64 // 1: a block is in force, 2: an allow
	ends    int64 // when it ends
	keys    struct{ device, user, number, model, os, mailbox, search, imei, tail, suggested string }
}

// recordColumns are the part gateways hold; the rest of an association's columns follow in groups by
// who writes them, so that nobody overwrites what another has just written.
func recordColumns(a *access.Association) []column {
	o, w := &a.Override, &a.Wipe
	return []column{{"id", text(&a.ID)}, {"domain", text(&a.Domain)}, {"realm", &a.Pair.Realm},
		{"account", &a.Pair.Account}, {"eas_device", &a.Pair.Device}, {"device", text(&a.Device)},
		{"override_kind", text(&o.Kind)}, {"override_reason", &o.Reason}, {"override_by", &o.By},
		{"override_at", &o.At}, {"override_until", &o.Until}, {"redirect_clears", &a.RedirectClears},
		{"wipe_id", text(&w.ID)}, {"wipe_kind", text(&w.Kind)}, {"wipe_state", text(&w.State)}, {"wipe_from", &w.NotBefore},
		{"wipe_by", &w.By}, {"wipe_at", &w.At}, {"wipe_server", &w.Server}, {"server_key", &a.ServerKey}, {"ruling", rulingOf{&a.Ruling}}}
}

// factColumns are what machines write.
func factColumns(r *associationRow) []column {
	a := &r.Association
	return []column{{"user_name", &a.User}, {"raw_device", &a.RawDevice}, {"device_type", &a.DeviceType},
		{"user_agent", &a.UserAgent}, {"protocol", &a.Protocol}, {"client", &a.Client}, {"model", &a.Model},
		{"os", &a.OS}, {"os_version", &a.OSVersion}, {"number", &a.Number}, {"imei", &a.IMEI},
		{"friendly_name", &a.FriendlyName}, {"language", &a.Language}, {"operator", &a.Operator},
		{"mailbox", &a.Mailbox}, {"mailbox_derived", &a.MailboxDerived}, {"backend", &a.Backend}, {"redirect_url", &a.Redirect},
		{"gateway", text(&a.Gateway)}, {"remote_addr", &a.RemoteAddr},
		{"told", asJSON{&a.Told}}, {"guessed", asJSON{&a.Guessed}},
		{"key_device", &r.keys.device}, {"key_user", &r.keys.user}, {"key_number", &r.keys.number},
		{"key_model", &r.keys.model}, {"key_os", &r.keys.os}, {"key_mailbox", &r.keys.mailbox},
		{"search", &r.keys.search}, {"imei_key", &r.keys.imei}, {"number_tail", &r.keys.tail}}
}

// linkColumns say how the record came to its registered device, or what speaks for one.
func linkColumns(r *associationRow) []column {
	a := &r.Association
	return []column{{"link", asJSON{&a.Link}}, {"suggestion", asJSON{&a.Suggestion}}, {"suggested", &r.keys.suggested},
		{"replaces", text(&a.Replaces)}}
}

// timeColumns are what every attempt moves. FirstSync is not among them: it is written once (S-09).
func timeColumns(a *access.Association) []column {
	return []column{{"last_sync", &a.LastSync}, {"last_success", &a.LastSuccess}, {"last_http", &a.LastHTTP},
		{"last_eas", &a.LastEAS}, {"facts_at", &a.FactsAt}, {"reported", asJSON{&a.Reported}}}
}

// wordColumns are what a person has said, with what follows from it.
func wordColumns(r *associationRow) []column {
	a := &r.Association
	return []column{{"comment", &a.Comment}, {"sync_status", text(&a.SyncStatus)}, {"version", &a.Version},
		{"class", &r.class}, {"sweep_at", &r.sweepAt}, {"live", &r.live}, {"override_ends", &r.ends}}
}

func allColumns(r *associationRow) []column {
	cols := append(recordColumns(&r.Association), factColumns(r)...)
	cols = append(cols, timeColumns(&r.Association)...)
	cols = append(cols, wordColumns(r)...)
	cols = append(cols, linkColumns(r)...)
	return append(cols, column{"person", ownerOf(&r.Association)}, column{"merged_from", asJSON{&r.MergedFrom}},
		column{"other_names", asJSON{&r.OtherNames}},
		column{"first_sync", &r.FirstSync}, column{"change", &r.Change})
}

// owner is the user a record belongs to. That there is none is noted where verdicts look for it, whenever
// it is read.
type owner struct {
	textOf[access.UserID]
	a *access.Association
}

func ownerOf(a *access.Association) owner { return owner{text(&a.Person), a} }

func (o owner) target() any { return o }

func (o owner) Scan(src any) error {
	err := o.textOf.Scan(src)
	own(o.a, o.a.Person)
	return err
}

// own notes whose a record is.
func own(a *access.Association, person access.UserID) { a.Person, a.UserUnknown = person, person == "" }

func readColumns(r *associationRow) []column { return append(allColumns(r), column{"seq", &r.seq}) }

// derive fills in what follows from the rest of the row.
func (r *associationRow) derive() {
	a := &r.Association
	r.keys.device = sortKey(a.Pair.Device)
	r.keys.user = sortKey(firstOf(a.User, a.Pair.Account))
	r.keys.number = sortKey(firstOf(digits(a.Number), a.Number))
	r.keys.model = sortKey(a.Model)
	r.keys.os = sortKey(strings.TrimSpace(a.OS + " " + a.OSVersion))
	r.keys.mailbox = sortKey(a.Mailbox)
	r.keys.search = searchText(append([]string{a.User, a.Pair.Account, a.RawDevice, a.Pair.Device, a.Model, a.Number, digits(a.Number)},
		a.OtherNames...)...)
	r.keys.imei, r.keys.tail = recordIMEI(a), numberTail(a.Number)
	if a.Linked() {
		a.Suggestion = access.Suggestion{}
	}
	r.keys.suggested = string(a.Suggestion.Device)
	r.class = r.classOf(a.SyncStatus)
	r.sweepAt, r.live, r.ends = 0, 0, 0
	if a.Override.Kind != access.NoOverride {
		r.sweepAt = millis(a.Override.Until)
		r.live, r.ends = liveOf(a.Override.Kind), endOf(a.Override.Until)
	}
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (r *associationRow) classOf(s access.SyncStatus) int64 {
	c := 2*flag(r.Linked()) + flag(s == access.Blocked)
	if !r.Linked() && r.Suggestion.Device != "" {
		c += 4
	}
	return c
}

// trim brings every text to what the database keeps. Times lose what lies below a millisecond, so that
// what is handed out equals what is read back.
func trim(a *access.Association) {
	for _, p := range []*string{&a.DeviceType, &a.Protocol, &a.IMEI, &a.Language, &a.RemoteAddr, &a.Number} {
		*p = clean(*p, capShort)
	}
	for _, p := range []*string{&a.User, &a.RawDevice, &a.Mailbox} {
		*p = clean(*p, capKey)
	}
	for _, p := range []*string{&a.UserAgent, &a.Redirect, &a.Client, &a.Model, &a.OS, &a.OSVersion, &a.FriendlyName, &a.Operator,
		&a.Backend, &a.Override.By, &a.Guessed.Client, &a.Guessed.OS, &a.Guessed.OSVersion, &a.Guessed.Model,
		&a.Told.Model, &a.Told.IMEI, &a.Told.FriendlyName, &a.Told.OS, &a.Told.Language, &a.Told.Number,
		&a.Told.Operator, &a.Told.UserAgent, &a.Reported.Verdict, &a.Reported.Rule, &a.Reported.Detail} {
		*p = clean(*p, capText)
	}
	trimLink(a)
	a.Gateway = access.GatewayID(clean(string(a.Gateway), capShort))
	a.Comment, a.Override.Reason = clean(a.Comment, capReason), clean(a.Override.Reason, capReason)
	for _, p := range []*time.Time{&a.Override.At, &a.Override.Until, &a.FactsAt, &a.FirstSync, &a.LastSync,
		&a.LastSuccess, &a.Reported.At, &a.Link.At} {
		*p = moment(millis(*p))
	}
}

func validPair(p access.Pair) error {
	for _, s := range []string{p.Realm, p.Account, p.Device} {
		if len(s) > capKey || clean(s, capKey) != s {
			return access.Invalid("store: association", "The account or device id is too long or holds characters that cannot be kept.")
		}
	}
	if p.Account == "" || p.Device == "" {
		return access.Invalid("store: association", "An association needs an account and a device id.")
	}
	return nil
}

func (r runner) association(ctx context.Context, lock bool, where string, a ...any) (*associationRow, error) {
	row := &associationRow{}
	cols := readColumns(row)
	q := `SELECT ` + names(cols) + ` FROM association WHERE ` + where
	if lock {
		q += r.e.locking()
	}
	if err := r.row(ctx, q, a...).Scan(targets(cols)...); err != nil {
		return nil, err
	}
	return row, nil
}

// FindAssociation gives one association.
func (s *Store) FindAssociation(ctx context.Context, id access.AssociationID) (*access.Association, error) {
	row, err := s.reader().association(ctx, false, `id = $1`, string(id))
	if err != nil {
		return nil, said("store: find association", err)
	}
	return &row.Association, nil
}

// FindAssociation gives one association and keeps others from changing it until the transaction ends.
func (t *Tx) FindAssociation(id access.AssociationID) (*access.Association, error) {
	row, err := t.q.association(t.ctx, true, `id = $1`, string(id))
	if err != nil {
		return nil, said("store: find association", err)
	}
	return &row.Association, nil
}

// FindPair gives the association of a pair in a domain, locked like FindAssociation does. Invalid: no
// association can have this pair.
func (t *Tx) FindPair(d access.Domain, p access.Pair) (*access.Association, error) {
	if err := validPair(p); err != nil {
		return nil, err
	}
	row, err := t.q.association(t.ctx, true, `eas_device = $1 AND account = $2 AND realm = $3 AND domain = $4`,
		p.Device, p.Account, p.Realm, string(d))
	if err != nil {
		return nil, said("store: find pair", err)
	}
	return &row.Association, nil
}

// FindAssociations gives those of the ids that are there, in no order.
func (s *Store) FindAssociations(ctx context.Context, ids []access.AssociationID) ([]access.Association, error) {
	var list []access.Association
	err := s.reading(ctx, "store: find associations", func(q runner) error {
		rows, err := q.associations(ctx, "id", anyOf(ids))
		for _, r := range rows {
			list = append(list, r.Association)
		}
		return err
	})
	return list, err
}

// FindTwins gives the other associations of the same ActiveSync device id, at most limit of them:
// other accounts on the device, and the same pair seen through the other kind of Sentry.
func (s *Store) FindTwins(ctx context.Context, a *access.Association, limit int) ([]access.Association, error) {
	var list []access.Association
	err := s.reader().eachAssociation(ctx, func(r *associationRow) {
		list = append(list, r.Association)
	}, `WHERE eas_device = $1 AND id <> $2 ORDER BY account, realm, domain LIMIT $3`, a.Pair.Device, string(a.ID), int64(limit))
	return list, said("store: find twins", err)
}

// FindLinked gives the associations that are linked to a registered device, at most limit of them.
func (s *Store) FindLinked(ctx context.Context, device access.DeviceID, limit int) ([]access.Association, error) {
	if device == "" {
		return nil, nil
	}
	var list []access.Association
	err := s.reader().eachAssociation(ctx, func(r *associationRow) {
		list = append(list, r.Association)
	}, `WHERE device = $1 AND device <> '' ORDER BY device, id LIMIT $2`, string(device), int64(limit))
	return list, said("store: find linked", err)
}

func anyOf[T ~string](ids []T) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// associations reads rows by a unique column, some hundreds at a time.
func (r runner) associations(ctx context.Context, by string, keys []any) ([]*associationRow, error) {
	var list []*associationRow
	for len(keys) > 0 {
		n := min(len(keys), 200)
		err := r.eachAssociation(ctx, func(row *associationRow) { list = append(list, row) },
			`WHERE `+by+` IN (`+places(1, n)+`)`, keys[:n]...)
		if err != nil {
			return nil, err
		}
		keys = keys[n:]
	}
	return list, nil
}

func (r runner) eachAssociation(ctx context.Context, fn func(*associationRow), rest string, a ...any) error {
	return r.each(ctx, func(rows *sql.Rows) error {
		row := &associationRow{}
		if err := rows.Scan(targets(readColumns(row))...); err != nil {
			return err
		}
		fn(row)
		return nil
	}, `SELECT `+names(readColumns(&associationRow{}))+` FROM association `+rest, a...)
}
