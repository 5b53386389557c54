// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package admin

import (
	"context"
	"fmt"
	"time"
	_ "time/tzdata" // a console in a bare container knows every zone

	"github.com/vedette-mail/vedette/internal/access"
)

// TimeZone is the zone in which pages show times. What is stored, exported and logged stays UTC.
type TimeZone struct {
	Zone string `json:"zone"` // as the IANA database has it, such as Europe/Zurich
	Kept `json:"-"`
}

// Location gives the zone for computing; UTC when this machine does not know it.
func (z *TimeZone) Location() *time.Location {
	loc, err := time.LoadLocation(z.Zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// TimeZone gives the time zone that is set: everybody sees its times.
func (s *Settings) TimeZone(ctx context.Context, who access.Actor) (TimeZone, error) {
	z := TimeZone{Zone: "UTC"}
	if err := who.May(access.VerbView); err != nil {
		return z, err
	}
	var err error
	z.Kept, _, err = s.read(ctx, settingZone, &z)
	return z, err
}

// ChangeTimeZone sets the time zone.
func (s *Settings) ChangeTimeZone(ctx context.Context, who access.Actor, z TimeZone, act Act) (Result, error) {
	if _, err := time.LoadLocation(z.Zone); err != nil || z.Zone == "" || z.Zone == "Local" {
		return Result{}, access.Invalid("admin: time zone", fmt.Sprintf("%s is no time zone. Write it like Europe/Zurich, or UTC.", quoted(z.Zone)))
	}
	old := TimeZone{Zone: "UTC"}
	return s.change(ctx, who, settingZone, "Time zone", z, &old, nil, act, func() []string {
		var d diffs
		d.add("Time zone", old.Zone, z.Zone)
		return d
	})
}
