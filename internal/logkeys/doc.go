// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package logkeys holds the names of log attributes, once, so that one search finds one thing wherever
// it was logged. Everybody who logs may come in; only names pass through. A value that a phone chose is
// logged as a value, never as part of a message or a key.
package logkeys
