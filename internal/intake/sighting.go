// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"reflect"
	"time"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
	"github.com/vedette-mail/vedette/internal/ruling"
)

// take keeps what was seen of one pair.
func (w *work) take(group []*access.Sighting) error {
	pair, err := w.canonical(group[0].Pair)
	if err != nil {
		return err
	}
	for try := 0; ; try++ {
		a, err := w.tx.FindPair(access.Standalone, pair)
		switch {
		case err == nil:
			if err := w.refresh(a, group); err != nil {
				return err
			}
			return w.wire(a, group)
		case access.KindOf(err) == access.KindInvalid:
			return nil // a name that cannot be kept must not hold up the spool
		case access.KindOf(err) != access.KindNotFound:
			return err
		}
		made, err := w.record(pair, group)
		if made || err != nil || try > 0 {
			return err
		}
		// Another gateway has recorded the pair in this moment: then it is a known one.
	}
}

// record makes a new record, when the mail server has accepted the pair. done is false when
// another report was faster.
func (w *work) record(pair access.Pair, group []*access.Sighting) (done bool, err error) {
	accepted := false
	for _, s := range group {
		accepted = accepted || s.Accepted
	}
	if !accepted {
		return true, nil // a stranger leaves nothing
	}
	a := &access.Association{Record: access.Record{Domain: access.Standalone, Pair: pair}, FirstSync: w.now}
	for _, s := range group {
		w.apply(a, s)
	}
	if done, err = w.tx.EnsureAssociation(a); err != nil || !done {
		return done, err
	}
	if err := linking.Record(w.tx, a); err != nil {
		return true, err
	}
	if err := ruling.Arrived(w.tx, a); err != nil {
		return true, err
	}
	return true, w.wire(a, group)
}

// canonical gives the pair under the account's own name: a gateway that has not heard yet that two names
// are one account tells of the other one.
func (w *work) canonical(pair access.Pair) (access.Pair, error) {
	if !utf8.ValidString(pair.Realm+pair.Account) || !plain(pair.Realm+pair.Account) {
		return pair, nil // no account is called so
	}
	to, err := w.tx.ResolveAccount(pair.Realm, pair.Account)
	if err != nil {
		return pair, err
	}
	pair.Account = to
	return pair, nil
}

func (w *work) refresh(a *access.Association, group []*access.Sighting) error {
	before := *a
	for _, s := range group {
		w.apply(a, s)
	}
	if sameFacts(before, *a) {
		if err := w.tx.SaveTimes(a); err != nil {
			return err
		}
		return w.rules(&before, a)
	}
	if err := w.tx.SaveFacts(a); err != nil {
		return err
	}
	if err := w.noteFacts(&before, a); err != nil {
		return err
	}
	if evidence(before, *a) {
		if err := linking.Record(w.tx, a); err != nil {
			return err
		}
	}
	return w.rules(&before, a)
}

// rules asks which blocking rules speak of a record that is another one than before, to them. That a phone
// has synced is of interest where rules speak of it already: one may be that it had not for long.
func (w *work) rules(before, a *access.Association) error {
	was, now := before.Traits(), a.Traits()
	if a.Ruling == nil || len(a.Ruling.Rules) == 0 {
		was.LastSync, now.LastSync = time.Time{}, time.Time{}
	}
	if was == now {
		return nil
	}
	_, err := ruling.Record(w.tx, a)
	return err
}

// evidence says that something has changed of what the matcher goes by. Facts change only by
// accepted requests, so nobody else can move a link.
func evidence(a, b access.Association) bool {
	return a.Model != b.Model || a.OS != b.OS || a.OSVersion != b.OSVersion || a.Number != b.Number || a.IMEI != b.IMEI ||
		a.FriendlyName != b.FriendlyName || a.DeviceType != b.DeviceType || a.UserAgent != b.UserAgent
}

// sameFacts says that only the times have moved, which is all that most reports say.
func sameFacts(a, b access.Association) bool {
	for _, x := range []*access.Association{&a, &b} {
		x.LastSync, x.LastSuccess, x.FactsAt, x.LastHTTP, x.LastEAS = time.Time{}, time.Time{}, time.Time{}, 0, 0
		x.Reported = access.Reported{}
	}
	return reflect.DeepEqual(a, b)
}

