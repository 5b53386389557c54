// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/vedette-mail/vedette/eas"
)

// spellDevice gives the canonical form of an ActiveSync device id that a person types.
func spellDevice(text string) (string, bool) {
	id, ok := eas.ParseDeviceID(text)
	return string(id), ok
}
