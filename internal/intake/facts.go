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
// the first time is no change. Values are quoted, so that none can look like another change.
func changedFacts(a, b *access.Association) (list []string) {
	for _, f := range []struct{ name, from, to string }{
		{"model", a.Model, b.Model},
		{"OS", strings.TrimSpace(a.OS + " " + a.OSVersion), strings.TrimSpace(b.OS + " " + b.OSVersion)},
		{"phone number", a.Number, b.Number},
		{"IMEI", a.IMEI, b.IMEI},
		{"name", a.FriendlyName, b.FriendlyName},
		{"operator", a.Operator, b.Operator},
		{"device type", a.DeviceType, b.DeviceType},
		{"user agent", a.UserAgent, b.UserAgent},
	} {
		if f.from != "" && f.to != "" && f.from != f.to {
			list = append(list, fmt.Sprintf("%s %s → %s", f.name, quoted(f.from), quoted(f.to)))
		}
	}
	return list
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
