// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package gateway_test

import "testing"

// the console shows the name that people type into their phones.
func TestTheStatusCarriesTheNamePhonesUse(t *testing.T) {
	const url = "https://mail.lab.example/Microsoft-Server-ActiveSync"
	w := newWorld(t, func(s *setting) { s.gateway.ExternalURL = url })
	if got := w.gw.Status().ExternalURL; got != url {
		t.Errorf("the status says %q", got)
	}
}
