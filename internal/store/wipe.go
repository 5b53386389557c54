// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
)

// Wipe is an order to wipe as the console keeps it: also when its record is gone.
type Wipe struct {
	access.Wipe

	Association access.AssociationID
	Pair        access.Pair
	Phone       string // model and client at the time of the order, for people
	Reason      string
	ApprovedBy  string
	ApprovedAt  time.Time
	DeliveredAt time.Time
	AnsweredAt  time.Time // acknowledged, failed or unverified
	EndedBy     string    // who cancelled, released or closed it
	EndedAt     time.Time
	Protocol    string
	Addr        string
	Version     int64

	open bool // somebody still has to see to it
}

func wipeColumns(w *Wipe) []column {
	return []column{{"id", text(&w.ID)}, {"association", text(&w.Association)}, {"realm", &w.Pair.Realm}, {"account", &w.Pair.Account},
		{"eas_device", &w.Pair.Device}, {"phone", &w.Phone}, {"kind", text(&w.Kind)}, {"state", text(&w.State)}, {"reason", &w.Reason},
		{"by_whom", &w.By}, {"at", &w.At}, {"not_before", &w.NotBefore}, {"server", &w.Server}, {"approved_by", &w.ApprovedBy},
		{"approved_at", &w.ApprovedAt}, {"delivered_at", &w.DeliveredAt}, {"answered_at", &w.AnsweredAt}, {"ended_by", &w.EndedBy},
		{"ended_at", &w.EndedAt}, {"protocol", &w.Protocol}, {"addr", &w.Addr}, {"open", &w.open}, {"version", &w.Version}}
}

func (w *Wipe) trim() {
	w.Phone, w.Reason, w.By, w.ApprovedBy = clean(w.Phone, capShort), clean(w.Reason, capReason), clean(w.By, capKey), clean(w.ApprovedBy, capKey)
	w.EndedBy, w.Protocol, w.Addr = clean(w.EndedBy, capKey), clean(w.Protocol, capShort), clean(w.Addr, capShort)
	for _, t := range []*time.Time{&w.At, &w.NotBefore, &w.ApprovedAt, &w.DeliveredAt, &w.AnsweredAt, &w.EndedAt} {
		*t = moment(millis(*t))
	}
	w.open = w.State == access.WipeWaiting || w.State.Open()
}

// CreateWipe keeps a new order for a record, and makes it the one that gateways hear of. It fills in ID, At
// and Version. An order of the record that is still open is a Conflict.
func (t *Tx) CreateWipe(w *Wipe) error {
	const op = "store: create wipe"
	a, err := t.FindAssociation(w.Association)
	if err != nil {
		return err
	}
	if a.Wipe.State == access.WipeWaiting || a.Wipe.State.Open() {
		return access.Conflict(op, "A wipe of this record has been ordered already.")
	}
	w.ID, w.Pair, w.Version = access.WipeID(NewID(t.now)), a.Pair, 1
	if w.At.IsZero() {
		w.At = t.now
	}
	w.trim()
	cols := wipeColumns(w)
	if _, err := t.q.exec(t.ctx, `INSERT INTO wipe (`+names(cols)+`) VALUES (`+places(1, len(cols))+`)`, args(cols)...); err != nil {
		return said(op, err)
	}
	if err := t.keepAction(a.Pair.Device, "wipe", w.By, w.At); err != nil {
		return err
	}
	return t.wipeMoved(w, "")
}

// FindWipe gives one order and keeps others from changing it until the transaction ends.
func (t *Tx) FindWipe(id access.WipeID) (*Wipe, error) {
	w, err := t.q.wipe(t.ctx, `id = $1`+t.s.engine.locking(), string(id))
	return w, said("store: find wipe", err)
}

// FindWipe gives one order.
func (s *Store) FindWipe(ctx context.Context, id access.WipeID) (*Wipe, error) {
	w, err := s.reader().wipe(ctx, `id = $1`, string(id))
	return w, said("store: find wipe", err)
}

func (r runner) wipe(ctx context.Context, where string, a ...any) (*Wipe, error) {
	w := &Wipe{}
	err := r.row(ctx, `SELECT `+names(wipeColumns(w))+` FROM wipe WHERE `+where, a...).Scan(targets(wipeColumns(w))...)
	return w, err
}

