// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
)

func (s *Settings) WipeSafety(ctx context.Context, who access.Actor) (WipeSafety, error) {
	return WipeSafety{}, errUnbuilt("wipe safety")
}
func (s *Settings) ChangeWipeSafety(ctx context.Context, who access.Actor, w WipeSafety, act Act) (Result, error) {
	return Result{}, errUnbuilt("wipe safety")
}

// Freeze says whether destructive orders are held: everybody who sees records sees that.
func (s *Settings) Freeze(ctx context.Context, who access.Actor) (Freeze, error) {
	return Freeze{}, errUnbuilt("freeze")
}

// SetFreeze holds all destructive orders, or lets them go again. Act.Reason is shown to everybody.
func (s *Settings) SetFreeze(ctx context.Context, who access.Actor, frozen bool, act Act) (Result, error) {
	return Result{}, errUnbuilt("freeze")
}
