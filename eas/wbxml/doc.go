// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package wbxml reads and writes the binary XML that Exchange ActiveSync puts on the wire
// ([MS-ASWBXML]): WBXML 1.3, UTF-8, no attributes, no string table, 26 code pages.
//
// Three ways in, by need. [Root] looks at the first bytes of a body and names its root element; a
// middlebox that only has to know which command a body holds needs no more. [Reader] pulls events out of
// a stream and can stop early; it never holds more than its buffer, whatever a length field claims.
// [Parse] makes a tree of a small document. Two ways out: [Writer] mirrors Reader, [Marshal] writes a
// tree in canonical form.
//
// Tokens and code pages that nobody has defined pass through with their numbers. What the format allows
// but ActiveSync never uses (attributes, entities, extensions, string table references, processing
// instructions) is refused with a [*SyntaxError] that tells where and why. No input makes this package
// panic, and none makes it allocate on the word of a length field.
//
// Anybody may import this package. It imports only the words of package eas.
package wbxml