func (r runner) eachWipe(ctx context.Context, fn func(*Wipe), rest string, a ...any) error {
	return r.each(ctx, func(rows *sql.Rows) error {
		w := &Wipe{}
		if err := rows.Scan(targets(wipeColumns(w))...); err != nil {
			return err
		}
		fn(w)
		return nil
	}, `SELECT `+names(wipeColumns(&Wipe{}))+` FROM wipe `+rest, a...)
}

// SaveWipe writes an order. w.Version must be the version that was read, else it is a Conflict.
func (t *Tx) SaveWipe(w *Wipe) error {
	const op = "store: save wipe"
	old, err := t.FindWipe(w.ID)
	if err != nil {
		return err
	}
	if old.Version != w.Version {
		return access.Conflict(op, "This order has changed in the meantime. Look at it again.")
	}
	w.Version++
	w.trim()
	cols := wipeColumns(w)[1:]
	if _, err := t.q.exec(t.ctx, `UPDATE wipe SET `+sets(2, cols)+` WHERE id = $1`, append([]any{string(w.ID)}, args(cols)...)...); err != nil {
		return said(op, err)
	}
	if err := t.countWipe(old, w); err != nil {
		return err
	}
	return t.wipeMoved(w, ` AND wipe_id = $2`)
}

// countWipe has an order that was taken back before the phone was told of it count as no action (F-05): nothing
// has been applied. Two orders of one moment, for two accounts of a phone, are one action as long as one stands.
func (t *Tx) countWipe(old, w *Wipe) error {
	counts := func(w *Wipe) bool { return w.State != access.WipeCancelled || !w.DeliveredAt.IsZero() }
	switch {
	case counts(w) == counts(old):
		return nil
	case counts(w): // it had been told all the same
		return t.keepAction(w.Pair.Device, "wipe", w.By, w.At)
	}
	_, err := t.q.exec(t.ctx, `DELETE FROM eas_action WHERE eas_device = $1 AND at = $2 AND kind = 'wipe' AND NOT EXISTS
		(SELECT 1 FROM wipe WHERE wipe.at = $2 AND wipe.eas_device = $1 AND (wipe.state <> 'cancelled' OR wipe.delivered_at <> 0))`, w.Pair.Device, millis(w.At))
	return said("store: a wipe is no action", err)
}

// wipeMoved writes an order into its record, if that is still there.
func (t *Tx) wipeMoved(w *Wipe, where string) error {
	const op = "store: wipe"
	k := w.Wipe
	n, err := t.q.exec(t.ctx, `UPDATE association SET wipe_id = $2, wipe_kind = $3, wipe_state = $4, wipe_from = $5, wipe_by = $6, wipe_at = $7,
		wipe_server = $8 WHERE id = $1`+where, string(w.Association), string(k.ID), string(k.Kind), string(k.State),
		millis(k.NotBefore), k.By, millis(k.At), flag(k.Server))
	if err != nil || n == 0 {
		return said(op, err)
	}
	t.touch(access.EntryRecord, string(w.Association))
	t.moved(w.Pair.Realm, w.Pair.Account)
	t.view.forget()
	return t.rejudge(`WHERE id = $1`, string(w.Association))
}

// ListWipes gives orders, the latest first: at most limit of them, before the id of one. Open ones only
// when open is set.
func (s *Store) ListWipes(ctx context.Context, open bool, before access.WipeID, limit int) (list []Wipe, err error) {
	where := ""
	if open {
		where = ` AND open = 1`
	}
	err = s.reader().eachWipe(ctx, func(w *Wipe) { list = append(list, *w) }, `WHERE id < $1`+where+` ORDER BY id DESC LIMIT $2`,
		beforeID(string(before)), int64(min(max(limit, 1), 501)))
	return list, said("store: list wipes", err)
}

// WipesOf gives the orders of a record, the latest first.
func (s *Store) WipesOf(ctx context.Context, id access.AssociationID) (list []Wipe, err error) {
	err = s.reader().eachWipe(ctx, func(w *Wipe) { list = append(list, *w) }, `WHERE association = $1 ORDER BY id DESC LIMIT 100`, string(id))
	return list, said("store: wipes of a record", err)
}

// PendingWipes gives the orders of people that no phone has been told of yet, and keeps others from changing
// them until the transaction ends.
func (t *Tx) PendingWipes() (list []Wipe, err error) {
	err = t.q.eachWipe(t.ctx, func(w *Wipe) { list = append(list, *w) }, `WHERE open = 1 AND state = 'pending' AND server = 0 ORDER BY id`+t.s.engine.locking())
	return list, said("store: pending wipes", err)
}

