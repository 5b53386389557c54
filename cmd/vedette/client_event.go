// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/vedette-mail/vedette/internal/api"
)

type eventFollowCommand struct {
	clientFlags
	Since string `help:"Go on behind this event, as --json prints its id." placeholder:"ID"`
	Limit int    `help:"End after so many; 0: never." placeholder:"N"`
}

// event is one of a stream.
type event struct {
	name, id, data string
}

// Run prints what changes until it is stopped. A stream that is cut off is taken up again where it was.
func (c *eventFollowCommand) Run(s *session) error {
	cl, err := c.open()
	if err != nil {
		return err
	}
	last, left := c.Since, c.Limit
	for first := true; ; first = false {
		err := cl.follow(s.ctx, last, func(e event) (bool, error) {
			if e.id != "" {
				last = e.id
			}
			if e.name == "end" {
				return false, &clientError{exitRefused, "the token is no longer good"}
			}
			if e.name == "" {
				return true, nil
			}
			left--
			return c.Limit == 0 || left > 0, c.print(s.stdout, e)
		})
		var refused *clientError
		switch {
		case errors.Is(err, errEnough):
			return nil
		case errors.As(err, &refused) && (first || refused.code != exitAway):
			return err
		case s.ctx.Err() != nil:
			return s.ctx.Err()
		}
		fmt.Fprintln(s.stderr, "The console is away; trying again.")
		select {
		case <-time.After(3 * time.Second):
		case <-s.ctx.Done():
			return s.ctx.Err()
		}
	}
}

// errEnough ends a stream that nobody wants to hear any more.
var errEnough = errors.New("enough")

// follow reads one stream to its end.
func (c *client) follow(ctx context.Context, last string, heard func(event) (more bool, err error)) error {
	headers := map[string]string{"Accept": "text/event-stream"}
	if last != "" {
		headers["Last-Event-ID"] = last
	}
	a, err := c.send(ctx, http.MethodGet, "/events", nil, headers)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	var e event
	for lines := bufio.NewScanner(a.Body); ; {
		if !lines.Scan() {
			if err := lines.Err(); err != nil {
				return err
			}
			return io.EOF
		}
		name, value, _ := strings.Cut(lines.Text(), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case lines.Text() == "":
			more, err := heard(e)
			if err == nil && !more {
				err = errEnough
			}
			if err != nil {
				return err
			}
			e = event{}
		case name == "event":
			e.name = value
		case name == "id":
			e.id = value
		case name == "data":
			e.data = value
		}
	}
}

func (c *eventFollowCommand) print(w io.Writer, e event) error {
	if c.JSON {
		line := struct {
			Event string          `json:"event"`
			ID    string          `json:"id,omitempty"`
			Data  json.RawMessage `json:"data"`
		}{e.name, e.id, json.RawMessage(e.data)}
		text, err := json.Marshal(line)
		if err == nil {
			_, err = fmt.Fprintf(w, "%s\n", text)
		}
		return err
	}
	if e.name == "reset" {
		_, err := fmt.Fprintln(w, "What has changed meanwhile cannot be told: read anew.")
		return err
	}
	var ev api.Event
	if err := json.Unmarshal([]byte(e.data), &ev); err != nil {
		return &clientError{exitAway, "the console's answer cannot be read: " + err.Error()}
	}
	what := "changed"
	if ev.Gone {
		what = "gone"
	}
	_, err := fmt.Fprintf(w, "%d %s %s %s\n", ev.Number, ev.Kind, oneLine(ev.ID), what)
	return err
}
