// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/courier"
	"github.com/vedette-mail/vedette/internal/store"
)

// When something is worth a letter to people who may not look at the dashboard for days.
const (
	tokenEnds   = 7 * day  // before the end of an API token
	certEnds    = 14 * day // before the end of a certificate
	silentFor   = time.Hour
	streamStuck = 15 * time.Minute
	letterHold  = 2 * time.Minute  // a console that sends is left alone for as long
	letterAgain = 15 * time.Minute // after a mail server has refused
)

// worry is one thing to tell. Its key is the same for as long as it lasts, and another one when it comes
// again later.
type worry struct{ key, text string }

// letters is what is known of what has been told: the keys of worries that last, with the time of the letter.
type letters struct {
	Told    map[string]time.Time `json:"told,omitempty"`
	Hold    time.Time            `json:"hold,omitzero"`
	Trouble string               `json:"trouble,omitempty"`
}

const settingLetters = "task.letters"

// Tell writes to the recipients of Settings > Mail what has begun to need somebody since the last letter:
// each thing once, all that is new in one letter. Of several consoles whichever comes first sends it. What the
// mail server does not take is tried again, and the dashboard says so.
func (s *Settings) Tell(ctx context.Context) error {
	m, err := s.Mail(ctx, house())
	if err != nil || !m.On || len(m.To) == 0 {
		return err
	}
	list, err := s.worries(ctx)
	if err != nil {
		return err
	}
	var l letters
	k, _, err := s.read(ctx, settingLetters, &l)
	if err != nil {
		return err
	}
	now := s.admin.now().UTC()
	if now.Before(l.Hold) {
		return nil
	}
	fresh, over := l.compare(list)
	if len(fresh) == 0 && !over && l.Trouble == "" {
		return nil
	}
	if len(fresh) == 0 {
		l.Trouble = ""
		_, err := s.saveLetters(ctx, l, k.Version)
		return err
	}
	// The claim: whoever writes it first sends.
	l.Hold = now.Add(letterHold)
	if saved, err := s.saveLetters(ctx, l, k.Version); err != nil || !saved {
		return err
	}
	failure := s.SendMail(ctx, s.letter(m.To, fresh))
	now = s.admin.now().UTC()
	if failure != nil {
		l.Hold, l.Trouble = now.Add(letterAgain), firstOf(access.TextOf(failure), failure.Error())
	} else {
		l.Hold, l.Trouble = time.Time{}, ""
		for _, w := range fresh {
			l.Told[w.key] = now
		}
	}
	// A letter that is out is written down even when the console is about to end.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_, err = s.saveLetters(last, l, k.Version+1)
	return err
}

// compare gives the worries nobody has been told of, and forgets those that are over.
func (l *letters) compare(list []worry) (fresh []worry, over bool) {
	lasting := map[string]time.Time{}
	for _, w := range list {
		if at, told := l.Told[w.key]; told {
			lasting[w.key] = at
		} else {
			fresh = append(fresh, w)
		}
	}
	over = len(lasting) < len(l.Told)
	l.Told = lasting
	return fresh, over
}

func (s *Settings) saveLetters(ctx context.Context, l letters, version int64) (saved bool, err error) {
	err = s.admin.store.WithTx(ctx, func(tx *store.Tx) error {
		return tx.SaveSetting(settingLetters, l, "", version, house().Name)
	})
	if access.KindOf(err) == access.KindConflict {
		return false, nil
	}
	return err == nil, err
}

func (s *Settings) letter(to []string, list []worry) courier.Letter {
	subject := "Vedette: " + list[0].text
	if len(list) > 1 {
		subject = fmt.Sprintf("Vedette: %d things need somebody", len(list))
	}
	var b strings.Builder
	b.WriteString("The console of Vedette needs somebody to look after this:\n\n")
	for _, w := range list {
		b.WriteString("- " + w.text + "\n")
	}
	b.WriteString("\nThe dashboard shows what still lasts. Nothing of this is written a second time while it lasts.\n")
	return courier.Letter{To: to, Subject: subject, Text: b.String()}
}

// worries gathers what lasts now.
func (s *Settings) worries(ctx context.Context) ([]worry, error) {
	var list []worry
	for _, of := range []func(context.Context, time.Time) ([]worry, error){s.taskWorries, s.gatewayWorries, s.tokenWorries, s.capWorries, s.ruleWorries} {
		part, err := of(ctx, s.admin.now().UTC())
		if err != nil {
			return nil, err
		}
		list = append(list, part...)
	}
	return list, nil
}

func (s *Settings) taskWorries(ctx context.Context, now time.Time) (list []worry, err error) {
	needs, err := s.SettingNeeds(ctx, house())
	if err != nil {
		return nil, err
	}
	for _, n := range needs {
		if n.Kind == NeedBackup || n.Kind == NeedPurge {
			list = append(list, worry{string(n.Kind), n.Text})
		}
	}
	for _, way := range StreamWays() {
		c, err := s.StreamCursor(ctx, way)
		if err != nil {
			return nil, err
		}
		if c.Trouble != "" && now.Sub(c.Since) > streamStuck {
			list = append(list, worry{string(NeedStream) + "/" + string(way), "The audit log is not delivered since " + atTime(c.Since) + ". " + c.Trouble})
		}
	}
	return list, nil
}

func (s *Settings) gatewayWorries(ctx context.Context, now time.Time) (list []worry, err error) {
	gateways, err := s.admin.ListGateways(ctx, house())
	if err != nil {
		return nil, err
	}
	for i := range gateways {
		g := &gateways[i]
		if !g.Connected && now.Sub(g.LastReport) > silentFor {
			list = append(list, worry{string(NeedGatewayAway) + "/" + string(g.ID), fmt.Sprintf("Gateway %s is silent. It last reported %s.", g.ID, atTime(g.LastReport))})
		}
		for _, c := range []struct {
			what string
			at   time.Time
		}{{"shown to phones", g.Status.CertExpires}, {"of the link to the console", g.Status.LinkExpires}} {
			if !c.at.IsZero() && c.at.Sub(now) < certEnds { // a renewed one is another worry, in its time
				list = append(list, worry{fmt.Sprintf("%s/%s/%s/%d", NeedCertificate, g.ID, c.what, c.at.Unix()),
					fmt.Sprintf("The certificate %s by gateway %s ends %s.", c.what, g.ID, atTime(c.at))})
			}
		}
	}
	return list, nil
}

func (s *Settings) tokenWorries(ctx context.Context, now time.Time) (list []worry, err error) {
	tokens, err := s.admin.store.ListTokens(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(tokens, func(a, b store.Token) int { return a.Expires.Compare(b.Expires) })
	for _, k := range tokens {
		if k.Expires.After(now) && k.Expires.Sub(now) < tokenEnds {
			list = append(list, worry{"token/" + k.ID, fmt.Sprintf("The API token %s ends %s. Whatever uses it stops then.", quoted(k.Name), atTime(k.Expires))})
		}
	}
	return list, nil
}
