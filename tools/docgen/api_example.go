// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// The examples of the API, in the order in which they happen. A section is
//
//	== operation-id: what it shows
//	METHOD /path
//	Header: value
//	{ body, to the end of the section }; after Content-Type: text/csv all lines are the body
//	<- jobs              jobs are carried out before it happens, and records are looked at after a rule has changed
//	-> NAME field        keeps a field of the answer; {NAME} stands for it from then on
//
//go:embed api_examples.txt
var apiExamples string

// example is one section, and what came of it.
type example struct {
	operation, title string
	method, path     string
	headers          [][2]string
	body             string
	keep             [2]string
	jobs             bool

	status int
	answer []string // lines, made the same every time
}

func parseExamples(text string) (list []*example, err error) {
	var e *example
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "== "):
			id, title, _ := strings.Cut(strings.TrimPrefix(line, "== "), ": ")
			e = &example{operation: id, title: title}
			list = append(list, e)
		case e == nil || line == "":
		case line == "<- jobs":
			e.jobs = true
		case strings.HasPrefix(line, "-> "):
			f := strings.Fields(line)
			if len(f) != 3 {
				return nil, fmt.Errorf("example %s: %q keeps nothing", e.operation, line)
			}
			e.keep = [2]string{f[1], f[2]}
		case e.method == "":
			e.method, e.path, _ = strings.Cut(line, " ")
		case e.body != "" || strings.HasPrefix(line, "{") || slices.Contains(e.headers, [2]string{"Content-Type", "text/csv"}):
			e.body += line + "\n"
		default:
			name, value, ok := strings.Cut(line, ": ")
			if !ok {
				return nil, fmt.Errorf("example %s: %q is no header", e.operation, line)
			}
			e.headers = append(e.headers, [2]string{name, value})
		}
	}
	return list, nil
}

// idPattern finds ids, which are new every time; erasedWord what stands for a person who is forgotten; setupLink
// a secret.
var (
	erasedWord   = regexp.MustCompile(`\berased-[a-z2-7]{8}\b`)
	setupLink    = regexp.MustCompile(`(/setup\?token=)[A-Z2-7]+`)
	idPattern    = regexp.MustCompile(`\b[0-9a-hjkmnp-tv-z]{26}\b`)
	placePattern = regexp.MustCompile(`(?m)^id: (\d+)\.\S+`)
	requestID    = regexp.MustCompile(`("request_id": )"[A-Z2-7]+"`)
)

// run carries out every example, and fails with one that is not answered as it should be.
func runExamples(ctx context.Context, list []*example) error {
	w, err := newAPIWorld(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = w.close() }()
	phones, err := w.phones(ctx)
	if err != nil {
		return err
	}
	known := map[string]string{"record": phones[0], "second": phones[1], "bobs": phones[2]}
	for _, e := range list {
		var pairs []string
		for name, id := range known {
			pairs = append(pairs, "{"+name+"}", id)
		}
		fill := strings.NewReplacer(pairs...)
		headers := make([][2]string, len(e.headers))
		for i, h := range e.headers {
			headers[i] = [2]string{h[0], fill.Replace(h[1])}
		}
		if e.jobs {
			if err := w.work(ctx); err != nil {
				return fmt.Errorf("example %s: %w", e.operation, err)
			}
		}
		status, header, text, err := w.ask(ctx, e.method, fill.Replace(e.path), headers, fill.Replace(e.body))
		if err != nil {
			return fmt.Errorf("example %s: %w", e.operation, err)
		}
		if status < 200 || status > 299 {
			return fmt.Errorf("example %s: %s %s gives %d: %s", e.operation, e.method, e.path, status, text)
		}
		if e.keep[0] != "" {
			var fields map[string]any
			if err := json.Unmarshal(text, &fields); err != nil {
				return fmt.Errorf("example %s: %w", e.operation, err)
			}
			value := find(fields, e.keep[1])
			if value == "" {
				return fmt.Errorf("example %s: the answer has no %s: %s", e.operation, e.keep[1], text)
			}
			known[e.keep[0]] = value
		}
		e.status = status
		if e.answer, err = told(header, text, known); err != nil {
			return fmt.Errorf("example %s: %w", e.operation, err)
		}
	}
	return nil
}

// find looks up a field such as "items.0.id".
func find(v any, path string) string {
	for _, part := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[part]
		case []any:
			var i int
			if _, err := fmt.Sscan(part, &i); err != nil || i >= len(x) {
				return ""
			}
			v = x[i]
		}
	}
	s, _ := v.(string)
	return s
}

// most is how many lines of an answer are shown.
const most = 50

// told makes an answer the same every time, and short.
func told(header http.Header, text []byte, known map[string]string) ([]string, error) {
	var out bytes.Buffer
	for _, name := range []string{"Location", "Etag", "Content-Type"} {
		if v := header.Get(name); v != "" && (name != "Content-Type" || v != "application/json") {
			if name == "Etag" {
				name = "ETag"
			}
			fmt.Fprintf(&out, "%s: %s\n", name, v)
		}
	}
	switch header.Get("Content-Type") {
	case "text/event-stream":
		out.WriteString("\n" + placePattern.ReplaceAllString(strings.TrimSpace(string(text)), "id: $1.…"))
	case "application/x-ndjson":
		out.WriteString("\n" + strings.TrimSpace(string(text)))
	case "application/openapi+json", "application/zip":
		out.WriteString("\n…")
	default:
		if out.Len() > 0 {
			out.WriteString("\n")
		}
		if err := json.Indent(&out, text, "", "  "); err != nil {
			return nil, err
		}
	}
	s := out.String()
	for _, name := range slices.Sorted(maps.Keys(known)) {
		if idPattern.MatchString(known[name]) {
			s = strings.ReplaceAll(s, known[name], "id-of-"+name)
		}
	}
	others := map[string]string{}
	s = idPattern.ReplaceAllStringFunc(s, func(id string) string {
		if others[id] == "" {
			others[id] = fmt.Sprintf("id-%d", len(others)+1)
		}
		return others[id]
	})
	s = setupLink.ReplaceAllString(s, "$1…")
	s = erasedWord.ReplaceAllString(s, "erased-…")
	s = requestID.ReplaceAllString(s, `$1"…"`)
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i, l := range lines {
		if r := []rune(l); len(r) > 400 {
			lines[i] = string(r[:400]) + "…"
		}
	}
	if len(lines) > most {
		lines = append(lines[:most:most], "…")
	}
	return lines, nil
}
