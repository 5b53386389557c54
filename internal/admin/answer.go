// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// How much the one search box shows.
const (
	answersEach = 5
	answerWords = 200 // characters of a question
)

// Answer is the one search box: it looks for users, devices and records, says in a sentence what is the
// matter with each, and names the one verb that solves it, where the actor may use it. What is wrong comes
// first.
func (a *Admin) Answer(ctx context.Context, who access.Actor, text string) (Answers, error) {
	if err := who.May(access.VerbView); err != nil {
		return Answers{}, err
	}
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > answerWords {
		return Answers{}, access.Invalid("admin: answer", "Search for something shorter.")
	}
	out := Answers{Text: text}
	if text == "" {
		return out, nil
	}
	now, err := a.clock(ctx)
	if err != nil {
		return Answers{}, err
	}
	cover, err := a.coverFor(ctx, who)
	if err != nil {
		return Answers{}, err
	}
	q := store.Query{Search: text, Limit: answersEach, Scope: who.Scope, Cover: cover}
	users, err := a.store.ListUsers(ctx, store.UserQuery(q))
	if err != nil {
		return Answers{}, err
	}
	devices, err := a.store.ListDevices(ctx, store.DeviceQuery(q))
	if err != nil {
		return Answers{}, err
	}
	records, err := a.store.ListAssociations(ctx, q)
	if err != nil {
		return Answers{}, err
	}
	heirs, cut, err := a.addHeirs(ctx, who, text, &users, &records)
	if err != nil {
		return Answers{}, err
	}
	out.More = users.Next != "" || devices.Next != "" || records.Next != "" || cut
	for i := range users.Rows {
		an, err := a.answerUser(ctx, who, &users.Rows[i], now)
		if err != nil {
			return Answers{}, err
		}
		if words := heirs[users.Rows[i].ID]; words != "" {
			an.Sentence = words + " " + an.Sentence
		}
		out.List = append(out.List, an)
	}
	rows, err := a.rowsFor(ctx, who, records.Rows)
	if err != nil {
		return Answers{}, err
	}
	for _, r := range rows {
		an, err := a.answerRecord(ctx, who, &r, now)
		if err != nil {
			return Answers{}, err
		}
		out.List = append(out.List, an)
	}
	for i := range devices.Rows {
		out.List = append(out.List, a.answerDevice(who, &devices.Rows[i], now))
	}
	for i := range out.List {
		out.List[i].permit(who)
	}
	slices.SortStableFunc(out.List, func(x, y Answer) int { return rankOf(!x.Wrong) - rankOf(!y.Wrong) })
	all := struct {
		Answers
		Users   []access.User
		Devices []access.RegisteredDevice
		Records []access.Association
	}{out, users.Rows, devices.Rows, records.Rows}
	all, err = veiled(ctx, a, who, all, nil)
	return all.Answers, err
}

// permit takes the button away from who may not press it.
func (an *Answer) permit(who access.Actor) {
	if an.Verb != "" && who.May(an.Verb) != nil {
		an.Advice = firstOf(an.Advice, "Somebody with another role has to do this.")
		an.Verb, an.On, an.OnKind = "", "", ""
	}
	an.Also = slices.DeleteFunc(an.Also, func(v access.Verb) bool {
		return who.May(v) != nil || v == an.Verb && an.On == an.ID
	})
}

// answerUser says how the user's phones are.
func (a *Admin) answerUser(ctx context.Context, who access.Actor, u *access.User, now time.Time) (Answer, error) {
	an := Answer{Kind: AnswerUser, ID: string(u.ID), Title: firstOf(u.DisplayName, u.Name)}
	if u.Disabled {
		an.Sentence, an.Wrong, an.Rule = "Blocked because the user is disabled.", true, access.RuleUserDisabled.String()
		an.Verb, an.OnKind, an.On = access.VerbEnableUser, AnswerUser, string(u.ID)
		return an, nil
	}
	var list []access.Association
	for _, acc := range u.Accounts {
		part, err := a.store.FindOfAccount(ctx, acc.Realm, acc.Account, maxNeighbours)
		if err != nil {
			return an, err
		}
		list = append(list, part...)
	}
	rows, err := a.rowsFor(ctx, who, list)
	if err != nil {
		return an, err
	}
	fine := 0
	for _, r := range rows {
		one, err := a.answerRecord(ctx, who, &r, now)
		if err != nil {
			return an, err
		}
		if !one.Wrong {
			fine++
			continue
		}
		if !an.Wrong {
			title := an.Title
			an = one
			an.Kind, an.ID, an.Title, an.Also = AnswerUser, string(u.ID), title, nil
			an.Sentence = firstOf(r.Model, r.FriendlyName, r.Pair.Device) + ": " + one.Sentence
		}
	}
	switch {
	case len(list) == 0:
		an.Sentence = "No phone has come with an account of this user yet."
		if len(u.Accounts) == 0 {
			an.Sentence, err = a.answerNamesake(ctx, who, u)
		}
	case !an.Wrong:
		an.Sentence = "Nothing is wrong: " + count(fine, "phone syncs", "phones sync") + "."
	case fine > 0:
		an.Sentence += " " + count(fine, "other phone syncs", "other phones sync") + "."
	}
	return an, err
}

