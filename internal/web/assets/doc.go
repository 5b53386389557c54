// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package assets holds the style sheet, the script, the icons and the font of the console's pages.
//
// They are built from src/ and from npm packages by build.mjs into dist/, which is not in version
// control; without it a placeholder keeps the program building and its pages usable. Only package web
// comes in.
package assets
