// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package phone

import (
	"context"
	"errors"

	"github.com/vedette-mail/vedette/eas"
	"github.com/vedette-mail/vedette/eas/easclient"
)

// Habit is what a program does about a policy. Sections are those of the protocol reference,
// reference/eas.md.
type Habit uint8

// The habits. The zero value is that of the kind.
const (
	OfItsKind  Habit = iota
	Applies          // applies it and says so: what the protocol asks for (3.1)
	Claims           // says so without looking: TbSync (3.3), and Outlook on the desktop, which enforces nothing (3.3)
	PartlySays       // says that it applies a part: status 2 (3.1)
	Refuses          // says that it does not: status 3 (3.1)
	Managed          // says that somebody else manages the phone: status 4 (3.1)
	NeverAsks        // takes no notice of being told to ask (3.4, the row of devices that never send a key)
	Loops            // accepts, and has forgotten its key by the next request: Outlook on the desktop before a server that never found its key right (3.6, loop breaker)
)

// OrderHabit is what a program does about an order to wipe.
type OrderHabit uint8

// The habits. The zero value is that of the kind.
const (
	OrderOfItsKind OrderHabit = iota
	Obeys                     // acknowledges, erases and is silent: iOS, Samsung and others (3.5)
	Shrugs                    // has no code for it, takes it for an error and tries again: TbSync, Evolution (3.5)
	Lies                      // acknowledges and goes on: an acknowledgement is a claim, not a proof (3.3, 3.5)
	CannotObey                // says that it has failed: status 2 (3.2)
)

var (
	errWiped = errors.New("phone: wiped")
	errOrder = errors.New("phone: an answer nobody has written code for")
)

// acknowledgement is the status a habit answers a policy with. [MS-ASPROV] 2.2.2.54.2
func (h Habit) acknowledgement() int {
	switch h {
	case PartlySays:
		return 2
	case Refuses:
		return 3
	case Managed:
		return 4
	}
	return 1
}

// converse runs the provisioning conversation after the program's habit.
func (a *account) converse(ctx context.Context) error {
	a.client.PolicyKey = 0
	res, err := request(ctx, func(ctx context.Context) (*easclient.ProvisionResult, error) {
		return a.client.ProvisionAsk(ctx, a.device())
	})
	if err != nil {
		return err
	}
	if res.Wipe || res.AccountWipe {
		return a.ordered(ctx, res.AccountWipe)
	}
	if res.PolicyStatus != 1 {
		return nil // there is none for it
	}
	a.client.PolicyKey = res.Key
	res, err = request(ctx, func(ctx context.Context) (*easclient.ProvisionResult, error) {
		return a.client.ProvisionAcknowledge(ctx, a.client.PolicyKey, a.m.policy.acknowledgement())
	})
	switch {
	case err != nil:
		a.client.PolicyKey = 0
		return err
	case res.Wipe || res.AccountWipe:
		return a.ordered(ctx, res.AccountWipe)
	}
	if a.client.PolicyKey = res.Key; a.m.policy == Loops {
		a.client.PolicyKey = 0
	}
	a.change(func(s *State) {
		if s.Policies++; a.m.policy == Applies {
			s.Applied++
		}
	})
	if d := a.device(); a.client.Version >= eas.V12_0 && a.client.Version < eas.V14_1 && d != (easclient.Device{}) {
		_, err = request(ctx, func(ctx context.Context) (*easclient.SettingsResult, error) { return a.client.SetDevice(ctx, d) })
	}
	return err
}

// ordered has been told to wipe.
func (a *account) ordered(ctx context.Context, account bool) error {
	a.change(func(s *State) { s.Orders++ })
	status := 1
	switch a.m.order {
	case Shrugs:
		return errOrder
	case CannotObey:
		status = 2
	}
	_, err := request(ctx, func(ctx context.Context) (*easclient.ProvisionResult, error) {
		return a.client.AcknowledgeWipe(ctx, account, status)
	})
	if status == 2 {
		return errOrder
	}
	if err == nil && a.m.order == Obeys {
		err = errWiped
	}
	return err
}
