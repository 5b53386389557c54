// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package phone

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
)

// reaction is what a phone makes of an error.
type reaction uint8

const (
	goOn reaction = iota
	refolder
	restart
	provisionNow
	stayAway // refused
	askUser  // wrong password
	tryLater
	vanish
)

// judge reads an error the way phones do. [MS-ASHTTP] 2.2.2.1.1, [MS-ASCMD] 2.2.2
func (a *account) judge(err error) reaction {
	if err == nil {
		return goOn
	}
	if errors.Is(err, errWiped) {
		return vanish
	}
	if e, ok := errors.AsType[*easclient.HTTPError](err); ok {
		switch e.Status {
		case http.StatusUnauthorized:
			return askUser
		case http.StatusForbidden:
			return stayAway
		case 449:
			return provisionNow
		}
		return tryLater
	}
	e, ok := errors.AsType[*easclient.StatusError](err)
	if !ok {
		return tryLater
	}
	switch s := eas.Status(e.Status); {
	case s == eas.StatusRemoteWipeRequested, s >= eas.StatusNotProvisioned && s <= eas.StatusInvalidPolicyKey, s == eas.StatusLegacyDevice:
		return provisionNow
	case s >= eas.StatusUserDisabled && s <= eas.StatusAccountDisabled, // 129 among them
		s == eas.StatusNotFullyProvisionable, s == eas.StatusExternallyManaged, s == eas.StatusMaximumDevicesReached:
		return stayAway
	case e.Command == eas.FolderSync && e.Status == 9:
		return restart
	case e.Command == eas.Sync && (e.Status == 8 || e.Status == 12), e.Command == eas.Ping && e.Status == 7:
		return refolder
	}
	return tryLater
}

// react does what an error asks for, and waits before the next try where that is due. It reports false
// when there will be none.
func (a *account) react(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	r := a.judge(err)
	if r == provisionNow && a.m.policy == NeverAsks {
		r = tryLater
	}
	if r == provisionNow {
		if a.demands++; a.demands > 3 && a.m.policy != Loops {
			r = tryLater // it is asked again and again: something is wrong
		} else if err = a.accept(ctx); err == nil {
			return true
		} else if r = a.judge(err); r == provisionNow {
			r = tryLater
		}
	}
	switch r {
	case goOn:
		return true
	case refolder:
		return true // the next session begins with the folders
	case restart:
		a.hierarchy, a.folders, a.pinged = "0", nil, false
		return true
	case vanish:
		a.client.PolicyKey, a.folders = 0, nil
		a.phase(Wiped)
		return false
	case stayAway:
		if code, _ := outcome(err); code == http.StatusForbidden && a.m.provision403 {
			if again := a.accept(ctx); a.judge(again) == vanish {
				a.phase(Wiped)
				return false
			}
		}
		a.phase(Refused)
		longest := a.net.Pace.Slow
		if a.m.restOn403 {
			longest *= 5
		}
		return a.rest(ctx, 0, longest)
	case askUser:
		a.phase(Denied)
		return a.rest(ctx, a.net.Pace.Retry, 5*a.net.Pace.Slow)
	}
	a.phase(Failing)
	var told time.Duration
	if e, ok := errors.AsType[*easclient.HTTPError](err); ok && !a.m.deafToRetry {
		told = min(e.RetryAfter(), 15*time.Minute)
	}
	return a.rest(ctx, told, a.net.Pace.Slow)
}

// rest waits: longer each time, at least so long, and never as long as its neighbour.
func (a *account) rest(ctx context.Context, least, longest time.Duration) bool {
	a.pinged, a.demands = false, 0
	if a.pause *= 2; a.pause == 0 {
		a.pause = a.net.Pace.Retry
	}
	a.pause = min(a.pause, longest)
	d := a.pause/2 + time.Duration(a.rng.Int64N(int64(a.pause)))
	return sleep(ctx, least+d)
}

// calm is called when something has worked: the next pause is short again.
func (a *account) calm() { a.pause, a.demands = 0, 0 }
