// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import "context"

// WalkAll goes on with the look at all records until it is over, and brings their stored statuses up to date.
func WalkAll(ctx context.Context, a *Admin) error {
	if err := a.walk(ctx); err != nil {
		return err
	}
	return a.sweepAll(ctx)
}

// WalkOnly does the first half of that.
func WalkOnly(ctx context.Context, a *Admin) error { return a.walk(ctx) }

// WalkStep does the next n records of it.
func WalkStep(ctx context.Context, a *Admin, n int) (more bool, err error) { return a.walkStep(ctx, n) }

// SweepAll brings the stored statuses of all records up to date.
func SweepAll(ctx context.Context, a *Admin) error { return a.sweepAll(ctx) }
