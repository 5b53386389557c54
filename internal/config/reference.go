// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
)

// Reference gives docs/reference/config.md: every setting with type, default, variable and meaning.
func Reference() string {
	var b strings.Builder
	b.WriteString("# Configuration file\n\nGenerated from the program; do not edit.\n\n" +
		"The file is TOML. A variable overrides the file; lists in variables are separated by commas.\n" +
		"`vedette check config` names every mistake with its line.\n")
	defaults := reflect.ValueOf(Default())
	heading(&b, "", "")
	for _, s := range settings() {
		if s.table {
			heading(&b, s.key, s.doc)
			continue
		}
		variable := ""
		value := reflect.Zero(s.typ)
		if s.index != nil {
			variable = "`" + envName(s.key) + "`"
			value = defaults.FieldByIndex(s.index)
		}
		name := s.key[strings.LastIndex(s.key, ".")+1:]
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", name, typeWord(s.typ), defaultWord(value), variable, s.doc)
	}
	return b.String()
}

func heading(b *strings.Builder, key, doc string) {
	switch name, repeated := strings.CutSuffix(key, "[]"); {
	case key == "":
		b.WriteString("\n## Top level\n")
	case repeated:
		fmt.Fprintf(b, "\n## `[[%s]]`\n\n%s\n", name, doc)
	default:
		fmt.Fprintf(b, "\n## `[%s]`\n\n%s\n", name, doc)
	}
	b.WriteString("\n| key | type | default | variable | meaning |\n|---|---|---|---|---|\n")
}

func typeWord(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[Duration]():
		return "length of time"
	case reflect.TypeFor[Size]():
		return "size"
	}
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "number"
	case reflect.Slice:
		return "list of text"
	}
	return "text"
}

func defaultWord(v reflect.Value) string {
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, _ := m.MarshalText() // ours, cannot fail
		return "`" + string(text) + "`"
	}
	switch {
	case v.Kind() == reflect.Slice:
		return "`[]`"
	case v.Kind() == reflect.String && v.Len() == 0:
		return "empty"
	}
	return fmt.Sprintf("`%v`", v.Interface())
}