// answerDevice says how a device is.
func (a *Admin) answerDevice(who access.Actor, d *access.RegisteredDevice, now time.Time) Answer {
	an := Answer{Kind: AnswerDevice, ID: string(d.ID), Title: deviceTitle(d)}
	rule := access.RulePass
	switch {
	case d.State == access.DeviceWaiting:
		an.Sentence = "Waits to be registered: it syncs mail, and no registered device is known for it."
		an.Verb, an.OnKind, an.On = access.VerbAddDevice, AnswerDevice, string(d.ID)
		return an
	case d.State == access.DeviceRetired:
		rule = access.RuleDeviceRetired
	case d.State == access.DeviceLost:
		rule = access.RuleDeviceLost
	case d.Noncompliant != "":
		rule = access.RuleDeviceNoncompliant
	}
	if d.State == access.DeviceActive || d.State == access.DevicePending {
		an.Also = []access.Verb{access.VerbLose}
	}
	if rule == access.RulePass {
		an.Sentence = strings.ToUpper(string(d.State[:1])) + string(d.State[1:]) + ", " + complianceText(d) + ". " + linkedText(d.Records)
		if d.State == access.DevicePending || d.State == access.DeviceWiped {
			an.Verb, an.OnKind, an.On = access.VerbActivate, AnswerDevice, string(d.ID)
		}
		return an
	}
	a.explain(&an, rule, &situation{device: d, now: now})
	return an
}

func complianceText(d *access.RegisteredDevice) string {
	if d.Compliance == access.Compliant {
		return "compliant"
	}
	return "compliance unknown"
}

func deviceTitle(d *access.RegisteredDevice) string {
	name := firstOf(d.Name, d.Model, d.Serial, d.EASID, string(d.ID))
	if d.OwnerName != "" {
		return name + ", " + d.OwnerName
	}
	return name
}

// answerRecord says why a record syncs or does not.
func (a *Admin) answerRecord(ctx context.Context, who access.Actor, r *Row, now time.Time) (Answer, error) {
	an := Answer{Kind: AnswerRecord, ID: string(r.ID), Title: r.Pair.Account + " on " + firstOf(r.Model, r.FriendlyName, r.Pair.Device)}
	s := situation{row: r, now: now, shadow: r.Decision.Shadow}
	if d := r.Decision.Device; d != nil && d.ID == DeviceOutside {
		s.device, s.foreign = &access.RegisteredDevice{Device: *d}, true // somebody else's: no name
	} else if d != nil {
		found, err := a.store.FindRegistered(ctx, d.ID)
		if known(err) != nil {
			return an, err
		}
		if err == nil {
			s.device = found
		}
	}
	if s.rule = r.Decision.Blocking; s.rule != nil {
		list, err := a.store.RulesOf(ctx, r.ID)
		if err != nil {
			return an, err
		}
		for _, one := range list {
			if one.Rule == s.rule.ID {
				s.held = one.At
			}
		}
	}
	rule := r.Decision.Rule
	if !r.Decision.Blocked() {
		rule = reportedRule(r)
	}
	if rule == access.RuleUnregistered && r.Suggestion.Device == "" && who.May(access.VerbAddDevice) == nil {
		id, err := a.waiting(ctx, r)
		if err != nil {
			return an, err
		}
		s.waiting = id
	}
	a.explain(&an, rule, &s)
	an.Also = alsoRecord(r, rule)
	if r.UserUnknown && rule != access.RuleUnknownUser {
		an.Sentence = strings.TrimSuffix(an.Sentence, ".") + "; no user is known to have this account."
		if !an.Wrong {
			an.Also = append([]access.Verb{access.VerbAddUser}, an.Also...)
		}
	}
	return an, nil
}

// alsoRecord is what may be done with a record beside what solves it: a phone that may sync is blocked, and
// one that no person or device has to answer for is allowed, which speaks against all that Decide asks later.
func alsoRecord(r *Row, rule access.Rule) []access.Verb {
	switch {
	case !r.Decision.Blocked():
		return []access.Verb{access.VerbBlock}
	case rule == access.RuleUnregistered, rule == access.RuleUnknownUser, rule == access.RuleQuarantine:
		return []access.Verb{access.VerbAllow}
	}
	return nil
}

// clock is now in the time zone that is set.
func (a *Admin) clock(ctx context.Context) (time.Time, error) {
	z := TimeZone{Zone: "UTC"}
	_, err := a.store.Setting(ctx, settingZone, &z)
	return a.now().In(z.Location()), err
}

func (a *Admin) waiting(ctx context.Context, r *Row) (id access.DeviceID, err error) {
	err = a.store.WithTx(ctx, func(tx *store.Tx) error {
		d, err := tx.WaitingDevice(r.Pair.Device)
		if err == nil {
			id = d.ID
		}
		return known(err)
	})
	return id, err
}

// reportedRule is what the last request came to where the rules let it pass: what only the gateway and
// the mail server know.
func reportedRule(r *Row) access.Rule {
	if r.Reported.Verdict != "" && r.Reported.Verdict != access.VerdictPass.String() && r.Reported.Enforced && r.Reported.At.After(r.LastSuccess) {
		if rule, ok := access.ParseRule(r.Reported.Rule); ok && !judged(rule) {
			return rule
		}
	}
	if r.LastSync.After(r.LastSuccess) {
		switch {
		case r.LastHTTP == 401 || r.LastHTTP == 403:
			return access.RuleServerRefused
		case r.LastHTTP >= 500:
			return access.RuleServerUnavailable
		}
	}
	return r.Decision.Rule
}

// judged says that Decide speaks the rule from records alone: then its word of now counts, not that of the
// last request.
func judged(rule access.Rule) bool {
	switch rule {
	case access.RuleWipe, access.RuleManualBlock, access.RuleUserDisabled, access.RuleDeviceRetired, access.RuleDeviceLost,
		access.RuleDeviceNoncompliant, access.RuleUnregistered, access.RuleUnknownUser, access.RuleBlockingRule, access.RuleServerType, access.RuleDeviceLimit,
		access.RuleQuarantine:
		return true
	}
	return false
}
