// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// positions knows where in a file each key was set.
type positions struct {
	file string
	keys []keyAt // in the order of the file
}

type keyAt struct {
	key          string // with indexes: console.gateway[0].pin
	line, column int
	table        bool
	env          string // name of the variable that set it, when one did
}

// findPositions reads a document for its keys alone. Values are not looked at, but for inline tables.
func findPositions(file string, doc []byte) (*positions, error) {
	where := &positions{file: file}
	counts := map[string]int{}
	prefix := ""
	p := unstable.Parser{}
	p.Reset(doc)
	for p.NextExpression() {
		switch e := p.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			path, first := joinKey("", e.Key(), counts)
			if e.Kind == unstable.ArrayTable {
				counts[path]++
				path = fmt.Sprintf("%s[%d]", path, counts[path]-1)
			}
			prefix = path
			where.add(&p, path, first, true)
		case unstable.KeyValue:
			where.keyValue(&p, prefix, e, counts)
		}
	}
	return where, p.Error()
}

func (w *positions) keyValue(p *unstable.Parser, prefix string, e *unstable.Node, counts map[string]int) {
	path, first := joinKey(prefix, e.Key(), counts)
	kind := e.Value().Kind
	w.add(p, path, first, kind == unstable.InlineTable)
	switch kind {
	case unstable.InlineTable:
		for it := e.Value().Children(); it.Next(); {
			w.keyValue(p, path, it.Node(), counts)
		}
	case unstable.Array:
		n := 0
		for it := e.Value().Children(); it.Next(); n++ {
			if it.Node().Kind != unstable.InlineTable {
				continue
			}
			for inner := it.Node().Children(); inner.Next(); {
				w.keyValue(p, fmt.Sprintf("%s[%d]", path, n), inner.Node(), counts)
			}
		}
	}
}

func (w *positions) add(p *unstable.Parser, key string, first *unstable.Node, table bool) {
	at := p.Shape(first.Raw).Start
	w.keys = append(w.keys, keyAt{key: key, line: at.Line, column: at.Column, table: table})
}

// joinKey gives a dotted key below prefix, with the index of the last element where a part on the way
// names an array of tables, and the node of its first part.
func joinKey(prefix string, it unstable.Iterator, counts map[string]int) (string, *unstable.Node) {
	var first *unstable.Node
	path := prefix
	for it.Next() {
		n := it.Node()
		if first == nil {
			first = n
		} else if c := counts[path]; c > 0 {
			path = fmt.Sprintf("%s[%d]", path, c-1)
		}
		if path != "" {
			path += "."
		}
		path += string(n.Data)
	}
	return path, first
}

// problem gives a problem at the line of key, or of the nearest table around it.
func (w *positions) problem(key, text string) Problem {
	for at := key; ; {
		for i := len(w.keys) - 1; i >= 0; i-- {
			k := w.keys[i]
			if k.key != at {
				continue
			}
			if k.env != "" {
				return Problem{File: "environment", Key: key, Text: text + " (set by " + k.env + ")"}
			}
			return Problem{File: w.file, Line: k.line, Column: k.column, Key: key, Text: text}
		}
		cut := strings.LastIndexAny(at, ".[")
		if cut < 0 {
			return Problem{File: w.file, Key: key, Text: text}
		}
		at = at[:cut]
	}
}

// decodeProblem turns an error of the TOML library into a problem with a line.
func decodeProblem(file string, doc []byte, err error) Problem {
	var de *toml.DecodeError
	if errors.As(err, &de) {
		line, column := de.Position()
		return Problem{File: file, Line: line, Column: column, Text: plainWords(de.Error())}
	}
	var pe *unstable.ParserError
	if errors.As(err, &pe) {
		// The parser's highlight is a part of the document: its place is found by capacity.
		offset := cap(doc) - cap(pe.Highlight)
		if offset >= 0 && offset <= len(doc) {
			lead := string(doc[:offset])
			return Problem{File: file, Line: strings.Count(lead, "\n") + 1,
				Column: offset - strings.LastIndex(lead, "\n"), Text: pe.Message}
		}
		return Problem{File: file, Text: pe.Message}
	}
	return Problem{File: file, Text: plainWords(err.Error())}
}

// plainWords takes the names of Go types out of the library's complaint about a value of the wrong kind.
func plainWords(text string) string {
	text = strings.TrimPrefix(text, "toml: ")
	found, target, isKind := strings.Cut(strings.TrimPrefix(text, "cannot decode TOML "), " into ")
	if !isKind {
		return text
	}
	want := "text"
	switch target = target[strings.LastIndex(target, " ")+1:]; {
	case target == "bool":
		want = "true or false"
	case target == "int":
		want = "a whole number"
	case strings.HasPrefix(target, "[]"):
		want = "a list"
	case strings.HasPrefix(target, "config.") && target != "config.Duration" && target != "config.Size":
		want = "a table"
	}
	kinds := map[string]string{"integer": "a whole number", "float": "a number", "boolean": "true or false",
		"string": "text", "array": "a list", "inline table": "a table", "table": "a table"}
	if word, known := kinds[found]; known {
		found = word
	}
	return "write " + want + " here, not " + found
}

// twice finds a key that is set a second time, which the library notices without saying where.
func (w *positions) twice() (Problem, bool) {
	first := map[string]int{}
	for _, k := range w.keys {
		if line, found := first[k.key]; found {
			return Problem{File: w.file, Line: k.line, Column: k.column, Key: k.key,
				Text: fmt.Sprintf("set twice, first in line %d", line)}, true
		}
		first[k.key] = k.line
	}
	return Problem{}, false
}
