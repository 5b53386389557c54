// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import "github.com/vedette-mail/vedette/internal/access"

func errUnbuilt(op string) error {
	return access.Unavailable("admin: "+op, "This is not built yet.", nil)
}
