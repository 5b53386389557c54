// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// How often phones can be made to ask anew for a policy that has not changed.
const (
	leastRefresh = time.Hour
	mostRefresh  = 365 * 24 * time.Hour
)

// settings checks the values of a form and puts them in the order of the protocol.
func (f *PolicyForm) settings() ([]access.PolicySetting, error) {
	const op = "admin: policy"
	d := provision.Document(f.Settings)
	if list := d.Check(); len(list) > 0 {
		texts := make([]string, 0, 3)
		for _, e := range list[:min(len(list), 3)] {
			texts = append(texts, e.Element+": "+e.Why)
		}
		return nil, access.Invalid(op, strings.Join(texts, " "))
	}
	if f.RefreshEvery != 0 && (f.RefreshEvery < leastRefresh || f.RefreshEvery > mostRefresh) {
		return nil, access.Invalid(op, "Phones ask anew every hour at most and every 365 days at least, or only when the policy changes (0).")
	}
	list := []access.PolicySetting{}
	for _, s := range provision.Settings() {
		if v := d[s.Name]; v != "" {
			list = append(list, access.PolicySetting{Element: s.Name, Value: v})
		}
	}
	return list, nil
}

func (f *PolicyForm) policy(who access.Actor) (store.Policy, error) {
	list, err := f.settings()
	if strings.TrimSpace(f.Name) == "" && err == nil {
		err = access.Invalid("admin: policy", "A policy needs a name.")
	}
	p := store.Policy{Description: f.Description, By: who.Name}
	p.Name, p.Settings, p.AllowNonProvisionable, p.RefreshEvery = f.Name, list, f.AllowNonProvisionable, f.RefreshEvery
	return p, err
}

// CreatePolicy makes a policy that no phone has yet. Result.ID is the new policy.
func (a *Admin) CreatePolicy(ctx context.Context, who access.Actor, f PolicyForm, act Act) (Result, error) {
	p, err := f.policy(who)
	if err != nil {
		return Result{}, err
	}
	out, err := a.act(ctx, who, access.VerbChangePolicy, "new", act, f, func(tx *store.Tx) (outcome, error) {
		p := p // the transaction may run twice
		return a.createPolicy(tx, who, &p, f.Note, because("new: "+policyWords(&store.Policy{}, &p), act.Reason))
	})
	return out.Result, err
}

func (a *Admin) createPolicy(tx *store.Tx, who access.Actor, p *store.Policy, note, detail string) (outcome, error) {
	if err := tx.CreatePolicy(p, note); err != nil {
		return outcome{}, err
	}
	tx.Audit(entry(who, string(access.VerbChangePolicy), p.Name, string(p.ID), detail))
	return outcome{Result: Result{ID: string(p.ID), Version: p.Version, Text: quoted(p.Name) + " is made. No phone has it yet: assign it, or make it the default one."}}, nil
}

// CopyPolicy makes a policy that says the same as another one, under a name of its own.
func (a *Admin) CopyPolicy(ctx context.Context, who access.Actor, id access.PolicyID, name string, act Act) (Result, error) {
	if strings.TrimSpace(name) == "" {
		return Result{}, access.Invalid("admin: policy", "A policy needs a name.")
	}
	out, err := a.act(ctx, who, access.VerbChangePolicy, string(id), act, name, func(tx *store.Tx) (outcome, error) {
		from, err := a.findPolicy(tx, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		p := *from
		p.Name, p.By = name, who.Name
		return a.createPolicy(tx, who, &p, "copy of "+from.Name, because("copy of "+quoted(from.Name), act.Reason))
	})
	return out.Result, err
}

func (a *Admin) findPolicy(tx *store.Tx, id access.PolicyID, version int64) (*store.Policy, error) {
	p, err := tx.FindPolicy(id)
	if err != nil {
		return nil, policyGone(err)
	}
	if version != 0 && p.Version != version {
		return nil, stale(string(id), "This policy")
	}
	return p, nil
}

// ChangePolicy replaces what a policy says. Other settings are a new revision, which every phone that has
// the policy is asked to accept.
func (a *Admin) ChangePolicy(ctx context.Context, who access.Actor, id access.PolicyID, f PolicyForm, act Act) (Result, error) {
	fresh, err := f.policy(who)
	if err != nil {
		return Result{}, err
	}
	out, err := a.act(ctx, who, access.VerbChangePolicy, string(id), act, f, func(tx *store.Tx) (outcome, error) {
		before, err := a.findPolicy(tx, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		p := fresh
		p.ID, p.Version = id, before.Version
		words := policyWords(before, &p)
		if words == "" {
			return outcome{Result: Result{ID: string(id), Version: before.Version, Text: "Nothing has changed."}}, nil
		}
		if err := tx.SavePolicy(&p, f.Note); err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(access.VerbChangePolicy), p.Name, string(id), because(words, firstOf(f.Note, act.Reason))))
		text := "Saved."
		if p.Revision != before.Revision {
			text = fmt.Sprintf("Saved as revision %d. Phones that have it are asked to accept it.", p.Revision)
		}
		return outcome{Result: Result{ID: string(id), Version: p.Version, Text: text, Shadow: a.snapshot().Preferences().Shadow}}, nil
	})
	return out.Result, err
}

