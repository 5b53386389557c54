// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"log/slog"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/courier"
	"github.com/vedette-mail/vedette/internal/logkeys"
	"github.com/vedette-mail/vedette/internal/store"
)

// When letters about quarantine go out.
const (
	quarantineEvery = time.Hour // to administrators, of all that came meanwhile
	quarantineOld   = day       // what is held for longer is told to nobody: it was there before mail was set, or nobody could be reached
	mostToldOf      = 50        // phones that a letter names, and users written to in one go

	settingQuarantine = "task.quarantine"
)

// quarantineMark is what is known of letters about quarantine.
type quarantineMark struct {
	Through time.Time `json:"through,omitzero"` // administrators know of what is held since before then,
	// and of these, which are held since that very moment: others may have come in it.
	With []access.AssociationID `json:"with,omitempty"`
	Last time.Time              `json:"last,omitzero"` // of the last letter to them
	Hold time.Time              `json:"hold,omitzero"`
}

// TellQuarantine writes of phones that quarantine holds: to the recipients of Settings > Mail at most once an hour,
// and to each phone's user once, if the address is known and nobody has turned that off. Of several consoles
// whichever comes first sends.
func (s *Settings) TellQuarantine(ctx context.Context) error {
	m, err := s.Mail(ctx, house())
	if err != nil || !m.On || s.admin.snapshot().Preferences().Shadow { // in shadow mode nobody waits for anything
		return err
	}
	rules, err := s.quarantines(ctx)
	if err != nil || len(rules) == 0 {
		return err
	}
	var k quarantineMark
	kept, _, err := s.read(ctx, settingQuarantine, &k)
	now := s.admin.now().UTC()
	if err != nil || now.Before(k.Hold) {
		return err
	}
	fresh, err := s.freshlyHeld(ctx, m, &k, rules, now)
	if err != nil {
		return err
	}
	users, err := s.untold(ctx, rules)
	if err != nil || len(fresh) == 0 && len(users) == 0 {
		return err
	}
	// The claim: whoever writes it first sends.
	k.Hold = now.Add(letterHold)
	if saved, err := s.saveQuarantine(ctx, k, kept.Version); err != nil || !saved {
		return err
	}
	k.Hold = time.Time{}
	if len(fresh) > 0 {
		if err := s.SendMail(ctx, quarantineLetter(m.To, fresh, rules)); err != nil {
			s.unsent(ctx, err)
			k.Hold = now.Add(letterAgain)
		} else {
			k.through(fresh)
			k.Last = now
		}
	}
	if k.Hold.IsZero() {
		failed, err := s.tellUsers(ctx, m, users, now)
		if err != nil {
			return err
		}
		if failed {
			k.Hold = now.Add(letterAgain)
		}
	}
	// What is out is written down even when the console is about to end.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_, err = s.saveQuarantine(last, k, kept.Version+1)
	return err
}

func (s *Settings) unsent(ctx context.Context, err error) {
	s.admin.log.LogAttrs(ctx, slog.LevelWarn, "letter about quarantine is not sent", slog.Any(logkeys.Error, err))
}

func (s *Settings) saveQuarantine(ctx context.Context, k quarantineMark, version int64) (saved bool, err error) {
	err = s.admin.store.WithTx(ctx, func(tx *store.Tx) error {
		return tx.SaveSetting(settingQuarantine, k, "", version, house().Name)
	})
	if access.KindOf(err) == access.KindConflict {
		return false, nil
	}
	return err == nil, err
}

// quarantines gives the names of the rules in force that quarantine.
func (s *Settings) quarantines(ctx context.Context) (map[access.BlockingID]string, error) {
	list, err := s.admin.store.ListBlockings(ctx)
	names := map[access.BlockingID]string{}
	for i := range list {
		if b := &list[i]; b.Enabled && b.Action == access.ActionQuarantine {
			names[b.ID] = b.Name
		}
	}
	return names, err
}

// freshlyHeld gives what administrators are to hear of now, the latest first; nothing within the hour.
func (s *Settings) freshlyHeld(ctx context.Context, m Mail, k *quarantineMark, rules map[access.BlockingID]string, now time.Time) ([]store.RuledRow, error) {
	if len(m.To) == 0 || now.Sub(k.Last) < quarantineEvery {
		return nil, nil
	}
	var ids []access.BlockingID
	for id := range rules {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	p, err := s.admin.store.Ruled(ctx, store.RuledQuery{Rules: ids, Limit: 10 * mostToldOf})
	since := k.Through
	if old := now.Add(-quarantineOld); since.Before(old) {
		since = old
	}
	return slices.DeleteFunc(p.Rows, func(r store.RuledRow) bool {
		return r.Record.SyncStatus != access.Blocked || r.At.Before(since) || r.At.Equal(k.Through) && slices.Contains(k.With, r.Association)
	}), err
}

// through notes of what administrators know now.
func (k *quarantineMark) through(list []store.RuledRow) {
	if last := list[0].At; !last.Equal(k.Through) {
		k.Through, k.With = last, nil
	}
	for _, r := range list {
		if r.At.Equal(k.Through) {
			k.With = append(k.With, r.Association)
		}
	}
}

func quarantineLetter(to []string, list []store.RuledRow, rules map[access.BlockingID]string) courier.Letter {
	names := map[access.AssociationID][]string{}
	phones := list[:0:0]
	for _, r := range list {
		if names[r.Association] == nil {
			phones = append(phones, r)
		}
		names[r.Association] = append(names[r.Association], letterWord(rules[r.Rule]))
	}
	n := len(phones)
	var b strings.Builder
	b.WriteString("Quarantine holds " + count(n, "phone that has", "phones that have") + " come since the last letter:\n\n")
	for _, r := range phones[:min(n, mostToldOf)] {
		as := &r.Record
		slices.Sort(names[r.Association])
		fmt.Fprintf(&b, "- %s, %s (%s), since %s\n", letterWord(as.Pair.Account), letterWord(firstOf(as.Model, as.FriendlyName, as.DeviceType, "a phone")),
			listed(names[r.Association]), atTime(r.At))
	}
	if n > mostToldOf {
		fmt.Fprintf(&b, "- and %d more\n", n-mostToldOf)
	}
	b.WriteString("\nThey get no mail until somebody releases them: page Quarantine. At most one such letter is written within an hour.\n")
	return courier.Letter{To: to, Subject: "Vedette: quarantine holds " + count(n, "new phone", "new phones"), Text: b.String()}
}

// letterWord is what a phone says of itself, as a letter may show it: on one line, and short.
func letterWord(s string) string {
	return clipWord(strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)), " "))
}

