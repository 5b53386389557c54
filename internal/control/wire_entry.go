// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package control

import (
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/control/proto"
	"github.com/vedette-mail/vedette/internal/snapshot"
)

// text makes a string fit for the wire. Phones choose device ids and names, and one byte that is no
// UTF-8 would keep a whole report from ever being sent.
func text(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func texts(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, text(s))
	}
	return out
}

func timeOut(t time.Time) *proto.Time {
	if t.IsZero() {
		return nil
	}
	return &proto.Time{Seconds: t.Unix(), Nanos: int32(t.Nanosecond())}
}

func timeIn(t *proto.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return time.Unix(t.Seconds, int64(t.Nanos)).UTC()
}

func positionOut(p access.Position) *proto.Position {
	return &proto.Position{History: p.History, Number: p.Number, Token: p.Token}
}

func positionIn(p *proto.Position) access.Position {
	return access.Position{History: p.GetHistory(), Number: p.GetNumber(), Token: p.GetToken()}
}

// words keeps one copy of words that come again and again, so that a hundred thousand records do not
// hold a hundred thousand copies of "standalone".
type words map[string]string

func (w words) once(s string) string {
	if w == nil {
		return s
	}
	if known, ok := w[s]; ok {
		return known
	}
	if len(w) < 4096 {
		w[s] = s
	}
	return s
}

func batchOut(b *access.Batch) *proto.Batch {
	out := &proto.Batch{Position: positionOut(b.Position), Full: b.Full, More: b.More}
	for i := range b.Entries {
		if e := entryOut(&b.Entries[i]); e != nil {
			out.Entries = append(out.Entries, e)
		}
	}
	return out
}

func batchIn(b *proto.Batch, w words) access.Batch {
	in := access.Batch{Position: positionIn(b.GetPosition()), Full: b.GetFull(), More: b.GetMore()}
	in.Entries = make([]access.Entry, 0, len(b.GetEntries()))
	for _, e := range b.GetEntries() {
		if entry, ok := entryIn(e, w); ok {
			in.Entries = append(in.Entries, entry)
		}
	}
	return in
}

func entryOut(e *access.Entry) *proto.Entry {
	out := &proto.Entry{Key: text(e.Key)}
	switch {
	case e.Deleted:
		out.State = &proto.Entry_Deleted{Deleted: string(e.Kind)}
	case e.Record != nil:
		out.State = &proto.Entry_Record{Record: recordOut(e.Record)}
	case e.EASDevice != nil:
		d := &proto.EASDevice{Policy: string(e.EASDevice.Policy), PolicyTurns: e.EASDevice.PolicyTurns, ServerType: text(e.EASDevice.ServerType)}
		for _, id := range e.EASDevice.Devices {
			d.Devices = append(d.Devices, string(id))
		}
		out.State = &proto.Entry_EasDevice{EasDevice: d}
	case e.Device != nil:
		out.State = &proto.Entry_Device{Device: &proto.Device{Owner: string(e.Device.Owner),
			State: string(e.Device.State), Noncompliant: text(e.Device.Noncompliant)}}
	case e.Account != nil:
		out.State = &proto.Entry_Account{Account: &proto.Account{Realm: text(e.Account.Realm),
			Account: text(e.Account.Account), Disabled: e.Account.Disabled,
			AliasOf: text(e.Account.AliasOf)}}
	case e.PreApproval != nil:
		p := e.PreApproval
		out.State = &proto.Entry_PreApproval{PreApproval: &proto.PreApproval{Realm: text(p.Pair.Realm), Account: text(p.Pair.Account),
			EasDevice: text(p.Pair.Device), Reason: text(p.Reason), By: text(p.By), At: timeOut(p.At), Until: timeOut(p.Until)}}
	case e.Policy != nil:
		out.State = &proto.Entry_Policy{Policy: policyOut(e.Policy)}
	case e.Blocking != nil:
		out.State = &proto.Entry_Blocking{Blocking: blockingOut(e.Blocking)}
	case e.Site != nil:
		out.State = &proto.Entry_Site{Site: &proto.Site{Secret: e.Site.Secret}}
	case e.Preferences != nil:
		out.State = &proto.Entry_Preferences{Preferences: preferencesOut(e.Preferences)}
	default:
		return nil
	}
	return out
}

