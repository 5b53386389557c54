// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Policy is an ActiveSync policy as the console keeps it.
type Policy struct {
	access.Policy

	Description string
	By          string // who changed it last
	Created     time.Time
	Changed     time.Time
	Version     int64
}

// PolicyRevision is what a policy said at one revision of its settings.
type PolicyRevision struct {
	access.Policy

	Note string
	By   string
	At   time.Time
}

// PolicyCount is how many records have given an answer to a revision of a policy.
type PolicyCount struct {
	Revision int64
	Answer   access.PolicyAnswer
	Records  int64
}

// Bounds of policies.
const (
	maxPolicies        = 500
	maxPolicySettings  = 100
	maxPolicyRevisions = 1000
)

func policyColumns(p *Policy) []column {
	return []column{{"id", text(&p.ID)}, {"name", &p.Name}, {"description", &p.Description}, {"revision", &p.Revision},
		{"settings", asJSON{&p.Settings}}, {"lenient", &p.AllowNonProvisionable}, {"refresh", (*int64)(&p.RefreshEvery)},
		{"by_whom", &p.By}, {"created", &p.Created}, {"changed", &p.Changed}, {"version", &p.Version}}
}

func revisionColumns(r *PolicyRevision) []column {
	return []column{{"policy", text(&r.ID)}, {"number", &r.Revision}, {"name", &r.Name}, {"settings", asJSON{&r.Settings}},
		{"lenient", &r.AllowNonProvisionable}, {"refresh", (*int64)(&r.RefreshEvery)}, {"note", &r.Note}, {"by_whom", &r.By}, {"at", &r.At}}
}

// held is the part of a policy that gateways hold.
func (p *Policy) held() *access.Policy {
	h := p.Policy
	return &h
}

func (r runner) eachPolicy(ctx context.Context, fn func(*Policy), rest string, a ...any) error {
	return r.each(ctx, func(rows *sql.Rows) error {
		p := &Policy{}
		if err := rows.Scan(targets(policyColumns(p))...); err != nil {
			return err
		}
		fn(p)
		return nil
	}, `SELECT `+names(policyColumns(&Policy{}))+` FROM policy `+rest, a...)
}

func (r runner) policy(ctx context.Context, id access.PolicyID, lock bool) (*Policy, error) {
	q := `SELECT ` + names(policyColumns(&Policy{})) + ` FROM policy WHERE id = $1`
	if lock {
		q += r.e.locking()
	}
	p := &Policy{}
	err := r.row(ctx, q, string(id)).Scan(targets(policyColumns(p))...)
	return p, err
}

func (r runner) heldPolicy(ctx context.Context, id access.PolicyID) (*access.Policy, error) {
	p, err := r.policy(ctx, id, false)
	return p.held(), err
}

// ListPolicies gives all policies, by name: there are few.
func (s *Store) ListPolicies(ctx context.Context) (list []Policy, err error) {
	err = s.reader().eachPolicy(ctx, func(p *Policy) { list = append(list, *p) }, `ORDER BY key LIMIT $1`, int64(maxPolicies))
	return list, said("store: list policies", err)
}

// FindPolicy gives one policy.
func (s *Store) FindPolicy(ctx context.Context, id access.PolicyID) (*Policy, error) {
	p, err := s.reader().policy(ctx, id, false)
	return p, said("store: find policy", err)
}

// FindPolicy gives one policy and keeps others from changing it until the transaction ends.
func (t *Tx) FindPolicy(id access.PolicyID) (*Policy, error) {
	p, err := t.q.policy(t.ctx, id, true)
	return p, said("store: find policy", err)
}

// CreatePolicy keeps a new policy as its first revision. It fills in ID, Revision, Created, Changed and
// Version. A name that another one has is a Conflict.
func (t *Tx) CreatePolicy(p *Policy, note string) error {
	const op = "store: create policy"
	var n int64
	if err := t.q.row(t.ctx, `SELECT COUNT(*) FROM policy`).Scan(&n); err != nil {
		return said(op, err)
	}
	if n >= maxPolicies {
		return access.Invalid(op, "There are too many policies.")
	}
	if err := trimPolicy(p); err != nil {
		return err
	}
	p.ID, p.Revision, p.Version = access.PolicyID(NewID(t.now)), 1, 1
	p.Created, p.Changed = moment(millis(t.now)), moment(millis(t.now))
	key := fold(p.Name)
	cols := append(policyColumns(p), column{"key", &key})
	if _, err := t.q.exec(t.ctx, `INSERT INTO policy (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)`, args(cols)...); err != nil {
		return samePolicyName(op, err)
	}
	t.touch(access.EntryPolicy, string(p.ID))
	return t.keepRevision(p, note)
}

