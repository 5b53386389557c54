// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/ruling"
	"github.com/vedette-mail/vedette/internal/store"
)

// Retention says for how many days what is kept. Zero keeps for ever, where that is allowed.
type Retention struct {
	Records int `json:"records"` // since the last contact; 0: for ever
	// Held says that records go too which somebody has blocked, linked or unlinked by hand, and those of devices
	// that are lost, retired, wiped or not compliant. Without it they stay: what is gone is judged as if it had
	// never been there, and so are the phone's other accounts.
	Held  bool `json:"held"`
	Audit int  `json:"audit"` // lines of the audit log; 0: for ever
	// Tallies are the counts that the dashboard draws, per minute and per hour; Jobs the bulk actions with their rows.
	Tallies int `json:"tallies"`
	Jobs    int `json:"jobs"`
	Kept    `json:"-"`
}

func defaultRetention() Retention {
	return Retention{Audit: 400, Tallies: store.TallyDays, Jobs: int(jobsKept / day)}
}

const day = 24 * time.Hour

// The fewest days that make sense.
const (
	fewestRecordDays = 7
	fewestAuditDays  = 30
	mostDays         = 36500
)

// Retention gives the setting.
func (s *Settings) Retention(ctx context.Context, who access.Actor) (Retention, error) {
	r := defaultRetention()
	if err := mayRead(who); err != nil {
		return r, err
	}
	var err error
	r.Kept, _, err = s.read(ctx, settingRetention, &r)
	return r, err
}

// Validate says what is wrong with it.
func (r *Retention) Validate() error {
	const op = "admin: retention"
	switch {
	case r.Records != 0 && (r.Records < fewestRecordDays || r.Records > mostDays):
		return access.Invalid(op, fmt.Sprintf("Records are kept at least %d days without a contact, or for ever with 0.", fewestRecordDays))
	case r.Audit != 0 && (r.Audit < fewestAuditDays || r.Audit > mostDays):
		return access.Invalid(op, fmt.Sprintf("The audit log is kept at least %d days, or for ever with 0.", fewestAuditDays))
	case r.Tallies < 1 || r.Tallies > store.TallyDays:
		return access.Invalid(op, fmt.Sprintf("Counts of the dashboard are kept between 1 and %d days.", store.TallyDays))
	case r.Jobs < 1 || r.Jobs > int(jobsKept/day):
		return access.Invalid(op, fmt.Sprintf("Bulk actions are kept between 1 and %d days.", int(jobsKept/day)))
	}
	return nil
}

// ChangeRetention sets it. What is over its time then goes with the next purge.
func (s *Settings) ChangeRetention(ctx context.Context, who access.Actor, r Retention, act Act) (Result, error) {
	if err := r.Validate(); err != nil {
		return Result{}, err
	}
	old := defaultRetention()
	return s.change(ctx, who, settingRetention, "Retention", r, &old, nil, act, func() []string {
		var d diffs
		d.add("Days that records are kept", forEver(old.Records), forEver(r.Records))
		d.add("Blocked and wiped records go too", old.Held, r.Held)
		d.add("Days of the audit log", forEver(old.Audit), forEver(r.Audit))
		d.add("Days of counts", old.Tallies, r.Tallies)
		d.add("Days of bulk actions", old.Jobs, r.Jobs)
		return d
	})
}

func forEver(days int) string {
	if days == 0 {
		return "for ever"
	}
	return fmt.Sprint(days)
}

// Purged says how much goes, or has gone.
type Purged struct {
	Records int
	Audit   int64
	Tallies int64
	Jobs    int64
}

