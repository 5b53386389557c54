// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// approvalBefore is the pre-approval of a pair before a verb, and what the verb has left; nil: none.
type approvalBefore struct {
	Old *access.PreApproval `json:"old,omitempty"`
	New *access.PreApproval `json:"new,omitempty"`
}

// ListPreApprovals gives the pre-approvals that speak, the newest first: those after the id of one.
func (a *Admin) ListPreApprovals(ctx context.Context, who access.Actor, after string, limit int) (ApprovalPage, error) {
	if err := who.May(access.VerbView); err != nil {
		return ApprovalPage{}, err
	}
	if limit <= 0 {
		limit = 50
	}
	list, next, err := a.approvals(ctx, who, after, limit)
	if err != nil {
		return ApprovalPage{}, err
	}
	out := ApprovalPage{Next: next}
	for i := range list {
		r, err := a.approvalRow(ctx, who, &list[i])
		if err != nil {
			return ApprovalPage{}, err
		}
		out.Rows = append(out.Rows, r)
	}
	return veiled(ctx, a, who, out, nil)
}

// approvals reads a page of those in the actor's scope.
func (a *Admin) approvals(ctx context.Context, who access.Actor, after string, limit int) (list []access.PreApproval, next string, err error) {
	if who.Scope != nil {
		return a.store.ListPreApprovalsOf(ctx, who.Scope, after, limit)
	}
	list, err = a.store.ListPreApprovals(ctx, after, limit+1)
	if len(list) > limit {
		list = list[:limit]
		next = list[limit-1].ID
	}
	return list, next, err
}