// apply brings one sighting into a record.
func (w *work) apply(a *access.Association, s *access.Sighting) {
	last := w.at(s.Last)
	if last.IsZero() {
		last = w.now
	}
	// A last time that is no more than the floor of the first says nothing about which came last.
	newest := !last.Before(a.LastSync) || !a.LastSync.After(a.FirstSync)
	a.LastSync = latest(a.LastSync, last, a.FirstSync) // S-13: an attempt, whatever came of it; R-8: never before First
	a.LastSuccess = latest(a.LastSuccess, w.at(s.Success))
	if newest || a.LastHTTP == 0 {
		if s.HTTP != 0 {
			a.LastHTTP, a.LastEAS = s.HTTP, s.EAS
		}
		w.verdict(a, s, last)
	}
	switch {
	case !s.Accepted:
	case last.Before(a.FactsAt.Add(-sameMoment)):
		w.missed(a, s)
	default:
		a.FactsAt = latest(a.FactsAt, last)
		w.facts(a, s)
	}
}

// sameMoment is how far apart the times of two gateways may be for the order in which they report to count
// instead: clocks are corrected by what was measured of them, not to the millisecond.
const sameMoment = time.Second

// missed takes over, from a request that is older than what is known, what nothing is known of: a phone says
// what it is once, perhaps through a gateway whose report comes late.
func (w *work) missed(a *access.Association, s *access.Sighting) {
	if s.Info != nil {
		fill(&a.Told, s.Info)
		show(a)
	}
	if s.Mailbox != "" && a.MailboxDerived {
		a.Mailbox, a.MailboxDerived = s.Mailbox, false
	}
}

// fill takes over what is not known yet.
func fill(known, said *access.DeviceInfo) {
	later := *known
	*known = *said
	tell(known, &later)
}

// tell takes over what is said. What is not said stays as it was.
func tell(known, said *access.DeviceInfo) {
	learn(&known.Model, said.Model)
	learn(&known.IMEI, said.IMEI)
	learn(&known.FriendlyName, said.FriendlyName)
	learn(&known.OS, said.OS)
	learn(&known.Language, said.Language)
	learn(&known.Number, said.Number)
	learn(&known.Operator, said.Operator)
	learn(&known.UserAgent, said.UserAgent)
}

func latest(list ...time.Time) (t time.Time) {
	for _, x := range list {
		if x.After(t) {
			t = x
		}
	}
	return t
}

func (w *work) verdict(a *access.Association, s *access.Sighting, last time.Time) {
	if s.Reported.Verdict == "" {
		return
	}
	a.Reported = s.Reported
	a.Reported.Gateway = w.report.Gateway
	a.Reported.At = last
}

// facts takes over what an accepted request says. What it does not say stays as it was.
func (w *work) facts(a *access.Association, s *access.Sighting) {
	a.Gateway = w.report.Gateway
	learn(&a.User, s.User)
	learn(&a.RawDevice, s.Raw)
	learn(&a.DeviceType, s.DeviceType)
	learn(&a.UserAgent, s.UserAgent)
	learn(&a.Protocol, s.Protocol)
	learn(&a.RemoteAddr, s.RemoteAddr)
	learn(&a.Backend, s.Backend)
	learn(&a.Guessed.Client, s.Client)
	learn(&a.Guessed.OS, s.OS)
	learn(&a.Guessed.OSVersion, s.OSVersion)
	learn(&a.Guessed.Model, s.Model)
	if s.Info != nil {
		tell(&a.Told, s.Info)
	}
	if s.RedirectClears == a.RedirectClears { // else it is from before the last Clear Redirect
		learn(&a.Redirect, s.Redirect)
	}
	show(a)
	switch {
	case s.Mailbox != "":
		a.Mailbox, a.MailboxDerived = s.Mailbox, false
	case a.Mailbox == "":
		a.Mailbox, a.MailboxDerived = a.Pair.Account, true
	}
}

func learn(known *string, said string) {
	if said != "" {
		*known = said
	}
}
