// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strings"
)

// Problem is one mistake, where it was made and what to do. Line is 0 when it has no line: a setting
// that is missing, or one from the environment.
type Problem struct {
	File   string // path of the file, or "environment"
	Line   int
	Column int
	Key    string // as in "console.gateway[0].pin"
	Text   string
}

func (p Problem) String() string {
	at := p.File
	if p.Line > 0 {
		at = fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
	if p.Key != "" {
		return at + ": " + p.Key + ": " + p.Text
	}
	return at + ": " + p.Text
}

// Error holds every mistake found at once.
type Error struct{ Problems []Problem }

func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}
