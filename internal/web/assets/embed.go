// SPDX-FileCopyrightText: The Vedette Authors
// SPDX-License-Identifier: Apache-2.0

package assets

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
)

// The pattern matches dist, which the build makes, and dist.placeholder, which is always there: a
// pattern that names only dist would break the build of whoever has no Node.
//
//go:embed dist*
var files embed.FS

// A Set is one built set of files. Names maps what a template asks for ("app.js") to the file that
// holds it; an empty name means that this set does not have it. Built is false for the placeholder.
type Set struct {
	Files fs.FS
	Names map[string]string
	Built bool
}

// Load gives the built set, or the placeholder when the assets have not been built.
func Load() (*Set, error) { return load(files) }

func load(tree fs.FS) (*Set, error) {
	s := &Set{Built: true}
	dir := "dist"
	if _, err := fs.Stat(tree, "dist/manifest.json"); err != nil {
		s.Built, dir = false, "dist.placeholder"
	}
	sub, err := fs.Sub(tree, dir)
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	text, err := fs.ReadFile(sub, "manifest.json")
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	if err := json.Unmarshal(text, &s.Names); err != nil {
		return nil, fmt.Errorf("assets: manifest: %w", err)
	}
	s.Files = sub
	return s, nil
}