// ApprovalsByID gives those of some pre-approvals that are there and that the actor may see.
func (a *Admin) ApprovalsByID(ctx context.Context, who access.Actor, ids []string) ([]ApprovalRow, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	var out []ApprovalRow
	for _, id := range ids {
		p, err := a.store.FindPreApproval(ctx, id)
		if known(err) != nil {
			return nil, err
		}
		if err != nil || !p.Speaks(a.now()) {
			continue
		}
		if inside, err := a.inScope(ctx, who, p.Pair); err != nil {
			return nil, err
		} else if !inside {
			continue
		}
		r, err := a.approvalRow(ctx, who, p)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return veiled(ctx, a, who, out, nil)
}

// inScope says whether the account of a pair belongs to somebody in the actor's scope.
func (a *Admin) inScope(ctx context.Context, who access.Actor, p access.Pair) (bool, error) {
	if who.Scope == nil {
		return true, nil
	}
	u, err := a.store.UserOf(ctx, p.Realm, p.Account)
	return err == nil && who.Scope.Covers(u.ID, u.Groups), known(err)
}

func (a *Admin) approvalRow(ctx context.Context, who access.Actor, p *access.PreApproval) (r ApprovalRow, err error) {
	v, now := a.snapshot(), a.now().UTC()
	r.PreApproval = *p
	record := v.Record(p.Pair)
	if record == nil {
		record = &access.Record{Pair: p.Pair}
	} else if as, err := a.store.FindAssociation(ctx, record.ID); err == nil {
		found := row(v, as, now)
		r.Record, record = &found, &as.Record
	} else if access.KindOf(err) != access.KindNotFound {
		return r, err
	}
	pairs := func(p *access.PreApproval) access.View {
		o := &overlay{View: v, approval: map[access.Pair]*access.PreApproval{r.Pair: p}}
		if r.Record != nil {
			o.records = map[access.Pair]*access.Record{r.Pair: record}
		}
		return o
	}
	with, without := judge(pairs(p), record, now), judge(pairs(nil), record, now)
	r.Masks, r.Idle = without.Why(), with.Blocked() == without.Blocked()
	h := a.horizonOf(ctx, who)
	if r.Record != nil {
		if err := h.hide(v, r.Record); err != nil {
			return r, err
		}
	}
	return r, h.hideWhy(&without, &r.Masks)
}

// known makes nothing of an error that only says that something is not there.
func known(err error) error {
	if err != nil && access.KindOf(err) == access.KindNotFound {
		return nil
	}
	return err
}

// PreApprove lets an account on a device through before its first contact (Y-08), as Allow does for a
// record: it does not speak against a lost device or a disabled user. Another approval of the pair takes
// its place. Result.ID is the approval.
func (a *Admin) PreApprove(ctx context.Context, who access.Actor, f ApprovalForm, act Act) (Result, error) {
	const op = "admin: pre-approve"
	if !act.Until.IsZero() && !act.Until.After(a.now()) {
		return Result{}, access.Invalid(op, "The end must lie in the future.")
	}
	out, err := a.act(ctx, who, access.VerbPreApprove, "new", act, f, func(tx *store.Tx) (outcome, error) {
		account, err := a.canonical(tx, f.Realm, f.Account)
		if err == nil {
			err = a.knownRealm(tx, account.Realm)
		}
		if err != nil {
			return outcome{}, err
		}
		device, ok := a.device(strings.TrimSpace(f.Device))
		if !ok || hidden(f.Device) {
			return outcome{}, access.Invalid(op, "This can be no ActiveSync device id.")
		}
		if err := ownerWithin(tx, who, account); err != nil {
			return outcome{}, err
		}
		p := &access.PreApproval{Pair: access.Pair{Realm: account.Realm, Account: account.Account, Device: device},
			Reason: act.Reason, By: who.Name, At: tx.Now(), Until: act.Until}
		before := approvalBefore{}
		if before.Old, err = tx.PreApprovalOf(p.Pair); known(err) != nil {
			return outcome{}, err
		}
		if err := tx.SavePreApproval(p); err != nil {
			return outcome{}, err
		}
		before.New = p
		tx.Audit(entry(who, string(access.VerbPreApprove), p.Pair.String(), p.ID, approvalWords(p)))
		return outcome{Approval: &before, Result: Result{ID: p.ID, Text: account.Account + " on " + device + " is let through" + untilText(p) + "."}}, nil
	})
	return out.Result, err
}

// ownerWithin says whether an account belongs to somebody in the actor's scope.
func ownerWithin(tx *store.Tx, who access.Actor, account access.Account) error {
	if who.Scope == nil {
		return nil
	}
	u, err := tx.UserOf(account.Realm, account.Account)
	if known(err) != nil {
		return err
	}
	if err != nil || !who.Scope.Covers(u.ID, u.Groups) {
		return errOutside()
	}
	return nil
}

func untilText(p *access.PreApproval) string {
	if p.Until.IsZero() {
		return ""
	}
	return " until " + atTime(p.Until)
}

func approvalWords(p *access.PreApproval) string {
	if p == nil {
		return "not approved"
	}
	s := "approved" + untilText(p)
	if p.Reason != "" {
		s += " (" + p.Reason + ")"
	}
	return s
}

// WithdrawApproval takes a pre-approval back. It can be undone.
func (a *Admin) WithdrawApproval(ctx context.Context, who access.Actor, id string, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbWithdrawApproval, id, act, nil, func(tx *store.Tx) (outcome, error) {
		p, err := tx.FindPreApproval(id)
		if err == nil {
			err = ownerWithin(tx, who, access.Account{Realm: p.Pair.Realm, Account: p.Pair.Account})
		}
		if err != nil && access.KindOf(err) == access.KindNotFound {
			return outcome{}, access.NotFound("admin: withdraw", "This approval is gone. Somebody has withdrawn it, or it has ended.")
		}
		if err != nil {
			return outcome{}, err
		}
		if err := tx.DeletePreApproval(id); err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(access.VerbWithdrawApproval), p.Pair.String(), id, beforeAfter(approvalWords(p), "withdrawn", act.Reason)))
		return outcome{Approval: &approvalBefore{Old: p}, Result: Result{Shadow: a.snapshot().Preferences().Shadow,
			Text: p.Pair.Account + " on " + p.Pair.Device + " is judged like all others."}}, nil
	})
	return out.Result, err
}

func (a *Admin) undoApproval(tx *store.Tx, who access.Actor, done outcome) (outcome, error) {
	b := *done.Approval
	about := b.Old
	if about == nil {
		about = b.New
	}
	if about == nil {
		return outcome{}, access.Conflict("admin: undo", "The approval is gone already.")
	}
	if err := ownerWithin(tx, who, access.Account{Realm: about.Pair.Realm, Account: about.Pair.Account}); err != nil {
		return outcome{}, err
	}
	now, err := tx.PreApprovalOf(about.Pair)
	switch {
	case known(err) != nil:
		return outcome{}, err
	case now == nil && b.New != nil:
		return outcome{}, access.Conflict("admin: undo", "The approval is gone already.")
	case !sameApproval(now, b.New):
		return outcome{}, access.Conflict("admin: undo", "This pair has been approved anew since.")
	}
	if b.Old != nil {
		err = tx.SavePreApproval(b.Old)
	} else {
		err = tx.DeletePreApproval(now.ID)
	}
	if err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, eventUndo, about.Pair.String(), about.ID, beforeAfter(approvalWords(now), approvalWords(b.Old), "")))
	return outcome{Result: Result{Text: "Undone: as it was before.", Shadow: a.snapshot().Preferences().Shadow}}, nil
}

// sameApproval reports whether two are the word of one press of a button.
func sameApproval(a, b *access.PreApproval) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.ID == b.ID && a.By == b.By && a.Reason == b.Reason && a.At.Equal(b.At) && a.Until.Equal(b.Until)
}
