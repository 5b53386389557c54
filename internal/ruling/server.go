// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package ruling

import (
	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/store"
)

// maxPhone is how many records of one phone are looked at.
const maxPhone = 500

// Servers writes down on which kind of mail server the earliest record of each phone is, while anybody wants to
// know that (Preferences.OneServerType). What was known once and is not known any more stays.
func Servers(tx *store.Tx, devices []string) error {
	if !tx.OneServerType() || len(devices) == 0 {
		return nil
	}
	gateways, _, err := tx.GatewaysSince(store.GatewayMark{})
	if err != nil {
		return err
	}
	types := access.NewServerTypes(gateways)
	phones, err := tx.Phones(devices, maxPhone)
	if err != nil {
		return err
	}
	for id, list := range phones {
		if kind := types.First(list); kind != "" {
			if _, err := tx.SetServerType(id, kind); err != nil {
				return err
			}
		}
	}
	return nil
}
