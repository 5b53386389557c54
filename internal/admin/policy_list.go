// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"slices"

	"github.com/vedette-mail/vedette/eas/provision"
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// ListPolicies gives all ActiveSync policies, by name.
func (a *Admin) ListPolicies(ctx context.Context, who access.Actor) ([]PolicyRow, error) {
	if err := who.May(access.VerbView); err != nil {
		return nil, err
	}
	list, err := a.store.ListPolicies(ctx)
	if err != nil {
		return nil, err
	}
	prefs, err := a.store.FindPreferences(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]PolicyRow, len(list))
	for i := range list {
		if out[i], err = a.policyRow(ctx, &list[i], prefs.DefaultPolicy); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (a *Admin) policyRow(ctx context.Context, p *store.Policy, standard access.PolicyID) (r PolicyRow, err error) {
	r = PolicyRow{Policy: *p, Default: p.ID == standard}
	if r.Assigned, err = a.store.PolicyAssigned(ctx, p.ID); err == nil {
		r.Usage, err = a.store.PolicyUsage(ctx, p.ID)
	}
	return r, err
}

// FindPolicy gives one policy with everything it has said before.
func (a *Admin) FindPolicy(ctx context.Context, who access.Actor, id access.PolicyID) (PolicyDetails, error) {
	if err := who.May(access.VerbView); err != nil {
		return PolicyDetails{}, err
	}
	p, err := a.store.FindPolicy(ctx, id)
	if err != nil {
		return PolicyDetails{}, policyGone(err)
	}
	prefs, err := a.store.FindPreferences(ctx)
	if err != nil {
		return PolicyDetails{}, err
	}
	var d PolicyDetails
	if d.PolicyRow, err = a.policyRow(ctx, p, prefs.DefaultPolicy); err != nil {
		return PolicyDetails{}, err
	}
	list, err := a.store.PolicyRevisions(ctx, id)
	for i := range list {
		r := PolicyRevision{PolicyRevision: list[i]}
		if i+1 < len(list) {
			r.Diff = settingsDiff(list[i+1].Settings, list[i].Settings)
		} else {
			r.Diff = settingsDiff(nil, list[i].Settings)
		}
		d.Revisions = append(d.Revisions, r)
	}
	return d, err
}

func policyGone(err error) error {
	if err != nil && access.KindOf(err) == access.KindNotFound {
		return access.NotFound("admin: policy", "This policy is gone. Somebody has deleted it, or it was never there.")
	}
	return err
}

// settingsDiff says which settings differ, in the order of the protocol.
func settingsDiff(before, after []access.PolicySetting) (list []PolicyDiff) {
	was, is := documentOf(before), documentOf(after)
	for _, s := range provision.Settings() {
		if was[s.Name] != is[s.Name] {
			list = append(list, PolicyDiff{Element: s.Name, Before: was[s.Name], After: is[s.Name]})
		}
	}
	return list
}

func documentOf(settings []access.PolicySetting) provision.Document {
	d := provision.Document{}
	for _, s := range settings {
		d[s.Element] = s.Value
	}
	return d
}

// policyState says which policy is in force for an ActiveSync device id, and why.
func policyState(v access.View, device string) PolicyState {
	p := access.PolicyFor(v, device)
	if p == nil {
		return PolicyState{From: PolicyServer}
	}
	s := PolicyState{ID: p.ID, Name: p.Name, Revision: p.Revision, From: PolicyDefault}
	if e := v.EASDevice(device); e != nil && e.Policy == p.ID {
		s.From = PolicyAssigned
	}
	return s
}

// name calls a state as pages do.
func (s PolicyState) name() string {
	switch s.From {
	case PolicyServer:
		return "the mail server's own policy"
	case PolicyDefault:
		return quoted(s.Name) + ", the default policy"
	}
	return quoted(s.Name)
}

// acknowledge adds what phones have said of their policies last.
func (a *Admin) acknowledge(ctx context.Context, rows []Row) error {
	ids := make([]access.AssociationID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	acks, err := a.store.PolicyAcks(ctx, ids...)
	for i := range rows {
		if ack, said := acks[rows[i].ID]; said {
			rows[i].Ack = &ack
		}
	}
	return err
}

// PreviewPolicy says what a change of a policy would do now. It changes nothing.
func (a *Admin) PreviewPolicy(ctx context.Context, who access.Actor, id access.PolicyID, f PolicyForm) (PolicyPreview, error) {
	if err := who.May(access.VerbChangePolicy); err != nil {
		return PolicyPreview{}, err
	}
	settings, err := f.settings()
	if err != nil {
		return PolicyPreview{}, err
	}
	p, err := a.store.FindPolicy(ctx, id)
	if err != nil {
		return PolicyPreview{}, policyGone(err)
	}
	prefs, err := a.store.FindPreferences(ctx)
	if err != nil {
		return PolicyPreview{}, err
	}
	out := PolicyPreview{Diff: settingsDiff(p.Settings, settings)}
	if p.AllowNonProvisionable && !f.AllowNonProvisionable {
		out.Notes = append(out.Notes, "Phones that have not applied it in full are refused from their next request on.")
	}
	if len(out.Diff) == 0 {
		return out, nil
	}
	if out.Asked, err = a.phonesOf(ctx, id, prefs.DefaultPolicy == id); err != nil {
		return PolicyPreview{}, err
	}
	out.Notes = append(out.Notes, askedNotes(out.Asked)...)
	return out, nil
}

func askedNotes(n int64) []string {
	switch n {
	case 0:
		return nil
	case 1:
		return []string{"1 phone is asked to accept it with its next request. If it waits for mail, it is told to come within minutes."}
	}
	return []string{count(int(n), "phone", "phones") + " are asked to accept it, each with its next request. Those that wait for mail are told to come within minutes."}
}

// phonesOf counts the ActiveSync device ids that a policy is in force for.
func (a *Admin) phonesOf(ctx context.Context, id access.PolicyID, standard bool) (int64, error) {
	n, err := a.store.PolicyAssigned(ctx, id)
	if err != nil || !standard {
		return n, err
	}
	rest, err := a.store.PolicyAssigned(ctx, "")
	return n + rest, err
}

// PreviewDefaultPolicy says what making a policy the default one would do now; "": none, so that the mail
// server keeps its own.
func (a *Admin) PreviewDefaultPolicy(ctx context.Context, who access.Actor, id access.PolicyID) (PolicyPreview, error) {
	if err := who.May(access.VerbChangePolicy); err != nil {
		return PolicyPreview{}, err
	}
	prefs, err := a.store.FindPreferences(ctx)
	if err != nil || prefs.DefaultPolicy == id {
		return PolicyPreview{}, err
	}
	now, err := a.settingsOf(ctx, prefs.DefaultPolicy)
	if err != nil {
		return PolicyPreview{}, err
	}
	then, err := a.settingsOf(ctx, id)
	if err != nil {
		return PolicyPreview{}, err
	}
	out := PolicyPreview{Diff: settingsDiff(now, then)}
	if out.Asked, err = a.store.PolicyAssigned(ctx, ""); err != nil {
		return PolicyPreview{}, err
	}
	if id == "" {
		out.Notes = []string{"The mail server's own policy is in force for every phone that none is assigned to. Whether they are asked for it is up to the mail server."}
		return out, nil
	}
	out.Notes = append(askedNotes(out.Asked), "Phones that have never been seen before get it at once.")
	return out, nil
}

func (a *Admin) settingsOf(ctx context.Context, id access.PolicyID) ([]access.PolicySetting, error) {
	if id == "" {
		return nil, nil
	}
	p, err := a.store.FindPolicy(ctx, id)
	if err != nil {
		return nil, policyGone(err)
	}
	return slices.Clone(p.Settings), nil
}

// otherPolicy finds the records of other mail apps of a record's registered device, which the actor need not see, that
// have another policy. Those of one device id have the same one.
func (a *Admin) otherPolicy(ctx context.Context, who access.Actor, device access.DeviceID, r *Row) ([]Row, error) {
	list, err := a.store.FindLinked(ctx, device, maxNeighbours)
	if err == nil {
		list, err = a.visible(ctx, who, list)
	}
	if err != nil {
		return nil, err
	}
	rows, err := a.rowsFor(ctx, who, slices.DeleteFunc(list, func(o access.Association) bool { return o.Pair.Device == r.Pair.Device }))
	return slices.DeleteFunc(rows, func(o Row) bool { return o.Policy.ID == r.Policy.ID }), err
}
