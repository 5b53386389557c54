// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package httpq reads and writes the query of an ActiveSync request line ([MS-ASHTTP] 2.2.1.1.1), plain
// text and base64, from the raw query string: a form parser would turn the plus signs of base64 into
// spaces.
//
// [Parse] keeps everything it does not know, and the editing methods of [Query] change what they are
// asked to change and nothing else. It refuses, with an [*Error] that says why, whatever two servers might
// read in two ways: parameters given twice with different values, broken escapes in an identity, odd
// names. [Query.Check] then says whether a POST names all it must.
//
// Anybody may import this package. It imports only the words of package eas.
package httpq
