// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package intake

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vedette-mail/vedette/internal/access"
	"github.com/vedette-mail/vedette/internal/linking"
)

// eventFacts is the audit event of a phone that tells something else of itself than before (Y-19).
const eventFacts = "facts"

// A phone writes its own facts, and so can fill the log with them. A change that was written down within
// factsAgain is not written again, which ends what goes to and fro between two mail apps; and no more than
// factsADay lines of a record come in any 24 hours, which ends what is different every time.
const (
	factsAgain = 30 * 24 * time.Hour
	factsADay  = 4
	factsLook  = 60 // lines of the record that are looked at for that
	factWords  = 80 // characters of a value
)

// changedFacts names what a phone tells otherwise than before, each as `model "A" → "B"`. What it tells for
// the first time is no change, and of numbers only the ends are named. Values are quoted, so that none can look like another change.
func changedFacts(a, b *access.Association) (list []string) {
	for _, f := range []struct {
		name, from, to string
		ends           bool
	}{
		{name: "model", from: a.Model, to: b.Model},
		{name: "OS", from: strings.TrimSpace(a.OS + " " + a.OSVersion), to: strings.TrimSpace(b.OS + " " + b.OSVersion)},
		{name: "phone number", from: a.Number, to: b.Number, ends: true},
		{name: "IMEI", from: a.IMEI, to: b.IMEI, ends: true},
		{name: "name", from: a.FriendlyName, to: b.FriendlyName},
		{name: "operator", from: a.Operator, to: b.Operator},
		{name: "device type", from: a.DeviceType, to: b.DeviceType},
		{name: "user agent", from: a.UserAgent, to: b.UserAgent},
	} {
		if f.from == "" || f.to == "" || f.from == f.to {
			continue
		}
		if f.ends {
			f.from, f.to = end(f.from), end(f.to)
		}
		list = append(list, fmt.Sprintf("%s %s → %s", f.name, quoted(f.from), quoted(f.to)))
	}
	return list
}

// end leaves the last four characters of a number of a person or a device: the log is read by more people,
// and leaves the console by more ways, than the record.
func end(s string) string {
	r := []rune(s)
	return "…" + string(r[max(0, len(r)-4):])
}

// quoted caps and escapes what a phone says of itself.
func quoted(s string) string {
	if utf8.RuneCountInString(s) > factWords {
		s = string([]rune(s)[:factWords]) + "…"
	}
	return strconv.Quote(s)
}

// noteFacts writes down what a known phone tells otherwise than before.
func (w *work) noteFacts(before, now *access.Association) error {
	changes := changedFacts(before, now)
	if len(changes) == 0 {
		return nil
	}
	lines, err := w.tx.AuditOf(string(now.ID), factsLook)
	if err != nil {
		return err
	}
	today := 0
	said := map[string]bool{}
	for _, e := range lines {
		if e.Event != eventFacts || e.Actor != linking.Actor {
			continue
		}
		if w.now.Sub(e.At) < 24*time.Hour {
			today++
		}
		if w.now.Sub(e.At) >= factsAgain {
			continue
		}
		for _, c := range changes {
			if strings.Contains(e.Detail, c) {
				said[c] = true
			}
		}
	}
	var fresh []string
	for _, c := range changes {
		if !said[c] {
			fresh = append(fresh, c)
		}
	}
	if len(fresh) == 0 || today >= factsADay {
		return nil
	}
	detail := strings.Join(fresh, "; ")
	if today == factsADay-1 {
		detail += "; what else changes within a day is not written down"
	}
	w.tx.Audit(access.AuditEntry{Actor: linking.Actor, Event: eventFacts, Subject: now.Pair.String(), Object: string(now.ID), Detail: detail})
	return nil
}
