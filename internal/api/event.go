// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/httpd"
)

// Feed gives the numbered changes, as the store keeps them.
type Feed interface {
	Position(ctx context.Context) (access.Position, error)
	// Wait returns when there is a change after the number, or with ctx's error.
	Wait(ctx context.Context, number int64) error
	// ChangesSince gives the changes after a position, at most limit, or the beginning of a full copy
	// (Full) when the position means nothing.
	ChangesSince(ctx context.Context, p access.Position, limit int) (access.Batch, error)
}

// Event is one change that gateways have to learn of, as the events stream tells it. What it looks like now
// is asked for where kind and id say.
type Event struct {
	Number int64  `json:"number" doc:"Change number that this belongs to, or an earlier one of what was told together"`
	Kind   string `json:"kind" enum:"association,device,account,approval,policy,rule,preferences"`
	ID     string `json:"id,omitempty" doc:"Of the association, device, approval, policy or rule; of an account: realm and account, with a slash between; absent for the preferences"`
	Gone   bool   `json:"gone,omitempty" doc:"It is not there any more"`
}

// Reset says that it cannot be told what has changed.
type Reset struct {
	Number int64 `json:"number" doc:"Read anew what you keep; what comes next is after this change"`
}

// How many streams there may be: each holds a connection and looks into the database when there is news.
const (
	streamsOfToken = 4
	streamsInAll   = 200
)

// streams counts those that are open.
type streams struct {
	mu  sync.Mutex
	all int
	of  map[string]int
}

func (s *streams) join(session string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.of[session] >= streamsOfToken || s.all >= streamsInAll {
		return &httpd.StatusError{Status: 429, Text: "There are too many streams of this token, or in all. Close one first."}
	}
	if s.of == nil {
		s.of = map[string]int{}
	}
	s.all++
	s.of[session]++
	return nil
}

func (s *streams) leave(session string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.of[session]--; s.of[session] == 0 {
		delete(s.of, session)
	}
}

// eventID names a position: change number, its token and history, so that a database that was put back
// does not pass for the one that was read.
func eventID(p access.Position) string {
	return strconv.FormatInt(p.Number, 10) + "." + p.Token + "." + p.History
}

// positionOf reads an eventID. What cannot be read is a position that nobody knows: the stream begins with
// a reset.
func positionOf(id string) access.Position {
	parts := strings.SplitN(id, ".", 3)
	if len(parts) != 3 {
		return access.Position{}
	}
	n, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || n <= 0 {
		return access.Position{}
	}
	return access.Position{Number: n, Token: parts[1], History: parts[2]}
}

// eventOf makes an event of a change; ok is false for what programs have no name for.
func eventOf(e *access.Entry, number int64) (ev Event, ok bool) {
	ev = Event{Number: number, ID: e.Key, Gone: e.Deleted}
	switch e.Kind {
	case access.EntryRecord:
		ev.Kind = "association"
	case access.EntryDevice:
		ev.Kind = "device"
	case access.EntryAccount:
		ev.Kind = "account"
	case access.EntryPreApproval:
		ev.Kind = "approval"
	case access.EntryPolicy:
		ev.Kind = "policy"
	case access.EntryBlocking:
		ev.Kind = "rule"
	case access.EntryPreferences:
		ev.Kind = "preferences"
	default:
		return ev, false // an ActiveSync id joins records and devices, which are told themselves; the site is a secret
	}
	return ev, true
}

// visible leaves what a token may hear of. One that is limited to some groups hears of its records and
// devices alone, and not of those that are gone: whose they were is not known any more.
func (s *Server) visible(ctx context.Context, who access.Actor, list []Event) ([]Event, error) {
	if who.Scope == nil {
		return list, nil
	}
	var records []access.AssociationID
	var devices []access.DeviceID
	for _, e := range list {
		switch {
		case e.Gone:
		case e.Kind == "association":
			records = append(records, access.AssociationID(e.ID))
		case e.Kind == "device":
			devices = append(devices, access.DeviceID(e.ID))
		}
	}
	seen := map[string]bool{}
	for len(records) > 0 {
		n := min(len(records), 500)
		rows, err := s.admin.RowsByID(ctx, who, records[:n])
		if err != nil {
			return nil, err
		}
		for i := range rows {
			seen["association "+string(rows[i].ID)] = true
		}
		records = records[n:]
	}
	for len(devices) > 0 {
		n := min(len(devices), 500)
		rows, err := s.admin.DevicesByID(ctx, who, devices[:n])
		if err != nil {
			return nil, err
		}
		for i := range rows {
			seen["device "+string(rows[i].ID)] = true
		}
		devices = devices[n:]
	}
	var out []Event
	for _, e := range list {
		if seen[e.Kind+" "+e.ID] && !e.Gone {
			out = append(out, e)
		}
	}
	return out, nil
}

// Times of a stream.
const (
	beatEvery = 10 * time.Second // an idle stream says something, and its token is looked at
	eventsAt  = 500              // changes told at once
)
