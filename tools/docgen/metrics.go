// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/vedette-mail/vedette/internal/access"
)

// metric is one metric as the gateway describes it.
type metric struct{ name, kind, help, labels string }

// metrics reads internal/gateway/metrics.go: the table of descriptions, and which of them are sent as
// what. Asking a running gateway would leave out what has not happened yet.
func metrics(_ context.Context, root string) ([]byte, error) {
	f, err := parse(root, "internal/gateway/metrics.go")
	if err != nil {
		return nil, err
	}
	list, err := described(f)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("# Metrics\n\nGenerated from the program; do not edit. What to make of them: [operate/metrics.md](../operate/metrics.md).\n\n" +
		"A gateway serves them at `/metrics` of `status_listen`, beside those of the Go runtime (`go_…`) and of the\n" +
		"process (`process_…`). No label names a user or a device.\n\n| name | kind | labels | meaning |\n|---|---|---|---|\n")
	for _, m := range list {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.name, m.kind, m.labels, m.help)
	}
	b.WriteString("\n## Verdicts and rules\n\nThe labels `verdict` and `rule` have these values. The order of the rules is the order in which they speak.\n" +
		"A rule for which nothing speaks yet never shows.\n\n")
	b.WriteString("Verdicts:")
	for v := access.VerdictPass; ; v++ {
		if _, known := access.ParseVerdict(v.String()); !known {
			break
		}
		fmt.Fprintf(&b, " `%s`", v)
	}
	b.WriteString(".\n\n| rule | as people read it |\n|---|---|\n")
	for r := access.RulePass; ; r++ {
		if _, known := access.ParseRule(r.String()); !known {
			break
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", r, r.Text())
	}
	return b.Bytes(), nil
}

func parse(root, path string) (*ast.File, error) {
	return parser.ParseFile(token.NewFileSet(), filepath.Join(root, filepath.FromSlash(path)), nil, parser.ParseComments)
}

// described finds every `descX: d("name", "help", labels…)`, in order.
func described(f *ast.File) ([]metric, error) {
	prefix, kinds := "", kindsOf(f)
	var list []metric
	var missing []error
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "NewDesc" {
				if sum, ok := n.Args[0].(*ast.BinaryExpr); ok {
					prefix = text(sum.X)
				}
			}
		case *ast.KeyValueExpr:
			call, ok := n.Value.(*ast.CallExpr)
			key, named := n.Key.(*ast.Ident)
			if !ok || !named || !strings.HasPrefix(key.Name, "desc") || len(call.Args) < 2 {
				return true
			}
			m := metric{name: prefix + text(call.Args[0]), help: text(call.Args[1]), kind: kinds[key.Name]}
			var labels []string
			for _, l := range call.Args[2:] {
				labels = append(labels, "`"+text(l)+"`")
			}
			m.labels = strings.Join(labels, ", ")
			if m.kind == "" {
				missing = append(missing, fmt.Errorf("%s is described and never sent", m.name))
			}
			list = append(list, m)
		}
		return true
	})
	if len(list) == 0 || prefix == "" {
		return nil, errors.New("no metrics found: the table of descriptions has moved")
	}
	return list, errors.Join(missing...)
}

// kindsOf says for each description as what it is sent.
func kindsOf(f *ast.File) map[string]string {
	kinds := make(map[string]string)
	ast.Inspect(f, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		name, kind := "", ""
		switch fun := call.Fun.(type) {
		case *ast.Ident:
			name = ident(call.Args[0])
			switch fun.Name {
			case "count":
				kind = "counter"
			case "gauge":
				kind = "gauge"
			case "send":
				if sel, ok := call.Args[1].(*ast.SelectorExpr); ok {
					kind = strings.ToLower(strings.TrimSuffix(sel.Sel.Name, "Value"))
				}
			}
		case *ast.SelectorExpr:
			if index, ok := call.Args[0].(*ast.IndexExpr); ok && fun.Sel.Name == "MustNewConstHistogram" {
				name, kind = ident(index.Index), "histogram"
			}
		}
		if strings.HasPrefix(name, "desc") && kind != "" {
			kinds[name] = kind
		}
		return true
	})
	return kinds
}

func ident(e ast.Expr) string {
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// text is the value of a string literal, or empty.
func text(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok {
		if s, err := strconv.Unquote(lit.Value); err == nil {
			return s
		}
	}
	return ""
}
