// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The parts of an OpenAPI description that the reference shows.
type (
	apiDocument struct {
		Paths      map[string]map[string]*apiOperation `json:"paths"`
		Components struct {
			Schemas map[string]*apiSchema `json:"schemas"`
		} `json:"components"`
	}
	apiOperation struct {
		ID          string               `json:"operationId"`
		Summary     string               `json:"summary"`
		Description string               `json:"description"`
		Tags        []string             `json:"tags"`
		Verbs       []string             `json:"x-verbs"`
		Parameters  []apiParameter       `json:"parameters"`
		Body        *apiAnswer           `json:"requestBody"`
		Responses   map[string]apiAnswer `json:"responses"`
		method      string
		path        string
	}
	apiParameter struct {
		Name        string     `json:"name"`
		In          string     `json:"in"`
		Description string     `json:"description"`
		Required    bool       `json:"required"`
		Schema      *apiSchema `json:"schema"`
	}
	apiAnswer struct {
		Required bool `json:"required"`
		Content  map[string]struct {
			Schema *apiSchema `json:"schema"`
		} `json:"content"`
	}
	apiSchema struct {
		Ref         string                `json:"$ref"`
		Type        any                   `json:"type"`
		Format      string                `json:"format"`
		Description string                `json:"description"`
		Enum        []any                 `json:"enum"`
		Default     any                   `json:"default"`
		Items       *apiSchema            `json:"items"`
		Properties  map[string]*apiSchema `json:"properties"`
		Required    []string              `json:"required"`
		OneOf       []*apiSchema          `json:"oneOf"`
		Additional  any                   `json:"additionalProperties"`
	}
)

// apiReference is the description for people: by resource, each route with an example that was carried out.
func apiReference(ctx context.Context, root string) ([]byte, error) {
	text, err := openAPI(ctx, root)
	if err != nil {
		return nil, err
	}
	var d apiDocument
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, err
	}
	examples, err := parseExamples(apiExamples)
	if err != nil {
		return nil, err
	}
	if err := runExamples(ctx, examples); err != nil {
		return nil, err
	}
	byTag := map[string][]*apiOperation{}
	for path, methods := range d.Paths {
		for method, op := range methods {
			op.method, op.path = strings.ToUpper(method), path
			byTag[op.Tags[0]] = append(byTag[op.Tags[0]], op)
		}
	}
	var missing []error
	of := map[string][]*example{}
	for _, e := range examples {
		of[e.operation] = append(of[e.operation], e)
	}
	var b bytes.Buffer
	b.WriteString(apiHead)
	tags := slices.Sorted(maps.Keys(byTag))
	for _, t := range tags {
		fmt.Fprintf(&b, "- [%s](#%s)\n", t, strings.ToLower(t))
	}
	b.WriteString("- [What bodies hold](#what-bodies-hold)\n")
	for _, t := range tags {
		fmt.Fprintf(&b, "\n## %s\n", t)
		slices.SortFunc(byTag[t], func(x, y *apiOperation) int {
			return strings.Compare(x.path+" "+x.method, y.path+" "+y.method)
		})
		for _, op := range byTag[t] {
			if len(of[op.ID]) == 0 && !slices.Contains(withoutExample(), op.ID) {
				missing = append(missing, fmt.Errorf("%s has no example (tools/docgen/api_examples.txt)", op.ID))
			}
			op.write(&b, of[op.ID])
			delete(of, op.ID)
		}
	}
	for id := range of {
		missing = append(missing, fmt.Errorf("the example %s is of no operation", id))
	}
	b.WriteString("\n## What bodies hold\n")
	for _, name := range slices.Sorted(maps.Keys(d.Components.Schemas)) {
		d.Components.Schemas[name].write(&b, name)
	}
	return b.Bytes(), errors.Join(missing...)
}

// withoutExample are operations that need what this world does not have: a mail server that sends a phone
// elsewhere, one that takes letters, and a collector of log lines; a phone that answers an order to wipe, and
// a second administrator who approves one.
func withoutExample() []string {
	return []string{"clear-redirect", "test-mail", "check-audit-stream", "approve-wipe", "close-wipe", "release-wipe"}
}

const apiHead = `# API

Generated from the program; do not edit. The examples have been carried out one after the other, in the order of
tools/docgen/api_examples.txt; ids are made readable. How to begin, and what holds for all routes (tokens, pages,
` + "`If-Match`, `Idempotency-Key`" + `, problems), is in [operate/api.md](../operate/api.md); the same for programs in
[openapi.json](openapi.json). All paths are below ` + "`/api/v1`" + `. *May* names the verb that a token's role has to cover,
see [roles.md](roles.md).

`

