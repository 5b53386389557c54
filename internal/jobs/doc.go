// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package jobs is the timetable: what is done at its hour, or over and over, without anybody pressing a
// button.
//
// cmd/vedette starts it; nobody else comes in. It reads the settings each time it looks at the clock, so that
// a change speaks at once, and asks the room that knows how to do the work to do it. Several consoles on one
// database agree by a claim in the database: whoever is first does it, and when that one dies another takes
// over.
//
//	j, err := jobs.New(jobs.Config{Store: …, Settings: …, Host: …})
//	go j.Run(ctx)   // backups, purges, the audit log to a collector and a file, letters
package jobs
