// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
)

func (a *Admin) AssignPolicy(ctx context.Context, who access.Actor, ids []access.AssociationID, policy access.PolicyID, act Act) (Result, error) {
	return Result{}, errUnbuilt("policy")
}
func (a *Admin) RevertPolicy(ctx context.Context, who access.Actor, ids []access.AssociationID, act Act) (Result, error) {
	return Result{}, errUnbuilt("policy")
}
func (a *Admin) AskPolicyAnew(ctx context.Context, who access.Actor, id access.AssociationID, act Act) (Result, error) {
	return Result{}, errUnbuilt("policy")
}