// SavePolicy writes everything of a policy. p.Version must be the version that was read, else it is a
// Conflict. Other settings than before are a new revision, which phones are asked to accept.
func (t *Tx) SavePolicy(p *Policy, note string) error {
	const op = "store: save policy"
	old, err := t.FindPolicy(p.ID)
	if err != nil {
		return err
	}
	if old.Version != p.Version {
		return access.Conflict(op, "Somebody else has changed this policy in the meantime. Look at it again.")
	}
	if err := trimPolicy(p); err != nil {
		return err
	}
	p.Created, p.Changed, p.Revision, p.Version = old.Created, moment(millis(t.now)), old.Revision, old.Version+1
	news := !slices.Equal(old.Settings, p.Settings)
	if news {
		p.Revision++
	}
	if p.Revision > maxPolicyRevisions {
		return access.Invalid(op, "This policy has been changed too often. Make a copy of it.")
	}
	key := fold(p.Name)
	cols := append(policyColumns(p)[1:], column{"key", &key})
	if _, err := t.q.exec(t.ctx, `UPDATE policy SET `+sets(2, cols)+` WHERE id = $1`, append([]any{string(p.ID)}, args(cols)...)...); err != nil {
		return samePolicyName(op, err)
	}
	t.touch(access.EntryPolicy, string(p.ID))
	if news {
		return t.keepRevision(p, note)
	}
	return nil
}

func samePolicyName(op string, err error) error {
	if duplicate(err) {
		return access.Conflict(op, "Another policy has this name.")
	}
	return said(op, err)
}

func trimPolicy(p *Policy) error {
	p.Name, p.Description, p.By = clean(p.Name, capShort), clean(p.Description, capReason), clean(p.By, capKey)
	if p.Name == "" {
		return access.Invalid("store: save policy", "A policy needs a name.")
	}
	if len(p.Settings) > maxPolicySettings {
		return access.Invalid("store: save policy", "A policy has too many settings.")
	}
	if p.Settings == nil {
		p.Settings = []access.PolicySetting{}
	}
	return nil
}

func (t *Tx) keepRevision(p *Policy, note string) error {
	r := PolicyRevision{Policy: p.Policy, Note: clean(note, capReason), By: p.By, At: p.Changed}
	cols := revisionColumns(&r)
	_, err := t.q.exec(t.ctx, `INSERT INTO policy_revision (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)`, args(cols)...)
	return said("store: keep revision", err)
}

// DeletePolicy forgets a policy and its revisions. One that is assigned to a device id, or is the default
// one, is a Conflict.
func (t *Tx) DeletePolicy(id access.PolicyID) error {
	const op = "store: delete policy"
	if _, err := t.FindPolicy(id); err != nil {
		return err
	}
	used, err := t.q.assigned(t.ctx, id)
	if err != nil {
		return said(op, err)
	}
	prefs, err := t.q.preferences(t.ctx, false)
	if err != nil {
		return said(op, err)
	}
	if used > 0 || prefs.DefaultPolicy == id {
		return access.Conflict(op, "This policy is in use: it is the default one, or assigned to a phone. Give those another one first.")
	}
	for _, q := range []string{`DELETE FROM policy_revision WHERE policy = $1`, `DELETE FROM policy_ack WHERE policy = $1`, `DELETE FROM policy WHERE id = $1`} {
		if _, err := t.q.exec(t.ctx, q, string(id)); err != nil {
			return said(op, err)
		}
	}
	t.touch(access.EntryPolicy, string(id))
	return nil
}

func (r runner) assigned(ctx context.Context, id access.PolicyID) (n int64, err error) {
	if id == "" {
		err = r.row(ctx, `SELECT (SELECT COUNT(*) FROM eas_device) - (SELECT COUNT(*) FROM eas_device WHERE policy <> '')`).Scan(&n)
		return n, err
	}
	err = r.row(ctx, `SELECT COUNT(*) FROM eas_device WHERE policy = $1 AND policy <> ''`, string(id)).Scan(&n)
	return n, err
}