// entryIn reads an entry; ok is false for a kind of a later version.
func entryIn(e *proto.Entry, w words) (in access.Entry, ok bool) {
	in.Key = e.GetKey()
	switch s := e.GetState().(type) {
	case *proto.Entry_Deleted:
		in.Kind, in.Deleted = access.EntryKind(w.once(s.Deleted)), true
	case *proto.Entry_Record:
		in.Kind, in.Record = access.EntryRecord, recordIn(in.Key, s.Record, w)
	case *proto.Entry_EasDevice:
		in.Kind, in.EASDevice = access.EntryEASDevice, &access.EASDevice{ID: in.Key,
			Policy: access.PolicyID(w.once(s.EasDevice.GetPolicy())), PolicyTurns: s.EasDevice.GetPolicyTurns(), ServerType: w.once(s.EasDevice.GetServerType())}
		for _, id := range s.EasDevice.GetDevices() {
			in.EASDevice.Devices = append(in.EASDevice.Devices, access.DeviceID(id))
		}
	case *proto.Entry_Device:
		in.Kind, in.Device = access.EntryDevice, &access.Device{ID: access.DeviceID(in.Key),
			Owner: access.UserID(s.Device.GetOwner()), State: access.DeviceState(w.once(s.Device.GetState())),
			Noncompliant: w.once(s.Device.GetNoncompliant())}
	case *proto.Entry_Account:
		in.Kind, in.Account = access.EntryAccount, &access.AccountState{Realm: w.once(s.Account.GetRealm()),
			Account: s.Account.GetAccount(), Disabled: s.Account.GetDisabled(),
			AliasOf: s.Account.GetAliasOf()}
	case *proto.Entry_PreApproval:
		p := s.PreApproval
		in.Kind, in.PreApproval = access.EntryPreApproval, &access.PreApproval{ID: in.Key,
			Pair:   access.Pair{Realm: w.once(p.GetRealm()), Account: p.GetAccount(), Device: p.GetEasDevice()},
			Reason: w.once(p.GetReason()), By: w.once(p.GetBy()), At: timeIn(p.GetAt()), Until: timeIn(p.GetUntil())}
	case *proto.Entry_Policy:
		in.Kind, in.Policy = access.EntryPolicy, policyIn(in.Key, s.Policy)
	case *proto.Entry_Blocking:
		in.Kind, in.Blocking = access.EntryBlocking, blockingIn(in.Key, s.Blocking)
	case *proto.Entry_Site:
		in.Kind, in.Site = access.EntrySite, &access.Site{Secret: s.Site.GetSecret()}
	case *proto.Entry_Preferences:
		in.Kind, in.Preferences = access.EntryPreferences, preferencesIn(s.Preferences)
	default:
		return in, false
	}
	return in, true
}

func recordOut(r *access.Record) *proto.Record {
	out := &proto.Record{Domain: string(r.Domain), Realm: text(r.Pair.Realm), Account: text(r.Pair.Account),
		EasDevice: text(r.Pair.Device), Device: string(r.Device), RedirectClears: r.RedirectClears, ServerKey: r.ServerKey,
		UserUnknown: r.UserUnknown && r.Linked()}
	if g := r.Ruling; g != nil {
		out.Rules, out.Released, out.OverLimit = namesOut(g.Rules), namesOut(g.Released), g.OverLimit
	}
	if w := r.Wipe; w != (access.Wipe{}) {
		out.Wipe = &proto.Wipe{Id: string(w.ID), Kind: string(w.Kind), State: string(w.State), NotBefore: timeOut(w.NotBefore),
			By: text(w.By), At: timeOut(w.At), Server: w.Server}
	}
	if o := r.Override; o != (access.Override{}) {
		out.Override = &proto.Override{Kind: string(o.Kind), Reason: text(o.Reason), By: text(o.By),
			At: timeOut(o.At), Until: timeOut(o.Until)}
	}
	return out
}

func recordIn(id string, r *proto.Record, w words) *access.Record {
	in := &access.Record{ID: access.AssociationID(id), Domain: access.Domain(w.once(r.GetDomain())),
		Pair:   access.Pair{Realm: w.once(r.GetRealm()), Account: r.GetAccount(), Device: r.GetEasDevice()},
		Device: access.DeviceID(r.GetDevice()), RedirectClears: r.GetRedirectClears(), ServerKey: r.GetServerKey(), UserUnknown: r.GetUserUnknown()}
	if len(r.GetRules()) > 0 || len(r.GetReleased()) > 0 || r.GetOverLimit() {
		in.Ruling = &access.Ruling{Rules: namesIn(r.GetRules(), w), Released: namesIn(r.GetReleased(), w), OverLimit: r.GetOverLimit()}
	}
	if x := r.GetWipe(); x != nil {
		in.Wipe = access.Wipe{ID: access.WipeID(x.GetId()), Kind: access.WipeKind(w.once(x.GetKind())),
			State: access.WipeState(w.once(x.GetState())), NotBefore: timeIn(x.GetNotBefore()), By: w.once(x.GetBy()), At: timeIn(x.GetAt()), Server: x.GetServer()}
	}
	if o := r.GetOverride(); o != nil {
		in.Override = access.Override{Kind: access.OverrideKind(w.once(o.GetKind())), Reason: w.once(o.GetReason()),
			By: w.once(o.GetBy()), At: timeIn(o.GetAt()), Until: timeIn(o.GetUntil())}
	}
	return in
}

