// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package packaging_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each unit runs its role with its example, checks it the same way, and none is less closed than the
// others.
func TestUnitsRunWhatTheirNamesSay(t *testing.T) {
	tests := []struct{ unit, check, run string }{
		{"vedette.service", "vedette check config -c /etc/vedette/vedette.toml", "vedette serve -c /etc/vedette/vedette.toml"},
		{"vedette-gateway.service", "vedette check config --role gateway -c /etc/vedette/gateway.toml", "vedette gateway -c /etc/vedette/gateway.toml"},
		{"vedette-console.service", "vedette check config --role console -c /etc/vedette/console.toml", "vedette console -c /etc/vedette/console.toml"},
	}
	closed := []string{"NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "PrivateDevices=yes",
		"MemoryDenyWriteExecute=yes", "SystemCallFilter=@system-service", "RestrictNamespaces=yes", "UMask=0077",
		"StateDirectoryMode=0700", "RestartPreventExitStatus=2 3"}
	units, err := filepath.Glob(filepath.Join(directory("systemd"), "*.service"))
	if err != nil || len(units) != len(tests) {
		t.Fatalf("%d units, want %d: %v", len(units), len(tests), err)
	}
	for _, tt := range tests {
		t.Run(tt.unit, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join(directory("systemd"), tt.unit))
			if err != nil {
				t.Fatal(err)
			}
			text := string(b)
			for key, want := range map[string]string{"ExecStartPre": tt.check, "ExecStart": tt.run} {
				m := regexp.MustCompile(`(?m)^` + key + `=/usr/local/bin/(.*)$`).FindStringSubmatch(text)
				if m == nil || m[1] != want {
					t.Errorf("%s is %q, want %q", key, m, want)
				}
			}
			for _, line := range closed {
				if !strings.Contains(text, "\n"+line+"\n") {
					t.Errorf("misses %s", line)
				}
			}
		})
	}
}
