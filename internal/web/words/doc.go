// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

// Package words is what the console's pages say, one file for each language.
//
// The pages come in with a key and get a sentence; nothing else passes through. A file has lines of the form
//
//	job.progress = {1} of {2} records
//	count.record = {1} record | {1} records
//
// A line that begins with a space goes on with the one before, # begins a comment. {1} is the first value a
// page gives; values may stand in any order, twice, or not at all. Forms parted by | are chosen by the first
// value, a number; language.plural says by which rule. *Words between stars* are set strong where a page
// shows markup, and nothing else in a file can become markup.
//
// en.txt is complete, and the measure for the others: what another language leaves out is said in English.
//
// Hear takes what the rooms behind the pages have said in English, and gives it in another language where the
// keys under said. know the sentence. docs/extend/language.md goes through it all.
package words
