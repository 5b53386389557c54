// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package phone

import "sync"

// Phase is where an account on a phone stands.
type Phase string

// The phases. Waiting, Refused, Denied and Wiped are states of rest, see Settled.
const (
	Off     Phase = "off"
	Talking Phase = "talking" // on the way to its mail
	Waiting Phase = "waiting" // has its mail, and waits for more
	Refused Phase = "refused" // 403, or a status that says the device may not talk; tries again now and then
	Denied  Phase = "denied"  // 401: tries again rarely
	Failing Phase = "failing" // the server or the way to it is in trouble; tries again
	Wiped   Phase = "wiped"   // has carried out an order to wipe, and is silent
)

// State is an account on a phone as it is now.
type State struct {
	Kind     Kind
	Device   string // id as people read it
	User     string // as typed
	Stale    bool   // set up with a wrong password
	Phase    Phase
	HTTP     int    // last HTTP status, 0 without an answer
	EAS      int    // last status inside the body; 1 means fine, 0 none
	Problem  string // why the last request failed, "" if it did not
	Mails    int    // received so far
	Files    int    // attachments fetched
	Sent     int    // mails written
	Policies int    // provisioned so often
	Applied  int    // of these, policies that it has really applied
	Orders   int    // told to wipe so often
	Requests int    // sent altogether
	Nonsense int    // requests no sane phone sends, of those
}

// Blocked reports that the last answer was a refusal of this device.
func (s State) Blocked() bool { return s.Phase == Refused }

// Settled reports that the account is where it will stay until something happens.
func (s State) Settled() bool {
	switch s.Phase {
	case Waiting, Refused, Denied, Wiped:
		return true
	}
	return false
}

// AsDesigned reports that the account is where it belongs if nobody is blocked: the stranger and those
// with a wrong password are denied, all others have their mail and wait.
func (s State) AsDesigned() bool {
	if s.Kind == Stranger || s.Stale {
		return s.Phase == Denied
	}
	return s.Phase == Waiting
}

// bell wakes those who wait for a change, and costs nothing while nobody does.
type bell struct {
	mu sync.Mutex
	ch chan struct{}
}

func (b *bell) ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch != nil {
		close(b.ch)
		b.ch = nil
	}
}

func (b *bell) next() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ch == nil {
		b.ch = make(chan struct{})
	}
	return b.ch
}
