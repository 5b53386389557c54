// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/admin"
)

// Association is one record: one account on one device. What came from a phone is as it was sent, cut to
// a bounded length: escape it for wherever it goes.
type Association struct {
	ID             access.AssociationID `json:"id"`
	Domain         access.Domain        `json:"domain" enum:"standalone,integrated"`
	Realm          string               `json:"realm" doc:"Realm of the mail server that knows the account"`
	Account        string               `json:"account" doc:"Canonical account: folded, the same for all its spellings; for comparing"`
	User           string               `json:"user" doc:"Account as the mail server last accepted it"`
	DeviceID       string               `json:"device_id" doc:"Canonical ActiveSync device id"`
	RawDeviceID    string               `json:"raw_device_id,omitempty" doc:"Device id as the phone spells it"`
	Linked         bool                 `json:"linked" doc:"Linked to a registered device"`
	Device         access.DeviceID      `json:"device,omitempty" doc:"The registered device it is linked to; outside when that belongs to nobody in your groups"`
	Link           *access.Link         `json:"link,omitempty" doc:"How it came to its device, or, when it has none, who has unlinked it"`
	Suggestion     *access.Suggestion   `json:"suggestion,omitempty" doc:"The device it may belong to, while it is linked to none"`
	Person         access.UserID        `json:"person,omitempty" doc:"The user who owns the account; absent: no user is known to have it"`
	Replaces       access.AssociationID `json:"replaces,omitempty" doc:"The record of the same phone under its earlier device id"`
	SyncStatus     access.SyncStatus    `json:"sync_status" enum:"allowed,blocked,wiped"`
	Why            access.Why           `json:"why" doc:"What a gateway would say to it now"`
	Override       *access.Override     `json:"override,omitempty" doc:"What an administrator has said about it"`
	Comment        string               `json:"comment"`
	Model          string               `json:"model,omitempty"`
	OS             string               `json:"os,omitempty"`
	OSVersion      string               `json:"os_version,omitempty"`
	Client         string               `json:"client,omitempty" doc:"Mail app"`
	UserAgent      string               `json:"user_agent,omitempty"`
	DeviceType     string               `json:"device_type,omitempty"`
	Protocol       string               `json:"protocol,omitempty" doc:"Protocol version last used"`
	Number         string               `json:"number,omitempty" doc:"Phone number"`
	IMEI           string               `json:"imei,omitempty"`
	FriendlyName   string               `json:"friendly_name,omitempty"`
	Language       string               `json:"language,omitempty"`
	Operator       string               `json:"operator,omitempty"`
	Mailbox        string               `json:"mailbox,omitempty"`
	MailboxDerived bool                 `json:"mailbox_derived,omitempty" doc:"No answer of the mail server has named the mailbox yet; this is the account"`
	Backend        string               `json:"backend,omitempty"`
	Redirect       string               `json:"redirect,omitempty" doc:"URL its mail server has sent it to; absent: nowhere"`
	Gateway        access.GatewayID     `json:"gateway,omitempty"`
	RemoteAddr     string               `json:"remote_addr,omitempty"`
	FactsAt        time.Time            `json:"facts_at,omitzero"`
	FirstSync      time.Time            `json:"first_sync,omitzero"`
	LastSync       time.Time            `json:"last_sync,omitzero" doc:"Last attempt"`
	LastSuccess    time.Time            `json:"last_success,omitzero"`
	LastHTTP       int                  `json:"last_http,omitempty" doc:"HTTP status of the last answer"`
	LastEAS        int                  `json:"last_eas,omitempty" doc:"ActiveSync status of the last answer"`
	Reported       *access.Reported     `json:"reported,omitempty" doc:"What a gateway last did"`
	Twins          []Twin               `json:"twins,omitempty" doc:"The same pair through the other kind of Sentry"`
	Policy         PolicyState          `json:"policy" doc:"The ActiveSync policy that is in force for it"`
	Ack            *access.PolicyAck    `json:"policy_ack,omitempty" doc:"What the phone has said of a policy last: a claim"`
	OverLimit      bool                 `json:"over_limit,omitempty" doc:"Beyond the number of devices that its mailbox may have"`
	Wipe           *access.Wipe         `json:"wipe,omitempty" doc:"The latest order to wipe it"`
	Version        int64                `json:"version" doc:"Grows with every change by a person; the ETag"`
	Change         int64                `json:"change" doc:"Number of the last change that gateways have to apply"`
}

// Twin is the same account on the same device through the other kind of Sentry.
type Twin struct {
	ID     access.AssociationID `json:"id"`
	Domain access.Domain        `json:"domain" enum:"standalone,integrated"`
}

func associationOf(r *admin.Row) Association {
	a := Association{
		ID: r.ID, Domain: r.Domain, Realm: r.Pair.Realm, Account: r.Pair.Account, User: r.User,
		DeviceID: r.Pair.Device, RawDeviceID: r.RawDevice, Linked: r.Linked(), Device: r.Device,
		Person: r.Person, Replaces: r.Replaces, SyncStatus: r.SyncStatus, Why: utcWhy(r.Why), Comment: r.Comment,
		Model: r.Model, OS: r.OS, OSVersion: r.OSVersion, Client: r.Client, UserAgent: r.UserAgent,
		DeviceType: r.DeviceType, Protocol: r.Protocol, Number: r.Number, IMEI: r.IMEI,
		FriendlyName: r.FriendlyName, Language: r.Language, Operator: r.Operator,
		Mailbox: r.Mailbox, MailboxDerived: r.MailboxDerived, Backend: r.Backend, Redirect: r.Redirect, Gateway: r.Gateway,
		RemoteAddr: r.RemoteAddr, FactsAt: r.FactsAt.UTC(), FirstSync: r.FirstSync.UTC(), LastSync: r.LastSync.UTC(),
		LastSuccess: r.LastSuccess.UTC(), LastHTTP: r.LastHTTP, LastEAS: r.LastEAS,
		Version: r.Version, Change: r.Change, Policy: PolicyState(r.Policy),
		OverLimit: r.Ruling != nil && r.Ruling.OverLimit,
	}
	if r.Ack != nil {
		ack := *r.Ack
		ack.At = ack.At.UTC()
		a.Ack = &ack
	}
	if r.Wipe.State != access.NoWipe {
		w := r.Wipe
		w.At, w.NotBefore = w.At.UTC(), w.NotBefore.UTC()
		a.Wipe = &w
	}
	if r.Override.Kind != access.NoOverride {
		o := r.Override
		o.At, o.Until = o.At.UTC(), o.Until.UTC()
		a.Override = &o
	}
	if r.Reported.Verdict != "" {
		rep := r.Reported
		rep.At = rep.At.UTC()
		a.Reported = &rep
	}
	if r.Link.By != access.LinkedByNobody {
		l := r.Link
		l.At = l.At.UTC()
		a.Link = &l
	}
	if r.Suggestion.Device != "" {
		g := r.Suggestion
		a.Suggestion = &g
	}
	for _, t := range r.Twins {
		a.Twins = append(a.Twins, Twin{ID: t.ID, Domain: t.Domain})
	}
	return a
}

func associationsOf(rows []admin.Row) []Association {
	out := make([]Association, len(rows))
	for i := range rows {
		out[i] = associationOf(&rows[i])
	}
	return out
}

func utcWhy(w access.Why) access.Why {
	w.Since, w.Until, w.Heard = w.Since.UTC(), w.Until.UTC(), w.Heard.UTC()
	return w
}
