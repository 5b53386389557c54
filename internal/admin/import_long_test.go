// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin_test

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/vedette-mail/vedette/internal/admin"
)

// A file is checked and brought in in steps, says how far it is, and needs no memory for its length beyond
// the file itself. VEDETTE_IMPORT_LINES=100000 is the longest there is, with its time and memory in the log.
func TestALongImportSaysHowFarItIs(t *testing.T) { // Y-18
	lines := 1000
	if text := os.Getenv("VEDETTE_IMPORT_LINES"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		lines = n
	}
	var file bytes.Buffer
	file.WriteString("Serial number;Name;IMEI;OS;OS version;Model;Status\r\n")
	for i := range lines {
		fmt.Fprintf(&file, "SN%07d;Phone %d;%015d;Android;15;SM-S921B;active\r\n", i, i, 350000000000000+i*17)
	}
	w := newWorld(t)
	stop := w.run()
	defer stop()
	begun := time.Now()
	r, err := w.admin.StartImport(t.Context(), root(), admin.ImportForm{Kind: admin.ImportDevices, File: "devices.csv", Realm: "lab"}, file.Bytes(), admin.Act{})
	if err != nil {
		t.Fatal(err)
	}
	id := admin.ImportID(r.ID)
	steps, most := map[int]bool{}, uint64(0)
	watch := func() (i admin.Import) {
		t.Helper()
		for {
			if i, err = w.admin.FindImport(t.Context(), root(), id); err != nil {
				t.Fatal(err)
			}
			if j, err := w.admin.FindJob(t.Context(), root(), i.Job); err == nil && j.Done > 0 && j.Done < j.Total {
				steps[j.Done] = true
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			if most = max(most, m.HeapInuse+m.StackInuse); i.Over() {
				return i
			}
			select {
			case <-t.Context().Done():
				t.Fatal("cut off")
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
	watch()
	checked := time.Since(begun)
	if _, err := w.admin.RunImport(t.Context(), root(), id, admin.Act{}); err != nil {
		t.Fatal(err)
	}
	i := watch()
	if i.State != admin.ImportDone || i.Counts[admin.LineCreated] != lines {
		t.Fatalf("%s: %v", i.State, i.Counts)
	}
	if len(steps) == 0 {
		t.Error("nobody was told how far it is")
	}
	t.Logf("%d lines: checked in %v, brought in in %v, %d steps seen, %d MiB in use at most", lines, checked.Round(time.Millisecond),
		(time.Since(begun) - checked).Round(time.Millisecond), len(steps), most>>20)
	if most > 400<<20 {
		t.Errorf("%d MiB in use", most>>20)
	}
}