func preferencesOut(p *access.Preferences) *proto.Preferences {
	return &proto.Preferences{AutoBlock: p.AutoBlock, UnknownWhenAway: string(p.UnknownWhenAway),
		MaxVerdictAgeNs: int64(p.MaxVerdictAge), ReconcileEveryNs: int64(p.ReconcileEvery), Shadow: p.Shadow,
		RefuseOtherUser: p.RefuseOtherUser, AllowOverridesCompliance: p.AllowOverridesCompliance, DefaultPolicy: string(p.DefaultPolicy),
		UnknownUsersUnregistered: p.UnknownUsersUnregistered, OneServerType: p.OneServerType, DeviceLimit: int64(p.DeviceLimit)}
}

func preferencesIn(p *proto.Preferences) *access.Preferences {
	return &access.Preferences{AutoBlock: p.GetAutoBlock(), UnknownWhenAway: access.Answer(p.GetUnknownWhenAway()),
		MaxVerdictAge: time.Duration(p.GetMaxVerdictAgeNs()), ReconcileEvery: time.Duration(p.GetReconcileEveryNs()),
		Shadow: p.GetShadow(), RefuseOtherUser: p.GetRefuseOtherUser(),
		AllowOverridesCompliance: p.GetAllowOverridesCompliance(), DefaultPolicy: access.PolicyID(p.GetDefaultPolicy()),
		UnknownUsersUnregistered: p.GetUnknownUsersUnregistered(), OneServerType: p.GetOneServerType(), DeviceLimit: int(p.GetDeviceLimit())}
}

func policyOut(p *access.Policy) *proto.Policy {
	out := &proto.Policy{Name: text(p.Name), Revision: p.Revision, AllowNonProvisionable: p.AllowNonProvisionable,
		RefreshEveryNs: int64(p.RefreshEvery)}
	for _, s := range p.Settings {
		out.Settings = append(out.Settings, &proto.PolicySetting{Element: text(s.Element), Value: text(s.Value)})
	}
	return out
}

func policyIn(id string, p *proto.Policy) *access.Policy {
	in := &access.Policy{ID: access.PolicyID(id), Name: p.GetName(), Revision: p.GetRevision(),
		AllowNonProvisionable: p.GetAllowNonProvisionable(), RefreshEvery: time.Duration(p.GetRefreshEveryNs())}
	for _, s := range p.GetSettings() {
		in.Settings = append(in.Settings, access.PolicySetting{Element: s.GetElement(), Value: s.GetValue()})
	}
	return in
}

func sumsOut(s *sums) *proto.Sums {
	return &proto.Sums{Position: positionOut(s.position), Buckets: s.buckets[:]}
}

func sumsIn(s *proto.Sums) sums {
	in := sums{position: positionIn(s.GetPosition())}
	copy(in.buckets[:], s.GetBuckets())
	return in
}

func newsOut(n news) *proto.FollowResponse {
	out := &proto.FollowResponse{Now: timeOut(n.now), Stale: n.stale}
	if n.batch != nil {
		out.Batch = batchOut(n.batch)
	}
	if n.sums != nil {
		out.Sums = sumsOut(n.sums)
	}
	return out
}

func newsIn(r *proto.FollowResponse, w words) news {
	in := news{now: timeIn(r.GetNow()), stale: r.GetStale()}
	if r.GetBatch() != nil {
		b := batchIn(r.GetBatch(), w)
		in.batch = &b
	}
	if len(r.GetSums().GetBuckets()) == snapshot.Buckets {
		s := sumsIn(r.GetSums())
		in.sums = &s
	}
	return in
}

func comparisonOut(c comparison) *proto.RepairRequest {
	out := &proto.RepairRequest{}
	for _, b := range c.buckets {
		out.Buckets = append(out.Buckets, int32(b))
	}
	for _, it := range c.items {
		out.Items = append(out.Items, &proto.Item{Kind: string(it.Kind), Key: text(it.Key), Sum: it.Sum})
	}
	return out
}

func comparisonIn(r *proto.RepairRequest) comparison {
	var in comparison
	for _, b := range r.GetBuckets() {
		in.buckets = append(in.buckets, int(b))
	}
	for _, it := range r.GetItems() {
		in.items = append(in.items, snapshot.Item{Kind: access.EntryKind(it.GetKind()), Key: it.GetKey(), Sum: it.GetSum()})
	}
	return in
}
