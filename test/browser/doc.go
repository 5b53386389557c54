// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package browser uses the console's pages the way a person does: in Chromium, with a mouse, with keys
// alone, with script and without.
//
// Start makes a real console for it, a real store with made-up people in it, without any gateway; the
// tests of package web start the same one. The stories in stories.mjs drive it through playwright-core
// and leave the screenshots of docs/shots:
//
//	VEDETTE_SHOTS=../../docs/shots go test ./test/browser
//
// STORY=words runs the stories whose name holds the words, SHOT=activesync takes only those pictures.
package browser
