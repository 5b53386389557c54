// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	root := flag.String("root", ".", "root of the checkout")
	flag.Parse()
	if err := run(context.Background(), *root); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

// run writes every file of docs/reference.
func run(ctx context.Context, root string) error {
	files, err := generate(ctx, root)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(referenceDir(root), name), files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

func referenceDir(root string) string { return filepath.Join(root, "docs", "reference") }

// generate makes every file of docs/reference, by name.
func generate(ctx context.Context, root string) (map[string][]byte, error) {
	files := make(map[string][]byte)
	for name, make := range map[string]func(context.Context, string) ([]byte, error){
		"config.md":       settings,
		"commands.md":     commands,
		"metrics.md":      metrics,
		"audit-events.md": auditEvents,
		"roles.md":        roles,
		"wipe-effects.md": wipeEffects,
		"openapi.json":    openAPI,
		"api.md":          apiReference,
	} {
		text, err := make(ctx, root)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		files[name] = text
	}
	return files, nil
}