// PolicyAssigned is to how many ActiveSync device ids a policy is assigned; of "", how many have none.
func (s *Store) PolicyAssigned(ctx context.Context, id access.PolicyID) (int64, error) {
	n, err := s.reader().assigned(ctx, id)
	return n, said("store: policy assigned", err)
}

// PolicyRevisions gives the revisions of a policy, the latest first.
func (s *Store) PolicyRevisions(ctx context.Context, id access.PolicyID) (list []PolicyRevision, err error) {
	err = s.reader().each(ctx, func(rows *sql.Rows) error {
		var r PolicyRevision
		err := rows.Scan(targets(revisionColumns(&r))...)
		list = append(list, r)
		return err
	}, `SELECT `+names(revisionColumns(&PolicyRevision{}))+` FROM policy_revision WHERE policy = $1 ORDER BY number DESC LIMIT $2`,
		string(id), int64(maxPolicyRevisions))
	return list, said("store: revisions", err)
}

// PolicyUsage counts the answers that records have given last, by revision.
func (s *Store) PolicyUsage(ctx context.Context, id access.PolicyID) (list []PolicyCount, err error) {
	err = s.reader().each(ctx, func(rows *sql.Rows) error {
		var c PolicyCount
		err := rows.Scan(&c.Revision, (*string)(&c.Answer), &c.Records)
		list = append(list, c)
		return err
	}, `SELECT revision, answer, COUNT(*) FROM policy_ack WHERE policy = $1 GROUP BY revision, answer ORDER BY revision DESC, answer`, string(id))
	return list, said("store: policy usage", err)
}

// AssignPolicy assigns a policy to an ActiveSync device id, or takes it back when id is "". Every record of
// the device id has it then. changed is false when it had it already.
func (t *Tx) AssignPolicy(device string, id access.PolicyID, by string) (changed bool, err error) {
	const op = "store: assign policy"
	if id != "" {
		if _, err := t.FindPolicy(id); err != nil {
			return false, err
		}
	}
	var was string
	if err := t.q.row(t.ctx, `SELECT policy FROM eas_device WHERE id = $1`+t.s.engine.locking(), device).Scan(&was); err != nil {
		return false, said(op, err)
	}
	if access.PolicyID(was) == id {
		return false, nil
	}
	if _, err := t.q.exec(t.ctx, `UPDATE eas_device SET policy = $1, policy_by = $2, policy_at = $3,
		speaks = CASE WHEN linked = 1 OR server_type <> '' OR $1 <> '' THEN 1 ELSE 0 END WHERE id = $4`,
		string(id), clean(by, capKey), millis(t.now), device); err != nil {
		return false, said(op, err)
	}
	t.touch(access.EntryEASDevice, device)
	t.view.forget()
	kind := "assign"
	if id == "" {
		kind = "revert"
	}
	return true, t.keepAction(device, kind, by, t.now)
}

// PolicyOf gives the policy that is assigned to an ActiveSync device id, "" for none, and keeps others from
// assigning one until the transaction ends.
func (t *Tx) PolicyOf(device string) (id access.PolicyID, err error) {
	err = t.q.row(t.ctx, `SELECT policy FROM eas_device WHERE id = $1`+t.s.engine.locking(), device).Scan(target(text(&id)))
	return id, said("store: policy of a device id", err)
}

// AskPolicyAnew makes the phone of a device id ask for its policy although that has not changed.
func (t *Tx) AskPolicyAnew(device string) error {
	_, err := t.q.exec(t.ctx, `UPDATE eas_device SET policy_turns = policy_turns + 1, speaks = 1 WHERE id = $1`, device)
	t.touch(access.EntryEASDevice, device)
	return said("store: ask anew", err)
}

// keepAction notes an ActiveSync action by device id: it outlives the record.
func (t *Tx) keepAction(device, kind, by string, at time.Time) error {
	_, err := t.q.exec(t.ctx, `INSERT INTO eas_action (eas_device, at, kind, by_whom) VALUES ($1, $2, $3, $4) ON CONFLICT (eas_device, at, kind) DO NOTHING`,
		device, millis(at), kind, clean(by, capKey))
	return said("store: keep action", err)
}

