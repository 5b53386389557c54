// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
)

func (a *Admin) CreatePolicy(ctx context.Context, who access.Actor, f PolicyForm, act Act) (Result, error) {
	return Result{}, errUnbuilt("policy")
}
func (a *Admin) ChangePolicy(ctx context.Context, who access.Actor, id access.PolicyID, f PolicyForm, act Act) (Result, error) {
	return Result{}, errUnbuilt("policy")
}
func (a *Admin) CopyPolicy(ctx context.Context, who access.Actor, id access.PolicyID, name string, act Act) (Result, error) {
	return Result{}, errUnbuilt("policy")
}
func (a *Admin) DeletePolicy(ctx context.Context, who access.Actor, id access.PolicyID, act Act) (Result, error) {
	return Result{}, errUnbuilt("policy")
}
func (a *Admin) MakeDefaultPolicy(ctx context.Context, who access.Actor, id access.PolicyID, act Act) (Result, error) {
	return Result{}, errUnbuilt("policy")
}