// untold gives what quarantine holds and the phones' users have not heard of, by rule.
func (s *Settings) untold(ctx context.Context, rules map[access.BlockingID]string) (list []store.Ruled, err error) {
	for id := range rules {
		part, err := s.admin.store.RuledUntold(ctx, id, mostToldOf)
		if err != nil {
			return nil, err
		}
		list = append(list, part...)
	}
	return list, nil
}

// tellUsers writes to the users of phones, to each of a phone once, and notes which of them need no letter any more.
// failed says that one could not be sent: it is tried again until it is too old.
func (s *Settings) tellUsers(ctx context.Context, m Mail, list []store.Ruled, now time.Time) (failed bool, err error) {
	sent := map[access.AssociationID]bool{}
	for _, r := range list {
		done := m.UsersUntold || now.Sub(r.At) > quarantineOld || sent[r.Association]
		if !done {
			l, err := s.userLetter(ctx, &r)
			if err != nil {
				return failed, err
			}
			if l != nil {
				if err := s.SendMail(ctx, *l); err != nil {
					s.unsent(ctx, err)
					failed = true
					continue
				}
			}
			sent[r.Association] = true
		}
		if err := s.admin.store.WithTx(ctx, func(tx *store.Tx) error { return tx.RuledTold(r.Rule, []access.AssociationID{r.Association}) }); err != nil {
			return failed, err
		}
	}
	return failed, nil
}

// userLetter is the letter to the user of a phone in quarantine; nil: there is nobody to write to, or it is told.
func (s *Settings) userLetter(ctx context.Context, r *store.Ruled) (*courier.Letter, error) {
	rules, err := s.admin.store.RulesOf(ctx, r.Association)
	if err != nil || slices.ContainsFunc(rules, func(o store.Ruled) bool { return !o.Told.IsZero() }) {
		return nil, err
	}
	as, err := s.admin.store.FindAssociation(ctx, r.Association)
	if err != nil || as.Person == "" || as.SyncStatus != access.Blocked { // it may sync all the same, by a manual Allow
		return nil, known(err)
	}
	u, err := s.admin.store.FindUser(ctx, as.Person)
	if err != nil || u.Disabled || u.Email == "" {
		return nil, known(err)
	}
	if _, err := mail.ParseAddress(u.Email); err != nil {
		return nil, nil
	}
	phone := letterWord(firstOf(as.Model, as.FriendlyName, as.DeviceType))
	rule, err := s.admin.store.FindBlocking(ctx, r.Rule)
	if err != nil {
		return nil, known(err)
	}
	if r.At.Sub(as.FirstSync) > arriving { // it had mail before
		text := "Your phone" + quotedPhone(phone) + " gets no mail for the account " + letterWord(as.Pair.Account) + " for now: a rule of your administrators speaks of it (" +
			letterWord(rule.Name) + ").\n\nMail comes by itself once they release it, or once the rule speaks of your phone no more. Ask them what you can do.\n"
		return &courier.Letter{To: []string{u.Email}, Subject: "Your phone waits for mail", Text: text}, nil
	}
	text := "A phone" + quotedPhone(phone) + " asks for the mail of your account " + letterWord(as.Pair.Account) + ".\n\n" +
		"It gets none until an administrator has looked at it (" + letterWord(rule.Name) + "). You need not do anything: mail comes by itself once it is released.\n\n" +
		"If this is not your phone, tell your administrators at once: somebody else knows your password.\n"
	return &courier.Letter{To: []string{u.Email}, Subject: "Your new phone waits for mail", Text: text}, nil
}

// arriving is how long after its first contact a phone that is held counts as a new one.
const arriving = 5 * time.Minute

func quotedPhone(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

// ruleWorries are told by letter: rules that wait for a person, each once for as long as it lasts.
func (s *Settings) ruleWorries(ctx context.Context, _ time.Time) (list []worry, err error) {
	rows, err := s.admin.RulesWaiting(ctx, house())
	for i := range rows {
		r := &rows[i]
		list = append(list, worry{string(NeedRule) + "/" + string(r.ID), waitingText(r)})
	}
	return list, err
}

func waitingText(r *RuleRow) string {
	return "The rule " + quoted(r.Name) + " waits for you: " + count(int(r.Waiting), "more record matches", "more records match") +
		" than the " + fmt.Sprint(r.Held) + " that it may hold. They stay free until somebody confirms."
}
