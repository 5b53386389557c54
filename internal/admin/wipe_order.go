// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"

	"github.com/vedette-mail/vedette/internal/access"
)

func (a *Admin) OrderWipe(ctx context.Context, who access.Actor, id access.AssociationID, kind access.WipeKind, act Act) (Result, error) {
	return Result{}, errUnbuilt("wipe")
}
func (a *Admin) PreviewWipe(ctx context.Context, who access.Actor, id access.AssociationID, kind access.WipeKind) (WipePreview, error) {
	return WipePreview{}, errUnbuilt("wipe")
}
func (a *Admin) CancelWipe(ctx context.Context, who access.Actor, id access.WipeID, act Act) (Result, error) {
	return Result{}, errUnbuilt("wipe")
}
func (a *Admin) ApproveWipe(ctx context.Context, who access.Actor, id access.WipeID, act Act) (Result, error) {
	return Result{}, errUnbuilt("wipe")
}
func (a *Admin) CloseWipe(ctx context.Context, who access.Actor, id access.WipeID, act Act) (Result, error) {
	return Result{}, errUnbuilt("wipe")
}
func (a *Admin) ReleaseWipe(ctx context.Context, who access.Actor, id access.WipeID, act Act) (Result, error) {
	return Result{}, errUnbuilt("wipe")
}
func (a *Admin) ListWipes(ctx context.Context, who access.Actor, q WipeQuery) (WipePage, error) {
	return WipePage{}, errUnbuilt("wipes")
}
func (a *Admin) FindWipe(ctx context.Context, who access.Actor, id access.WipeID) (WipeRow, error) {
	return WipeRow{}, errUnbuilt("wipe")
}
