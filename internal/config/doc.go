// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package config is one struct with everything that is set in a file rather than in the console: where
// to listen, where data lies, which mail servers there are, who may connect to whom.
//
// Only cmd/vedette comes in. A file and the environment pass through; out comes a Config that can be
// used as it is, or an error that names every mistake with its file and line. The reference in
// docs/reference/config.md is generated from the struct tags.
//
// What decides about phones (preferences, overrides) is not here: it lives in the console and takes
// effect without a restart. Mail servers are here because a password is sent to them: that must not be
// changed by whoever can reach a web page.
package config
