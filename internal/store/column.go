// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// column ties a column to a Go value. The same list reads and writes, so the two cannot part ways.
type column struct {
	name string
	ptr  any
}

// names lists the columns, for SELECT and INSERT.
func names(cols []column) string {
	var b strings.Builder
	for i, c := range cols {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.name)
	}
	return b.String()
}

// places gives "$1, $2, …".
func places(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(from + i))
	}
	return b.String()
}

// sets gives "a = $1, b = $2, …".
func sets(from int, cols []column) string {
	var b strings.Builder
	for i, c := range cols {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c.name + " = $" + strconv.Itoa(from+i))
	}
	return b.String()
}

// args gives what is written, targets where it is read to.
func args(cols []column) []any {
	out := make([]any, len(cols))
	for i, c := range cols {
		out[i] = value(c.ptr)
	}
	return out
}

func targets(cols []column) []any {
	out := make([]any, len(cols))
	for i, c := range cols {
		out[i] = target(c.ptr)
	}
	return out
}

// asJSON marks a value that is kept as JSON.
type asJSON struct{ v any }

func value(ptr any) any {
	switch p := ptr.(type) {
	case *time.Time:
		return millis(*p)
	case *time.Duration:
		return p.Milliseconds()
	case *bool:
		return flag(*p)
	case asJSON:
		b, err := json.Marshal(p.v)
		if err != nil { // plain structs of ours always marshal
			return "{}"
		}
		return string(b)
	case texter:
		return p.text()
	case *string:
		return *p
	case number:
		return int64(*p.p)
	case *int:
		return int64(*p)
	case *int64:
		return *p
	}
	return ptr
}

func target(ptr any) any {
	switch p := ptr.(type) {
	case *time.Time:
		return (*timeTarget)(p)
	case *time.Duration:
		return (*durationTarget)(p)
	case *bool:
		return (*flagTarget)(p)
	case asJSON:
		return jsonTarget(p)
	case texter:
		return p.target()
	}
	return ptr
}

// texter stands for a text type of ours, so that no driver has to guess what lies beneath.
type texter interface {
	text() string
	target() any
}

type textOf[T ~string] struct{ p *T }

func (t textOf[T]) text() string { return string(*t.p) }
func (t textOf[T]) target() any  { return t }

func (t textOf[T]) Scan(src any) error {
	var s sql.NullString
	if err := s.Scan(src); err != nil {
		return err
	}
	*t.p = T(s.String)
	return nil
}

func text[T ~string](p *T) textOf[T] { return textOf[T]{p} }

type timeTarget time.Time

func (t *timeTarget) Scan(src any) error {
	ms, err := integer(src)
	*t = timeTarget(moment(ms))
	return err
}

type durationTarget time.Duration

func (t *durationTarget) Scan(src any) error {
	ms, err := integer(src)
	*t = durationTarget(time.Duration(ms) * time.Millisecond)
	return err
}

type flagTarget bool

func (t *flagTarget) Scan(src any) error {
	n, err := integer(src)
	*t = n != 0
	return err
}

type jsonTarget asJSON

func (t jsonTarget) Scan(src any) error {
	var s sql.NullString
	if err := s.Scan(src); err != nil || s.String == "" {
		return err
	}
	return json.Unmarshal([]byte(s.String), t.v)
}

func integer(src any) (int64, error) {
	switch v := src.(type) {
	case int64:
		return v, nil
	case nil:
		return 0, nil
	}
	return 0, fmt.Errorf("store: %T where a number belongs", src)
}

// millis and moment are the two directions of a time in the database: milliseconds since 1970 in UTC,
// 0 for no time at all.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// number stands for an int of ours, which the column holds as any other number.
type number struct{ p *int }

func (n number) Scan(src any) error {
	v, err := integer(src)
	*n.p = int(v)
	return err
}