// WipesSince counts the orders that people have given since a moment, and keeps others from giving one
// until the transaction ends: a cap is a cap.
func (t *Tx) WipesSince(since time.Time) (n int64, err error) {
	if t.s.engine == enginePostgres {
		if _, err := t.q.exec(t.ctx, `LOCK TABLE wipe IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return 0, said("store: wipes", err)
		}
	}
	err = t.q.row(t.ctx, `SELECT COUNT(*) FROM wipe WHERE at > $1 AND server = 0 AND state <> 'cancelled'`, millis(since)).Scan(&n)
	return n, said("store: wipes", err)
}

// SaveServerKey keeps the mail server's policy key of a record, which only gateways can open.
func (t *Tx) SaveServerKey(id access.AssociationID, sealed string) error {
	if len(sealed) > 64<<10 {
		return nil
	}
	_, err := t.q.exec(t.ctx, `UPDATE association SET server_key = $2 WHERE id = $1`, string(id), sealed)
	t.touch(access.EntryRecord, string(id))
	return said("store: keep server key", err)
}

// WipesOfAccount gives the orders for the records of an account, also of those that are gone.
func (p Personal) WipesOfAccount(realm, account string) (list []Wipe, err error) {
	err = p.q.eachWipe(p.ctx, func(w *Wipe) { list = append(list, *w) }, `WHERE realm = $1 AND account = $2 ORDER BY id DESC LIMIT 1000`, realm, account)
	return list, said("store: wipes of an account", err)
}

// DeleteWipe forgets an order. Its record, if it is still there, keeps what gateways hear of it.
func (t *Tx) DeleteWipe(id access.WipeID) error {
	_, err := t.q.exec(t.ctx, `DELETE FROM wipe WHERE id = $1`, string(id))
	return said("store: delete wipe", err)
}

// EASAction is an ActiveSync action: wipe, assign or revert.
type EASAction struct {
	Device string    `json:"device"` // ActiveSync device id
	Kind   string    `json:"kind"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// ActionsOf gives the ActiveSync actions of device ids.
func (p Personal) ActionsOf(devices []string) (list []EASAction, err error) {
	for part := range slices.Chunk(devices, 200) {
		err := p.q.each(p.ctx, func(rows *sql.Rows) error {
			var a EASAction
			err := rows.Scan(&a.Device, target(&a.At), &a.Kind, &a.By)
			list = append(list, a)
			return err
		}, `SELECT eas_device, at, kind, by_whom FROM eas_action WHERE eas_device IN (`+places(1, len(part))+`) ORDER BY at, eas_device, kind`, anyOf(part)...)
		if err != nil {
			return nil, said("store: actions", err)
		}
	}
	return list, nil
}

// ForgetPhone forgets which policy an ActiveSync device id was assigned, once no record has the id any more;
// with actions, also what was ordered for it.
func (t *Tx) ForgetPhone(device string, actions bool) error {
	const op = "store: forget phone"
	const gone = ` AND NOT EXISTS (SELECT 1 FROM association WHERE eas_device = $1)`
	n, err := t.q.exec(t.ctx, `DELETE FROM eas_device WHERE id = $1`+gone, device)
	if err != nil {
		return said(op, err)
	}
	if n > 0 {
		t.touch(access.EntryEASDevice, device)
		t.view.forget()
	}
	if !actions {
		return nil
	}
	_, err = t.q.exec(t.ctx, `DELETE FROM eas_action WHERE eas_device = $1`+gone, device)
	return said(op, err)
}

// DeleteOrders forgets ActiveSync actions from before a moment, and orders to wipe that stand in no record.
func (t *Tx) DeleteOrders(before time.Time) error {
	const op = "store: forget orders"
	if _, err := t.q.exec(t.ctx, `DELETE FROM eas_action WHERE at < $1`, millis(before)); err != nil {
		return said(op, err)
	}
	_, err := t.q.exec(t.ctx, `DELETE FROM wipe WHERE at < $1 AND NOT EXISTS
		(SELECT 1 FROM association WHERE association.id = wipe.association AND association.wipe_id = wipe.id)`, millis(before))
	return said(op, err)
}
