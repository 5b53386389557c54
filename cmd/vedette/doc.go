// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Command vedette is the whole product: gateway, console, and the tools around them. This is the only
// place where parts are joined; every file here is one command, and wire.go builds what they share.
package main