func ackColumns(id *access.AssociationID, a *access.PolicyAck) []column {
	return []column{{"association", text(id)}, {"policy", text(&a.Policy)}, {"revision", &a.Revision}, {"answer", text(&a.Answer)},
		{"protocol", &a.Protocol}, {"at", &a.At}}
}

// SaveAck keeps what the phone of a record has said about its policy, unless something later is kept. news
// is true when it says something else than before.
func (t *Tx) SaveAck(id access.AssociationID, a access.PolicyAck) (news bool, err error) {
	var old access.PolicyAck
	err = t.q.row(t.ctx, `SELECT policy, revision, answer, at FROM policy_ack WHERE association = $1`+t.s.engine.locking(), string(id)).
		Scan(target(text(&old.Policy)), &old.Revision, target(text(&old.Answer)), target(&old.At))
	switch {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return false, said("store: keep acknowledgement", err)
	case old.At.After(a.At):
		return false, nil
	}
	news = old.Policy != a.Policy || old.Revision != a.Revision || old.Answer != a.Answer
	a.Protocol = clean(a.Protocol, capShort)
	cols := ackColumns(&id, &a)
	_, err = t.q.exec(t.ctx, `INSERT INTO policy_ack (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)
		ON CONFLICT (association) DO UPDATE SET `+sets(2, cols[1:]), args(cols)...)
	return news, said("store: keep acknowledgement", err)
}

// PolicyAcks gives what the phones of records have said last, by record; those that have said nothing are
// not in it.
func (s *Store) PolicyAcks(ctx context.Context, ids ...access.AssociationID) (map[access.AssociationID]access.PolicyAck, error) {
	return s.reader().policyAcks(ctx, ids)
}

// PolicyAcks gives what the phones of records have said last.
func (p Personal) PolicyAcks(ids ...access.AssociationID) (map[access.AssociationID]access.PolicyAck, error) {
	return p.q.policyAcks(p.ctx, ids)
}

func (r runner) policyAcks(ctx context.Context, ids []access.AssociationID) (map[access.AssociationID]access.PolicyAck, error) {
	out := make(map[access.AssociationID]access.PolicyAck, len(ids))
	for part := range slices.Chunk(ids, 200) {
		a := make([]any, len(part))
		for i, id := range part {
			a[i] = string(id)
		}
		err := r.each(ctx, func(rows *sql.Rows) error {
			var id access.AssociationID
			var ack access.PolicyAck
			err := rows.Scan(targets(ackColumns(&id, &ack))...)
			out[id] = ack
			return err
		}, `SELECT association, policy, revision, answer, protocol, at FROM policy_ack WHERE association IN (`+places(1, len(part))+`)`, a...)
		if err != nil {
			return nil, said("store: acknowledgements", err)
		}
	}
	return out, nil
}

// siteEntry is what all gateways share, nil where nothing is.
func (r runner) siteEntry() *access.Site {
	if len(r.site) == 0 {
		return nil
	}
	return &access.Site{Secret: r.site}
}

// siteNote is the store's own note of which secret gateways were told last: a hash of it.
const siteNote = ownSettings + "site"

// TellSite sets the secret that policy keys are made from, before anybody follows the changes. Gateways
// are told it, and the database never holds it: only a hash, so that another secret is a change that they
// hear of. Until it is called no policy is in force.
func (s *Store) TellSite(ctx context.Context, secret []byte) error {
	s.site = secret
	sum := sha256.Sum256(append([]byte("vedette site "), s.site...))
	now := hex.EncodeToString(sum[:8])
	st, err := s.writer().setting(ctx, false, siteNote) // readers come later
	if err != nil || st.Value == now {
		return said("store: site", err)
	}
	return s.WithTx(ctx, func(t *Tx) error {
		t.touch(access.EntrySite, "")
		return t.note(siteNote, now)
	})
}

// note keeps a note of the store's own.
func (t *Tx) note(name, value string) error {
	st := Setting{Name: name, Value: value, Version: 1, Changed: t.now}
	cols := settingColumns(&st)
	_, err := t.q.exec(t.ctx, `INSERT INTO setting (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)
		ON CONFLICT (name) DO UPDATE SET `+sets(2, cols[1:]), args(cols)...)
	return said("store: note", err)
}
