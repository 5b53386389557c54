// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Command docgen writes docs/reference from the program itself: settings from the struct tags of
// config, commands from their help, metrics and audit events from the source that counts and writes
// them, the API's description from its routes. make generate runs it; its test fails when a file in
// docs/reference is not what it would write.
//
// Nobody imports it. It may open every door but cmd's, whose help it asks the built program for.
package main

//go:generate go run . -root ../..
