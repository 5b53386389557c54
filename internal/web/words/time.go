// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package words

import (
	"strings"
	"time"
)

// Exact writes a moment in full, in the zone it comes with, and names the zone.
func (b *Book) Exact(t time.Time) string { return t.Format(b.Say("time.exact")) }

// Day writes a date, in the zone it comes with.
func (b *Book) Day(t time.Time) string { return t.Format(b.Say("time.day")) }

// Hour writes a day of the week and a time of day, in the zone it comes with.
func (b *Book) Hour(t time.Time) string {
	days := strings.Fields(b.Say("time.weekdays"))
	return b.Say("time.hour", days[int(t.Weekday())%len(days)], t.Format("15:04"))
}

// Ago says how long t is from now. The script in the page goes on counting with the same steps.
func (b *Book) Ago(t, now time.Time) string {
	d := now.Sub(t)
	frame := "time.ago"
	if d < 0 {
		d, frame = -d, "time.ahead"
	}
	d = d.Round(time.Second)
	switch {
	case d < 10*time.Second:
		return b.Say("time.now")
	case d < time.Minute:
		return b.Say(frame, b.Say("time.seconds", int(d/time.Second)))
	case d < time.Hour:
		return b.Say(frame, b.Say("time.minutes", int(d/time.Minute)))
	case d < 24*time.Hour:
		return b.Say(frame, b.Say("time.hours", int(d/time.Hour)))
	case d < 30*24*time.Hour:
		return b.Say(frame, b.Say("time.days", int(d/(24*time.Hour))))
	}
	return b.Day(t)
}
