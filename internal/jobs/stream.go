// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/vedette-mail/vedette/internal/admin"
	"github.com/vedette-mail/vedette/internal/courier"
)

const (
	streamBatch = 500
	streamHold  = time.Minute // a console that delivers is left alone for as long
	retryAfter  = 15 * time.Second
)

// stream hands the audit log on by one way, from where it stands to its end. The cursor moves after a batch
// has been delivered, never before: what is cut off in between comes twice and is recognised by its id.
func (j *Jobs) stream(ctx context.Context, w admin.StreamWay) error {
	for ctx.Err() == nil {
		set, err := j.settings.AuditStream(ctx, reader())
		if err != nil {
			return err
		}
		c, err := j.settings.StreamCursor(ctx, w)
		if err != nil {
			return err
		}
		now := j.now().UTC()
		switch {
		case !set.On(w):
			return j.forgetTrouble(ctx, w, c)
		case c.Owner != j.owner && now.Before(c.Hold): // another console is at it
			return nil
		case c.Trouble != "" && now.Before(c.Hold) && !set.Changed.After(c.At): // not again at once
			return nil
		}
		lines, err := j.settings.AuditAfter(ctx, c.Line, streamBatch)
		if err != nil || len(lines) == 0 && c.Trouble == "" {
			return err
		}
		// The claim: whoever writes it first delivers.
		c.Owner, c.Hold = j.owner, now.Add(streamHold)
		if saved, err := j.settings.SaveStreamCursor(ctx, w, c); err != nil || !saved {
			return err
		}
		c.Version++
		failure := j.deliver(ctx, w, &set, lines)
		if err := j.delivered(ctx, w, c, lines, failure); err != nil || failure != nil {
			return err
		}
	}
	return nil
}

// deliver hands a batch on; when it gives no error all of it has arrived.
func (j *Jobs) deliver(ctx context.Context, w admin.StreamWay, set *admin.AuditStream, lines []courier.Line) error {
	if w == admin.StreamFile {
		return courier.AppendJSON(set.Path, lines)
	}
	if len(lines) == 0 {
		return courier.CheckCollector(ctx, set.Collector(j.host))
	}
	return courier.SendSyslog(ctx, set.Collector(j.host), lines)
}

// unconfirmed is what the settings page says of a collector that leaves conversations open.
const unconfirmed = "The collector takes the lines but does not hang up afterwards, so that it cannot be known whether it has read the last ones."

func (j *Jobs) delivered(ctx context.Context, w admin.StreamWay, c admin.StreamCursor, lines []courier.Line, failure error) error {
	now := j.now().UTC()
	c.At, c.Note = now, ""
	if errors.Is(failure, courier.ErrNotConfirmed) {
		c.Note, failure = unconfirmed, nil
	}
	if failure != nil {
		if c.Trouble == "" {
			c.Since = now
		}
		c.Trouble, c.Hold = failure.Error(), now.Add(retryAfter)
	} else {
		c.Trouble, c.Since, c.Hold = "", time.Time{}, now
		if n := len(lines); n > 0 {
			c.Line = lines[n-1].ID
		}
	}
	// A console that ends now has delivered all the same. When another one has moved the cursor meanwhile, its
	// word counts: lines come twice then.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_, err := j.settings.SaveStreamCursor(last, w, c)
	return err
}

func (j *Jobs) forgetTrouble(ctx context.Context, w admin.StreamWay, c admin.StreamCursor) error {
	if c.Trouble == "" && c.Note == "" {
		return nil
	}
	c.Trouble, c.Note, c.Since = "", "", time.Time{}
	_, err := j.settings.SaveStreamCursor(ctx, w, c)
	return err
}
