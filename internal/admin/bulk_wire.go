// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"maps"
	"slices"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// previewAssigns rehearses the assignment of a policy to records, or its end. No verdict hangs on that alone,
// so that Changes names the records whose policy would be another one, in words.
func (a *Admin) previewAssigns(ctx context.Context, who access.Actor, b Bulk, act Act, list []access.Association, rows []bulkRow) (Preview, error) {
	v := a.snapshot()
	var out Preview
	advised, differing := 0, 0
	err := a.rehearsed(ctx, func(tx *store.Tx) error {
		out, advised, differing = Preview{At: a.now().UTC(), Position: v.Position()}, 0, 0
		after, err := a.viewWith(tx, v, b.Policy)
		if err != nil {
			return err
		}
		for i := range list {
			after.joins(list[i].Pair.Device, list[i].Device)
			after.eas[list[i].Pair.Device].Policy = b.Policy
		}
		listed := map[access.AssociationID]bool{}
		j, p := &store.Job{Verb: b.Verb, Actor: who, Reason: act.Reason}, jobParams{Policy: b.Policy}
		for _, row := range rows {
			done, refused, err := a.tryRow(tx, j, p, row.id)
			if err != nil {
				return err
			}
			out.add(row.id, row.name, refused)
			if refused != nil || len(done.Policy) == 0 {
				continue
			}
			if b.Policy != "" && advisory(row.as.OS) != "" {
				advised++
			}
			text, err := differs(tx, after, row.as, policyState(after, row.as.Pair.Device))
			if err != nil {
				return err
			}
			if text != "" {
				differing++
			}
			if err := out.repoliced(tx, v, after, row.as, listed); err != nil {
				return err
			}
		}
		return nil
	})
	if advised > 0 {
		out.Notes = append(out.Notes, count(advised, "phone has", "phones have")+" iOS, Android or Windows Phone, and is better led by the management of devices where it is enrolled there.")
	}
	if differing > 0 { // M-10
		out.Notes = append(out.Notes, count(differing, "phone has", "phones have")+" another mail app with another policy. Which of two policies a phone obeys, nobody can tell: give both the same.")
	}
	return out, err
}

// repoliced lists a record and the others of its phone with the policies before and after.
func (p *Preview) repoliced(tx *store.Tx, before, after access.View, as *access.Association, listed map[access.AssociationID]bool) error {
	others, err := tx.Siblings(as, maxReach)
	if err != nil {
		return err
	}
	was, is := policyState(before, as.Pair.Device), policyState(after, as.Pair.Device)
	for _, r := range append([]access.Association{*as}, others...) {
		if listed[r.ID] {
			continue
		}
		listed[r.ID] = true
		p.Records++
		p.Reworded++
		if len(p.Changes) == previewLimit {
			p.Truncated = true
			continue
		}
		p.Changes = append(p.Changes, PreviewChange{ID: r.ID, Pair: r.Pair, Linked: r.Linked(),
			Before: access.Why{Text: "Policy: " + was.name()}, After: access.Why{Text: "Policy: " + is.name()}})
	}
	return nil
}

// previewWipes rehearses orders to wipe records, with the verdicts that they come to.
func (a *Admin) previewWipes(ctx context.Context, who access.Actor, b Bulk, act Act, list []access.Association, rows []bulkRow) (Preview, error) {
	var refusing Refusing
	effects := map[string]int{}
	with := map[access.AssociationID]bool{}
	waiting, left := 0, 0
	out, err := a.rehearse(ctx, who, rehearsal{
		touched: func(tx *store.Tx) ([]access.Association, error) { return wholePhones(tx, list) },
		do: func(tx *store.Tx) error {
			refusing, waiting = Refusing{}, 0
			clear(effects)
			clear(with)
			j, p := &store.Job{Verb: b.Verb, Actor: who, Reason: act.Reason}, jobParams{Wipe: b.Wipe}
			for _, row := range rows {
				_, refused, err := a.tryRow(tx, j, p, row.id)
				if err != nil {
					return err
				}
				refusing.add(row.id, row.name, refused)
				if refused != nil {
					continue
				}
				effects[effectOn(row.as, b.Wipe)]++
				others, err := a.phoneOf(tx, who, row.as, b.Wipe)
				if err != nil {
					return err
				}
				for i := range others {
					with[others[i].ID] = true
				}
				now, err := tx.FindAssociation(row.as.ID)
				if err != nil {
					return err
				}
				if now.Wipe.State == access.WipeWaiting {
					waiting++
				}
			}
			var err error
			left, err = a.capLeft(tx)
			return err
		},
	})
	for _, text := range slices.Sorted(maps.Keys(effects)) {
		out.Notes = append(out.Notes, count(effects[text], "phone", "phones")+" with "+text)
	}
	for i := range list {
		delete(with, list[i].ID)
	}
	if len(with) > 0 {
		out.Notes = append(out.Notes, count(len(with), "other account", "other accounts")+" of these phones may go with them.")
	}
	if waiting > 0 {
		out.Notes = append(out.Notes, count(waiting, "order waits", "orders wait")+" for another administrator to approve.")
	}
	if err == nil {
		out.Notes = append(out.Notes, count(left, "more wipe", "more wipes")+" can be ordered within this hour after that.")
	}
	out.Refusing = refusing
	return out, err
}

// effectOn says of which mail app an order is, what that makes of it, and who says so.
func effectOn(as *access.Association, kind access.WipeKind) string {
	w := wipeEffect(as, kind)
	text := firstOf(supportOf(as).Client, as.Client, "an unknown mail app") + ": " + w.Effect
	if w.Source != "" {
		text += " (" + w.Source + ", " + w.Date + ")"
	}
	return text
}

// capLeft is how many more wipes can be ordered within this hour.
func (a *Admin) capLeft(tx *store.Tx) (int, error) {
	safety := defaultWipeSafety()
	if _, err := tx.Setting(settingWipes, &safety); err != nil {
		return 0, err
	}
	given, err := tx.WipesSince(tx.Now().Add(-capWithin))
	return max(0, safety.PerHour-int(given)), err
}
