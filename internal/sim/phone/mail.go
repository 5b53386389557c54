// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package phone

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
)

// collection is a folder that is kept in step.
type collection struct {
	id, key string
	full    bool // the first round is over
}

// folderSync asks for the hierarchy and keeps the mail folders.
func (a *account) folderSync(ctx context.Context) error {
	res, err := request(ctx, func(ctx context.Context) (*easclient.FolderSyncResult, error) {
		return a.client.FolderSync(ctx, a.hierarchy)
	})
	if a.saw(err) != nil {
		return err
	}
	for _, f := range res.Added {
		if f.Type >= 2 && f.Type <= 5 || f.Type == 12 { // inbox, drafts, deleted, sent, the user's own
			a.folders = append(a.folders, &collection{id: f.ID, key: "0"})
		}
	}
	a.folders = slices.DeleteFunc(a.folders, func(c *collection) bool { return slices.Contains(res.Deleted, c.id) })
	if len(res.Added)+len(res.Deleted) > 0 {
		a.pinged = false
	}
	a.hierarchy = res.Key
	return nil
}

// syncAll brings all folders up to date, several at a time where the program does that.
func (a *account) syncAll(ctx context.Context) error {
	var all sync.WaitGroup
	errs := make([]error, len(a.folders))
	seats := make(chan struct{}, a.m.parallel)
	for i, c := range a.folders {
		seats <- struct{}{}
		all.Go(func() {
			errs[i] = a.sync(ctx, c, nil)
			<-seats
		})
		if a.m.parallel == 1 {
			if all.Wait(); errs[i] != nil {
				return errs[i]
			}
		}
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	a.calm()
	return nil
}

// sync brings one folder up to date, and tells the server which mails have been read.
func (a *account) sync(ctx context.Context, c *collection, read []string) error {
	for tries := 0; ; {
		res, err := request(ctx, func(ctx context.Context) (*easclient.SyncResult, error) {
			return a.client.Sync(ctx, easclient.SyncRequest{Collections: []easclient.SyncCollection{
				{ID: c.id, Key: c.key, WindowSize: a.m.window, BodyType: a.m.body, Read: read}}})
		})
		_ = a.saw(err)
		if e, ok := errors.AsType[*easclient.StatusError](err); ok && e.Command == eas.Sync && e.Status == 3 && tries < 2 {
			c.key, c.full, read = "0", false, nil // the server does not know the key
			tries++
			continue
		}
		if err != nil {
			return err
		}
		first := c.key == "0"
		more, fresh := a.take(c, res)
		if err := a.open(ctx, c, fresh); err != nil {
			return err
		}
		if read = nil; !first && !more {
			c.full = true
			return nil
		}
	}
}

// take keeps what a Sync brought. fresh are mails that came after the first round.
func (a *account) take(c *collection, res *easclient.SyncResult) (more bool, fresh []easclient.Item) {
	for _, ch := range res.Collections {
		if ch.ID != c.id {
			continue
		}
		if ch.Key != "" {
			c.key = ch.Key
		}
		more = ch.More
		if c.full {
			fresh = ch.Added
		}
		a.change(func(s *State) { s.Mails += len(ch.Added) })
	}
	return more, fresh
}

// open reads some of the new mails, with their attachments.
func (a *account) open(ctx context.Context, c *collection, fresh []easclient.Item) error {
	var read []string
	for _, item := range fresh {
		if a.rng.IntN(2) == 0 || item.Read {
			continue
		}
		read = append(read, item.ID)
		if len(item.Attachments) > 0 {
			if err := a.fetch(ctx, item.Attachments[0].Reference); err != nil {
				return err
			}
		}
	}
	if len(read) == 0 {
		return nil
	}
	return a.sync(ctx, c, read)
}

// fetch gets an attachment in the way of the version.
func (a *account) fetch(ctx context.Context, reference string) error {
	var err error
	if a.client.Version < eas.V12_0 {
		_, err = request(ctx, func(ctx context.Context) (*easclient.Reply, error) { return a.client.GetAttachment(ctx, reference) })
	} else {
		_, err = request(ctx, func(ctx context.Context) (*easclient.FetchResult, error) {
			return a.client.ItemOperations(ctx, a.m.multi, easclient.Fetch{Reference: reference})
		})
	}
	if a.saw(err) == nil {
		a.change(func(s *State) { s.Files++ })
	}
	return err
}

// live waits for mail and fetches it, again and again.
func (a *account) live(ctx context.Context) error {
	for {
		a.phase(Waiting)
		var err error
		switch a.m.wait {
		case waitPing:
			err = a.ping(ctx)
		case waitSync:
			err = a.heldSync(ctx)
		case waitPoll:
			if sleep(ctx, a.net.Pace.Poll/2+time.Duration(a.rng.Int64N(int64(a.net.Pace.Poll)))) {
				err = a.syncAll(ctx)
			}
		}
		if err != nil || ctx.Err() != nil {
			return err
		}
		a.calm()
	}
}

// ping waits for mail by a Ping and fetches what it announces. [MS-ASCMD] 2.2.1.13
func (a *account) ping(ctx context.Context) error {
	seconds, ids := a.heartbeat, a.ids()
	if a.m.emptyPing && a.pinged {
		seconds, ids = 0, nil // as last time
	}
	held, cancel := context.WithTimeout(ctx, time.Duration(a.heartbeat+60)*time.Second)
	defer cancel()
	res, err := a.client.Ping(held, seconds, ids...)
	if ctx.Err() != nil {
		return nil
	}
	_ = a.saw(err)
	if e, ok := errors.AsType[*easclient.StatusError](err); ok && e.Command == eas.Ping {
		a.pinged = false
		switch {
		case e.Status == 3 && seconds == 0:
			return nil // the whole request, then
		case e.Status == 5 && res.Heartbeat > 0 && res.Heartbeat != a.heartbeat:
			if a.heartbeat > res.Heartbeat {
				a.m.most = res.Heartbeat // it will not grow beyond what this server allows
			}
			a.heartbeat = res.Heartbeat
			return nil
		}
	}
	if err != nil {
		return err
	}
	a.pinged = true
	if res.Status == 1 {
		if longer := min(a.heartbeat+a.m.step, a.m.most); longer > a.heartbeat {
			a.heartbeat, a.pinged = longer, false
		}
		return nil
	}
	for _, c := range a.folders {
		if slices.Contains(res.Changed, c.id) {
			if err := a.sync(ctx, c, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// heldSync waits for mail by a Sync of the inbox that the server holds. [MS-ASCMD] 2.2.1.21
func (a *account) heldSync(ctx context.Context) error {
	if len(a.folders) == 0 {
		sleep(ctx, a.net.Pace.Poll)
		return nil
	}
	c := a.folders[0]
	held, cancel := context.WithTimeout(ctx, time.Duration(a.heartbeat+60)*time.Second)
	defer cancel()
	r := easclient.SyncRequest{Collections: []easclient.SyncCollection{{ID: c.id, Key: c.key, WindowSize: a.m.window, BodyType: a.m.body}}}
	switch {
	case a.client.Version >= eas.V14_0:
		r.Heartbeat = a.heartbeat
	case a.client.Version >= eas.V12_1:
		r.Wait = max(1, a.heartbeat/60)
	default:
		return a.ping(ctx)
	}
	res, err := a.client.Sync(held, r)
	if ctx.Err() != nil {
		return nil
	}
	_ = a.saw(err)
	if e, ok := errors.AsType[*easclient.StatusError](err); ok && e.Command == eas.Sync {
		switch {
		case e.Status == 14 && res.Limit > 0:
			a.heartbeat = res.Limit
			if r.Wait > 0 {
				a.heartbeat = 60 * res.Limit
			}
			return nil
		case e.Status == 3:
			c.key, c.full = "0", false
			return a.sync(ctx, c, nil)
		}
	}
	if err != nil {
		return err
	}
	if res.Empty {
		a.heartbeat = min(a.heartbeat+a.m.step, a.m.most)
		return nil
	}
	more, fresh := a.take(c, res)
	if err := a.open(ctx, c, fresh); err != nil || !more {
		return err
	}
	return a.sync(ctx, c, nil)
}

func (a *account) ids() []string {
	ids := make([]string, len(a.folders))
	for i, c := range a.folders {
		ids[i] = c.id
	}
	return ids
}