// maxWords is how many differences of a policy an audit line names.
const maxWords = 12

func policyWords(before, after *store.Policy) string {
	var d diffs
	d.add("Name", before.Name, after.Name)
	d.add("Description", before.Description, after.Description)
	d.add("Allow non-provisionable devices", before.AllowNonProvisionable, after.AllowNonProvisionable)
	d.add("Asked anew", refreshWords(before.RefreshEvery), refreshWords(after.RefreshEvery))
	settings := settingsDiff(before.Settings, after.Settings)
	for _, s := range settings[:min(len(settings), maxWords)] {
		d.add(s.Element, settingWord(s.Before), settingWord(s.After))
	}
	if n := len(settings) - maxWords; n > 0 {
		d = append(d, count(n, "more setting", "more settings"))
	}
	return strings.Join(d, "; ")
}

func settingWord(v string) string {
	if v == "" {
		return "left open"
	}
	return strings.Join(strings.Fields(v), ", ")
}

func refreshWords(d time.Duration) string {
	if d == 0 {
		return "only when it changes"
	}
	return "every " + inWords(d)
}

// DeletePolicy forgets a policy that no phone has and that is not the default one.
func (a *Admin) DeletePolicy(ctx context.Context, who access.Actor, id access.PolicyID, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbChangePolicy, string(id), act, "delete", func(tx *store.Tx) (outcome, error) {
		p, err := a.findPolicy(tx, id, act.Version)
		if err != nil {
			return outcome{}, err
		}
		if err := tx.DeletePolicy(id); err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(access.VerbChangePolicy), p.Name, string(id), because("deleted at revision "+fmt.Sprint(p.Revision), act.Reason)))
		return outcome{Result: Result{Text: quoted(p.Name) + " is deleted."}}, nil
	})
	return out.Result, err
}

// MakeDefaultPolicy makes a policy that of every phone that none is assigned to, unknown ones too; "": none,
// so that the mail server keeps its own. act.Version is that of the preferences, where it is kept.
func (a *Admin) MakeDefaultPolicy(ctx context.Context, who access.Actor, id access.PolicyID, act Act) (Result, error) {
	out, err := a.act(ctx, who, access.VerbChangePolicy, objectPreferences, act, id, func(tx *store.Tx) (outcome, error) {
		prefs, err := tx.FindPreferences()
		if err != nil {
			return outcome{}, err
		}
		if act.Version != 0 && prefs.Version != act.Version {
			return outcome{}, stale(objectPreferences, "The preferences")
		}
		if prefs.DefaultPolicy == id {
			return outcome{Result: Result{Version: prefs.Version, Text: "Nothing has changed."}}, nil
		}
		before, err := policyName(tx, prefs.DefaultPolicy)
		if err != nil {
			return outcome{}, err
		}
		if id != "" {
			if _, err := a.findPolicy(tx, id, 0); err != nil {
				return outcome{}, err
			}
		}
		after, err := policyName(tx, id)
		if err != nil {
			return outcome{}, err
		}
		prefs.DefaultPolicy = id
		if err := tx.SavePreferences(prefs.Preferences, prefs.Version, who.Name); err != nil {
			return outcome{}, err
		}
		tx.Audit(entry(who, string(access.VerbChangePolicy), "Preferences", objectPreferences, beforeAfter("Default ActiveSync policy: "+before, after, act.Reason)))
		return outcome{Result: Result{Version: prefs.Version + 1, Shadow: prefs.Shadow,
			Text: "From now on " + after + " is that of every phone that none is assigned to."}}, nil
	})
	return out.Result, err
}

// policyName calls a policy by its name; one that is gone meanwhile has none.
func policyName(tx *store.Tx, id access.PolicyID) (string, error) {
	if id == "" {
		return "the mail server's own policy", nil
	}
	p, err := tx.FindPolicy(id)
	if err != nil {
		return "a policy that is gone", known(err)
	}
	return quoted(p.Name), nil
}
