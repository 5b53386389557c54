// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package login

import (
	"context"
	"sort"
	"strconv"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// Session is one place where somebody is signed in.
type Session struct {
	ID      string // names it without being usable as it
	Who     string // name of the administrator
	Since   time.Time
	Seen    time.Time // last request of a person, to the minute
	Addr    string    // where the sign-in came from
	Agent   string    // what the browser calls itself: hostile text
	Strong  bool      // more than a password was shown
	Current bool      // the one that asks
}

// Sessions gives the places where whoever asks is signed in, newest first.
func (l *Login) Sessions(ctx context.Context) ([]Session, error) {
	a, err := self(ctx)
	if err != nil {
		return nil, err
	}
	return l.listSessions(ctx, []store.Administrator{*a})
}

// ListSessions gives the places where anybody is signed in, newest first.
func (l *Login) ListSessions(ctx context.Context, who access.Actor) ([]Session, error) {
	if err := mayLook(who); err != nil {
		return nil, err
	}
	all, err := l.store.ListAdministrators(ctx)
	if err != nil {
		return nil, err
	}
	return l.listSessions(ctx, all)
}

func (l *Login) listSessions(ctx context.Context, of []store.Administrator) ([]Session, error) {
	all, err := l.keep.AllCtx(ctx)
	if err != nil {
		return nil, err
	}
	people := map[string]*store.Administrator{}
	for i := range of {
		people[of[i].ID] = &of[i]
	}
	current := ""
	if hasSession(ctx) {
		current = store.SessionHash(l.sessions.Token(ctx))
	}
	var list []Session
	for hash, data := range all {
		deadline, values, err := codec{}.Decode(data)
		if err != nil || !deadline.After(l.now()) {
			continue
		}
		a := people[text(values, keyAdministrator)]
		if a == nil || a.Disabled || text(values, keyChanged) != changedMark(a) {
			continue
		}
		list = append(list, Session{ID: hash, Who: a.Name, Since: clockOf(values, keySince), Seen: clockOf(values, keySeen), Addr: text(values, keyAddr),
			Agent: text(values, keyAgent), Strong: text(values, keyStrong) != "", Current: hash == current})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Since.After(list[j].Since) })
	return list, nil
}

func text(values map[string]any, key string) string {
	s, _ := values[key].(string) // absent: empty
	return s
}

// clockOf reads a time; zero when it is absent or damaged, which is shown as unknown.
func clockOf(values map[string]any, key string) time.Time {
	ms, err := strconv.ParseInt(text(values, key), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// RevokeSession ends a session of whoever asks; an empty id ends all but the one that asks.
func (l *Login) RevokeSession(ctx context.Context, id string) error {
	list, err := l.Sessions(ctx)
	if err != nil {
		return err
	}
	return l.endSessions(ctx, ActorFrom(ctx), list, id)
}

// EndSession ends anybody's session.
func (l *Login) EndSession(ctx context.Context, who access.Actor, id string) error {
	if err := who.May(access.VerbManageAccess); err != nil {
		return err
	}
	list, err := l.ListSessions(ctx, who)
	if err != nil {
		return err
	}
	if id == "" {
		return access.NotFound("revoke session", "This session is over already.")
	}
	return l.endSessions(ctx, who, list, id)
}

func (l *Login) endSessions(ctx context.Context, who access.Actor, list []Session, id string) error {
	ended, whose := 0, ""
	for _, s := range list {
		if s.ID == id || id == "" && !s.Current {
			if err := l.keep.end(ctx, s.ID); err != nil {
				return err
			}
			ended, whose = ended+1, s.Who
		}
	}
	if ended == 0 {
		if id == "" {
			return nil
		}
		return access.NotFound("revoke session", "This session is over already.")
	}
	l.audit(ctx, access.AuditEntry{Actor: who.Name, Addr: who.Addr, Event: EventRevokeSession, Subject: whose,
		Detail: strconv.Itoa(ended) + " ended"})
	return nil
}
