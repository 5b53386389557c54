// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// EnvPrefix begins the names of environment variables that set something: VEDETTE_GATEWAY_LISTEN sets
// gateway.listen. Lists are separated by commas; tables that repeat cannot be set this way.
const EnvPrefix = "VEDETTE_"

// Role says which parts of a configuration a process uses, and so which have to be complete.
type Role int

// The roles.
const (
	RoleServe    Role = iota // console and gateway in one process
	RoleConsole              // console alone
	RoleGateway              // gateway alone
	RoleTool                 // a command beside a running process: only what it touches itself
	RoleBackends             // only the mail servers, to try them
)

// Load reads the file at path (none when it is empty), lets the environment (as os.Environ gives it)
// override it, fills in defaults and checks the result for a role. A mistake is an *Error that names
// all that were found, or says that the file cannot be read.
func Load(path string, environ []string, role Role) (*Config, error) {
	var doc []byte
	if path != "" {
		var err error
		if doc, err = os.ReadFile(path); err != nil {
			return nil, &Error{Problems: []Problem{{File: path, Text: unreadable(err)}}}
		}
	}
	return Parse(path, doc, environ, role)
}

// unreadable says why a file cannot be read; its name stands before it.
func unreadable(err error) string {
	if errors.Is(err, fs.ErrNotExist) {
		return "there is no such file"
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return "cannot be read: " + err.Error()
}

// Parse is Load for a document that has been read already; file is its name in complaints.
func Parse(file string, doc []byte, environ []string, role Role) (*Config, error) {
	if file == "" {
		file = "configuration"
	}
	c := Default()
	where, err := findPositions(file, doc)
	if err == nil {
		// Before the library decodes: it takes keys in any case, and some that do not fit make it panic.
		problems := unknownKeys(where)
		if p, found := where.twice(); found {
			problems = append(problems, p)
		}
		if len(problems) > 0 {
			return nil, &Error{Problems: problems}
		}
		err = toml.Unmarshal(doc, &c)
	}
	if err != nil {
		return nil, &Error{Problems: []Problem{decodeProblem(file, doc, err)}}
	}
	c.where = where
	problems := applyEnv(&c, environ)
	if len(problems) == 0 {
		c.derive()
		problems = c.validate(role)
	}
	if len(problems) > 0 {
		return nil, &Error{Problems: problems}
	}
	return &c, nil
}

// setting is one thing that can be set: a leaf of the struct, or a table (kind Struct, or Slice of
// Struct).
type setting struct {
	key   string // with [] after a table that repeats: console.gateway[].pin
	doc   string
	typ   reflect.Type
	index []int // path of fields, for settings outside repeated tables
	table bool
}

// settings walks the struct, tables before what is in them.
func settings() []setting {
	var out []setting
	var walk func(t reflect.Type, prefix string, index []int, repeated bool)
	walk = func(t reflect.Type, prefix string, index []int, repeated bool) {
		for i := range t.NumField() {
			f := t.Field(i)
			name := f.Tag.Get("toml")
			if name == "" {
				continue
			}
			s := setting{key: prefix + name, doc: f.Tag.Get("doc"), typ: f.Type, index: append(slices.Clone(index), i)}
			if repeated {
				s.index = nil
			}
			switch {
			case f.Type.Kind() == reflect.Struct:
				s.table = true
				out = append(out, s)
				walk(f.Type, s.key+".", s.index, repeated)
			case f.Type.Kind() == reflect.Slice && f.Type.Elem().Kind() == reflect.Struct:
				s.table, s.key, s.index = true, s.key+"[]", nil
				out = append(out, s)
				walk(f.Type.Elem(), s.key+".", nil, true)
			default:
				out = append(out, s)
			}
		}
	}
	walk(reflect.TypeFor[Config](), "", nil, false)
	return out
}

// unknownKeys complains about keys that mean nothing, with the nearest that does. A misspelt setting
// that is passed over in silence is one that somebody believes to be on.
func unknownKeys(where *positions) []Problem {
	all := settings()
	var problems []Problem
	for _, k := range where.keys {
		plain := withoutIndexes(k.key)
		known := slices.ContainsFunc(all, func(s setting) bool { return s.key == plain || s.key == plain+"[]" })
		if known || slices.ContainsFunc(problems, func(p Problem) bool { return strings.HasPrefix(k.key, p.Key+".") }) {
			continue
		}
		text := "there is no such setting"
		if k.table {
			text = "there is no such table"
		}
		if near := nearest(plain, all, k.table); near != "" {
			text += "; did you mean " + near + "?"
		}
		problems = append(problems, where.problem(k.key, text))
	}
	return problems
}

func withoutIndexes(key string) string {
	var b strings.Builder
	skip := false
	for _, r := range key {
		switch {
		case r == '[':
			skip = true
			b.WriteString("[]")
		case r == ']':
			skip = false
		case !skip:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// nearest gives the setting whose name is closest, in the same table first.
func nearest(key string, all []setting, table bool) string {
	best, bestDistance := "", 1+max(2, len(key)/4)
	last := key[strings.LastIndex(key, ".")+1:]
	for _, s := range all {
		if s.table != table {
			continue
		}
		name := strings.TrimSuffix(s.key, "[]")
		d := distance(key, name)
		if name[strings.LastIndex(name, ".")+1:] == last {
			d = 1 // right name, wrong table
		}
		if d < bestDistance {
			best, bestDistance = s.key, d
		}
	}
	return best
}

// distance is the number of letters to add, drop or change.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// applyEnv lets variables override settings.
func applyEnv(c *Config, environ []string) []Problem {
	byName := map[string]setting{}
	for _, s := range settings() {
		if s.index != nil && !s.table {
			byName[envName(s.key)] = s
		}
	}
	var problems []Problem
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(name, EnvPrefix) {
			continue
		}
		s, known := byName[name]
		if !known {
			problems = append(problems, Problem{File: "environment", Key: name, Text: "there is no such setting" + nearestEnv(name, byName)})
			continue
		}
		if err := setField(reflect.ValueOf(c).Elem().FieldByIndex(s.index), value); err != nil {
			problems = append(problems, Problem{File: "environment", Key: name, Text: err.Error()})
		}
		c.where.keys = append(c.where.keys, keyAt{key: s.key, env: name})
	}
	return problems
}

func envName(key string) string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

func nearestEnv(name string, byName map[string]setting) string {
	best, bestDistance := "", 4
	for n := range byName {
		if d := distance(name, n); d < bestDistance || d == bestDistance && n < best {
			best, bestDistance = n, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

func setField(v reflect.Value, text string) error {
	if u, ok := v.Addr().Interface().(interface{ UnmarshalText([]byte) error }); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", text)
		}
		v.SetBool(b)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%q is not a number", text)
		}
		v.SetInt(int64(n))
	case reflect.Slice:
		var parts []string
		for p := range strings.SplitSeq(text, ",") {
			if p = strings.TrimSpace(p); p != "" {
				parts = append(parts, p)
			}
		}
		v.Set(reflect.ValueOf(parts))
	default:
		v.SetString(text)
	}
	return nil
}