func (op *apiOperation) write(b *bytes.Buffer, examples []*example) {
	fmt.Fprintf(b, "\n### %s %s\n\n%s.", op.method, op.path, strings.TrimSuffix(op.Summary, "."))
	if len(op.Verbs) == 1 {
		fmt.Fprintf(b, " *May:* `%s`.", op.Verbs[0])
	} else if len(op.Verbs) > 1 {
		fmt.Fprintf(b, " *May:* `view` and the verb that is meant, one of `%s`.", strings.Join(op.Verbs, "`, `"))
	}
	b.WriteString("\n")
	if op.Description != "" {
		fmt.Fprintf(b, "\n%s\n", op.Description)
	}
	rows := ""
	for _, p := range op.Parameters {
		if p.In == "path" || p.Name == "If-Match" || p.Name == "Idempotency-Key" {
			continue
		}
		rows += fmt.Sprintf("| `%s` | %s | %s |\n", p.Name, p.Schema.word(), cell(p.Description))
	}
	if rows != "" {
		fmt.Fprintf(b, "\n| parameter | | |\n|---|---|---|\n%s", rows)
	}
	line := ""
	if op.Body != nil {
		line = "Body: " + op.Body.word() + ". "
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		if strings.HasPrefix(status, "2") {
			r := op.Responses[status]
			line += "Answer " + status + ": " + r.word() + "."
		}
	}
	var errs []string
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		if status == "404" || status == "409" || status == "412" || status == "428" || status == "429" {
			errs = append(errs, status)
		}
	}
	if len(errs) > 0 {
		line += " Problems: " + strings.Join(errs, ", ") + "."
	}
	fmt.Fprintf(b, "\n%s\n", line)
	for _, e := range examples {
		e.write(b)
	}
}

func (e *example) write(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n%s:\n\n```\n%s %s\n", e.title, e.method, e.path)
	for _, h := range e.headers {
		fmt.Fprintf(b, "%s: %s\n", h[0], h[1])
	}
	if e.body != "" {
		fmt.Fprintf(b, "\n%s", e.body)
	}
	fmt.Fprintf(b, "```\n\n```\n%d\n%s\n```\n", e.status, strings.Join(e.answer, "\n"))
}

func (a *apiAnswer) word() string {
	for _, c := range a.Content {
		if c.Schema == nil {
			return "a file"
		}
		return c.Schema.word()
	}
	return "nothing"
}

// word says what kind of value a schema is.
func (s *apiSchema) word() string {
	switch {
	case s == nil:
		return "anything"
	case s.Ref != "":
		name := s.Ref[strings.LastIndex(s.Ref, "/")+1:]
		return "[" + name + "](#" + strings.ToLower(name) + "-object)"
	case len(s.OneOf) > 0:
		var parts []string
		for _, o := range s.OneOf {
			parts = append(parts, o.word())
		}
		return strings.Join(parts, " or ")
	case len(s.Enum) > 0:
		var parts []string
		for _, e := range s.Enum {
			parts = append(parts, fmt.Sprintf("`%v`", e))
		}
		return strings.Join(parts, ", ")
	case s.Items != nil:
		return "list of " + s.Items.word()
	case s.Format == "date-time":
		return "time"
	case len(s.Properties) > 0:
		return "object of " + strings.Join(slices.Sorted(maps.Keys(s.Properties)), ", ")
	}
	if list, ok := s.Type.([]any); ok {
		var parts []string
		for _, t := range list {
			if t != "null" {
				parts = append(parts, fmt.Sprint(t))
			}
		}
		return strings.Join(parts, " or ")
	}
	if s.Type == nil {
		return "anything"
	}
	return fmt.Sprint(s.Type)
}

func (s *apiSchema) write(b *bytes.Buffer, name string) {
	fmt.Fprintf(b, "\n### %s object\n\n", name)
	if s.Description != "" {
		fmt.Fprintf(b, "%s\n\n", s.Description)
	}
	b.WriteString("| field | | |\n|---|---|---|\n")
	for _, f := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[f]
		must := ""
		if !slices.Contains(s.Required, f) {
			must = " (may be absent)"
		}
		fmt.Fprintf(b, "| `%s` | %s%s | %s |\n", f, p.word(), must, cell(p.Description))
	}
}

// cell makes text fit into a table.
func cell(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "|", "\\|"), "\n", " ")
}
