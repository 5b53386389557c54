// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/control"
)

// expired replaces the link certificate of one end by one that was good until a year ago, and gives its
// pin.
func (w *world) expired(dir, name string) string {
	w.t.Helper()
	cert, key, err := control.MakeCertificate(name, time.Now().AddDate(-6, 0, 0))
	if err != nil {
		w.t.Fatal(err)
	}
	base := filepath.Join(w.file(dir), "link", name)
	for file, b := range map[string][]byte{base + ".crt": cert, base + ".key": key} {
		if err := os.WriteFile(file, b, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	return w.pin(dir, name)
}

// edit replaces text in a file of the world.
func (w *world) edit(name, old, by string) {
	w.t.Helper()
	b, err := os.ReadFile(w.file(name))
	if err != nil {
		w.t.Fatal(err)
	}
	if !strings.Contains(string(b), old) {
		w.t.Fatalf("%s does not hold %q", name, old)
	}
	w.write(name, strings.ReplaceAll(string(b), old, by))
}

// wantNoLink sees to it that gateway i has not been let in, knows it, and lets no stranger through.
func (w *world) wantNoLink(i int) {
	w.t.Helper()
	for _, g := range w.listGateways() {
		if string(g.ID) == gatewayName(i) && g.Connected {
			w.t.Errorf("%s is connected", gatewayName(i))
		}
	}
	if code, body := get(w.t, http.DefaultClient, "http://"+w.status[i]+"/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "console") {
		w.t.Errorf("%s says of itself: %d %s", gatewayName(i), code, body)
	}
	expect(w.t, "refused", w.phone(i, "bob", "PHONEONE"))
}

// Both ends say what is wrong with a link that cannot be, and the link is not.
func TestALinkWithTheWrongKeysIsRefusedAndExplained(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{gateways: 4, early: true})
	wrong := "sha256:" + strings.Repeat("ab", 32)
	consolePin, unknownPin, oldPin := w.pin("console", "console"), w.pin("gw2", "gateway"), w.pin("gw3", "gateway")
	w.edit("gw1.toml", consolePin, wrong)
	w.edit("console.toml", unknownPin, wrong)
	expiredPin := w.expired("gw3", "gateway")
	w.edit("console.toml", oldPin, expiredPin)
	w.startConsole()
	w.hire()
	for i := range w.gateways {
		w.startGateway(i)
	}
	w.connected(3) // the one with nothing wrong

	w.gateways[0].logs(soon, "no link to the console", "the console shows the pin "+consolePin, wrong)
	w.console.logs(soon, "gateway link refused or broken")
	w.gateways[1].logs(soon, "no link to the console", "does not accept this gateway's certificate", unknownPin)
	w.console.logs(soon, "gateway link refused or broken", "no gateway has the pin "+unknownPin)
	w.gateways[2].logs(soon, "no link to the console", "the gateway's link certificate", expiredPin, "expired at")
	w.console.logs(soon, "gateway link refused or broken", "the gateway's link certificate", expiredPin, "expired at")
	for i := range 3 {
		w.wantNoLink(i)
	}
}

func TestAnExpiredConsoleIsNotBelieved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, plan{early: true})
	good := w.pin("console", "console")
	pin := w.expired("console", "console")
	w.edit("gw1.toml", good, pin)
	w.startConsole()
	w.hire()
	w.startGateway(0)
	w.gateways[0].logs(soon, "no link to the console", "the console's link certificate", pin, "expired at")
	w.console.logs(soon, "gateway link refused or broken")
	w.wantNoLink(0)
}
