// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package script drives the built program by its command line: archives in testdata hold the files a
// command is given, what is typed, and what has to come of it.
//
// Nobody comes in. Beside the usual commands of testscript there is "ends": ends 3 vedette … runs a
// command that has to end with exit code 3. Whatever listens does so on loopback, and long-lived commands
// have their stories in test/e2e.
package script