// Words names what is more than nothing.
func (p Purged) Words() string {
	var parts []string
	for _, c := range []struct {
		n    int64
		what string
	}{{int64(p.Records), "records"}, {p.Audit, "lines of the audit log"}, {p.Tallies, "counts"}, {p.Jobs, "bulk actions"}} {
		if c.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	if len(parts) == 0 {
		return "Nothing was over its time."
	}
	return "Forgotten: " + strings.Join(parts, ", ") + "."
}

// PurgePreview says what a purge under a setting would take away now (Y-07).
type PurgePreview struct {
	Purged
	Held      int   // records over their time that stay, because of what somebody has said of them or of their device
	Rows      []Row // the first of the records
	Truncated bool  // there are more records than were looked at
	// Undelivered: lines of the audit log that stay until the collector or the file has them.
	Undelivered bool
}

// maxPreview is how many records a preview looks at, and maxPreviewRows how many it shows.
const (
	maxPreview     = 20_000
	maxPreviewRows = 100
	purgeBatch     = 200
)

// PreviewPurge says what a purge under r would take away now.
func (s *Settings) PreviewPurge(ctx context.Context, who access.Actor, r Retention) (PurgePreview, error) {
	var p PurgePreview
	if err := who.May(access.VerbViewAudit); err != nil {
		return p, err
	}
	if err := r.Validate(); err != nil {
		return p, err
	}
	now := s.admin.now().UTC()
	var shown []access.Association
	looked := 0
	err := s.eachStale(ctx, r, now, func(list []access.Association) (bool, error) {
		for i := range list {
			if s.held(&list[i], r, now, s.admin.snapshot().Device) {
				p.Held++
				continue
			}
			if p.Records++; len(shown) < maxPreviewRows {
				shown = append(shown, list[i])
			}
		}
		looked += len(list)
		p.Truncated = looked >= maxPreview
		return !p.Truncated, nil
	})
	if err != nil {
		return p, err
	}
	if p.Rows, err = s.admin.rows(ctx, shown); err != nil {
		return p, err
	}
	if r.Audit > 0 {
		if _, p.Audit, p.Undelivered, err = s.oldLines(ctx, r, now); err != nil {
			return p, err
		}
	}
	if p.Tallies, err = s.admin.store.CountTallies(ctx, now.AddDate(0, 0, -r.Tallies)); err != nil {
		return p, err
	}
	steps, err := s.admin.store.CountTrends(ctx, now.AddDate(0, 0, -r.Tallies))
	if err != nil {
		return p, err
	}
	p.Tallies += steps
	p.Jobs, err = s.admin.store.CountJobs(ctx, now.AddDate(0, 0, -r.Jobs))
	return p, err
}

// eachStale goes through the records that are over their time until fn has enough.
func (s *Settings) eachStale(ctx context.Context, r Retention, now time.Time, fn func([]access.Association) (bool, error)) error {
	if r.Records == 0 {
		return nil
	}
	var at store.StaleMark
	for {
		list, next, more, err := s.admin.store.StaleAssociations(ctx, now.AddDate(0, 0, -r.Records), at, purgeBatch)
		if err != nil {
			return err
		}
		if goOn, err := fn(list); err != nil || !goOn || !more {
			return err
		}
		at = next
	}
}

// held reports whether a record stays although it is over its time. What would be forgotten with it is the
// block of an administrator, a link or its absence by hand, which the matcher would not respect any more, and
// a device that speaks against the phone's other accounts too, although they are not linked.
func (s *Settings) held(as *access.Association, r Retention, now time.Time, device func(access.DeviceID) *access.Device) bool {
	switch {
	case r.Held:
		return false
	case as.Override.Kind == access.OverrideBlock && as.Override.Speaks(now), as.Link.By == access.LinkedByHand,
		as.Wipe.Speaks(), as.Wipe.State == access.WipeWaiting:
		return true
	case as.Device == "":
		return false
	}
	d := device(as.Device)
	if d == nil {
		return false
	}
	switch d.State {
	case access.DeviceLost, access.DeviceRetired, access.DeviceWiped:
		return true
	}
	return d.Noncompliant != ""
}

// oldLines gives the line of the audit log up to which all may go.
func (s *Settings) oldLines(ctx context.Context, r Retention, now time.Time) (id, n int64, undelivered bool, err error) {
	if id, n, err = s.admin.store.AuditBefore(ctx, now.AddDate(0, 0, -r.Audit)); err != nil {
		return 0, 0, false, err
	}
	line, streams, err := s.undelivered(ctx)
	if err != nil || !streams || line >= id {
		return id, n, false, err
	}
	list, err := s.admin.store.AuditAfter(ctx, line, 1)
	if err != nil || len(list) == 0 {
		return line, 0, true, err
	}
	// What has not been delivered yet stays. How much that leaves is counted again, up to that line.
	_, n, err = s.admin.store.AuditBefore(ctx, minTime(list[0].At, now.AddDate(0, 0, -r.Audit)))
	return line, n, true, err
}

func minTime(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Purge takes away what is over its time, in small transactions, each with its own line in the audit log. It
// can be cut off at any point and goes on the next time.
func (s *Settings) Purge(ctx context.Context) (Purged, error) {
	var p Purged
	r, err := s.Retention(ctx, house())
	if err != nil {
		return p, err
	}
	now := s.admin.now().UTC()
	if err := s.eachStale(ctx, r, now, func(list []access.Association) (bool, error) {
		n, err := s.purgeRecords(ctx, r, list)
		p.Records += n
		return true, err
	}); err != nil {
		return p, err
	}
	if r.Audit > 0 {
		if err := s.purgeAudit(ctx, r, now, &p); err != nil {
			return p, err
		}
	}
	err = s.admin.store.WithTx(ctx, func(tx *store.Tx) error {
		if p.Tallies, err = tx.DeleteTallies(now.AddDate(0, 0, -r.Tallies)); err != nil {
			return err
		}
		steps, err := tx.DeleteTrends(now.AddDate(0, 0, -r.Tallies))
		if err != nil {
			return err
		}
		p.Tallies += steps
		return tx.DeleteJobs(now.AddDate(0, 0, -r.Jobs))
	})
	return p, err
}

// purgeRecords takes away a batch, if each is still what it was when it was found.
func (s *Settings) purgeRecords(ctx context.Context, r Retention, list []access.Association) (n int, err error) {
	err = s.admin.store.WithTx(ctx, func(tx *store.Tx) error {
		n = 0
		var names []string
		for i := range list {
			as, err := tx.FindAssociation(list[i].ID)
			if access.KindOf(err) == access.KindNotFound {
				continue
			}
			if err != nil {
				return err
			}
			device := func(id access.DeviceID) *access.Device {
				d, e := tx.FindRegistered(id)
				if e != nil {
					err = known(e)
					return nil
				}
				return &d.Device
			}
			kept := !as.LastSync.Before(tx.Now().AddDate(0, 0, -r.Records)) || s.held(as, r, tx.Now(), device)
			if err != nil {
				return err
			}
			if kept {
				continue
			}
			if err := tx.DeleteAssociation(as.ID); err != nil {
				return err
			}
			if err := tx.ForgetPhone(as.Pair.Device, false); err != nil {
				return err
			}
			tx.Audit(entry(house(), eventPurge, as.Pair.String(), string(as.ID),
				fmt.Sprintf("no contact since %s; %s", atTime(as.LastSync), overrideWords(as.Override))))
			names = append(names, as.Pair.Account)
		}
		n = len(names)
		return ruling.Settle(tx)
	})
	return n, err
}

func (s *Settings) purgeAudit(ctx context.Context, r Retention, now time.Time, p *Purged) error {
	const batch = 2000
	id, _, _, err := s.oldLines(ctx, r, now)
	for n := int64(batch); n == batch && err == nil; {
		err = s.admin.store.WithTx(ctx, func(tx *store.Tx) error {
			var err error
			if n, err = tx.DeleteAudit(id, batch); err != nil || n == 0 {
				return err
			}
			tx.Audit(entry(house(), eventPurge, "Audit log", objectOf(settingRetention),
				fmt.Sprintf("%d lines from before %s", n, atTime(now.AddDate(0, 0, -r.Audit)))))
			return nil
		})
		p.Audit += n
	}
	if err != nil {
		return err
	}
	return s.admin.store.WithTx(ctx, func(tx *store.Tx) error { // what was ordered is told as long as lines tell of it
		return tx.DeleteOrders(now.AddDate(0, 0, -r.Audit))
	})
}
